#pragma once
/// A CPU as its model has it and -cpu changed it, without a machine around it. Copied at a price; the CPUs of a machine share one.
#include "machine/cli/config.h"
#include "machine/cpu/features.h"
#include "machine/cpu/model_table.h"
#include "machine/machine_types.h"
#include "machine/qom/type.h"

namespace rhea {

class CpuModel {
public:
    /// `type` is that of the model. Nothing that -cpu says is heeded yet.
    CpuModel(const qom::Type& type, const CpuFacts& facts);

    /// What the machine's version means by the model; before what -cpu said.
    void apply(const MachineType& machine);
    /// What -cpu said: "name=value" of its own model, "+name" and "-name" of all. It has been checked.
    void apply(const cli::Cpu& cpu);
    /// Errors with QEMU's texts.
    Result<void> set(std::string_view name, const QObject& value);
    /// Once all is set: what follows from it.
    void expand();
    /// Takes away what the emulator lacks.
    void filter(bool tell);
    /// As a CPU that is made: without what the emulator lacks. Fails when it must not lack anything.
    Result<void> realize();

    const CpuFeatures& features() const { return features_; }
    /// What was said of a property; null: nothing. The table of properties, which is large, is not made for this.
    const QObject* given(std::string_view name) const;
    /// A property of x86 CPUs; others are those of any device.
    bool knows(const qom::Property& property) const;
    /// The value of a property of x86 CPUs, or null.
    QObject get(const qom::Property& property) const;
    /// All that can be set, and those that make the model out of "base".
    QDict properties() const;
    QDict static_properties() const;

    bool is_amd() const;
    /// EAX of CPUID's first leaf.
    std::uint32_t signature() const;

private:
    void keep(const qom::Property& property, QObject value);
    void raise_levels();
    std::optional<QObject> fact(std::string_view name) const;
    bool flag(std::string_view name, bool otherwise) const;
    unsigned number(std::string_view name, unsigned otherwise) const;

    const qom::Type& type_;
    CpuFacts facts_;
    std::vector<std::pair<const qom::Property*, QObject>> given_;
    CpuFeatures features_;
    std::uint32_t min_level_, min_xlevel_, min_xlevel2_ = 0, level_func7_ = 0;
};

/// "Haswell" for "Haswell-x86_64-cpu"; empty: no type of a CPU.
std::string_view cpu_model_of_type(std::string_view type);

}  // namespace rhea
