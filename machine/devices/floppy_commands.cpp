// The commands of the floppy controller that move no data, and the table of all of them.
#include <algorithm>

#include "machine/devices/floppy_registers.h"

namespace rhea {

using namespace floppy;

const FloppyController::Command FloppyController::kCommands[] = {
    {0x1f, 0x06, 8, &FloppyController::read_command},
    {0x3f, 0x05, 8, &FloppyController::write_command},
    {0xbf, 0x0a, 1, &FloppyController::read_id},
    {0xff, 0x0f, 2, &FloppyController::seek},
    {0xff, 0x07, 1, &FloppyController::recalibrate},
    {0xff, 0x08, 0, &FloppyController::sense_interrupt},
    {0xff, 0x03, 2, &FloppyController::specify},
    {0xff, 0x04, 1, &FloppyController::sense_drive},
    {0x1f, 0x16, 8, &FloppyController::verify_command},
    {0x9f, 0x02, 8, &FloppyController::read_command},      // READ TRACK
    {0x1f, 0x0c, 8, &FloppyController::deleted_data},      // READ DELETED DATA
    {0x3f, 0x09, 8, &FloppyController::deleted_data},      // WRITE DELETED DATA
    {0xbf, 0x0d, 5, &FloppyController::format_track},
    {0x1f, 0x11, 8, &FloppyController::scan_equal_command},
    {0x1f, 0x19, 8, &FloppyController::scan_low_command},
    {0x1f, 0x1d, 8, &FloppyController::scan_high_command},
    {0xff, 0x0e, 0, &FloppyController::dump_registers},
    {0xff, 0x10, 0, &FloppyController::version},
    {0xff, 0x12, 1, &FloppyController::perpendicular_mode},
    {0xff, 0x13, 3, &FloppyController::configure},
    {0x7f, 0x14, 0, &FloppyController::lock},
    {0xff, 0x17, 2, &FloppyController::powerdown_mode},
    {0xff, 0x18, 0, &FloppyController::part_id},
    {0xff, 0x2e, 0, &FloppyController::save},
    {0xff, 0x33, 1, &FloppyController::option},
    {0xff, 0x4e, 16, &FloppyController::restore},
    {0xff, 0x8e, 5, &FloppyController::drive_specification},
    {0xff, 0x8f, 2, &FloppyController::seek_out},      // RELATIVE SEEK to cylinder 0, and away from it
    {0xff, 0xcf, 2, &FloppyController::seek_in},
    {0xff, 0xcd, 10, &FloppyController::invalid},      // FORMAT AND WRITE
    {0x00, 0x00, 0, &FloppyController::invalid},
};

const FloppyController::Command& FloppyController::find_command(std::uint8_t code) {
    return *std::find_if(std::begin(kCommands), std::end(kCommands),
                         [code](const Command& command) { return (code & command.mask) == command.value; });
}

void FloppyController::invalid() {
    fifo_[0] = kInvalidCommand;
    to_result_phase(1);
}

// --- head movement --------------------------------------------------------------------------------------------------------

void FloppyController::recalibrate() {
    select(fifo_[1]);
    recalibrate_head(unit());
    finish_seek();
}

void FloppyController::seek() {
    select(fifo_[1]);
    auto where = unit().at;
    where.track = fifo_[2];
    seek_to(where);
    finish_seek();
}

void FloppyController::seek_out() {
    select(fifo_[1]);
    auto where = unit().at;
    where.track = static_cast<std::uint8_t>(fifo_[2] > where.track ? 0 : where.track - fifo_[2]);
    seek_to(where);
    finish_seek();
}

void FloppyController::seek_in() {
    select(fifo_[1]);
    auto where = unit().at;
    const unsigned tracks = format().tracks, wanted = fifo_[2] + where.track;
    where.track = static_cast<std::uint8_t>(wanted >= tracks ? tracks - 1 : wanted);
    seek_to(where);
    finish_seek();
}

void FloppyController::finish_seek() {
    to_command_phase();
    status0_ |= kSeekEnd;
    raise_irq();
}

// --- status ---------------------------------------------------------------------------------------------------------------

void FloppyController::sense_interrupt() {
    if (reset_senses_ > 0) {
        fifo_[0] = static_cast<std::uint8_t>(kReadyChanged + (kSensesAfterReset - reset_senses_));
        --reset_senses_;
    } else if (!interrupt_pending_) {
        return invalid();
    } else {
        fifo_[0] = static_cast<std::uint8_t>((status0_ & ~(kHead | 3)) | selected_);
    }
    fifo_[1] = unit().at.track;
    to_result_phase(2);
    lower_irq();
    status0_ = kReadyChanged;
}

void FloppyController::sense_drive() {
    constexpr std::uint8_t kTrack0 = 0x10, kFixed = 0x28, kProtected = 0x40;
    select(fifo_[1]);
    unit().at.head = (fifo_[1] >> 2) & 1;
    const auto* drive = unit().drive;
    fifo_[0] = static_cast<std::uint8_t>(kFixed | selected_ | unit().at.head << 2 | (unit().at.track == 0 ? kTrack0 : 0) |
                                         (!drive || drive->write_protected() ? kProtected : 0));
    to_result_phase(1);
}

void FloppyController::version() {
    fifo_[0] = 0x90;      // enhanced controller
    to_result_phase(1);
}

void FloppyController::part_id() {
    fifo_[0] = 0x41;
    to_result_phase(1);
}

void FloppyController::dump_registers() {
    fifo_[0] = unit(0).at.track;
    fifo_[1] = unit(1).at.track;
    fifo_[2] = fifo_[3] = 0;
    fifo_[4] = timer0_;
    fifo_[5] = static_cast<std::uint8_t>(timer1_ << 1 | ((output_ & kDmaEnable) ? 1 : 0));
    fifo_[6] = end_of_track_;
    fifo_[7] = static_cast<std::uint8_t>((locked_ ? 0x80 : 0) | unit().perpendicular << 2);
    fifo_[8] = config_;
    fifo_[9] = precompensation_;
    to_result_phase(10);
}

// --- settings -------------------------------------------------------------------------------------------------------------

void FloppyController::specify() {
    timer0_ = fifo_[1] >> 4;
    timer1_ = fifo_[2] >> 1;
    if (fifo_[2] & 1) output_ &= static_cast<std::uint8_t>(~kDmaEnable);
    else output_ |= kDmaEnable;
    to_command_phase();
}

void FloppyController::drive_specification() {
    constexpr std::uint8_t kDone = 0x80, kNoResult = 0x40;
    const auto last = fifo_[position_ - 1];
    if (!(last & kDone)) return;      // there is no end to it but a reset
    if (!(last & kNoResult)) return to_command_phase();
    fifo_[0] = fifo_[1];
    fifo_[2] = fifo_[3] = 0;
    to_result_phase(4);
}

void FloppyController::configure() {
    config_ = fifo_[2];
    precompensation_ = fifo_[3];
    to_command_phase();
}

void FloppyController::perpendicular_mode() {
    if (fifo_[1] & 0x80) unit().perpendicular = fifo_[1] & 7;
    to_command_phase();
}

void FloppyController::lock() {
    locked_ = (fifo_[0] & 0x80) != 0;
    fifo_[0] = locked_ ? 0x10 : 0;
    to_result_phase(1);
}

void FloppyController::powerdown_mode() {
    power_down_ = fifo_[1];
    fifo_[0] = fifo_[1];
    to_result_phase(1);
}

void FloppyController::save() {
    std::fill_n(fifo_.begin(), 15, std::uint8_t{0});
    fifo_[2] = unit(0).at.track;
    fifo_[3] = unit(1).at.track;
    fifo_[6] = timer0_;
    fifo_[7] = timer1_;
    fifo_[8] = end_of_track_;
    fifo_[9] = static_cast<std::uint8_t>((locked_ ? 0x80 : 0) | unit().perpendicular << 2);
    fifo_[10] = config_;
    fifo_[11] = precompensation_;
    fifo_[12] = power_down_;
    to_result_phase(15);
}

void FloppyController::restore() {
    unit(0).at.track = fifo_[3];
    unit(1).at.track = fifo_[4];
    timer0_ = fifo_[7];
    timer1_ = fifo_[8];
    end_of_track_ = fifo_[9];
    locked_ = (fifo_[10] & 0x80) != 0;
    unit().perpendicular = (fifo_[10] >> 2) & 0x0f;
    config_ = fifo_[11];
    precompensation_ = fifo_[12];
    power_down_ = fifo_[13];
    to_command_phase();
}

}  // namespace rhea
