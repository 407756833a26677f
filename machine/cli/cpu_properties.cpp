#include "machine/cli/cpu_properties.h"

#include <cerrno>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "machine/cpu/property_table.h"
#include "qobject/keyval.h"

namespace rhea::cli {

namespace {

constexpr std::string_view kStartPoweredOff = "start-powered-off";  // of every CPU, whatever its architecture

Fail expects(std::string_view name, std::string_view what) { return fail(Error::invalid_parameter_value(name, what)); }

Result<void> check_signed(std::string_view name, const std::string& text, std::string_view type, long long low,
                          long long high) {
    char* end = nullptr;
    errno = 0;
    const long long value = std::strtoll(text.c_str(), &end, 0);
    if (text.empty() || *end || errno) return expects(name, "int64");
    if (value < low || value > high) return expects(name, type);
    return {};
}

Result<void> check_unsigned(std::string_view name, const std::string& text, std::string_view type, unsigned long long high) {
    char* end = nullptr;
    errno = 0;
    const unsigned long long value = std::strtoull(text.c_str(), &end, 0);
    if (text.empty() || *end || errno) return expects(name, "uint64");
    if (value > high) return expects(name, type);
    return {};
}

/// What the silicon has room for.
Result<void> check_range(std::string_view name, long long value) {
    constexpr struct {
        std::string_view name;
        long long high;
    } kRanges[] = {{"stepping", 0xf}, {"family", 0xff + 0xf}, {"model", 0xff}};
    for (const auto& range : kRanges)
        if (range.name == name && (value < 0 || value > range.high))
            return fail(
                fmt::format("Property .{} doesn't take value {} (minimum: 0, maximum: {})", name, value, range.high));
    return {};
}

}  // namespace

Result<void> check_cpu_property(std::string_view type, std::string_view name, const std::string& value) {
    constexpr std::size_t kVendor = 12;  // bytes
    switch (name == kStartPoweredOff ? 'b' : cpu_property_letter(type, name)) {
    case 'b': case 'B':
        if (!parse_option_bool(name, value)) return expects(name, "'on' or 'off'");
        return {};
    case 'I':
        RHEA_CHECK(check_signed(name, value, "int64", std::numeric_limits<long long>::min(), std::numeric_limits<long long>::max()));
        return check_range(name, std::strtoll(value.c_str(), nullptr, 0));
    case 'i': return check_signed(name, value, "int32_t", INT32_MIN, INT32_MAX);
    case '8': return check_unsigned(name, value, "uint64", UINT64_MAX);
    case '4': return check_unsigned(name, value, "uint32_t", UINT32_MAX);
    case '2': return check_unsigned(name, value, "uint16_t", UINT16_MAX);
    case '1': return check_unsigned(name, value, "uint8_t", UINT8_MAX);
    case 'o':
        if (value != "on" && value != "off" && value != "auto") return fail(fmt::format("Parameter '{}' does not accept value '{}'", name, value));
        return {};
    case 's': case 't':
        if (name == "vendor" && value.size() != kVendor) return fail(fmt::format("Property '.vendor' doesn't take value '{}'", value));
        return {};
    case 0: return fail(fmt::format("Property '{}.{}' not found", type, name));
    default: return fail(fmt::format("Property '{}.{}' is not writable", type, name));
    }
}

}  // namespace rhea::cli
