#include "machine/linux_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "machine/data_files.h"

namespace rhea {

namespace {

// Places in the setup code.
constexpr std::size_t kSetupSectors = 0x1f1, kVideoMode = 0x1fa, kMagic = 0x202, kVersion = 0x206, kLoader = 0x210, kFlags = 0x211,
                      kInitrd = 0x218, kHeapEnd = 0x224, kCommandLine = 0x228, kInitrdMax = 0x22c, kFlags64 = 0x236, kSetupData = 0x250;
constexpr std::size_t kHeaderEnd = 0x268, kSector = 512, kUsualSectors = 4;
constexpr std::string_view kHeaderMagic = "HdrS";
constexpr std::uint8_t kLoadedHigh = 0x01, kCanUseHeap = 0x80, kOurLoader = 0xb0;
constexpr unsigned kAboveFourGiB = 2;       // of the 64 bit flags: an initial RAM disk may lie anywhere
// Before version 2.02 the command line had a magic number and an offset of its own.
constexpr std::size_t kOldCommandLineMagic = 0x20, kOldCommandLineOffset = 0x22;
constexpr std::uint32_t kOldMagic = 0xa33f;
constexpr std::uint32_t kLowSetup = 0x90000, kHighSetup = 0x10000, kLowKernel = 0x10000, kHighKernel = 0x100000, kHighCommandLine = 0x20000,
                        kLowEnd = 0x9a000, kUsualInitrdMax = 0x37ffffff;
constexpr std::uint64_t kAcpiRoom = 0x20000 + 0x8000;      // at the end of low memory, the firmware's
constexpr std::uint32_t kDeviceTree = 2, kSetupDataHeader = 16;

std::uint32_t get(const std::string& from, std::size_t at, unsigned size) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < size && at + i < from.size(); ++i)
        value |= std::uint32_t{static_cast<unsigned char>(from[at + i])} << (8 * i);
    return value;
}

void put(std::string& to, std::size_t at, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) to[at + i] = static_cast<char>(value >> (8 * i));
}

/// The number or name behind "vga=".
Result<std::uint16_t> video_mode(std::string_view text) {
    const auto names = {std::pair{"normal", 0xffff}, {"ext", 0xfffe}, {"ask", 0xfffd}};
    for (const auto& [name, mode] : names)
        if (text.starts_with(name)) return static_cast<std::uint16_t>(mode);
    const std::string digits(text.substr(0, text.find(' ')));
    char* end = nullptr;
    errno = 0;
    const auto number = std::strtoul(digits.c_str(), &end, 0);
    if (digits.empty() || *end != '\0' || errno != 0) return fail("qemu: invalid 'vga=' kernel parameter.");
    return static_cast<std::uint16_t>(number);
}

}  // namespace

Result<LinuxImage> load_linux(const cli::MachineProperties& said, std::uint64_t low_memory) {
    const std::string& path = *said.kernel;
    auto file = read_whole_file(path);
    if (!file) return fail(fmt::format("qemu: could not {} '{}': {}", errno == EISDIR ? "load kernel" : "open kernel file", path, std::strerror(errno)));
    if (file->empty()) return fail(fmt::format("qemu: could not load kernel '{}': {}", path, std::strerror(ENOENT)));

    LinuxImage image;
    const bool has_header = file->size() > kVersion + 2 && file->compare(kMagic, kHeaderMagic.size(), kHeaderMagic) == 0;
    const unsigned version = has_header ? get(*file, kVersion, 2) : 0;
    const bool high = version >= 0x200 && (get(*file, kFlags, 1) & kLoadedHigh);
    image.command_line = said.append.value_or("") + '\0';
    image.setup_address = high && version >= 0x202 ? kHighSetup : kLowSetup;
    image.kernel_address = high ? kHighKernel : kLowKernel;
    const auto text_size = static_cast<std::uint32_t>((image.command_line.size() + 15) / 16 * 16);
    image.command_line_address = high && version >= 0x202 ? kHighCommandLine : kLowEnd - text_size;

    const std::size_t sectors = get(*file, kSetupSectors, 1);
    const std::size_t setup_size = ((sectors == 0 ? kUsualSectors : sectors) + 1) * kSector;
    if (said.initrd && version < 0x200) return fail("qemu: linux kernel too old to load a ram disk");
    if (setup_size > file->size() || (version >= 0x200 && setup_size < kHeaderEnd)) return fail("qemu: invalid kernel header");
    image.setup = file->substr(0, setup_size);
    image.kernel = file->substr(setup_size);
    std::string& setup = image.setup;

    if (const auto at = image.command_line.find("vga="); at != image.command_line.npos)
        put(setup, kVideoMode, RHEA_TRY(video_mode(std::string_view(image.command_line.c_str()).substr(at + 4))), 2);
    if (version >= 0x202) {
        put(setup, kCommandLine, image.command_line_address, 4);
    } else {
        put(setup, kOldCommandLineMagic, kOldMagic, 2);
        put(setup, kOldCommandLineOffset, image.command_line_address - image.setup_address, 2);
    }
    if (version >= 0x200) put(setup, kLoader, kOurLoader, 1);
    if (version >= 0x201) {
        put(setup, kFlags, get(setup, kFlags, 1) | kCanUseHeap, 1);
        put(setup, kHeapEnd, image.command_line_address - image.setup_address - 0x200, 2);
    }

    if (said.initrd) {
        auto disk = read_whole_file(*said.initrd);
        if (!disk)
            return fail(fmt::format("qemu: error reading initrd {0}: Failed to open file \u201c{0}\u201d: open() failed: {1}", *said.initrd, std::strerror(errno)));
        image.initrd = std::move(*disk);
        const bool anywhere = version >= 0x20c && (get(setup, kFlags64, 2) & kAboveFourGiB);
        std::uint64_t most = anywhere ? 0xffffffff : version >= 0x203 ? get(setup, kInitrdMax, 4) : kUsualInitrdMax;
        most = std::min(most, low_memory - kAcpiRoom - 1);
        if (image.initrd.size() >= most)
            return fail(fmt::format("qemu: initrd is too large, cannot support.(max: {}, need {})", most, image.initrd.size()));
        image.initrd_address = static_cast<std::uint32_t>((most - image.initrd.size()) & ~std::uint64_t{4095});
        put(setup, kInitrd, image.initrd_address, 4);
        put(setup, kInitrd + 4, image.initrd.size(), 4);
    }
    if (said.dtb) {
        if (version < 0x209) return fail("qemu: Linux kernel too old to load a dtb");
        auto tree = read_whole_file(*said.dtb);
        if (!tree || tree->empty())
            return fail(fmt::format("qemu: error reading dtb {}: {}", *said.dtb, std::strerror(tree ? EINVAL : errno)));
        // Behind the kernel, as one more piece of setup data.
        image.kernel.resize((image.kernel.size() + kSetupDataHeader - 1) / kSetupDataHeader * kSetupDataHeader);
        put(setup, kSetupData, image.kernel_address + image.kernel.size(), 8);
        std::string header(kSetupDataHeader, '\0');
        put(header, 8, kDeviceTree, 4);
        put(header, 12, tree->size(), 4);
        image.kernel += header + *tree;
    }
    return image;
}

}  // namespace rhea
