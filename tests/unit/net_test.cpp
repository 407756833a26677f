#include <arpa/inet.h>
#include <netinet/in.h>

#include "machine/net/announcer.h"
#include "machine/net/hub.h"
#include "machine/net/resolve.h"
#include "machine/net/tcp_rewriter.h"
#include "machine/net/user_options.h"
#include "tests/unit/net_rig.h"

using namespace rhea;
using namespace rhea::test;

namespace {

std::string with_length(const std::string& frame) {
    std::string out{0, 0, static_cast<char>(frame.size() >> 8), static_cast<char>(frame.size())};
    return out + frame;
}

std::string read_some(int fd) {
    char buffer[4096];
    const auto n = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    return n > 0 ? std::string(buffer, static_cast<std::size_t>(n)) : "";
}

FileDescriptor connect_to(const std::string& path) {
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path.copy(name.sun_path, sizeof name.sun_path - 1);
    if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) socket.reset();
    return socket;
}

std::string scratch(const char* name) { return "/tmp/rhea-net-" + std::to_string(::getpid()) + name; }

std::string error_of(const char* rule) {
    auto parsed = net::parse_host_forward(rule);
    return parsed ? "" : parsed.error().description();
}

}  // namespace

TEST_CASE("a stream network sends each frame behind its length, and finds frames in what comes in pieces", "[net]") {
    NetRig rig;
    const std::string path = scratch("s");
    REQUIRE(rig.add((R"({"type":"stream","id":"s","server":true,"addr":{"type":"unix","path":")" + path + R"("}})").c_str()) == "");
    Card card(rig.network, "nic", "s");
    CHECK(rig.network.text() == "nic: index=0,type=nic,model=e1000,macaddr=52:54:00:12:34:56\n \\ s: index=0,type=stream,\n");
    {
        const FileDescriptor client = connect_to(path);
        REQUIRE(client);
        REQUIRE(rig.until([&] { return !rig.log.names.empty(); }));
        CHECK(rig.log.names == Texts{"NETDEV_STREAM_CONNECTED"});
        CHECK(rig.network.text().find("type=stream,unix:" + path) != std::string::npos);

        card.nic.send(frame_of("hello, world"));
        std::string seen;
        REQUIRE(rig.until([&] { return (seen += read_some(client.get())).size() >= 16; }));
        CHECK(seen == with_length("hello, world"));

        const std::string two = with_length("first") + with_length("second");
        ::send(client.get(), two.data(), 7, 0);
        rig.loop.turn();
        ::send(client.get(), two.data() + 7, two.size() - 7, 0);
        REQUIRE(rig.until([&] { return card.frames.size() == 2; }));
        CHECK(card.frames == Texts{"first", "second"});
    }
    REQUIRE(rig.until([&] { return rig.log.names.size() == 2; }));
    CHECK(rig.log.names.back() == "NETDEV_STREAM_DISCONNECTED");
    CHECK(connect_to(path));
    REQUIRE(rig.until([&] { return rig.log.names.size() >= 3; }));
    CHECK(rig.remove("s") == "");
    CHECK(::access(path.c_str(), F_OK) != 0);
}

TEST_CASE("a stream that announces a frame too large to be one is cut", "[net]") {
    NetRig rig;
    const std::string path = scratch("big");
    REQUIRE(rig.add((R"({"type":"stream","id":"s","server":true,"addr":{"type":"unix","path":")" + path + R"("}})").c_str()) == "");
    const FileDescriptor client = connect_to(path);
    ::send(client.get(), "\x7f\xff\xff\xff", 4, 0);
    REQUIRE(rig.until([&] { return rig.log.names.size() == 2; }));
    CHECK(rig.log.names.back() == "NETDEV_STREAM_DISCONNECTED");
}

TEST_CASE("a stream client tells of its connection only after the command was answered", "[net]") {
    NetRig rig;
    REQUIRE(rig.add(R"({"type":"socket","id":"server","listen":"127.0.0.1:0"})") == "");
    REQUIRE(rig.add(R"({"type":"stream","id":"lost","addr":{"type":"unix","path":"/nowhere/at/all"}})") == "");
    CHECK(rig.network.text() == "server: index=0,type=socket,\nlost: index=0,type=stream,\n");
    REQUIRE(rig.until([&] { return rig.network.text().find("connection error") != std::string::npos; }));
    CHECK(rig.log.names.empty());
}

TEST_CASE("datagrams are frames, both ways", "[net]") {
    NetRig rig;
    const std::string here = scratch("d1"), there = scratch("d2");
    ::unlink(there.c_str());
    FileDescriptor other(::socket(AF_UNIX, SOCK_DGRAM, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    there.copy(name.sun_path, sizeof name.sun_path - 1);
    REQUIRE(::bind(other.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
    REQUIRE(rig.add((R"({"type":"dgram","id":"d","local":{"type":"unix","path":")" + here + R"("},"remote":{"type":"unix","path":")" + there + R"("}})")
                        .c_str()) == "");
    Card card(rig.network, "nic", "d");
    card.nic.send(frame_of("out"));
    CHECK(read_some(other.get()) == "out");
    std::fill(std::begin(name.sun_path), std::end(name.sun_path), '\0');
    here.copy(name.sun_path, sizeof name.sun_path - 1);
    ::sendto(other.get(), "in", 2, 0, reinterpret_cast<sockaddr*>(&name), sizeof name);
    REQUIRE(rig.until([&] { return !card.frames.empty(); }));
    CHECK(card.frames == Texts{"in"});
    ::unlink(there.c_str());
}

TEST_CASE("a socket that was passed is used for what it is", "[net]") {
    NetRig rig;
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    const FileDescriptor ours(pair[0]);
    const NamedFds fds = [&](const std::string& wanted) -> Result<int> {
        if (wanted != "mine") return fail("File descriptor named '" + wanted + "' has not been found");
        return pair[1];
    };
    CHECK(rig.add(R"({"type":"socket","id":"p","fd":"yours"})", fds) == "File descriptor named 'yours' has not been found");
    REQUIRE(rig.add(R"({"type":"socket","id":"p","fd":"mine"})", fds) == "");
    Card card(rig.network, "nic", "p");
    const std::string bytes = with_length("x");
    ::send(ours.get(), bytes.data(), bytes.size(), 0);
    REQUIRE(rig.until([&] { return !card.frames.empty(); }));
    CHECK(card.frames == Texts{"x"});
    CHECK(rig.add(R"({"type":"socket","id":"q","fd":"0x"})") == "Invalid file descriptor number '0x'");
}

TEST_CASE("the older socket network wants exactly one way to be reached", "[net]") {
    NetRig rig;
    const char* kOneOf = "exactly one of listen=, connect=, mcast= or udp= is required";
    CHECK(rig.add(R"({"type":"socket","id":"n"})") == kOneOf);
    CHECK(rig.add(R"({"type":"socket","id":"n","listen":":1","connect":"127.0.0.1:1"})") == kOneOf);
    CHECK(rig.add(R"({"type":"socket","id":"n","listen":"zz"})") == "host address 'zz' doesn't contain ':' separating host from port");
    CHECK(rig.add(R"({"type":"socket","id":"n","listen":":zz"})") == "port number 'zz' is invalid");
    CHECK(rig.add(R"({"type":"socket","id":"n","udp":"127.0.0.1:1"})") == "localaddr= is mandatory with udp=");
    CHECK(rig.add(R"({"type":"socket","id":"n","mcast":"127.0.0.1:1"})") ==
          "specified mcastaddr 127.0.0.1 (0x7f000001) does not contain a multicast address");
    CHECK(rig.add(R"({"type":"dgram","id":"n"})") == "dgram requires local= parameter");
    CHECK(rig.network.clients().empty());
}

TEST_CASE("a hub gives what comes in at one port to all others", "[net]") {
    NetRig rig;
    for (const char* port : {"h0", "h1", "h2"})
        REQUIRE(rig.add((std::string(R"({"type":"hubport","hubid":3,"id":")") + port + R"("})").c_str()) == "");
    Card a(rig.network, "a", "h0"), b(rig.network, "b", "h1"), c(rig.network, "c", "h2");
    a.nic.send(frame_of("to all"));
    CHECK(a.frames.empty());
    CHECK(b.frames == Texts{"to all"});
    CHECK(c.frames == Texts{"to all"});
    CHECK(rig.network.text() ==
          "hub 3\n \\ h2: c: index=0,type=nic,model=e1000,macaddr=52:54:00:12:34:58\n"
          " \\ h1: b: index=0,type=nic,model=e1000,macaddr=52:54:00:12:34:57\n \\ h0: a: index=0,type=nic,model=e1000,macaddr=52:54:00:12:34:56\n");
}

TEST_CASE("a frame in a circle of hubs comes to an end", "[net]") {
    NetRig rig;
    // Two hubs with two cables between them.
    REQUIRE(rig.add(R"({"type":"hubport","hubid":0,"id":"a1"})") == "");
    REQUIRE(rig.add(R"({"type":"hubport","hubid":1,"id":"b1","netdev":"a1"})") == "");
    REQUIRE(rig.add(R"({"type":"hubport","hubid":0,"id":"a2"})") == "");
    REQUIRE(rig.add(R"({"type":"hubport","hubid":1,"id":"b2","netdev":"a2"})") == "");
    REQUIRE(rig.add(R"({"type":"hubport","hubid":0,"id":"in"})") == "");
    Card card(rig.network, "nic", "in");
    card.nic.send(frame_of("round"));
    CHECK(card.frames.size() < 100);
}

TEST_CASE("a link that is down lets nothing through, and the card is told", "[net]") {
    NetRig rig;
    REQUIRE(rig.add(R"({"type":"hubport","hubid":0,"id":"h0"})") == "");
    REQUIRE(rig.add(R"({"type":"hubport","hubid":0,"id":"h1"})") == "");
    Card a(rig.network, "a", "h0"), b(rig.network, "b", "h1");
    REQUIRE(rig.network.set_link("a", false));
    CHECK(a.links == std::vector<bool>{false});
    a.nic.send(frame_of("lost"));
    b.nic.send(frame_of("lost, too"));
    CHECK(a.frames.empty());
    CHECK(b.frames.empty());
    CHECK(a.nic.counters().dropped == 2);
    REQUIRE(rig.network.set_link("h0", true));      // by the cable's other end
    a.nic.send(frame_of("there"));
    CHECK(b.frames == Texts{"there"});
    CHECK(rig.network.set_link("nobody", true).error().description() == "Device 'nobody' not found");
}

TEST_CASE("a card goes on showing a network that was deleted, whose name is free again", "[net]") {
    NetRig rig;
    REQUIRE(rig.add(R"({"type":"socket","id":"n","listen":"127.0.0.1:0"})") == "");
    CHECK(rig.add(R"({"type":"socket","id":"n","listen":"127.0.0.1:0"})") == "Duplicate ID 'n'");
    {
        Card card(rig.network, "nic", "n");
        CHECK(rig.remove("nic") == "Device 'nic' not found");
        CHECK(rig.remove("n") == "");
        CHECK(card.links == std::vector<bool>{false});
        CHECK(rig.network.text() == "nic: index=0,type=nic,model=e1000,macaddr=52:54:00:12:34:56\n \\ n: index=0,type=socket,\n");
        CHECK(rig.remove("n") == "Device 'n' not found");
        CHECK(rig.add(R"({"type":"socket","id":"n","listen":"127.0.0.1:0"})") == "");
    }
    CHECK(rig.network.text() == "n: index=0,type=socket,\n");
}

TEST_CASE("cards get the first free addresses, and names by their model", "[net]") {
    NetRig rig;
    Card a(rig.network, ""), b(rig.network, "", {}, net::parse_mac("52:54:00:12:34:58"));
    {
        Card c(rig.network, "c");
        CHECK(net::mac_text(c.nic.mac()) == "52:54:00:12:34:57");
        Card d(rig.network, "");
        CHECK(net::mac_text(d.nic.mac()) == "52:54:00:12:34:59");
        CHECK(d.nic.name() == "e1000.3");
    }
    Card e(rig.network, "", {}, net::MacAddress{});
    CHECK(net::mac_text(e.nic.mac()) == "52:54:00:12:34:57");
    CHECK(a.nic.name() == "e1000.0");
    CHECK_FALSE(net::parse_mac("52:54:00:12:34"));
    CHECK_FALSE(net::parse_mac("52:54:00:12:34:5g"));
}

TEST_CASE("cables that lead nowhere are told of", "[net]") {
    NetRig rig;
    const auto warnings = [&] {
        Texts all;
        rig.network.check([&](const std::string& text) { all.push_back(text); });
        return all;
    };
    REQUIRE(rig.add(R"({"type":"hubport","hubid":2,"id":"h"})") == "");
    CHECK(warnings() == Texts{"hub port h has no peer", "netdev h has no peer"});
    Card card(rig.network, "nic", "h");
    CHECK(warnings() == Texts{"hub 2 is not connected to host network"});
    Card other(rig.network, "other");
    CHECK(warnings() == Texts{"hub 2 is not connected to host network", "nic other has no peer"});
}

TEST_CASE("a user network's addresses have to fit together", "[net]") {
    const auto error = [](net::UserOptions options) {
        auto config = net::user_config(options);
        return config ? "" : config.error().description();
    };
    CHECK(error({}) == "");
    CHECK(error({.net = "zz"}) == "Failed to parse netmask");
    CHECK(error({.net = "10.0.0.0/99"}) == "Invalid netmask provided (must be in range 4-32)");
    CHECK(error({.net = "10.0.0.0/31"}) == "DHCP must be different from host and DNS");
    CHECK(error({.net = "10.0.0.0/8", .host = "11.0.0.1"}) == "Host doesn't belong to network");
    CHECK(error({.dhcpstart = "1.2.3.4"}) == "DHCP doesn't belong to network");
    CHECK(error({.dns = "10.0.2.2"}) == "DNS must be different from host");
    CHECK(error({.ipv4 = false, .ipv6 = false}) == "IPv4 and IPv6 disabled");
    CHECK(error({.ipv6 = false, .ipv6_prefix = "fec1::"}) == "IPv6 disabled but prefix/host6/dns6 provided");
    CHECK(error({.ipv6_prefixlen = 200}) == "Invalid IPv6 prefix provided (IPv6 prefix length must be between 0 and 126)");
    CHECK(error({.ipv6_host = "fd00::1"}) == "IPv6 Host doesn't belong to network");
    CHECK(error({.domainname = ""}) == "'domainname' parameter cannot be empty");
    const auto config = net::user_config({.net = "192.168.76.9"});
    CHECK(config->network.s_addr == htonl(0xc0a80000));
    CHECK(config->netmask.s_addr == htonl(0xffff0000));
}

TEST_CASE("a rule of forwarding says what is wrong with it", "[net]") {
    CHECK(error_of("tcp::5555-:22") == "");
    CHECK(error_of("zz") == "Invalid host forwarding rule 'zz' (No : separators)");
    CHECK(error_of("xyz::1-:1") == "Invalid host forwarding rule 'xyz::1-:1' (Bad protocol name)");
    CHECK(error_of("tcp:5557") == "Invalid host forwarding rule 'tcp:5557' (Missing : separator)");
    CHECK(error_of("tcp:zz:1-:1") == "Invalid host forwarding rule 'tcp:zz:1-:1' (Bad host address)");
    CHECK(error_of("tcp::99999-:1") == "Invalid host forwarding rule 'tcp::99999-:1' (Bad host port)");
    CHECK(error_of("tcp::1-1") == "Invalid host forwarding rule 'tcp::1-1' (Missing guest address)");
    CHECK(error_of("tcp::1-:0") == "Invalid host forwarding rule 'tcp::1-:0' (Bad guest port)");
    CHECK_FALSE(net::parse_host_end("tcp"));
    CHECK(net::parse_guest_forward("tcp:10.0.2.100:80-cmd:cat")->target == "cmd:cat");
    CHECK_FALSE(net::parse_guest_forward("udp:10.0.2.100:80-null"));
}

TEST_CASE("a user network answers the guest, and forwards a port of the host to it", "[net][slirp]") {
    NetRig rig;
    if (!rig.network.has(net::Kind::user)) return;
    REQUIRE(rig.add(R"({"type":"user","id":"u","hostfwd":[{"str":"tcp:127.0.0.1:0-:7"}]})") == "");
    Card card(rig.network, "nic", "u");
    // Who has 10.0.2.2?
    const unsigned char arp[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0, 0x12, 0x34, 0x56, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1,
                                 0x52, 0x54, 0, 0x12, 0x34, 0x56, 10, 0, 2, 15, 0, 0, 0, 0, 0, 0, 10, 0, 2, 2};
    card.nic.send({arp, sizeof arp});
    const auto answer = [&] {
        for (const std::string& frame : card.frames)
            if (frame.size() >= 42 && frame[12] == 8 && frame[13] == 6 && frame[21] == 2) return frame;
        return std::string();
    };
    REQUIRE(rig.until([&] { return !answer().empty(); }));
    CHECK(answer().substr(28, 4) == std::string("\x0a\0\x02\x02", 4));
    CHECK(rig.network.text().find(" \\ u: index=0,type=user,net=10.0.2.0,restrict=off\n") != std::string::npos);
    CHECK(rig.remove("u") == "");
}

TEST_CASE("a card announces itself in rounds, to whoever is on its cable", "[net]") {
    NetRig rig;
    REQUIRE(rig.add(R"({"type":"hubport","hubid":0,"id":"h0"})") == "");
    REQUIRE(rig.add(R"({"type":"hubport","hubid":0,"id":"h1"})") == "");
    Card a(rig.network, "a", "h0"), b(rig.network, "b", "h1");
    rig.network.announcer().start("x", {1, 1, 3, 0, std::vector<std::string>{"a"}});
    REQUIRE(b.frames.size() == 1);
    CHECK(b.frames.front() == test::text_of(net::announcement(a.nic.mac())));
    CHECK(b.frames.front().substr(12, 2) == "\x80\x35");
    REQUIRE(rig.until([&] { return b.frames.size() == 3; }));
    CHECK(a.frames.empty());
    rig.network.announcer().start("x", {1, 1, 0, 0, {}});
    CHECK(b.frames.size() == 3);
}

namespace {

/// Passes everything on, and writes down what it saw; or keeps it.
struct Probe final : net::FrameFilter {
    Probe(net::Client& at, net::Direction way, std::string name, Texts& seen) : at(at), way(way), name(std::move(name)), seen(seen) {
        at.filters().push_back(this);
    }
    ~Probe() override { std::erase(at.filters(), this); }
    bool frame(net::Client&, net::Frame frame) override {
        seen.push_back(name + " " + test::text_of(frame));
        return keeps;
    }
    bool wants(net::Direction direction) const override { return way == net::Direction::all || way == direction; }
    std::string text() const override { return name; }
    void client_gone() override { std::erase(at.filters(), this); }
    net::Client& at;
    net::Direction way;
    std::string name;
    Texts& seen;
    bool keeps = false;
};

}  // namespace

TEST_CASE("frames pass a network's filters outwards in their order, inwards in the other, each in its direction", "[net]") {
    NetRig rig;
    REQUIRE(rig.add(R"({"type":"hubport","hubid":0,"id":"h0"})") == "");
    REQUIRE(rig.add(R"({"type":"hubport","hubid":0,"id":"h1"})") == "");
    Card a(rig.network, "a", "h0"), b(rig.network, "b", "h1");
    net::Client& end = *rig.network.backends("h0").front();
    Texts seen;
    Probe first(end, net::Direction::all, "first", seen), out(end, net::Direction::tx, "out", seen), in(end, net::Direction::rx, "in", seen);
    a.nic.send(frame_of("x"));      // into the network: received there
    CHECK(seen == Texts{"in x", "first x"});
    CHECK(b.frames == Texts{"x"});
    seen.clear();
    b.nic.send(frame_of("y"));
    CHECK(seen == Texts{"first y", "out y"});
    CHECK(a.frames == Texts{"y"});
    seen.clear();
    first.keeps = true;
    b.nic.send(frame_of("z"));
    CHECK(seen == Texts{"first z"});
    CHECK(a.frames.size() == 1);
    rig.network.pass_on(first, end, true, frame_of("z"));
    CHECK(seen == Texts{"first z", "out z"});
    CHECK(a.frames.back() == "z");
    seen.clear();
    rig.network.pass_on(in, end, false, frame_of("w"));
    CHECK(seen == Texts{"first w"});
}

namespace {

/// A TCP segment of 10.0.0.1:1000 (the guest) and 10.0.0.2:2000, with a check sum that is right.
std::vector<std::uint8_t> segment(bool from_guest, std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledged) {
    std::vector<std::uint8_t> f(14 + 20 + 20);
    const auto put = [&f](std::size_t at, std::uint32_t value, int bytes) {
        for (int i = 0; i < bytes; ++i) f[at + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value >> (8 * (bytes - 1 - i)));
    };
    put(12, 0x0800, 2);
    put(14, 0x45, 1);
    put(16, 40, 2);
    put(23, 6, 1);
    put(26, from_guest ? 0x0a000001 : 0x0a000002, 4);
    put(30, from_guest ? 0x0a000002 : 0x0a000001, 4);
    put(34, from_guest ? 1000 : 2000, 2);
    put(36, from_guest ? 2000 : 1000, 2);
    put(38, sequence, 4);
    put(42, acknowledged, 4);
    put(46, 0x50, 1);
    put(47, flags, 1);
    std::uint32_t sum = 0;
    for (std::size_t i = 26; i < f.size(); i += 2) sum += static_cast<std::uint32_t>(f[i] << 8 | f[i + 1]);
    sum += 6 + 20;
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    put(50, ~sum & 0xffff, 2);
    return f;
}

}  // namespace

TEST_CASE("a guest that stands in for another speaks with the other's sequence numbers", "[net]") {
    constexpr std::uint8_t kSyn = 2, kAck = 16;
    net::TcpRewriter rewriter;
    auto frame = segment(false, kSyn, 5, 0);
    CHECK_FALSE(rewriter.rewrite(frame, false));
    frame = segment(true, kSyn | kAck, 900'000, 6);      // it chose 900000; the other guest had chosen 100
    CHECK_FALSE(rewriter.rewrite(frame, true));
    frame = segment(false, kAck, 6, 101);
    CHECK(rewriter.rewrite(frame, false));
    CHECK(frame == segment(false, kAck, 6, 900'001));
    frame = segment(true, kAck, 900'001, 6);
    CHECK(rewriter.rewrite(frame, true));
    CHECK(frame == segment(true, kAck, 101, 6));
    frame = segment(false, kAck, 6, 0xffffffff);
    CHECK(rewriter.rewrite(frame, false));
    CHECK(frame == segment(false, kAck, 6, 0xffffffff + 899'900));
    std::vector<std::uint8_t> stub(20);
    CHECK_FALSE(rewriter.rewrite(stub, true));
}

TEST_CASE("names of hosts become addresses, or an error, from the loop", "[net]") {
    NetRig rig;
    const auto options = [](const char* json) { return *from_qdict<net::Netdev>(*NetRig::json_of(json).dict()); };
    CHECK_FALSE(net::has_names(options(R"({"type":"socket","id":"n","listen":"127.0.0.1:1"})")));
    CHECK_FALSE(net::has_names(options(R"({"type":"socket","id":"n","listen":":1"})")));
    std::optional<Result<net::Netdev>> resolved;
    net::resolve_names(rig.loop, options(R"({"type":"socket","id":"n","connect":"localhost:7"})"), [&](Result<net::Netdev> netdev) { resolved = std::move(netdev); });
    CHECK_FALSE(resolved);
    REQUIRE(rig.until([&] { return resolved.has_value(); }));
    REQUIRE(*resolved);
    CHECK(std::get<net::SocketOptions>((*resolved)->u).connect == "127.0.0.1:7");
}

TEST_CASE("frames that a card has no room for wait, and are forgotten when the machine stops", "[net]") {
    struct FullCard final : Card {
        using Card::Card;
        bool has_room(std::size_t) override { return room-- > 0; }
        int room = 0;
    };
    NetRig rig;
    CHECK(rig.add(R"({"type": "hubport", "id": "a", "hubid": 1})").empty());
    CHECK(rig.add(R"({"type": "hubport", "id": "b", "hubid": 1})").empty());
    Card sender(rig.network, "s", "a");
    FullCard card(rig.network, "c", "b");
    rig.network.machine_runs(true);
    for (const auto* text : {"one", "two", "three"}) sender.nic.send(frame_of(text));
    CHECK(card.frames.empty());
    card.room = 2;
    card.nic.take_waiting();
    CHECK(card.frames == Texts{"one", "two"});
    card.room = 9;
    sender.nic.send(frame_of("four"));
    CHECK(card.frames == Texts{"one", "two"});      // not before "three"
    card.nic.take_waiting();
    CHECK(card.frames == Texts{"one", "two", "three", "four"});

    card.room = 0;
    sender.nic.send(frame_of("five"));
    rig.network.machine_runs(false);
    rig.network.machine_runs(true);
    card.room = 9;
    card.nic.take_waiting();
    CHECK(card.frames.size() == 4);

    card.room = 0;
    const std::string large(net::kMaxFrame, 'x');
    const auto before = card.nic.counters().dropped;
    for (std::size_t sent = 0; sent <= net::Nic::kMostBytesWaiting; sent += large.size()) sender.nic.send(frame_of(large));
    CHECK(card.nic.counters().dropped == before + 1);
}
