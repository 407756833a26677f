// The commands of a disk that move no sectors, and the table of all of them (ATA/ATAPI-6, chapter 8).
#include <bit>

#include "machine/devices/ide_disk.h"

namespace rhea {

using namespace ata;

namespace {

constexpr std::uint8_t kTrim = 0x01;      // DATA SET MANAGEMENT

constexpr std::size_t kTrimEntry = 8;

}  // namespace

IdeDrive::Outcome IdeDisk::execute(std::uint8_t code) {
    switch (code) {
        case 0x20: case 0x21: return read_sectors(Width::lba28, 1);
        case 0x24: return read_sectors(Width::lba48, 1);
        case 0xc4: return read_sectors(Width::lba28, multiple_);
        case 0x29: return read_sectors(Width::lba48, multiple_);
        case 0x30: case 0x31: case 0x3c: return write_sectors(Width::lba28, 1);
        case 0x34: return write_sectors(Width::lba48, 1);
        case 0xc5: return write_sectors(Width::lba28, multiple_);
        case 0x39: return write_sectors(Width::lba48, multiple_);
        case 0xc8: case 0xc9: return transfer_by_dma(Width::lba28, IoKind::read);
        case 0x25: return transfer_by_dma(Width::lba48, IoKind::read);
        case 0xca: case 0xcb: return transfer_by_dma(Width::lba28, IoKind::write);
        case 0x35: return transfer_by_dma(Width::lba48, IoKind::write);
        case 0x06: return data_set_management();
        case 0xe7: case 0xea: flush(); return Outcome::pending;
        case 0xec: return identify_device();
        case 0xef: return set_features();
        case 0xc6: return set_multiple();
        case 0xb0: return smart();
        case 0x90: diagnose(); raise_irq(); return Outcome::pending;
        case 0x27: return native_max(Width::lba48);
        case 0xf8: return native_max(Width::lba28);
        case 0x98: case 0xe5: return check_power();
        case 0xf5: registers().count.now = 0; return Outcome::done;      // security is frozen anyway
        case 0x91: return initialize_parameters();
        // Nothing to do: RECALIBRATE, SEEK, VERIFY
        case 0x10: case 0x70: case 0x40: case 0x41: case 0x42: return Outcome::done;
        // STANDBY, IDLE, SLEEP, with their old codes
        case 0x94: case 0x95: case 0x96: case 0x97: case 0x99:
        case 0xe0: case 0xe1: case 0xe2: case 0xe3: case 0xe6: return Outcome::done_idle;
        default: return Outcome::aborted;
    }
}

IdeDrive::Outcome IdeDisk::identify_device() {
    if (!identification()) {
        identification() = IdeIdentification::of_disk(names(), {.geometry = {geometry_.cylinders, heads_, sectors_},
                                                                .sectors = total_sectors(),
                                                                .physical_block = sizes().physical,
                                                                .rotation_rate = options().rotation_rate.value_or(0),
                                                                .write_cache = backend().write_cache(),
                                                                .trim = sizes().can_discard});
        identification()->set_queue_depth(cable().queue_depth());
    }
    return send_identification();
}

IdeDrive::Outcome IdeDisk::set_multiple() {
    const unsigned sectors = registers().count.now;
    if (sectors > IdeIdentification::kMaxMultiple || (sectors != 0 && !std::has_single_bit(sectors))) return Outcome::aborted;
    multiple_ = sectors;
    return Outcome::done;
}

IdeDrive::Outcome IdeDisk::initialize_parameters() {
    heads_ = (registers().device & 0x0f) + 1u;
    sectors_ = registers().count.now;
    return Outcome::done;
}

IdeDrive::Outcome IdeDisk::smart() {
    const auto& r = registers();
    auto answer = smart_.command({r.features.now, r.lba_low.now, r.lba_middle.now, r.lba_high.now});
    if (!answer.ok) return Outcome::aborted;
    if (answer.data.empty()) return Outcome::done;
    send_data(std::move(answer.data), [this] { rest(); });
    raise_irq();
    return Outcome::pending;
}

IdeDrive::Outcome IdeDisk::check_power() {
    registers().count.now = 0xff;      // active or idle
    return Outcome::done;
}

IdeDrive::Outcome IdeDisk::native_max(Width width) {
    const auto total = total_sectors();
    if (total == 0) return Outcome::aborted;
    width_ = width;
    set_sector(total - 1);
    return Outcome::done;
}

// --- TRIM -----------------------------------------------------------------------------------------------------------------

struct IdeDisk::TrimList {
    std::vector<std::uint8_t> entries;
    std::size_t at = 0;
    std::uint32_t blocks = 0;
};

IdeDrive::Outcome IdeDisk::data_set_management() {
    if (registers().features.now != kTrim) return Outcome::aborted;
    remaining_ = registers().count.now;
    begin_dma([this] { read_trim_list(); });
    return Outcome::pending;
}

void IdeDisk::read_trim_list() {
    const auto bytes = std::uint64_t{remaining_} * kSectorSize;
    if (!dma().map(bytes)) return end_dma_short();
    const auto list = std::make_shared<TrimList>();
    list->blocks = remaining_;
    list->entries.resize(bytes);
    dma().from_memory(0, list->entries);
    trim(list);
}

void IdeDisk::trim(const std::shared_ptr<TrimList>& list) {
    for (; list->at < list->entries.size(); list->at += kTrimEntry) {
        std::uint64_t entry = 0;
        for (unsigned i = 0; i < kTrimEntry; ++i) entry |= std::uint64_t{list->entries[list->at + i]} << (8 * i);
        const std::uint64_t first = entry & 0xffffffffffff, count = entry >> 48;
        if (count == 0) continue;
        if (!in_range(first, count)) {
            backend().stats().invalid(IoKind::discard);
            return end_dma_with_error();
        }
        backend().discard(first * kSectorSize, count * kSectorSize, unless_reset([this, list](const IoOutcome& io) {
            if (!settle(io, [this, list] { trim(list); }, [this] { end_dma_with_error(); })) return;
            list->at += kTrimEntry;
            trim(list);
        }));
        return;
    }
    advance(list->blocks);
    end_dma();
}

}  // namespace rhea
