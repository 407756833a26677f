#include "machine/devices/vga/cirrus_blitter.h"

#include <catch2/catch.hpp>

#include <numeric>
#include <vector>

using namespace rhea;

namespace {

struct Rig {
    std::vector<unsigned char> memory = std::vector<unsigned char>(1 << 16);
    CirrusBlitter blitter{memory};
    CirrusBlitter::Registers registers{};

    Rig() { std::iota(memory.begin(), memory.begin() + 256, std::uint8_t{0}); }
    void set(unsigned first, unsigned value, unsigned bytes) {
        for (unsigned i = 0; i < bytes; ++i) registers[first + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    /// A rectangle of 4 by 2 bytes in lines of 16.
    bool start(std::uint8_t mode, std::uint8_t operation, unsigned source, unsigned destination) {
        set(0x20, 3, 2);
        set(0x22, 1, 2);
        set(0x24, 16, 2);
        set(0x26, 16, 2);
        set(0x28, destination, 3);
        set(0x2c, source, 3);
        registers[0x30] = mode;
        registers[0x32] = operation;
        return blitter.start(registers, 8);
    }
    std::vector<int> bytes(std::size_t from, std::size_t count) const { return {memory.begin() + static_cast<std::ptrdiff_t>(from), memory.begin() + static_cast<std::ptrdiff_t>(from + count)}; }
};

constexpr std::uint8_t kSource = 0x0d, kInverted = 0xd0;

}  // namespace

TEST_CASE("the blitter copies a rectangle, and computes with it", "[vga]") {
    Rig rig;
    CHECK_FALSE(rig.start(0, kSource, 0x20, 0x1000));
    CHECK(rig.bytes(0x1000, 5) == std::vector<int>{0x20, 0x21, 0x22, 0x23, 0});
    CHECK(rig.bytes(0x1010, 5) == std::vector<int>{0x30, 0x31, 0x32, 0x33, 0});
    CHECK_FALSE(rig.start(0, kInverted, 0x20, 0x1000));
    CHECK(rig.bytes(0x1000, 2) == std::vector<int>{0xdf, 0xde});
}

TEST_CASE("a rectangle that would leave the display memory is not drawn", "[vga]") {
    Rig rig;
    for (const unsigned destination : {0xffffu, 0xfff0u}) CHECK_FALSE(rig.start(0, kSource, 0x20, destination));
    CHECK_FALSE(rig.start(1, kSource, 0x20, 2));      // backwards from the second byte
    CHECK(rig.bytes(0xfff0, 16) == std::vector<int>(16));
    CHECK(rig.bytes(0, 3) == std::vector<int>{0, 1, 2});
}

TEST_CASE("the blitter takes what the CPU writes until it has all", "[vga]") {
    Rig rig;
    REQUIRE(rig.start(0x04, kSource, 0, 0x1000));
    for (int i = 1; i < 8; ++i) CHECK(rig.blitter.take(static_cast<std::uint8_t>(i)));
    CHECK_FALSE(rig.blitter.take(8));
    CHECK(rig.bytes(0x1000, 4) == std::vector<int>{1, 2, 3, 4});
    CHECK(rig.bytes(0x1010, 4) == std::vector<int>{5, 6, 7, 8});
}

TEST_CASE("bits become pixels of two colours", "[vga]") {
    Rig rig;
    rig.registers[0] = 0xb0;
    rig.registers[1] = 0xf1;
    CHECK_FALSE(rig.start(0x80, kSource, 0xa5, 0x1000));      // 0xa5: 1010 0101, then 0xa6: 1010 0110
    CHECK(rig.bytes(0x1000, 4) == std::vector<int>{0xf1, 0xb0, 0xf1, 0xb0});
    CHECK(rig.bytes(0x1010, 4) == std::vector<int>{0xf1, 0xb0, 0xf1, 0xb0});
}
