#pragma once
/// The words that hold a CPU's features: registers of CPUID and model-specific registers, in the order in which QEMU goes through
/// them.
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace rhea {

constexpr std::size_t kCpuWords = 36;
using CpuWords = std::array<std::uint64_t, kCpuWords>;

struct CpuWord {
    std::string_view where;        ///< "CPUID.01H:EDX", "MSR(10AH)"
    std::string_view reg;          ///< "EDX"; empty: a model-specific register
    std::uint32_t eax;             ///< the leaf of CPUID
    std::int8_t ecx;               ///< -1: of no matter
    std::uint64_t supported;       ///< what the translator has
    std::string_view features;     ///< "BIT:NAME", separated by blanks; a name may have several bits
};

std::span<const CpuWord> cpu_words();

/// Calls `visit(bit, name)` for what has a name in a word.
template <class Visit>
void for_each_feature(const CpuWord& word, Visit&& visit) {
    for (std::string_view rest = word.features; !rest.empty();) {
        const std::string_view item = rest.substr(0, rest.find(' '));
        rest.remove_prefix(item.size() < rest.size() ? item.size() + 1 : item.size());
        const std::size_t colon = item.find(':');
        unsigned bit = 0;
        for (const char digit : item.substr(0, colon)) bit = bit * 10 + static_cast<unsigned>(digit - '0');
        visit(bit, item.substr(colon + 1));
    }
}

}  // namespace rhea
