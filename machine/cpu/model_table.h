#pragma once
/// The CPU models as data. Changes of properties are written "+feature", "-feature", "number=5" and "text:words", with ';'
/// between them; plain lists of names have spaces.
#include <cstdint>
#include <span>
#include <string_view>

namespace rhea {

enum : unsigned { kCpuStatic = 1, kCpuMigrationSafe = 2, kCpuDeprecated = 4 };

struct CpuModelRow {
    std::string_view name;
    std::string_view alias_of;  ///< empty: none
    std::string_view based_on;  ///< the model that `changes` are from; empty for "base"
    std::string_view changes;
    std::string_view unavailable;  ///< names of features that it has and the translator cannot give
    unsigned flags;
};

struct CpuLeafFeatures {
    std::string_view limit;  ///< the property that holds the highest leaf: "level", "xlevel", "xlevel2"
    std::uint32_t leaf;
    std::string_view features;  ///< names
};

/// In the order of query-cpu-definitions.
std::span<const CpuModelRow> cpu_model_table();
std::span<const CpuLeafFeatures> cpu_leaf_features();
/// The properties of "base": features (all that a static expansion shows) and other settings, as changes from nothing.
std::string_view cpu_base_features();
std::string_view cpu_base_settings();
/// Groups of names, ';' between them.
std::string_view cpu_feature_aliases();
/// Names of features that stay off whatever a client asks for.
std::string_view cpu_hardware_features();

}  // namespace rhea
