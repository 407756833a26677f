#include "machine/qom/object.h"

#include <algorithm>

#include <fmt/format.h>

namespace rhea::qom {

// --- Values

Result<void> Values::set(std::string_view name, const QObject& value, InputMode mode) {
    const Property* property = type_->find(name);
    if (!property) return fail(property_not_found(*type_, name));
    if (property->access == Access::read_only) return fail(fmt::format("Property '{}.{}' is not writable", type_->name, name));
    const bool inside = type_->part && type_->part->find(name) && !property->hidden;      // errors name the device that has it
    keep(*property, RHEA_TRY(parse_value(inside ? *type_->part : *type_, *property, value, mode)));
    return {};
}

void Values::keep(const Property& property, QObject value) {
    for (auto& [known, held] : given_)
        if (known == &property) return void(held = std::move(value));
    given_.emplace_back(&property, std::move(value));
}

void Values::merge(const Values& other) {
    for (const auto& [property, value] : other.given_) keep(*property, value);
}

const QObject* Values::given(const Property& property) const {
    for (const auto& [known, held] : given_)
        if (known == &property) return &held;
    return nullptr;
}

const QObject* Values::given(std::string_view name) const {
    const Property* property = type_->find(name);
    return property ? given(*property) : nullptr;
}

QObject Values::get(const Property& property) const {
    const QObject* value = given(property);
    return value ? *value : to_qobject(property.default_value);
}

QObject Values::get(std::string_view name) const {
    const Property* property = type_->find(name);
    return property ? get(*property) : QObject();
}

QDict Values::to_qdict() const {
    QDict dict;
    for (const auto& [property, value] : given_) dict.put(std::string(property->name), value);
    return dict;
}

bool Values::boolean(std::string_view name) const {
    const QObject value = get(name);
    return value.boolean() && *value.boolean();
}

std::int64_t Values::integer(std::string_view name) const {
    const QObject value = get(name);
    std::int64_t number = 0;
    if (std::uint64_t large = 0; value.number() && !value.number()->get_int(number) && value.number()->get_uint(large))
        number = static_cast<std::int64_t>(large);
    return number;
}

std::optional<std::string> Values::text(std::string_view name) const {
    const QObject value = get(name);
    if (!value.string()) return std::nullopt;
    return *value.string();
}

// --- Object

Object::~Object() {
    // The youngest goes first: it may hang on an older one.
    while (!children_.empty()) {
        Child child = std::move(children_.back());
        children_.pop_back();
        child.object->parent_ = nullptr;
    }
    if (parent_) parent_->remove_part(*this);
}

std::string Object::qom_path() const {
    if (!parent_) return {};
    std::vector<const Object*> way;
    for (const Object* at = this; at->parent_; at = at->parent_) way.push_back(at);
    std::string path;
    for (auto at = way.rbegin(); at != way.rend(); ++at) path.append("/").append((*at)->name_);
    return path;
}

Object& Object::add_child(std::string name, std::unique_ptr<Object> child) {
    Object& object = *child;
    object.parent_ = this;
    object.name_ = std::move(name);
    children_.push_back({&object, std::move(child)});
    return object;
}

void Object::add_part(std::string name, Object& part) {
    part.parent_ = this;
    part.name_ = std::move(name);
    children_.push_back({&part, nullptr});
}

std::unique_ptr<Object> Object::take_child(Object& child) {
    const auto at = std::find_if(children_.begin(), children_.end(), [&](const Child& c) { return c.object == &child; });
    if (at == children_.end() || !at->owned) return nullptr;
    auto owned = std::move(at->owned);
    children_.erase(at);
    owned->parent_ = nullptr;
    owned->name_.clear();
    return owned;
}

void Object::remove_part(Object& part) {
    std::erase_if(children_, [&](const Child& c) { return c.object == &part; });
    part.parent_ = nullptr;
}

Object* Object::child(std::string_view name) const {
    for (const Child& child : children_)
        if (child.object->name_ == name) return child.object;
    return nullptr;
}

QObject Object::get(const Property& property) const {
    if (property.target) {
        const Object* target = property.target(*this);
        return target ? target->qom_path() : std::string();
    }
    return property.get ? property.get(*this) : read(property);
}

Result<QObject> Object::get_readable(const Property& property) const {
    if (property.unreadable_.empty()) return get(property);
    if (property.unreadable_ == Property::kWriteOnly)
        return fail(fmt::format("Property '{}.{}' is not readable", type_name(), property.name));
    QObject value = get(property);
    if (value.is_null()) return fail(std::string(property.unreadable_));
    return value;
}

QObject Object::read(const Property& property) const {
    QObject value = values_.get(property);
    // What is not set is shown empty where it is a text or a link.
    const bool text = property.type->parse == &type_ref<std::string> || property.type->name.starts_with("link<");
    return value.is_null() && text ? QObject("") : value;
}

Result<QObject> Object::get(std::string_view name) const {
    if (const Property* property = type().find(name)) return get_readable(*property);
    if (const Object* found = child(name)) return QObject(found->qom_path());
    std::optional<QObject> extra;
    const auto offer = [&](Extra e) {
        if (extra || e.name != name) return;
        if (e.property) extra = get(*e.property);
        else if (e.nodes) extra = QObject(qom_path() + "/" + e.name);
        else extra = QObject(e.link ? e.link->qom_path() : std::string());
    };
    list_extras(offer);
    if (extra) return std::move(*extra);
    return fail(property_not_found(type(), name));
}

Result<void> Object::check_settable(const Property&) const { return {}; }

Result<void> Object::set(std::string_view name, const QObject& value, InputMode mode) {
    const auto not_writable = [&] { return fail(fmt::format("Property '{}.{}' is not writable", type_name(), name)); };
    const Property* property = type().find(name);
    if (!property) {
        if (child(name)) return not_writable();
        return fail(property_not_found(type(), name));
    }
    if (property->access == Access::read_only) return not_writable();
    RHEA_CHECK(check_settable(*property));
    QObject parsed = RHEA_TRY(parse_value(type(), *property, value, mode));
    if (property->set) return property->set(*this, parsed);
    values_.keep(*property, std::move(parsed));
    return {};
}

std::string numbered(std::string_view name, unsigned number) { return fmt::format("{}[{}]", name, number); }

}  // namespace rhea::qom
