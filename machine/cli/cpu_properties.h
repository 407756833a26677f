#pragma once
/// The properties of x86 CPUs, as far as -cpu checks them.
#include <string>
#include <string_view>

#include "qobject/error.h"

namespace rhea::cli {

/// Whether a CPU of the type ("qemu64-x86_64-cpu") has the property and takes the value.
Result<void> check_cpu_property(std::string_view type, std::string_view name, const std::string& value);

}  // namespace rhea::cli
