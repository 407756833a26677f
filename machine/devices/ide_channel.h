#pragma once
/// The channel of an IDE controller: a cable with up to two drives, and the ports through which the guest reaches them: the command
/// block (8 ports), the device control port, an interrupt.
#include <array>
#include <cstdint>

#include "machine/address_space.h"
#include "machine/devices/ide_dma.h"
#include "machine/devices/ide_registers.h"
#include "machine/irq.h"

namespace rhea {

/// Loop thread only.
class IdeChannel final : public IdeCable {
public:
    static constexpr unsigned kUnits = kMostUnits;

    /// `ports` and `memory` outlive it.
    IdeChannel(AddressSpace& ports, std::uint16_t command_base, std::uint16_t control_port, IrqLine irq, IdeMemory& memory);

    /// Power-up state of the cable and its drives.
    void reset();

    // --- for the drives -------------------------------------------------------------------------------------------------
    IdeDma& dma() override { return bus_master_; }
    IdeBusMaster& bus_master() { return bus_master_; }
    void raise_irq() override;

    // --- for the bus master ---------------------------------------------------------------------------------------------
    void dma_started();
    void finish_dma();

private:
    struct CommandBlock final : IoHandler {
        explicit CommandBlock(IdeChannel& of) : channel(of) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        IdeChannel& channel;
        std::uint16_t base = 0;
    };
    struct ControlPort final : IoHandler {
        explicit ControlPort(IdeChannel& of) : channel(of) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        IdeChannel& channel;
        std::uint16_t base = 0;
    };

    std::uint8_t read_register(unsigned index);
    void write_register(unsigned index, std::uint8_t value);
    void write_control(std::uint8_t value);
    void command(std::uint8_t code);
    std::uint8_t status() const;
    bool empty() const { return !drives_[0] && !drives_[1]; }

    IrqLine irq_;
    IdeBusMaster bus_master_;
    unsigned selected_ = 0;
    std::uint8_t control_ = 0;
    CommandBlock command_block_{*this};
    ControlPort control_port_{*this};
    Mapping command_mapping_, control_mapping_;
};

}  // namespace rhea
