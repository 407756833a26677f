#pragma once
/// Where a block node's option names another node: one defined in place, or the name of one (or of a -drive).
#include <memory>
#include <string>

#include "qobject/describe.h"

namespace rhea {

struct BlockdevOptions;

struct BlockdevRef {
    std::shared_ptr<BlockdevOptions> definition;
    std::string reference;
};

/// The same, or null for "no node at all".
struct BlockdevRefOrNull {
    std::shared_ptr<BlockdevOptions> definition;
    std::optional<std::string> reference;
    QNull none = {};
};

template <>
inline constexpr auto description<BlockdevRef> = alternate<BlockdevRef>("BlockdevRef");
template <>
inline constexpr auto description<BlockdevRefOrNull> = alternate<BlockdevRefOrNull>("BlockdevRefOrNull");

namespace detail {

// A std::variant cannot hold a type that contains it; these say the same of a shared_ptr. What touches BlockdevOptions is in
// options.cpp, where it is complete.
void* make_blockdev_definition(std::shared_ptr<BlockdevOptions>& definition);

template <>
struct AlternateOps<BlockdevRef> {
    static std::size_t index(const void* v) { return static_cast<const BlockdevRef*>(v)->definition ? 0 : 1; }
    static const void* get(const void* v, std::size_t at) {
        const auto* ref = static_cast<const BlockdevRef*>(v);
        return at == 0 ? static_cast<const void*>(ref->definition.get()) : &ref->reference;
    }
    static void* make(void* v, std::size_t at) {
        auto* ref = static_cast<BlockdevRef*>(v);
        if (at == 0) return make_blockdev_definition(ref->definition);
        ref->definition = nullptr;
        return &ref->reference;
    }
    static constexpr std::array<Alternative, 2> alternatives{Alternative{&type_ref<BlockdevOptions>},
                                                             Alternative{&type_ref<std::string>}};
};

template <>
struct AlternateOps<BlockdevRefOrNull> {
    static std::size_t index(const void* v) {
        const auto* ref = static_cast<const BlockdevRefOrNull*>(v);
        return ref->definition ? 0 : ref->reference ? 1 : 2;
    }
    static const void* get(const void* v, std::size_t at) {
        const auto* ref = static_cast<const BlockdevRefOrNull*>(v);
        if (at == 0) return ref->definition.get();
        return at == 1 ? static_cast<const void*>(&*ref->reference) : &ref->none;
    }
    static void* make(void* v, std::size_t at) {
        auto* ref = static_cast<BlockdevRefOrNull*>(v);
        if (at == 0) return make_blockdev_definition(ref->definition);
        ref->definition = nullptr;
        if (at == 1) return &ref->reference.emplace();
        ref->reference.reset();
        return &ref->none;
    }
    static constexpr std::array<Alternative, 3> alternatives{
        Alternative{&type_ref<BlockdevOptions>}, Alternative{&type_ref<std::string>}, Alternative{&type_ref<QNull>}};
};

}  // namespace detail

}  // namespace rhea
