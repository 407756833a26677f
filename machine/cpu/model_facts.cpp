/// Reads the table of CPU models.
#include <charconv>

#include "machine/cpu/model_table.h"

namespace rhea {

namespace {

std::string_view next(std::string_view& text, char separator) {
    const std::string_view item = text.substr(0, text.find(separator));
    text.remove_prefix(item.size() < text.size() ? item.size() + 1 : item.size());
    return item;
}

template <class Number>
void read(std::string_view text, Number& number, int base = 10) {
    std::from_chars(text.data(), text.data() + text.size(), number, base);
}

/// The line of a model, behind its name; nothing: no such model.
std::optional<std::string_view> line_of(std::string_view name) {
    for (std::string_view rest = kCpuModels; !rest.empty();) {
        std::string_view line = next(rest, '\n');
        if (next(line, '|') == name) return line;
    }
    return std::nullopt;
}

CpuFacts facts(std::string_view name, std::string_view line) {
    const std::string_view flags = next(line, '|'), alias_of = next(line, '|');
    const auto has = [&](char flag) { return flags.find(flag) != flags.npos; };
    CpuFacts model;
    if (!alias_of.empty()) {
        model = facts(alias_of, *line_of(alias_of));
    } else {
        model.vendor = next(line, '|');
        model.model_id = next(line, '|');
        model.note = next(line, '|');
        model.note_alone = has('d');
        model.legacy_cache = !has('c');
        model.pmu = has('p');
        for (unsigned* number : {&model.family, &model.model, &model.stepping}) read(next(line, '|'), *number);
        read(next(line, '|'), model.level);
        read(next(line, '|'), model.xlevel, 16);
        while (!line.empty()) {
            std::string_view word = next(line, ' ');
            std::size_t at = 0;
            read(next(word, ':'), at);
            read(word, model.words.at(at), 16);
        }
    }
    model.name = name;
    model.alias_of = alias_of;
    model.alias_of_machine = !alias_of.empty() && !has('=');
    model.is_static = has('s');
    model.migration_safe = has('m');
    return model;
}

}  // namespace

std::vector<CpuFacts> cpu_models() {
    std::vector<CpuFacts> models;
    for (std::string_view rest = kCpuModels; !rest.empty();) {
        std::string_view line = next(rest, '\n');
        const std::string_view name = next(line, '|');
        models.push_back(facts(name, line));
    }
    return models;
}

std::vector<std::string_view> cpu_model_names() {
    std::vector<std::string_view> names;
    for (std::string_view rest = kCpuModels; !rest.empty();) {
        std::string_view line = next(rest, '\n');
        names.push_back(next(line, '|'));
    }
    return names;
}

std::optional<CpuFacts> find_cpu_model(std::string_view name) {
    const auto line = line_of(name);
    return line ? std::optional(facts(name, *line)) : std::nullopt;
}

}  // namespace rhea
