#pragma once
/// One channel of a bus master ("Programming Interface for Bus Master IDE Controller", rev. 1.0): it moves data between a drive
/// and the memory that a table of descriptors names.
#include <cstdint>
#include <span>
#include <vector>

#include "machine/devices/ide_cable.h"

namespace rhea {

class IdeChannel;

/// Memory as the controller's function on its bus reaches it. 32-bit addresses.
class IdeMemory {
public:
    virtual ~IdeMemory() = default;
    virtual void read_memory(std::uint64_t address, void* out, std::uint64_t length) = 0;
    virtual void write_memory(std::uint64_t address, const void* in, std::uint64_t length) = 0;
};

class IdeBusMaster final : public IdeDma {
public:
    IdeBusMaster(IdeChannel& channel, IdeMemory& memory) : channel_(channel), memory_(memory) {}

    std::uint32_t read(unsigned offset, unsigned size) const;
    void write(unsigned offset, std::uint32_t value, unsigned size);
    void reset();

    // --- the drive whose command moves data -----------------------------------------------------------------------------
    bool started() const override { return (status_ & kActive) != 0; }
    bool map(std::uint64_t bytes) override;
    void to_memory(std::uint64_t offset, std::span<const std::uint8_t> data) override;
    void from_memory(std::uint64_t offset, std::span<std::uint8_t> data) override;
    void end(IdeDmaEnd how) override;
    void interrupt() { status_ |= kInterrupt; }

private:
    struct Piece {
        std::uint32_t address;
        std::uint32_t length;
    };
    static constexpr std::uint8_t kActive = 0x01, kFault = 0x02, kInterrupt = 0x04, kDriveBits = 0x60;   // status
    static constexpr std::uint8_t kStart = 0x01, kToMemory = 0x08;                                       // command

    void write_command(std::uint8_t value);
    template <class Move>
    void walk(std::uint64_t offset, std::uint64_t length, Move move) const;

    IdeChannel& channel_;
    IdeMemory& memory_;
    std::uint8_t command_ = 0, status_ = 0;
    std::uint32_t table_ = 0;
    std::vector<Piece> pieces_;
    bool exhausted_ = false;       // the mapped transfer took the last byte of the last descriptor
};

}  // namespace rhea
