#pragma once
/// The generation of a virtual machine (Microsoft's "Virtual Machine Generation ID"): a number that changes when the guest is copied or
/// goes back to a snapshot. The firmware finds it in fw_cfg, puts it into the guest's memory, and says where.
#include <array>
#include <cstdint>
#include <string>

#include "machine/device.h"

namespace rhea {

class FwCfg;

class VmGenId final : public Device {
public:
    static const qom::Type kType;
    using Guid = std::array<std::uint8_t, 16>;

    explicit VmGenId(const Guid& guid) : Device(kType), guid_(guid) {}

    QObject read(const qom::Property& property) const override;

    /// "324e6eaf-d1d1-4bf6-bf41-b9bb6c91fb87"
    std::string text() const;
    void add_files(FwCfg& to) const;

private:
    Guid guid_;
};

}  // namespace rhea
