#pragma once
/// The CPU models that -cpu takes.
#include <string>

namespace rhea::cli {

/// What "-cpu help" prints.
std::string cpu_list();

}  // namespace rhea::cli
