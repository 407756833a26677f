#include "machine/devices/vga/cirrus_blitter.h"

#include <algorithm>
#include <utility>

namespace rhea {

namespace {

// Of the mode register.
constexpr std::uint8_t kBackwards = 0x01, kToCpu = 0x02, kFromCpu = 0x04, kTransparent = 0x08, kPattern = 0x40, kExpand = 0x80;
// Of its extension.
constexpr std::uint8_t kDwordLines = 0x01, kInvert = 0x02, kSolid = 0x04;

constexpr std::int64_t kWidest = 8192;       // bytes that a line may have
constexpr unsigned kPatternLines = 8;

using Operation = std::uint8_t (*)(std::uint8_t, std::uint8_t);
template <auto Compute>
std::uint8_t apply(std::uint8_t d, std::uint8_t s) { return static_cast<std::uint8_t>(Compute(d, s)); }

/// What becomes of a byte of the destination and one of the source.
Operation operation_of(std::uint8_t code) {
    switch (code) {
    case 0x00: return apply<[](int, int) { return 0; }>;
    case 0x05: return apply<[](int d, int s) { return s & d; }>;
    case 0x09: return apply<[](int d, int s) { return s & ~d; }>;
    case 0x0b: return apply<[](int d, int) { return ~d; }>;
    case 0x0d: return apply<[](int, int s) { return s; }>;
    case 0x0e: return apply<[](int, int) { return 0xff; }>;
    case 0x50: return apply<[](int d, int s) { return ~s & d; }>;
    case 0x59: return apply<[](int d, int s) { return s ^ d; }>;
    case 0x6d: return apply<[](int d, int s) { return s | d; }>;
    case 0x90: return apply<[](int d, int s) { return ~s | ~d; }>;
    case 0x95: return apply<[](int d, int s) { return ~(s ^ d); }>;
    case 0xad: return apply<[](int d, int s) { return s | ~d; }>;
    case 0xd0: return apply<[](int, int s) { return ~s; }>;
    case 0xd6: return apply<[](int d, int s) { return ~s | d; }>;
    case 0xda: return apply<[](int d, int s) { return ~s & ~d; }>;
    default: return apply<[](int d, int) { return d; }>;
    }
}

}  // namespace

bool CirrusBlitter::start(const Registers& r, unsigned screen_bits) {
    const auto number = [&r](unsigned low, unsigned bytes) {
        std::uint32_t value = 0;
        for (unsigned i = 0; i < bytes; ++i) value |= std::uint32_t{r[low + i]} << (8 * i);
        return std::int64_t{value};
    };
    const auto colour = [&r](unsigned lowest) {
        return std::uint32_t{r[lowest]} | std::uint32_t{r[lowest + 0x10]} << 8 | std::uint32_t{r[lowest + 0x12]} << 16 |
               std::uint32_t{r[lowest + 0x14]} << 24;
    };
    const auto mask = static_cast<std::int64_t>(memory_.size() - 1);
    width_ = number(0x20, 2) + 1;
    height_ = number(0x22, 2) + 1;
    destination_pitch_ = number(0x24, 2);
    source_pitch_ = number(0x26, 2);
    destination_ = number(0x28, 3) & mask;
    source_ = number(0x2c, 3) & mask;
    skip_ = r[0x2f];
    mode_ = r[0x30];
    operation_ = operation_of(r[0x32]);
    mode_extension_ = r[0x33];
    first_line_ = flag(kFromCpu) ? static_cast<unsigned>(source_) % kPatternLines : 0;
    transparent_ = {r[0x34], r[0x35]};
    pixel_ = (mode_ >> 4 & 3u) + 1;
    background_ = colour(0);
    foreground_ = colour(1);
    line_size_ = 0;
    if (flag(kToCpu)) return false;      // the CPU reads nothing
    if ((mode_extension_ & kSolid) && (mode_ & (kTransparent | kPattern | kExpand)) == (kPattern | kExpand)) {
        return !solid_fill();      // busy for ever when it is refused, as QEMU leaves it
    }
    if (!flag(kExpand) && !flag(kPattern)) {
        if (flag(kTransparent) && pixel_ > 2) return false;
        if (flag(kBackwards)) {
            destination_pitch_ = -destination_pitch_;
            source_pitch_ = -source_pitch_;
        }
    }
    if (flag(kFromCpu)) return wait_for_cpu();
    if (flag(kPattern)) {
        const std::int64_t size = screen_bits == 8 ? 64 : screen_bits == 15 || screen_bits == 16 ? 128 : 256;
        source_ &= ~(size - 1);
        if (source_ + size > static_cast<std::int64_t>(memory_.size()) || !can_write()) return false;
        const auto pattern = source_bytes();      // of its own size, even where the screen's pixels are smaller
        if (flag(kExpand)) expand_pattern(pattern);
        else fill_pattern(pattern);
    } else if (can_write() && is_inside(source_, source_pitch_)) {
        if (flag(kExpand)) expand(source_bytes());
        else copy_rectangle();
    }
    return false;
}

/// A rectangle that would leave the memory is not done at all.
bool CirrusBlitter::is_inside(std::int64_t address, std::int64_t pitch) const {
    const auto size = static_cast<std::int64_t>(memory_.size());
    if (width_ > kWidest || pitch == 0) return false;
    if (pitch < 0) return address < size && address + (height_ - 1) * pitch - width_ >= -1;
    return address + (height_ - 1) * pitch + width_ <= size;
}

void CirrusBlitter::put(std::uint64_t address, std::uint32_t colour) {
    address = aligned(address);
    for (unsigned i = 0; i < pixel_; ++i) {
        std::uint8_t& byte = at(address + i);
        byte = operation_(byte, static_cast<std::uint8_t>(colour >> (8 * i)));
    }
}

/// With 24 bits a pixel the register counts bytes, except where both colours are drawn.
CirrusBlitter::LeftSide CirrusBlitter::left_side(bool in_bytes) const {
    if (pixel_ == 3 && in_bytes) return {(skip_ & 0x1fu) / 3, skip_ & 0x1f};
    return {skip_ & 7u, static_cast<std::int64_t>((skip_ & 7u) * pixel_)};
}

bool CirrusBlitter::solid_fill() {
    if (!can_write()) return false;
    for (std::int64_t y = 0; y < height_; ++y)
        for (std::int64_t x = 0; x < width_; x += pixel_) put(static_cast<std::uint64_t>(destination_ + y * destination_pitch_ + x), foreground_);
    return true;
}

void CirrusBlitter::copy_rectangle() {
    const std::int64_t step = flag(kBackwards) ? -1 : 1;
    // Lines that run into each other are not copied.
    if (step > 0 && height_ > 1 && (destination_pitch_ < width_ || source_pitch_ < width_)) return;
    const std::int64_t unit = flag(kTransparent) ? pixel_ : 1;
    // A line of pixels ends where its last one does, and the next begins as far from there as from where it should have ended.
    const std::int64_t beyond = step * ((width_ + unit - 1) / unit * unit - width_);
    for (std::int64_t y = 0; y < height_; ++y) {
        const std::int64_t to = destination_ + y * (destination_pitch_ + beyond), from = source_ + y * (source_pitch_ + beyond);
        for (std::int64_t x = 0; x < width_; x += unit) {
            std::array<std::uint8_t, 2> made{};
            const auto place = [&](std::int64_t base, std::int64_t i) {
                const auto first = static_cast<std::uint64_t>(base + step * x + (step > 0 ? 0 : 1 - unit));
                return (unit > 1 ? aligned(first) : first) + static_cast<std::uint64_t>(i);
            };
            for (std::int64_t i = 0; i < unit; ++i) made[static_cast<std::size_t>(i)] = operation_(at(place(to, i)), at(place(from, i)));
            if (flag(kTransparent) && std::equal(made.begin(), made.begin() + unit, transparent_.begin())) continue;
            for (std::int64_t i = 0; i < unit; ++i) at(place(to, i)) = made[static_cast<std::size_t>(i)];
        }
    }
}

/// One line that the CPU has written.
void CirrusBlitter::copy(std::span<const unsigned char> line) {
    const std::int64_t step = flag(kBackwards) ? -1 : 1;
    const std::int64_t unit = flag(kTransparent) ? pixel_ : 1;
    for (std::int64_t x = 0; x < width_; x += unit) {
        const auto start = static_cast<std::uint64_t>(destination_ + step * x);
        const std::uint64_t to = unit > 1 ? aligned(start) : start;
        std::array<std::uint8_t, 2> made{};
        for (std::size_t i = 0; i < static_cast<std::size_t>(unit); ++i)
            made[i] = operation_(at(to + i), line[static_cast<std::size_t>(step * (x + static_cast<std::int64_t>(i))) % kWidest]);
        if (flag(kTransparent) && std::equal(made.begin(), made.begin() + unit, transparent_.begin())) continue;
        for (std::size_t i = 0; i < static_cast<std::size_t>(unit); ++i) at(to + i) = made[i];
    }
}

/// Bits become pixels of the two colours; the first of each byte is its highest. Each line begins with a byte of its own.
void CirrusBlitter::expand(std::span<const unsigned char> bits) {
    const bool transparent = flag(kTransparent), invert = transparent && (mode_extension_ & kInvert);
    const std::uint32_t colour = invert ? background_ : foreground_;
    const auto [skipped, skipped_bytes] = left_side(transparent);
    std::size_t next = 0;
    const auto fetch = [&] {
        const auto byte = next < bits.size() ? bits[next] : std::uint8_t{0};
        ++next;
        return static_cast<unsigned>(invert ? byte ^ 0xff : byte);
    };
    for (std::int64_t y = 0; y < height_; ++y) {
        unsigned mask = 0x80u >> skipped, byte = fetch();
        for (std::int64_t x = skipped_bytes; x < width_; x += pixel_, mask >>= 1) {
            if (mask == 0) {
                mask = 0x80;
                byte = fetch();
            }
            const auto address = static_cast<std::uint64_t>(destination_ + y * destination_pitch_ + x);
            if (byte & mask) put(address, transparent ? colour : foreground_);
            else if (!transparent) put(address, background_);
        }
    }
}

/// A square of 8 by 8 pixels, over and over.
void CirrusBlitter::fill_pattern(std::span<const unsigned char> pattern) {
    const std::size_t pitch = pixel_ == 3 ? 32 : 8 * pixel_;
    const std::int64_t skipped = left_side(true).bytes;
    for (std::int64_t y = 0; y < height_; ++y) {
        const std::size_t line = static_cast<std::size_t>((y + first_line_) % kPatternLines) * pitch;
        std::size_t column = pixel_ == 3 ? skip_ & 0x1fu : skip_ & 7u;      // of pixels, whatever they weigh
        for (std::int64_t x = skipped; x < width_; x += pixel_, ++column) {
            std::uint32_t colour = 0;
            for (unsigned i = 0; i < pixel_; ++i) {
                const std::size_t from = line + column % 8 * pixel_ + i;
                colour |= std::uint32_t{from < pattern.size() ? pattern[from] : std::uint8_t{0}} << (8 * i);
            }
            put(static_cast<std::uint64_t>(destination_ + y * destination_pitch_ + x), colour);
        }
    }
}

/// The same of bits.
void CirrusBlitter::expand_pattern(std::span<const unsigned char> pattern) {
    const bool transparent = flag(kTransparent), invert = transparent && (mode_extension_ & kInvert);
    const std::uint32_t colour = invert ? background_ : foreground_;
    const auto [skipped, skipped_bytes] = left_side(transparent);
    for (std::int64_t y = 0; y < height_; ++y) {
        const unsigned bits = pattern[static_cast<std::size_t>((y + first_line_) % kPatternLines)] ^ (invert ? 0xffu : 0u);
        unsigned number = 7 - skipped;
        for (std::int64_t x = skipped_bytes; x < width_; x += pixel_, number = (number - 1) & 7) {
            const auto address = static_cast<std::uint64_t>(destination_ + y * destination_pitch_ + x);
            if (bits >> (number & 7) & 1) put(address, transparent ? colour : foreground_);
            else if (!transparent) put(address, background_);
        }
    }
}

bool CirrusBlitter::wait_for_cpu() {
    if (!can_write()) return false;
    if (flag(kPattern)) {
        line_size_ = flag(kExpand) ? kPatternLines : std::size_t{kPatternLines} * kPatternLines * pixel_;
        bytes_left_ = line_size_;
    } else {
        const auto pixels = static_cast<std::size_t>(width_ / pixel_);
        line_size_ = !flag(kExpand)                   ? (static_cast<std::size_t>(width_) + 3) / 4 * 4
                     : mode_extension_ & kDwordLines ? (pixels + 31) / 32      // as QEMU counts them: bytes, where the chip has words
                                                     : (pixels + 7) / 8;
        bytes_left_ = line_size_ * static_cast<std::size_t>(height_);
    }
    line_.resize(kWidest);
    line_bytes_ = 0;
    return true;      // for ever, when a line has not one pixel
}

bool CirrusBlitter::take(std::uint8_t byte) {
    line_[line_bytes_++ % line_.size()] = byte;
    --bytes_left_;
    if (line_bytes_ == line_size_) run_line();
    if (bytes_left_ == 0) stop();
    return waiting();
}

void CirrusBlitter::run_line() {
    if (flag(kPattern)) {
        if (flag(kExpand)) expand_pattern(line_);
        else fill_pattern(line_);
    } else {
        const std::int64_t lines = std::exchange(height_, 1);
        if (flag(kExpand)) expand(line_);
        else copy(line_);
        height_ = lines;
        destination_ += destination_pitch_;
    }
    line_bytes_ = 0;
}

}  // namespace rhea
