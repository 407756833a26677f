#pragma once
/// What a QOM type is: constant tables, written once in the file of the device, backend or bus that they describe, and collected by
/// reference in types.cpp. Nothing is registered at start.
///
///     constexpr qom::Property kProperties[] = {
///         qom::property("iobase", qom::kUint32, 0x501),                             // settable before it is realized, then fixed
///         qom::property("version", qom::kText).from<version_of>(),                // QObject version_of(const MyDevice&)
///         qom::property("level", qom::kUint32).from<level_of>().to<set_level>(),    // Result<void> set_level(MyDevice&, const QObject&)
///     };
///     constinit const qom::Type MyDevice::kType{.name = "my-device", .parent = &IsaDevice::kType, .properties = kProperties,
///                                               .create = create};
///
/// From them come -device TYPE,help, device-list-properties, qom-list-properties, qom-list-types, the parsing of -device, -global,
/// device_add, object-add and qom-set, and what qom-list and qom-get show of an instance.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "qobject/convert.h"
#include "qobject/error.h"
#include "qobject/qobject.h"
#include "qobject/tables.h"

namespace rhea::qom {

class Object;
struct Creation;
struct Property;
struct Type;

/// How a property's value is read and written.
struct ValueType {
    std::string_view name;          ///< as QOM calls it: "uint32", "OnOffAuto"
    /// The C++ type whose rules and errors parsing follows; null: any value.
    TypeRef parse = nullptr;
    bool size = false;              ///< a number of bytes: with a suffix where it comes as text
    std::string_view description = {};
    /// Beyond `parse`: brings a parsed value into its kept form, or says why it cannot.
    Result<QObject> (*refine)(const Type& type, const Property& property, QObject value) = nullptr;
};

/// Properties of devices.
inline constexpr ValueType kBool{"bool", &type_ref<bool>}, kBit{"bool", &type_ref<bool>, false, "on/off"}, kUint8{"uint8", &type_ref<std::uint8_t>},
    kUint16{"uint16", &type_ref<std::uint16_t>}, kUint32{"uint32", &type_ref<std::uint32_t>}, kUint64{"uint64", &type_ref<std::uint64_t>},
    kInt32{"int32", &type_ref<std::int32_t>}, kInt64{"int64", &type_ref<std::int64_t>}, kInt{"int", &type_ref<std::int64_t>},
    kText{"str", &type_ref<std::string>}, kString{"string", &type_ref<std::string>};
inline constexpr ValueType kPlainSize{"size", nullptr, true};
extern const ValueType kSize, kSize32, kOnOffAuto, kPciAddress, kMacAddress, kBlockSize, kDrive, kNetdev, kChardev, kAudiodev;

using Default = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, std::string_view>;
QObject to_qobject(const Default& value);

enum class Access : std::uint8_t { read_only, before_realize, always };

struct Property {
    std::string_view name = {};
    const ValueType* type = nullptr;
    Default default_value = {};
    std::string_view description_ = {};
    Access access = Access::before_realize;
    bool computed = false;          ///< not from -device: only read, or set while it runs
    bool hidden = false;            ///< not a device's own: device-list-properties leaves it out
    /// Why it cannot be read while `get` gives null.
    std::string_view unreadable_ = {};
    QObject (*get)(const Object& object) = nullptr;                              ///< null: the value set, or the default
    Result<void> (*set)(Object& object, const QObject& value) = nullptr;         ///< `value` has been parsed
    /// Of a link: the object it leads to; null: nowhere.
    const Object* (*target)(const Object& object) = nullptr;

    constexpr std::string_view description() const { return description_.empty() ? type->description : description_; }

    /// Of the kind that `info qtree` shows.
    constexpr bool is_static() const { return !hidden && !computed; }

    constexpr Property describe(std::string_view text) const { Property p = *this; p.description_ = text; return p; }
    /// Settable at any time.
    constexpr Property settable() const { Property p = *this; p.access = Access::always; return p; }
    constexpr Property internal() const { Property p = *this; p.hidden = true; return p; }
    constexpr Property unreadable(std::string_view why) const { Property p = *this; p.unreadable_ = why; return p; }
    /// "Property 'T.x' is not readable"
    constexpr Property write_only() const { return unreadable(kWriteOnly); }
    static constexpr std::string_view kWriteOnly = "write only";
    /// Read by `Getter(const T&)`, T a class derived from Object; fixed unless `to` follows.
    template <auto Getter> constexpr Property from() const;
    /// Read by `Getter(const T&)`, and set as the others are.
    template <auto Getter> constexpr Property shown_by() const;
    /// Set at any time by `Setter(T&, const QObject&)`.
    template <auto Setter> constexpr Property to() const;
    /// Leads to what `Target(const T&)` returns; read only.
    template <auto Target> constexpr Property leads_to() const;
};

constexpr Property property(std::string_view name, const ValueType& type) { return {name, &type}; }
constexpr Property property(std::string_view name, const ValueType& type, bool otherwise) { return {name, &type, otherwise}; }
constexpr Property property(std::string_view name, const ValueType& type, int otherwise) { return {name, &type, std::int64_t{otherwise}}; }
constexpr Property property(std::string_view name, const ValueType& type, std::int64_t otherwise) { return {name, &type, otherwise}; }
constexpr Property property(std::string_view name, const ValueType& type, std::uint64_t otherwise) { return {name, &type, otherwise}; }
constexpr Property property(std::string_view name, const ValueType& type, const char* otherwise) {
    return {name, &type, std::string_view(otherwise)};
}

/// Where a memory region lies.
struct Region {
    static constexpr std::uint64_t kWhole = ~std::uint64_t{0};      ///< a size: 2^64, as clients see it

    std::string_view container = {};      ///< a path, or the name of a node of its owner's; empty: it lies in none
    std::uint64_t address = 0, size = 0;  ///< bytes; the address is one in the container
    std::int32_t priority = 0;
    const Object* owner = nullptr;        ///< whose node the container is; null: the same object's
};

/// Nodes below an object that are made only when somebody looks: memory regions, interrupt pins. "irq" with count 2 stands for
/// "irq[0]" and "irq[1]".
struct Nodes {
    std::string_view name;
    const Type* type;
    unsigned count = 1;
    bool at_once = false;           ///< there before the object is realized, so that device-list-properties has it too
    std::span<const Region> regions = {};      ///< of memory regions: each one's place, or of those that move:
    Region (*region)(const Object& owner, unsigned number) = nullptr;
    /// Of other nodes: the values of their properties, and the properties beyond those of their type.
    QObject (*value)(const Object& owner, std::string_view node, const Property& property) = nullptr;
    std::span<const Property> properties = {};

    constexpr Nodes early() const { Nodes n = *this; n.at_once = true; return n; }
};

/// Interrupt pins of a device, in the order of `info qtree`. Inputs are children ("NAME[0]", an irq), outputs links; the nameless
/// ones are called "unnamed-gpio-in" and "unnamed-gpio-out".
struct Pins {
    std::string_view name;
    bool input;
    unsigned count;
    bool at_once = true;            ///< as for Nodes
    /// Of outputs: the path of the input that one is wired to; empty: none.
    std::string (*leads_to)(const Object& owner, unsigned number) = nullptr;
};

/// Objects inside every instance, which are there before it is realized.
struct Children {
    std::string_view name;
    const Type* type;
};

struct Type {
    std::string_view name;
    const Type* parent = nullptr;
    bool abstract = false;
    std::span<const Type* const> interfaces = {};
    /// In the order of `info qtree`; lists are in the order of a hash table of them, an ancestor's before a descendant's.
    std::span<const Property> properties = {};
    /// Those that every instance gets for itself, in the order of their making; listed among the children, in hash order.
    std::span<const Property> instance_properties = {};
    std::span<const Nodes> nodes = {};
    /// As `properties` and `instance_properties`, made when they are first needed and in the order of lists: of large types.
    std::span<const Property> (*late_properties)(const Type& type) = nullptr;
    std::span<const Property> (*late_instance_properties)(const Type& type) = nullptr;
    std::span<const Pins> pins = {};
    std::span<const Children> children = {};

    /// Of a proxy: the type of the device inside, and its name there. The proxy has its properties too.
    const Type* part = nullptr;
    std::string_view part_name = {};

    // Of devices.
    std::string_view bus = {};                   ///< the type of bus it goes on: "PCI"
    std::string_view category = {};              ///< of -device help: "Storage"
    std::string_view summary = {};               ///< of -device help
    std::string_view alias = {};
    bool pluggable = true;                       ///< false: part of a board; -device does not make it
    bool hotpluggable = true;
    /// Makes an instance that works, or says why it cannot. Null: cannot be made by a client.
    Result<std::unique_ptr<Object>> (*create)(Creation& creation) = nullptr;

    /// Its own, or an ancestor's.
    std::string_view bus_kind() const;
    bool is_a(const Type& other) const;
    bool is_a(std::string_view other) const;
    /// Own or inherited.
    const Property* find(std::string_view property) const;
};

/// All types, interfaces among them, in no particular order.
std::span<const Type* const> all_types();
/// Null: there is none.
const Type* find_type(std::string_view name);
/// By alias too ("virtio-blk").
const Type* find_device_type(std::string_view name);

/// The properties of several tables as one, for what types share that do not descend from each other.
template <std::size_t... N>
constexpr auto join(const Property (&... tables)[N]) {
    return joined(tables...);
}

/// Reads `value` as the property's type wants it, with QEMU's errors.
Result<QObject> parse_value(const Type& type, const Property& property, const QObject& value, InputMode mode);
Result<QObject> parse_size_value(const Property& property, const QObject& value, InputMode mode);

/// "Property 'e1000.x' not found"
Error property_not_found(const Type& type, std::string_view name);

namespace detail {

template <class F> struct AccessorTraits;
template <class R, class T> struct AccessorTraits<R (*)(const T&)> { using Class = T; };
template <class R, class T> struct AccessorTraits<R (*)(T&, const QObject&)> { using Class = T; };

}  // namespace detail

template <auto Getter>
constexpr Property Property::from() const {
    using T = typename detail::AccessorTraits<decltype(Getter)>::Class;
    Property p = *this;
    p.access = Access::read_only;
    p.computed = true;
    p.get = [](const Object& object) -> QObject { return Getter(static_cast<const T&>(object)); };
    return p;
}

template <auto Getter>
constexpr Property Property::shown_by() const {
    Property p = from<Getter>();
    p.access = access;
    p.computed = false;
    return p;
}

template <auto Setter>
constexpr Property Property::to() const {
    using T = typename detail::AccessorTraits<decltype(Setter)>::Class;
    Property p = *this;
    p.access = Access::always;
    p.set = [](Object& object, const QObject& value) -> Result<void> { return Setter(static_cast<T&>(object), value); };
    return p;
}

template <auto Target>
constexpr Property Property::leads_to() const {
    using T = typename detail::AccessorTraits<decltype(Target)>::Class;
    Property p = *this;
    p.access = Access::read_only;
    p.computed = true;
    p.target = [](const Object& object) -> const Object* { return Target(static_cast<const T&>(object)); };
    return p;
}

}  // namespace rhea::qom
