#include "docs/reference/types.h"

#include <fmt/format.h>

namespace rhea::reference {
namespace {

/// A simple union's branch: nothing but "data".
bool is_wrapper(const TypeInfo& type) {
    return type.kind == TypeKind::object && type.name == "data" && type.members.size() == 1;
}

bool has_section(const TypeInfo& type) {
    return type.kind == TypeKind::enumeration || type.kind == TypeKind::alternate ||
           (type.kind == TypeKind::object && !is_wrapper(type) && (!type.members.empty() || type.variants));
}

std::string remarks(const Member& member, std::string_view when) {
    std::string text;
    auto add = [&](std::string_view part) {
        if (part.empty()) return;
        if (!text.empty()) text += ", ";
        text += part;
    };
    if (member.optional) add("optional");
    for (const std::string_view feature : member.features) add(feature);
    add(when);
    return text;
}

const TypeInfo* tag_type(const TypeInfo& type) {
    for (const Member& m : type.members)
        if (m.name == type.variants->tag) return &m.type();
    return nullptr;
}

}  // namespace

std::string type_text(const TypeInfo& type) {
    switch (type.kind) {
        case TypeKind::null: return "null";
        case TypeKind::boolean: return "boolean";
        case TypeKind::number: return "number";
        case TypeKind::string: return "string";
        case TypeKind::any: return "any";
        case TypeKind::list: return fmt::format("[{}]", type_text(type.element()));
        case TypeKind::enumeration:
        case TypeKind::alternate: return std::string(type.name);
        case TypeKind::object:
            if (is_wrapper(type)) return fmt::format("{{data: {}}}", type_text(type.members[0].type()));
            return type.members.empty() && !type.variants ? "nothing" : std::string(type.name);
        case TypeKind::int64: return "integer";
        default: return fmt::format("integer ({})", type.name);
    }
}

std::vector<Field> fields(const TypeInfo& object) {
    std::vector<Field> all;
    for (const Member& m : object.members)
        all.push_back({std::string(m.name), type_text(m.type()), remarks(m, object.variants && m.name == object.variants->tag ? "chooses the members below" : "")});
    if (!object.variants) return all;
    const TypeInfo* tag = tag_type(object);
    for (const Branch& branch : object.branches) {
        if (!branch.type) continue;
        const TypeInfo& type = branch.type();
        const std::string when = fmt::format("when {} is {}", object.variants->tag, tag->values[static_cast<std::size_t>(branch.value)].name);
        if (is_wrapper(type)) all.push_back({"data", type_text(type.members[0].type()), when});
        else all.push_back({"", type_text(type), "the members of this type, " + when});
    }
    return all;
}

void TypeList::add_members(const TypeInfo& object) {
    for (const Member& m : object.members) add(m.type());
    for (const Branch& branch : object.branches)
        if (branch.type) add(branch.type());
}

void TypeList::add(const TypeInfo& type) {
    if (!seen_.insert(&type).second) return;
    if (type.kind == TypeKind::list) return add(type.element());
    if (has_section(type)) types_.insert(&type);
    if (type.kind == TypeKind::object) add_members(type);
    for (const Alternative& alternative : type.alternatives) add(alternative.type());
}

}  // namespace rhea::reference
