#include "machine/devices/vga/edid.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace rhea {

namespace {

constexpr std::size_t kBlock = 128, kDescriptor = 18;
constexpr std::uint32_t kDotsPerInch = 100;

/// A mode, and the ways in which it can be told of. They are tried in this order of the list, the standard timings while there is
/// room for them.
struct Mode {
    std::uint16_t width, height;
    std::uint8_t refresh;                        // for a standard timing
    std::uint8_t established_byte = 0, established_bit = 0;
    std::uint8_t third_byte = 0, third_bit = 0;  // of the established timings III
    std::uint8_t video_code = 0;                 // of CTA-861
};
constexpr Mode kModes[] = {
    {.width = 5120, .height = 2160, .refresh = 60, .video_code = 125},
    {.width = 4096, .height = 2160, .refresh = 60, .video_code = 101},
    {.width = 3840, .height = 2160, .refresh = 60, .video_code = 96},
    {.width = 2560, .height = 1080, .refresh = 60, .video_code = 89},
    {.width = 2048, .height = 1152, .refresh = 60},
    {.width = 1920, .height = 1080, .refresh = 60, .video_code = 31},
    {.width = 3840, .height = 2160, .refresh = 60, .video_code = 97},
    {.width = 1920, .height = 1200, .refresh = 60},
    {.width = 1600, .height = 1200, .refresh = 60},
    {.width = 1680, .height = 1050, .refresh = 60},
    {.width = 1440, .height = 900, .refresh = 60},
    {.width = 1280, .height = 1024, .refresh = 60},
    {.width = 1280, .height = 960, .refresh = 60},
    {.width = 1280, .height = 768, .refresh = 60, .third_byte = 7, .third_bit = 6},
    {.width = 1920, .height = 1440, .refresh = 60, .third_byte = 11, .third_bit = 5},
    {.width = 1856, .height = 1392, .refresh = 60, .third_byte = 10, .third_bit = 3},
    {.width = 1792, .height = 1344, .refresh = 60, .third_byte = 10, .third_bit = 5},
    {.width = 1440, .height = 1050, .refresh = 60, .third_byte = 8, .third_bit = 1},
    {.width = 1360, .height = 768, .refresh = 60, .third_byte = 8, .third_bit = 7},
    {.width = 1024, .height = 768, .refresh = 60, .established_byte = 36, .established_bit = 3},
    {.width = 800, .height = 600, .refresh = 60, .established_byte = 35, .established_bit = 0},
    {.width = 640, .height = 480, .refresh = 60, .established_byte = 35, .established_bit = 5},
};

std::uint32_t millimetres(std::uint32_t dots) { return dots * 254 / 10 / kDotsPerInch; }

struct Timing {
    std::uint32_t active, front, sync, blank;
};

struct Timings {
    explicit Timings(const EdidScreen& screen)
        : x{screen.width, screen.width * 25 / 100, screen.width * 3 / 100, screen.width * 35 / 100},
          y{screen.height, screen.height * 5 / 1000, screen.height * 5 / 1000, screen.height * 35 / 1000},
          clock(std::uint64_t{screen.refresh_millihertz} * (x.active + x.blank) * (y.active + y.blank) / 10'000'000) {}
    Timing x, y;
    std::uint64_t clock;                         // units of 10 kHz
    bool fits_the_base() const { return x.active < 4096 && y.active < 4096 && clock < 65536; }
};

using Bytes = std::span<std::uint8_t>;

std::uint8_t low(std::uint64_t value, unsigned shift = 0) { return static_cast<std::uint8_t>(value >> shift); }

/// The last byte makes the sum of all of them 0.
void close(Bytes bytes) {
    std::uint8_t sum = 0;
    for (const std::uint8_t byte : bytes.first(bytes.size() - 1)) sum = static_cast<std::uint8_t>(sum + byte);
    bytes.back() = static_cast<std::uint8_t>(-sum);
}

/// False: there are no such timings.
bool put_standard(Bytes at, const Mode& mode) {
    const unsigned x = mode.width, y = mode.height;
    if (x < 256 || x > 2288 || x % 8 != 0) return false;
    unsigned aspect = 0;
    if (x * 10 == y * 16) aspect = 0;
    else if (x * 3 == y * 4) aspect = 1;
    else if (x * 4 == y * 5) aspect = 2;
    else if (x * 9 == y * 16) aspect = 3;
    else return false;
    at[0] = low(x / 8 - 31);
    at[1] = static_cast<std::uint8_t>(aspect << 6 | (mode.refresh - 60u));
    return true;
}

void put_modes(Bytes base, Bytes third, Bytes television, const EdidScreen& screen) {
    constexpr std::size_t kStandard = 38, kStandardEnd = 54, kVideoCodes = 5;
    std::fill(base.begin() + kStandard, base.begin() + kStandardEnd, std::uint8_t{1});
    std::size_t standard = kStandard, codes = 0;
    for (const Mode& mode : kModes) {
        if ((screen.max_width && mode.width > screen.max_width) || (screen.max_height && mode.height > screen.max_height)) continue;
        if (mode.video_code) television[kVideoCodes + codes++] = mode.video_code;
        if (mode.established_byte) base[mode.established_byte] |= static_cast<std::uint8_t>(1u << mode.established_bit);
        else if (standard < kStandardEnd) standard += put_standard(base.subspan(standard), mode) ? 2 : 0;
        else if (mode.third_byte) third[mode.third_byte] |= static_cast<std::uint8_t>(1u << mode.third_bit);
    }
    constexpr std::uint8_t kVideoBlock = 2 << 5;
    television[4] = static_cast<std::uint8_t>(kVideoBlock | codes);
    television[2] = static_cast<std::uint8_t>(kVideoCodes + codes);     // where descriptors begin
}

void put_timing(Bytes at, const Timings& t, const EdidScreen& screen) {
    const auto width = millimetres(screen.width), height = millimetres(screen.height);
    const std::uint8_t bytes[kDescriptor] = {
        low(t.clock), low(t.clock, 8),
        low(t.x.active), low(t.x.blank), low((t.x.active >> 8) << 4 | t.x.blank >> 8),
        low(t.y.active), low(t.y.blank), low((t.y.active >> 8) << 4 | t.y.blank >> 8),
        low(t.x.front), low(t.x.sync), low((t.y.front & 15) << 4 | (t.y.sync & 15)),
        low((t.x.front >> 8) << 6 | (t.x.sync >> 8 & 3) << 4 | (t.y.front >> 4 & 3) << 2 | (t.y.sync >> 4 & 3)),
        low(width), low(height), low((width >> 8) << 4 | (height >> 8 & 15)),
        0, 0, 0x18};
    std::copy(std::begin(bytes), std::end(bytes), at.begin());
}

/// The best mode where 4096 dots are not enough.
void put_display_id(Bytes block, const Timings& t) {
    constexpr std::uint8_t kExtension = 0x70, kPreferred = 0x88;
    const std::uint8_t head[] = {kExtension, 0x13, 23, 3, 0, 3, 0, 20};
    std::copy(std::begin(head), std::end(head), block.begin());
    std::size_t at = std::size(head);
    const auto put = [&](std::uint64_t value, unsigned size) {
        for (unsigned i = 0; i < size; ++i) block[at++] = low(value, 8 * i);
    };
    put(t.clock, 3);
    put(kPreferred, 1);
    for (const Timing& one : {t.x, t.y})
        for (const auto value : {one.active, one.blank, one.front, one.sync}) put(value - 1, 2);
    close(block.subspan(1, at));
    close(block);
}

}  // namespace

Edid make_edid(const EdidScreen& screen) {
    Edid edid{};
    const Bytes base = Bytes(edid).first(kBlock), television = Bytes(edid).subspan(kBlock, kBlock), display_id = Bytes(edid).last(kBlock);
    const Timings timings(screen);
    const std::uint8_t head[] = {0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00,                   // the sign of an EDID
                                 0x49, 0x14, 0x34, 0x12, 0, 0, 0, 0, 42, 2014 - 1990, 1, 4,          // "RHT" 0x1234 of 2014, version
                                 0xa5, low(millimetres(screen.width) / 10), low(millimetres(screen.height) / 10), 120, 0x06,
                                 0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54};        // sRGB
    std::copy(std::begin(head), std::end(head), base.begin());

    std::size_t at = 54;
    const auto next = [&base, &at](std::uint8_t tag) {
        const Bytes descriptor = base.subspan(at, kDescriptor);
        at += kDescriptor;
        descriptor[3] = tag;
        return descriptor;
    };
    const bool fits = timings.fits_the_base();
    if (fits) put_timing(next(0), timings, screen);
    const Bytes third = next(0xf7);
    third[5] = 10;                                         // the version of this list
    const std::uint8_t limits[] = {50, 125, 30, 160, 0xff, 1};      // Hz, kHz, 10 MHz; nothing beyond these
    const Bytes range = next(0xfd);
    std::copy(std::begin(limits), std::end(limits), range.begin() + 5);
    range[11] = '\n';
    std::fill(range.begin() + 12, range.end(), std::uint8_t{' '});
    constexpr std::string_view kName = "QEMU Monitor\n";
    std::copy(kName.begin(), kName.end(), next(0xfc).begin() + 5);
    if (!fits) next(0x10);

    television[0] = 2;
    television[1] = 3;
    put_modes(base, third, television, screen);
    for (std::size_t free = television[2]; free + kDescriptor < kBlock; free += kDescriptor) television[free + 3] = 0x10;
    if (!fits) put_display_id(display_id, timings);
    base[126] = fits ? 1 : 2;                             // blocks that follow
    close(base);
    close(television);
    return edid;
}

}  // namespace rhea
