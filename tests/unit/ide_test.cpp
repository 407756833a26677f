#include <random>

#include "drive_rig.h"

namespace rhea::test {
namespace {

constexpr std::uint16_t kBase = 0x1f0, kControl = 0x3f6;
constexpr unsigned kIrq = 14;

/// Sector n of the image is full of the byte n + 1.
std::string disk_image(unsigned sectors) {
    std::string image;
    for (unsigned i = 0; i < sectors; ++i) image += std::string(512, static_cast<char>(i + 1));
    return image;
}
std::string cd_image(unsigned blocks) {
    std::string image;
    for (unsigned i = 0; i < blocks; ++i) image += std::string(2048, static_cast<char>(0x40 + i));
    return image;
}

class IdeRig : public DriveRig {
public:
    void task_file(std::uint8_t count, std::uint32_t lba, std::uint8_t device = 0xe0, std::uint8_t features = 0) {
        guest.outb(kBase + 6, device | (lba >> 24 & 0x0f));
        guest.outb(kBase + 1, features);
        guest.outb(kBase + 2, count);
        for (unsigned i = 0; i < 3; ++i) guest.outb(static_cast<std::uint16_t>(kBase + 3 + i), lba >> (8 * i) & 0xff);
    }
    void command(std::uint8_t code) {
        guest.outb(kBase + 7, code);
        settle();
    }
    std::uint8_t status() { return guest.inb(kControl); }
    std::uint8_t error() { return guest.inb(kBase + 1); }
    std::vector<std::uint16_t> words(std::size_t count) {
        std::vector<std::uint16_t> out;
        while (count-- > 0) out.push_back(guest.inw(kBase));
        return out;
    }
    std::string text(const std::vector<std::uint16_t>& words, std::size_t first, std::size_t last) {
        std::string out;
        for (auto i = first; i <= last; ++i) out += {static_cast<char>(words[i] >> 8), static_cast<char>(words[i] & 0xff)};
        return out;
    }
    void write_sector(std::uint8_t fill) {
        for (unsigned i = 0; i < 256; ++i) guest.outw(kBase, fill * 0x101u);
        settle();
    }

    // The bus master.
    struct Descriptor {
        std::uint32_t address, length;
        bool last;
    };
    void descriptors(const std::vector<Descriptor>& list) {
        auto* at = &memory.bytes[0x1000];
        for (const auto& entry : list) {
            const std::uint32_t second = (entry.length & 0xffff) | (entry.last ? 0x80000000 : 0);
            std::memcpy(at, &entry.address, 4);
            std::memcpy(at + 4, &second, 4);
            at += 8;
        }
        bus_master().write(4, 0x1000, 4);
        bus_master().write(2, 6, 1);
    }
    IdeBusMaster& bus_master() { return ide.channel(0).bus_master(); }

    /// A packet by the data port; everything that it answers.
    std::string packet(std::vector<std::uint8_t> bytes, std::uint32_t limit = 0xfffe, std::uint8_t device = 0xa0) {
        task_file(0, limit << 8, device);
        command(0xa0);
        bytes.resize(12);
        for (unsigned i = 0; i < 12; i += 2) guest.outw(kBase, bytes[i] | bytes[i + 1] << 8);
        settle();
        bursts.clear();
        std::string out;
        while (status() & 0x08) {
            guest.inb(kBase + 7);
            const unsigned size = guest.inb(kBase + 4) | guest.inb(kBase + 5) << 8;
            bursts.push_back(size);
            for (unsigned i = 0; i + 1 < size; i += 2) {
                const auto word = guest.inw(kBase);
                out += {static_cast<char>(word & 0xff), static_cast<char>(word >> 8)};
            }
            settle();
            if (size < 2 || size % 2 != 0) break;
        }
        return out;
    }
    /// Sense key, sense code.
    std::pair<unsigned, unsigned> sense() {
        const auto data = packet({0x03, 0, 0, 0, 18});
        REQUIRE(data.size() == 18);
        return {static_cast<std::uint8_t>(data[2]), static_cast<std::uint8_t>(data[12])};
    }
    std::vector<unsigned> bursts;
};
using Sense = std::pair<unsigned, unsigned>;

TEST_CASE("a disk identifies itself with its size, its names and a geometry", "[ide]") {
    IdeRig rig;
    rig.drive("d", std::string(512 * 2000, 0));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    rig.task_file(0, 0);
    rig.command(0xec);
    CHECK(rig.status() == 0x58);
    CHECK(rig.irq(kIrq));
    const auto words = rig.words(256);
    CHECK(rig.status() == 0x50);
    CHECK(rig.text(words, 10, 19) == "QM00001             ");
    CHECK(rig.text(words, 23, 26) == "2.5+    ");
    CHECK(rig.text(words, 27, 46) == "QEMU HARDDISK                           ");
    CHECK(words[1] == 2);      // no fewer cylinders than two
    CHECK(words[3] == 16);
    CHECK(words[6] == 63);
    CHECK(words[60] == 2000);
    CHECK(words[100] == 2000);
    CHECK(words[82] == 0x4021);
    CHECK(words[85] == 0x4021);
    CHECK(words[169] == 1);
    rig.guest.inb(kBase + 7);
    CHECK_FALSE(rig.irq(kIrq));
}

TEST_CASE("serial, version, model and world wide name of the options are cut to their fields", "[ide]") {
    IdeRig rig;
    rig.drive("d", std::string(512, 0));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}, {"serial", "123456789012345678901"}, {"ver", "v"}, {"model", "odd"},
                        {"wwn", "0x123456789abcdef0"}, {"physical_block_size", "4096"}}) == "");
    rig.task_file(0, 0);
    rig.command(0xec);
    const auto words = rig.words(256);
    CHECK(rig.text(words, 10, 19) == "12345678901234567890");
    CHECK(rig.text(words, 23, 26) == "v       ");
    CHECK(rig.text(words, 27, 28) == "odd ");
    CHECK(words[108] == 0x1234);
    CHECK(words[111] == 0xdef0);
    CHECK(words[84] == 0x4100);
    CHECK(words[106] == 0x6003);
}

TEST_CASE("an empty cable reads as zeros and takes commands without harm", "[ide]") {
    IdeRig rig;
    for (std::uint16_t i = 0; i < 8; ++i) CHECK(rig.guest.inb(static_cast<std::uint16_t>(kBase + i)) == 0);
    for (unsigned code = 0; code < 256; ++code) rig.command(static_cast<std::uint8_t>(code));
    CHECK(rig.status() == 0);
}

TEST_CASE("sectors come by the data port one by one, each with its interrupt", "[ide]") {
    IdeRig rig;
    rig.drive("d", disk_image(40));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    rig.task_file(2, 5);
    rig.command(0x20);
    CHECK(rig.status() == 0x58);
    CHECK(rig.guest.inb(kBase + 2) == 1);
    CHECK(rig.guest.inb(kBase + 3) == 6);
    CHECK(rig.irq(kIrq));
    rig.guest.inb(kBase + 7);
    CHECK(rig.words(256) == std::vector<std::uint16_t>(256, 0x0606));
    CHECK(rig.status() == 0xd0);      // the next one is under way
    rig.settle();
    CHECK(rig.irq(kIrq));
    CHECK(rig.words(256) == std::vector<std::uint16_t>(256, 0x0707));
    CHECK(rig.status() == 0x50);
    CHECK(rig.words(1)[0] == 0);      // there is no more
}

TEST_CASE("READ MULTIPLE moves blocks, and is refused when SET MULTIPLE turned it off", "[ide]") {
    IdeRig rig;
    rig.drive("d", disk_image(40));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    rig.task_file(4, 0);
    rig.command(0xc6);
    rig.task_file(6, 0);
    rig.command(0xc4);
    const auto block = rig.words(4 * 256);
    CHECK(block[0] == 0x0101);
    CHECK(block[3 * 256] == 0x0404);
    rig.settle();
    CHECK(rig.words(2 * 256)[256] == 0x0606);
    CHECK(rig.status() == 0x50);
    rig.task_file(3, 0);
    rig.command(0xc6);
    CHECK(rig.error() == 0x04);       // no power of two
    rig.task_file(0, 0);
    rig.command(0xc6);
    rig.command(0xc4);
    CHECK(rig.status() == 0x41);
}

TEST_CASE("sectors are addressed by cylinder, head and sector too", "[ide]") {
    IdeRig rig;
    rig.drive("d", disk_image(200));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}, {"cyls", "10"}, {"heads", "4"}, {"secs", "5"}}) == "");
    // (cylinder 2 * 4 heads + head 3) * 5 sectors + sector 1 - 1 = 55
    rig.guest.outb(kBase + 6, 0xa3);
    rig.guest.outb(kBase + 2, 2);
    rig.guest.outb(kBase + 3, 5);
    rig.guest.outb(kBase + 4, 2);
    rig.guest.outb(kBase + 5, 0);
    rig.command(0x20);
    CHECK(rig.words(1)[0] == 0x3c3c);
    CHECK(rig.guest.inb(kBase + 3) == 1);      // the next one is on the next cylinder
    CHECK(rig.guest.inb(kBase + 4) == 3);
    CHECK(rig.guest.inb(kBase + 6) == 0xa0);
}

TEST_CASE("what is written through the data port is on the medium afterwards", "[ide]") {
    IdeRig rig;
    rig.drive("d", disk_image(40));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    rig.task_file(2, 7);
    rig.command(0x30);
    CHECK(rig.status() == 0x58);
    CHECK_FALSE(rig.irq(kIrq));
    rig.write_sector(0xaa);
    CHECK(rig.irq(kIrq));
    CHECK(rig.status() == 0x58);
    rig.write_sector(0xbb);
    CHECK(rig.status() == 0x50);
    const auto content = rig.content("d");
    CHECK(content.substr(7 * 512, 1024) == std::string(512, '\xaa') + std::string(512, '\xbb'));
    CHECK(content.substr(9 * 512, 512) == std::string(512, 10));
}

TEST_CASE("48-bit commands take the bytes before the last ones as the high half", "[ide]") {
    IdeRig rig;
    rig.drive("d", disk_image(40));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    rig.task_file(0, 0);
    rig.task_file(1, 3);
    rig.command(0x24);
    CHECK(rig.words(1)[0] == 0x0404);
    rig.guest.outb(kControl, 4);
    rig.guest.outb(kControl, 0);
    rig.task_file(0, 1);      // high bytes
    rig.task_file(1, 3);
    rig.command(0x24);
    CHECK(rig.status() == 0x41);
    CHECK(rig.error() == 0x04);
    rig.command(0x27);
    rig.guest.outb(kControl, 0x80);
    CHECK(rig.guest.inb(kBase + 3) == 0);
    rig.guest.outb(kControl, 0);
    CHECK(rig.guest.inb(kBase + 3) == 39);
}

TEST_CASE("a request past the end of the disk is refused and counted as invalid", "[ide]") {
    IdeRig rig;
    rig.drive("d", disk_image(40));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    rig.task_file(1, 40);
    rig.command(0x20);
    CHECK(rig.status() == 0x41);
    CHECK(rig.error() == 0x04);
    CHECK(rig.irq(kIrq));
    CHECK(rig.block.layer->find_backend("d")->stats().counter(IoKind::read).invalid == 1);
    rig.task_file(0, 0, 0xa0);      // sector 0 does not exist in the old addressing
    rig.command(0x20);
    CHECK(rig.status() == 0x41);
}

TEST_CASE("an unknown command is aborted with an interrupt", "[ide]") {
    IdeRig rig;
    rig.drive("d", disk_image(4));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    rig.task_file(0, 0);
    rig.command(0xfe);
    CHECK(rig.status() == 0x41);
    CHECK(rig.error() == 0x04);
    CHECK(rig.irq(kIrq));
}

TEST_CASE("a reset shows the signatures of disk and CD-ROM", "[ide]") {
    IdeRig rig;
    rig.drive("d", disk_image(4));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    REQUIRE(rig.device({{"driver", "ide-cd"}}) == "");
    rig.task_file(9, 0x123456);
    rig.guest.outb(kControl, 4);
    rig.guest.outb(kControl, 0);
    const auto registers = [&rig] {
        std::vector<unsigned> out;
        for (std::uint16_t i = 1; i < 7; ++i) out.push_back(rig.guest.inb(static_cast<std::uint16_t>(kBase + i)));
        return out;
    };
    CHECK(registers() == std::vector<unsigned>{1, 1, 1, 0x00, 0x00, 0xa0});
    rig.guest.outb(kBase + 6, 0xb0);
    CHECK(registers() == std::vector<unsigned>{1, 1, 1, 0x14, 0xeb, 0xb0});
}

TEST_CASE("no interrupt comes while nIEN is set", "[ide]") {
    IdeRig rig;
    rig.drive("d", disk_image(4));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    rig.guest.outb(kControl, 2);
    rig.task_file(1, 0);
    rig.command(0x20);
    CHECK(rig.status() == 0x58);
    CHECK_FALSE(rig.irq(kIrq));
}

TEST_CASE("turning the write cache off flushes, and shows in the identification", "[ide]") {
    IdeRig rig;
    rig.drive("d", disk_image(4));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    rig.task_file(0, 0, 0xe0, 0x82);
    rig.command(0xef);
    CHECK(rig.status() == 0x50);
    CHECK_FALSE(rig.block.layer->find_backend("d")->write_cache());
    rig.command(0xec);
    CHECK((rig.words(256)[85] & 0x20) == 0);
    CHECK(rig.block.layer->find_backend("d")->stats().counter(IoKind::flush).operations == 1);
}

TEST_CASE("the outcome of a DMA transfer tells how the descriptors compare with the request", "[ide][dma]") {
    struct Case {
        std::vector<IdeRig::Descriptor> list;
        bool stop_at_once;
        unsigned bus_master_status;
        bool irq;
    };
    const auto equal = std::vector<IdeRig::Descriptor>{{0x10000, 256, false}, {0x20000, 256, true}};
    const auto longer = std::vector<IdeRig::Descriptor>{{0x10000, 512, false}, {0x20000, 512, true}};
    const auto shorter = std::vector<IdeRig::Descriptor>{{0x10000, 256, true}};
    const auto c = GENERATE_COPY(Case{equal, false, 0x04, true}, Case{longer, false, 0x05, true}, Case{shorter, false, 0x00, false},
                                 Case{equal, true, 0x04, true}, Case{longer, true, 0x04, true}, Case{shorter, true, 0x00, false});
    IdeRig rig;
    rig.drive("d", disk_image(40));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    rig.descriptors(c.list);
    rig.task_file(1, 4);
    rig.command(0xc8);
    CHECK(rig.status() == 0x58);
    rig.bus_master().write(0, 9, 1);
    if (c.stop_at_once) rig.bus_master().write(0, 0, 1);
    else rig.settle();
    CHECK(rig.bus_master().read(2, 1) == c.bus_master_status);
    CHECK(rig.irq(kIrq) == c.irq);
    CHECK(rig.status() == 0x50);
    CHECK(rig.memory.bytes[0x10000] == (c.irq ? 5 : 0));
    CHECK(rig.memory.bytes[0x100ff] == (c.irq ? 5 : 0));
    rig.bus_master().write(0, 0, 1);
    CHECK((rig.bus_master().read(2, 1) & 1) == 0);
}

TEST_CASE("WRITE DMA gathers from memory", "[ide][dma]") {
    IdeRig rig;
    rig.drive("d", disk_image(40));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    std::memset(&rig.memory.bytes[0x20000], 0x77, 100);
    std::memset(&rig.memory.bytes[0x30000], 0x88, 924);
    rig.descriptors({{0x20000, 100, false}, {0x30000, 924, true}});
    rig.task_file(2, 10);
    rig.command(0xca);
    rig.bus_master().write(0, 1, 1);
    rig.settle();
    CHECK(rig.bus_master().read(2, 1) == 4);
    CHECK(rig.content("d").substr(10 * 512, 1024) == std::string(100, 0x77) + std::string(924, '\x88'));
}

TEST_CASE("an endless table of descriptors, and one at the end of memory, end by themselves", "[ide][dma]") {
    IdeRig rig;
    rig.drive("d", std::string(512 * 4000, 1));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    std::vector<IdeRig::Descriptor> tiny(4096, {0xfffffffe, 2, false});
    rig.descriptors(tiny);
    rig.task_file(0, 0);
    rig.command(0xc8);
    rig.bus_master().write(0, 9, 1);
    rig.settle();
    CHECK(rig.bus_master().read(2, 1) == 0);      // 512 descriptors are not enough
    rig.bus_master().write(0, 0, 1);
    rig.bus_master().write(4, 0xffffffff, 4);
    rig.task_file(0, 0);
    rig.command(0xc8);
    rig.bus_master().write(0, 9, 1);
    rig.settle();
    CHECK(rig.bus_master().read(2, 1) == 5);      // zeros there: 64 KiB each, none the last
}

TEST_CASE("TRIM discards the ranges of its list up to one past the end", "[ide][dma]") {
    IdeRig rig;
    rig.drive("d", disk_image(40), {{"discard", "unmap"}});
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    const auto trim = [&rig](std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges) {
        std::memset(&rig.memory.bytes[0x20000], 0, 512);
        for (std::size_t i = 0; i < ranges.size(); ++i) {
            const std::uint64_t entry = ranges[i].first | ranges[i].second << 48;
            std::memcpy(&rig.memory.bytes[0x20000 + 8 * i], &entry, 8);
        }
        rig.descriptors({{0x20000, 512, true}});
        rig.task_file(0, 0);
        rig.task_file(1, 0, 0xe0, 1);
        rig.command(0x06);
        rig.bus_master().write(0, 1, 1);
        rig.settle();
        rig.bus_master().write(0, 0, 1);
    };
    trim({{3, 2}, {0, 0}, {10, 1}});
    CHECK(rig.status() == 0x50);
    CHECK(rig.irq(kIrq));
    CHECK(rig.block.layer->find_backend("d")->stats().counter(IoKind::discard).operations == 2);
    trim({{5, 1}, {39, 2}, {7, 1}});
    CHECK(rig.status() == 0x41);
    CHECK(rig.error() == 0x04);
    CHECK(rig.block.layer->find_backend("d")->stats().counter(IoKind::discard).operations == 3);
    rig.task_file(1, 0);
    rig.command(0x06);
    CHECK(rig.status() == 0x41);      // without the feature bit
}

/// A disk whose sector 5 fails in one direction.
class FailingNode final : public BlockNode {
public:
    explicit FailingNode(bool reads) : BlockNode({.name = "bad"}), reads_(reads) {}
    BlockdevDriver driver() const override { return BlockdevDriver::null_co; }
    QDict full_options() const override { return QDict{{"driver", "null-co"}}; }

protected:
    std::uint64_t byte_size() const override { return 40 * 512; }
    int do_read(std::uint64_t offset, std::span<std::uint8_t> buffer) override { return reads_ && hit(offset, buffer.size()) ? EIO : 0; }
    int do_write(std::uint64_t offset, std::span<const std::uint8_t> buffer) override {
        return !reads_ && hit(offset, buffer.size()) ? EIO : 0;
    }
    int do_write_zeroes(std::uint64_t, std::uint64_t, bool) override { return 0; }

private:
    static bool hit(std::uint64_t offset, std::uint64_t bytes) { return offset <= 5 * 512 && offset + bytes > 5 * 512; }
    bool reads_;
};

std::string failing_disk(IdeRig& rig, const char* type, std::pair<std::string, std::string> policy) {
    BlockBackend& backend = rig.block.layer->make_backend("bad");
    REQUIRE(rig.block.layer->insert(backend, std::make_shared<FailingNode>(std::string_view(type) == "read")));
    QDict dict;
    dict.put(policy.first, QObject(policy.second));
    auto options = parse_ide_options(dict, false);
    auto drive = rig.ide.plug(0, false, *options, &backend);
    if (!drive) return drive.error().description();
    rig.drives.push_back(&rig.tree.plug(std::move(*drive), "hd0"));
    return "";
}

TEST_CASE("a failed request is reported, ignored, or kept until the machine goes on", "[ide][errors]") {
    IdeRig rig;
    SECTION("report") {
        REQUIRE(failing_disk(rig, "read", {"rerror", "report"}) == "");
        rig.task_file(1, 5);
        rig.command(0x20);
        CHECK(rig.status() == 0x41);
        CHECK(rig.error() == 0x04);
        CHECK(rig.irq(kIrq));
        REQUIRE(rig.block.lines.size() == 1);
        CHECK(rig.block.lines[0].find(R"("action": "report")") != std::string::npos);
        CHECK(rig.block.host.stops == 0);
    }
    SECTION("ignore") {
        REQUIRE(failing_disk(rig, "read", {"rerror", "ignore"}) == "");
        rig.task_file(1, 5);
        rig.command(0x20);
        CHECK(rig.status() == 0x58);
        CHECK(rig.irq(kIrq));
    }
    SECTION("stop") {
        REQUIRE(failing_disk(rig, "write", {"werror", "stop"}) == "");
        rig.task_file(1, 5);
        rig.command(0x30);
        rig.write_sector(0x99);
        CHECK((rig.status() & 0x80) != 0);
        CHECK_FALSE(rig.irq(kIrq));
        CHECK(rig.block.host.stops == 1);
        rig.block.host.cont();
        rig.settle();
        CHECK(rig.block.host.stops == 2);      // it fails again
        CHECK((rig.status() & 0x80) != 0);
        rig.guest.outb(kControl, 4);
        rig.guest.outb(kControl, 0);
        rig.block.host.cont();
        rig.settle();
        CHECK(rig.block.host.stops == 2);      // a reset forgets it
        CHECK(rig.status() == 0x50);
    }
    SECTION("stop by DMA") {
        REQUIRE(failing_disk(rig, "read", {"rerror", "stop"}) == "");
        rig.descriptors({{0x20000, 512, true}});
        rig.task_file(1, 5);
        rig.command(0xc8);
        rig.bus_master().write(0, 9, 1);
        rig.settle();
        CHECK(rig.block.host.stops == 1);
        CHECK(rig.bus_master().read(2, 1) == 1);
        rig.block.host.cont();
        rig.settle();
        CHECK(rig.block.host.stops == 2);
    }
}

TEST_CASE("a reset while a request is under way leaves no trace of it", "[ide]") {
    IdeRig rig;
    rig.drive("d", disk_image(40));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    rig.task_file(1, 0);
    rig.guest.outb(kBase + 7, 0x20);
    rig.ide.reset();
    rig.settle();
    CHECK(rig.status() == 0x50);
    CHECK_FALSE(rig.irq(kIrq));
}

TEST_CASE("a drive can go while a request is under way", "[ide]") {
    IdeRig rig;
    rig.drive("d", disk_image(40));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    rig.task_file(1, 0);
    rig.guest.outb(kBase + 7, 0x20);
    rig.tree.unplug(*rig.drives[0]);
    rig.drives.clear();
    rig.settle();
    CHECK(rig.status() == 0);
}

// --- ATAPI ----------------------------------------------------------------------------------------------------------------

TEST_CASE("a CD-ROM drive answers packets with bursts of at most the limit", "[ide][atapi]") {
    IdeRig rig;
    rig.drive("c", cd_image(10), {{"media", "cdrom"}});
    REQUIRE(rig.device({{"driver", "ide-cd"}, {"drive", "c"}}) == "");
    CHECK(rig.packet({0x00}) == "");
    CHECK(rig.status() == 0x50);
    CHECK(rig.guest.inb(kBase + 2) == 3);
    CHECK(rig.packet({0x25}) == std::string("\0\0\0\x09\0\0\x08\0", 8));
    const auto expected = cd_image(10).substr(2 * 2048, 3 * 2048);
    const std::vector<std::uint8_t> read{0x28, 0, 0, 0, 0, 2, 0, 0, 3};
    CHECK(rig.packet(read, 2048) == expected);
    CHECK(rig.bursts == std::vector<unsigned>{2048, 2048, 2048});
    CHECK(rig.packet(read, 5001) == expected);
    CHECK(rig.bursts == std::vector<unsigned>{5000, 1144});
    CHECK(rig.packet(read, 0xffff) == expected);
    CHECK(rig.bursts == std::vector<unsigned>{6144});
    CHECK(rig.irq(kIrq));
    CHECK(rig.packet({0x12, 0, 0, 0, 36}, 11).substr(8, 8) == "QEMU    ");
    CHECK(rig.bursts == std::vector<unsigned>{10, 10, 10, 6});
    CHECK(rig.packet(read, 0) == "");
    CHECK(rig.status() == 0x41);
    CHECK(rig.error() == 0x04);
}

TEST_CASE("what a packet does wrong is in the sense data", "[ide][atapi]") {
    IdeRig rig;
    rig.drive("c", cd_image(10), {{"media", "cdrom"}});
    REQUIRE(rig.device({{"driver", "ide-cd"}, {"drive", "c"}}) == "");
    CHECK(rig.sense() == Sense{0, 0});
    rig.packet({0x28, 0, 0, 0, 0, 9, 0, 0, 2});
    CHECK(rig.status() == 0x41);
    CHECK(rig.error() == 0x50);
    CHECK(rig.sense() == Sense{5, 0x21});
    rig.packet({0xfe});
    CHECK(rig.sense() == Sense{5, 0x20});
    rig.packet({0x5a, 0, 0x3f, 0, 0, 0, 0, 0, 200});
    CHECK(rig.sense() == Sense{5, 0x24});
    rig.packet({0xad, 0, 0, 0, 0, 0, 0, 0, 8, 8});
    CHECK(rig.sense() == Sense{5, 0x30});
}

TEST_CASE("READ CD gives whole sectors with header when asked for them", "[ide][atapi]") {
    IdeRig rig;
    rig.drive("c", cd_image(10), {{"media", "cdrom"}});
    REQUIRE(rig.device({{"driver", "ide-cd"}, {"drive", "c"}}) == "");
    const auto raw = rig.packet({0xbe, 0, 0, 0, 0, 1, 0, 0, 1, 0xf8});
    REQUIRE(raw.size() == 2352);
    CHECK(raw.substr(0, 16) == std::string("\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\x02\x01\x01", 16));
    CHECK(raw.substr(16, 2048) == std::string(2048, 0x41));
    CHECK(rig.packet({0xbe, 0, 0, 0, 0, 1, 0, 0, 1, 0x10}) == std::string(2048, 0x41));
}

TEST_CASE("a CD-ROM drive reads by DMA", "[ide][atapi][dma]") {
    IdeRig rig;
    rig.drive("c", cd_image(10), {{"media", "cdrom"}});
    REQUIRE(rig.device({{"driver", "ide-cd"}, {"drive", "c"}}) == "");
    rig.descriptors({{0x20000, 1000, false}, {0x30000, 7192, true}});
    rig.task_file(0, 0, 0xa0, 1);
    rig.command(0xa0);
    const std::uint8_t read[12] = {0x28, 0, 0, 0, 0, 3, 0, 0, 4};
    for (unsigned i = 0; i < 12; i += 2) rig.guest.outw(kBase, read[i] | read[i + 1] << 8);
    rig.bus_master().write(0, 9, 1);
    rig.settle();
    CHECK(rig.status() == 0x50);
    CHECK(rig.bus_master().read(2, 1) == 4);
    CHECK(rig.memory.bytes[0x20000] == 0x43);
    CHECK(rig.memory.bytes[0x30000 + 7191] == 0x46);
}

TEST_CASE("the guest opens and closes the tray unless it is locked", "[ide][atapi][tray]") {
    IdeRig rig;
    rig.drive("c", cd_image(10), {{"media", "cdrom"}});
    REQUIRE(rig.device({{"driver", "ide-cd"}, {"drive", "c"}, {"id", "cd"}}) == "");
    auto* backend = rig.block.layer->find_backend("c");
    rig.packet({0x1e, 0, 0, 0, 1});
    CHECK(backend->device()->medium_locked());
    rig.packet({0x1b, 0, 0, 0, 2});
    CHECK(rig.sense() == Sense{2, 0x53});
    CHECK_FALSE(backend->device()->tray_open());
    rig.packet({0x1e, 0, 0, 0, 0});
    rig.packet({0x1b, 0, 0, 0, 2});
    CHECK(backend->device()->tray_open());
    CHECK(rig.block.lines == std::vector<std::string>{R"(DEVICE_TRAY_MOVED {"device": "c", "tray-open": true, "id": "cd"})"});
    rig.packet({0x00});
    CHECK(rig.sense() == Sense{2, 0x3a});
    CHECK(rig.packet({0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8}) == std::string("\0\x04\x04\x10\0\x01\0\0", 8));
    rig.packet({0x1b, 0, 0, 0, 3});
    CHECK(rig.block.lines.size() == 2);
    rig.packet({0x00});
    CHECK(rig.status() == 0x50);
}

TEST_CASE("a new medium is first absent, then a unit attention, then ready", "[ide][atapi][tray]") {
    IdeRig rig;
    rig.drive("c", cd_image(10), {{"media", "cdrom"}});
    REQUIRE(rig.device({{"driver", "ide-cd"}, {"drive", "c"}, {"id", "cd"}}) == "");
    auto* backend = rig.block.layer->find_backend("c");
    rig.block.layer->move_medium(*backend, false);
    CHECK(rig.irq(kIrq));
    rig.packet({0x00});
    CHECK(rig.sense() == Sense{2, 0x3a});
    rig.block.layer->move_medium(*backend, true);
    rig.packet({0x00});
    CHECK(rig.sense() == Sense{2, 0x3a});
    rig.packet({0x00});
    CHECK(rig.error() == 0x60);
    rig.packet({0x00});
    CHECK(rig.error() == 0x60);      // until it is asked for
    CHECK(rig.sense() == Sense{6, 0x28});
    rig.packet({0x00});
    CHECK(rig.status() == 0x50);
    CHECK(rig.packet({0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8}) == std::string("\0\x04\x04\x10\x02\x02\0\0", 8));
    CHECK(rig.packet({0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8}) == std::string("\0\x04\x04\x10\0\x02\0\0", 8));
}

TEST_CASE("the eject button of a locked tray is an event, and a reset unlocks", "[ide][atapi][tray]") {
    IdeRig rig;
    rig.drive("c", cd_image(10), {{"media", "cdrom"}});
    REQUIRE(rig.device({{"driver", "ide-cd"}, {"drive", "c"}, {"id", "cd"}}) == "");
    auto* device = rig.block.layer->find_backend("c")->device();
    rig.packet({0x1e, 0, 0, 0, 1});
    device->eject_request(false);
    CHECK(rig.packet({0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8}) == std::string("\0\x04\x04\x10\x01\x02\0\0", 8));
    CHECK(device->medium_locked());
    rig.ide.reset();
    CHECK_FALSE(device->medium_locked());
    rig.packet({0x1e, 0, 0, 0, 1});
    device->eject_request(true);
    CHECK_FALSE(device->medium_locked());
}

TEST_CASE("an empty CD-ROM drive is not ready, and a flush of it fails in peace", "[ide][atapi]") {
    IdeRig rig;
    REQUIRE(rig.device({{"driver", "ide-cd"}}) == "");
    rig.packet({0x00});
    CHECK(rig.sense() == Sense{2, 0x3a});
    rig.task_file(0, 0, 0xa0);
    rig.command(0xe7);
    CHECK(rig.status() == 0x41);
    CHECK(rig.packet({0x46, 0, 0, 0, 0, 0, 0, 0, 8}) == std::string("\0\0\0\x10\0\0\0\0", 8));
}

TEST_CASE("the table of contents has one track and the lead-out, as blocks or as time", "[ide][atapi]") {
    IdeRig rig;
    rig.drive("c", cd_image(10), {{"media", "cdrom"}});
    REQUIRE(rig.device({{"driver", "ide-cd"}, {"drive", "c"}}) == "");
    CHECK(rig.packet({0x43, 0, 0, 0, 0, 0, 0, 0, 200}) ==
          std::string("\0\x12\x01\x01\0\x14\x01\0\0\0\0\0\0\x16\xaa\0\0\0\0\x0a", 20));
    CHECK(rig.packet({0x43, 2, 0, 0, 0, 0, 0xaa, 0, 200}) == std::string("\0\x0a\x01\x01\0\x16\xaa\0\0\0\x02\x0a", 12));
    rig.packet({0x43, 0, 0, 0, 0, 0, 5, 0, 200});
    CHECK(rig.sense() == Sense{5, 0x24});
}

// --- the board ------------------------------------------------------------------------------------------------------------

TEST_CASE("drives that cannot be are refused in QEMU's words", "[ide][options]") {
    IdeRig rig;
    rig.drive("d", disk_image(8));
    rig.empty_drive("e");
    const auto disk = [&rig](std::vector<std::pair<std::string, std::string>> more) {
        more.insert(more.begin(), {{"driver", "ide-hd"}, {"drive", "d"}});
        return rig.device(more);
    };
    CHECK(rig.device({{"driver", "ide-hd"}}) == "No drive specified");
    CHECK(rig.device({{"driver", "ide-hd"}, {"drive", "e"}}) == "Device needs media, but drive is empty");
    CHECK(disk({{"unit", "2"}}) == "Can't create IDE unit 2, bus supports only 2 units");
    CHECK(disk({{"foo", "1"}}) == "Property 'ide-hd.foo' not found");
    CHECK(rig.device({{"driver", "ide-cd"}, {"cyls", "5"}}) == "Property 'ide-cd.cyls' not found");
    CHECK(disk({{"cyls", "70000"}, {"heads", "16"}, {"secs", "63"}}) == "cyls must be between 1 and 65535");
    CHECK(disk({{"cyls", "2"}}) == "heads must be between 1 and 16");
    CHECK(disk({{"cyls", "2"}, {"heads", "16"}, {"secs", "256"}}) == "secs must be between 1 and 255");
    CHECK(disk({{"logical_block_size", "1024"}}) == "logical_block_size > physical_block_size not supported");
    CHECK(disk({{"logical_block_size", "1000"}}) == "Property .logical_block_size doesn't take value '1000', it's not a power of 2");
    CHECK(disk({{"physical_block_size", "100"}}) ==
          "Property .physical_block_size doesn't take value 100 (minimum: 512, maximum: 2097152)");
    CHECK(disk({{"discard_granularity", "1024"}}) == "discard_granularity must be 512 for ide");
    CHECK(disk({{"min_io_size", "100"}}) == "min_io_size must be a multiple of logical_block_size");
    CHECK(disk({{"opt_io_size", "4294967296"}}) ==
          "Property ide-hd.opt_io_size doesn't take value 4294967296 (maximum: 4294967295)");
    CHECK(disk({{"bios-chs-trans", "abc"}}) == "Parameter 'bios-chs-trans' does not accept value 'abc'");
    CHECK(disk({}) == "");
    CHECK(rig.device({{"driver", "ide-cd"}, {"unit", "0"}}) == "IDE unit 0 is in use");
    CHECK(rig.device({{"driver", "ide-cd"}}) == "");
    CHECK(rig.device({{"driver", "ide-cd"}}) == "IDE unit 1 is in use");
    CHECK(disk({{"bus", "ide.1"}}) == "Drive 'd' is already in use by another device");
}

TEST_CASE("without a bus a drive goes to the last one with room", "[ide][options]") {
    IdeRig rig;
    for (const unsigned expected : {1u, 1u, 0u, 0u}) {
        const auto channel = rig.ide.default_channel();
        CHECK(channel == expected);
        REQUIRE(rig.device({{"driver", "ide-cd"}, {"bus", channel == 1 ? "ide.1" : "ide.0"}}) == "");
    }
    CHECK(rig.ide.default_channel() == 1);
}

std::string partitioned(std::uint8_t last_head, std::uint8_t sectors) {
    std::string image(512, 0);
    image[0x1be + 5] = static_cast<char>(last_head);
    image[0x1be + 6] = static_cast<char>(sectors);
    image[0x1be + 12] = 1;
    image[0x1fe] = 0x55;
    image[0x1ff] = static_cast<char>(0xaa);
    return image;
}

TEST_CASE("the geometry is guessed from the size and the partition table", "[ide][geometry]") {
    const auto guess = [](std::uint64_t sectors, const std::string& first) {
        const std::vector<std::uint8_t> bytes(first.begin(), first.end());
        const auto g = guess_geometry(sectors, bytes);
        return std::vector<unsigned>{g.cylinders, g.heads, g.sectors, static_cast<unsigned>(g.translation)};
    };
    const unsigned none = 1, lba = 2, large = 3;
    const std::string blank(512, 0);
    CHECK(guess(61440, blank) == std::vector<unsigned>{60, 16, 63, none});
    CHECK(guess(8388608, blank) == std::vector<unsigned>{8322, 16, 63, lba});
    CHECK(guess(~0ull, blank) == std::vector<unsigned>{16383, 16, 63, lba});
    CHECK(guess(0, "") == std::vector<unsigned>{2, 16, 63, none});
    CHECK(guess(20000, partitioned(3, 17)) == std::vector<unsigned>{294, 4, 17, none});
    CHECK(guess(2000000, partitioned(127, 63)) == std::vector<unsigned>{1984, 16, 63, large});
    CHECK(guess(16000000, partitioned(254, 63)) == std::vector<unsigned>{15873, 16, 63, lba});
    CHECK(guess(61440, partitioned(3, 0)) == std::vector<unsigned>{60, 16, 63, none});
}

TEST_CASE("the CMOS tells of disks on the primary channel and of every disk's translation", "[ide][geometry]") {
    IdeRig rig;
    rig.drive("a", disk_image(8));
    rig.drive("b", disk_image(8));
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "a"}, {"unit", "1"}, {"cyls", "300"}, {"heads", "8"}, {"secs", "32"}}) == "");
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "b"}, {"bus", "ide.1"}, {"bios-chs-trans", "rechs"}}) == "");
    REQUIRE(rig.device({{"driver", "ide-cd"}, {"unit", "0"}}) == "");
    std::map<unsigned, unsigned> cmos;
    const IdeCable* const cables[] = {&rig.ide.channel(0), &rig.ide.channel(1)};
    fill_cmos_drives(cables, nullptr, [&cmos](std::uint8_t index, std::uint8_t value) { cmos[index] = value; });
    const std::map<unsigned, unsigned> expected{{0x10, 0}, {0x12, 0x0f}, {0x14, 0x06}, {0x1a, 47}, {0x24, 300 & 0xff}, {0x25, 1}, {0x26, 8},
                                                {0x27, 0xff}, {0x28, 0xff}, {0x29, 0xc0}, {0x2a, 300 & 0xff}, {0x2b, 1}, {0x2c, 32},
                                                {0x39, 0x30}};
    CHECK(cmos == expected);
}

TEST_CASE("no traffic at the ports does harm", "[ide][fuzz]") {
    const auto seed = GENERATE(range(0u, 8u));
    std::mt19937 random(seed);
    IdeRig rig;
    rig.drive("d", disk_image(64));
    rig.drive("c", cd_image(20), {{"media", "cdrom"}});
    REQUIRE(rig.device({{"driver", "ide-hd"}, {"drive", "d"}}) == "");
    REQUIRE(rig.device({{"driver", "ide-cd"}, {"drive", "c"}}) == "");
    auto* cd = rig.block.layer->find_backend("c");
    const auto any = [&random](unsigned below) { return static_cast<unsigned>(random() % below); };
    const std::uint8_t codes[] = {0x08, 0x20, 0x24, 0x29, 0x30, 0x34, 0x39, 0xa0, 0xc4, 0xc5, 0xc6, 0xc8, 0xca, 0x25, 0x35, 0x06,
                                  0xec, 0xa1, 0xef, 0xe7, 0x90, 0xb0, 0x27, 0xf8, 0x91};
    const std::uint8_t packets[] = {0x00, 0x03, 0x12, 0x1b, 0x1e, 0x25, 0x28, 0x2b, 0x43, 0x46, 0x4a, 0x51, 0x5a, 0xa8, 0xad, 0xbe};
    for (auto& byte : rig.memory.bytes)
        if (&byte < &rig.memory.bytes[0x4000]) byte = static_cast<std::uint8_t>(random());
    for (unsigned step = 0; step < 3000; ++step) {
        switch (any(12)) {
            case 0: rig.guest.outb(static_cast<std::uint16_t>(kBase + any(8)), any(256)); break;
            case 1: rig.guest.outb(kBase + 7, any(2) ? codes[any(std::size(codes))] : any(256)); break;
            case 2: rig.task_file(static_cast<std::uint8_t>(any(4)), any(70), any(2) ? 0xe0 : 0xb0, static_cast<std::uint8_t>(any(3)));
                rig.guest.outb(kBase + 7, codes[any(std::size(codes))]);
                break;
            case 3: for (unsigned i = any(600); i-- > 0;) rig.guest.inw(kBase); break;
            case 4: for (unsigned i = any(600); i-- > 0;) rig.guest.outw(kBase, any(65536)); break;
            case 5: {
                rig.task_file(0, any(0x10000) << 8, any(2) ? 0xb0 : 0xa0, static_cast<std::uint8_t>(any(2)));
                rig.guest.outb(kBase + 7, 0xa0);
                rig.guest.outw(kBase, packets[any(std::size(packets))] | any(3) << 8);
                for (unsigned i = 0; i < 5; ++i) rig.guest.outw(kBase, any(3) ? any(4) << 8 : any(65536));
                break;
            }
            case 6: rig.bus_master().write(0, any(16), 1); break;
            case 7: rig.bus_master().write(4, any(2) ? any(0x4000) : static_cast<unsigned>(random()), 4); break;
            case 8: rig.guest.outb(kControl, any(8)); break;
            case 9: rig.ports.read(kBase + any(8), 1u << any(3)); break;
            case 10: rig.settle(); break;
            default:
                if (any(20) == 0) rig.ide.reset();
                else if (any(10) == 0) rig.block.layer->move_medium(*cd, any(2) == 1);
                else rig.guest.outb(kBase + 7, 0x08);
        }
    }
    rig.settle();
    // And it still works.
    rig.ide.reset();
    rig.task_file(1, 1);
    rig.command(0x20);
    CHECK(rig.status() == 0x58);
}

}  // namespace
}  // namespace rhea::test
