#pragma once
/// The floppy disk controller of a pc, "isa-fdc" (Intel 82078 without its tape side): two drives, ports 0x3f1-0x3f5 and 0x3f7.
#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "machine/address_space.h"
#include "machine/clock.h"
#include "machine/device.h"
#include "machine/devices/floppy_drive.h"
#include "machine/irq.h"

namespace rhea {

/// Channel 2 of the DMA controller, as the floppy controller uses it.
class FloppyDma {
public:
    virtual ~FloppyDma() = default;
    /// Move bytes between the device and memory; less than all when the channel is masked or reaches its count. The guest's
    /// programming of the channel chooses the direction that works.
    virtual std::size_t to_memory(std::span<const std::uint8_t> data) = 0;
    virtual std::size_t from_memory(std::span<std::uint8_t> data) = 0;
    /// The channel has reached its count since it was programmed.
    virtual bool terminal_count() const = 0;
    /// The device wants the channel from now on, or no longer.
    virtual void request(bool wanted) { (void)wanted; }
};

/// The cable of its drives: "floppy-bus.0", "ID.0" of a controller with an id.
class FloppyBus final : public Bus {
public:
    FloppyBus(FloppyController& controller, std::string name) : Bus(kFloppyBus, std::move(name)), controller_(controller) {}
    /// Makes a drive as `values` want it.
    Result<std::unique_ptr<FloppyDrive>> make_drive(qom::Values values, BlockBackend& backend, std::string called = {});

private:
    FloppyController& controller_;
};

/// Loop thread only.
class FloppyController final : public Device {
public:
    static const qom::Type kType;

    static constexpr unsigned kUnits = 2, kIrq = 6, kDmaChannel = 2;

    static constexpr std::uint16_t kBase = 0x3f0;

    struct Settings {
        FdcDriveType fallback = FdcDriveType::d288;      ///< of a drive whose type nobody knows
        std::uint16_t base = kBase;                      ///< ports 1 to 5 and 7 from here
        std::string bus_name = "floppy-bus.0";
    };
    /// All outlive it; drives that are still there when it goes are cut off. `dma` may be null: then a transfer by DMA never ends.
    FloppyController(AddressSpace& ports, Clocks& clocks, IrqLine irq, FloppyDma* dma, const Settings& settings);
    FloppyController(AddressSpace& ports, Clocks& clocks, IrqLine irq, FloppyDma* dma)
        : FloppyController(ports, clocks, irq, dma, Settings{}) {}
    ~FloppyController() override;

    /// Makes a drive; the caller puts it into the device tree, which owns it. Without `unit` in the options it is the first free
    /// one. On failure an anonymous backend is gone.
    Result<std::unique_ptr<FloppyDrive>> plug(const FloppyOptions& options, BlockBackend& backend);
    void unplug(FloppyDrive& drive);
    FloppyBus& bus() { return bus_; }
    FloppyDrive* drive(unsigned unit) const { return units_[unit].drive; }

    /// CMOS byte 0x10, and how many drives there are that it tells of.
    std::uint8_t cmos_types() const;
    unsigned drive_count() const;

    /// The guest has unmasked the DMA channel: a transfer that waits for it goes on.
    void dma_ready();
    void reset() override;

private:
    static constexpr std::size_t kFifoSize = FloppyDrive::kSectorSize;
    enum class Phase { command, execution, result };
    enum class Direction { read, write, verify, scan_equal, scan_low, scan_high };
    struct Position {
        std::uint8_t track = 0, head = 0, sector = 1;
        friend bool operator==(const Position&, const Position&) = default;
    };
    struct Unit {
        FloppyDrive* drive = nullptr;
        Position at;
        std::uint8_t perpendicular = 0;
    };
    enum class Seek { stayed, moved, bad_track, bad_sector };
    struct Command;
    static const Command kCommands[];

    struct Ports final : IoHandler {
        Ports(FloppyController& of, unsigned first) : controller(of), base(first) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        FloppyController& controller;
        unsigned base;
    };

    // Registers.
    using Device::read;      // of the object, not hidden by that of the ports
    std::uint8_t read(unsigned port);
    void write(unsigned port, std::uint8_t value);
    void write_output(std::uint8_t value);
    void write_data_rate(std::uint8_t value);
    std::uint8_t read_main_status();
    std::uint8_t read_fifo();
    void write_fifo(std::uint8_t value);
    bool in_reset() const;
    void reset_controller(bool interrupt);

    // Phases.
    /// Drive `number` of the guest: the boot select bit exchanges them.
    Unit& unit(unsigned number);
    Unit& unit() { return unit(selected_); }
    static FloppyFormat format_of(const Unit& unit) { return unit.drive ? unit.drive->format() : FloppyFormat{}; }
    FloppyFormat format() { return format_of(unit()); }
    void select(std::uint8_t unit) { selected_ = unit & (kUnits - 1); }
    void to_command_phase();
    void to_result_phase(unsigned bytes);
    void raise_irq();
    void lower_irq();

    // The head.
    Seek seek_to(Position where) { return seek_to(unit(), where); }
    static Seek seek_to(Unit& unit, Position where);
    bool next_sector();
    std::uint32_t sector_number();
    static void recalibrate_head(Unit& unit) { seek_to(unit, {0, 0, 1}); }

    // Transfers.
    void start_transfer(Direction direction);
    void end_transfer(std::uint8_t status0, std::uint8_t status1, std::uint8_t status2);
    void refuse_transfer(std::uint8_t status1);
    void run_dma();
    bool dma_sector();
    /// True: the condition is satisfied.
    bool scan(std::span<const std::uint8_t> on_disk, std::span<const std::uint8_t> wanted);
    void read_id_done();

    // Commands.
    static const Command& find_command(std::uint8_t code);
    void read_command() { start_transfer(Direction::read); }
    void write_command() { start_transfer(Direction::write); }
    void verify_command() { start_transfer(Direction::verify); }
    void scan_equal_command() { start_transfer(Direction::scan_equal); }
    void scan_low_command() { start_transfer(Direction::scan_low); }
    void scan_high_command() { start_transfer(Direction::scan_high); }
    void deleted_data();
    void read_id();
    void format_track();
    void recalibrate();
    void seek();
    void seek_out();
    void seek_in();
    void finish_seek();
    void sense_interrupt();
    void sense_drive();
    void specify();
    void drive_specification();
    void configure();
    void perpendicular_mode();
    void lock();
    void version();
    void part_id();
    void powerdown_mode();
    void option() { to_command_phase(); }
    void dump_registers();
    void save();
    void restore();
    void invalid();

    Settings settings_;
    FloppyBus bus_;
    Clocks& clocks_;
    IrqLine irq_;
    FloppyDma* dma_;
    Timer read_id_timer_;
    Ports low_ports_{*this, 0x3f1}, high_port_{*this, 0x3f7};
    Mapping low_mapping_, high_mapping_;

    std::array<Unit, kUnits> units_;
    unsigned selected_ = 0;
    std::uint8_t output_, data_rate_, tape_, main_status_, status_b_;
    bool interrupt_pending_ = false;
    std::uint8_t status0_ = 0, status2_ = 0;
    unsigned reset_senses_ = 0;      // SENSE INTERRUPT answers that a reset still owes
    // What CONFIGURE, SPECIFY, LOCK and the like set.
    std::uint8_t config_, precompensation_, timer0_, timer1_, power_down_;
    bool locked_;

    Phase phase_ = Phase::command;
    const Command* command_ = nullptr;
    std::array<std::uint8_t, kFifoSize> fifo_{};
    std::uint32_t position_ = 0, length_ = 0;      // bytes of the phase: done, and in all
    Direction direction_ = Direction::read;
    bool multi_track_ = false, did_seek_ = false, dma_waiting_ = false;
    std::uint8_t end_of_track_ = 0;
};

}  // namespace rhea
