#include "machine/devices/atapi.h"

#include <algorithm>
#include <cerrno>

#include "machine/devices/atapi_replies.h"

namespace rhea {

using namespace ata;

namespace {

constexpr std::uint8_t kPacketByDma = 0x01;                              // features register
constexpr std::uint8_t kReasonCommand = 0x01, kReasonToHost = 0x02;      // interrupt reason, in the count register
constexpr std::size_t kDmaChunk = 128 * 1024;
constexpr std::size_t kRawHeader = 16, kRawTrailer = 288;                // around 2048 bytes of data

/// One block as the guest wants it: alone, or as a mode 1 sector with sync, header and room for its checksums.
void append_block(std::span<const std::uint8_t> block, std::uint32_t number, bool raw, std::vector<std::uint8_t>& out) {
    if (raw) {
        const auto [minute, second, frame] = minute_second_frame(number);
        const std::size_t at = out.size();
        out.resize(at + kRawHeader, 0xff);
        out[at] = out[at + 11] = 0;
        out[at + 12] = minute;
        out[at + 13] = second;
        out[at + 14] = frame;
        out[at + 15] = 1;
    }
    out.insert(out.end(), block.begin(), block.end());
    if (raw) out.resize(out.size() + kRawTrailer);
}

}  // namespace

Result<std::unique_ptr<IdeCdrom>> IdeCdrom::create(BlockBackend& backend, const IdeOptions& options, std::string_view serial) {
    const auto sizes = RHEA_TRY(check_block_sizes(options));
    std::unique_ptr<IdeCdrom> drive(new IdeCdrom(backend, options, sizes));
    RHEA_CHECK(backend.attach(*drive, drive->block_use(false)));
    drive->configure_backend();
    drive->set_names(serial, "QEMU DVD-ROM");
    return drive;
}

IdeCdrom::IdeCdrom(BlockBackend& backend, const IdeOptions& options, const BlockSizes& sizes)
    : IdeDrive(kType, backend, options, sizes) {}

void IdeCdrom::reset_state() {
    IdeDrive::reset_state();
    tray_open_ = locked_ = false;
    sense_ = {};
    change_ = Change::none;
    buffered_.clear();
    taken_ = 0;
    blocks_left_ = 0;
}

void IdeCdrom::medium_changed(bool load) {
    tray_open_ = !load;
    change_ = Change::report_absence;
    new_media_event_ = true;
    eject_event_ = false;
    raise_irq();
}

void IdeCdrom::eject_request(bool force) {
    eject_event_ = true;
    if (force) locked_ = false;
    raise_irq();
}

std::uint32_t IdeCdrom::total_blocks() const {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(backend().size() / kBlockSize, 0xffffffff));
}

bool IdeCdrom::in_range(std::uint32_t first, std::uint32_t count) const {
    const auto total = total_blocks();
    return first < total && count <= total - first;
}

// --- ATA commands ---------------------------------------------------------------------------------------------------------

IdeDrive::Outcome IdeCdrom::execute(std::uint8_t code) {
    switch (code) {
        case kDeviceReset: return device_reset();
        case 0x90: return diagnose();
        case 0xa0: return packet();
        case 0xa1: return identify_packet_device();
        case 0xe7: flush(); return Outcome::pending;
        case 0xef: return set_features();
        // READ SECTORS and IDENTIFY DEVICE tell that this is no disk.
        case 0x20:
        case 0xec: cable().set_signature(unit()); return Outcome::aborted;
        default: return Outcome::aborted;
    }
}

IdeDrive::Outcome IdeCdrom::device_reset() {
    reset_state();
    diagnose();
    registers().error = 0;
    return Outcome::pending;
}

IdeDrive::Outcome IdeCdrom::identify_packet_device() {
    if (!identification()) {
        identification() = IdeIdentification::of_cdrom(names());
        identification()->set_queue_depth(cable().queue_depth());
    }
    return send_identification();
}

// --- packets --------------------------------------------------------------------------------------------------------------

IdeDrive::Outcome IdeCdrom::packet() {
    by_dma_ = (registers().features.now & kPacketByDma) != 0;
    registers().count.now = kReasonCommand;
    receive_data(kPacketSize, [this] { run_packet(); });
    return Outcome::pending;
}

void IdeCdrom::succeed() {
    registers().error = 0;
    end_packet(kReady | kSeekDone);
}

void IdeCdrom::check_condition(Sense sense) {
    sense_ = sense;
    show_sense();
}

void IdeCdrom::show_sense() {
    registers().error = static_cast<std::uint8_t>(sense_.key << 4);
    end_packet(kReady | kError);
}

void IdeCdrom::end_packet(std::uint8_t status) {
    set_status(status);
    registers().count.now = static_cast<std::uint8_t>((registers().count.now & ~7u) | kReasonToHost | kReasonCommand);
    raise_irq();
}

void IdeCdrom::reply(std::vector<std::uint8_t> data, std::size_t allocated) {
    data.resize(std::min(data.size(), allocated));
    if (data.empty() && !by_dma_) return succeed();
    buffered_ = std::move(data);
    taken_ = 0;
    blocks_left_ = 0;
    start_data();
}

void IdeCdrom::read_blocks(std::uint32_t first, std::uint32_t count, std::uint32_t block_size) {
    if (count == 0) return succeed();
    if (!in_range(first, count)) return check_condition(kOutOfRange);
    buffered_.clear();
    taken_ = 0;
    next_block_ = first;
    blocks_left_ = count;
    block_size_ = block_size;
    start_data();
}

void IdeCdrom::start_data() {
    if (!by_dma_) {
        if (byte_limit() == 0) return abort_command();      // without an interrupt
        return send_burst();
    }
    begin_dma([this] { dma_begin(); },
              static_cast<std::uint8_t>(kReady | kSeekDone | kDataRequest | (blocks_left_ > 0 ? kBusy : 0)));
}

std::uint32_t IdeCdrom::byte_limit() const {
    const auto& r = registers();
    return std::min<std::uint32_t>(r.lba_middle.now | r.lba_high.now << 8, 0xfffe);
}

void IdeCdrom::send_burst() {
    const auto left = bytes_left();
    if (left == 0) return succeed();
    const auto limit = byte_limit();
    // The port is 16 bits wide: of several bursts each but the last is even.
    const auto size = static_cast<std::size_t>(left <= limit ? left : limit & ~1u);
    if (buffered_.size() - taken_ < size) return fill_buffer(size, [this] { send_burst(); });
    const auto from = buffered_.begin() + static_cast<std::ptrdiff_t>(taken_);
    std::vector<std::uint8_t> burst(from, from + static_cast<std::ptrdiff_t>(size));
    taken_ += size;
    auto& r = registers();
    r.lba_middle.now = static_cast<std::uint8_t>(size);
    r.lba_high.now = static_cast<std::uint8_t>(size >> 8);
    r.count.now = static_cast<std::uint8_t>((r.count.now & ~7u) | kReasonToHost);
    send_data(std::move(burst), [this] { send_burst(); });
    raise_irq();
}

void IdeCdrom::fill_buffer(std::size_t bytes, const std::function<void()>& then) {
    buffered_.erase(buffered_.begin(), buffered_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
    const auto missing = static_cast<std::uint32_t>((bytes - buffered_.size() + block_size_ - 1) / block_size_);
    const auto count = std::min(missing, blocks_left_);
    registers().status |= kBusy;
    const auto data = std::make_shared<std::vector<std::uint8_t>>(std::size_t{count} * kBlockSize);
    backend().read(std::uint64_t{next_block_} * kBlockSize, *data, unless_reset([this, data, count, bytes, then](const IoOutcome& io) {
        if (!io.ok() && !read_failed(io, [this, bytes, then] { fill_buffer(bytes, then); })) return;
        for (std::uint32_t i = 0; i < count; ++i)
            append_block({data->data() + std::size_t{i} * kBlockSize, kBlockSize}, next_block_ + i, block_size_ != kBlockSize,
                         buffered_);
        next_block_ += count;
        blocks_left_ -= count;
        then();
    }));
}

bool IdeCdrom::read_failed(const IoOutcome& io, std::function<void()> again) {
    const auto report = [this, &io] {
        if (by_dma_) {
            forget_dma();
            dma().end(IdeDmaEnd::failed);
        }
        check_condition(io.error == ENOMEDIUM ? kNoMedium : kOutOfRange);
    };
    if (by_dma_) return settle(io, std::move(again), report);
    backend().stats().failed(io);
    report();
    return false;
}

// --- by the bus master ----------------------------------------------------------------------------------------------------

void IdeCdrom::dma_begin() {
    dma_fits_ = dma().map(bytes_left());
    dma_offset_ = 0;
    dma_step();
}

void IdeCdrom::dma_step() {
    const auto left = bytes_left();
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, kDmaChunk));
    if (buffered_.size() - taken_ < size) return fill_buffer(size, [this] { dma_step(); });
    dma().to_memory(dma_offset_, {buffered_.data() + taken_, size});
    dma_offset_ += size;
    taken_ += size;
    if (!dma_fits_) {
        // The table ends before the data: the drive waits for ever, until it is reset.
        forget_dma();
        return dma().end(IdeDmaEnd::too_short);
    }
    if (left > size) return dma_step();
    forget_dma();
    dma().end(IdeDmaEnd::failed);      // leaves nothing active, however much memory was left
    succeed();
}

}  // namespace rhea
