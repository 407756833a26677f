#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "chardev/memory_chardev.h"
#include "qobject/base64.h"
#include "machine/devices/i8254.h"
#include "machine/gsi.h"
#include "machine/guest_memory.h"
#include "machine/qtest.h"
#include "machine/qtest_session.h"
#include "tests/unit/machine_rig.h"

using namespace rhea;

namespace {

struct QtestRig : MachineRig, QtestTarget {
    Gsi gsi;
    std::unique_ptr<GuestMemory> ram = std::move(*GuestMemory::allocate(1 << 24));
    std::unique_ptr<QtestLog> log;
    MemoryChardev chardev{"qtest"};
    std::optional<QtestServer> server;
    MemoryPeer* client = nullptr;

    explicit QtestRig(bool manual = true, const std::string& log_path = "none")
        : MachineRig(manual), log(std::move(*QtestLog::open(log_path))) {
        ram->map_into(MachineRig::memory);
        server.emplace(chardev, *this, *log);
        client = &chardev.connect();
    }

    AddressSpace& ports() override { return MachineRig::ports; }
    AddressSpace& memory() override { return MachineRig::memory; }
    Clocks& clocks() override { return MachineRig::clocks; }
    Pins input_pins(std::string_view path) override {
        if (path == "ioapic") return {true, &gsi};
        return {path == "/machine", nullptr};
    }
    Pins output_pins(std::string_view path) override { return {path == "ioapic" || path == "/machine", nullptr}; }
    bool load_module(std::string_view prefix, std::string_view name) override {
        return prefix == "block-" && name == "curl";
    }

    bool busy() const override { return host_at_work; }
    void when_idle(const void*, std::function<void()> call) override { waiting = std::move(call); }
    void forget(const void*) override { waiting = {}; }
    bool host_at_work = false;
    std::function<void()> waiting;

    /// Sends a line; returns everything that came back.
    std::string ask(const std::string& line) {
        client->push(line + "\n");
        return received();
    }
    std::string received() {
        chardev.turn();
        return client->take_output();
    }
};

class ScratchRegister final : public IoHandler {
public:
    std::uint64_t io_read(std::uint64_t, unsigned) override { return value; }
    void io_write(std::uint64_t, std::uint64_t written, unsigned size) override { value = written, last_size = size; }
    std::uint64_t value = 0;
    unsigned last_size = 0;
};

}  // namespace

TEST_CASE("what a request set going on the host ends before it is answered and the next one begins", "[qtest]") {
    QtestRig rig;
    ScratchRegister scratch;
    rig.ports().add({.name = "scratch", .base = 0x1f0, .size = 4, .handler = &scratch, .max_access = 4});
    rig.host_at_work = true;
    CHECK(rig.ask("outb 0x1f0 1") == "");
    CHECK(rig.ask("inb 0x1f0") == "");
    scratch.value = 2;
    rig.host_at_work = false;
    std::exchange(rig.waiting, {})();
    CHECK(rig.received() == "OK\nOK 0x0002\n");

    SECTION("nor does a step of the clock go on") {
        Timer begins(rig.clocks(), ClockType::virtual_time, [&] { rig.host_at_work = true; });
        begins.set(rig.clocks().now(ClockType::virtual_time) + 100);
        CHECK(rig.ask("clock_step 1000") == "");
        CHECK(rig.clocks().now(ClockType::virtual_time) == begins.deadline());
        rig.host_at_work = false;
        std::exchange(rig.waiting, {})();
        CHECK(rig.received() == "OK 1000\n");
    }
    SECTION("a client may leave meanwhile") {
        rig.host_at_work = true;
        rig.ask("outb 0x1f0 1");
        rig.client->disconnect();
        rig.chardev.turn();
        CHECK_FALSE(rig.waiting);
    }
}

TEST_CASE("port accesses answer with at least four digits", "[qtest]") {
    QtestRig rig;
    ScratchRegister scratch;
    rig.ports().add({.name = "scratch", .base = 0x1f0, .size = 4, .handler = &scratch, .max_access = 4});
    CHECK(rig.ask("outl 0x1f0 0x12345678") == "OK\n");
    CHECK(rig.ask("inl 496") == "OK 0x12345678\n");
    CHECK(rig.ask("inb 0760") == "OK 0x0078\n");
    CHECK(rig.ask("outw 0x1f0 0xffff1234") == "OK\n");
    CHECK(scratch.last_size == 2);
    CHECK(rig.ask("inl 0x1f0") == "OK 0x1234\n");
    CHECK(rig.ask("inb 0x999") == "OK 0x00ff\n");
    CHECK(rig.ask("inl 0x999") == "OK 0xffffffff\n");
}

TEST_CASE("memory accesses answer with sixteen digits", "[qtest]") {
    QtestRig rig;
    CHECK(rig.ask("writeq 0x1000 0x1122334455667788") == "OK\n");
    CHECK(rig.ask("readb 0x1000") == "OK 0x0000000000000088\n");
    CHECK(rig.ask("readw 0x1002") == "OK 0x0000000000005566\n");
    CHECK(rig.ask("readl 0x1004") == "OK 0x0000000011223344\n");
    CHECK(rig.ask("readq 0xfffffffffffffffc") == "OK 0x0000000000000000\n");
}

TEST_CASE("blocks of memory go as hexadecimal digits or base 64", "[qtest]") {
    QtestRig rig;
    CHECK(rig.ask("write 0x2000 8 0x0102ff") == "OK\n");
    CHECK(rig.ask("read 0x2000 8") == "OK 0x0102ff0000000000\n");
    CHECK(rig.ask("b64write 0x2000 3 AQID") == "OK\n");
    CHECK(rig.ask("b64read 0x2000 5") == "OK AQIDAAA=\n");
    CHECK(rig.ask("memset 0x2001 2 0xaa") == "OK\n");
    CHECK(rig.ask("memset 0x2000 0 1") == "OK\n");
    CHECK(rig.ask("read 0x2000 4") == "OK 0x01aaaa00\n");
}

TEST_CASE("base 64 survives the way there and back at every length", "[qtest]") {
    std::string bytes;
    for (int i = 0; i < 70; ++i) {
        CHECK(base64_decode(base64_encode(bytes)) == bytes);
        bytes += static_cast<char>(i * 37);
    }
    CHECK(base64_encode("rhea") == "cmhlYQ==");
    CHECK(base64_decode("****").empty());
}

TEST_CASE("requests that make no sense are answered with FAIL and change nothing", "[qtest]") {
    QtestRig rig;
    CHECK(rig.ask("foo bar") == "FAIL Unknown command 'foo'\n");
    CHECK(rig.ask("") == "FAIL Unknown command ''\n");
    CHECK(rig.ask("inb") == "FAIL Too few arguments for 'inb'\n");
    CHECK(rig.ask("inb x") == "FAIL Bad number 'x'\n");
    CHECK(rig.ask("inb  0x70") == "FAIL Bad number ''\n");
    CHECK(rig.ask("read 0 0x7fffffffffffffff").substr(0, 4) == "FAIL");
    CHECK(rig.ask("memset 0 0xffffffffffffffff 0").substr(0, 4) == "FAIL");
    CHECK(rig.ask("endianness") == "OK little\n");
    CHECK(rig.ask("module_load block- curl") == "OK\n");
    CHECK(rig.ask("module_load a b") == "FAIL\n");
}

TEST_CASE("requests may come in pieces or several at once", "[qtest]") {
    QtestRig rig;
    rig.client->push("inb 0x");
    CHECK(rig.received().empty());
    rig.client->push("80\nendianness\nclock_st");
    CHECK(rig.received() == "OK 0x00ff\nOK little\n");
    rig.client->push("ep\n");
    CHECK(rig.received() == "OK 0\n");
}

TEST_CASE("the clock moves by request", "[qtest]") {
    QtestRig rig;
    std::int64_t fired = 0;
    Timer timer(rig.clocks(), ClockType::virtual_time, [&] { fired = rig.now(); });
    CHECK(rig.ask("clock_step 0") == "OK 0\n");
    CHECK(rig.ask("clock_step") == "OK 0\n");
    timer.set(500);
    CHECK(rig.ask("clock_step") == "OK 500\n");
    CHECK(fired == 500);
    CHECK(rig.ask("clock_step 100") == "OK 600\n");
    CHECK(rig.ask("clock_set 50") == "OK 600\n");
    CHECK(rig.ask("clock_set 1000") == "OK 1000\n");
}

TEST_CASE("without the qtest accelerator there are no clock requests", "[qtest]") {
    QtestRig rig(false);
    CHECK(rig.ask("clock_step 100") == "FAIL Unknown command 'clock_step'\n");
    CHECK(rig.ask("clock_set 100") == "FAIL Unknown command 'clock_set'\n");
    CHECK(rig.ask("inb 0x80") == "OK 0x00ff\n");
}

TEST_CASE("a step that runs very many timers gives way to the loop, and requests behind it wait", "[qtest]") {
    QtestRig rig;
    int fired = 0;
    Timer timer(rig.clocks(), ClockType::virtual_time, [&] {
        ++fired;
        timer.set(rig.now() + 1000);
    });
    timer.set(1000);
    rig.client->push("clock_step 100000000\ninb 0x80\n");
    CHECK(rig.received().empty());
    std::string answer;
    for (int i = 0; i < 1000 && answer.empty(); ++i) {
        rig.loop.turn();
        answer = rig.received();
    }
    CHECK(answer == "OK 100000000\nOK 0x00ff\n");
    CHECK(fired == 100'000);
    timer.cancel();
}

TEST_CASE("interrupt lines are reported once for each change, before the reply of the request that caused it", "[qtest]") {
    QtestRig rig;
    auto line = rig.gsi.line(8);
    auto high = rig.gsi.line(5);
    high.raise();
    CHECK(rig.ask("irq_intercept_in nobody") == "FAIL Unknown device\n");
    CHECK(rig.ask("irq_intercept_in ioapic") == "OK\n");
    CHECK(rig.ask("irq_intercept_in ioapic") == "OK\n");
    CHECK(rig.ask("irq_intercept_out ioapic") == "OK\n");
    CHECK(rig.ask("irq_intercept_in /machine") == "FAIL IRQ intercept already enabled\n");
    Timer timer(rig.clocks(), ClockType::virtual_time, [&] {
        line.raise();
        line.raise();
    });
    timer.set(10);
    CHECK(rig.ask("clock_step 20") == "IRQ raise 8\nOK 20\n");
    line.lower();
    high.lower();  // the client never heard that it was high
    high.raise();
    CHECK(rig.received() == "IRQ lower 8\nIRQ raise 5\n");
    CHECK(rig.ask("set_irq_in ioapic unnamed-gpio-in 3 1") == "IRQ raise 3\nOK\n");
    CHECK(rig.ask("set_irq_in nobody unnamed-gpio-in 3 1") == "FAIL Unknown device\n");
    CHECK(rig.gsi.level(3));
}

TEST_CASE("the interval timer's interrupt shows 18 times a second to whoever watches, and runs for nobody else",
          "[qtest][pit]") {
    QtestRig rig;
    I8254 pit(rig.ports(), rig.clocks(), rig.gsi.line(0));
    rig.gsi.on_watched = [&](bool watched) { pit.set_interrupt_wanted(watched); };
    CHECK(rig.clocks().next_deadline() == -1);
    CHECK(rig.ask("irq_intercept_in ioapic") == "OK\n");
    CHECK(rig.ask("clock_step 54925000") == "OK 54925000\n");
    CHECK(rig.ask("clock_step 1000") == "IRQ raise 0\nOK 54926000\n");
    const auto lines = rig.ask("clock_step 1000000000");
    std::size_t raises = 0;
    for (auto at = lines.find("raise 0"); at != std::string::npos; at = lines.find("raise 0", at + 1)) ++raises;
    CHECK(raises == 18);
    rig.client->disconnect();
    CHECK(rig.clocks().next_deadline() == -1);
    rig.gsi.on_watched = nullptr;
}

TEST_CASE("one client is served at a time, and the next one starts afresh", "[qtest]") {
    QtestRig rig;
    CHECK(rig.ask("irq_intercept_in ioapic") == "OK\n");
    rig.client->push("inb 0x");
    rig.client->disconnect();
    rig.client = &rig.chardev.connect();
    rig.gsi.line(4).raise();
    CHECK(rig.ask("80") == "FAIL Unknown command '80'\n");
}

TEST_CASE("a client that sends no end of a line is cut off", "[qtest]") {
    QtestRig rig;
    const std::string chunk(1 << 20, 'x');
    for (std::size_t sent = 0; sent <= QtestSession::kMaxLine && !rig.client->closed(); sent += chunk.size())
        rig.client->push(chunk);
    CHECK(rig.client->closed());
}

TEST_CASE("a client that does not read its replies is not read from", "[qtest]") {
    QtestRig rig;
    rig.client->set_room(0);
    rig.client->push("read 0 4194304\nread 0 4194304\nread 0 4194304\nendianness\n");
    CHECK_FALSE(rig.client->reading());
    rig.client->set_room(SIZE_MAX);
    rig.chardev.turn();
    const auto all = rig.client->take_output();
    CHECK(all.size() == 3 * (2 * 4194304 + 6) + 10);
    CHECK(all.substr(all.size() - 10) == "OK little\n");
    CHECK(rig.client->reading());
}

TEST_CASE("the log has what was asked and answered", "[qtest]") {
    const auto path = std::filesystem::temp_directory_path() / ("qtest-log-" + std::to_string(::getpid()));
    {
        QtestRig rig(true, path);
        rig.ask("endianness");
        rig.client->disconnect();
    }
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    std::filesystem::remove(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    REQUIRE(lines.size() == 4);
    CHECK(lines[0] == "[I 0.000000] OPENED");
    CHECK(lines[1].substr(0, 4) == "[R +");
    CHECK(lines[1].substr(lines[1].find(']')) == "] endianness");
    CHECK(lines[2].substr(lines[2].find(']')) == "] OK little");
    CHECK(lines[3].substr(lines[3].find(']')) == "] CLOSED");
    CHECK_FALSE(QtestLog::open("/nonexistent/log"));
}
