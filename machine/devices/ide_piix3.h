#pragma once
/// Intel PIIX3, function 1: the IDE controller as PCI sees it. BAR 4 holds the bus master registers of both channels.
#include "machine/devices/ide_bus.h"
#include "machine/gsi.h"
#include "machine/pci.h"

namespace rhea {

class Piix3Ide final : public PciDevice {
public:
    static const qom::Type kType;

    /// All outlive it. `id`: its own, if it has one.
    Piix3Ide(AddressSpace& ports, IrqLine primary, IrqLine secondary, const IdeNumbering& numbers = {}, const std::string& id = {});

    IdeController& controller() { return controller_; }
    IdeBus& channel_bus(unsigned channel) { return buses_[channel]; }
    void reset() override;

private:
    struct BusMasterPorts final : IoHandler {
        explicit BusMasterPorts(Piix3Ide& of) : device(of) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        Piix3Ide& device;
    };
    struct Memory final : IdeMemory {
        explicit Memory(Piix3Ide& of) : device(of) {}
        void read_memory(std::uint64_t address, void* out, std::uint64_t length) override { device.dma_read(address, out, length); }
        void write_memory(std::uint64_t address, const void* in, std::uint64_t length) override {
            device.dma_write(address, in, length);
        }
        Piix3Ide& device;
    };

    Memory memory_{*this};
    BusMasterPorts bus_master_ports_{*this};
    IdeController controller_;
    std::array<IdeBus, IdeController::kChannels> buses_;
};

extern const qom::Type kPciIde;      // "pci-ide", its parent

}  // namespace rhea
