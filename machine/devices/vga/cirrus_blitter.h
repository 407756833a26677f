#pragma once
/// The part of a CL-GD5446 that copies, fills and expands rectangles of the display memory, as its graphics registers from 0x20 on say
/// (CL-GD5446 technical reference, chapter 9). A rectangle is done at once, except for one whose source the CPU writes: that takes
/// bytes until it has all.
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace rhea {

class CirrusBlitter {
public:
    /// Bits of register 0x31.
    static constexpr std::uint8_t kBusy = 0x01, kStart = 0x02, kReset = 0x04, kAutoStart = 0x80;
    using Registers = std::array<std::uint8_t, 0x40>;

    explicit CirrusBlitter(std::span<unsigned char> memory) : memory_(memory) {}

    /// False: done, or not to be done at all; true: it stays busy, and may wait for bytes. `screen_bits` of a pixel; 0: a mode of the plain VGA.
    bool start(const Registers& registers, unsigned screen_bits);
    /// Whether it waits for bytes of the CPU's.
    bool waiting() const { return line_size_ != 0; }
    /// One of those bytes; false: it was the last.
    bool take(std::uint8_t byte);
    void stop() { line_size_ = 0; }

private:
    using Operation = std::uint8_t (*)(std::uint8_t destination, std::uint8_t source);

    /// What is left out of each line.
    struct LeftSide {
        unsigned pixels;
        std::int64_t bytes;
    };
    LeftSide left_side(bool in_bytes) const;
    bool wait_for_cpu();
    void run_line();
    bool is_inside(std::int64_t address, std::int64_t pitch) const;
    bool can_write() const { return is_inside(destination_, destination_pitch_); }
    bool solid_fill();
    void copy(std::span<const unsigned char> line);
    void copy_rectangle();
    void expand(std::span<const unsigned char> bits);
    void fill_pattern(std::span<const unsigned char> pattern);
    void expand_pattern(std::span<const unsigned char> pattern);
    /// Pixels of two and four bytes lie at multiples of their size.
    std::uint64_t aligned(std::uint64_t address) const { return pixel_ == 3 ? address : address & ~std::uint64_t{pixel_ - 1u}; }
    void put(std::uint64_t address, std::uint32_t colour);
    std::uint8_t& at(std::uint64_t address) { return memory_[address & (memory_.size() - 1)]; }
    /// The memory from the source on, which what is drawn may change under it.
    std::span<const unsigned char> source_bytes() const { return memory_.subspan(static_cast<std::size_t>(source_)); }
    bool flag(std::uint8_t mask) const { return (mode_ & mask) != 0; }

    std::span<unsigned char> memory_;          // a power of two
    // What the registers said.
    std::int64_t width_ = 0, height_ = 0;      // bytes, lines
    std::int64_t destination_pitch_ = 0, source_pitch_ = 0;
    std::int64_t destination_ = 0, source_ = 0;
    std::uint8_t mode_ = 0, mode_extension_ = 0, skip_ = 0;
    unsigned pixel_ = 1;                       // bytes
    unsigned first_line_ = 0;                  // of a pattern that the CPU writes
    std::uint32_t foreground_ = 0, background_ = 0;
    std::array<std::uint8_t, 2> transparent_{};
    Operation operation_ = nullptr;
    // What has come from the CPU: a line, behind which older ones show.
    std::vector<unsigned char> line_;
    std::size_t line_bytes_ = 0, line_size_ = 0, bytes_left_ = 0;
};

}  // namespace rhea
