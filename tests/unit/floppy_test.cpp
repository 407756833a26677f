#include <random>

#include "drive_rig.h"

namespace rhea::test {
namespace {

constexpr std::uint16_t kOutput = 0x3f2, kTape = 0x3f3, kStatus = 0x3f4, kFifo = 0x3f5, kInput = 0x3f7;
constexpr unsigned kIrq = 6;
using Bytes = std::vector<unsigned>;

/// Sector n of the image is full of the byte n.
std::string floppy_image(unsigned sectors = 2880) {
    std::string image;
    for (unsigned i = 0; i < sectors; ++i) image += std::string(512, static_cast<char>(i));
    return image;
}

class FloppyRig : public DriveRig {
public:
    void command(const Bytes& bytes) {
        for (const auto byte : bytes) guest.outb(kFifo, byte);
    }
    Bytes results() {
        Bytes out;
        while ((guest.inb(kStatus) & 0xd0) == 0xd0) out.push_back(guest.inb(kFifo));
        return out;
    }
    Bytes ask(const Bytes& bytes) {
        command(bytes);
        return results();
    }
    /// SENSE INTERRUPT until there is nothing more.
    void sense_all() {
        while (ask({0x08}).size() == 2) {}
    }
    void without_dma() { guest.outb(kOutput, 0x14); }
    bool changed() { return (guest.inb(kInput) & 0x80) != 0; }
};

TEST_CASE("an empty controller is in command phase", "[floppy]") {
    FloppyRig rig;
    CHECK(rig.guest.inb(0x3f0) == 0xff);
    CHECK(rig.guest.inb(0x3f1) == 0xc0);
    CHECK(rig.guest.inb(kOutput) == 0x0c);
    CHECK(rig.guest.inb(kTape) == 0);
    CHECK(rig.guest.inb(kStatus) == 0x80);
    CHECK(rig.ask({0x10}) == Bytes{0x90});
    CHECK(rig.ask({0x1a}) == Bytes{0x80});      // no such command
    CHECK(rig.ask({0x08}) == Bytes{0x80});      // nothing to sense
}

TEST_CASE("a software reset is sensed four times", "[floppy]") {
    FloppyRig rig;
    rig.guest.outb(kStatus, 0x80);
    CHECK(rig.irq(kIrq));
    for (unsigned i = 0; i < 4; ++i) CHECK(rig.ask({0x08}) == Bytes{0xc0 + i, 0});
    CHECK_FALSE(rig.irq(kIrq));
    CHECK(rig.ask({0x08}) == Bytes{0x80});
}

TEST_CASE("seeks interrupt, and are sensed with the cylinder", "[floppy]") {
    FloppyRig rig;
    rig.drive("f", floppy_image());
    REQUIRE(rig.device({{"driver", "floppy"}, {"drive", "f"}}) == "");
    rig.command({0x0f, 0, 30});
    CHECK(rig.irq(kIrq));
    CHECK(rig.ask({0x08}) == Bytes{0x20, 30});
    CHECK_FALSE(rig.irq(kIrq));
    rig.command({0xcf, 0, 5});
    CHECK(rig.ask({0x08}) == Bytes{0x20, 35});
    rig.command({0x8f, 0, 200});
    CHECK(rig.ask({0x08}) == Bytes{0x20, 0});
    rig.command({0xcf, 0, 200});
    CHECK(rig.ask({0x08}) == Bytes{0x20, 79});
    rig.command({0x07, 0});
    CHECK(rig.ask({0x08}) == Bytes{0x20, 0});
}

TEST_CASE("the disk change line goes out when the head moves over a disk", "[floppy]") {
    FloppyRig rig;
    rig.drive("f", floppy_image());
    REQUIRE(rig.device({{"driver", "floppy"}, {"drive", "f"}, {"id", "floppy0"}}) == "");
    auto* backend = rig.block.layer->find_backend("f");
    CHECK(rig.changed());
    rig.command({0x0f, 0, 0});
    rig.sense_all();
    CHECK(rig.changed());      // the head did not move
    rig.command({0x0f, 0, 1});
    rig.sense_all();
    CHECK_FALSE(rig.changed());
    const auto node = *rig.block.layer->lookup("f", "");
    rig.block.layer->remove_medium(*backend);
    backend->device()->medium_changed(false);
    CHECK(rig.changed());
    rig.command({0x0f, 0, 0});
    rig.sense_all();
    CHECK(rig.changed());      // no disk
    REQUIRE(rig.block.layer->insert(*backend, node));
    backend->device()->medium_changed(true);
    CHECK(rig.changed());
    rig.command({0x0f, 0, 2});
    rig.sense_all();
    CHECK_FALSE(rig.changed());
}

TEST_CASE("READ ID takes 20 ms of virtual time", "[floppy]") {
    FloppyRig rig;
    rig.drive("f", floppy_image());
    REQUIRE(rig.device({{"driver", "floppy"}, {"drive", "f"}}) == "");
    rig.clocks.set_running(true);
    rig.guest.outb(kStatus, 0x80);      // finds the first sector, as the reset of a machine that is complete does
    rig.sense_all();
    rig.command({0x0f, 0, 3});
    rig.sense_all();
    rig.command({0x0a, 0x04});
    CHECK(rig.guest.inb(kStatus) == 0x10);
    rig.clocks.advance_to(19'999'999);
    CHECK(rig.guest.inb(kStatus) == 0x10);
    CHECK_FALSE(rig.irq(kIrq));
    rig.clocks.advance_to(20'000'000);
    CHECK(rig.guest.inb(kStatus) == 0xd0);
    CHECK(rig.irq(kIrq));
    CHECK(rig.results() == Bytes{0x04, 0, 0, 3, 1, 2, 2});
    CHECK_FALSE(rig.irq(kIrq));
    rig.guest.outb(kInput, 2);      // 250 kbit/s is not what this disk has
    rig.command({0x0a, 0});
    rig.clocks.advance_to(60'000'000);
    CHECK(rig.results()[0] == 0x40);
}

TEST_CASE("a disk of another size is read as what it is where it fits into the drive", "[floppy]") {
    struct Row {
        const char* drive;
        unsigned sectors;
        std::uint8_t rate;      // at which its sectors are found
    };
    for (const Row& row : {Row{"288", 2880, 0}, {"144", 5760, 3}, {"288", 1440, 2}, {"120", 2880, 0}, {"288", 2400, 3}, {"144", 2000, 0}}) {
        FloppyRig rig;
        rig.drive("f", floppy_image(row.sectors));
        REQUIRE(rig.device({{"driver", "floppy"}, {"drive", "f"}, {"drive-type", row.drive}}) == "");
        rig.clocks.set_running(true);
        std::int64_t now = 0;
        for (std::uint8_t rate = 0; rate < 4; ++rate) {
            rig.guest.outb(kInput, rate);
            rig.command({0x0a, 0});
            rig.clocks.advance_to(now += 20'000'000);
            INFO(row.drive << ' ' << row.sectors << ' ' << int{rate});
            CHECK((rig.results()[0] == 0) == (rate == row.rate));
        }
    }
}

TEST_CASE("a drive that never held a disk finds a sector anywhere", "[floppy]") {
    FloppyRig rig;
    REQUIRE(rig.device({{"driver", "floppy"}}) == "");
    rig.clocks.set_running(true);
    rig.command({0x0f, 0, 85});
    CHECK(rig.ask({0x08}) == Bytes{0x20, 85});
    rig.command({0x0a, 0});
    rig.clocks.advance_to(20'000'000);
    CHECK(rig.results() == Bytes{0, 0, 0, 85, 0, 2, 2});
}

TEST_CASE("sectors come through the FIFO without DMA, over both heads with multi-track", "[floppy]") {
    FloppyRig rig;
    rig.drive("f", floppy_image());
    REQUIRE(rig.device({{"driver", "floppy"}, {"drive", "f"}}) == "");
    rig.without_dma();
    const auto read = [&rig](unsigned end_of_track) {
        rig.command({0xe6, 0, 0, 0, 1, 2, end_of_track, 0x1b, 0xff});
        CHECK(rig.irq(kIrq));
        std::string out;
        while (rig.guest.inb(kStatus) == 0xf0) out += static_cast<char>(rig.guest.inb(kFifo));
        CHECK(rig.guest.inb(kStatus) == 0xd0);
        return out;
    };
    const auto image = floppy_image();
    CHECK(read(1) == image.substr(0, 512) + image.substr(18 * 512, 512));
    CHECK(rig.results()[0] == 0x04);
    CHECK(read(18) == image.substr(0, 36 * 512));
    CHECK(rig.irq(kIrq));
    const auto results = rig.results();
    CHECK(results == Bytes{0x04, 0, 0, 0, 1, 18, 2});
    CHECK_FALSE(rig.irq(kIrq));
    CHECK(rig.guest.inb(kStatus) == 0x80);
    CHECK(read(19).size() == 38 * 512);
    CHECK(rig.results()[0] == 0x20);
}

TEST_CASE("a sector written without DMA is on the disk", "[floppy]") {
    FloppyRig rig;
    rig.drive("f", floppy_image());
    REQUIRE(rig.device({{"driver", "floppy"}, {"drive", "f"}}) == "");
    rig.without_dma();
    rig.command({0x45, 4, 2, 1, 5, 2, 5, 0x1b, 0xff});
    CHECK(rig.guest.inb(kStatus) == 0xb0);
    for (unsigned i = 0; i < 512; ++i) rig.guest.outb(kFifo, 0x5a);
    CHECK(rig.guest.inb(kStatus) == 0x30);      // as QEMU 7.2: behind the last sector it waits, without results
    const auto content = rig.content("f");
    CHECK(content.substr(((2 * 2 + 1) * 18 + 4) * 512, 512) == std::string(512, 0x5a));
    CHECK(content.size() == 2880 * 512);
}

TEST_CASE("without a disk a transfer ends at once", "[floppy]") {
    FloppyRig rig;
    REQUIRE(rig.device({{"driver", "floppy"}}) == "");
    rig.without_dma();
    rig.command({0xe6, 0, 0, 0, 1, 2, 18, 0x1b, 0xff});
    CHECK(rig.irq(kIrq));
    CHECK(rig.guest.inb(kStatus) == 0xd0);
    CHECK(rig.results()[0] == 0x40);
}

TEST_CASE("VERIFY with DMA needs no DMA controller", "[floppy]") {
    FloppyRig rig;
    rig.drive("f", floppy_image());
    REQUIRE(rig.device({{"driver", "floppy"}, {"drive", "f"}}) == "");
    rig.command({0x16, 0, 0, 0, 1, 2, 18, 0x1b, 0xff});
    const auto results = rig.results();
    REQUIRE(results.size() == 7);
    CHECK((results[0] & 0xc0) == 0);
}

/// A DMA channel that takes a given number of bytes.
struct FakeDma final : FloppyDma {
    std::size_t to_memory(std::span<const std::uint8_t> data) override {
        const auto size = std::min(data.size(), left);
        memory.append(reinterpret_cast<const char*>(data.data()), size);
        left -= size;
        return size;
    }
    std::size_t from_memory(std::span<std::uint8_t> data) override {
        const auto size = std::min(data.size(), left);
        std::fill_n(data.begin(), size, 0x77);
        left -= size;
        return size;
    }
    bool terminal_count() const override { return programmed && left == 0; }
    std::string memory;
    std::size_t left = 0;
    bool programmed = false;
};

TEST_CASE("a DMA transfer waits for its channel and ends at the terminal count", "[floppy]") {
    BlockRig block;
    Scratch scratch;
    Clocks clocks(&block.loop, true);
    AddressSpace ports(0xff);
    Gsi gsi;
    FakeDma dma;
    FloppyController controller(ports, clocks, gsi.line(6), &dma);
    GuestPorts guest(ports);
    REQUIRE(block.drive({{"if", "none"}, {"id", "f"}, {"file", scratch.file("f.img", floppy_image())}, {"format", "raw"}}) == "");
    auto drive = controller.plug({}, *block.layer->find_backend("f"));
    REQUIRE(drive);
    for (const unsigned byte : {0xe6, 0, 0, 0, 3, 2, 18, 0x1b, 0xff}) guest.outb(kFifo, byte);
    CHECK(guest.inb(kStatus) == 0x10);
    dma.left = 1024;
    dma.programmed = true;
    controller.dma_ready();
    CHECK(gsi.level(6));
    CHECK(guest.inb(kStatus) == 0xd0);
    CHECK(dma.memory == floppy_image().substr(2 * 512, 1024));
    Bytes results;
    for (unsigned i = 0; i < 7; ++i) results.push_back(guest.inb(kFifo));
    CHECK(results == Bytes{0, 0, 0, 0, 0, 5, 2});
}

TEST_CASE("the type of a drive follows from its disk, else from the fallback", "[floppy]") {
    const auto type = [](std::vector<std::pair<std::string, std::string>> options, unsigned sectors) {
        FloppyRig rig;
        options.insert(options.begin(), {"driver", "floppy"});
        if (sectors != 0) {
            rig.drive("f", std::string(sectors * 512, 0));
            options.emplace_back("drive", "f");
        }
        REQUIRE(rig.device(options) == "");
        return unsigned{rig.floppies.cmos_types()};
    };
    CHECK(type({}, 0) == 0x50);
    CHECK(type({}, 2880) == 0x40);
    CHECK(type({}, 5760) == 0x50);
    CHECK(type({}, 1440) == 0x40);
    CHECK(type({}, 2400) == 0x20);
    CHECK(type({}, 720) == 0x20);
    CHECK(type({}, 128) == 0x50);
    CHECK(type({{"drive-type", "144"}}, 5760) == 0x40);
    CHECK(type({{"unit", "1"}}, 2880) == 0x04);
    CHECK(type({{"drive-type", "none"}}, 0) == 0x00);
}

TEST_CASE("floppy drives that cannot be are refused in QEMU's words", "[floppy][options]") {
    FloppyRig rig;
    rig.drive("w", floppy_image(), {{"werror", "stop"}});
    const auto device = [&rig](std::vector<std::pair<std::string, std::string>> more) {
        more.insert(more.begin(), {"driver", "floppy"});
        return rig.device(more);
    };
    CHECK(device({{"unit", "2"}}) == "Can't create floppy unit 2, bus supports only 2 units");
    CHECK(device({{"drive-type", "abc"}}) == "Parameter 'drive-type' does not accept value 'abc'");
    CHECK(device({{"rerror", "stop"}}) == "Property 'floppy.rerror' not found");
    CHECK(device({{"physical_block_size", "1024"}}) == "Physical and logical block size must be 512 for floppy");
    CHECK(device({{"drive", "w"}}) == "fdc doesn't support drive option werror");
    CHECK(device({}) == "");
    CHECK(device({{"unit", "0"}}) == "Floppy unit 0 is in use");
    CHECK(device({}) == "");
    CHECK(device({}) == "Can't create floppy unit 2, bus supports only 2 units");
    CHECK(rig.floppies.drive_count() == 2);
}

TEST_CASE("no traffic at the floppy ports does harm", "[floppy][fuzz]") {
    const auto seed = GENERATE(range(0u, 8u));
    std::mt19937 random(seed);
    FloppyRig rig;
    rig.drive("f", floppy_image());
    REQUIRE(rig.device({{"driver", "floppy"}, {"drive", "f"}}) == "");
    rig.clocks.set_running(true);
    const auto any = [&random](unsigned below) { return static_cast<unsigned>(random() % below); };
    const unsigned codes[] = {0xe6, 0x06, 0xc5, 0x05, 0x0a, 0x4a, 0x16, 0x02, 0x0c, 0x09, 0x0d, 0x11, 0x19, 0x1d, 0x4e, 0x8e, 0x8f, 0xcf,
                              0x0f, 0x07, 0x08, 0x03, 0x13, 0x12, 0x2e, 0x0e};
    for (unsigned step = 0; step < 4000; ++step) {
        switch (any(8)) {
            case 0: rig.guest.outb(static_cast<std::uint16_t>(0x3f0 + any(8)), any(256)); break;
            case 1: rig.guest.outw(static_cast<std::uint16_t>(0x3f0 + any(7)), any(65536)); break;
            case 2: rig.ports.read(0x3f0 + any(8), 1u << any(3)); break;
            case 3: rig.guest.outb(kOutput, any(2) ? 0x14 : any(256)); break;
            case 4: for (unsigned i = any(1100); i-- > 0;) rig.guest.inb(kFifo); break;
            case 5: for (unsigned i = any(600); i-- > 0;) rig.guest.outb(kFifo, any(256)); break;
            case 6:
                rig.guest.outb(kFifo, codes[any(std::size(codes))]);
                for (unsigned i = any(10); i-- > 0;) rig.guest.outb(kFifo, any(4) ? any(4) : any(256));
                break;
            default: rig.clocks.advance_to(rig.clocks.now(ClockType::virtual_time) + any(30'000'000));
        }
    }
    rig.floppies.reset();
    CHECK(rig.guest.inb(kStatus) == 0x80);
    CHECK(rig.ask({0x10}) == Bytes{0x90});
}

}  // namespace
}  // namespace rhea::test
