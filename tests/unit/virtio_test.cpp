#include <catch2/catch.hpp>
#include <map>

#include "chardev/memory_chardev.h"
#include "machine/virtio/types.h"
#include "machine/virtio/virtio_blk.h"
#include "machine/virtio/virtio_serial.h"
#include "tests/unit/block_rig.h"
#include "tests/unit/machine_rig.h"

using namespace rhea;

namespace {

constexpr std::uint64_t kTable = 0xe0000000, kModern = 0xe0010000, kMessages = 0x8000;
constexpr unsigned kPort = 0xc000;
constexpr std::uint16_t kNext = 1, kWrite = 2, kIndirect = 4;

/// A driver: a virtio function on a bus, RAM, and rings in it.
struct Driver {
    AddressSpace ports{0xff}, memory{0};
    PciBus bus{"pci.0", ports, memory};
    std::string ram = std::string(1 << 20, '\0');
    std::optional<VirtioPci> pci;
    unsigned queue_size = 0, free = 0, next = 0;
    std::uint64_t descriptors = 0, available = 0, used = 0;
    std::uint16_t seen = 0;

    Driver() {
        memory.add({.name = "ram", .base = 0, .size = ram.size(), .memory = reinterpret_cast<unsigned char*>(ram.data())});
    }
    void plug(std::unique_ptr<VirtioDevice> device, qom::Values values) {
        pci.emplace(std::move(values), VirtioPciKind{.class_code = 0x0100}, VirtioPci::Form::generic, std::move(device), false);
        REQUIRE(bus.plug(*pci, 4 << 3));
        config(0x10, kPort);
        config(0x14, kTable);
        config(0x20, kModern);
        config(0x04, 7, 2);
    }
    void config(unsigned reg, std::uint32_t value, unsigned size = 4) { pci->config_write(reg, value, size); }
    std::uint64_t common(unsigned reg, unsigned size) { return memory.read(kModern + reg, size); }
    void common(unsigned reg, std::uint64_t value, unsigned size) { memory.write(kModern + reg, value, size); }
    std::uint64_t get(std::uint64_t at, unsigned size) { return memory.read(at, size); }
    void put(std::uint64_t at, std::uint64_t value, unsigned size) { memory.write(at, value, size); }

    void rings(unsigned size, std::uint64_t base) {
        queue_size = size;
        free = next = seen = 0;
        descriptors = base;
        available = base + 16 * size;
        used = (available + 4 + 2 * size + 4095) & ~std::uint64_t{4095};
        memory.fill(base, 0, used + 4096 - base);
    }
    /// Acknowledge to DRIVER_OK in the legacy way, with one queue at page 16.
    void start_legacy(std::uint32_t features, unsigned queue = 0, unsigned page = 16) {
        ports.write(kPort + 0x12, 3, 1);
        ports.write(kPort + 0x04, features, 4);
        ports.write(kPort + 0x0e, queue, 2);
        rings(static_cast<unsigned>(ports.read(kPort + 0x0c, 2)), page * 4096);
        ports.write(kPort + 0x08, page, 4);
        ports.write(kPort + 0x12, 7, 1);
    }
    void start_modern(std::uint64_t features) {
        common(0x14, 3, 1);
        for (unsigned half = 0; half < 2; ++half) {
            common(0x08, half, 4);
            common(0x0c, features >> (32 * half), 4);
        }
        common(0x14, 11, 1);
        REQUIRE((common(0x14, 1) & 8) == 8);
        enable_queue(0, 0x10000);
        common(0x14, 15, 1);
    }
    void enable_queue(unsigned queue, std::uint64_t base) {
        common(0x16, queue, 2);
        rings(static_cast<unsigned>(common(0x18, 2)), base);
        common(0x20, descriptors, 4);
        common(0x28, available, 4);
        common(0x30, used, 4);
        common(0x1c, 1, 2);
    }
    unsigned descriptor(std::uint64_t address, std::uint32_t length, std::uint16_t flags) {
        const auto at = descriptors + 16 * free;
        put(at, address, 8);
        put(at + 8, length, 4);
        put(at + 12, flags, 2);
        put(at + 14, free + 1, 2);
        return free++;
    }
    void offer(unsigned head) {
        put(available + 4 + 2 * (next % queue_size), head, 2);
        put(available + 2, ++next, 2);
    }
    /// The length in the next used entry.
    std::uint32_t reap() {
        const auto at = used + 4 + 8 * (seen++ % queue_size);
        return static_cast<std::uint32_t>(get(at + 4, 4));
    }
    unsigned used_index() { return static_cast<unsigned>(get(used + 2, 2)); }
};

struct NoRemovals final : DeviceRemoval {
    void remove(Device&) override {}
    void refuse(Device&) override {}
};

struct BlkRig : Driver {
    test::Scratch scratch;
    test::BlockRig block;
    std::string path = scratch.image("disk", 64 << 10);

    /// `off`: "disable-legacy" or "disable-modern".
    explicit BlkRig(const char* off = nullptr) {
        REQUIRE(block.drive({{"if", "none"}, {"id", "d0"}, {"file", path}, {"format", "raw"}}) == "");
        BlockBackend* backend = block.layer->find_backend("d0");
        REQUIRE(backend);
        qom::Values disk(kVirtioBlk), function(kBlkPci);
        REQUIRE(disk.set("serial", QObject("S-1"), InputMode::json));
        if (off) REQUIRE(function.set(off, QObject("on"), InputMode::keyval));
        auto made = VirtioBlk::create(std::move(disk), *backend);
        REQUIRE(made);
        plug(std::move(*made), std::move(function));
    }
    ~BlkRig() { pci.reset(); }
    /// A request's chain: header, data, status.
    void request(std::uint32_t type, std::uint64_t sector, std::uint32_t length, bool from_disk, std::uint64_t at = 0x1000) {
        put(at, type, 4);
        put(at + 8, sector, 8);
        put(at + 0xfff, 0xee, 1);
        const auto head = descriptor(at, 16, kNext);
        if (length) descriptor(at + 0x100, length, static_cast<std::uint16_t>(kNext | (from_disk ? kWrite : 0)));
        descriptor(at + 0xfff, 1, kWrite);
        offer(head);
    }
    unsigned outcome(std::uint64_t at = 0x1000) { return static_cast<unsigned>(get(at + 0xfff, 1)); }
    void kick() {
        ports.write(kPort + 0x10, 0, 2);
        block.settle();
    }
};

}  // namespace

TEST_CASE("a virtio-blk function looks as drivers of both kinds expect", "[virtio]") {
    BlkRig rig;
    CHECK(rig.pci->config_read(0x00, 4) == 0x10011af4);
    CHECK(rig.pci->config_read(0x2c, 4) == 0x00021af4);
    CHECK(rig.pci->config_read(0x34, 1) == 0x98);
    const std::pair<unsigned, std::uint32_t> chain[] = {{0x98, 0x00018411}, {0x84, 0x05147009}, {0x70, 0x02146009},
                                                        {0x60, 0x04105009}, {0x50, 0x03104009}, {0x40, 0x01100009}};
    for (const auto& [at, value] : chain) CHECK(rig.pci->config_read(at, 4) == value);
    CHECK(rig.ports.read(kPort, 4) == 0x79006e54);
    CHECK(rig.common(0x04, 4) == 0x30006e54);
    rig.common(0x00, 1, 4);
    CHECK(rig.common(0x04, 4) == 0x101);
    CHECK(rig.common(0x12, 2) == 1);
    CHECK(rig.common(0x18, 2) == 256);
    CHECK(rig.memory.read(kModern + 0x2000, 8) == 128);  // sectors
    CHECK(rig.ports.read(kPort + 0x14, 4) == 128);
    CHECK(rig.memory.read(kModern + 0x2000 + 60, 4) == 0xffffffff);
}

TEST_CASE("a legacy driver writes, reads back, flushes and asks for the serial number", "[virtio]") {
    BlkRig rig;
    rig.start_legacy(0);
    const std::string text(1024, 'w');
    std::copy(text.begin(), text.end(), rig.ram.begin() + 0x1100);
    rig.request(1, 5, 1024, false);
    rig.kick();
    CHECK(rig.outcome() == 0);
    CHECK(rig.reap() == 1);
    CHECK(rig.ports.read(kPort + 0x13, 1) == 1);  // ISR, which reading clears
    CHECK(rig.ports.read(kPort + 0x13, 1) == 0);
    rig.request(0, 5, 1024, true, 0x3000);
    rig.request(4, 0, 0, false, 0x5000);
    rig.request(8, 0, 20, true, 0x7000);
    rig.kick();
    CHECK(rig.used_index() == 4);
    CHECK(rig.outcome(0x3000) == 0);
    CHECK(rig.outcome(0x5000) == 0);
    CHECK(rig.ram.substr(0x3100, 1024) == text);
    CHECK(rig.ram.substr(0x7100, 4) == std::string("S-1\0", 4));
}

TEST_CASE("what virtio-blk cannot do is answered with a status", "[virtio]") {
    BlkRig rig;
    rig.start_legacy(0);
    rig.request(0, 127, 1024, true);  // one sector past the end
    rig.kick();
    CHECK(rig.outcome() == 1);
    rig.request(0, 0xffffffffffffffff, 512, true);
    rig.kick();
    CHECK(rig.outcome() == 1);
    rig.request(99, 0, 512, true);
    rig.kick();
    CHECK(rig.outcome() == 2);
    rig.request(0, 0, 100, true);  // no whole sectors
    rig.kick();
    CHECK(rig.outcome() == 1);
    CHECK(rig.used_index() == 4);
}

TEST_CASE("a modern driver uses indirect descriptors, the event index and MSI-X", "[virtio]") {
    BlkRig rig;
    rig.config(0x9a, 0xc000, 2);  // MSI-X on, all masked
    for (unsigned vector = 0; vector < 2; ++vector) {
        rig.put(kTable + 16 * vector, kMessages + 4 * vector, 4);
        rig.put(kTable + 16 * vector + 8, 0x1234 + vector, 4);
        rig.put(kTable + 16 * vector + 12, 0, 4);
    }
    rig.common(0x16, 0, 2);
    rig.common(0x1a, 1, 2);
    CHECK(rig.common(0x1a, 2) == 1);
    rig.start_modern(VirtioDevice::kVersion1 | VirtioDevice::kIndirectDescriptors | VirtioDevice::kEventIndex);
    rig.put(0x1000, 0, 4);
    rig.put(0x1008, 0, 8);
    // Header, data and status in a table of their own.
    const std::uint64_t table = 0x2000;
    const auto entry = [&](unsigned i, std::uint64_t address, std::uint32_t length, std::uint16_t flags) {
        rig.put(table + 16 * i, address, 8);
        rig.put(table + 16 * i + 8, length, 4);
        rig.put(table + 16 * i + 12, flags, 2);
        rig.put(table + 16 * i + 14, i + 1, 2);
    };
    entry(0, 0x1000, 16, kNext);
    entry(1, 0x3000, 512, kNext | kWrite);
    entry(2, 0x1fff, 1, kWrite);
    rig.put(0x1fff, 0xee, 1);
    rig.offer(rig.descriptor(table, 48, kIndirect));
    rig.memory.write(kModern + 0x3000, 0, 2);
    rig.block.settle();
    CHECK(rig.get(0x1fff, 1) == 0);
    CHECK(rig.reap() == 513);
    // Masked: pending until the mask goes.
    CHECK(rig.get(kMessages + 4, 4) == 0);
    CHECK(rig.get(kTable + 0x800, 4) == 2);
    rig.config(0x9a, 0x8000, 2);
    CHECK(rig.get(kMessages + 4, 4) == 0x1235);
    CHECK(rig.get(kTable + 0x800, 4) == 0);
    // The driver wants to hear of the third one only.
    rig.put(rig.available + 4 + 2 * rig.queue_size, 2, 2);
    rig.put(kMessages + 4, 0, 4);
    for (int i = 0; i < 2; ++i) {
        CHECK(rig.get(kMessages + 4, 4) == 0);
        rig.offer(0);
        rig.memory.write(kModern + 0x3000, 0, 2);
        rig.block.settle();
    }
    CHECK(rig.get(kMessages + 4, 4) == 0x1235);
    CHECK(rig.get(rig.used + 4 + 8 * rig.queue_size, 2) == 3);
}

TEST_CASE("a queue that makes no sense stops the device until it is reset", "[virtio]") {
    BlkRig rig;
    rig.start_modern(VirtioDevice::kVersion1);
    // A chain that leads round in a circle.
    const auto first = rig.descriptor(0x1000, 16, kNext);
    rig.put(rig.descriptors + 14, first, 2);
    rig.offer(first);
    rig.memory.write(kModern + 0x3000, 0, 2);
    CHECK((rig.common(0x14, 1) & 0x40) != 0);
    CHECK(rig.used_index() == 0);
    CHECK((rig.memory.read(kModern + 0x1000, 1) & 2) != 0);
    rig.common(0x14, 0, 1);
    CHECK(rig.common(0x14, 1) == 0);
    rig.start_modern(VirtioDevice::kVersion1);
    rig.request(4, 0, 0, false);
    rig.memory.write(kModern + 0x3000, 0, 2);
    rig.block.settle();
    CHECK(rig.used_index() == 1);
}

TEST_CASE("a reset in the middle of a request loses it", "[virtio]") {
    BlkRig rig;
    rig.start_legacy(0);
    rig.request(0, 0, 512, true);
    rig.ports.write(kPort + 0x10, 0, 2);
    rig.ports.write(kPort + 0x12, 0, 1);
    rig.block.settle();
    CHECK(rig.outcome() == 0xee);
    CHECK(rig.ports.read(kPort + 0x08, 4) == 0);
    rig.start_legacy(0);
    rig.request(0, 0, 512, true);
    rig.kick();
    CHECK(rig.outcome() == 0);
}

TEST_CASE("configuration space is reached through the window capability too", "[virtio]") {
    BlkRig rig;
    rig.config(0x88, 4, 1);
    rig.config(0x8c, 0x2000, 4);
    rig.config(0x90, 4, 4);
    CHECK(rig.pci->config_read(0x94, 4) == 128);
    rig.config(0x8c, 0x14, 4);
    rig.config(0x90, 1, 4);
    rig.config(0x94, 3, 1);
    CHECK(rig.common(0x14, 1) == 3);
}

TEST_CASE("a device of one generation has only its own registers", "[virtio]") {
    BlkRig modern("disable-legacy");
    CHECK(modern.pci->config_read(0x00, 4) == 0x10421af4);
    CHECK(modern.pci->config_read(0x2c, 4) == 0x11001af4);
    CHECK(modern.ports.read(kPort, 4) == 0xffffffff);
    BlkRig legacy("disable-modern");
    CHECK(legacy.pci->config_read(0x34, 1) == 0x40);
    CHECK(legacy.pci->config_read(0x40, 4) == 0x00010011);
}

TEST_CASE("a virtio-serial port is announced, opened, and carries bytes both ways", "[virtio]") {
    Driver rig;
    MachineRig machine;
    test::BlockRig events;
    NoRemovals removals;
    auto made = std::make_unique<VirtioSerial>(qom::Values(kVirtioSerial), machine.clocks, removals, "bus.0");
    VirtioSerial& serial = *made;
    rig.plug(std::move(made), kSerialPci);
    MemoryChardev chardev("agent");
    qom::Values values(kVirtSerialPort);
    REQUIRE(values.set("name", QObject("org.test.agent"), InputMode::json));
    VirtioSerialPort port(values, 1, &chardev, events.bus);
    port.set_id("p1");
    REQUIRE(port.plug_into(serial.port_bus()));
    CHECK(rig.pci->config_read(0x00, 4) == 0x10031af4);
    CHECK(rig.ports.read(kPort + 0x18, 4) == 31);

    // Control queues at pages 32 and 48, port 1's at 64 and 80.
    const auto page = [](unsigned queue) { return queue < 4 ? 16 * queue : 16 * queue; };
    rig.ports.write(kPort + 0x12, 3, 1);
    rig.ports.write(kPort + 0x04, 2, 4);
    struct Ring { std::uint64_t descriptors, available, used; unsigned size, free = 0, next = 0, seen = 0; };
    std::map<unsigned, Ring> rings;
    for (unsigned queue : {2u, 3u, 4u, 5u}) {
        rig.ports.write(kPort + 0x0e, queue, 2);
        rig.rings(static_cast<unsigned>(rig.ports.read(kPort + 0x0c, 2)), page(queue) * 4096u);
        rig.ports.write(kPort + 0x08, page(queue), 4);
        rings[queue] = {rig.descriptors, rig.available, rig.used, rig.queue_size};
    }
    rig.ports.write(kPort + 0x12, 7, 1);
    const auto use = [&](unsigned queue, auto call) {
        Ring& ring = rings[queue];
        rig.descriptors = ring.descriptors, rig.available = ring.available, rig.used = ring.used, rig.queue_size = ring.size;
        rig.free = ring.free, rig.next = ring.next;
        call();
        ring.free = rig.free, ring.next = rig.next;
        rig.ports.write(kPort + 0x10, queue, 2);
    };
    const auto control = [&](unsigned number, unsigned event, unsigned value) {
        use(3, [&] {
            rig.put(0x1000, number, 4);
            rig.put(0x1004, event, 2);
            rig.put(0x1006, value, 2);
            rig.offer(rig.descriptor(0x1000, 8, 0));
        });
    };
    for (unsigned i = 0; i < 8; ++i) use(2, [&] { rig.offer(rig.descriptor(0x2000 + 64 * i, 64, kWrite)); });
    const auto message = [&](unsigned i) { return std::pair(rig.get(0x2004 + 64 * i, 2), rig.get(0x2006 + 64 * i, 2)); };
    control(0xffffffff, 0, 1);  // the driver is there
    CHECK(message(0) == std::pair<std::uint64_t, std::uint64_t>{1, 1});  // port 1 was added
    control(1, 3, 1);
    CHECK(message(1) == std::pair<std::uint64_t, std::uint64_t>{7, 1});
    CHECK(rig.ram.substr(0x2048, 15) == std::string("org.test.agent\0", 15));
    MemoryPeer& client = chardev.connect();
    CHECK(message(2) == std::pair<std::uint64_t, std::uint64_t>{6, 1});
    client.push("for the guest");
    control(1, 6, 1);
    CHECK(chardev.frontend_open());
    use(4, [&] { rig.offer(rig.descriptor(0x4000, 64, kWrite)); });
    CHECK(rig.ram.substr(0x4000, 13) == "for the guest");
    std::copy_n("from it", 7, rig.ram.begin() + 0x5000);
    use(5, [&] { rig.offer(rig.descriptor(0x5000, 7, 0)); });
    CHECK(client.take_output() == "from it");
    rig.ports.write(kPort + 0x12, 0, 1);
    CHECK_FALSE(chardev.frontend_open());
    rig.pci.reset();
}
