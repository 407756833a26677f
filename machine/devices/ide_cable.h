#pragma once
/// A cable with drives on it, as they see it: whoever is at its other end (the channel of an IDE controller, the port of an AHCI
/// controller) takes their interrupts and data.
#include <array>
#include <cstdint>
#include <span>

#include "machine/devices/ide_registers.h"

namespace rhea {

class IdeDrive;

/// Ends of a transfer, as the status register of a bus master tells them apart.
enum class IdeDmaEnd { done, too_short, failed };

/// Memory that the guest has laid out for the command under way.
class IdeDma {
public:
    virtual ~IdeDma() = default;
    /// The guest lets data move.
    virtual bool started() const = 0;
    /// Reads descriptors until they stand for `bytes`. False: they are too few for that.
    virtual bool map(std::uint64_t bytes) = 0;
    /// The mapped memory from byte `offset` on; what lies past it is left out.
    virtual void to_memory(std::uint64_t offset, std::span<const std::uint8_t> data) = 0;
    virtual void from_memory(std::uint64_t offset, std::span<std::uint8_t> data) = 0;
    virtual void end(IdeDmaEnd how) = 0;
};

/// Loop thread only. Drives that are still there when it goes are cut off from it.
class IdeCable {
public:
    static constexpr unsigned kMostUnits = 2;

    explicit IdeCable(unsigned units) : units_(units) {}
    virtual ~IdeCable();
    IdeCable(const IdeCable&) = delete;
    IdeCable& operator=(const IdeCable&) = delete;

    unsigned units() const { return units_; }
    virtual void connect(unsigned unit, IdeDrive& drive);
    void disconnect(IdeDrive& drive);
    IdeDrive* drive(unsigned unit) const { return drives_[unit]; }
    /// As QEMU counts it: two drives, whether the second one has a place or not.
    bool full() const;

    // --- for the drives
    /// Of every unit, whether a drive is there or not: an absent master answers with registers of its own when there is a slave.
    ata::TaskFile& task_file(unsigned unit) { return task_files_[unit]; }
    /// After EXECUTE DEVICE DIAGNOSTIC and resets: the signature.
    void set_signature(unsigned unit);
    /// How many commands it takes at a time (NCQ); 0: it knows none that are queued.
    virtual unsigned queue_depth() const { return 0; }
    virtual IdeDma& dma() = 0;
    virtual void raise_irq() = 0;
    /// A drive waits for its data port to be read or written.
    virtual void data_ready(IdeDrive& drive) { (void)drive; }

protected:
    std::array<ata::TaskFile, kMostUnits> task_files_{};
    std::array<IdeDrive*, kMostUnits> drives_{};

private:
    const unsigned units_;
};

}  // namespace rhea
