#include <catch2/catch.hpp>

#include <cstdio>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "machine/linux_image.h"

using namespace rhea;

namespace {

constexpr std::uint64_t kLowMemory = 128u << 20;

class File {
public:
    explicit File(const std::string& bytes) {
        const int fd = ::mkstemp(path.data());
        REQUIRE(fd >= 0);
        REQUIRE(::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
        ::close(fd);
    }
    ~File() { std::remove(path.c_str()); }
    std::string path = "/tmp/rhea-linux-XXXXXX";
};

void put(std::string& to, std::size_t at, std::uint32_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) to[at + i] = static_cast<char>(value >> (8 * i));
}
std::uint32_t get(const std::string& from, std::size_t at, unsigned size) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < size; ++i) value |= std::uint32_t{static_cast<unsigned char>(from[at + i])} << (8 * i);
    return value;
}

/// A kernel of 200,000 bytes, the first (sectors + 1) * 512 of them its setup.
std::string kernel(unsigned version, unsigned sectors = 4, unsigned flags = 1, unsigned initrd_max = 0x7fffffff, unsigned flags64 = 0x3f) {
    std::string bytes(200'000, 'k');
    put(bytes, 0x1f1, sectors, 1);
    bytes.replace(0x202, 4, "HdrS");
    put(bytes, 0x206, version, 2);
    put(bytes, 0x211, flags, 1);
    put(bytes, 0x22c, initrd_max, 4);
    put(bytes, 0x236, flags64, 2);
    return bytes;
}

std::string failure(const cli::MachineProperties& said) {
    auto image = load_linux(said, kLowMemory);
    return image ? "it was loaded" : image.error().description();
}

}  // namespace

TEST_CASE("a kernel of today and its disk go where QEMU puts them", "[linux]") {
    const File file(kernel(0x20c)), disk(std::string(50'000, 'R'));
    cli::MachineProperties said;
    said.kernel = file.path;
    said.initrd = disk.path;
    said.append = "console=ttyS0 vga=normal x";
    const auto image = load_linux(said, kLowMemory);
    REQUIRE(image);
    CHECK(image->setup_address == 0x10000);
    CHECK(image->setup.size() == 0xa00);
    CHECK(image->kernel_address == 0x100000);
    CHECK(image->kernel.size() == 0x30340);
    CHECK(image->command_line_address == 0x20000);
    CHECK(image->command_line == std::string("console=ttyS0 vga=normal x\0", 27));
    CHECK(image->initrd_address == 0x7fcb000);
    // What the setup is told.
    CHECK(get(image->setup, 0x1fa, 2) == 0xffff);
    CHECK(get(image->setup, 0x210, 1) == 0xb0);
    CHECK(get(image->setup, 0x211, 1) == 0x81);
    CHECK(get(image->setup, 0x218, 4) == 0x7fcb000);
    CHECK(get(image->setup, 0x21c, 4) == 50'000);
    CHECK(get(image->setup, 0x224, 2) == 0xfe00);
    CHECK(get(image->setup, 0x228, 4) == 0x20000);
}

TEST_CASE("old kernels lie low", "[linux]") {
    const File high(kernel(0x200)), low(kernel(0x201, 4, 0));
    cli::MachineProperties said;
    said.kernel = high.path;
    said.append = "console=ttyS0 vga=normal x";
    auto image = load_linux(said, kLowMemory);
    REQUIRE(image);
    CHECK(image->setup_address == 0x90000);
    CHECK(image->kernel_address == 0x100000);
    CHECK(image->command_line_address == 0x99fe0);
    CHECK(get(image->setup, 0x20, 2) == 0xa33f);
    CHECK(get(image->setup, 0x22, 2) == 0x9fe0);
    said.kernel = low.path;
    said.append.reset();
    image = load_linux(said, kLowMemory);
    REQUIRE(image);
    CHECK(image->kernel_address == 0x10000);
    CHECK(image->command_line_address == 0x99ff0);
    CHECK(image->command_line == std::string(1, '\0'));
}

TEST_CASE("a RAM disk heeds the kernel's limit and the machine's", "[linux]") {
    const File disk(std::string(50'000, 'R')), old(kernel(0x203, 4, 1, 0x37ffffff)), any(kernel(0x20c));
    cli::MachineProperties said;
    said.initrd = disk.path;
    said.kernel = old.path;
    CHECK(load_linux(said, std::uint64_t{3} << 30)->initrd_address == 0x37ff3000);
    said.kernel = any.path;
    CHECK(load_linux(said, std::uint64_t{3} << 30)->initrd_address == 0xbffcb000);
    CHECK(load_linux(said, 0x28000 + 50'000).error().description() == "qemu: initrd is too large, cannot support.(max: 49999, need 50000)");
}

TEST_CASE("a device tree goes behind the kernel as setup data", "[linux]") {
    const File file(kernel(0x20c)), tree(std::string(50'000, 'T')), old(kernel(0x208));
    cli::MachineProperties said;
    said.kernel = file.path;
    said.dtb = tree.path;
    const auto image = load_linux(said, kLowMemory);
    REQUIRE(image);
    CHECK(image->kernel.size() == 0x3c6a0);
    CHECK(get(image->setup, 0x250, 4) == 0x100000 + 0x30340);
    CHECK(get(image->kernel, 0x30340 + 8, 4) == 2);
    CHECK(get(image->kernel, 0x30340 + 12, 4) == 50'000);
    CHECK(image->kernel[0x30340 + 16] == 'T');
    said.kernel = old.path;
    CHECK(failure(said) == "qemu: Linux kernel too old to load a dtb");
}

TEST_CASE("what is no kernel is refused in QEMU's words", "[linux]") {
    const File empty(""), tiny(std::string(300, 'x')), cut(kernel(0x20c, 64).substr(0, 20'000)), good(kernel(0x20c)), flat(std::string(200'000, '\1'));
    cli::MachineProperties said;
    said.kernel = "/nowhere/kernel";
    CHECK(failure(said) == "qemu: could not open kernel file '/nowhere/kernel': No such file or directory");
    said.kernel = "/tmp";
    CHECK(failure(said) == "qemu: could not load kernel '/tmp': Is a directory");
    said.kernel = empty.path;
    CHECK(failure(said) == "qemu: could not load kernel '" + empty.path + "': No such file or directory");
    said.kernel = tiny.path;
    CHECK(failure(said) == "qemu: invalid kernel header");
    said.kernel = cut.path;
    CHECK(failure(said) == "qemu: invalid kernel header");
    said.kernel = good.path;
    said.append = "vga=purple";
    CHECK(failure(said) == "qemu: invalid 'vga=' kernel parameter.");
    said.append.reset();
    said.initrd = "/nowhere/disk";
    CHECK(failure(said) == "qemu: error reading initrd /nowhere/disk: Failed to open file “/nowhere/disk”: open() failed: No such file or directory");
    said.kernel = flat.path;
    CHECK(failure(said) == "qemu: linux kernel too old to load a ram disk");
}
