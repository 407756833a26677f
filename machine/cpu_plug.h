#pragma once
/// CPUs that come and go: -device and device_add of a CPU, its way to the guest through the ACPI registers, and what the guest says.
#include <memory>
#include <vector>

#include "machine/hotplug.h"
#include "machine/platform/platform_types.h"
#include "machine/qom/object.h"

namespace rhea {

class Machine;
class AcpiCpuHotplug;

/// Of all CPU models: which place it asks for, and whether that one is free.
Result<std::unique_ptr<qom::Object>> create_cpu(qom::Creation& creation);

/// Part of the machine. The guest ejects a CPU; until then it stays.
class CpuHotplug final : public HotplugHandler {
public:
    explicit CpuHotplug(Machine& machine) : machine_(machine) {}

    /// The registers are there, with the CPUs that are in their places from the start. They outlive this object, or are taken away
    /// by null.
    void connect(AcpiCpuHotplug* registers);
    /// A CPU has come before the guest runs.
    void added(unsigned index);

    void plugged(Device& device) override;
    Result<void> request_unplug(Device& device) override;

    /// What the guest said of each place last. Empty until it knows of the registers that it says it with.
    std::vector<AcpiOstInfo> ospm_status() const;

private:
    void reported(unsigned index);
    void ejected(unsigned index);
    void tell_count() const;
    AcpiOstInfo status_of(unsigned index) const;

    Machine& machine_;
    AcpiCpuHotplug* registers_ = nullptr;
};

}  // namespace rhea
