#include <catch2/catch.hpp>

#include "machine/boot_order.h"
#include "machine/devices/fw_cfg.h"
#include "machine/devices/isa_debug.h"
#include "machine/memory_tree.h"
#include "tests/unit/machine_rig.h"

using namespace rhea;

namespace {

struct FirmwareRig : MachineRig {
    int fills = 0;
    std::string ram = std::string(0x1000, '\xaa');
    FwCfg config{ports, memory, [this](FwCfg& to) {
                     ++fills;
                     to.set_number(FwCfg::kRamSize, 0x04000000, 8);
                     to.add_file("opt/b", "second");
                     to.add_file("etc/a", std::string("one\0two", 7));
                     to.add_file(std::string(56, 'x'), "its name is too long");
                 }};

    FirmwareRig() {
        memory.add({.name = "ram", .base = 0, .size = ram.size(), .memory = reinterpret_cast<unsigned char*>(ram.data())});
    }
    std::string item(unsigned number, std::size_t size) {
        outw(0x510, number);
        std::string bytes;
        while (bytes.size() < size) bytes += static_cast<char>(inb(0x511));
        return bytes;
    }
    void put(unsigned at, std::uint64_t value, unsigned size) {
        for (unsigned i = 0; i < size; ++i) ram[at + i] = static_cast<char>(value >> (8 * (size - 1 - i)));
    }
    unsigned dma(std::uint32_t control, std::uint32_t length, std::uint64_t address) {
        put(0, control, 4);
        put(4, length, 4);
        put(8, address, 8);
        outl(0x514, 0);
        outl(0x518, 0);
        return static_cast<unsigned char>(ram[3]);
    }
};

}  // namespace

TEST_CASE("fw_cfg gives the bytes of the selected item and zeros past its end", "[firmware]") {
    FirmwareRig rig;
    CHECK(rig.fills == 0);  // nobody has looked yet
    CHECK(rig.item(FwCfg::kSignature, 6) == std::string("QEMU\0\0", 6));
    CHECK(rig.item(FwCfg::kRamSize, 9) == std::string("\0\0\0\4\0\0\0\0\0", 9));
    CHECK(rig.item(FwCfg::kId, 4) == std::string("\3\0\0\0", 4));
    CHECK(rig.item(0x3f, 2) == std::string(2, '\0'));
    CHECK(rig.item(FwCfg::kRamSize | 0x4000, 4) == std::string("\0\0\0\4", 4));
    CHECK(rig.fills == 1);
}

TEST_CASE("fw_cfg numbers files by name and lists them big endian", "[firmware]") {
    FirmwareRig rig;
    const std::string directory = rig.item(FwCfg::kDirectory, 4 + 2 * 64);
    CHECK(directory.substr(0, 4) == std::string("\0\0\0\2", 4));
    CHECK(directory.substr(4, 8) == std::string("\0\0\0\7\0\x20\0\0", 8));
    CHECK(directory.substr(12, 6) == std::string("etc/a\0", 6));
    CHECK(directory.substr(68, 8) == std::string("\0\0\0\6\0\x21\0\0", 8));
    CHECK(rig.item(0x20, 7) == std::string("one\0two", 7));
    CHECK(rig.item(0x21, 7) == std::string("second\0", 7));
}

TEST_CASE("either fw_cfg port reads bytes, only a word selects, and wider reads take nothing", "[firmware]") {
    FirmwareRig rig;
    rig.outw(0x510, 0);
    CHECK(rig.inb(0x510) == 'Q');
    CHECK(rig.inb(0x511) == 'E');
    CHECK(rig.inw(0x510) == 0);
    CHECK(rig.inl(0x510) == 0);
    rig.outb(0x510, 3);
    rig.outl(0x510, 3);
    CHECK(rig.inb(0x511) == 'M');
}

TEST_CASE("fw_cfg's DMA reads, skips and selects, and refuses to write", "[firmware]") {
    FirmwareRig rig;
    CHECK(rig.inl(0x514) == 0x554d4551);
    CHECK(rig.inl(0x518) == 0x47464320);
    CHECK(rig.dma(0x0021000a, 4, 0x100) == 0);
    CHECK(rig.ram.substr(0x100, 5) == "seco\xaa");
    CHECK(rig.dma(0x00000002, 4, 0x100) == 0);
    CHECK(rig.ram.substr(0x100, 5) == std::string("nd\0\0\xaa", 5));
    CHECK(rig.dma(0x0021000c, 3, 0) == 0);
    CHECK(rig.dma(0x00000002, 3, 0x200) == 0);
    CHECK(rig.ram.substr(0x200, 3) == "ond");
    CHECK(rig.dma(0x00210018, 3, 0x200) == 1);
    CHECK(rig.dma(0x003f000a, 2, 0x300) == 0);  // no such item
    CHECK(rig.ram.substr(0x300, 3) == std::string("\0\0\xaa", 3));
    CHECK(rig.dma(0x00000002, 0xffffffff, 0xfffffffffffff000) == 0);  // around the end of the address space
}

TEST_CASE("a reset makes fw_cfg's items anew", "[firmware]") {
    FirmwareRig rig;
    rig.item(0x20, 1);
    rig.config.reset();
    CHECK(rig.inb(0x511) == 'Q');
    CHECK(rig.item(0x20, 3) == "one");
    CHECK(rig.fills == 2);
}

TEST_CASE("the boot order goes by index, and no index is given twice", "[firmware]") {
    MachineRig rig;
    IsaDebugExit first(rig.ports, rig.control), second(rig.ports, rig.control, 0x601);
    BootOrder order;
    CHECK(order.boot_order().empty());
    REQUIRE(order.add(first, 2, std::string(kPciRootPath) + pci_boot_node("ide", 1 << 3 | 1) + "/drive@0/disk@0"));
    REQUIRE(order.add(second, 1, std::string(kPciRootPath) + pci_boot_node("scsi", 3 << 3) + "/disk@0,0"));
    CHECK(order.add(second, -1, "unwanted"));
    CHECK(order.add(second, 2, "taken").error().description() == "The bootindex 2 has already been used");
    CHECK(order.boot_order() == std::string("/pci@i0cf8/scsi@3/disk@0,0\n/pci@i0cf8/ide@1,1/drive@0/disk@0\0", 61));
    order.set_geometry(first, "/a", {10, 20, 30});
    order.set_geometry(second, "/b", {});
    CHECK(order.geometries() == std::string("/a 10 20 30\0", 12));
    order.remove(second);
    CHECK(order.boot_order() == std::string("/pci@i0cf8/ide@1,1/drive@0/disk@0\0", 34));
}

TEST_CASE("info mtree shows regions, and with -f what is seen of them", "[firmware]") {
    FirmwareRig rig;
    const std::string tree = memory_tree(rig.memory, rig.ports), flat = flat_views(rig.memory, rig.ports);
    CHECK(tree.find("    0000000000000510-0000000000000511 (prio 0, i/o): fwcfg\n") != std::string::npos);
    CHECK(tree.find("    0000000000000000-0000000000000fff (prio 0, ram): ram\n") != std::string::npos);
    CHECK(flat.find("  0000000000000512-0000000000000513 (prio 0, i/o): io @0000000000000512\n") != std::string::npos);
    CHECK(flat.find("  000000000000051c-000000000000ffff (prio 0, i/o): io @000000000000051c\n") != std::string::npos);
}
