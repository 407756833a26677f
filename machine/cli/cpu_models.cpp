#include "machine/cli/cpu_models.h"

#include <fmt/format.h>

#include <algorithm>

#include "machine/cpu/model_table.h"

namespace rhea::cli {

namespace {

constexpr std::size_t kWidth = 75;

std::string describe(const CpuFacts& model) {
    if (model.alias_of_machine) return "(alias configured by machine type)";
    if (!model.alias_of.empty()) return fmt::format("(alias of {})", model.alias_of);
    if (model.note_alone) return std::string(model.note);
    return model.note.empty() ? std::string(model.model_id) : fmt::format("{} [{}]", model.model_id, model.note);
}

}  // namespace

std::string cpu_list() {
    std::vector<CpuFacts> models = cpu_models();
    // Those that are no particular CPU come last.
    std::sort(models.begin(), models.end(), [](const CpuFacts& x, const CpuFacts& y) {
        return x.note_alone != y.note_alone ? y.note_alone : x.name < y.name;
    });
    std::string text = "Available CPUs:\n";
    for (const CpuFacts& model : models) text += fmt::format("x86 {:<20}  {}\n", model.name, describe(model));
    std::vector<std::string_view> features;
    for (const CpuWord& word : cpu_words())
        for_each_feature(word, [&](unsigned, std::string_view name) { features.push_back(name); });
    std::sort(features.begin(), features.end());
    text += "\nRecognized CPUID flags:\n";
    std::string line = " ";
    for (const std::string_view name : features) {
        if (line.size() + 1 + name.size() > kWidth) {
            text += line + '\n';
            line = " ";
        }
        line.append(" ").append(name);
    }
    return text + line + "\n\n";
}

}  // namespace rhea::cli
