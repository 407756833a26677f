#pragma once
/// Described types as text.
#include <set>
#include <string>
#include <vector>

#include "qobject/type_info.h"

namespace rhea::reference {

struct Field {
    std::string name, type, remarks;
};

/// "string", "[BlockInfo]", "{data: KeyValue}"
std::string type_text(const TypeInfo& type);
/// The members of an object; those of a union's branches follow with "when driver is file" as a remark.
std::vector<Field> fields(const TypeInfo& object);

/// All types with a section of their own that are reached from those added, in the order of their names.
class TypeList {
public:
    void add(const TypeInfo& type);
    /// The members of `object` alone: it is shown where it is used.
    void add_members(const TypeInfo& object);
    const std::set<const TypeInfo*, bool (*)(const TypeInfo*, const TypeInfo*)>& types() const { return types_; }

private:
    std::set<const TypeInfo*, bool (*)(const TypeInfo*, const TypeInfo*)> types_{
        [](const TypeInfo* a, const TypeInfo* b) { return a->name < b->name; }};
    std::set<const TypeInfo*> seen_;
};

}  // namespace rhea::reference
