#include <cstdio>

#include "chardev/memory_chardev.h"
#include "json/exact_parser.h"
#include "machine/input/input.h"
#include "machine/block/block_layer.h"
#include "machine/block/host.h"
#include "machine/device_removal.h"
#include "machine/net/filter.h"
#include "machine/net/options.h"
#include "machine/platform.h"
#include "tests/unit/net_rig.h"

using namespace rhea;
using namespace rhea::test;

namespace {

class IdleHost final : public BlockHost {
public:
    void vm_stop_io_error() override {}
    bool running() const override { return true; }
    void on_cont(std::function<void()>) override {}
    void on_stop(std::function<void()>) override {}
    void on_end(std::function<void()>) override {}
    bool device_exists(std::string_view) const override { return false; }
    bool is_container(std::string_view) const override { return false; }
};

/// Networks, and what an object that is made may ask for.
struct FilterRig : NetRig {
    IdleHost host;
    AddressSpace ports{0xff}, memory{0};
    ControlLog control;
    BlockLayer block{loop, events, host};
    qom::Tree tree;
    DeviceRemovals removal{loop, tree, events};
    Input input{clocks, [] { return true; }};
    Platform platform{loop, ports, memory, clocks, control, events, block, chardevs, removal, tree, network, input};
    MemoryChardev *out = nullptr, *in = nullptr;

    FilterRig() {
        REQUIRE(add(R"({"type":"hubport","hubid":0,"id":"h0"})") == "");
        REQUIRE(add(R"({"type":"hubport","hubid":0,"id":"h1"})") == "");
        for (auto [place, label] : {std::pair(&out, "out"), std::pair(&in, "in")}) {
            auto chardev = std::make_unique<MemoryChardev>(label);
            *place = chardev.get();
            REQUIRE(chardevs.add(std::move(chardev)));
        }
    }
    /// The error's text, or nothing.
    std::string filter(const qom::Type& type, const char* id, const QDict& values) {
        qom::Creation creation{platform, qom::Values(type), id};
        for (const QDictEntry& entry : values) creation.values.keep(*type.find(entry.key), entry.value);
        auto made = type.create(creation);
        if (!made) return made.error().description();
        tree.objects().add_child(id, std::move(*made));
        return "";
    }
};

std::string framed(const std::string& frame) { return std::string{0, 0, 0, static_cast<char>(frame.size())} + frame; }

std::string contents(const std::string& path) {
    std::string bytes(4096, '\0');
    std::FILE* file = std::fopen(path.c_str(), "rb");
    REQUIRE(file);
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
    std::fclose(file);
    return bytes;
}

}  // namespace

TEST_CASE("filter-dump writes what libpcap reads", "[net][filter]") {
    FilterRig rig;
    Card a(rig.network, "a", "h0"), b(rig.network, "b", "h1");
    const std::string path = "/tmp/rhea-net-" + std::to_string(::getpid()) + ".pcap";
    REQUIRE(rig.filter(net::kFilterDump, "dump", {{"netdev", "h0"}, {"file", path}, {"maxlen", 4}}) == "");
    a.nic.send(frame_of("abcdef"));
    b.nic.send(frame_of("xy"));
    const std::string bytes = contents(path);
    ::unlink(path.c_str());
    REQUIRE(bytes.size() == 24 + 16 + 4 + 16 + 2);
    CHECK(bytes.substr(0, 8) == std::string("\xd4\xc3\xb2\xa1\x02\0\x04\0", 8));
    CHECK(bytes[16] == 4);
    CHECK(bytes[24 + 8] == 4);
    CHECK(bytes[24 + 12] == 6);
    CHECK(bytes.substr(40, 4) == "abcd");
    CHECK(bytes.substr(60) == "xy");
    CHECK(b.frames == Texts{"abcdef"});
}

TEST_CASE("filter-buffer holds frames of its direction back until its interval is over, or it is switched off", "[net][filter]") {
    FilterRig rig;
    Card a(rig.network, "a", "h0"), b(rig.network, "b", "h1");
    REQUIRE(rig.filter(net::kFilterBuffer, "buffer", {{"netdev", "h0"}, {"interval", 1000}, {"queue", "tx"}}) == "");
    a.nic.send(frame_of("at once"));
    CHECK(b.frames == Texts{"at once"});
    b.nic.send(frame_of("one"));
    b.nic.send(frame_of("two"));
    CHECK(a.frames.empty());
    rig.clocks.advance_to(rig.clocks.now(ClockType::virtual_time) + 1'000'000);
    CHECK(a.frames == Texts{"one", "two"});
    b.nic.send(frame_of("three"));
    qom::Object& buffer = *rig.tree.objects().child("buffer");
    CHECK(buffer.set("status", QObject("maybe")).error().description() == "Invalid value for netfilter status, should be 'on' or 'off'");
    REQUIRE(buffer.set("status", QObject("off")));
    CHECK(a.frames.size() == 3);
    b.nic.send(frame_of("four"));
    CHECK(a.frames.size() == 4);
    CHECK(buffer.set("interval", QObject(0)).error().description() == "Property 'filter-buffer.interval' requires a positive value");
}

TEST_CASE("filter-mirror copies frames to a character device, filter-redirector moves them out and in", "[net][filter]") {
    FilterRig rig;
    Card a(rig.network, "a", "h0"), b(rig.network, "b", "h1");
    MemoryPeer &out = rig.out->connect(), &in = rig.in->connect();
    REQUIRE(rig.filter(net::kFilterMirror, "mirror", {{"netdev", "h0"}, {"outdev", "out"}, {"queue", "rx"}}) == "");
    a.nic.send(frame_of("seen"));
    CHECK(out.take_output() == framed("seen"));
    CHECK(b.frames == Texts{"seen"});
    CHECK(rig.filter(net::kFilterMirror, "again", {{"netdev", "h0"}, {"outdev", "out"}}) == "Device 'out' is in use");

    REQUIRE(rig.filter(net::kFilterRedirector, "redirector", {{"netdev", "h0"}, {"indev", "in"}, {"queue", "tx"}}) == "");
    in.push(framed("injected").substr(0, 6));
    in.push(framed("injected").substr(6));
    CHECK(a.frames == Texts{"injected"});
    in.push(std::string("\x7f\xff\xff\xff", 4) + framed("never read"));
    CHECK(a.frames.size() == 1);
    CHECK(rig.filter(net::kFilterRedirector, "none", {{"netdev", "h0"}}) ==
          "filter redirector needs 'indev' or 'outdev' at least one property set");
}

TEST_CASE("filters stand where they are told to, and go with their network", "[net][filter]") {
    FilterRig rig;
    REQUIRE(rig.filter(net::kFilterReplay, "b", {{"netdev", "h0"}}) == "");
    REQUIRE(rig.filter(net::kFilterReplay, "a", {{"netdev", "h0"}, {"position", "head"}}) == "");
    REQUIRE(rig.filter(net::kFilterReplay, "d", {{"netdev", "h0"}}) == "");
    REQUIRE(rig.filter(net::kFilterReplay, "c", {{"netdev", "h0"}, {"position", "id=d"}, {"insert", "before"}}) == "");
    std::string order;
    for (const net::FrameFilter* filter : rig.network.backends("h0").front()->filters()) order += filter->text()[0];
    CHECK(order == "abcd");
    CHECK(rig.filter(net::kFilterReplay, "e", {{"netdev", "nope"}}) == "Parameter 'netdev' expects a network backend id");
    CHECK(rig.filter(net::kFilterReplay, "e", {{"netdev", "h0"}, {"position", "mid"}}) == "Parameter 'position' expects 'head', 'tail' or 'id=<id>'");
    CHECK(rig.filter(net::kFilterReplay, "e", {{"netdev", "h0"}, {"position", "id=x"}}) == "filter 'x' not found");
    CHECK(rig.remove("h0") == "");
    for (const char* gone : {"a", "b", "c", "d"}) CHECK_FALSE(rig.tree.objects().child(gone));
}
