#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "machine/guest_memory.h"
#include "tests/unit/machine_rig.h"

using namespace rhea;

namespace {

/// Reads as its offset in each byte; writes down what it is asked for.
class Recorder final : public IoHandler {
public:
    Texts accesses;
    std::uint64_t io_read(std::uint64_t offset, unsigned size) override {
        accesses.push_back(fmt::format("r{} {:x}", size, offset));
        std::uint64_t value = 0;
        for (unsigned i = 0; i < size; ++i) value |= (offset + i & 0xff) << (8 * i);
        return value;
    }
    void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override {
        accesses.push_back(fmt::format("w{} {:x}={:x}", size, offset, value));
    }
    Texts take() { return std::exchange(accesses, {}); }
};

}  // namespace

TEST_CASE("addresses that nobody decodes read as the space's default and take no writes", "[address-space]") {
    AddressSpace ports(0xff), memory(0);
    ports.write(0x80, 0x12, 1);
    CHECK(ports.read(0x80, 1) == 0xff);
    CHECK(ports.read(0x80, 4) == 0xffffffff);
    CHECK(memory.read(0xfffffffffffffffc, 8) == 0);
    unsigned char bytes[16];
    memory.read_bytes(0xfffffffffffffff8, bytes, sizeof bytes);
    CHECK(bytes[15] == 0);
}

TEST_CASE("an access wider than a device's is split into rising addresses", "[address-space]") {
    AddressSpace ports(0xff);
    Recorder device;
    ports.add({.name = "bytes", .base = 0x60, .size = 4, .handler = &device, .max_access = 1});
    CHECK(ports.read(0x60, 4) == 0x03020100);
    CHECK(device.take() == Texts{"r1 0", "r1 1", "r1 2", "r1 3"});
    ports.write(0x62, 0xbbaa, 2);
    CHECK(device.take() == Texts{"w1 2=aa", "w1 3=bb"});
}

TEST_CASE("an access narrower than a device's is cut out of one of its width", "[address-space]") {
    AddressSpace memory(0);
    Recorder device;
    memory.add({.name = "dwords", .base = 0x1000, .size = 16, .handler = &device, .min_access = 4, .max_access = 4});
    CHECK(memory.read(0x1006, 1) == 0x06);
    CHECK(device.take() == Texts{"r4 4"});
    CHECK(memory.read(0x1008, 8) == 0x0f0e0d0c0b0a0908);
    CHECK(device.take() == Texts{"r4 8", "r4 c"});
    memory.write(0x100a, 0xbeef, 2);
    CHECK(device.take() == Texts{"w4 8=beef0000"});
}

TEST_CASE("a device sees accesses aligned to their width, whole at its first byte even past its end", "[address-space]") {
    AddressSpace ports(0xff);
    Recorder device;
    ports.add({.name = "words", .base = 0x100, .size = 6, .handler = &device, .max_access = 4});
    CHECK(ports.read(0x101, 4) == 0x04030201);
    CHECK(device.take() == Texts{"r1 1", "r2 2", "r1 4"});
    CHECK(ports.read(0x104, 4) == 0x07060504);
    CHECK(device.take() == Texts{"r4 4"});
}

TEST_CASE("a device gets a whole access at its first byte, over a smaller region that covers the next ones",
          "[address-space]") {
    AddressSpace ports(0xff);
    Recorder outer, inner;
    ports.add({.name = "dword", .base = 0xcf8, .size = 4, .handler = &outer, .max_access = 4});
    ports.add({.name = "byte", .base = 0xcf9, .size = 1, .handler = &inner, .max_access = 1, .priority = 1});
    ports.write(0xcf8, 0x80001234, 4);
    CHECK(outer.take() == Texts{"w4 0=80001234"});
    CHECK(inner.take().empty());
    ports.write(0xcf9, 6, 1);
    CHECK(inner.take() == Texts{"w1 0=6"});
}

TEST_CASE("of overlapping regions the one of higher priority is seen, and among equals the newer", "[address-space]") {
    AddressSpace memory(0);
    unsigned char low[0x30], middle[0x10], high[4];
    std::fill(std::begin(low), std::end(low), 1);
    std::fill(std::begin(middle), std::end(middle), 2);
    std::fill(std::begin(high), std::end(high), 3);
    const auto top = memory.add({.name = "high", .base = 0x118, .size = 4, .memory = high, .priority = 5});
    memory.add({.name = "low", .base = 0x100, .size = 0x30, .memory = low});
    const auto newer = memory.add({.name = "middle", .base = 0x110, .size = 0x10, .memory = middle});
    const auto map = [&] {
        std::string text;
        for (unsigned i = 0; i < 0x34; i += 4) text += static_cast<char>('0' + memory.read(0x100 + i, 1));
        return text;
    };
    CHECK(map() == "1111223211110");
    memory.move(newer, 0x128);
    CHECK(map() == "1111113111222");
    memory.remove(top);
    CHECK(map() == "1111111111222");
    memory.remove(newer);
    CHECK(map() == "1111111111110");
}

TEST_CASE("RAM is copied at any length across regions, and read-only memory keeps its contents", "[address-space]") {
    AddressSpace memory(0);
    std::vector<unsigned char> ram(0x100), rom(0x10, 0xaa);
    memory.add({.name = "ram", .base = 0, .size = ram.size(), .memory = ram.data()});
    memory.add({.name = "rom", .base = 0x80, .size = rom.size(), .memory = rom.data(), .read_only = true, .priority = 1});
    std::vector<unsigned char> in(0x40, 0x55), out(0x40);
    memory.write_bytes(0x70, in.data(), in.size());
    memory.read_bytes(0x70, out.data(), out.size());
    CHECK(std::vector<unsigned char>(out.begin(), out.begin() + 0x10) == std::vector<unsigned char>(0x10, 0x55));
    CHECK(std::vector<unsigned char>(out.begin() + 0x10, out.begin() + 0x20) == rom);
    CHECK(out[0x20] == 0x55);
    CHECK(ram[0x80] == 0);
    memory.fill(0xf8, 0x77, 0x1000);
    CHECK(memory.read(0xf8, 8) == 0x7777777777777777);
    CHECK(memory.read(0xfc, 8) == 0x77777777);
    CHECK(rom[0] == 0xaa);
}

TEST_CASE("a device may remove its own region while it is accessed", "[address-space]") {
    struct Vanishing final : IoHandler {
        AddressSpace* space = nullptr;
        AddressSpace::Handle region;
        int writes = 0;
        std::uint64_t io_read(std::uint64_t, unsigned) override { return 0; }
        void io_write(std::uint64_t, std::uint64_t, unsigned) override {
            if (++writes == 1) space->remove(region);
        }
    } device;
    AddressSpace ports(0xff);
    device.space = &ports;
    device.region = ports.add({.name = "vanishing", .base = 0x10, .size = 8, .handler = &device, .max_access = 1});
    ports.write(0x10, 0, 4);
    CHECK(device.writes == 4);  // the access was its own already
    CHECK(ports.read(0x10, 1) == 0xff);
}

TEST_CASE("a large guest's RAM is split at 3 GiB, and costs nothing until it is touched", "[guest-memory]") {
    auto ram = GuestMemory::allocate(std::uint64_t{4} << 30);
    REQUIRE(ram);
    CHECK((*ram)->below_4g() == 0xc0000000);
    CHECK((*ram)->above_4g() == 0x40000000);
    AddressSpace memory(0);
    (*ram)->map_into(memory);
    memory.write(0x13ffffffc, 0x11223344, 4);
    memory.write(0xbffffffc, 0x55667788, 4);
    memory.write(0xc0000000, 1, 4);
    CHECK(memory.read(0x13ffffffc, 4) == 0x11223344);
    CHECK(memory.read(0xbffffffc, 8) == 0x55667788);
    CHECK(memory.read(0x140000000, 4) == 0);
}

TEST_CASE("a guest of less than 3.5 GiB has all of its RAM below 4 GiB", "[guest-memory]") {
    auto ram = GuestMemory::allocate(std::uint64_t{3583} << 20);
    REQUIRE(ram);
    CHECK((*ram)->below_4g() == std::uint64_t{3583} << 20);
    CHECK((*ram)->above_4g() == 0);
    CHECK((*GuestMemory::allocate(std::uint64_t{3584} << 20))->below_4g() == 0xc0000000);
}

TEST_CASE("RAM that the host has no addresses for is an error with the back end's name", "[guest-memory]") {
    const auto ram = GuestMemory::allocate(std::uint64_t{1} << 60);
    REQUIRE_FALSE(ram);
    CHECK(ram.error().description() == "cannot set up guest memory 'pc.ram': Cannot allocate memory");
}
