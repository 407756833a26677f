#include "qobject/error.h"

#include <fmt/format.h>

namespace rhea {

std::string_view error_class_name(ErrorClass error_class) {
    switch (error_class) {
    case ErrorClass::generic_error: break;
    case ErrorClass::command_not_found: return "CommandNotFound";
    case ErrorClass::device_not_active: return "DeviceNotActive";
    case ErrorClass::device_not_found: return "DeviceNotFound";
    case ErrorClass::kvm_missing_cap: return "KVMMissingCap";
    }
    return "GenericError";
}

Error Error::missing_parameter(std::string_view path) {
    return Error(fmt::format("Parameter '{}' is missing", path)).legacy("MissingParameter", {{"name", std::string(path)}});
}

Error Error::invalid_parameter(std::string_view path) {
    return Error(fmt::format("Invalid parameter '{}'", path)).legacy("InvalidParameter", {{"name", std::string(path)}});
}

Error Error::unexpected_parameter(std::string_view path) {
    return Error(fmt::format("Parameter '{}' is unexpected", path)).legacy("InvalidParameter", {{"name", std::string(path)}});
}

Error Error::invalid_parameter_type(std::string_view path, std::string_view expected) {
    return Error(fmt::format("Invalid parameter type for '{}', expected: {}", path, expected))
        .legacy("InvalidParameterType", {{"name", std::string(path)}, {"expected", std::string(expected)}});
}

Error Error::invalid_parameter_value(std::string_view path, std::string_view expected) {
    return Error(fmt::format("Parameter '{}' expects {}", path, expected))
        .legacy("InvalidParameterValue", {{"name", std::string(path)}, {"expected", std::string(expected)}});
}

Error Error::bad_enum_value(std::string_view name, std::string_view value) {
    return Error(fmt::format("Parameter '{}' does not accept value '{}'", name, value))
        .legacy("InvalidParameter", {{"name", std::string(name)}});
}

Error Error::device_not_found(std::string_view device) {
    return Error(fmt::format("Device '{}' not found", device), ErrorClass::device_not_found)
        .legacy("DeviceNotFound", {{"device", std::string(device)}});
}

Error Error::device_not_active(std::string_view kind) {
    return Error(fmt::format("No {} device has been activated", kind), ErrorClass::device_not_active)
        .legacy("DeviceNotActive", {{"device", std::string(kind)}});
}

Error Error::command_not_found(std::string_view command) {
    return Error(fmt::format("The command {} has not been found", command), ErrorClass::command_not_found)
        .legacy("CommandNotFound", {{"name", std::string(command)}});
}

Error Error::kvm_missing_cap(std::string_view capability, std::string_view feature) {
    return Error(fmt::format("Using KVM without {}, {} unavailable", capability, feature), ErrorClass::kvm_missing_cap)
        .legacy("KVMMissingCap", {{"capability", std::string(capability)}, {"feature", std::string(feature)}});
}

Error Error::json_parsing(std::string_view detail) {
    return Error(fmt::format("JSON parse error, {}", detail)).legacy("JSONParsing");
}

}  // namespace rhea
