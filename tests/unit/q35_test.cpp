#include <catch2/catch.hpp>

#include "machine/devices/ahci_port.h"
#include "machine/devices/ich9_lpc.h"
#include "machine/devices/pcie_port.h"
#include "machine/devices/q35.h"
#include "tests/unit/drive_rig.h"
#include "tests/unit/machine_rig.h"

using namespace rhea;

namespace {

constexpr const qom::Type* kBoth[] = {&qom::kExpressPci, &qom::kConventionalPci};
constexpr const qom::Type* kOld[] = {&qom::kConventionalPci};
constexpr qom::Type kExpressFunction{.name = "express", .parent = &PciDevice::kType, .interfaces = kBoth},
    kOldFunction{.name = "old", .parent = &PciDevice::kType, .interfaces = kOld};

class Function final : public PciDevice {
public:
    explicit Function(const qom::Type& type = kExpressFunction)
        : PciDevice(type, {.vendor = 0x1234, .device = 0x5678, .class_code = 0xff00, .interrupt_pin = 1}) {}
    void interrupt(bool level) { set_intx(level); }
};

struct Removals final : DeviceRemoval {
    std::vector<Device*> removed;
    void remove(Device& device) override { removed.push_back(&device); }
    void refuse(Device&) override {}
};

struct Q35Rig : MachineRig {
    std::unique_ptr<GuestMemory> ram = std::move(*GuestMemory::allocate(1 << 24));
    Gsi gsi{false};
    PciBus bus{"pcie.0", ports, memory, kPcieBus};
    Q35Host host{ports, memory, bus};
    Mch hub{qom::Values(Mch::kType), memory, *ram, host};
    Ich9Lpc lpc;
    Removals removals;

    explicit Q35Rig(qom::Values values = qom::Values(Ich9Lpc::kType)) : lpc(std::move(values), ports, memory, clocks, gsi, control) {
        ram->map_into(memory);
        REQUIRE(bus.plug(hub, 0));
        REQUIRE(bus.plug(lpc, 31 << 3));
        bus.connect(&lpc);
        gsi.watch(&irqs);
    }
    ~Q35Rig() { bus.connect(nullptr); }

    void put(unsigned slot, unsigned reg, std::uint32_t value, unsigned size = 4) {
        outl(0xcf8, 0x80000000 | slot << 11 | (reg & 0xfc));
        ports.write(0xcfc + (reg & 3), value, size);
    }
    std::uint32_t get(unsigned slot, unsigned reg, unsigned size = 4) {
        outl(0xcf8, 0x80000000 | slot << 11 | (reg & 0xfc));
        return static_cast<std::uint32_t>(ports.read(0xcfc + (reg & 3), size));
    }
};

constexpr PciePortModel kPort{.identity = {.vendor = 0x1b36, .device = 0x000c, .class_code = 0x0604, .interrupt_pin = 1},
                              .kind = PciePortModel::Kind::root,
                              .express = 0x54,
                              .subsystem = 0x40,
                              .message = 0x48,
                              .msix = true,
                              .capabilities = 0x8000,
                              .link = 0x00300604};
constexpr unsigned kSlotControl = 0x6c, kSlotStatus = 0x6e;

struct PortRig : Q35Rig {
    PcieSlot port{qom::Values(kPcieRootPort), kPort, "rp", bus, removals, nullptr};
    PortRig() { REQUIRE(bus.plug(port, 2 << 3)); }
};

}  // namespace

TEST_CASE("configuration space lies in memory once the guest wants it, all of it for PCI Express", "[q35]") {
    Q35Rig rig;
    Function express, old(kOldFunction);
    REQUIRE(rig.bus.plug(express, 3 << 3));
    REQUIRE(rig.bus.plug(old, 4 << 3));
    constexpr std::uint64_t kBase = 0xb0000000;
    CHECK(rig.memory.read(kBase, 4) == 0);
    CHECK_FALSE(rig.host.config_base());
    rig.put(0, 0x60, 0xb0000001);
    CHECK(rig.host.config_base() == kBase);
    CHECK(rig.memory.read(kBase, 4) == 0x29c08086);
    CHECK(rig.memory.read(kBase + (3 << 15), 4) == 0x56781234);
    rig.memory.write(kBase + (3 << 15) + 0xffc, 0x11223344, 4);
    CHECK(rig.memory.read(kBase + (3 << 15) + 0xffc, 4) == 0x11223344);
    CHECK(rig.memory.read(kBase + (4 << 15), 4) == 0x56781234);
    CHECK(rig.memory.read(kBase + (4 << 15) + 0x100, 4) == 0xffffffff);
    CHECK(rig.memory.read(kBase + (9 << 15), 4) == 0xffffffff);
    CHECK(rig.memory.read(kBase + (7 << 20), 4) == 0xffffffff);      // no such bus
    rig.put(0, 0x60, 0xe0000003);                                    // 128 MiB
    CHECK(rig.memory.read(kBase, 4) == 0);
    CHECK(rig.memory.read(0xe0000000, 4) == 0x29c08086);
    CHECK(rig.host.config_size() == 128u << 20);
    rig.hub.reset();
    CHECK_FALSE(rig.host.config_base());
}

TEST_CASE("system management RAM stays as it is once the guest has locked it", "[q35]") {
    Q35Rig rig;
    CHECK(rig.get(0, 0x9d, 1) == 0x02);
    rig.put(0, 0x9d, 0x5a, 1);
    CHECK(rig.get(0, 0x9d, 1) == 0x1a);
    rig.put(0, 0x9d, 0x62, 1);
    CHECK(rig.get(0, 0x9d, 1) == 0x3a);
    rig.hub.reset();
    CHECK(rig.get(0, 0x9d, 1) == 0x02);
}

TEST_CASE("interrupt lines of the ICH9 reach the PICs where the guest routes them, and lines of their own", "[q35]") {
    Q35Rig rig;
    Function function;
    REQUIRE(rig.bus.plug(function, 2 << 3));
    function.interrupt(true);
    CHECK(rig.irqs.take() == Texts{"22 up"});      // slot 2, pin A: the seventh line
    rig.put(31, 0x6a, 0x0b, 1);
    CHECK(rig.irqs.take() == Texts{"11 up"});
    rig.put(31, 0x6a, 0x8b, 1);
    CHECK(rig.irqs.take() == Texts{"11 down"});
    function.interrupt(false);
    CHECK(rig.irqs.take() == Texts{"22 down"});
}

TEST_CASE("interrupt pins behind ports go round by slot", "[q35]") {
    PortRig rig;
    Function function;
    REQUIRE(rig.port.secondary().plug(function, 1 << 3));
    function.interrupt(true);
    CHECK(rig.irqs.take() == Texts{"23 up"});      // INTB# of slot 2
    function.interrupt(false);
    CHECK(rig.irqs.take() == Texts{"23 down"});
}

TEST_CASE("the ICH9's power management is where PMBASE says, and its watchdog barks twice", "[q35]") {
    Q35Rig rig;
    rig.put(31, 0x40, 0x601);
    CHECK(rig.inl(0x608) == 0xffffffff);
    rig.put(31, 0x44, 0x80, 1);
    CHECK(rig.inl(0x604) == 0xffff0000);
    rig.outb(0xb2, 2);      // ACPI on
    CHECK(rig.inl(0x604) == 0xffff0001);
    rig.outw(0x602, 0x0100);
    rig.lpc.acpi().pm1().press_power_button();
    CHECK(rig.irqs.take() == Texts{"9 up"});
    rig.outw(0x600, 0x0100);
    CHECK(rig.irqs.take() == Texts{"9 down"});
    rig.outl(0x628, 0x02);      // an event of the firmware's, in the sixteen bytes of its block
    rig.lpc.acpi().gpe().raise(AcpiGpe::kPciHotplug);
    CHECK(rig.irqs.take() == Texts{"9 up"});

    rig.outw(0x672, 5);      // three seconds
    rig.outw(0x660, 1);
    rig.advance(2 * kSecond);
    CHECK(rig.inw(0x664) == 0);
    rig.advance(2 * kSecond);
    CHECK(rig.inw(0x664) == 0x0008);
    rig.advance(4 * kSecond);
    CHECK((rig.inw(0x666) & 2) == 2);
    CHECK(rig.control.take().empty());      // it may not reset anything yet
    rig.put(31, 0xf0, 0xfed1c001);
    CHECK(rig.memory.read(0xfed1f410, 4) == 0x20);
    rig.memory.write(0xfed1f410, 0, 4);
    rig.outw(0x660, 1);
    rig.advance(7 * kSecond);
    CHECK(rig.control.take().empty());      // it is strapped not to
}

TEST_CASE("the ICH9's watchdog resets where neither its strap nor the guest forbids it", "[q35]") {
    qom::Values values(Ich9Lpc::kType);
    REQUIRE(values.set("noreboot", QObject(false), InputMode::json));
    Q35Rig rig(std::move(values));
    rig.put(31, 0x40, 0x601);
    rig.put(31, 0x44, 0x80, 1);
    rig.put(31, 0xf0, 0xfed1c001);
    rig.memory.write(0xfed1f410, 0x20, 4);
    rig.outw(0x672, 5);
    rig.outw(0x660, 1);
    rig.advance(7 * kSecond);
    CHECK(rig.control.take().empty());
    rig.memory.write(0xfed1f410, 0, 4);
    rig.outw(0x660, 1);
    rig.advance(7 * kSecond);
    CHECK(rig.control.take() == Texts{"watchdog"});
}

TEST_CASE("a slot tells of what comes and lets it go when its power and its light go out", "[q35]") {
    PortRig rig;
    CHECK(rig.get(2, kSlotControl, 2) == 0x07c0);      // empty: no power
    rig.put(2, kSlotControl, 0x01f9, 2);
    rig.put(2, kSlotStatus, 0x10, 2);
    rig.irqs.take();
    Function function;
    REQUIRE(rig.port.secondary().plug(function, 0, true));
    rig.port.plugged(function);
    CHECK(rig.get(2, kSlotStatus, 2) == 0x49);
    CHECK(rig.irqs.take() == Texts{"22 up"});
    rig.put(2, kSlotStatus, 0x59, 2);                  // clears too much: nothing
    CHECK(rig.get(2, kSlotStatus, 2) == 0x49);
    rig.put(2, kSlotStatus, 0x09, 2);
    CHECK(rig.irqs.take() == Texts{"22 down"});

    REQUIRE(rig.port.request_unplug(function));
    CHECK(rig.get(2, kSlotStatus, 2) == 0x41);         // the button
    CHECK(rig.removals.removed.empty());
    rig.put(2, kSlotControl, 0x05f9, 2);
    CHECK(rig.removals.removed.empty());
    rig.put(2, kSlotControl, 0x07f9, 2);
    CHECK(rig.removals.removed == std::vector<Device*>{&function});
    CHECK((rig.get(2, kSlotStatus, 2) & 0x48) == 0x08);
}

TEST_CASE("a slot that blinks or is locked gives nothing away", "[q35]") {
    PortRig rig;
    Function function;
    REQUIRE(rig.port.secondary().plug(function, 0));
    CHECK(rig.get(2, kSlotControl, 2) == 0x01c0);      // it was there from the start
    CHECK(rig.get(2, kSlotStatus, 2) == 0x40);
    rig.put(2, kSlotControl, 0x02c0, 2);
    CHECK(rig.port.request_unplug(function).error().description() == "Hot-unplug failed: guest is busy (power indicator blinking)");
    rig.put(2, kSlotControl, 0x09c0, 2);
    CHECK(rig.port.request_unplug(function).error().description() == "slot is electromechanically locked: Device or resource busy");
    rig.put(2, kSlotControl, 0x09c0, 2);
    CHECK(rig.port.request_unplug(function));
}

namespace {

struct SataRig {
    test::DriveRig drives;
    unsigned changes = 0;
    AhciPort port{drives.memory, [this] { ++changes; }};
    std::unique_ptr<IdeDrive> disk;

    explicit SataRig(const std::string& content) {
        drives.drive("d", content);
        auto made = plug_ide_drive(port, false, {}, drives.block.layer->find_backend("d"), 1);
        REQUIRE(made);
        disk = std::move(*made);
        port.write(0x00, 0x10000);
        port.write(0x08, 0x11000);
        port.write(0x18, 0x17);
    }
    void word(std::uint64_t address, std::uint32_t value) {
        for (unsigned i = 0; i < 4; ++i) drives.memory.bytes[address + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    /// The command in slot 0, whose memory is so many descriptors of a page.
    void describe(std::uint8_t command, std::uint8_t count, unsigned descriptors) {
        word(0x10000, 5 | descriptors << 16);
        word(0x10008, 0x12000);
        word(0x12000, 0x8027u | static_cast<std::uint32_t>(command) << 16);
        word(0x12004, 0x40000000);
        word(0x1200c, count);
        for (unsigned i = 0; i < descriptors; ++i) {
            word(0x12080 + 16 * i, 0x20000 + 0x1000 * i);
            word(0x1208c + 16 * i, 0xfff);
        }
    }
    void run() {
        port.write(0x38, 1);
        drives.settle();
    }
};

}  // namespace

TEST_CASE("a port of AHCI moves a disk's sectors into the memory that its command names", "[q35][ahci]") {
    std::string content;
    for (int i = 0; i < 32; ++i) content += std::string(512, static_cast<char>('a' + i % 26));
    SataRig rig(content);
    CHECK(rig.port.read(0x24) == 0x101);
    for (const std::uint8_t command : {std::uint8_t{0xc8}, std::uint8_t{0x20}}) {      // by DMA and by PIO
        rig.describe(command, 16, 2);
        rig.run();
        CHECK(rig.port.read(0x38) == 0);
        CHECK(std::equal(content.begin(), content.begin() + 8192, rig.drives.memory.bytes.begin() + 0x20000));
        std::fill_n(rig.drives.memory.bytes.begin() + 0x20000, 8192, std::uint8_t{0});
    }
    CHECK(rig.changes > 0);
    rig.disk.reset();
    CHECK(rig.port.drive(0) == nullptr);
}

TEST_CASE("a port of AHCI survives lists and tables that lead nowhere", "[q35][ahci]") {
    SataRig rig(std::string(32 * 512, 'x'));
    rig.describe(0x25, 200, 1);      // less memory than data
    rig.run();
    CHECK(rig.port.read(0x20) == 0x50);
    rig.describe(0x60, 8, 0xffff);   // a tag that is not its slot
    rig.run();
    rig.word(0x10008, 0xfffffff0);
    rig.word(0x1000c, 0xffffffff);
    rig.run();
    rig.port.write(0x04, 0xffffffff);
    rig.port.write(0x0c, 0xffffffff);
    rig.port.write(0x38, 0xffffffff);
    rig.drives.settle();
    rig.port.write(0x18, 0x16);
    CHECK(rig.port.read(0x38) == 0);
    rig.port.reset();
    CHECK(rig.port.read(0x20) == 0x7f);
    CHECK(rig.port.read(0x28) == 0x113);
}
