#pragma once
/// A QOM object: an instance of a type, with a place in the composition tree, values of its type's properties, and children.
/// Loop thread only.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "machine/qom/type.h"

namespace rhea::qom {

/// What was said of the properties of an object that is to be made; for what was not said the default holds.
class Values {
public:
    Values(const Type& type) : type_(&type) {}

    const Type& type() const { return *type_; }
    /// Parses and keeps; a value set before is replaced. Errors with QEMU's texts.
    Result<void> set(std::string_view name, const QObject& value, InputMode mode);
    void keep(const Property& property, QObject value);

    /// What the other says holds here too.
    void merge(const Values& other);

    /// Null: it was not set.
    const QObject* given(const Property& property) const;
    const QObject* given(std::string_view name) const;
    /// What holds: the value set, else the default, else null. The type has such a property.
    QObject get(std::string_view name) const;
    QObject get(const Property& property) const;
    /// What was set, by name.
    QDict to_qdict() const;
    bool boolean(std::string_view name) const;
    std::int64_t integer(std::string_view name) const;
    /// Nothing when neither set nor by default.
    std::optional<std::string> text(std::string_view name) const;

private:
    const Type* type_;
    std::vector<std::pair<const Property*, QObject>> given_;
};

class Object {
public:
    explicit Object(Values values) : values_(std::move(values)) {}
    virtual ~Object();
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;

    const Type& type() const { return values_.type(); }
    std::string_view type_name() const { return type().name; }      ///< "mc146818rtc"

    // --- place
    Object* parent() const { return parent_; }
    const std::string& name() const { return name_; }               ///< among its parent's children
    /// False: it is kept, but clients do not see it for the time being.
    virtual bool listed() const { return true; }
    /// Canonical ("/machine/peripheral/disk0"); empty while it has no parent.
    std::string qom_path() const;

    /// An object of its own, which lives as long as it is here.
    Object& add_child(std::string name, std::unique_ptr<Object> child);
    /// A part of this object that is itself an object.
    void add_part(std::string name, Object& part);
    /// Takes a child out; null: it is none, or a part.
    std::unique_ptr<Object> take_child(Object& child);
    void remove_part(Object& part);
    Object* child(std::string_view name) const;
    /// In the order of their coming.
    template <class Visit>
    void for_each_child(Visit&& visit) const {
        for (const Child& child : children_) visit(*child.object);
    }

    // --- properties
    Values& values() { return values_; }
    const Values& values() const { return values_; }
    QObject get(const Property& property) const;
    /// As `get`, with the errors of what cannot be read.
    Result<QObject> get_readable(const Property& property) const;
    /// The value of a property without a getter of its own: the one set, or the default.
    virtual QObject read(const Property& property) const;
    /// A child's or link's path too. Fails with "Property 'T.x' not found".
    Result<QObject> get(std::string_view name) const;
    Result<void> set(std::string_view name, const QObject& value, InputMode mode = InputMode::json);
    /// Why a property that is fixed by now cannot be set; nothing: it still can.
    virtual Result<void> check_settable(const Property& property) const;

    /// What an instance lists beyond its table and children: a bus's "child[0]", made-up nodes of a container.
    struct Extra {
        std::string name;
        const Object* link = nullptr;     ///< null: not a link
        const Nodes* nodes = nullptr;     ///< what a node is that is made only when somebody looks, and which of them
        unsigned number = 0;
        const Property* property = nullptr;
    };
    virtual void list_extras(const std::function<void(Extra)>& visit) const { (void)visit; }

    // --- use by others
    void add_user() { ++users_; }
    void remove_user() { --users_; }
    virtual bool in_use() const { return users_ != 0; }

private:
    struct Child {
        Object* object;
        std::unique_ptr<Object> owned;      // empty: a part
    };

    Values values_;
    Object* parent_ = nullptr;
    std::string name_;
    std::vector<Child> children_;
    unsigned users_ = 0;
};

/// A child by its number in QEMU's manner: "device[2]" for the third.
std::string numbered(std::string_view name, unsigned number);

}  // namespace rhea::qom
