#include "machine/devices/pflash.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "machine/block/block_layer.h"
#include "machine/block/host.h"
#include "machine/devices/attached_drive.h"
#include "machine/devices/block_properties.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

enum Command : std::uint8_t {
    kReadArray = 0x00, kProgram = 0x10, kErase = 0x20, kProgramToo = 0x40, kClearStatus = 0x50, kLock = 0x60, kReadStatus = 0x70, kReadId = 0x90,
    kQuery = 0x98, kWriteBuffer = 0xe8, kLockConfirm = 0x01, kConfirm = 0xd0, kReset = 0xff
};

/// What the query command reads: from 0x10 on, the rest is zero. The size in bytes is 2 to the power of the one at 0x27, the sectors are
/// described from 0x2c on.
std::uint8_t query_byte(std::uint64_t at, std::uint64_t bytes) {
    const std::uint64_t sectors = bytes / Pflash::kSector;
    switch (at) {
        case 0x10: return 'Q';
        case 0x11: return 'R';
        case 0x12: return 'Y';
        case 0x13: return 0x01;     // Intel's command set
        case 0x15: return 0x31;     // where more stands of it
        case 0x1b: return 0x45;     // 4.5 V to 5.5 V
        case 0x1c: return 0x55;
        case 0x1f: case 0x20: return 0x07;      // times to program a byte and the buffer, to erase a sector, and how much longer at most
        case 0x21: return 0x0a;
        case 0x23: case 0x24: case 0x25: return 0x04;
        case 0x27: {
            unsigned power = 0;
            while ((bytes >> power) > 1) ++power;
            return static_cast<std::uint8_t>(power);
        }
        case 0x28: return 0x02;     // 8 and 16 bits
        case 0x2a: return 0x08;     // the buffer has 256 bytes
        case 0x2c: return 0x01;     // one region of sectors of one size
        case 0x2d: return static_cast<std::uint8_t>(sectors - 1);
        case 0x2e: return static_cast<std::uint8_t>((sectors - 1) >> 8);
        case 0x2f: return static_cast<std::uint8_t>(Pflash::kSector >> 8);
        case 0x30: return static_cast<std::uint8_t>(Pflash::kSector >> 16);
        case 0x31: return 'P';
        case 0x32: return 'R';
        case 0x33: return 'I';
        case 0x34: return '1';
        case 0x35: return '0';
        case 0x3f: return 0x01;     // protection fields
        default: return 0;
    }
}

}  // namespace

struct Pflash::Hold final : BlockDevice {
    explicit Hold(const Device& owner) : device(owner) {}
    std::string_view qdev_id() const override { return device.id(); }
    std::string qom_path() const override { return device.qom_path(); }
    const Device& device;
};

Pflash::Pflash(std::string name) : Device(qom::Values(kType)), hold_(std::make_unique<Hold>(*this)) {
    values().keep(*kType.find("name"), QObject(std::move(name)));
    values().keep(*kType.find("sector-length"), QObject(std::int64_t{kSector}));
    values().keep(*kType.find("width"), QObject(1));
}

Pflash::~Pflash() {
    if (backend_) leave_drive(*backend_, *hold_, realized());
}

Result<void> Pflash::insert(BlockLayer& block, BlockBackend& backend, AddressSpace& memory, std::uint64_t end) {
    read_only_ = backend.read_only();
    RHEA_CHECK(backend.attach(*hold_, {.writable = !read_only_, .share_rw = true, .resizable = false, .called = qom_path()}));
    backend_ = &backend;
    block_layer_ = &block;
    bytes_.resize(backend.size());
    if (const int error = backend.read_now(0, bytes_)) return fail(fmt::format("can't read initial flash content: {}", std::strerror(error)));
    base_ = end - bytes_.size();
    mapping_.emplace(memory, AddressSpace::Region{.name = values().text("name").value_or(""), .base = base_, .size = bytes_.size(), .handler = this, .max_access = 4});
    values().keep(*kType.find("num-blocks"), QObject(static_cast<std::int64_t>(bytes_.size() / kSector)));
    set_realized();
    return {};
}

void Pflash::reset() {
    read_array();
    status_ = kReady;
}

std::uint64_t Pflash::io_read(std::uint64_t offset, unsigned size) {
    switch (command_) {
        case kReadArray: {
            std::uint64_t value = 0;
            for (unsigned i = 0; i < size && offset + i < bytes_.size(); ++i) value |= std::uint64_t{bytes_[offset + i]} << (8 * i);
            return value;
        }
        case kReadId: return 0;
        case kQuery: return query_byte(offset & 0xff, bytes_.size());
        default: return size > 2 ? status_ * 0x00010001u : status_;
    }
}

void Pflash::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (cycle_ == 0) return begin(offset, static_cast<std::uint8_t>(value));
    if (cycle_ == 1) return confirm(offset, value, size);
    if (cycle_ == 2) return fill_buffer(offset, value, size);
    // The buffer is full.
    if (static_cast<std::uint8_t>(value) != kConfirm || (status_ & kProgramError) || !block_) return read_array();
    std::copy(buffer_.begin(), buffer_.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(*block_));
    save(*std::exchange(block_, std::nullopt), kBlock);
    done();
}

void Pflash::begin(std::uint64_t offset, std::uint8_t command) {
    switch (command) {
        case kProgram: case kProgramToo: case kLock: case kQuery: break;
        case kErase: erase(offset); break;
        case kReadStatus: case kReadId: command_ = command; return;
        case kWriteBuffer: status_ |= kReady; break;
        case kClearStatus: status_ = 0; return read_array();
        default: return read_array();
    }
    command_ = command;
    cycle_ = 1;
}

void Pflash::confirm(std::uint64_t offset, std::uint64_t value, unsigned size) {
    const auto byte = static_cast<std::uint8_t>(value);
    switch (command_) {
        case kProgram: case kProgramToo:
            if (read_only_) {
                status_ |= kProgramError;
            } else {
                put(bytes_, offset, value, size);
                save(offset, size);
            }
            return done();
        case kErase: return byte == kConfirm ? done() : read_array();
        case kLock: return byte == kConfirm || byte == kLockConfirm ? done() : read_array();
        case kWriteBuffer:
            left_ = byte;
            cycle_ = 2;
            return;
        default:        // the query goes on until it is ended
            if (byte == kReset) read_array();
    }
}

void Pflash::fill_buffer(std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (!block_) {
        block_ = offset & ~(kBlock - 1);
        std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(*block_), kBlock, buffer_.begin());
    }
    if (read_only_ || offset < *block_ || offset + size > *block_ + kBlock) status_ |= kProgramError;
    else put(buffer_, offset - *block_, value, size);
    status_ |= kReady;
    if (left_-- == 0) cycle_ = 3;
}

void Pflash::read_array() {
    command_ = kReadArray;
    cycle_ = 0;
    block_.reset();
}

/// Reads see the status until another command comes.
void Pflash::done() {
    status_ |= kReady;
    cycle_ = 0;
}

void Pflash::erase(std::uint64_t offset) {
    const std::uint64_t sector = offset & ~(kSector - 1);
    if (read_only_) {
        status_ |= kEraseError;
    } else {
        std::fill_n(bytes_.begin() + static_cast<std::ptrdiff_t>(sector), kSector, std::uint8_t{0xff});
        save(sector, kSector);
    }
    status_ |= kReady;
}

void Pflash::put(std::span<std::uint8_t> into, std::uint64_t offset, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size && offset + i < into.size(); ++i) into[offset + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

/// The array is the flash; the drive keeps it. A copy goes there, for the array may be written meanwhile.
void Pflash::save(std::uint64_t offset, std::uint64_t length) {
    const auto from = bytes_.begin() + static_cast<std::ptrdiff_t>(offset);
    const auto copy = std::make_shared<std::vector<std::uint8_t>>(from, from + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(length, bytes_.size() - offset)));
    backend_->write(offset, *copy, [copy, this](const IoOutcome& io) {
        if (io.ok()) return;
        backend_->stats().failed(io);
        block_layer_->host().warn(fmt::format("Could not update PFLASH: {}\n", std::strerror(io.error)));
    });
}

// --- QOM

namespace {

QObject drive_of(const Pflash& flash) { return flash.backend() ? drive_property(*flash.backend()) : QObject(""); }

constexpr qom::Property kProperties[] = {
    qom::property("drive", qom::kDrive).shown_by<drive_of>(),
    qom::property("num-blocks", qom::kUint32, 0),
    qom::property("sector-length", qom::kUint64, 0),
    qom::property("width", qom::kUint8, 0),
    qom::property("device-width", qom::kUint8, 0),
    qom::property("max-device-width", qom::kUint8, 0),
    qom::property("big-endian", qom::kBit, false),
    qom::property("secure", qom::kBit, false),
    qom::property("id0", qom::kUint16, 0),
    qom::property("id1", qom::kUint16, 0),
    qom::property("id2", qom::kUint16, 0),
    qom::property("id3", qom::kUint16, 0),
    qom::property("name", qom::kText),
    qom::property("old-multiple-chip-handling", qom::kBool, false),
};

qom::Region place_of(const Pflash& flash) { return {qom::kMemorySpace, flash.base(), flash.bytes().size()}; }
constexpr qom::Nodes kArray = qom::region<place_of>("flash");

}  // namespace

constinit const qom::Type Pflash::kType{.name = "cfi.pflash01", .parent = &kSystemDevice, .properties = kProperties, .pluggable = false};

void Pflash::list_extras(const std::function<void(Extra)>& visit) const {
    if (backend_) visit({.name = values().text("name").value_or("") + "[0]", .nodes = &kArray});
}

}  // namespace rhea
