#pragma once
/// What x86 CPU models are, as data: observed from QEMU 7.2's TCG, whose CPU lacks what a model's `unavailable` names.
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace rhea {

struct CpuFacts {
    static constexpr unsigned kFeatureBytes = 10, kWords = 24;
    char type_name[44];                                      ///< "qemu64-x86_64-cpu"
    char vendor[13];
    char model_id[49];
    std::uint8_t family, model, stepping;
    std::uint8_t level, min_level, physical_bits, level_func7;
    std::uint32_t xlevel, min_xlevel;
    bool has_apic;
    std::uint64_t microcode;
    std::array<std::uint8_t, kFeatureBytes> features;        ///< a bit for each of cpu_features()
    std::array<std::uint32_t, kWords> words, filtered;       ///< CPUID registers, in the order of cpu_feature_words()
    std::uint8_t unavailable_set;

    std::string_view unavailable() const;                    ///< feature names, separated by blanks
};
struct CpuFeatureWord {
    char reg[4];
    std::uint32_t eax;
    std::int64_t ecx;      ///< -1: of no matter
};
/// A property of every x86 CPU: "NAME:LETTER", separated by blanks; the letter is the type.
///   b bool   1 2 4 8 uint8 to uint64   i int32   I int   s string   t str   o OnOffAuto   L strList   W feature words   G panic information
extern const std::string_view kCpuProperties, kCpuInstanceProperties;
/// The letter of a property; 0: there is none of that name.
char cpu_property_letter(std::string_view name);
/// Other names of properties: "sse3=pni", separated by blanks.
extern const std::string_view kCpuAliases;
/// Properties that differ from model to model, and those that are on for all; separated by blanks.
extern const std::string_view kCpuFeatures, kCpuAlwaysOn;

std::span<const CpuFacts> cpu_model_data();
std::span<const CpuFeatureWord> cpu_feature_words();

}  // namespace rhea
