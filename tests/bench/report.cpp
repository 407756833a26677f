#include "report.h"

#include <fmt/format.h>
#include <algorithm>
#include <optional>
#include <utility>

namespace bench {

namespace {

std::optional<double> median(const Measured* subject, Figure figure) {
    if (!subject) return {};
    auto found = subject->samples.find(figure);
    if (found == subject->samples.end()) return {};
    std::vector<double> values = found->second;
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string number(std::optional<double> value) {
    if (!value) return "-";
    if (*value >= 1000) return fmt::format("{:.0f}", *value);
    return fmt::format("{:.{}f}", *value, *value >= 100 ? 1 : *value >= 1 ? 2 : 3);
}

std::string ratio(std::optional<double> value, std::optional<double> base) {
    if (!value || !base || *base == 0) return "-";
    const double r = *value / *base;
    return r > 0 && r < 0.5 ? fmt::format("1/{:.1f}", 1 / r) : fmt::format("{:.2f}", r);
}

struct Cast {
    const Measured* ours = nullptr;
    const Measured* qemu = nullptr;
    const Measured* floor = nullptr;
};

Cast cast_of(const std::vector<Measured>& subjects) {
    Cast cast;
    for (const Measured& s : subjects) {
        const Measured*& role = s.floor ? cast.floor : s.name == "qemu" ? cast.qemu : cast.ours;
        if (!role) role = &s;
    }
    return cast;
}

std::string target_text(const Target& target) {
    const char* sign = target.bound == Target::Bound::at_most ? "<=" : ">=";
    const bool part = target.value < 1;
    std::string value = part ? fmt::format("1/{:.0f}", 1 / target.value) : fmt::format("{}", target.value);
    switch (target.of) {
        case Target::Of::itself: return fmt::format("{} {}", sign, value);
        case Target::Of::qemu: return fmt::format("{} {}{} QEMU", sign, value, part ? " of" : "x");
        case Target::Of::floor: return fmt::format("{} {}x floor", sign, value);
        case Target::Of::own_figure: return fmt::format("{} {}x idle", sign, value);
    }
    return {};
}

std::string verdict(const Target& target, const Cast& cast, Figure figure) {
    std::optional<double> value = median(cast.ours, figure), base;
    switch (target.of) {
        case Target::Of::itself: base = 1; break;
        case Target::Of::qemu: base = median(cast.qemu, figure); break;
        case Target::Of::floor: base = median(cast.floor, figure); break;
        case Target::Of::own_figure: base = median(cast.ours, target.own); break;
    }
    if (!value || !base) return "not measured";
    const double bound = target.value * *base;
    return (target.bound == Target::Bound::at_most ? *value <= bound : *value >= bound) ? "met" : "missed";
}

}  // namespace

Table make_table(const std::vector<Measured>& subjects) {
    const Cast cast = cast_of(subjects);
    Table table{{"median of rounds", "unit"}};
    auto& head = table.front();
    for (const Measured& s : subjects) head.push_back(s.name);
    const bool with_qemu = cast.ours && cast.qemu, with_floor = cast.ours && cast.floor;
    if (with_qemu) head.push_back(fmt::format("{}/qemu", cast.ours->name));
    if (with_floor) head.push_back(fmt::format("{}/{}", cast.ours->name, cast.floor->name));
    if (cast.ours) head.insert(head.end(), {"target", "result"});

    for (const FigureInfo& info : all_figures()) {
        std::vector<std::string> row{std::string(info.title), std::string(info.unit)};
        for (const Measured& s : subjects) row.push_back(number(median(&s, info.figure)));
        const auto ours = median(cast.ours, info.figure);
        if (with_qemu) row.push_back(ratio(ours, median(cast.qemu, info.figure)));
        if (with_floor) row.push_back(ratio(ours, median(cast.floor, info.figure)));
        if (cast.ours) {
            std::string targets, results;
            for (const Target& target : info.targets) {
                const char* between = targets.empty() ? "" : ", ";
                targets += between + target_text(target);
                results += between + verdict(target, cast, info.figure);
            }
            row.push_back(targets);
            row.push_back(results);
        }
        table.push_back(std::move(row));
    }
    return table;
}

namespace {

std::vector<std::size_t> widths(const Table& table) {
    std::vector<std::size_t> width(table.front().size());
    for (const auto& row : table)
        for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
    return width;
}

/// Text stands left, numbers right: the columns between the unit and the target.
bool is_number_column(const Table& table, std::size_t column) {
    const auto& head = table.front();
    return column >= 2 && head[column] != "target" && head[column] != "result";
}

}  // namespace

void print_plain(std::FILE* out, const Table& table) {
    const auto width = widths(table);
    for (const auto& row : table) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += is_number_column(table, i) ? fmt::format("{:>{}}  ", row[i], width[i])
                                               : fmt::format("{:<{}}  ", row[i], width[i]);
        line.erase(line.find_last_not_of(' ') + 1);
        fmt::print(out, "{}\n", line);
    }
}

void print_markdown(std::FILE* out, const Table& table) {
    const auto width = widths(table);
    for (std::size_t r = 0; r < table.size(); ++r) {
        for (std::size_t i = 0; i < table[r].size(); ++i) fmt::print(out, "| {:<{}} ", table[r][i], width[i]);
        fmt::print(out, "|\n");
        if (r > 0) continue;
        for (std::size_t i = 0; i < width.size(); ++i)
            fmt::print(out, "|{:-<{}}{}", "", width[i] + 1, is_number_column(table, i) ? ':' : '-');
        fmt::print(out, "|\n");
    }
}

bool write_json(const std::string& path, const std::vector<Measured>& subjects, int rounds) {
    std::FILE* out = std::fopen(path.c_str(), "w");
    if (!out) return false;
    fmt::print(out, "{{\"rounds\": {}, \"subjects\": {{", rounds);
    const char* next_subject = "";
    for (const Measured& s : subjects) {
        fmt::print(out, "{}\n  \"{}\": {{", std::exchange(next_subject, ","), s.name);
        const char* next_figure = "";
        for (const FigureInfo& info : all_figures()) {
            auto found = s.samples.find(info.figure);
            if (found == s.samples.end()) continue;
            fmt::print(out, "{}\n    \"{}\": {{\"unit\": \"{}\", \"median\": {}, \"samples\": [{}]}}",
                       std::exchange(next_figure, ","), info.id, info.unit, *median(&s, info.figure),
                       fmt::join(found->second, ", "));
        }
        fmt::print(out, "}}");
    }
    fmt::print(out, "}}}}\n");
    return std::fclose(out) == 0;
}

}  // namespace bench
