#include <catch2/catch.hpp>

#include "chardev/memory_chardev.h"
#include "machine/devices/isa_debug.h"
#include "machine/devices/isa_parallel.h"
#include "machine/devices/isa_serial.h"
#include "machine/devices/pvpanic.h"
#include "tests/unit/machine_rig.h"

using namespace rhea;

namespace {

constexpr unsigned kBase = 0x3f8;
constexpr unsigned kData = kBase, kEnable = kBase + 1, kIdent = kBase + 2, kFifo = kBase + 2, kLine = kBase + 3, kModem = kBase + 4,
                   kLineStatus = kBase + 5, kModemStatus = kBase + 6;
// A start bit, 8 data bits and a stop bit at 115200 baud.
constexpr std::int64_t kCharacter = 1'000'000'000 / 115200 * 10;

struct SerialRig : MachineRig {
    MemoryChardev chardev{"serial0"};
    IsaSerial serial{ports, clocks, kBase, IrqLine(irqs, 4), &chardev};
    MemoryPeer& client{chardev.connect()};

    void set_speed() {
        outb(kLine, 0x83);
        outb(kData, 1);
        outb(kEnable, 0);
        outb(kLine, 0x03);
    }
    std::string read_all() {
        std::string text;
        while (inb(kLineStatus) & 1) text += static_cast<char>(inb(kData));
        return text;
    }
};

}  // namespace

TEST_CASE("a serial port powers up idle at 9600 baud with the modem ready", "[serial]") {
    SerialRig rig;
    const unsigned expected[] = {0x00, 0x00, 0x01, 0x00, 0x08, 0x60, 0xb0, 0x00};
    for (unsigned i = 0; i < 8; ++i) CHECK(rig.inb(kBase + i) == expected[i]);
    rig.outb(kLine, 0x80);
    CHECK(rig.inw(kData) == 12);
    CHECK(rig.irqs.take().empty());
}

TEST_CASE("bytes written leave at once and interrupt when the port is ready for more", "[serial]") {
    SerialRig rig;
    rig.outb(kEnable, 0x02);
    CHECK(rig.irqs.take() == Texts{"4 up"});
    CHECK(rig.inb(kIdent) == 0x02);
    CHECK(rig.irqs.take() == Texts{"4 down"});
    CHECK(rig.inb(kIdent) == 0x01);
    for (const char c : std::string("Hi")) rig.outb(kData, static_cast<unsigned char>(c));
    CHECK(rig.inb(kLineStatus) == 0x60);
    CHECK(rig.client.take_output() == "Hi");
    CHECK(rig.irqs.take() == Texts{"4 up", "4 down", "4 up"});
}

TEST_CASE("without FIFOs one byte waits in the port and the rest with the client", "[serial]") {
    SerialRig rig;
    rig.outb(kEnable, 0x01);
    rig.client.push("abc");
    CHECK(rig.irqs.take() == Texts{"4 up"});
    CHECK(rig.inb(kIdent) == 0x04);
    CHECK_FALSE(rig.client.reading());
    CHECK(rig.read_all() == "abc");
    CHECK(rig.client.reading());
    CHECK(rig.irqs.take().back() == "4 down");
}

TEST_CASE("the FIFO interrupts at its trigger level, and after four characters' time for what lies below it", "[serial]") {
    SerialRig rig;
    rig.set_speed();
    rig.outb(kFifo, 0x81);  // trigger at 8
    CHECK(rig.inb(kIdent) == 0xc1);
    rig.outb(kEnable, 0x01);
    rig.client.push("12345");
    CHECK(rig.irqs.take().empty());
    rig.advance(4 * kCharacter - 1);
    CHECK(rig.irqs.take().empty());
    rig.advance(1);
    CHECK(rig.irqs.take() == Texts{"4 up"});
    CHECK(rig.inb(kIdent) == 0xcc);
    CHECK(rig.inb(kData) == '1');
    CHECK(rig.irqs.take() == Texts{"4 down"});
    rig.client.push("678901234567890");
    CHECK(rig.irqs.take() == Texts{"4 up"});
    CHECK(rig.inb(kIdent) == 0xc4);
    CHECK(rig.read_all() == "2345678901234567890");
}

TEST_CASE("clearing the receiver's FIFO loses what is in it and lets the client go on", "[serial]") {
    SerialRig rig;
    rig.outb(kFifo, 0x01);
    rig.client.push(std::string(20, 'x') + "y");
    rig.outb(kFifo, 0x03);
    CHECK(rig.read_all() == "xxxxy");
}

TEST_CASE("in loopback what is sent is received and the outputs are the inputs", "[serial]") {
    SerialRig rig;
    rig.outb(kModem, 0x10);
    rig.outb(kData, 'q');
    CHECK(rig.inb(kLineStatus) == 0x61);
    rig.outb(kData, 'r');
    CHECK(rig.inb(kLineStatus) == 0x63);  // overrun
    CHECK(rig.inb(kLineStatus) == 0x61);
    CHECK(rig.inb(kData) == 'r');
    CHECK(rig.client.take_output().empty());
    const std::pair<unsigned, unsigned> lines[] = {{0x11, 0x20}, {0x12, 0x10}, {0x14, 0x40}, {0x18, 0x80}, {0xff, 0xf0}};
    for (const auto& [control, status] : lines) {
        rig.outb(kModem, control);
        CHECK(rig.inb(kModemStatus) == status);
    }
    CHECK(rig.inb(kModem) == 0x1f);
}

TEST_CASE("a client that does not read holds the transmitter up", "[serial]") {
    SerialRig rig;
    rig.client.set_room(0);
    for (std::size_t i = 0; i < CharPort::kMaxBacklog + 3; ++i) rig.outb(kData, 'z');
    CHECK((rig.inb(kLineStatus) & 0x60) == 0x00);
    rig.client.set_room(SIZE_MAX);
    rig.chardev.turn();
    CHECK((rig.inb(kLineStatus) & 0x60) == 0x60);
    CHECK(rig.client.take_output().size() == CharPort::kMaxBacklog + 3);
}

TEST_CASE("a break is a zero byte with its own interrupt", "[serial]") {
    SerialRig rig;
    rig.outb(kEnable, 0x04);
    rig.serial.uart().receive_break();
    CHECK(rig.inb(kIdent) == 0x06);
    CHECK(rig.inb(kLineStatus) == 0x71);
    CHECK(rig.irqs.take() == Texts{"4 up", "4 down"});
    CHECK(rig.inb(kData) == 0);
}

TEST_CASE("a reset brings a serial port back", "[serial]") {
    SerialRig rig;
    rig.outb(kEnable, 0x03);
    rig.outb(kFifo, 0xc1);
    rig.outb(kBase + 7, 0x77);
    rig.client.push("left over");
    rig.serial.reset();
    CHECK(rig.irqs.take().back() == "4 down");
    CHECK(rig.inb(kIdent) == 0x01);
    CHECK(rig.inb(kLineStatus) == 0x60);
    CHECK(rig.inb(kBase + 7) == 0);
}

TEST_CASE("a parallel port hands a byte over at the strobe and acknowledges it", "[serial]") {
    MachineRig rig;
    MemoryChardev chardev("parallel0");
    IsaParallel parallel(rig.ports, 0x378, IrqLine(rig.irqs, 7), &chardev);
    MemoryPeer& client = chardev.connect();
    CHECK(rig.inb(0x378) == 0xff);
    CHECK(rig.inb(0x379) == 0xd9);
    CHECK(rig.inb(0x37a) == 0xcc);
    rig.outb(0x378, 'P');
    rig.outb(0x37a, 0x1d);
    CHECK(client.take_output() == "P");
    CHECK(rig.inb(0x379) == 0x59);  // busy
    rig.outb(0x37a, 0x1c);
    CHECK(rig.irqs.take() == Texts{"7 up"});
    CHECK(rig.inb(0x379) == 0x59);
    CHECK(rig.irqs.take() == Texts{"7 down"});
    CHECK(rig.inb(0x379) == 0x19);  // acknowledges
    CHECK(rig.inb(0x379) == 0xd9);
    rig.outb(0x37a, 0x00);
    CHECK(rig.inb(0x379) == 0xd8);
    rig.outb(0x37a, 0x2c);
    CHECK(rig.inb(0x378) == 0xff);
    parallel.reset();
    CHECK(rig.inb(0x37a) == 0xcc);
}

TEST_CASE("the debug console passes bytes on and the exit port ends the emulator with an odd status", "[serial]") {
    MachineRig rig;
    MemoryChardev chardev("debugcon");
    IsaDebugcon console(rig.ports, &chardev);
    MemoryPeer& client = chardev.connect();
    rig.outb(0xe9, 'd');
    CHECK(client.take_output() == "d");
    CHECK(rig.inb(0xe9) == 0xe9);
    IsaDebugExit exit(rig.ports, rig.control);
    CHECK(rig.inl(0x501) == 0);
    rig.outb(0x501, 0x10);
    CHECK(rig.control.take() == Texts{"exit 33"});
}

TEST_CASE("pvpanic reports what it offers and nothing else", "[serial]") {
    MachineRig rig;
    PvpanicIsa both(rig.ports, rig.control);
    PvpanicIsa crash(rig.ports, rig.control, 0x600, PvpanicRegister::kCrashLoaded);
    CHECK(rig.inb(0x505) == 3);
    CHECK(rig.inb(0x600) == 2);
    rig.outb(0x505, 4);
    rig.outb(0x600, 1);
    CHECK(rig.control.take().empty());
    rig.outb(0x505, 2);
    rig.outb(0x505, 3);
    rig.outb(0x600, 3);
    CHECK(rig.control.take() == Texts{"guest crash loaded", "guest panicked", "guest crash loaded"});

    PciBus bus("pci.0", rig.ports, rig.memory);
    PvpanicPci pci(rig.control);
    REQUIRE(bus.plug(pci, 5 << 3));
    pci.config_write(0x10, 0xffffffff, 4);
    CHECK(pci.config_read(0x10, 4) == 0xfffffffe);
    pci.config_write(0x10, 0xe0000000, 4);
    pci.config_write(0x04, 2, 2);
    CHECK(rig.memory.read(0xe0000000, 1) == 3);
    rig.memory.write(0xe0000000, 1, 1);
    CHECK(rig.control.take() == Texts{"guest panicked"});
}
