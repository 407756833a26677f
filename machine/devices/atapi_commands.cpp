// The packet commands of a CD-ROM drive.
#include <algorithm>

#include "machine/devices/atapi.h"
#include "machine/devices/atapi_replies.h"

namespace rhea {

namespace {

constexpr std::uint8_t kUnitAttention = 0x06;
// Of a packet command: works before the guest has heard of a unit attention; wants a medium; moves no data, or not always, so that
// a byte count limit of 0 is no error in itself.
constexpr unsigned kDuringAttention = 1, kNeedsMedium = 2, kMayLackLimit = 4;
// READ CD: which parts of a sector.
constexpr std::uint8_t kParts = 0xf8, kDataOnly = 0x10, kAllParts = 0xf8;
// START STOP UNIT.
constexpr std::uint8_t kStart = 0x01, kLoadEject = 0x02, kPowerCondition = 0xf0;

}  // namespace

struct IdeCdrom::PacketCommand {
    std::uint8_t opcode;
    void (IdeCdrom::*run)();
    unsigned flags = 0;
};

const IdeCdrom::PacketCommand* IdeCdrom::find_command(std::uint8_t opcode) {
    using C = IdeCdrom;
    static constexpr PacketCommand kCommands[] = {
        {0x00, &C::test_unit_ready, kNeedsMedium | kMayLackLimit},
        {0x03, &C::request_sense, kDuringAttention},
        {0x12, &C::inquiry, kDuringAttention},
        {0x1b, &C::start_stop_unit, kMayLackLimit},
        {0x1e, &C::prevent_allow_removal, kMayLackLimit},
        {0x25, &C::read_capacity, kNeedsMedium},
        {0x28, &C::read_10, kNeedsMedium},
        {0x2b, &C::seek, kNeedsMedium | kMayLackLimit},
        {0x43, &C::read_toc, kNeedsMedium},
        {0x46, &C::get_configuration, kDuringAttention},
        {0x4a, &C::get_event_status, kDuringAttention},
        {0x51, &C::read_disc_information, kNeedsMedium},
        {0x5a, &C::mode_sense},
        {0xa8, &C::read_12, kNeedsMedium},
        {0xad, &C::read_dvd_structure, kNeedsMedium},
        {0xbb, &C::set_speed, kMayLackLimit},
        {0xbd, &C::mechanism_status},
        {0xbe, &C::read_cd, kNeedsMedium | kMayLackLimit},
    };
    const auto* found = std::find_if(std::begin(kCommands), std::end(kCommands), [=](const auto& c) { return c.opcode == opcode; });
    return found == std::end(kCommands) ? nullptr : found;
}

void IdeCdrom::run_packet() {
    std::copy_n(received().begin(), kPacketSize, packet_.begin());
    const auto* command = find_command(packet_[0]);
    const unsigned flags = command ? command->flags : 0;
    const bool during_attention = (flags & kDuringAttention) != 0;
    if (sense_.key == kUnitAttention && !during_attention) return show_sense();
    if (!during_attention && backend().available() && change_ != Change::none) {
        const bool first = change_ == Change::report_absence;
        change_ = first ? Change::report_attention : Change::none;
        return check_condition(first ? kNoMedium : kMediumChanged);
    }
    if ((flags & kNeedsMedium) && !backend().available()) return check_condition(kNoMedium);
    if (!command) return check_condition(kUnknownCommand);
    if (!by_dma_ && !(flags & kMayLackLimit) && byte_limit() == 0) return abort_command();
    (this->*command->run)();
}

std::uint32_t IdeCdrom::big_endian(std::size_t at, unsigned bytes) const {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < bytes; ++i) value = value << 8 | packet_[at + i];
    return value;
}

// --- state ----------------------------------------------------------------------------------------------------------------

void IdeCdrom::test_unit_ready() { succeed(); }

void IdeCdrom::request_sense() {
    auto data = atapi_sense(sense_.key, sense_.code);
    if (sense_.key == kUnitAttention) sense_.key = 0;
    reply(std::move(data), packet_[4]);
}

void IdeCdrom::start_stop_unit() {
    const auto what = packet_[4];
    if ((what & kPowerCondition) || !(what & kLoadEject)) return succeed();
    const bool open = !(what & kStart);
    if (open && !tray_open_ && locked_)
        return check_condition(backend().inserted() ? kRemovalPrevented : Sense{kBadField.key, kRemovalPrevented.code});
    if (open != tray_open_) {
        tray_open_ = open;
        backend().guest_moved_tray(open);
    }
    succeed();
}

void IdeCdrom::prevent_allow_removal() {
    locked_ = (packet_[4] & 1) != 0;
    succeed();
}

void IdeCdrom::get_event_status() {
    constexpr std::uint8_t kPolled = 0x01, kMediaClass = 0x10, kMedia = 0x04, kNone = 0x80;
    constexpr std::uint8_t kNewMedia = 0x02, kEjectRequest = 0x01;
    if (!(packet_[1] & kPolled)) return check_condition(kBadField);
    AtapiBytes data;
    if (packet_[4] & kMediaClass) {
        const std::uint8_t event = new_media_event_ ? kNewMedia : eject_event_ ? kEjectRequest : 0;
        (new_media_event_ ? new_media_event_ : eject_event_) = false;
        const auto status = static_cast<std::uint8_t>((tray_open_ ? 1 : 0) | (backend().available() ? 2 : 0));
        data = {0, 4, kMedia, kMediaClass, event, status, 0, 0};
    } else {
        data = {0, 0, kNone, kMediaClass};
    }
    reply(std::move(data), big_endian(7, 2));
}

void IdeCdrom::mechanism_status() { reply({0, 0, 0, 0, 0, 1, 0, 0}, big_endian(8, 2)); }

void IdeCdrom::set_speed() { succeed(); }

// --- what it is -----------------------------------------------------------------------------------------------------------

void IdeCdrom::inquiry() {
    constexpr std::uint8_t kVitalProductData = 0x01;
    const std::size_t allocated = packet_[4];
    if (!(packet_[1] & kVitalProductData)) return reply(atapi_inquiry(names().version), allocated);
    if (packet_[2] == 0x00) return reply(atapi_pages(), allocated);
    if (packet_[2] != 0x83) return check_condition(kBadField);
    auto page = atapi_identification(names().serial, names().model, names().wwn, allocated);
    if (!page) return check_condition(kNoRoom);
    reply(std::move(*page), allocated);
}

AtapiMedium IdeCdrom::medium() const { return {backend().available(), total_blocks()}; }

void IdeCdrom::get_configuration() {
    if (big_endian(2, 2) != 0) return check_condition(kBadField);
    reply(atapi_configuration(medium()), big_endian(7, 2));
}

void IdeCdrom::mode_sense() {
    const unsigned control = packet_[2] >> 6;      // current, changeable, default, saved values
    if (control == 3) return check_condition(kNoSavedPages);
    auto page = control == 0 ? atapi_mode_page(packet_[2] & 0x3f, locked_) : std::nullopt;
    if (!page) return check_condition(kBadField);
    reply(std::move(*page), big_endian(7, 2));
}

// --- the medium -----------------------------------------------------------------------------------------------------------

void IdeCdrom::read_capacity() {
    const auto last = total_blocks() - 1;
    reply({static_cast<std::uint8_t>(last >> 24), static_cast<std::uint8_t>(last >> 16), static_cast<std::uint8_t>(last >> 8),
           static_cast<std::uint8_t>(last), 0, 0, kBlockSize >> 8, kBlockSize & 0xff},
          8);
}

void IdeCdrom::read_10() { read_blocks(big_endian(2, 4), big_endian(7, 2), kBlockSize); }
void IdeCdrom::read_12() { read_blocks(big_endian(2, 4), big_endian(6, 4), kBlockSize); }

void IdeCdrom::read_cd() {
    const auto count = big_endian(6, 3);
    const std::uint8_t parts = packet_[9] & kParts;
    if (count == 0) return succeed();
    if (!in_range(big_endian(2, 4), count)) return check_condition(kOutOfRange);
    if (parts == 0) return succeed();
    if (parts != kDataOnly && parts != kAllParts) return check_condition(kBadField);
    read_blocks(big_endian(2, 4), count, parts == kDataOnly ? kBlockSize : kRawBlockSize);
}

void IdeCdrom::seek() {
    if (big_endian(2, 4) >= total_blocks()) return check_condition(kOutOfRange);
    succeed();
}

void IdeCdrom::read_toc() {
    auto toc = atapi_toc(medium(), packet_[9] >> 6, (packet_[1] & 2) != 0, packet_[6]);
    if (!toc) return check_condition(kBadField);
    reply(std::move(*toc), big_endian(7, 2));
}

void IdeCdrom::read_disc_information() {
    if (packet_[1] & 7) return check_condition(kBadField);      // other data than the standard ones
    reply(atapi_disc_information(), big_endian(7, 2));
}

void IdeCdrom::read_dvd_structure() {
    if (!medium().is_dvd()) return check_condition(kWrongMedium);
    auto data = (packet_[1] & 0x0f) == 0 ? atapi_dvd_structure(medium(), packet_[7]) : std::nullopt;
    if (!data) return check_condition(kBadField);
    reply(std::move(*data), big_endian(8, 2));
}

}  // namespace rhea
