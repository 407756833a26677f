#pragma once
/// Intel PIIX3, function 1: the IDE controller as PCI sees it. BAR 4 holds the bus master registers of both channels.
#include "machine/devices/ide.h"
#include "machine/gsi.h"
#include "machine/pci.h"

namespace rhea {

/// A channel as a bus: "ide.0", "ID.0" of a controller with an id.
class IdeBus final : public Bus {
public:
    IdeBus(std::string name, IdeController& controller, unsigned channel)
        : Bus(kIdeBus, std::move(name)), controller_(controller), channel_(channel) {}
    unsigned channel() const { return channel_; }
    bool full() const override { return controller_.channel(channel_).full(); }

    /// Makes an ide-hd or ide-cd as `values` want it. `backend`: see IdeController::plug.
    Result<std::unique_ptr<IdeDrive>> make_drive(qom::Values values, BlockBackend* backend);

private:
    IdeController& controller_;
    unsigned channel_;
};

class Piix3Ide final : public PciDevice {
public:
    static const qom::Type kType;
    using BusNames = std::array<std::string, IdeController::kChannels>;

    /// All outlive it.
    Piix3Ide(AddressSpace& ports, IrqLine primary, IrqLine secondary, const BusNames& names = {"ide.0", "ide.1"});

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
