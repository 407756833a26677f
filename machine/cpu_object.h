#pragma once
/// A virtual CPU as an object: its model's features and its place in the topology, as properties.
#include <functional>
#include <memory>
#include <vector>

#include "machine/cpu/model.h"
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
    /// Hears what -cpu wants in vain.
    using Tell = std::function<void(const std::string& complaint)>;
    /// For a place of the machine. Its features are the model's, as -cpu changed them; fails when it must not lack any.
    static Result<std::unique_ptr<CpuObject>> make(const qom::Type& type, Machine& machine, unsigned index, const Tell& tell);

    unsigned index() const { return index_; }
    /// Of AMD, without the feature that tells a guest of threads. `takes_topoext`: an accelerator that can give it.
    bool lacks_hyperthreading(bool takes_topoext) const;
    const CpuModel& model() const { return *model_; }
    /// For the other CPUs of the machine.
    const std::shared_ptr<const CpuModel>& shared_model() const { return model_; }

    QObject read(const qom::Property& property) const override;

private:
    CpuObject(const qom::Type& type, Machine& machine, unsigned index, std::shared_ptr<const CpuModel> model);
    std::optional<QObject> own(std::string_view name) const;

    const std::shared_ptr<const CpuModel> model_;
    const unsigned index_;
    const CpuPlace place_;
    const std::uint32_t apic_id_;
    const std::int64_t node_;      // -1: the machine has none
};

}  // namespace rhea
