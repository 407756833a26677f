#pragma once
/// The features of a CPU: what its model has and what was asked for, less what the emulator has not got. A value.
#include <optional>
#include <string>
#include <vector>

#include "machine/cpu/words.h"

namespace rhea {

class CpuFeatures {
public:
    explicit CpuFeatures(const CpuWords& words) : words_(words) {}

    /// As a user asked for it; false: there is no such feature.
    bool set(std::string_view name, bool on);
    /// Nothing: there is no such feature.
    std::optional<bool> has(std::string_view name) const;
    /// Takes away what hangs on features that are not there, and adds what follows from those that are.
    void expand();
    /// The format in which a CPU records branches.
    void set_branch_records(std::uint64_t format);
    /// Takes away what the emulator lacks, unless `force`. `tell`: complains of it.
    void filter(bool force, bool tell);
    /// What AMD's CPUs tell in two places.
    void repeat_for_amd();

    bool has_apic() const;
    /// Of the address space that it reaches, under the translator.
    unsigned physical_bits() const;
    const CpuWords& words() const { return words_; }
    /// What was taken away.
    const CpuWords& filtered() const { return filtered_; }
    bool lacks_some() const;
    /// Its names; a feature without one has an empty name.
    std::vector<std::string_view> missing() const;
    /// What was wanted in vain, for people.
    const std::vector<std::string>& complaints() const { return complaints_; }

private:
    void complain(std::string_view why, std::size_t word, std::uint64_t bits);

    CpuWords words_, asked_{}, filtered_{};
    std::vector<std::string> complaints_;
};

}  // namespace rhea
