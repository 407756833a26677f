#pragma once
/// A SCSI bus: devices are told apart by channel, target and logical unit. They come and go at once.
#include "machine/device.h"
#include "machine/hotplug.h"

namespace rhea {

struct ScsiAddress {
    std::uint32_t channel = 0, target = 0, lun = 0;
    friend bool operator==(const ScsiAddress&, const ScsiAddress&) = default;
};

/// A device on a SCSI bus, which knows its address when it is made.
class ScsiDevice : public Device {
public:
    ScsiDevice(qom::Values values, ScsiAddress address) : Device(std::move(values)), address_(address) {}
    const ScsiAddress& address() const { return address_; }

private:
    ScsiAddress address_;
};

class ScsiBus final : public Bus, public HotplugHandler {
public:
    static const qom::Type kType;      ///< "SCSI"

    /// `highest`: the greatest numbers that the controller knows. `removal` outlives it.
    ScsiBus(std::string name, ScsiAddress highest, DeviceRemoval& removal);

    /// Where a device with these properties ("channel", "scsi-id", "lun") goes: what it does not say is given to it.
    Result<ScsiAddress> place(const qom::Values& values) const;
    ScsiDevice* at(const ScsiAddress& address) const;

    // HotplugHandler
    void plugged(Device&) override {}
    Result<void> request_unplug(Device& device) override {
        removal_.remove(device);
        return {};
    }

private:
    ScsiAddress highest_;
    DeviceRemoval& removal_;
};

extern const qom::Type kScsiDevice;
extern const qom::Type kScsiDiskBase, kScsiHd, kScsiCd, kScsiBlock, kScsiGeneric;
extern const qom::Type kLsi53c895a, kLsi53c810, kMegasasBase, kMegasas, kMegasasGen2, kMptsas1068, kPvscsi;

}  // namespace rhea
