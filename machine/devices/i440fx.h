#pragma once
/// Intel 440FX: the host bridge. As function 00.0 it decides whether RAM or the bus is seen between 0xa0000 and 0xfffff
/// (PAM, SMRAM); its ports are configuration mechanism #1.
#include "machine/devices/legacy_windows.h"
#include "machine/devices/pci_host.h"

namespace rhea {

class I440fxHost final : public PciHostBridge {
public:
    static const qom::Type kType;

    I440fxHost(AddressSpace& ports, PciBus& bus) : PciHostBridge(kType, ports, bus) {}
};

class I440fx final : public PciDevice {
public:
    static const qom::Type kType;

    I440fx(AddressSpace& memory, const GuestMemory& ram);

    void config_write(unsigned reg, std::uint32_t value, unsigned size) override;

private:
    LegacyWindows windows_;
};

}  // namespace rhea
