#pragma once
/// Intel ICH9's Serial ATA controller in AHCI mode (AHCI 1.3.1, chapters 2 and 3.1): six ports, a drive each. BAR 5 holds the registers;
/// a pair of ports in BAR 4 leads to them too.
#include "machine/devices/ahci_port.h"
#include "machine/devices/ide_bus.h"
#include "machine/pci.h"

namespace rhea {

class Ahci final : public PciDevice, private IoHandler {
public:
    static const qom::Type kType;
    static constexpr unsigned kPorts = 6;

    /// `id`: its own, if it has one.
    Ahci(qom::Values values, const IdeNumbering& numbers, const std::string& id);
    ~Ahci() override;

    IdeBus& bus_of(unsigned port) { return *buses_[port]; }
    void reset() override;

private:
    struct IndexPorts final : IoHandler {
        explicit IndexPorts(Ahci& of) : ahci(of) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        Ahci& ahci;
        std::uint32_t index = 0;
    };
    struct Memory final : IdeMemory {
        explicit Memory(Ahci& of) : ahci(of) {}
        void read_memory(std::uint64_t address, void* out, std::uint64_t length) override { ahci.dma_read(address, out, length); }
        void write_memory(std::uint64_t address, const void* in, std::uint64_t length) override { ahci.dma_write(address, in, length); }
        Ahci& ahci;
    };

    std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
    void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
    std::uint32_t read_register(unsigned offset) const;
    void write_register(unsigned offset, std::uint32_t value);
    std::uint32_t pending_ports() const;
    void update_interrupt();
    void reset_controller();

    Memory memory_{*this};
    IndexPorts index_ports_{*this};
    std::uint32_t control_ = 0, pending_ = 0;
    std::array<std::unique_ptr<AhciPort>, kPorts> ports_;
    std::array<std::unique_ptr<IdeBus>, kPorts> buses_;
};

}  // namespace rhea
