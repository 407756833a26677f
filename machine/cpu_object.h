#pragma once
/// A virtual CPU as an object: its model's features and its place in the topology, as properties.
#include <vector>

#include "machine/cli/config.h"
#include "machine/cpu_data.h"
#include "machine/cpu_topology.h"
#include "machine/device.h"

namespace rhea {

class Machine;

/// "cpu" and "x86_64-cpu"; the models descend from the latter.
extern const qom::Type kCpuType, kX86CpuType;
/// One for each model.
std::vector<const qom::Type*> cpu_model_types();
/// "qemu64-x86_64-cpu"; null: no such model.
const qom::Type* find_cpu_type(std::string_view name);

class CpuObject final : public Device {
public:
    /// For a place of the machine. Its features are the model's, as -cpu changed them.
    CpuObject(const qom::Type& type, Machine& machine, unsigned index);

    unsigned index() const { return index_; }
    /// Of AMD, without the feature that tells a guest of threads. `takes_topoext`: an accelerator that can give it.
    bool lacks_hyperthreading(bool takes_topoext) const;

    QObject read(const qom::Property& property) const override;

private:
    void apply(const std::vector<cli::CpuFeature>& features);

    QObject number(std::string_view name) const;

    const CpuFacts& model_;
    const unsigned index_;
    const CpuPlace place_;
    const std::uint32_t apic_id_;
    const std::int64_t node_;      // -1: the machine has none
};

}  // namespace rhea
