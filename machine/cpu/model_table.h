#pragma once
/// The CPU models as data.
#include <optional>
#include <string_view>
#include <vector>

#include "machine/cpu/words.h"

namespace rhea {

struct CpuFacts {
    std::string_view name;                  ///< "Haswell-v4"
    std::string_view alias_of;              ///< empty: none; the other facts are those of that model
    bool alias_of_machine = false;          ///< the type of machine chooses the version
    bool is_static = false, migration_safe = false;
    std::string_view vendor, model_id, note;
    bool note_alone = false;                ///< the note stands for the description, which else is the model ID and the note
    unsigned family = 0, model = 0, stepping = 0;
    std::uint32_t level = 0, xlevel = 0;    ///< the highest leaves of CPUID
    bool legacy_cache = true, pmu = false;
    CpuWords words{};                       ///< what it has where nothing is missing
};

/// The data: see the source.
extern const std::string_view kCpuModels;

/// In the order of query-cpu-definitions.
std::vector<CpuFacts> cpu_models();
std::vector<std::string_view> cpu_model_names();
std::optional<CpuFacts> find_cpu_model(std::string_view name);

}  // namespace rhea
