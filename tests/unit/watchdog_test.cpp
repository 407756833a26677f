#include <catch2/catch.hpp>

#include "machine/devices/i6300esb.h"
#include "machine/devices/ib700.h"
#include "tests/unit/machine_rig.h"

using namespace rhea;

TEST_CASE("the ib700 expires after the time written, unless it is written again or stopped", "[watchdog]") {
    MachineRig rig;
    Ib700 watchdog(rig.ports, rig.clocks, rig.control);
    rig.advance(40 * kSecond);
    CHECK(rig.control.take().empty());
    rig.outb(0x443, 14);
    rig.advance(kSecond);
    rig.outb(0x443, 14);
    rig.advance(kSecond);
    rig.outb(0x441, 0xff);
    rig.advance(3 * kSecond);
    CHECK(rig.control.take().empty());
    rig.outb(0x443, 13);
    rig.advance(4 * kSecond - 1);
    CHECK(rig.control.take().empty());
    rig.advance(1);
    CHECK(rig.control.take() == Texts{"watchdog"});
    rig.advance(100 * kSecond);
    CHECK(rig.control.take().empty());
}

TEST_CASE("only the low four bits of the ib700's time count, and a reset stops it", "[watchdog]") {
    MachineRig rig;
    Ib700 watchdog(rig.ports, rig.clocks, rig.control);
    rig.outb(0x444, 0xf0);
    rig.advance(30 * kSecond - 1);
    CHECK(rig.control.take().empty());
    rig.advance(1);
    CHECK(rig.control.take() == Texts{"watchdog"});
    rig.outb(0x443, 0);
    watchdog.reset();
    rig.advance(60 * kSecond);
    CHECK(rig.control.take().empty());
    CHECK(rig.inb(0x441) == 0xff);
    CHECK(rig.inw(0x443) == 0xffff);
}

TEST_CASE("an ib700 of 0 seconds expires from the loop without a step of the clock", "[watchdog]") {
    MachineRig rig;
    Ib700 watchdog(rig.ports, rig.clocks, rig.control);
    rig.outb(0x443, 15);
    CHECK(rig.control.calls.empty());
    for (int i = 0; i < 1000 && rig.control.calls.empty(); ++i) rig.loop.turn();
    CHECK(rig.control.take() == Texts{"watchdog"});
}

namespace {

constexpr std::uint64_t kBar = 0xe0000000;

struct EsbRig : MachineRig {
    PciBus bus{"pci.0", ports, memory};
    I6300Esb watchdog{clocks, control};

    EsbRig() {
        REQUIRE(bus.plug(watchdog, 4 << 3));
        watchdog.config_write(0x10, kBar, 4);
        watchdog.config_write(0x04, 2, 2);
    }
    void unlock() {
        memory.write(kBar + 0xc, 0x80, 1);
        memory.write(kBar + 0xc, 0x86, 1);
    }
    void preload(std::uint32_t first, std::uint32_t second) {
        unlock();
        memory.write(kBar + 0, first, 4);
        unlock();
        memory.write(kBar + 4, second, 4);
    }
};

}  // namespace

TEST_CASE("the i6300esb acts at the end of its second stage", "[watchdog]") {
    EsbRig rig;
    rig.preload(0x400, 0x400);
    rig.watchdog.config_write(0x68, 0x02, 1);
    rig.advance(2 * 1'006'632'960 - 1);
    CHECK(rig.control.take().empty());
    rig.advance(1);
    CHECK(rig.control.take() == Texts{"watchdog"});
    // It is disabled now, with its BAR where it was, and tells that it expired.
    CHECK(rig.watchdog.config_read(0x68, 1) == 0);
    CHECK(rig.memory.read(kBar + 0xc, 2) == 0x1200);
    CHECK(rig.memory.read(kBar + 0xc, 4) == 0);
    rig.watchdog.reset();
    rig.watchdog.config_write(0x10, kBar, 4);
    rig.watchdog.config_write(0x04, 2, 2);
    CHECK(rig.memory.read(kBar + 0xc, 2) == 0x1200);
    rig.unlock();
    rig.memory.write(kBar + 0xc, 0x200, 2);
    CHECK(rig.memory.read(kBar + 0xc, 2) == 0);
}

TEST_CASE("a ping starts the i6300esb's first stage anew, only right behind the unlocking writes", "[watchdog]") {
    EsbRig rig;
    rig.preload(10, 10);
    rig.watchdog.config_write(0x60, 0x04, 2);  // 960 ns a unit
    rig.watchdog.config_write(0x68, 0x02, 1);
    rig.advance(19'000);
    rig.memory.write(kBar + 0xc, 0x100, 2);  // locked
    rig.advance(100);
    rig.unlock();
    rig.memory.write(kBar + 0xc, 0x100, 2);
    rig.advance(19'199);
    CHECK(rig.control.take().empty());
    rig.advance(1);
    CHECK(rig.control.take() == Texts{"watchdog"});
}

TEST_CASE("a free running i6300esb without reboot goes round for ever", "[watchdog]") {
    EsbRig rig;
    rig.preload(10, 10);
    rig.watchdog.config_write(0x60, 0x24, 2);
    rig.watchdog.config_write(0x68, 0x06, 1);
    rig.advance(1'000'000);
    CHECK(rig.control.take().empty());
    CHECK(rig.memory.read(kBar + 0xc, 2) == 0);
    CHECK(rig.clocks.next_deadline() > rig.now());
}

TEST_CASE("a locked i6300esb cannot be disabled before the next reset", "[watchdog]") {
    EsbRig rig;
    rig.watchdog.config_write(0x68, 0x03, 1);
    rig.watchdog.config_write(0x68, 0x00, 1);
    CHECK(rig.watchdog.config_read(0x68, 1) == 0x03);
    CHECK(rig.clocks.next_deadline() > 0);
    rig.watchdog.reset();
    CHECK(rig.watchdog.config_read(0x68, 1) == 0);
    CHECK(rig.clocks.next_deadline() == -1);
}
