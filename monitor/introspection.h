#pragma once
/// What query-qmp-schema tells: the commands and events of an engine, and the types that they use, made from the
/// descriptions. Types are anonymous ("0", "1", "[1]") as in QEMU; "0" is the empty object.
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "monitor/command_table.h"
#include "monitor/event_bus.h"

namespace rhea {

enum class SchemaMetaType { builtin, enumeration, array, object, alternate, command, event };
enum class JsonType { string, number, integer, boolean, null, object, array, value };

struct SchemaEnumMember { std::string name; std::optional<std::vector<std::string>> features; };
struct SchemaObjectMember {
    std::string name, type;
    std::optional<QObject> default_value;      // null: the member is optional
    std::optional<std::vector<std::string>> features;
};
struct SchemaVariant { std::string case_name, type; };
struct SchemaAlternateMember { std::string type; };

struct SchemaBuiltin { JsonType json_type{}; };
struct SchemaEnum { std::vector<SchemaEnumMember> members; std::vector<std::string> values; };
struct SchemaArray { std::string element_type; };
struct SchemaObject {
    std::vector<SchemaObjectMember> members;
    std::optional<std::string> tag;
    std::optional<std::vector<SchemaVariant>> variants;
};
struct SchemaAlternate { std::vector<SchemaAlternateMember> members; };
struct SchemaCommand { std::string arg_type, ret_type; std::optional<bool> allow_oob; };
struct SchemaEvent { std::string arg_type; };

struct SchemaInfo {
    std::string name;
    SchemaMetaType meta_type{};
    std::optional<std::vector<std::string>> features;
    std::variant<std::monostate, SchemaBuiltin, SchemaEnum, SchemaArray, SchemaObject, SchemaAlternate, SchemaCommand, SchemaEvent> u;
};

template <> inline constexpr auto description<SchemaMetaType> = enumeration<SchemaMetaType>(
    "SchemaMetaType", "builtin", "enum", "array", "object", "alternate", "command", "event");
template <> inline constexpr auto description<JsonType> =
    enumeration<JsonType>("JSONType", "string", "number", "int", "boolean", "null", "object", "array", "value");
template <> inline constexpr auto description<SchemaEnumMember> = object(
    "SchemaInfoEnumMember", member<&SchemaEnumMember::name>("name"), member<&SchemaEnumMember::features>("features"));
template <> inline constexpr auto description<SchemaObjectMember> = object(
    "SchemaInfoObjectMember", member<&SchemaObjectMember::name>("name"), member<&SchemaObjectMember::type>("type"),
    member<&SchemaObjectMember::default_value>("default"), member<&SchemaObjectMember::features>("features"));
template <> inline constexpr auto description<SchemaVariant> = object(
    "SchemaInfoObjectVariant", member<&SchemaVariant::case_name>("case"), member<&SchemaVariant::type>("type"));
template <> inline constexpr auto description<SchemaAlternateMember> =
    object("SchemaInfoAlternateMember", member<&SchemaAlternateMember::type>("type"));
template <> inline constexpr auto description<SchemaBuiltin> =
    object("SchemaInfoBuiltin", member<&SchemaBuiltin::json_type>("json-type"));
inline constexpr std::string_view kDeprecated[] = {"deprecated"};
template <> inline constexpr auto description<SchemaEnum> = object(
    "SchemaInfoEnum", member<&SchemaEnum::members>("members"), member<&SchemaEnum::values>("values", kDeprecated));
template <> inline constexpr auto description<SchemaArray> =
    object("SchemaInfoArray", member<&SchemaArray::element_type>("element-type"));
template <> inline constexpr auto description<SchemaObject> =
    object("SchemaInfoObject", member<&SchemaObject::members>("members"), member<&SchemaObject::tag>("tag"),
           member<&SchemaObject::variants>("variants"));
template <> inline constexpr auto description<SchemaAlternate> =
    object("SchemaInfoAlternate", member<&SchemaAlternate::members>("members"));
template <> inline constexpr auto description<SchemaCommand> =
    object("SchemaInfoCommand", member<&SchemaCommand::arg_type>("arg-type"), member<&SchemaCommand::ret_type>("ret-type"),
           member<&SchemaCommand::allow_oob>("allow-oob"));
template <> inline constexpr auto description<SchemaEvent> = object("SchemaInfoEvent", member<&SchemaEvent::arg_type>("arg-type"));
template <> inline constexpr auto description<SchemaInfo> = flat_union<&SchemaInfo::meta_type, &SchemaInfo::u>(
    "SchemaInfo",
    branches(branch<SchemaBuiltin>(SchemaMetaType::builtin), branch<SchemaEnum>(SchemaMetaType::enumeration),
             branch<SchemaArray>(SchemaMetaType::array), branch<SchemaObject>(SchemaMetaType::object),
             branch<SchemaAlternate>(SchemaMetaType::alternate), branch<SchemaCommand>(SchemaMetaType::command),
             branch<SchemaEvent>(SchemaMetaType::event)),
    member<&SchemaInfo::name>("name"), member<&SchemaInfo::meta_type>("meta-type"), member<&SchemaInfo::features>("features"));

std::vector<SchemaInfo> introspect(const CommandTable& commands, const EventBus& events);

}  // namespace rhea
