#pragma once
/// What the fuzz targets share.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace fuzz {

/// A broken promise: libFuzzer keeps the input that led here.
[[noreturn]] inline void broken(const char* promise, std::string_view detail = {}) {
    std::fprintf(stderr, "broken promise: %s\n%.*s\n", promise, static_cast<int>(detail.size()), detail.data());
    std::abort();
}

inline void promise(bool kept, const char* text, std::string_view detail = {}) {
    if (!kept) broken(text, detail);
}

/// Cuts a text into pieces of 1 to `longest` bytes, always alike for the same seed.
class Cuts {
public:
    Cuts(std::string_view text, std::uint8_t seed, std::size_t longest = 17)
        : rest_(text), state_(seed), longest_(longest) {}
    bool next(std::string_view& piece) {
        if (rest_.empty()) return false;
        state_ = state_ * 1103515245u + 12345u;
        piece = rest_.substr(0, 1 + (state_ >> 16) % longest_);
        rest_.remove_prefix(piece.size());
        return true;
    }

private:
    std::string_view rest_;
    std::uint32_t state_;
    std::size_t longest_;
};

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
