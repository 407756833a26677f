#include "machine/qom/commands.h"

#include <fmt/format.h>

#include "machine/qom/basic_types.h"
#include "machine/qom/tree.h"
#include "monitor/command_table.h"
#include "qobject/hash_order.h"

namespace rhea {

std::vector<const qom::Type*> types_in_order() {
    HashOrderedMap<const qom::Type*> table;
    for (const qom::Type* type : qom::all_types()) table.insert(std::string(type->name), type);
    std::vector<const qom::Type*> types;
    table.for_each([&](const std::string&, const qom::Type* type) { types.push_back(type); });
    return types;
}

struct QomPath { std::string path; };
struct QomProperty { std::string path, property; };
struct QomSet { std::string path, property; QObject value; };
struct QomListTypes { std::optional<std::string> implements; std::optional<bool> abstract; };
struct TypeName { std::string typename_; };
struct ObjectPropertyInfo {
    std::string name, type;
    std::optional<std::string> description;
    std::optional<QObject> default_value;
};
struct ObjectTypeInfo {
    std::string name;
    std::optional<bool> abstract;
    std::optional<std::string> parent;
};

template <> inline constexpr auto description<QomPath> = object("q_obj_qom-list-arg", member<&QomPath::path>("path"));
template <>
inline constexpr auto description<QomProperty> =
    object("q_obj_qom-get-arg", member<&QomProperty::path>("path"), member<&QomProperty::property>("property"));
template <>
inline constexpr auto description<QomSet> = object("q_obj_qom-set-arg", member<&QomSet::path>("path"),
                                                   member<&QomSet::property>("property"), member<&QomSet::value>("value"));
template <>
inline constexpr auto description<QomListTypes> =
    object("q_obj_qom-list-types-arg", member<&QomListTypes::implements>("implements"), member<&QomListTypes::abstract>("abstract"));
template <> inline constexpr auto description<TypeName> = object("q_obj_qom-list-properties-arg", member<&TypeName::typename_>("typename"));
template <>
inline constexpr auto description<ObjectPropertyInfo> =
    object("ObjectPropertyInfo", member<&ObjectPropertyInfo::name>("name"), member<&ObjectPropertyInfo::type>("type"),
           member<&ObjectPropertyInfo::description>("description"), member<&ObjectPropertyInfo::default_value>("default-value"));
template <>
inline constexpr auto description<ObjectTypeInfo> =
    object("ObjectTypeInfo", member<&ObjectTypeInfo::name>("name"), member<&ObjectTypeInfo::abstract>("abstract"),
           member<&ObjectTypeInfo::parent>("parent"));

namespace {

Result<qom::Node> find_node(const qom::Tree& tree, std::string_view path) {
    qom::Node node;
    switch (qom::resolve(tree.root(), path, node)) {
    case qom::Found::one: return node;
    case qom::Found::nothing: return fail(Error::device_not_found(path));
    default: return fail(fmt::format("Path '{}' is ambiguous", path));
    }
}

/// As qom-get and qom-set say it, who do not tell several objects from none.
Result<qom::Node> find_only_node(const qom::Tree& tree, std::string_view path) {
    qom::Node node;
    if (qom::resolve(tree.root(), path, node) != qom::Found::one) return fail(Error::device_not_found(path));
    return node;
}

Result<std::vector<ObjectPropertyInfo>> qom_list(qom::Tree& tree, const QomPath& args) {
    const qom::Node node = RHEA_TRY(find_node(tree, args.path));
    std::vector<ObjectPropertyInfo> infos;
    for (qom::Listed& line : qom::list_node(node)) infos.push_back({std::move(line.name), std::move(line.type), {}, {}});
    return infos;
}

/// An absolute path's object without the detour over nodes: what libvirt asks for hundreds of times.
const qom::Object* object_at(const qom::Tree& tree, std::string_view path) {
    const qom::Object* at = path.starts_with('/') ? &tree.root() : nullptr;
    while (at && !path.empty()) {
        path.remove_prefix(1);
        const auto part = path.substr(0, path.find('/'));
        path.remove_prefix(part.size());
        if (!part.empty()) at = at->child(part);
    }
    return at;
}

Result<QObject> qom_get(qom::Tree& tree, const QomProperty& args) {
    if (const qom::Object* object = object_at(tree, args.path))
        if (const qom::Property* property = object->type().find(args.property)) return object->get_readable(*property);
    const qom::Node node = RHEA_TRY(find_only_node(tree, args.path));
    for (const qom::Listed& line : qom::list_node(node)) {
        if (line.name != args.property) continue;
        if (line.node) return QObject(line.node->path());
        if (line.property) return node.get(*line.property);
        return QObject(line.target);
    }
    return fail(qom::property_not_found(*node.type, args.property));
}

Result<Empty> qom_set(qom::Tree& tree, const QomSet& args) {
    const qom::Node node = RHEA_TRY(find_only_node(tree, args.path));
    if (!node.is_object()) {
        if (!node.type->find(args.property)) return fail(qom::property_not_found(*node.type, args.property));
        return fail(fmt::format("Property '{}.{}' is not writable", node.type->name, args.property));
    }
    RHEA_CHECK(const_cast<qom::Object*>(node.object)->set(args.property, args.value));
    return Empty{};
}

Result<std::vector<ObjectTypeInfo>> qom_list_types(qom::Tree&, const QomListTypes& args) {
    std::vector<ObjectTypeInfo> infos;
    const qom::Type* wanted = args.implements ? qom::find_type(*args.implements) : nullptr;
    if (args.implements && !wanted) return infos;
    for (const qom::Type* type : types_in_order()) {
        if (type->abstract && !args.abstract.value_or(false)) continue;
        if (wanted && !type->is_a(*wanted)) continue;
        ObjectTypeInfo info{std::string(type->name), {}, {}};
        if (type->abstract) info.abstract = true;
        if (type->parent) info.parent = type->parent->name;
        infos.insert(infos.begin(), std::move(info));
    }
    return infos;
}

enum class Detail { of_qom, of_device };

/// Of a fresh instance, or of the class alone when there can be none.
std::vector<ObjectPropertyInfo> properties_of(const qom::Type& type, Detail detail) {
    std::vector<ObjectPropertyInfo> infos;
    for (const qom::Listed& line : qom::list_type(type)) {
        const bool device = detail == Detail::of_device;
        if (device && line.property && (line.property->hidden || line.name.starts_with("legacy-"))) continue;
        ObjectPropertyInfo info{line.name, line.type, {}, {}};
        if (line.property) {
            if (const auto text = line.property->description(); !text.empty()) info.description = text;
            if (device && line.property->default_value.index() != 0) info.default_value = qom::to_qobject(line.property->default_value);
        }
        infos.push_back(std::move(info));
    }
    return infos;
}

Result<std::vector<ObjectPropertyInfo>> qom_list_properties(qom::Tree&, const TypeName& args) {
    const qom::Type* type = qom::find_type(args.typename_);
    if (!type) return fail(Error(fmt::format("Class '{}' not found", args.typename_), ErrorClass::device_not_found));
    const qom::Type* root = type;
    while (root->parent) root = root->parent;
    if (root == &qom::kInterface) return fail(Error::invalid_parameter_value("typename", "QOM object type"));
    return properties_of(*type, Detail::of_qom);
}

Result<std::vector<ObjectPropertyInfo>> device_list_properties(qom::Tree&, const TypeName& args) {
    const qom::Type* type = qom::find_type(args.typename_);
    if (!type) return fail(Error::device_not_found(args.typename_));
    if (!type->is_a(Device::kType) || type->abstract)
        return fail(Error::invalid_parameter_value("typename", "a non-abstract device type"));
    return properties_of(*type, Detail::of_device);
}

constexpr Command kCommands[] = {
    command<qom_list>("qom-list", "Lists the properties of an object: values, children and links.").preconfig(),
    command<qom_get>("qom-get", "Tells the value of an object's property.").preconfig(),
    command<qom_set>("qom-set", "Sets an object's property.").preconfig(),
    command<qom_list_types>("qom-list-types", "Lists the types of objects.").preconfig(),
    command<qom_list_properties>("qom-list-properties", "Lists the properties of a type.").preconfig(),
    command<device_list_properties>("device-list-properties", "Lists the properties of a device type."),
};

}  // namespace

void add_qom_commands(CommandTable& table, qom::Tree& tree) { table.add(kCommands, tree); }

}  // namespace rhea
