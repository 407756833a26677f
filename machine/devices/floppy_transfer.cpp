// The head, and the commands of the floppy controller that read and write sectors.
#include <algorithm>
#include <cstring>

#include "machine/devices/floppy_registers.h"

namespace rhea {

using namespace floppy;

// --- the head -------------------------------------------------------------------------------------------------------------

std::uint32_t FloppyController::sector_number() {
    const auto& at = unit().at;
    const auto shape = format();
    return (std::uint32_t{at.track} * shape.heads + at.head) * shape.sectors + at.sector - 1;
}

FloppyController::Seek FloppyController::seek_to(Unit& unit, Position where) {
    const auto shape = format_of(unit);
    if (where.track > shape.tracks || (where.head != 0 && shape.heads < 2)) return Seek::bad_track;
    if (where.sector > shape.sectors) return Seek::bad_sector;
    const bool moves = where.track != unit.at.track;
    unit.at = where;
    if (moves && unit.drive) unit.drive->head_moved();
    if (!unit.drive || !unit.drive->has_disk()) return Seek::bad_track;
    return moves ? Seek::moved : Seek::stayed;
}

bool FloppyController::next_sector() {
    auto where = unit().at;
    const auto shape = format();
    bool goes_on = true;
    if (where.sector >= shape.sectors || where.sector == end_of_track_) {
        where.sector = 1;
        if (multi_track_ && where.head == 0 && shape.heads == 2) {
            where.head = 1;
        } else {
            if (multi_track_) where.head = 0;
            ++where.track;
            status0_ |= kSeekEnd;
            goes_on = multi_track_ && shape.heads == 2;
        }
    } else {
        ++where.sector;
    }
    seek_to(where);
    return goes_on;
}

// --- transfers ------------------------------------------------------------------------------------------------------------

void FloppyController::end_transfer(std::uint8_t status0, std::uint8_t status1, std::uint8_t status2) {
    const auto& at = unit().at;
    // What an interrupt left unsensed stays in it.
    status0_ = static_cast<std::uint8_t>((status0_ & ~(kHead | 3)) | status0 | selected_ | (at.head ? kHead : 0));
    fifo_[0] = status0_;
    fifo_[1] = status1;
    fifo_[2] = status2;
    fifo_[3] = at.track;
    fifo_[4] = at.head;
    fifo_[5] = at.sector;
    fifo_[6] = kSizeCode512;
    dma_waiting_ = false;
    if (dma_) dma_->request(false);
    to_result_phase(7);
    raise_irq();
}

void FloppyController::refuse_transfer(std::uint8_t status1) {
    const auto track = fifo_[2], head = fifo_[3], sector = fifo_[4];
    end_transfer(kAbnormal, status1, 0);
    fifo_[3] = track;
    fifo_[4] = head;
    fifo_[5] = sector;
}

void FloppyController::start_transfer(Direction direction) {
    select(fifo_[1]);
    const auto sector = fifo_[4], size_code = fifo_[5], end_of_track = fifo_[6];
    const auto sought = seek_to({fifo_[2], fifo_[3], sector});
    if (sought == Seek::bad_track) return refuse_transfer(0);
    if (sought == Seek::bad_sector) return refuse_transfer(kEndOfCylinder);
    if ((data_rate_ & kRate) != format().rate) return refuse_transfer(kMissingMark);

    direction_ = direction;
    multi_track_ = (fifo_[0] & 0x80) != 0;
    did_seek_ = sought == Seek::moved;
    if (size_code == 0) {
        length_ = fifo_[8];      // DTL counts bytes
    } else {
        int sectors = end_of_track - sector + 1;
        if (multi_track_) sectors += end_of_track;
        if (sectors < 0) return refuse_transfer(kMissingMark);
        length_ = (128u << std::min<unsigned>(size_code, 7)) * static_cast<unsigned>(sectors);
    }
    end_of_track_ = end_of_track;
    phase_ = Phase::execution;
    position_ = 0;
    status2_ = 0;
    if (output_ & kDmaEnable) {
        main_status_ &= static_cast<std::uint8_t>(~kRequest);
        if (dma_ && direction != Direction::verify) dma_->request(true);
        return run_dma();
    }
    main_status_ |= kNonDma | kRequest;
    if (direction != Direction::write) main_status_ |= kToHost;
    raise_irq();
}

void FloppyController::run_dma() {
    dma_waiting_ = true;      // until end_transfer
    const bool moves_data = direction_ != Direction::verify;
    if (moves_data && !dma_) return;
    while (position_ < length_ && dma_waiting_) {
        if (!dma_sector()) return;
        if (moves_data && dma_ && dma_->terminal_count()) break;
    }
    if (!dma_waiting_) return;
    if (did_seek_) status0_ |= kSeekEnd;
    end_transfer(0, 0, status2_);
}

/// One sector, or what is left of one. False: the channel takes no more now, or the transfer has ended.
bool FloppyController::dma_sector() {
    const auto at = position_ % kFifoSize;
    const auto size = std::min<std::size_t>(kFifoSize - at, length_ - position_);
    auto* drive = unit().drive;
    if (!drive) {
        end_transfer(kAbnormal, 0, 0);
        return false;
    }
    if (direction_ == Direction::write && drive->write_protected()) {
        end_transfer(kAbnormal | kSeekEnd, kNotWritable, 0);
        return false;
    }
    drive->read_sector(sector_number(), fifo_);
    std::size_t moved = size;
    bool satisfied = false;
    const auto part = std::span(fifo_).subspan(at, size);
    if (direction_ == Direction::read) {
        moved = dma_ ? dma_->to_memory(part) : 0;
    } else if (direction_ == Direction::write) {
        moved = dma_ ? dma_->from_memory(part) : 0;
        if (moved > 0 && !drive->write_sector(sector_number(), fifo_)) {
            end_transfer(kAbnormal | kSeekEnd, 0, 0);
            return false;
        }
    } else if (direction_ != Direction::verify) {
        std::array<std::uint8_t, kFifoSize> wanted{};
        moved = dma_ ? dma_->from_memory(std::span(wanted).first(size)) : 0;
        satisfied = moved > 0 && scan(part.first(moved), std::span(wanted).first(moved));
    }
    if (moved == 0) return false;
    if (satisfied) {
        end_transfer(0, 0, status2_);
        return false;
    }
    position_ += static_cast<std::uint32_t>(moved);
    if (position_ % kFifoSize == 0 && !next_sector()) length_ = position_;
    return true;
}

bool FloppyController::scan(std::span<const std::uint8_t> on_disk, std::span<const std::uint8_t> wanted) {
    const int order = std::memcmp(wanted.data(), on_disk.data(), on_disk.size());
    status2_ = order == 0 ? kScanEqual : kScanNotSatisfied;
    if (order == 0 || (order < 0 && direction_ == Direction::scan_low) || (order > 0 && direction_ == Direction::scan_high)) {
        if (order != 0) status2_ = 0;
        return true;
    }
    return false;
}

void FloppyController::deleted_data() {
    end_transfer(kAbnormal | kSeekEnd, 0, 0);      // no disk image has deleted data
}

void FloppyController::format_track() {
    select(fifo_[1]);
    fifo_.fill(0);
    end_transfer(0, 0, 0);
}

// --- READ ID --------------------------------------------------------------------------------------------------------------

void FloppyController::read_id() {
    constexpr std::int64_t kHalfTurn = 20'000'000;      // ns; sectors come by at their own pace
    unit().at.head = (fifo_[1] >> 2) & 1;
    read_id_timer_.set(clocks_.now(ClockType::virtual_time) + kHalfTurn);
}

void FloppyController::read_id_done() {
    const auto shape = format();
    auto& at = unit().at;
    if (shape.sectors != 0) at.sector = static_cast<std::uint8_t>(at.sector % shape.sectors + 1);
    if ((data_rate_ & kRate) != shape.rate) return end_transfer(kAbnormal, kMissingMark, 0);
    end_transfer(0, 0, 0);
}

}  // namespace rhea
