#include "machine/qom/tree_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

void add_object(std::string& out, const qom::Node& node, const std::string& name, unsigned depth) {
    fmt::format_to(std::back_inserter(out), "{:{}}/{} ({})\n", "", depth * 2, name, node.type->name);
    std::vector<qom::Listed> children;
    for (qom::Listed& line : qom::list_node(node))
        if (line.is_child) children.push_back(std::move(line));
    std::sort(children.begin(), children.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    for (const qom::Listed& child : children) add_object(out, *child.node, child.name, depth + 1);
}

/// "512 B", "2 GiB"
std::string size_text(std::uint64_t size) {
    constexpr const char* kUnits[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    unsigned unit = 0;
    auto shown = static_cast<double>(size);
    // The next unit is taken as soon as three digits would round up to it.
    while (unit < 6 && shown >= 999.5) shown /= 1024, ++unit;
    return fmt::format("{:.3g} {}B", shown, kUnits[unit]);
}

std::string value_text(const qom::Property& property, const QObject& value) {
    if (const std::string* text = value.string()) {
        std::string quoted = "\"";
        for (char c : *text) {
            if (c == '"' || c == '\\') quoted += '\\';
            quoted += c;
        }
        return quoted + '"';
    }
    if (const bool* on = value.boolean()) return *on ? "true" : "false";
    if (!value.number()) return "<null>";
    std::int64_t number = 0;
    std::uint64_t bits = 0;
    if (!value.number()->get_int(number)) value.number()->get_uint(bits);
    else bits = static_cast<std::uint64_t>(number);
    if (property.type == &qom::kPciAddress) return number < 0 ? "<unset>" : fmt::format("{:02x}.{:x}", bits >> 3, bits & 7);
    if (property.type->size) return fmt::format("{} ({})", bits, size_text(bits));
    return fmt::format("{} ({:#x})", static_cast<std::int64_t>(bits), bits);
}

class DeviceTreeText {
public:
    std::string text;

    void add_bus(const Bus& bus, unsigned indent) {
        line(indent, "bus: {}", bus.bus_name());
        line(indent + 2, "type {}", bus.type_name());
        const auto& entries = bus.entries();
        for (auto at = entries.rbegin(); at != entries.rend(); ++at) add_device(bus, *at->device, indent + 2);
    }

private:
    template <class... Args>
    void line(unsigned indent, fmt::format_string<Args...> format, Args&&... args) {
        text.append(indent, ' ');
        fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
        text += '\n';
    }

    void add_place(const qom::Region& region, unsigned indent) {
        if (region.container == qom::kMemorySpace) line(indent, "mmio {:016x}/{:016x}", region.address, region.size);
    }

    /// Its memory regions that never move.
    void add_places(const Device& device, unsigned indent) {
        for (const qom::Type* type = &device.type(); type; type = type->parent)
            for (const qom::Nodes& nodes : type->nodes)
                for (const qom::Region& region : nodes.regions)
                    add_place(region, indent);
        device.list_extras([&](const qom::Object::Extra& extra) {
            if (extra.nodes && extra.nodes->region) add_place(extra.nodes->region(device, extra.number), indent);
        });
    }

    void add_device(const Bus& bus, const Device& device, unsigned indent) {
        line(indent, "dev: {}, id \"{}\"", device.type_name(), device.id());
        indent += 2;
        for (const qom::Type* type = &device.type(); type; type = type->parent)
            for (const qom::Pins& pins : type->pins) line(indent, "gpio-{} \"{}\" {}", pins.input ? "in" : "out", pins.name, pins.count);
        for (const qom::Type* type = &device.type(); type; type = type->parent)
            for (const qom::Property& property : type->properties)
                if (property.is_static() && !property.type->name.starts_with("link<"))
                    line(indent, "{} = {}", property.name, value_text(property, device.get(property)));
        for (const std::string& detail : bus.details(device)) line(indent, "{}", detail);
        if (bus.type_name() == "System") add_places(device, indent);
        std::vector<const Bus*> buses;
        device.for_each_child([&](const qom::Object& child) {
            if (const auto* below = dynamic_cast<const Bus*>(&child)) buses.push_back(below);
        });
        for (auto at = buses.rbegin(); at != buses.rend(); ++at) add_bus(**at, indent);
    }
};

}  // namespace

std::string object_tree_text(const qom::Node& node) {
    std::string out;
    const std::string path = node.path();
    add_object(out, node, path.substr(path.rfind('/') + 1), 0);
    return out;
}

std::string device_tree_text(const Bus* root) {
    DeviceTreeText tree;
    if (root) tree.add_bus(*root, 0);
    return std::move(tree.text);
}

}  // namespace rhea
