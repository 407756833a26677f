#pragma once
/// A node of the composition tree as clients see it: an object, or one that is only made up when somebody looks (a memory region,
/// an interrupt pin). Values, valid until the tree changes.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "machine/qom/object.h"

namespace rhea::qom {

struct Node {
    const Object* object = nullptr;      ///< of a made-up node: its parent
    const Type* type = nullptr;
    std::string made_up = {};            ///< its name below `object`; empty: the object itself
    const Nodes* nodes = nullptr;        ///< of a made-up one: what it is, and which of them; null: an interrupt pin
    unsigned number = 0;

    bool is_object() const { return made_up.empty(); }
    std::string path() const;
    /// Of a memory region. Its container is a path.
    struct Place { std::string container; Region region; };
    Place place() const;
    /// The value of a property that the type has.
    Result<QObject> get(const Property& property) const;
};
inline bool operator==(const Node& a, const Node& b) { return a.object == b.object && a.made_up == b.made_up; }

/// One line of qom-list.
struct Listed {
    std::string name, type;
    const Property* property = nullptr;      ///< null: a child or a link
    std::optional<Node> node = {};           ///< where a child or a link leads to
    std::string target = {};                 ///< of an interrupt pin: the path that it leads to
    bool is_child = false;
};

/// In QEMU's order.
std::vector<Listed> list_node(const Node& node);
/// What an instance lists before it is realized; of an abstract type what every instance has.
std::vector<Listed> list_type(const Type& type);
Node node_of(const Object& object);

enum class Found { nothing, one, ambiguous };
/// An absolute path, or a partial one that fits somewhere in the tree.
Found resolve(const Object& root, std::string_view path, Node& node);

}  // namespace rhea::qom
