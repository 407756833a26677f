#pragma once
/// A virtual CPU as an object: its model's features and its place in the topology, as properties.
#include <vector>

#include "machine/cli/config.h"
#include "machine/cpu_data.h"
#include "machine/device.h"

namespace rhea {

struct Vcpu;

/// "cpu" and "x86_64-cpu"; the models descend from the latter.
extern const qom::Type kCpuType, kX86CpuType;
/// One for each model.
std::vector<const qom::Type*> cpu_model_types();
/// "qemu64-x86_64-cpu"; null: no such model.
const qom::Type* find_cpu_type(std::string_view name);

class CpuObject final : public Device {
public:
    CpuObject(const qom::Type& type, const Vcpu& cpu);

    QObject read(const qom::Property& property) const override;

    /// What -cpu said after the model.
    void apply(const std::vector<cli::CpuFeature>& features);

private:
    QObject number(std::string_view name) const;
    bool feature(std::size_t index) const;

    const CpuModel& model_;
    unsigned socket_, die_, core_, thread_, apic_id_;
};

}  // namespace rhea
