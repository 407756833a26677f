#include "machine/devices/ide_disk.h"

#include <algorithm>
#include <bit>
#include <string>

namespace rhea {

using namespace ata;

namespace {

std::vector<std::uint8_t> read_first_sector(BlockBackend& backend) {
    std::vector<std::uint8_t> sector(kSectorSize);
    if (backend.read_now(0, sector) != 0) sector.clear();
    return sector;
}

}  // namespace

Result<std::unique_ptr<IdeDisk>> IdeDisk::create(BlockBackend& backend, const IdeOptions& options, std::string_view serial) {
    if (!backend.inserted()) return fail("Device needs media, but drive is empty");
    const auto sizes = RHEA_TRY(check_block_sizes(options));
    std::unique_ptr<IdeDisk> disk(new IdeDisk(backend, options, sizes));
    RHEA_CHECK(backend.attach(*disk, disk->block_use(true)));
    disk->configure_backend();
    disk->geometry_ = RHEA_TRY(resolve_geometry(options, disk->total_sectors(), read_first_sector(backend)));
    disk->heads_ = disk->geometry_.heads;
    disk->sectors_ = disk->geometry_.sectors;
    disk->set_names(serial, "QEMU HARDDISK");
    return disk;
}

IdeDisk::IdeDisk(BlockBackend& backend, const IdeOptions& options, const BlockSizes& sizes)
    : IdeDrive(kType, backend, options, sizes) {}

void IdeDisk::reset_state() {
    IdeDrive::reset_state();
    multiple_ = IdeIdentification::kMaxMultiple;
    remaining_ = 0;
}

void IdeDisk::resized() {
    if (identification()) identification()->set_sectors(total_sectors());
}

std::uint64_t IdeDisk::total_sectors() const { return backend().size() / kSectorSize; }

// --- the address ----------------------------------------------------------------------------------------------------------

void IdeDisk::begin(Width width) {
    width_ = width;
    const auto& count = registers().count;
    remaining_ = count.now;
    if (width == Width::lba48) remaining_ |= static_cast<std::uint32_t>(count.previous) << 8;
    if (remaining_ == 0) remaining_ = width == Width::lba48 ? 65536 : 256;
}

std::uint64_t IdeDisk::sector() const {
    const auto& r = registers();
    const std::uint64_t low24 = r.lba_low.now | r.lba_middle.now << 8 | r.lba_high.now << 16;
    const std::uint32_t nibble = r.device & 0x0f;
    if (!(r.device & kLba)) {
        const std::uint64_t cylinder = r.lba_middle.now | r.lba_high.now << 8;
        return (cylinder * heads_ + nibble) * sectors_ + r.lba_low.now - 1;      // sectors count from 1
    }
    if (width_ == Width::lba28) return low24 | std::uint64_t{nibble} << 24;
    const std::uint64_t high24 = r.lba_low.previous | r.lba_middle.previous << 8 | r.lba_high.previous << 16;
    return low24 | high24 << 24;
}

void IdeDisk::set_sector(std::uint64_t sector) {
    auto& r = registers();
    const auto byte = [](std::uint64_t value, unsigned index) { return static_cast<std::uint8_t>(value >> (8 * index)); };
    const auto set_nibble = [&r](std::uint64_t value) { r.device = static_cast<std::uint8_t>((r.device & 0xf0) | (value & 0x0f)); };
    if (!(r.device & kLba)) {
        if (sectors_ == 0) return;      // so the guest has it: no sector has an address
        const std::uint64_t track = sector / sectors_;
        const std::uint64_t cylinder = track / heads_;
        r.lba_low.now = byte(sector % sectors_ + 1, 0);
        r.lba_middle.now = byte(cylinder, 0);
        r.lba_high.now = byte(cylinder, 1);
        set_nibble(track % heads_);
        return;
    }
    r.lba_low.now = byte(sector, 0);
    r.lba_middle.now = byte(sector, 1);
    r.lba_high.now = byte(sector, 2);
    if (width_ == Width::lba28) {
        set_nibble(sector >> 24);
    } else {
        r.lba_low.previous = byte(sector, 3);
        r.lba_middle.previous = byte(sector, 4);
        r.lba_high.previous = byte(sector, 5);
    }
}

bool IdeDisk::in_range(std::uint64_t first, std::uint64_t count) const {
    const auto total = total_sectors();
    return first <= total && count <= total - first;
}

void IdeDisk::advance(std::uint32_t sectors) {
    set_sector(sector() + sectors);
    remaining_ -= sectors;
    registers().count.now = static_cast<std::uint8_t>(remaining_);
}

bool IdeDisk::refuse_beyond_end(IoKind kind, std::uint32_t count, const std::function<void()>& report) {
    if (in_range(sector(), count)) return false;
    backend().stats().invalid(kind);
    report();
    return true;
}

// --- by the data port -----------------------------------------------------------------------------------------------------

IdeDrive::Outcome IdeDisk::read_sectors(Width width, std::uint32_t block) {
    if (block == 0) return Outcome::aborted;      // READ MULTIPLE while that is off
    begin(width);
    block_ = block;
    read_block();
    return Outcome::pending;
}

void IdeDisk::read_block() {
    rest();
    if (remaining_ == 0) return;
    const auto count = std::min(remaining_, block_);
    if (refuse_beyond_end(IoKind::read, count, [this] { end_with_error(); })) return;
    set_status(kBusy | kReady | kSeekDone);
    const auto data = std::make_shared<std::vector<std::uint8_t>>(count * kSectorSize);
    backend().read(sector() * kSectorSize, *data, unless_reset([this, data, count](const IoOutcome& io) {
        if (!settle(io, [this] { read_block(); }, [this] { end_with_error(); })) return;
        advance(count);
        send_data(std::move(*data), [this] { read_block(); });
        raise_irq();
    }));
}

IdeDrive::Outcome IdeDisk::write_sectors(Width width, std::uint32_t block) {
    if (block == 0) return Outcome::aborted;
    begin(width);
    block_ = block;
    receive_data(std::min(remaining_, block_) * kSectorSize, [this] { write_block(); });
    return Outcome::pending;
}

void IdeDisk::write_block() {
    const auto count = static_cast<std::uint32_t>(received().size() / kSectorSize);
    if (refuse_beyond_end(IoKind::write, count, [this] { end_with_error(); })) return;
    set_status(kBusy | kReady | kSeekDone);
    // The drive's own buffer would be gone with a reset.
    const auto data = std::make_shared<const std::vector<std::uint8_t>>(received());
    backend().write(sector() * kSectorSize, *data, unless_reset([this, data, count](const IoOutcome& io) {
        if (!settle(io, [this] { write_block(); }, [this] { end_with_error(); })) return;
        advance(count);
        if (remaining_ == 0) rest();
        else receive_data(std::min(remaining_, block_) * kSectorSize, [this] { write_block(); });
        raise_irq();
    }));
}

// --- queued

void IdeDisk::queued(IoKind kind, std::uint64_t sector, std::shared_ptr<std::vector<std::uint8_t>> data, std::function<void(bool good)> done) {
    if (!in_range(sector, data->size() / kSectorSize)) {
        backend().stats().invalid(kind);
        return done(false);
    }
    auto completion = unless_reset([this, kind, sector, data, done](const IoOutcome& io) {
        if (settle(io, [this, kind, sector, data, done] { queued(kind, sector, data, done); }, [done] { done(false); })) done(true);
    });
    if (kind == IoKind::read) backend().read(sector * kSectorSize, *data, std::move(completion));
    else backend().write(sector * kSectorSize, *data, std::move(completion));
}

// --- by the bus master ----------------------------------------------------------------------------------------------------

IdeDrive::Outcome IdeDisk::transfer_by_dma(Width width, IoKind kind) {
    begin(width);
    if (kind == IoKind::read) begin_dma([this] { dma_read(); });
    else begin_dma([this] { dma_write(); });
    return Outcome::pending;
}

void IdeDisk::dma_read() {
    const auto count = remaining_;
    const auto bytes = std::uint64_t{count} * kSectorSize;
    if (!dma().map(bytes)) return end_dma_short();
    if (refuse_beyond_end(IoKind::read, count, [this] { end_dma_with_error(); })) return;
    const auto data = std::make_shared<std::vector<std::uint8_t>>(bytes);
    backend().read(sector() * kSectorSize, *data, unless_reset([this, data, count](const IoOutcome& io) {
        if (!settle(io, [this] { dma_read(); }, [this] { end_dma_with_error(); })) return;
        dma().to_memory(0, *data);
        advance(count);
        end_dma();
    }));
}

void IdeDisk::dma_write() {
    const auto count = remaining_;
    const auto bytes = std::uint64_t{count} * kSectorSize;
    if (!dma().map(bytes)) return end_dma_short();
    if (refuse_beyond_end(IoKind::write, count, [this] { end_dma_with_error(); })) return;
    const auto data = std::make_shared<std::vector<std::uint8_t>>(bytes);
    dma().from_memory(0, *data);
    backend().write(sector() * kSectorSize, *data, unless_reset([this, data, count](const IoOutcome& io) {
        if (!settle(io, [this] { dma_write(); }, [this] { end_dma_with_error(); })) return;
        advance(count);
        end_dma();
    }));
}

}  // namespace rhea
