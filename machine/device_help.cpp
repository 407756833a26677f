#include "machine/device_help.h"

#include <algorithm>

#include <fmt/format.h>

#include "chardev/options.h"
#include "json/writer.h"
#include "machine/device.h"
#include "machine/qom/basic_types.h"
#include "machine/qom/node.h"

namespace rhea {

namespace {

constexpr std::string_view kCategories[] = {"Controller/Bridge/Hub", "USB", "Storage", "Network", "Input", "Display",
                                            "Sound",                 "Misc", "CPU",    "Watchdog"};

/// "  name=<type>   - description (default: 1)"
std::string option_line(const qom::Listed& line, bool defaults) {
    constexpr std::size_t kColumn = 24;
    std::string text = fmt::format("  {}=<{}>", line.name, line.type);
    const std::string_view description = line.property ? line.property->description() : std::string_view();
    const bool has_default = defaults && line.property && line.property->default_value.index() != 0;
    if (!description.empty() || has_default) text = fmt::format("{:<{}} - {}", text, kColumn, description);
    if (has_default) text += fmt::format(" (default: {})", json::to_string(qom::to_qobject(line.property->default_value)));
    return text;
}

std::string options_text(const qom::Type& type, bool device) {
    std::vector<std::string> lines;
    for (const qom::Listed& line : qom::list_type(type))
        if (!line.property || (!line.property->hidden && (device || line.property->access != qom::Access::read_only))) lines.push_back(option_line(line, device));
    if (lines.empty()) return fmt::format("There are no options for {}.\n", type.name);
    std::sort(lines.begin(), lines.end());
    std::string text = fmt::format("{} options:\n", type.name);
    for (const std::string& line : lines) text += line + '\n';
    return text;
}

std::vector<const qom::Type*> sorted_types(const qom::Type& root) {
    std::vector<const qom::Type*> types;
    for (const qom::Type* type : qom::all_types())
        if (!type->abstract && type->create && type->pluggable && type->is_a(root)) types.push_back(type);
    std::sort(types.begin(), types.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
    return types;
}

}  // namespace

std::string device_types_text() {
    const auto types = sorted_types(Device::kType);
    std::string text;
    const auto add_category = [&](std::string_view title, std::string_view category) {
        std::string lines;
        for (const qom::Type* type : types) {
            if (type->category != category) continue;
            lines += fmt::format("name \"{}\"", type->name);
            if (const auto bus = type->bus_kind(); !bus.empty()) lines += fmt::format(", bus {}", bus);
            if (!type->alias.empty()) lines += fmt::format(", alias \"{}\"", type->alias);
            if (!type->summary.empty()) lines += fmt::format(", desc \"{}\"", type->summary);
            lines += '\n';
        }
        if (!lines.empty()) text += fmt::format("{}{} devices:\n{}", text.empty() ? "" : "\n", title, lines);
    };
    for (std::string_view category : kCategories) add_category(category, category);
    add_category("Uncategorized", "");
    return text;
}

Result<std::string> device_options_text(std::string_view name) {
    const qom::Type* type = qom::find_device_type(name);
    if (!type) return fail(fmt::format("Device '{}' not found", name));
    if (!type->is_a(Device::kType) || type->abstract)
        return fail(Error::invalid_parameter_value("typename", "a non-abstract device type"));
    return options_text(*type, true);
}

Result<std::string> machine_options_text(std::string_view name) {
    const qom::Type* type = qom::find_type(name);
    if (!type) return fail(fmt::format("Machine '{}' not found", name));
    return options_text(*type, false);
}

std::string chardev_types_text() {
    std::string text = "Available chardev backend types: \n";
    for (std::string_view name : chardev_backends()) text += fmt::format("  {}\n", name);
    return text;
}

std::string object_types_text() {
    std::string text = "List of user creatable objects:\n";
    for (const qom::Type* type : sorted_types(qom::kUserCreatable)) text += fmt::format("  {}\n", type->name);
    return text;
}

Result<std::string> object_options_text(std::string_view name) {
    const qom::Type* type = qom::find_type(name);
    if (!type || !type->is_a(qom::kUserCreatable)) return fail(Error::bad_enum_value("qom-type", name));
    return options_text(*type, false);
}

}  // namespace rhea
