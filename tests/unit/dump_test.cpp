#include <catch2/catch.hpp>

#include "machine/diagnostics/dump_format.h"

using namespace rhea;

namespace {

std::uint64_t number(std::string_view bytes, std::size_t at, unsigned size, bool big = false) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) value |= std::uint64_t{static_cast<unsigned char>(bytes[at + (big ? size - 1 - i : i)])} << (8 * i);
    return value;
}

/// The file that the records of a flattened one stand for.
std::string unflattened(std::string_view flat) {
    std::string file;
    for (std::size_t at = 4096; number(flat, at, 8, true) != ~std::uint64_t{0};) {
        const std::uint64_t offset = number(flat, at, 8, true), size = number(flat, at + 8, 8, true);
        if (file.size() < offset + size) file.resize(offset + size);
        file.replace(offset, size, flat.substr(at + 16, size));
        at += 16 + size;
    }
    return file;
}

}  // namespace

TEST_CASE("memory that two regions show one behind the other is one block of a dump", "[dump]") {
    AddressSpace memory{0};
    std::vector<unsigned char> ram(0x4000);
    memory.add({.name = "low", .base = 0, .size = 0x2000, .memory = ram.data()});
    memory.add({.name = "next", .base = 0x2000, .size = 0x1000, .memory = ram.data() + 0x2000});
    memory.add({.name = "elsewhere", .base = 0x3000, .size = 0x1000, .memory = ram.data()});
    memory.add({.name = "far", .base = 0x10000, .size = 0x1000, .memory = ram.data() + 0x3000});
    const auto blocks = dump_blocks(memory);
    CHECK(blocks == std::vector<DumpBlock>{{0, 0x3000}, {0x3000, 0x1000}, {0x10000, 0x1000}});
    CHECK(total_size(blocks) == 0x5000);
    CHECK(filter_blocks(blocks, 0x2800, 0x1000) == std::vector<DumpBlock>{{0x2800, 0x800}, {0x3000, 0x800}});
    CHECK(filter_blocks(blocks, 0x10fff, ~std::uint64_t{0} >> 1) == std::vector<DumpBlock>{{0x10fff, 1}});
    CHECK(filter_blocks(blocks, 0x5000, 0x1000).empty());
    CHECK(filter_blocks(blocks, 0x3000, ~std::uint64_t{0}).size() == 2);
    CHECK(!beyond_32_bits(blocks));
    CHECK(beyond_32_bits({{0xfffff000, 0x1000}}));
}

TEST_CASE("an ELF dump has its headers in 32 or 64 bits", "[dump]") {
    const auto small = elf_dump({{0, 0x1000}}, {false, 1, "notes..."}, false)->begin();
    CHECK(small[4] == 1);
    CHECK(number(small, 18, 2) == 3);
    // Header, two sections, two program headers.
    CHECK(small.size() == 52 + 2 * 40 + 2 * 32 + 8);
    const auto large = elf_dump({{0, 0x1000}, {0xfffff000, 0x1000}}, {false, 1, "notes..."}, true)->begin();
    CHECK(large[4] == 2);
    CHECK(large.size() == 64 + 2 * 64 + 3 * 56 + 8);
    CHECK(number(large, 32, 8) == 64 + 2 * 64);       // where the program headers are
    CHECK(large.substr(large.size() - 8) == "notes...");
    const std::size_t last = 64 + 2 * 64 + 2 * 56;
    CHECK(number(large, last, 4) == 1);
    CHECK(number(large, last + 8, 8) == large.size() + 0x1000);
    CHECK(number(large, last + 24, 8) == 0xfffff000);
    CHECK(number(elf_dump({{0, 0x1000}}, {true, 1, ""}, true)->begin(), 18, 2) == 62);
}

TEST_CASE("a compressed dump holds the page of zeros once, and other pages by themselves", "[dump]") {
    if (!has_zlib()) return;
    auto made = kdump_zlib({{0x1000, 0x3000}}, {false, 2, "notes..."});
    REQUIRE(made);
    std::string pages(0x3000, '\0');
    pages.replace(0x1000, 5, "hello");
    std::string flat = (*made)->begin();
    (*made)->add(0x1000, pages, flat);
    flat += (*made)->end();
    CHECK(flat.starts_with("makedumpfile"));
    const std::string file = unflattened(flat);
    CHECK(file.starts_with("KDUMP   "));
    CHECK(number(file, 0x1ac, 4) == 4096);
    CHECK(number(file, 0x1cc, 4) == 2);
    CHECK(file.substr(0x1068, 8) == "notes...");
    CHECK(static_cast<int>(file[0x2000]) == 0b1110);
    CHECK(static_cast<int>(file[0x3000]) == 0b1110);
    const std::size_t descriptors = 0x4000, zero = descriptors + 3 * 24;
    CHECK(number(file, descriptors, 8) == zero);
    CHECK(number(file, descriptors + 48, 8) == zero);
    CHECK(number(file, descriptors + 24, 8) == zero + 4096);
    CHECK(number(file, descriptors + 24 + 12, 4) == 1);      // compressed
    CHECK(file.size() == zero + 4096 + number(file, descriptors + 24 + 8, 4));
}
