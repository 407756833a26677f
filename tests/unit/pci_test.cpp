#include <catch2/catch.hpp>

#include "json/writer.h"
#include "machine/devices/i440fx.h"
#include "machine/devices/i6300esb.h"
#include "machine/devices/piix3.h"
#include "machine/devices/piix4_pm.h"
#include "machine/pci_commands.h"
#include "machine/qom/tree.h"
#include "tests/unit/machine_rig.h"

using namespace rhea;

namespace {

constexpr qom::Type kTest{.name = "test", .parent = &PciDevice::kType}, kE1000{.name = "e1000", .parent = &PciDevice::kType},
    kBridge{.name = "PIIX3", .parent = &PciDevice::kType};

/// A function with one BAR of each kind; reads give the offset.
class TestFunction final : public PciDevice, private IoHandler {
public:
    explicit TestFunction(const qom::Type& type = kTest, std::uint8_t pin = 1)
        : PciDevice(type, {.vendor = 0x1234, .device = 0x5678, .class_code = 0xff00, .interrupt_pin = pin}) {
        add_bar(0, {.kind = PciBar::Kind::io, .size = 16, .handler = this});
        add_bar(1, {.kind = PciBar::Kind::memory32, .size = 4096, .handler = this});
        add_bar(4, {.kind = PciBar::Kind::memory64, .size = 16384, .handler = this, .prefetch = true});
    }
    void interrupt(bool level) { set_intx(level); }
    std::uint32_t dma(std::uint64_t address) {
        std::uint32_t value = 0xffffffff;
        dma_read(address, &value, 4);
        return value;
    }

private:
    std::uint64_t io_read(std::uint64_t offset, unsigned) override { return offset; }
    void io_write(std::uint64_t, std::uint64_t, unsigned) override {}
};

struct PciRig : MachineRig {
    PciBus bus{"pci.0", ports, memory};
    I440fxHost config{ports, bus};

    std::uint32_t get(unsigned slot, unsigned function, unsigned reg, unsigned size = 4) {
        outl(0xcf8, 0x80000000 | slot << 11 | function << 8 | reg);
        return static_cast<std::uint32_t>(ports.read(0xcfc, size));
    }
    void put(unsigned slot, unsigned function, unsigned reg, std::uint32_t value, unsigned size = 4) {
        outl(0xcf8, 0x80000000 | slot << 11 | function << 8 | reg);
        ports.write(0xcfc, value, size);
    }
};

std::string error_of(const Result<void>& result) { return result ? "" : result.error().description(); }

}  // namespace

TEST_CASE("the configuration address takes whole dwords, and its low bits count", "[pci]") {
    PciRig rig;
    TestFunction function;
    REQUIRE(rig.bus.plug(function, 3 << 3));
    rig.outl(0xcf8, 0x80001802);
    CHECK(rig.inw(0xcfc) == 0x5678);
    CHECK(rig.inb(0xcfd) == 0x56);
    rig.outb(0xcf8, 0);
    rig.outw(0xcf8, 0);
    CHECK(rig.inl(0xcf8) == 0x80001802);
    CHECK(rig.inb(0xcf8) == 0);
    rig.outl(0xcf8, 0x00001800);
    CHECK(rig.inl(0xcfc) == 0xffffffff);
    CHECK(rig.get(4, 0, 0) == 0xffffffff);
    rig.outl(0xcf8, 0x80011800);  // another bus
    CHECK(rig.inw(0xcfc) == 0xffff);
    CHECK(rig.get(3, 0, 0xfe) == 0);  // the space ends inside the access
    rig.put(3, 0, 0xfe, 0xaabbccdd);
    CHECK(rig.get(3, 0, 0xfe, 2) == 0xccdd);
}

TEST_CASE("a function's header keeps what is read only", "[pci]") {
    PciRig rig;
    TestFunction function;
    REQUIRE(rig.bus.plug(function, 3 << 3));
    for (unsigned reg = 0; reg < 256; ++reg) rig.put(3, 0, reg, 0xff, 1);
    CHECK(rig.get(3, 0, 0x00) == 0x56781234);
    CHECK(rig.get(3, 0, 0x04, 2) == 0x0507);
    CHECK(rig.get(3, 0, 0x0a, 2) == 0xff00);
    CHECK(rig.get(3, 0, 0x0c) == 0x000000ff);
    CHECK(rig.get(3, 0, 0x10) == 0xfffffff1);
    CHECK(rig.get(3, 0, 0x14) == 0xfffff000);
    CHECK(rig.get(3, 0, 0x18) == 0);
    CHECK(rig.get(3, 0, 0x20) == 0xffffc00c);
    CHECK(rig.get(3, 0, 0x24) == 0xffffffff);
    CHECK(rig.get(3, 0, 0x2c) == 0x11001af4);
    CHECK(rig.get(3, 0, 0x3c, 2) == 0x01ff);
    CHECK(function.bar(0).address == PciBar::kUnmapped);  // the sizing pattern is no address
    CHECK(function.bar(4).address == PciBar::kUnmapped);
    function.reset();
    CHECK(rig.get(3, 0, 0x04, 2) == 0);
    CHECK(rig.get(3, 0, 0x10) == 1);
    CHECK(rig.get(3, 0, 0x20) == 0x0c);
    CHECK(rig.get(3, 0, 0x24) == 0);
    CHECK(rig.get(3, 0, 0x3c, 1) == 0);
    CHECK(rig.get(3, 0, 0x40) == 0xffffffff);
}

TEST_CASE("BARs are seen where the guest puts them, while the command register enables them", "[pci]") {
    PciRig rig;
    TestFunction function;
    REQUIRE(rig.bus.plug(function, 3 << 3));
    rig.put(3, 0, 0x10, 0xc000);
    rig.put(3, 0, 0x14, 0xe0000000);
    rig.put(3, 0, 0x20, 0);
    rig.put(3, 0, 0x24, 0x10);
    CHECK(rig.inb(0xc005) == 0xff);
    rig.put(3, 0, 0x04, 3, 2);
    CHECK(rig.inb(0xc005) == 5);
    CHECK(rig.memory.read(0xe0000008, 4) == 8);
    CHECK(rig.memory.read(0x1000000004, 4) == 4);
    rig.put(3, 0, 0x10, 0xd000);
    CHECK(rig.inb(0xc005) == 0xff);
    CHECK(rig.inb(0xd005) == 5);
    rig.put(3, 0, 0x04, 2, 2);
    CHECK(rig.inb(0xd005) == 0xff);
    CHECK(rig.memory.read(0xe0000008, 4) == 8);
    rig.bus.unplug(function);
    CHECK(rig.memory.read(0xe0000008, 4) == 0);
    CHECK(rig.ports.regions().size() == 2);
}

TEST_CASE("RAM hides a memory BAR, and an I/O BAR hides an ISA port", "[pci]") {
    PciRig rig;
    auto ram = *GuestMemory::allocate(1 << 24);
    ram->map_into(rig.memory);
    TestFunction function;
    REQUIRE(rig.bus.plug(function, 3 << 3));
    rig.put(3, 0, 0x14, 0x100000);
    rig.put(3, 0, 0x10, 0xcf0);
    rig.put(3, 0, 0x04, 3, 2);
    CHECK(rig.memory.read(0x100008, 4) == 0);
    CHECK(rig.inb(0xcf8) == 8);
}

TEST_CASE("a function reaches memory only as a bus master", "[pci]") {
    PciRig rig;
    auto ram = *GuestMemory::allocate(1 << 20);
    ram->map_into(rig.memory);
    rig.memory.write(0x1000, 0x12345678, 4);
    TestFunction function;
    REQUIRE(rig.bus.plug(function, 3 << 3));
    CHECK(function.dma(0x1000) == 0);
    rig.put(3, 0, 0x04, 4, 2);
    CHECK(function.dma(0x1000) == 0x12345678);
}

TEST_CASE("a slot is given to one function, with the texts that clients know", "[pci]") {
    PciRig rig;
    qom::Tree tree;
    auto add = [&](const char* id, const qom::Type& type = kE1000) -> PciDevice& {
        return static_cast<PciDevice&>(tree.plug(std::make_unique<TestFunction>(type), id));
    };
    PciDevice& piix3 = static_cast<PciDevice&>(tree.add_onboard(std::make_unique<TestFunction>(kBridge)));
    piix3.set_multifunction();
    REQUIRE(rig.bus.plug(piix3, 1 << 3));
    CHECK(error_of(rig.bus.plug(add("n0"), 1 << 3)) ==
          "PCI: slot 1 function 0 not available for e1000, in use by PIIX3,id=(null)");
    CHECK(error_of(rig.bus.plug(add("n1"), 1 << 3 | 2)) == "");
    REQUIRE(rig.bus.plug(add("a"), 5 << 3));
    CHECK(error_of(rig.bus.plug(add("b"), 5 << 3)) ==
          "PCI: slot 5 function 0 not available for e1000, in use by e1000,id=a");
    CHECK(error_of(rig.bus.plug(add("c"), 5 << 3 | 1)) == "PCI: single function device can't be populated in function 5.1");
    CHECK(error_of(rig.bus.plug(add("d"), 5 << 3 | 1, true)) ==
          "PCI: slot 5 function 0 already occupied by e1000, new func e1000 cannot be exposed to guest.");
    REQUIRE(rig.bus.plug(add("e"), 0x1f << 3 | 1));
    CHECK(error_of(rig.bus.plug(add("f"), 0x1f << 3)) ==
          "PCI: 1f.0 indicates single function, but 1f.1 is already populated.");
    // 0, then 2: the first whose function 0 is free.
    REQUIRE(rig.bus.plug(add("g"), std::nullopt));
    REQUIRE(rig.bus.plug(add("h"), std::nullopt));
    CHECK(static_cast<PciDevice*>(tree.find_id("h"))->slot() == 2);
    for (int i = 0; i < 27; ++i) REQUIRE(rig.bus.plug(add(""), std::nullopt));
    CHECK(error_of(rig.bus.plug(add("x"), std::nullopt)) ==
          "PCI: 1f.0 indicates single function, but 1f.1 is already populated.");
    tree.unplug(*tree.find_id("e"));
    REQUIRE(rig.bus.plug(add("y"), std::nullopt));
    CHECK(error_of(rig.bus.plug(add("z"), std::nullopt)) ==
          "PCI: no slot/function available for e1000, all in use or reserved");
}

TEST_CASE("an address is a hexadecimal slot with a function", "[pci]") {
    const auto address = [](const char* text) {
        qom::Values values(kTest);
        return values.set("addr", QObject(text), InputMode::keyval) ? values.integer("addr") : -2;
    };
    CHECK(address("5") == 0x28);
    CHECK(address("0x1f.7") == 0xff);
    CHECK(address("1f") == 0xf8);
    for (const char* bad : {"", "x", "20", "5.8", "-2", "5.", "5.1.1", "5 ", "99999999999"}) CHECK(address(bad) == -2);
}

TEST_CASE("interrupt pins reach the ISA interrupts that the PIIX3 routes them to", "[pci]") {
    PciRig rig;
    Gsi gsi;
    gsi.watch(&rig.irqs);
    Piix3 piix3(rig.ports, gsi, rig.control);
    TestFunction four, eight;
    REQUIRE(rig.bus.plug(piix3, 1 << 3));
    REQUIRE(rig.bus.plug(four, 4 << 3));
    REQUIRE(rig.bus.plug(eight, 8 << 3));
    rig.bus.connect(&piix3);
    four.interrupt(true);
    CHECK(rig.irqs.take().empty());  // not routed after power-up
    rig.put(1, 0, 0x63, 11, 1);      // INTA# of slot 4 is the fourth line
    CHECK(rig.irqs.take() == Texts{"11 up"});
    CHECK((rig.get(4, 0, 0x06, 2) & 8) == 8);
    eight.interrupt(true);  // shares it
    four.interrupt(false);
    CHECK(rig.irqs.take().empty());
    rig.put(8, 0, 0x04, 0x400, 2);  // INTx disabled
    CHECK(rig.irqs.take() == Texts{"11 down"});
    rig.put(8, 0, 0x04, 0, 2);
    rig.put(1, 0, 0x63, 10, 1);
    CHECK(rig.irqs.take() == Texts{"11 up", "10 up", "11 down"});
    rig.bus.unplug(eight);
    CHECK(rig.irqs.take() == Texts{"10 down"});
    rig.bus.connect(nullptr);
}

TEST_CASE("0xcf9 resets by bit 2 and keeps bit 1", "[pci]") {
    PciRig rig;
    Gsi gsi;
    Piix3 piix3(rig.ports, gsi, rig.control);
    rig.outb(0xcf9, 0x02);
    CHECK(rig.inb(0xcf9) == 0x02);
    CHECK(rig.control.take().empty());
    rig.outb(0xcf9, 0x06);
    CHECK(rig.control.take() == Texts{"reset guest-reset"});
    rig.outl(0xcf8, 0x80000600);  // bits 8 to 15 are not for it
    CHECK(rig.control.take().empty());
    piix3.reset();
    CHECK(rig.inb(0xcf9) == 0);
}

TEST_CASE("PAM registers show RAM or the ROM in the legacy area", "[pci]") {
    PciRig rig;
    auto ram = *GuestMemory::allocate(1 << 24);
    ram->map_into(rig.memory);
    std::vector<unsigned char> rom(0x40000, 0xee);
    rig.memory.add({.name = "rom",
                    .base = 0xc0000,
                    .size = rom.size(),
                    .memory = rom.data(),
                    .read_only = true,
                    .priority = GuestMemory::kLegacyPriority});
    I440fx host(rig.memory, *ram);
    REQUIRE(rig.bus.plug(host, 0));
    struct Segment {
        unsigned reg, shift;
        std::uint64_t first, last;
    };
    const Segment segments[] = {{0x59, 4, 0xf0000, 0xfffff},
                                {0x5a, 0, 0xc0000, 0xc3fff},
                                {0x5a, 4, 0xc4000, 0xc7fff},
                                {0x5d, 4, 0xdc000, 0xdffff},
                                {0x5f, 4, 0xec000, 0xeffff}};
    for (const auto& s : segments) {
        rig.put(0, 0, s.reg, 3u << s.shift, 1);
        CHECK(rig.memory.read(s.first, 1) == 0);
        rig.memory.write(s.first, 0x42, 1);
        rig.memory.write(s.last, 0x43, 1);
        if (s.first != 0xc0000) CHECK(rig.memory.read(s.first - 1, 1) == 0xee);
        if (s.last != 0xfffff) CHECK(rig.memory.read(s.last + 1, 1) == 0xee);
        rig.put(0, 0, s.reg, 1u << s.shift, 1);
        rig.memory.write(s.first, 0x99, 1);
        CHECK(rig.memory.read(s.first, 1) == 0x42);
        CHECK(rig.memory.read(s.last, 1) == 0x43);
        rig.put(0, 0, s.reg, 0, 1);
        CHECK(rig.memory.read(s.first, 1) == 0xee);
    }
    CHECK(rig.get(0, 0, 0x72, 1) == 0x02);
}

TEST_CASE("query-pci tells what is on the bus", "[pci][commands]") {
    PciRig rig;
    Gsi gsi;
    auto ram = *GuestMemory::allocate(1 << 24);
    qom::Tree tree;
    auto& host = static_cast<PciDevice&>(tree.add_onboard(std::make_unique<I440fx>(rig.memory, *ram)));
    auto& power = static_cast<PciDevice&>(
        tree.add_onboard(std::make_unique<Piix4Pm>(rig.ports, rig.clocks, gsi.line(9), rig.control)));
    auto& watchdog = static_cast<PciDevice&>(tree.plug(std::make_unique<I6300Esb>(rig.clocks, rig.control), "w"));
    TestFunction other(kTest, 0);
    REQUIRE(rig.bus.plug(host, 0));
    REQUIRE(rig.bus.plug(power, 1 << 3 | 3));
    REQUIRE(rig.bus.plug(watchdog, 2 << 3));
    REQUIRE(rig.bus.plug(other, 3 << 3));
    rig.put(2, 0, 0x10, 0xfebff000);
    rig.put(2, 0, 0x04, 2, 2);
    rig.put(1, 3, 0x3c, 9, 1);
    PciRootBuses buses{&rig.bus};
    CHECK(
        json::to_string(to_qobject(*query_pci(buses, {}))) ==
        R"([{"bus": 0, "devices": [)"
        R"({"irq_pin": 0, "bus": 0, "qdev_id": "", "slot": 0, "class_info": {"class": 1536, "desc": "Host bridge"}, )"
        R"("id": {"device": 4663, "subsystem-vendor": 6900, "vendor": 32902, "subsystem": 4352}, "function": 0, "regions": []}, )"
        R"({"irq_pin": 1, "bus": 0, "qdev_id": "", "irq": 9, "slot": 1, "class_info": {"class": 1664, "desc": "Bridge"}, )"
        R"("id": {"device": 28947, "subsystem-vendor": 6900, "vendor": 32902, "subsystem": 4352}, "function": 3, "regions": []}, )"
        R"({"irq_pin": 0, "bus": 0, "qdev_id": "w", "slot": 2, "class_info": {"class": 2176}, )"
        R"("id": {"device": 9643, "subsystem-vendor": 6900, "vendor": 32902, "subsystem": 4352}, "function": 0, )"
        R"("regions": [{"prefetch": false, "mem_type_64": false, "bar": 0, "size": 16, "address": 4273991680, "type": "memory"}]}, )"
        R"({"irq_pin": 0, "bus": 0, "qdev_id": "", "slot": 3, "class_info": {"class": 65280}, )"
        R"("id": {"device": 22136, "subsystem-vendor": 6900, "vendor": 4660, "subsystem": 4352}, "function": 0, )"
        R"("regions": [{"bar": 0, "size": 16, "address": -1, "type": "io"}, )"
        R"({"prefetch": false, "mem_type_64": false, "bar": 1, "size": 4096, "address": -1, "type": "memory"}, )"
        R"({"prefetch": true, "mem_type_64": true, "bar": 4, "size": 16384, "address": -1, "type": "memory"}]}]}])");
}
