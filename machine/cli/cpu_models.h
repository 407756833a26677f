#pragma once
/// The names of CPU models that -cpu takes.
#include <span>
#include <string>
#include <string_view>

namespace rhea::cli {

/// Sorted.
std::span<const std::string_view> cpu_models();
bool is_cpu_model(std::string_view name);
/// What "-cpu help" prints.
std::string cpu_list();

}  // namespace rhea::cli
