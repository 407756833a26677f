#pragma once
/// The run-time face of a described C++ type: plain constant tables, walked by the readers and writers in this room and
/// by introspection. Nobody fills these in by hand: `qobject/describe.h` makes them out of a description.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rhea {

enum class TypeKind : std::uint8_t {
    null, boolean,
    int8, int16, int32, int64, uint8, uint16, uint32, uint64,
    number, string, any, enumeration, object, list, alternate,
};

struct TypeInfo;
/// A function rather than a pointer, so that types may refer to themselves.
using TypeRef = const TypeInfo& (*)();
using Features = std::span<const std::string_view>;

struct EnumValue {
    std::string_view name;
    Features features = {};
    constexpr EnumValue(std::string_view n, Features f = {}) : name(n), features(f) {}
    constexpr EnumValue(const char* n) : name(n) {}
};

/// One member of a described struct.
struct Member {
    std::string_view name;
    TypeRef type;
    bool optional;
    /// Address of the value inside the struct; for an optional one null when it is absent.
    const void* (*get)(const void* object);
    /// Address of a value to fill in; makes an optional one present.
    void* (*make)(void* object);
    Features features = {};
    std::uint16_t bucket = 0;
};

/// One branch of a flat union: with this value of the discriminator the object has these members too.
struct Branch {
    int value;
    TypeRef type;      // an object type; null when the branch adds nothing
};

struct Variants {
    std::string_view tag;
    /// Address of the branch's struct inside the union, null when another one is in it.
    const void* (*get)(const void* object, std::size_t branch);
    void* (*make)(void* object, std::size_t branch);
};

struct Alternative {
    TypeRef type;
};

struct TypeInfo {
    TypeKind kind;
    std::string_view name;                         ///< as in the schema ("BlockdevRef"); used by errors of alternates

    // enumeration
    std::span<const EnumValue> values = {};
    int (*enum_get)(const void*) = nullptr;
    void (*enum_set)(void*, int) = nullptr;

    // object
    Features features = {};
    std::span<const Member> members = {};          ///< in the order in which they are read and reported missing
    std::span<const std::uint16_t> wire_order = {};///< the same, as indexes, in the order in which they are written
    const Variants* variants = nullptr;
    std::span<const Branch> branches = {};         ///< of a flat union

    // list
    TypeRef element = nullptr;
    std::size_t (*list_size)(const void*) = nullptr;
    const void* (*list_at)(const void*, std::size_t) = nullptr;
    void* (*list_append)(void*) = nullptr;

    // alternate
    std::span<const Alternative> alternatives = {};
    std::size_t (*alternative_index)(const void*) = nullptr;
    const void* (*alternative_get)(const void*, std::size_t) = nullptr;
    void* (*alternative_make)(void*, std::size_t) = nullptr;
};

}  // namespace rhea
