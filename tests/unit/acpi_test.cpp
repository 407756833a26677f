#include <catch2/catch.hpp>

#include "machine/devices/acpi_cpu_hotplug.h"
#include "machine/devices/acpi_gpe.h"
#include "machine/devices/acpi_pci_hotplug.h"
#include "machine/devices/pvpanic.h"
#include "machine/devices/smbus.h"
#include "tests/unit/machine_rig.h"

using namespace rhea;

TEST_CASE("a general purpose event interrupts while it is enabled and not cleared", "[acpi]") {
    MachineRig rig;
    int changes = 0;
    AcpiGpe gpe(4, [&] { ++changes; });
    Mapping mapping(rig.ports, {.name = "gpe", .base = 0xafe0, .size = 4, .handler = &gpe, .max_access = 1});
    gpe.raise(AcpiGpe::kPciHotplug);
    CHECK_FALSE(gpe.pending());
    CHECK(rig.inl(0xafe0) == 0x00000002);
    rig.outb(0xafe2, 0x06);
    CHECK(gpe.pending());
    rig.outb(0xafe0, 0x02);
    CHECK_FALSE(gpe.pending());
    CHECK(rig.inl(0xafe0) == 0x00060000);
    CHECK(changes == 3);
    gpe.reset();
    CHECK(rig.inl(0xafe0) == 0);
}

namespace {

struct Removals final : DeviceRemoval {
    std::vector<Device*> removed;
    void remove(Device& device) override { removed.push_back(&device); }
    void refuse(Device&) override {}
};

}  // namespace

TEST_CASE("the guest learns of PCI slots that come and go, and ejects one at a time", "[acpi]") {
    MachineRig rig;
    PciBus bus("pci.0", rig.ports, rig.memory);
    PvpanicPci six(rig.control), seven(rig.control);
    REQUIRE(bus.plug(six, 6 << 3));
    REQUIRE(bus.plug(seven, 7 << 3));
    int notices = 0;
    Removals removals;
    AcpiPciHotplug hotplug(bus, removals, [&] { ++notices; });
    AcpiPciHotplugPorts ports(rig.ports, 0xae00);
    CHECK(rig.inl(0xae0c) == 0);  // nothing is behind them yet
    ports.connect(&hotplug);
    CHECK(rig.inl(0xae0c) == 0xffffffff);
    hotplug.plugged(six);
    CHECK(rig.inl(0xae00) == 0x40);
    CHECK(rig.inl(0xae00) == 0);  // told once
    REQUIRE(hotplug.request_unplug(six));
    REQUIRE(hotplug.request_unplug(seven));
    CHECK(notices == 3);
    CHECK(rig.inl(0xae04) == 0xc0);
    rig.outl(0xae10, 1);  // another bus
    CHECK(rig.inl(0xae04) == 0);
    CHECK(rig.inl(0xae0c) == 0xffffffff);
    rig.outl(0xae08, 0xc0);
    CHECK(removals.removed.empty());
    rig.outl(0xae10, 0);
    rig.outl(0xae08, 0xc0);
    CHECK(removals.removed == std::vector<Device*>{&six});
    CHECK(rig.inl(0xae04) == 0x80);
    ports.reset();  // nobody is left to answer
    CHECK(removals.removed == std::vector<Device*>{&six, &seven});
    CHECK(rig.inl(0xae04) == 0);
}

TEST_CASE("CPUs are a bitmap until the guest asks for the registers of one", "[acpi]") {
    MachineRig rig;
    int notices = 0;
    std::vector<unsigned> reports, ejected;
    AcpiCpuHotplug hotplug(rig.ports, 0xaf00, [&] { ++notices; });
    hotplug.set_cpus({{0, true}, {1, true}, {2}, {3}});
    hotplug.on_report([&](unsigned cpu) { reports.push_back(cpu); });
    hotplug.on_eject([&](unsigned cpu) { ejected.push_back(cpu); });
    CHECK(rig.inl(0xaf00) == 0x3);
    rig.outb(0xaf00, 1);
    CHECK(rig.inl(0xaf00) == 0x3);
    rig.outl(0xaf00, 0);
    CHECK(rig.inl(0xaf04) == 1);
    CHECK(rig.inb(0xaf0c) == 0xff);
    hotplug.plugged(2);
    hotplug.request_unplug(3);
    CHECK(notices == 2);
    rig.outb(0xaf05, 0);
    CHECK(rig.inl(0xaf08) == 2);
    CHECK(rig.inb(0xaf04) == 3);
    rig.outb(0xaf04, 2);
    CHECK(rig.inb(0xaf04) == 1);
    rig.outb(0xaf05, 0);
    CHECK(rig.inl(0xaf08) == 3);
    rig.outb(0xaf05, 1);
    rig.outl(0xaf08, 7);
    rig.outb(0xaf05, 2);
    rig.outl(0xaf08, 9);
    CHECK(reports == std::vector<unsigned>{3});
    CHECK(hotplug.cpus()[3].ost_event == 7);
    CHECK(hotplug.cpus()[3].ost_status == 9);
    rig.outl(0xaf00, 1);
    rig.outb(0xaf05, 3);
    CHECK(rig.inl(0xaf08) == 1);
    rig.outb(0xaf04, 8);
    CHECK(ejected == std::vector<unsigned>{1});
    rig.outl(0xaf00, 77);  // nobody
    CHECK(rig.inl(0xaf08) == 0);
    rig.outb(0xaf04, 8);
    CHECK(ejected.size() == 1);
}

TEST_CASE("the memory modules' EEPROMs answer on the SMBus", "[acpi]") {
    MachineRig rig;
    Smbus smbus(true);
    Mapping mapping(rig.ports, {.name = "smbus", .base = 0xb100, .size = Smbus::kSize, .handler = &smbus, .max_access = 1});
    SmbusEeprom eeprom{0x50};
    smbus.attach(0x50, &eeprom);
    constexpr unsigned kBus = 0xb100;
    const auto transact = [&](unsigned address, unsigned command, unsigned protocol) {
        rig.outb(kBus, 0xff);
        rig.outb(kBus + 4, address);
        rig.outb(kBus + 3, command);
        rig.outb(kBus + 2, 0x40 | protocol << 2);
        CHECK(rig.inb(kBus) == 1);  // busy, until somebody looks
        return rig.inb(kBus);
    };
    CHECK(transact(0xa0, 0, 0) == 2);
    CHECK(transact(0xa2, 0, 0) == 4);  // nobody there
    rig.outb(kBus + 5, 0x77);
    CHECK(transact(0xa0, 9, 2) == 2);
    CHECK(transact(0xa1, 9, 2) == 2);
    CHECK(rig.inb(kBus + 5) == 0x77);
    CHECK(transact(0xa1, 8, 3) == 2);
    CHECK(rig.inb(kBus + 5) == 0);
    CHECK(rig.inb(kBus + 6) == 0x77);
    CHECK(transact(0xa0, 9, 1) == 2);
    CHECK(transact(0xa1, 0, 1) == 2);
    CHECK(rig.inb(kBus + 5) == 0x77);
    CHECK(transact(0xa1, 0, 5) == 4);
    smbus.reset();
    CHECK(rig.inb(kBus + 13) == 2);
}
