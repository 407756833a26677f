#pragma once
/// Memory that is plugged in while the machine runs: where it goes above the RAM, its way to the guest, and what the guest says of it.
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "machine/address_space.h"
#include "machine/device.h"
#include "machine/hotplug.h"
#include "machine/platform/platform_types.h"

namespace rhea {

class Machine;
class MemoryBackend;
class AcpiHardware;
class DeviceMemory;

/// A module of memory. While it is plugged in, its backend is in use and mapped.
class PcDimm final : public Device {
public:
    static const qom::Type kType;

    PcDimm(DeviceMemory& memory, MemoryBackend& backend, std::uint64_t address, unsigned slot, std::uint32_t node);
    ~PcDimm() override;

    QObject read(const qom::Property& property) const override;

    MemoryBackend& backend() const { return backend_; }
    std::uint64_t address() const { return address_; }
    std::uint64_t size() const;
    unsigned slot() const { return slot_; }
    std::uint32_t node() const { return node_; }

private:
    DeviceMemory& memory_;
    MemoryBackend& backend_;
    const std::uint64_t address_;
    const unsigned slot_;
    const std::uint32_t node_;
};

/// Part of the machine. Loop thread only.
class DeviceMemory final : public HotplugHandler {
public:
    static constexpr std::uint64_t kMostSlots = 256;

    explicit DeviceMemory(Machine& machine) : machine_(machine) {}

    /// What -m says of it is something that the machine can do.
    Result<void> check() const;
    /// The registers are there; with null, gone.
    void connect(AcpiHardware* acpi);

    /// The addresses for it; size 0: nothing can be plugged in.
    std::uint64_t base() const;
    std::uint64_t size() const;
    /// Bytes that are plugged in, of one node or of all.
    std::uint64_t plugged_size(std::optional<std::uint32_t> node = std::nullopt) const;
    /// By address.
    const std::vector<PcDimm*>& dimms() const { return dimms_; }

    /// A place that fits what was asked for: `address` 0 and `slot` -1 stand for any.
    Result<unsigned> free_slot(std::int64_t slot) const;
    Result<std::uint64_t> free_address(std::uint64_t address, std::uint64_t size) const;

    void plugged(Device& device) override;
    Result<void> request_unplug(Device& device) override;
    /// What the guest said of each slot last.
    std::vector<AcpiOstInfo> ospm_status() const;

private:
    friend class PcDimm;
    struct Mapped;
    void add(PcDimm& dimm);
    void remove(PcDimm& dimm);
    PcDimm* in_slot(std::size_t slot) const;
    AcpiOstInfo status_of(std::size_t slot) const;
    void ejected(std::size_t slot);

    Machine& machine_;
    AcpiHardware* acpi_ = nullptr;
    std::vector<PcDimm*> dimms_;
    std::vector<std::pair<PcDimm*, std::unique_ptr<Mapping>>> mappings_;
};

}  // namespace rhea
