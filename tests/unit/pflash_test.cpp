#include "machine/devices/pflash.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "block_rig.h"

using namespace rhea;
using namespace rhea::test;

namespace {

constexpr std::uint64_t kEnd = std::uint64_t{1} << 32, kSize = 2 * Pflash::kSector;

struct FlashRig : BlockRig {
    Scratch scratch;
    std::string file = scratch.file("flash", std::string(kSize, 'x'));
    AddressSpace memory{0};
    std::unique_ptr<Pflash> flash = std::make_unique<Pflash>("system.flash0");

    Result<void> insert() {
        REQUIRE(drive({{"if", "none"}, {"id", "flash"}, {"format", "raw"}, {"file", file}}) == "");
        return flash->insert(*layer, *layer->find_backend("flash"), memory, kEnd);
    }
    ~FlashRig() override { flash.reset(); }
    void write(std::uint64_t offset, std::uint8_t value) { memory.write(kEnd - kSize + offset, value, 1); }
    std::string saved() {
        settle();
        std::ifstream stream(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    unsigned read(std::uint64_t offset) { return static_cast<unsigned>(memory.read(kEnd - kSize + offset, 1)); }
};

}  // namespace

TEST_CASE("a flash chip lies at the end of its addresses and shows its drive", "[pflash]") {
    FlashRig rig;
    REQUIRE(rig.insert());
    CHECK(rig.flash->base() == kEnd - kSize);
    CHECK(rig.read(0) == 'x');
    CHECK(rig.read(kSize - 1) == 'x');
}

TEST_CASE("a flash chip keeps what is programmed and erased in its file", "[pflash]") {
    FlashRig rig;
    REQUIRE(rig.insert());
    rig.write(Pflash::kSector, 0x20);
    rig.write(Pflash::kSector, 0xd0);
    rig.write(3, 0x10);
    rig.write(3, 'y');
    CHECK(rig.read(0) == 0x80);
    CHECK(rig.saved().substr(0, 5) == "xxxyx");
    CHECK(rig.saved().substr(Pflash::kSector) == std::string(Pflash::kSector, '\xff'));
}

TEST_CASE("a reset brings a flash chip back to its array", "[pflash]") {
    FlashRig rig;
    REQUIRE(rig.insert());
    rig.write(0, 0xe8);
    rig.write(0, 1);
    rig.flash->reset();
    CHECK(rig.read(0) == 'x');
    rig.write(0, 0x98);
    CHECK(rig.read(0x10) == 'Q');
}
