#include "machine/qom/node.h"

#include <algorithm>

#include <fmt/format.h>

#include "machine/qom/basic_types.h"
#include "qobject/hash_order.h"

namespace rhea::qom {

namespace {

std::vector<const Type*> ancestry(const Type& type) {
    std::vector<const Type*> line;
    for (const Type* at = &type; at; at = at->parent) line.push_back(at);
    std::reverse(line.begin(), line.end());
    return line;
}

std::string pin_name(const Pins& pins, unsigned number) {
    return numbered(!pins.name.empty() ? pins.name : pins.input ? "unnamed-gpio-in" : "unnamed-gpio-out", number);
}

/// Calls `visit(Node)` for every child; true from it ends that.
template <class Visit>
bool find_child(const Node& node, Visit&& visit) {
    if (!node.is_object()) return false;
    for (const Type* type : ancestry(*node.type)) {
        for (auto pins = type->pins.rbegin(); pins != type->pins.rend(); ++pins)
            for (unsigned i = 0; pins->input && i < pins->count; ++i)
                if (visit(pin_name(*pins, i), Node{node.object, &kIrq, pin_name(*pins, i)})) return true;
        for (const Nodes& nodes : type->nodes)
            for (unsigned i = 0; i < nodes.count; ++i)
                if (visit(numbered(nodes.name, i), Node{node.object, nodes.type, numbered(nodes.name, i)})) return true;
    }
    bool found = false;
    node.object->for_each_child([&](const Object& child) { found = found || visit(child.name(), node_of(child)); });
    if (found) return true;
    node.object->list_extras([&](Object::Extra extra) {
        if (extra.node && !found) found = visit(extra.name, Node{node.object, extra.node, extra.name});
    });
    return found;
}

/// What `name` leads to from `node`: a child, or the end of a link.
std::optional<Node> step(const Node& node, std::string_view name) {
    std::optional<Node> end;
    find_child(node, [&](std::string_view child, const Node& at) {
        if (child == name) end = at;
        return end.has_value();
    });
    if (end || !node.is_object()) return end;
    const Object* target = nullptr;
    if (const Property* property = node.type->find(name); property && property->target) target = property->target(*node.object);
    node.object->list_extras([&](const Object::Extra& extra) {
        if (extra.name == name && extra.link) target = extra.link;
    });
    if (target) end = node_of(*target);
    return end;
}

std::optional<Node> walk(Node node, const std::vector<std::string_view>& parts) {
    for (std::string_view part : parts) {
        auto next = step(node, part);
        if (!next) return std::nullopt;
        node = std::move(*next);
    }
    return node;
}

Found search(const Node& from, const std::vector<std::string_view>& parts, Node& found) {
    Found result = Found::nothing;
    if (auto at = walk(from, parts)) {
        found = std::move(*at);
        result = Found::one;
    }
    find_child(from, [&](std::string_view, const Node& child) {
        Node other;
        const Found below = search(child, parts, other);
        if (below == Found::nothing) return false;
        if (below == Found::ambiguous || result == Found::one) result = Found::ambiguous;
        else {
            found = std::move(other);
            result = Found::one;
        }
        return result == Found::ambiguous;
    });
    return result;
}

Listed line_of(const Property& property) { return {std::string(property.name), std::string(property.type->name), &property}; }

/// Lists a table: QEMU walks its own in hash order, and lists what it has walked from the end.
void append(std::vector<Listed>& list, const HashOrderedMap<Listed>& table) {
    const auto first = static_cast<std::ptrdiff_t>(list.size());
    table.for_each([&](const std::string&, const Listed& entry) { list.push_back(entry); });
    std::reverse(list.begin() + first, list.end());
}

/// Lists the properties of a type and its ancestors; those that are an instance's own go to `own`.
template <class Make>
void append_classes(const Type& type, std::vector<Listed>& list, HashOrderedMap<Listed>& own, Make&& make) {
    for (const Type* at : ancestry(type)) {
        HashOrderedMap<Listed> table;
        for (const Property& property : at->properties) table.insert(std::string(property.name), make(property));
        append(list, table);
        if (at->late_properties)
            for (const Property& property : at->late_properties(*at)) list.push_back(make(property));
        if (at->late_instance_properties)
            for (const Property& property : at->late_instance_properties(*at)) own.insert(std::string(property.name), make(property));
        for (const Property& property : at->instance_properties) own.insert(std::string(property.name), make(property));
    }
}

}  // namespace

Node node_of(const Object& object) { return {&object, &object.type(), {}}; }

std::string Node::path() const {
    const std::string path = object->qom_path();
    if (is_object()) return path.empty() ? "/" : path;
    return path + "/" + made_up;
}

std::vector<Listed> list_type(const Type& type) {
    std::vector<Listed> list;
    HashOrderedMap<Listed> own;
    if (type.part) own.insert(std::string(type.part_name), {std::string(type.part_name), fmt::format("child<{}>", type.part->name)});
    append_classes(type, list, own, [](const Property& property) { return line_of(property); });
    if (type.abstract) return list;
    for (const Type* at : ancestry(type)) {
        for (auto pins = at->pins.rbegin(); pins != at->pins.rend(); ++pins)
            for (unsigned i = 0; pins->at_once && i < pins->count; ++i)
                own.insert(pin_name(*pins, i), {pin_name(*pins, i), pins->input ? "child<irq>" : "link<irq>"});
        for (const Nodes& nodes : at->nodes)
            for (unsigned i = 0; nodes.at_once && i < nodes.count; ++i) {
                const auto name = numbered(nodes.name, i);
                own.insert(name, {name, fmt::format("child<{}>", nodes.type->name)});
            }
    }
    append(list, own);
    return list;
}

std::vector<Listed> list_node(const Node& node) {
    std::vector<Listed> list;
    HashOrderedMap<Listed> own;
    const auto listed = [&](const Property& property) {
        Listed line = line_of(property);
        if (property.target && node.is_object())
            if (const Object* target = property.target(*node.object)) line.node = node_of(*target);
        return line;
    };
    if (const Object* part = node.is_object() && node.type->part ? node.object->child(node.type->part_name) : nullptr)
        own.insert(part->name(), {part->name(), fmt::format("child<{}>", part->type_name()), nullptr, node_of(*part), true});
    append_classes(*node.type, list, own, listed);
    for (const Type* at : ancestry(*node.type))
        for (auto pins = at->pins.rbegin(); pins != at->pins.rend(); ++pins)
            for (unsigned i = 0; !pins->input && i < pins->count; ++i) own.insert(pin_name(*pins, i), {pin_name(*pins, i), "link<irq>"});
    find_child(node, [&](std::string_view name, const Node& child) {
        own.insert(std::string(name), {std::string(name), fmt::format("child<{}>", child.type->name), nullptr, child, true});
        return false;
    });
    if (node.is_object())
        node.object->list_extras([&](const Object::Extra& extra) {
            if (extra.property) own.insert(extra.name, listed(*extra.property));
            if (extra.link)
                own.insert(extra.name, {extra.name, fmt::format("link<{}>", extra.link->type_name()), nullptr, node_of(*extra.link)});
        });
    append(list, own);
    return list;
}

Found resolve(const Object& root, std::string_view path, Node& node) {
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        if (end > at) parts.push_back(path.substr(at, end - at));
        at = end + 1;
    }
    if (!path.starts_with('/')) return parts.empty() ? Found::ambiguous : search(node_of(root), parts, node);
    auto end = walk(node_of(root), parts);
    if (!end) return Found::nothing;
    node = std::move(*end);
    return Found::one;
}

}  // namespace rhea::qom
