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
                if (visit(numbered(nodes.name, i), Node{node.object, nodes.type, numbered(nodes.name, i), &nodes, i})) return true;
    }
    bool found = false;
    node.object->for_each_child([&](const Object& child) { found = found || (child.listed() && visit(child.name(), node_of(child))); });
    if (found) return true;
    node.object->list_extras([&](Object::Extra extra) {
        if (extra.nodes && !found) found = visit(extra.name, Node{node.object, extra.nodes->type, extra.name, extra.nodes, extra.number});
    });
    return found;
}

const Object& root_of(const Object& object) {
    const Object* at = &object;
    while (at->parent()) at = at->parent();
    return *at;
}

/// Calls `visit(name, pins, number)` for every output pin.
template <class Visit>
void for_each_output(const Type& of, Visit&& visit) {
    for (const Type* type : ancestry(of))
        for (auto pins = type->pins.rbegin(); pins != type->pins.rend(); ++pins)
            for (unsigned i = 0; !pins->input && i < pins->count; ++i) visit(pin_name(*pins, i), *pins, i);
}

std::string target_of(const Object& object, const Pins& pins, unsigned number) {
    return pins.leads_to ? pins.leads_to(object, number) : std::string();
}

/// What `name` leads to from `node`: a child, or the end of a link.
std::optional<Node> step(const Node& node, std::string_view name) {
    std::optional<Node> end;
    find_child(node, [&](std::string_view child, const Node& at) {
        if (child == name) end = at;
        return end.has_value();
    });
    if (end) return end;
    const Object* target = nullptr;
    std::string path;
    if (const Property* property = node.type->find(name); property && property->target && node.is_object()) target = property->target(*node.object);
    else if (property && property->type->name.starts_with("link<"))
        if (const auto value = node.get(*property); value && value->string()) path = *value->string();
    if (node.is_object()) {
        node.object->list_extras([&](const Object::Extra& extra) {
            if (extra.name != name) return;
            if (extra.link) target = extra.link;
            else if (extra.property && extra.property->target) target = extra.property->target(*node.object);
        });
        for_each_output(*node.type, [&](std::string_view pin, const Pins& pins, unsigned number) {
            if (pin == name) path = target_of(*node.object, pins, number);
        });
    }
    if (target) return node_of(*target);
    if (Node there; !path.empty() && resolve(root_of(*node.object), path, there) == Found::one) end = std::move(there);
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

Node::Place Node::place() const {
    Place place;
    if (!nodes) return place;
    if (nodes->region) place.region = nodes->region(*object, number);
    else if (number < nodes->regions.size()) place.region = nodes->regions[number];
    const std::string_view in = place.region.container;
    const Object& owner = place.region.owner ? *place.region.owner : *object;
    if (!in.empty()) place.container = in.starts_with('/') ? std::string(in) : owner.qom_path() + "/" + std::string(in);
    return place;
}

Result<QObject> Node::get(const Property& property) const {
    if (is_object()) return object->get_readable(property);
    if (property.name == "type") return QObject(type->name);
    if (nodes && nodes->value) return nodes->value(*object, made_up, property);
    const Place at = place();
    if (property.name == "container") return QObject(at.container);
    if (property.name == "addr") return QObject(at.region.address);
    if (property.name == "size") return QObject(at.region.size);
    return QObject(std::int64_t{at.region.priority});
}

std::vector<Listed> list_type(const Type& type) {
    std::vector<Listed> list;
    HashOrderedMap<Listed> own;
    const auto add_child = [&own](std::string name, const Type& child) { own.insert(name, {name, fmt::format("child<{}>", child.name)}); };
    if (type.part) add_child(std::string(type.part_name), *type.part);
    const auto line = ancestry(type);
    // In the order in which QEMU makes them.
    for (const Type* at : line)
        for (const Nodes& nodes : at->nodes)
            for (unsigned i = 0; nodes.at_once && !type.abstract && i < nodes.count; ++i) add_child(numbered(nodes.name, i), *nodes.type);
    append_classes(type, list, own, [](const Property& property) { return line_of(property); });
    if (type.abstract) return list;
    for (const Type* at : line)
        for (auto pins = at->pins.rbegin(); pins != at->pins.rend(); ++pins)
            for (unsigned i = 0; pins->at_once && i < pins->count; ++i)
                own.insert(pin_name(*pins, i), {pin_name(*pins, i), pins->input ? "child<irq>" : "link<irq>"});
    for (const Children& child : type.children) add_child(std::string(child.name), *child.type);
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
        own.insert(part->name(), {.name = part->name(), .type = fmt::format("child<{}>", part->type_name()), .node = node_of(*part), .is_child = true});
    append_classes(*node.type, list, own, listed);
    if (node.nodes)
        for (const Property& property : node.nodes->properties) own.insert(std::string(property.name), line_of(property));
    for_each_output(*node.type, [&](std::string_view name, const Pins& pins, unsigned number) {
        own.insert(std::string(name), {.name = std::string(name), .type = "link<irq>", .target = target_of(*node.object, pins, number)});
    });
    find_child(node, [&](std::string_view name, const Node& child) {
        own.insert(std::string(name), {.name = std::string(name), .type = fmt::format("child<{}>", child.type->name), .node = child, .is_child = true});
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
