#pragma once
/// The figures as tables: medians for each subject, ratios, targets.
#include <cstdio>
#include <string>
#include <vector>

#include "measurements.h"

namespace bench {

struct Measured {
    std::string name;
    bool floor = false;
    Samples samples;
};

using Table = std::vector<std::vector<std::string>>;  ///< the first row is the heading

/// "Ours" is the first subject that is neither a floor nor named "qemu"; ratios and targets are about it.
Table make_table(const std::vector<Measured>& subjects);

void print_plain(std::FILE* out, const Table& table);
void print_markdown(std::FILE* out, const Table& table);
/// Medians and samples; returns false when `path` cannot be written.
bool write_json(const std::string& path, const std::vector<Measured>& subjects, int rounds);

}  // namespace bench
