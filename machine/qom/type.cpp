#include "machine/qom/type.h"

#include <cerrno>
#include <cstdlib>

#include <fmt/format.h>

namespace rhea::qom {

namespace {

/// Where one value of any described type can be read into.
struct Slot {
    std::string text;
    bool boolean = false;
    union {
        std::int8_t i8;
        std::int16_t i16;
        std::int32_t i32;
        std::int64_t i64 = 0;
        std::uint8_t u8;
        std::uint16_t u16;
        std::uint32_t u32;
        std::uint64_t u64;
        double real;
    };
    int choice = 0;
};

void* place(Slot& slot, TypeKind kind) {
    switch (kind) {
    case TypeKind::boolean: return &slot.boolean;
    case TypeKind::int8: return &slot.i8;
    case TypeKind::int16: return &slot.i16;
    case TypeKind::int32: return &slot.i32;
    case TypeKind::int64: return &slot.i64;
    case TypeKind::uint8: return &slot.u8;
    case TypeKind::uint16: return &slot.u16;
    case TypeKind::uint32: return &slot.u32;
    case TypeKind::uint64: return &slot.u64;
    case TypeKind::number: return &slot.real;
    case TypeKind::enumeration: return &slot.choice;
    default: return &slot.text;
    }
}

/// An unsigned property as text: any base, and a sign wraps around, as with strtoull. Suffixes are for sizes.
Result<QObject> parse_unsigned(const Property& property, const TypeInfo& info, const std::string& text) {
    char* end = nullptr;
    errno = 0;
    const unsigned long long number = std::strtoull(text.c_str(), &end, 0);
    if (text.empty() || *end != '\0' || errno != 0) return fail(Error::invalid_parameter_value(property.name, "integer"));
    const unsigned bits = info.kind == TypeKind::uint8 ? 8 : info.kind == TypeKind::uint16 ? 16 : info.kind == TypeKind::uint32 ? 32 : 64;
    if (bits < 64 && number >> bits != 0) return fail(Error::invalid_parameter_value(property.name, info.name));
    return QObject(std::uint64_t{number});
}

}  // namespace

QObject to_qobject(const Default& value) {
    return std::visit(
        []<class T>(const T& v) -> QObject {
            if constexpr (std::is_same_v<T, std::monostate>) return {};
            else return QObject(v);
        },
        value);
}

std::string_view Type::bus_kind() const {
    for (const Type* type = this; type; type = type->parent)
        if (!type->bus.empty()) return type->bus;
    return {};
}

bool Type::is_a(const Type& other) const {
    for (const Type* type = this; type; type = type->parent) {
        if (type == &other) return true;
        for (const Type* interface : type->interfaces)
            if (interface->is_a(other)) return true;
    }
    return false;
}

bool Type::is_a(std::string_view other) const {
    const Type* type = find_type(other);
    return type && is_a(*type);
}

const Property* Type::find(std::string_view wanted) const {
    for (const Type* type = this; type; type = type->parent) {
        for (const Property& property : type->properties)
            if (property.name == wanted) return &property;
        for (const Property& property : type->instance_properties)
            if (property.name == wanted) return &property;
        for (auto late : {type->late_properties, type->late_instance_properties}) {
            if (!late) continue;
            for (const Property& property : late(*type))
                if (property.name == wanted) return &property;
        }
    }
    return nullptr;
}

const Type* find_device_type(std::string_view name) {
    for (const Type* type : all_types())
        if (!type->alias.empty() && type->alias == name) return type;
    return find_type(name);
}

Error property_not_found(const Type& type, std::string_view name) {
    return Error::generic(fmt::format("Property '{}.{}' not found", type.name, name));
}

Result<QObject> parse_value(const Type& type, const Property& property, const QObject& value, InputMode mode) {
    QObject parsed = value;
    if (property.type->size) {
        parsed = RHEA_TRY(parse_size_value(property, value, mode));
    } else if (const bool text = mode == InputMode::keyval && value.string();
               text && property.type->parse && property.type->parse().kind >= TypeKind::uint8 && property.type->parse().kind <= TypeKind::uint64) {
        parsed = RHEA_TRY(parse_unsigned(property, property.type->parse(), *value.string()));
    } else if (property.type->parse) {
        const TypeInfo& info = property.type->parse();
        // Errors name the value by its member in a struct: a struct with that one member.
        const Member member{property.name, property.type->parse, false, nullptr, [](void* slot) { return slot; }};
        const TypeInfo holder{.kind = TypeKind::object, .name = "", .members = {&member, 1}};
        QDict dict;
        dict.put(std::string(property.name), value);
        Slot slot;
        void* at = place(slot, info.kind);
        RHEA_CHECK(from_qdict(holder, at, dict, mode));
        parsed = rhea::to_qobject(info, at);
    }
    return property.type->refine ? property.type->refine(type, property, std::move(parsed)) : Result<QObject>(std::move(parsed));
}

}  // namespace rhea::qom
