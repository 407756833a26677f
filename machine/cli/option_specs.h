#pragma once
/// The options of the flat groups that have a fixed set of them.
#include <span>
#include <string_view>

#include "qobject/keyval.h"

namespace rhea::cli {

/// Empty: whoever takes the group's options knows them.
std::span<const OptionSpec> option_specs(std::string_view group);

}  // namespace rhea::cli
