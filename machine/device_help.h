#pragma once
/// What -device help, -device TYPE,help, the same of objects and machines, and -chardev help print.
#include <string>

#include "machine/qom/type.h"

namespace rhea {

/// The device types that a client can make, by category.
std::string device_types_text();
/// Errors: no such type, or none that can be made.
Result<std::string> device_options_text(std::string_view name);
std::string object_types_text();
Result<std::string> object_options_text(std::string_view name);
/// Of "none-machine".
Result<std::string> machine_options_text(std::string_view name);
std::string chardev_types_text();

}  // namespace rhea
