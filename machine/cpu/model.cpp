#include "machine/cpu/model.h"

#include <fmt/format.h>

#include <charconv>

namespace rhea {
namespace {

/// Takes the next item off `list`.
std::string_view next(std::string_view& list, char separator) {
    const std::size_t end = std::min(list.find(separator), list.size());
    const std::string_view item = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    return item;
}

bool contains(std::string_view names, std::string_view name) {
    while (!names.empty())
        if (next(names, ' ') == name) return true;
    return false;
}

struct Change {
    std::string_view name;
    QObject value;
};

Change parse_change(std::string_view text) {
    if (text[0] == '+' || text[0] == '-') return {text.substr(1), text[0] == '+'};
    const std::size_t at = text.find_first_of("=:");
    const std::string_view name = text.substr(0, at), value = text.substr(at + 1);
    if (text[at] == ':') return {name, value};
    if (value[0] == '-') {
        std::int64_t number = 0;
        std::from_chars(value.data(), value.data() + value.size(), number);
        return {name, number};
    }
    std::uint64_t number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    return {name, number};
}

}  // namespace

const CpuModelRow* find_cpu_model(std::string_view name) {
    for (const CpuModelRow& row : cpu_model_table())
        if (row.name == name) return &row;
    return nullptr;
}

CpuModel::CpuModel(const CpuModelRow& row) : type_(fmt::format("{}-x86_64-cpu", row.name)) {
    std::vector<const CpuModelRow*> chain;
    for (const CpuModelRow* at = &row; at; at = at->based_on.empty() ? nullptr : find_cpu_model(at->based_on))
        chain.push_back(at);
    apply(cpu_base_features());
    apply(cpu_base_settings());
    for (auto at = chain.rbegin(); at != chain.rend(); ++at) apply((*at)->changes);
}

void CpuModel::apply(std::string_view changes) {
    while (!changes.empty()) {
        Change change = parse_change(next(changes, ';'));
        properties_.put(std::string(change.name), std::move(change.value));
    }
}

void CpuModel::raise(std::string_view limit, std::uint32_t leaf) {
    for (const std::string& name : {fmt::format("min-{}", limit), std::string(limit)}) {
        QObject* highest = properties_.find(name);
        if (highest && highest->number() && highest->number()->as_double() < leaf) *highest = std::uint64_t{leaf};
    }
}

Result<void> CpuModel::set(std::string_view property, const QObject& value) {
    const QObject* present = properties_.find(property);
    if (!present) return fail(fmt::format("Property '{}.{}' not found", type_, property));
    if (present->type() != value.type())
        return fail(Error::invalid_parameter_type(property, present->boolean()  ? "boolean"
                                                            : present->string() ? "string"
                                                                                : "integer"));
    if (!value.boolean()) {
        properties_.put(std::string(property), value);
        return {};
    }
    if (contains(cpu_hardware_features(), property)) return {};
    properties_.put(std::string(property), value);
    for (std::string_view groups = cpu_feature_aliases(); !groups.empty();) {
        std::string_view group = next(groups, ';');
        if (!contains(group, property)) continue;
        while (!group.empty()) properties_.put(std::string(next(group, ' ')), value);
    }
    if (*value.boolean())
        for (const CpuLeafFeatures& leaf : cpu_leaf_features())
            if (contains(leaf.features, property)) raise(leaf.limit, leaf.leaf);
    return {};
}

QDict CpuModel::static_properties() const {
    QDict properties;
    for (std::string_view features = cpu_base_features(); !features.empty();) {
        const Change feature = parse_change(next(features, ';'));
        if (const QObject* value = properties_.find(feature.name)) properties.put(std::string(feature.name), *value);
    }
    return properties;
}

}  // namespace rhea
