#include "machine/cpu/features.h"

#include <fmt/format.h>

#include <algorithm>

namespace rhea {

namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0}, kLow = 0xffffffff;

/// Words by what stands in them: indices of cpu_words().
enum Word : std::uint8_t {
    basic_edx = 0, basic_ecx = 1, leaf7_ebx = 2, leaf7_ecx = 3, leaf7_edx = 4, extended_edx = 6, extended_ecx = 7, kvm = 11, svm = 13,
    xsave = 14, xsave_states = 16, arch_capabilities = 18, core_capability = 19, perf_capabilities = 20, vmx_primary = 21,
    vmx_secondary = 22, vmx_pin = 23, vmx_exit = 24, vmx_entry = 25, vmx_misc = 26, vmx_ept_vpid = 27, vmx_basic = 28,
    vmx_functions = 29, intel_pt = 30
};

constexpr std::uint64_t bit(unsigned number) { return std::uint64_t{1} << number; }

struct Feature {
    Word word;
    std::uint8_t number;
};
// By place rather than by name: every start goes through these.
constexpr Feature kApic{basic_edx, 9}, kPse36{basic_edx, 17}, kVmx{basic_ecx, 5}, kPdcm{basic_ecx, 15}, kXsave{basic_ecx, 26}, kAvx{basic_ecx, 28}, kRdrand{basic_ecx, 30},
    kInvpcid{leaf7_ebx, 10}, kMpx{leaf7_ebx, 14}, kAvx512{leaf7_ebx, 16}, kRdseed{leaf7_ebx, 18}, kIntelPt{leaf7_ebx, 25},
    kPku{leaf7_ecx, 3}, kAmxTile{leaf7_edx, 24}, kArchCapabilities{leaf7_edx, 29}, kCoreCapability{leaf7_edx, 30},
    kRdtscp{extended_edx, 27}, kLongMode{extended_edx, 29}, kSvm{extended_ecx, 2}, kXsaves{xsave, 3}, kVmxSecondary{vmx_primary, 31},
    kVmxEpt{vmx_secondary, 1}, kVmxVpid{vmx_secondary, 5}, kVmxFunctions{vmx_secondary, 13};

/// Without the feature, the bits of the word are not there. In this order: some hang on others that do.
constexpr struct { Feature feature; Word word; std::uint64_t bits; } kDependencies[] = {
    {kArchCapabilities, arch_capabilities, kAll},
    {kCoreCapability, core_capability, kAll},
    {kPdcm, perf_capabilities, kAll},
    {kVmx, vmx_primary, kAll}, {kVmx, vmx_pin, kAll}, {kVmx, vmx_exit, kAll}, {kVmx, vmx_entry, kAll}, {kVmx, vmx_misc, kAll},
    {kVmx, vmx_basic, kAll},
    {kLongMode, vmx_entry, bit(9)},
    {kVmxSecondary, vmx_secondary, kAll},
    {kXsaves, vmx_secondary, bit(20)},
    {kRdrand, vmx_secondary, bit(11)},
    {kInvpcid, vmx_secondary, bit(12)},
    {kMpx, vmx_exit, bit(23)}, {kMpx, vmx_entry, bit(16)},
    {kRdseed, vmx_secondary, bit(16)},
    {kIntelPt, intel_pt, kAll},
    {kRdtscp, vmx_secondary, bit(3)},
    {kVmxEpt, vmx_ept_vpid, kLow}, {kVmxEpt, vmx_secondary, bit(7)},
    {kVmxVpid, vmx_ept_vpid, kAll ^ kLow},
    {kVmxFunctions, vmx_functions, kAll},
    {kSvm, svm, kAll},
};

/// The parts of XSAVE's area that come with a feature.
constexpr struct { Feature feature; std::uint64_t states; } kStates[] = {
    {kXsave, 0x3}, {kAvx, 0x4}, {kMpx, 0x18}, {kAvx512, 0xe0}, {kPku, 0x200}, {kAmxTile, 0x60000}};

bool bit_is_set(const CpuWords& words, Feature feature) { return (words[feature.word] & bit(feature.number)) != 0; }

/// Bits of the basic leaf that AMD repeats in the extended one.
constexpr std::uint64_t kAmdRepeats = 0x0183f3ff;

constexpr std::string_view kDepends = "This feature depends on other features that were not requested";
constexpr std::string_view kLacks = "TCG doesn't support requested feature";

std::string_view name_of(std::size_t word, unsigned wanted) {
    std::string_view found;
    for_each_feature(cpu_words()[word], [&](unsigned number, std::string_view name) {
        if (number == wanted) found = name;
    });
    return found;
}

/// Its bits in a word.
std::uint64_t bits_of(std::size_t word, std::string_view wanted) {
    std::uint64_t bits = 0;
    for_each_feature(cpu_words()[word], [&](unsigned number, std::string_view name) {
        if (name == wanted) bits |= bit(number);
    });
    return bits;
}

}  // namespace

bool CpuFeatures::set(std::string_view name, bool on) {
    bool known = false;
    for (std::size_t word = 0; word < kCpuWords; ++word) {
        const std::uint64_t bits = bits_of(word, name);
        words_[word] = on ? words_[word] | bits : words_[word] & ~bits;
        asked_[word] |= bits;
        known = known || bits != 0;
    }
    return known;
}

std::optional<bool> CpuFeatures::has(std::string_view name) const {
    std::optional<bool> all;
    for (std::size_t word = 0; word < kCpuWords; ++word)
        if (const std::uint64_t bits = bits_of(word, name)) all = all.value_or(true) && (words_[word] & bits) == bits;
    return all;
}

void CpuFeatures::complain(std::string_view why, std::size_t word, std::uint64_t bits) {
    for (unsigned number = 0; number < 64; ++number) {
        if ((bits & bit(number)) == 0) continue;
        const std::string_view name = name_of(word, number);
        complaints_.push_back(fmt::format("{}: {}{}{} [bit {}]", why, cpu_words()[word].where, name.empty() ? "" : ".", name, number));
    }
}

void CpuFeatures::expand() {
    for (const auto& [feature, word, bits] : kDependencies) {
        if (bit_is_set(words_, feature)) continue;
        const std::uint64_t lost = words_[word] & bits, asked = lost & asked_[word];
        complain(kDepends, word, asked);
        filtered_[word] |= asked;
        words_[word] &= ~lost;
    }
    words_[kvm] = 0;
    words_[xsave_states] = 0;
    for (const auto& [feature, states] : kStates)
        if (bit_is_set(words_, kXsave) && bit_is_set(words_, feature)) words_[xsave_states] |= states;
}

void CpuFeatures::set_branch_records(std::uint64_t format) {
    constexpr std::uint64_t kField = 0x3f;
    words_[perf_capabilities] = (words_[perf_capabilities] & ~kField) | (format & kField);
}

void CpuFeatures::filter(bool force, bool tell) {
    for (std::size_t word = 0; word < kCpuWords; ++word) {
        const std::uint64_t lost = words_[word] & ~cpu_words()[word].supported;
        if (tell) complain(kLacks, word, lost);
        filtered_[word] |= lost;
        if (!force) words_[word] &= ~lost;
    }
}

void CpuFeatures::repeat_for_amd() {
    words_[extended_edx] = (words_[extended_edx] & ~kAmdRepeats) | (words_[basic_edx] & kAmdRepeats);
}

bool CpuFeatures::has_apic() const { return bit_is_set(words_, kApic); }

unsigned CpuFeatures::physical_bits() const {
    if (bit_is_set(words_, kLongMode)) return 40;
    return bit_is_set(words_, kPse36) ? 36 : 32;
}

bool CpuFeatures::lacks_some() const {
    return std::any_of(filtered_.begin(), filtered_.end(), [](std::uint64_t word) { return word != 0; });
}

std::vector<std::string_view> CpuFeatures::missing() const {
    std::vector<std::string_view> names;
    for (std::size_t word = 0; word < kCpuWords; ++word)
        for (unsigned number = 0; number < 64; ++number)
            if (filtered_[word] & bit(number)) names.push_back(name_of(word, number));
    return names;
}

}  // namespace rhea
