#pragma once
/// One description of a C++ type gives its parsing with QEMU's errors, its output and its introspection.
///
///     struct SetLink { std::string name; bool up = false; };
///     template <> inline constexpr auto rhea::description<SetLink> = rhea::object("SetLink",
///         rhea::member<&SetLink::name>("name"), rhea::member<&SetLink::up>("up"));
///
///     enum class Axis { x, y };                          // enumerators count from 0 in the order of their names
///     template <> inline constexpr auto rhea::description<Axis> = rhea::enumeration<Axis>("InputAxis", "x", "y");
///
/// A std::optional member is optional, a std::vector a list, a QObject anything ("any").
/// A flat union is a struct with an enum member (the discriminator) and a std::variant of branch structs:
///
///     template <> inline constexpr auto rhea::description<Backend> = rhea::flat_union<&Backend::type, &Backend::u>(
///         "ChardevBackend", rhea::branches(rhea::branch<FileBackend>(Kind::file), rhea::branch<>(Kind::null)),
///         rhea::member<&Backend::type>("type"));
///
/// An alternate is a std::variant described by `rhea::alternate<V>("BlockdevRef")`: what the JSON value is (object, string,
/// list, number, boolean, null) chooses.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include "qobject/qobject.h"
#include "qobject/type_info.h"

namespace rhea {

template <class T>
inline constexpr auto description = nullptr;

template <class T>
constexpr const TypeInfo& type_of();
/// The same as a TypeRef. Not constexpr, so that taking its address leaves a recursive type for later.
template <class T>
const TypeInfo& type_ref();

/// An empty struct: a command without arguments, or without a result.
struct Empty {};

namespace detail {

template <class T> struct IsOptional : std::false_type {};
template <class T> struct IsOptional<std::optional<T>> : std::true_type { using Value = T; };
template <class T> struct IsVector : std::false_type {};
template <class T> struct IsVector<std::vector<T>> : std::true_type { using Value = T; };

template <auto M> struct MemberTraits;
template <class C, class T, T C::*M> struct MemberTraits<M> { using Class = C; using Type = T; };

template <auto M>
const void* member_get(const void* object) {
    using Traits = MemberTraits<M>;
    const auto& value = static_cast<const typename Traits::Class*>(object)->*M;
    if constexpr (IsOptional<typename Traits::Type>::value)
        return value ? &*value : nullptr;
    else
        return &value;
}
template <auto M>
void* member_make(void* object) {
    using Traits = MemberTraits<M>;
    auto& value = static_cast<typename Traits::Class*>(object)->*M;
    if constexpr (IsOptional<typename Traits::Type>::value)
        return &value.emplace();
    else
        return &value;
}

template <std::size_t N>
constexpr std::array<std::uint16_t, N> wire_order(const std::array<Member, N>& members) {
    // QEMU writes struct members in declared order into its dict: newest first within a bucket.
    std::array<std::uint16_t, N> order{};
    for (std::size_t i = 0; i < N; ++i) order[i] = static_cast<std::uint16_t>(i);
    for (std::size_t i = 1; i < N; ++i) {
        for (std::size_t j = i; j > 0; --j) {
            const auto a = order[j - 1], b = order[j];
            const bool before = members[b].bucket < members[a].bucket || (members[b].bucket == members[a].bucket && b > a);
            if (!before) break;
            order[j - 1] = b;
            order[j] = a;
        }
    }
    return order;
}

template <class T, std::size_t N>
struct EnumDescription {
    std::string_view name;
    std::array<EnumValue, N> values;
};
template <std::size_t N>
struct ObjectDescription {
    std::string_view name;
    std::array<Member, N> members;
    std::array<std::uint16_t, N> order;
    Features features = {};

    /// `all` is an array of static storage.
    constexpr ObjectDescription with_features(Features all) const {
        ObjectDescription d = *this;
        d.features = all;
        return d;
    }
};
template <std::size_t N, std::size_t B>
struct UnionDescription {
    std::string_view name;
    std::array<Member, N> members;
    std::array<std::uint16_t, N> order;
    std::array<Branch, B> branches;
    Variants variants;
};
template <class V>
struct AlternateDescription {
    std::string_view name;
};

template <class T> inline constexpr bool kIsEnumDescription = false;
template <class T, std::size_t N> inline constexpr bool kIsEnumDescription<EnumDescription<T, N>> = true;
template <class T> inline constexpr bool kIsObjectDescription = false;
template <std::size_t N> inline constexpr bool kIsObjectDescription<ObjectDescription<N>> = true;
template <class T> inline constexpr bool kIsUnionDescription = false;
template <std::size_t N, std::size_t B> inline constexpr bool kIsUnionDescription<UnionDescription<N, B>> = true;
template <class T> inline constexpr bool kIsAlternateDescription = false;
template <class V> inline constexpr bool kIsAlternateDescription<AlternateDescription<V>> = true;

// The variant of a flat union starts with std::monostate; branch structs are told apart by their place in it.
template <auto U, class... Bs>
struct UnionOps {
    using Traits = MemberTraits<U>;
    template <std::size_t I>
    static const void* get_at(const void* object) {
        using B = std::tuple_element_t<I, std::tuple<Bs...>>;
        if constexpr (std::is_void_v<B>) return nullptr;
        else return std::get_if<B>(&(static_cast<const typename Traits::Class*>(object)->*U));
    }
    template <std::size_t I>
    static void* make_at(void* object) {
        using B = std::tuple_element_t<I, std::tuple<Bs...>>;
        if constexpr (std::is_void_v<B>) return nullptr;
        else return &(static_cast<typename Traits::Class*>(object)->*U).template emplace<B>();
    }
    template <std::size_t... I>
    static const void* get(const void* object, std::size_t branch, std::index_sequence<I...>) {
        constexpr const void* (*table[])(const void*) = {&get_at<I>...};
        return table[branch](object);
    }
    template <std::size_t... I>
    static void* make(void* object, std::size_t branch, std::index_sequence<I...>) {
        constexpr void* (*table[])(void*) = {&make_at<I>...};
        return table[branch](object);
    }
    static const void* get(const void* object, std::size_t branch) { return get(object, branch, std::index_sequence_for<Bs...>{}); }
    static void* make(void* object, std::size_t branch) { return make(object, branch, std::index_sequence_for<Bs...>{}); }
};

template <class B>
struct BranchSpec { int value; };

/// A Member whose type says which one it is.
template <auto M>
struct NamedMember : Member {};

template <class V> struct AlternateOps;
template <class... Ts>
struct AlternateOps<std::variant<Ts...>> {
    using V = std::variant<Ts...>;
    static std::size_t index(const void* value) { return static_cast<const V*>(value)->index(); }
    template <std::size_t... I>
    static const void* get(const void* value, std::size_t at, std::index_sequence<I...>) {
        constexpr const void* (*table[])(const void*) = {
            +[](const void* v) -> const void* { return std::get_if<I>(static_cast<const V*>(v)); }...};
        return table[at](value);
    }
    template <std::size_t... I>
    static void* make(void* value, std::size_t at, std::index_sequence<I...>) {
        constexpr void* (*table[])(void*) = {+[](void* v) -> void* { return &static_cast<V*>(v)->template emplace<I>(); }...};
        return table[at](value);
    }
    static const void* get(const void* value, std::size_t at) { return get(value, at, std::index_sequence_for<Ts...>{}); }
    static void* make(void* value, std::size_t at) { return make(value, at, std::index_sequence_for<Ts...>{}); }
    static constexpr std::array<Alternative, sizeof...(Ts)> alternatives{Alternative{&type_ref<Ts>}...};
};

template <class T>
struct TypeMaker {
    static constexpr TypeInfo make() {
        if constexpr (std::is_same_v<T, bool>) return {TypeKind::boolean, "bool"};
        else if constexpr (std::is_same_v<T, std::int8_t>) return {TypeKind::int8, "int8_t"};
        else if constexpr (std::is_same_v<T, std::int16_t>) return {TypeKind::int16, "int16_t"};
        else if constexpr (std::is_same_v<T, std::int32_t>) return {TypeKind::int32, "int32_t"};
        else if constexpr (std::is_same_v<T, std::int64_t>) return {TypeKind::int64, "integer"};
        else if constexpr (std::is_same_v<T, std::uint8_t>) return {TypeKind::uint8, "uint8_t"};
        else if constexpr (std::is_same_v<T, std::uint16_t>) return {TypeKind::uint16, "uint16_t"};
        else if constexpr (std::is_same_v<T, std::uint32_t>) return {TypeKind::uint32, "uint32_t"};
        else if constexpr (std::is_same_v<T, std::uint64_t>) return {TypeKind::uint64, "uint64"};
        else if constexpr (std::is_same_v<T, double>) return {TypeKind::number, "number"};
        else if constexpr (std::is_same_v<T, std::string>) return {TypeKind::string, "string"};
        else if constexpr (std::is_same_v<T, QNull>) return {TypeKind::null, "null"};
        else if constexpr (std::is_same_v<T, QObject>) return {TypeKind::any, "any"};
        else if constexpr (std::is_same_v<T, Empty>) return {TypeKind::object, "q_empty"};
        else if constexpr (IsVector<T>::value) return list();
        else return described();
    }
    static constexpr TypeInfo list() {
        using E = typename IsVector<T>::Value;
        TypeInfo info{TypeKind::list, "array"};
        info.element = &type_ref<E>;
        info.list_size = [](const void* v) { return static_cast<const T*>(v)->size(); };
        info.list_at = [](const void* v, std::size_t i) -> const void* { return &(*static_cast<const T*>(v))[i]; };
        info.list_append = [](void* v) -> void* { return &static_cast<T*>(v)->emplace_back(); };
        return info;
    }
    static constexpr TypeInfo described() {
        using D = std::remove_const_t<decltype(description<T>)>;
        static_assert(!std::is_same_v<D, std::nullptr_t>, "this type has no rhea::description");
        const auto& d = description<T>;
        TypeInfo info{TypeKind::object, d.name};
        if constexpr (kIsEnumDescription<D>) {
            info.kind = TypeKind::enumeration;
            info.values = d.values;
            info.enum_get = [](const void* v) { return static_cast<int>(*static_cast<const T*>(v)); };
            info.enum_set = [](void* v, int value) { *static_cast<T*>(v) = static_cast<T>(value); };
        } else if constexpr (kIsAlternateDescription<D>) {
            using Ops = AlternateOps<T>;
            info.kind = TypeKind::alternate;
            info.alternatives = Ops::alternatives;
            info.alternative_index = &Ops::index;
            info.alternative_get = &Ops::get;
            info.alternative_make = &Ops::make;
        } else {
            static_assert(kIsObjectDescription<D> || kIsUnionDescription<D>);
            info.members = d.members;
            info.wire_order = d.order;
            if constexpr (kIsObjectDescription<D>) info.features = d.features;
            if constexpr (kIsUnionDescription<D>) {
                info.variants = &d.variants;
                info.branches = d.branches;
            }
        }
        return info;
    }
    static constexpr TypeInfo info = make();
};

}  // namespace detail

template <class T>
constexpr const TypeInfo& type_of() {
    return detail::TypeMaker<T>::info;
}

template <class T>
const TypeInfo& type_ref() {
    return type_of<T>();
}

/// A member: `features` name an array of static storage.
template <auto M>
constexpr auto member(std::string_view name, Features features = {}) {
    using T = typename detail::MemberTraits<M>::Type;
    if constexpr (detail::IsOptional<T>::value)
        return detail::NamedMember<M>{{name, &type_ref<typename T::value_type>, true, &detail::member_get<M>,
                                       &detail::member_make<M>, features, member_bucket(name)}};
    else
        return detail::NamedMember<M>{
            {name, &type_ref<T>, false, &detail::member_get<M>, &detail::member_make<M>, features, member_bucket(name)}};
}

template <class... Ms>
constexpr auto object(std::string_view name, Ms... members) {
    std::array<Member, sizeof...(Ms)> all{static_cast<const Member&>(members)...};
    return detail::ObjectDescription<sizeof...(Ms)>{name, all, detail::wire_order(all)};
}

template <class E, class... Names>
constexpr auto enumeration(std::string_view name, Names... names) {
    return detail::EnumDescription<E, sizeof...(Names)>{name, {EnumValue(names)...}};
}

template <class V>
constexpr auto alternate(std::string_view name) {
    return detail::AlternateDescription<V>{name};
}

template <class B = void, class E>
constexpr detail::BranchSpec<B> branch(E value) {
    return {static_cast<int>(value)};
}
template <class... Bs>
constexpr auto branches(detail::BranchSpec<Bs>... specs) {
    return std::tuple<detail::BranchSpec<Bs>...>{specs...};
}

/// `Tag` is the discriminator's member, `U` the std::variant's.
template <auto Tag, auto U, class... Bs, class... Ms>
constexpr auto flat_union(std::string_view name, std::tuple<detail::BranchSpec<Bs>...> specs, Ms... members) {
    std::array<Member, sizeof...(Ms)> all{static_cast<const Member&>(members)...};
    static_assert((std::is_same_v<Ms, detail::NamedMember<Tag>> || ...), "the discriminator is not among the members");
    std::string_view tag;
    ((std::is_same_v<Ms, detail::NamedMember<Tag>> ? void(tag = members.name) : void()), ...);
    detail::UnionDescription<sizeof...(Ms), sizeof...(Bs)> d{name, all, detail::wire_order(all), {}, {}};
    std::apply([&](const auto&... spec) {
        std::size_t i = 0;
        ((d.branches[i++] = [&]<class B>(const detail::BranchSpec<B>& s) {
            if constexpr (std::is_void_v<B>) return Branch{s.value, nullptr};
            else return Branch{s.value, &type_ref<B>};
        }(spec)), ...);
    }, specs);
    d.variants.tag = tag;
    d.variants.get = &detail::UnionOps<U, Bs...>::get;
    d.variants.make = &detail::UnionOps<U, Bs...>::make;
    return d;
}

/// The name of a described enum's value.
template <class E>
constexpr std::string_view enum_name(E value) {
    return description<E>.values[static_cast<std::size_t>(value)].name;
}
template <class E>
constexpr std::optional<E> enum_from_name(std::string_view name) {
    const auto& values = description<E>.values;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i].name == name) return static_cast<E>(i);
    return std::nullopt;
}

}  // namespace rhea
