#pragma once
/// Objects that clients make and delete: object-add, object-del, -object. They live below /objects.
///
/// A type of them is described as every other (machine/qom/type.h), has the interface qom::kUserCreatable, and a `create` that checks
/// what was said and makes an instance that works. Its options stand in objects/options.h too, for the schema.
#include "machine/qom/tree.h"

namespace rhea {

class CommandTable;
class Machine;
namespace cli {
struct Arguments;
class Reporter;
}

/// `members`: "qom-type", "id" and the options. Errors with QEMU's texts.
Result<qom::Object*> add_object(Machine& machine, const QDict& members, InputMode mode);
Result<void> delete_object(Machine& machine, std::string_view id);

/// An object below /objects that is a T; null: there is none.
template <class T>
T* find_object(qom::Tree& tree, std::string_view id) {
    return dynamic_cast<T*>(tree.objects().child(id));
}

/// object-add, object-del, query-memdev, query-iothreads.
void add_object_commands(CommandTable& table, Machine& machine);

}  // namespace rhea
