#include "machine/devices/ahci_port.h"

#include <algorithm>

#include "machine/devices/atapi.h"
#include "machine/devices/ide_disk.h"

namespace rhea {

using namespace ata;

namespace {

enum Register : unsigned {
    kList = 0x00, kListHigh = 0x04, kReceived = 0x08, kReceivedHigh = 0x0c, kEvents = 0x10, kEnabled = 0x14, kCommand = 0x18, kTask = 0x20,
    kSignature = 0x24, kSataStatus = 0x28, kSataControl = 0x2c, kSataError = 0x30, kSataActive = 0x34, kIssue = 0x38
};

// PxCMD
constexpr std::uint32_t kStart = 0x0001, kPowered = 0x0006, kReceive = 0x0010, kListRunning = 0x8000, kCommandWritable = 0x0f82001f;
// PxIS
constexpr std::uint32_t kRegisterFisEvent = 1u << 0, kPioSetupEvent = 1u << 1, kDeviceBitsEvent = 1u << 3, kOverflowEvent = 1u << 24, kTaskErrorEvent = 1u << 30;
constexpr std::uint32_t kEventsThatExist = 0xfdc000ff;

constexpr std::uint32_t kLinkUp = 0x0113;      // PxSSTS: a device, first generation speed, active
constexpr std::uint32_t kTaskIdle = 0x7f, kNoSignature = 0xffffffff;

// The list and the tables.
constexpr unsigned kHeaderSize = 32, kDescriptorSize = 16, kPacketAt = 0x40, kPacketSize = 16, kDescriptorsAt = 0x80;
constexpr std::uint32_t kDescriptorLength = 0x3fffff;

// FIS
constexpr std::uint8_t kHostToDevice = 0x27, kDeviceToHost = 0x34, kPioSetup = 0x5f, kDeviceBits = 0xa1;
constexpr std::uint8_t kIsCommand = 0x80, kMultiplier = 0x0f, kReservedBits = 0x70, kInterruptBit = 0x40;
constexpr unsigned kPioSetupAt = 0x20, kRegisterAt = 0x40, kDeviceBitsAt = 0x58;

constexpr std::uint8_t kReadQueued = 0x60, kWriteQueued = 0x61, kLastQueued = 0x65;

std::uint32_t load32(const std::uint8_t* from) { return from[0] | from[1] << 8 | from[2] << 16 | static_cast<std::uint32_t>(from[3]) << 24; }
std::uint64_t load64(const std::uint8_t* from) { return load32(from) | std::uint64_t{load32(from + 4)} << 32; }

void set_half(std::uint64_t& address, bool high, std::uint32_t value) {
    address = high ? (address & 0xffffffff) | std::uint64_t{value} << 32 : (address & ~std::uint64_t{0xffffffff}) | value;
}

}  // namespace

AhciPort::AhciPort(IdeMemory& memory, std::function<void()> changed) : IdeCable(1), memory_(memory), changed_(std::move(changed)) { reset(); }

AhciPort::~AhciPort() {
    // Its parts are gone before the cable cuts them off.
    for (IdeDrive*& drive : drives_)
        if (drive) drive->cut_off(), drive = nullptr;
}

void AhciPort::connect(unsigned unit, IdeDrive& drive) {
    IdeCable::connect(unit, drive);
    reset_port();
}

// --- registers

std::uint32_t AhciPort::read(unsigned offset) const {
    switch (offset) {
        case kList: return static_cast<std::uint32_t>(list_);
        case kListHigh: return static_cast<std::uint32_t>(list_ >> 32);
        case kReceived: return static_cast<std::uint32_t>(received_);
        case kReceivedHigh: return static_cast<std::uint32_t>(received_ >> 32);
        case kEvents: return events_;
        case kEnabled: return enabled_;
        case kCommand: return command_;
        case kTask: return task_;
        case kSignature: return signature_;
        case kSataStatus: return status_;
        case kSataControl: return control_;
        case kSataError: return errors_;
        case kSataActive: return queued_;
        case kIssue: return issued_;
        default: return 0;
    }
}

void AhciPort::write(unsigned offset, std::uint32_t value) {
    constexpr std::uint32_t kDetection = 0x0f;
    switch (offset) {
        case kList: return set_half(list_, false, value);
        case kListHigh: return set_half(list_, true, value);
        case kReceived: return set_half(received_, false, value);
        case kReceivedHigh: return set_half(received_, true, value);
        case kEvents: events_ &= ~value; return changed_();
        case kEnabled: enabled_ = value & kEventsThatExist; return changed_();
        case kCommand: return write_command(value);
        case kSataControl: {
            const bool released = (control_ & kDetection) == 1 && (value & kDetection) == 0;
            control_ = value;
            if (released) reset_port();
            return;
        }
        case kSataError: errors_ &= ~value; return;
        case kSataActive: queued_ |= value; return;
        case kIssue:
            issued_ |= value;
            stuck_ = 0;
            return run_commands();
        default: return;
    }
}

void AhciPort::write_command(std::uint32_t value) {
    command_ = (command_ & (kListRunning | kReceiving)) | (value & kCommandWritable);
    command_ = command_ & kStart ? command_ | kListRunning : command_ & ~kListRunning;
    command_ = command_ & kReceive ? command_ | kReceiving : command_ & ~kReceiving;
    if (!(command_ & kStart)) issued_ = queued_ = stuck_ = 0;
    send_signature();
    run_commands();
}

/// What the drive sent when it came up waits until somebody receives it.
void AhciPort::send_signature() {
    if (!receives() || signature_sent_) return;
    send_register_fis();
    signature_sent_ = true;
    const TaskFile& task = task_files_[0];
    signature_ = static_cast<std::uint32_t>(task.lba_high.now << 24 | task.lba_middle.now << 16 | task.lba_low.now << 8 | task.count.now);
}

void AhciPort::reset() {
    events_ = enabled_ = control_ = 0;
    command_ = kPowered;
    reset_port();
}

void AhciPort::reset_port() {
    ++generation_;
    active_ = false;
    ready_ = nullptr;
    taken_ = finished_ = queued_ = issued_ = stuck_ = 0;
    errors_ = status_ = 0;
    task_ = kTaskIdle;
    signature_ = kNoSignature;
    signature_sent_ = in_reset_ = false;
    TaskFile& task = task_files_[0];
    task = {};
    IdeDrive* at = drive(0);
    if (at) at->reset_state();
    set_signature(0);
    task.error = at ? 1 : 0;
    task.status = kReady | kSeekDone;
    if (!at) return;
    // As QEMU's drives come up.
    constexpr std::uint8_t kWriteFault = 0x20;
    task.status = kSeekDone | kWriteFault;
    if (dynamic_cast<IdeCdrom*>(at)) task.status |= kReady;
    status_ = kLinkUp;
    send_signature();
}

void AhciPort::raise(std::uint32_t event) {
    events_ |= event;
    changed_();
}

// --- frames to the host

void AhciPort::show_status(std::uint8_t keep) {
    const TaskFile& task = task_files_[0];
    const auto status = static_cast<std::uint8_t>((task.status & ~keep) | (task_ & keep));
    task_ = static_cast<std::uint32_t>(task.error << 8 | status);
    if (task.status & kError) raise(kTaskErrorEvent);
}

template <std::size_t N>
void AhciPort::store_fis(unsigned at, const std::array<std::uint8_t, N>& fis) {
    memory_.write_memory((received_ & ~std::uint64_t{0xff}) + at, fis.data(), fis.size());
}

void AhciPort::send_register_fis(bool interrupt) {
    if (!receives()) return;
    const TaskFile& t = task_files_[0];
    store_fis<20>(kRegisterAt, {kDeviceToHost, interrupt ? kInterruptBit : std::uint8_t{0}, t.status, t.error, t.lba_low.now, t.lba_middle.now, t.lba_high.now, t.device,
                                t.lba_low.previous, t.lba_middle.previous, t.lba_high.previous, 0, t.count.now, t.count.previous});
    show_status();
    if (interrupt) raise(kRegisterFisEvent);
}

void AhciPort::send_pio_setup(std::size_t bytes, bool interrupt) {
    if (!receives()) return;
    const TaskFile& t = task_files_[0];
    store_fis<20>(kPioSetupAt, {kPioSetup, interrupt ? kInterruptBit : std::uint8_t{0}, t.status, t.error, t.lba_low.now, t.lba_middle.now, t.lba_high.now,
                                t.device, t.lba_low.previous, t.lba_middle.previous, t.lba_high.previous, 0, t.count.now, t.count.previous, 0, t.status,
                                static_cast<std::uint8_t>(bytes), static_cast<std::uint8_t>(bytes >> 8), 0, 0});
    show_status();
    if (interrupt) raise(kPioSetupEvent);
}

void AhciPort::send_device_bits() {
    if (!receives()) return;
    const TaskFile& t = task_files_[0];
    const auto byte = [this](unsigned n) { return static_cast<std::uint8_t>(finished_ >> (8 * n)); };
    store_fis<8>(kDeviceBitsAt, {kDeviceBits, kInterruptBit, static_cast<std::uint8_t>(t.status & 0x77), t.error, byte(0), byte(1), byte(2), byte(3)});
    queued_ &= ~finished_;
    finished_ = 0;
    show_status(kBusy | kDataRequest);
    if (!(t.status & kError)) raise(kDeviceBitsEvent);
}

// --- commands

void AhciPort::run_commands() {
    if (running_ || moving_) return;
    running_ = true;
    for (unsigned slot = 0; slot < kSlots && (command_ & kStart) && issued_ != 0; ++slot)
        if ((issued_ & ~stuck_ & 1u << slot) && start(slot)) issued_ &= ~(1u << slot);
    running_ = false;
}

bool AhciPort::start(unsigned slot) {
    IdeDrive* at = drive(0);
    if (active_ || !at) return false;
    if (task_files_[0].status & (kBusy | kDataRequest)) return false;

    Command command;
    command.header = (list_ & ~std::uint64_t{0x3ff}) + std::uint64_t{slot} * kHeaderSize;
    std::uint8_t header[kHeaderSize];
    memory_.read_memory(command.header, header, sizeof header);
    command.flags = load32(header);
    command.descriptors = command.flags >> 16;
    command.table = load64(header + 8) & ~std::uint64_t{0x7f};
    std::uint8_t fis[20];
    memory_.read_memory(command.table, fis, sizeof fis);
    if (fis[0] != kHostToDevice || (fis[1] & (kMultiplier | kReservedBits))) return true;
    if (!(fis[1] & kIsCommand)) {
        control(fis[15]);
        stuck_ |= 1u << slot;
        return false;
    }
    if (fis[2] >= kReadQueued && fis[2] <= kLastQueued && fis[2] != 0x62) return start_queued(slot, command, fis);

    TaskFile& task = task_files_[0];
    task.features = {fis[3], fis[11]};
    task.lba_low = {fis[4], fis[8]};
    task.lba_middle = {fis[5], fis[9]};
    task.lba_high = {fis[6], fis[10]};
    task.device = fis[7];
    task.count = {fis[12], fis[13]};
    task.error = 0;
    const std::uint8_t none[4] = {};
    memory_.write_memory(command.header + 4, none, sizeof none);
    current_ = command;
    slot_ = slot;
    packet_sent_ = false;
    active_ = true;
    at->command(fis[2]);
    settle();
    return false;      // it has left the list by itself
}

/// Software reset: the bit is set, then cleared.
void AhciPort::control(std::uint8_t value) {
    const bool reset = (value & kControlReset) != 0;
    if (reset) {
        in_reset_ = true;
    } else if (in_reset_) {
        reset_port();
    }
}

void AhciPort::settle() {
    if (!active_ || moving_ || ready_ || (task_files_[0].status & (kBusy | kDataRequest))) return;
    active_ = false;
    // One that failed stays in the list until the guest stops it.
    if (task_files_[0].status & kError) stuck_ |= 1u << slot_;
    else issued_ &= ~(1u << slot_);
    send_register_fis();
    run_commands();
}

// --- data of the command under way

bool AhciPort::find_pieces(const Command& command, std::uint64_t offset, std::uint64_t bytes, std::vector<Piece>& out) const {
    out.clear();
    std::uint64_t found = 0;
    for (std::uint32_t i = 0; i < command.descriptors && found < bytes; ++i) {
        std::uint8_t descriptor[kDescriptorSize];
        memory_.read_memory(command.table + kDescriptorsAt + std::uint64_t{i} * kDescriptorSize, descriptor, sizeof descriptor);
        const std::uint64_t address = load64(descriptor), length = (load32(descriptor + 12) & kDescriptorLength) + std::uint64_t{1};
        if (offset >= length) {
            offset -= length;
            continue;
        }
        const auto taken = std::min<std::uint64_t>(length - offset, bytes - found);
        out.push_back({address + offset, static_cast<std::uint32_t>(taken)});
        found += taken;
        offset = 0;
    }
    return found == bytes;
}

void AhciPort::copy(const std::vector<Piece>& pieces, std::uint64_t offset, std::uint8_t* data, std::uint64_t length, bool to_guest) {
    for (const Piece& piece : pieces) {
        if (length == 0) return;
        if (offset >= piece.length) {
            offset -= piece.length;
            continue;
        }
        const auto part = std::min<std::uint64_t>(piece.length - offset, length);
        if (to_guest) memory_.write_memory(piece.address + offset, data, part);
        else memory_.read_memory(piece.address + offset, data, part);
        data += part;
        length -= part;
        offset = 0;
    }
}

void AhciPort::count_moved(std::uint64_t bytes) {
    current_.moved += static_cast<std::uint32_t>(bytes);
    const std::uint32_t moved = current_.moved;
    const std::uint8_t word[4] = {static_cast<std::uint8_t>(moved), static_cast<std::uint8_t>(moved >> 8), static_cast<std::uint8_t>(moved >> 16),
                                  static_cast<std::uint8_t>(moved >> 24)};
    memory_.write_memory(current_.header + 4, word, sizeof word);
}

void AhciPort::data_ready(IdeDrive& drive) {
    if (!active_) return;
    ready_ = &drive;
    if (moving_) return;
    // What comes of one piece is often the next one: they are moved in turn, not one within the other.
    moving_ = true;
    while (IdeDrive* next = std::exchange(ready_, nullptr)) move_data(*next);
    moving_ = false;
    settle();
}

void AhciPort::move_data(IdeDrive& drive) {
    const std::span<std::uint8_t> data = drive.port_data();
    const bool to_guest = drive.sends_data(), packet = current_.packet() && !packet_sent_;
    send_pio_setup(data.size(), packet_sent_ || (!current_.packet() && to_guest));
    if (packet) {
        // It stands in the command's table.
        std::uint8_t bytes[kPacketSize] = {};
        memory_.read_memory(current_.table + kPacketAt, bytes, sizeof bytes);
        std::copy_n(bytes, std::min<std::size_t>(sizeof bytes, data.size()), data.begin());
    } else {
        std::vector<Piece> pieces;
        find_pieces(current_, current_.moved, data.size(), pieces);
        copy(pieces, 0, data.data(), data.size(), to_guest);
        count_moved(data.size());
    }
    packet_sent_ = true;
    drive.port_done();
}

bool AhciPort::map(std::uint64_t bytes) {
    mapped_ = bytes;
    return find_pieces(current_, 0, bytes, pieces_);
}

void AhciPort::to_memory(std::uint64_t offset, std::span<const std::uint8_t> data) {
    copy(pieces_, offset, const_cast<std::uint8_t*>(data.data()), data.size(), true);
}

void AhciPort::from_memory(std::uint64_t offset, std::span<std::uint8_t> data) { copy(pieces_, offset, data.data(), data.size(), false); }

void AhciPort::end(IdeDmaEnd how) {
    if (how == IdeDmaEnd::done || dynamic_cast<IdeCdrom*>(drive(0))) {
        std::uint64_t moved = 0;
        for (const Piece& piece : pieces_) moved += piece.length;
        count_moved(moved);
    }
    pieces_.clear();
    settle();
}

// --- queued commands

bool AhciPort::start_queued(unsigned slot, const Command& command, const std::uint8_t* fis) {
    auto* disk = dynamic_cast<IdeDisk*>(drive(0));
    const unsigned tag = fis[12] >> 3;
    if (tag != slot || (taken_ & 1u << tag)) return true;
    // The drive says at once whether it takes the command.
    const auto accept = [this, slot] {
        send_register_fis(false);
        const bool good = !(task_files_[0].status & kError);
        if (!good) stuck_ |= 1u << slot;
        return good;
    };
    if (!disk || (fis[2] != kReadQueued && fis[2] != kWriteQueued)) return accept();
    const std::uint64_t sector = fis[4] | fis[5] << 8 | fis[6] << 16 | std::uint64_t{fis[8]} << 24 | std::uint64_t{fis[9]} << 32 | std::uint64_t{fis[10]} << 40;
    const std::uint32_t said = fis[3] | fis[11] << 8, count = said ? said : 0x10000;
    const auto pieces = std::make_shared<std::vector<Piece>>();
    if (!find_pieces(command, 0, std::uint64_t{count} * kSectorSize, *pieces)) {
        fail_queued();
        raise(kOverflowEvent);
        return accept();
    }
    const bool accepted = accept();
    const bool reads = fis[2] == kReadQueued;
    const auto data = std::make_shared<std::vector<std::uint8_t>>(std::size_t{count} * kSectorSize);
    if (!reads) copy(*pieces, 0, data->data(), data->size(), false);
    taken_ |= 1u << tag;
    disk->queued(reads ? IoKind::read : IoKind::write, sector, data, [this, generation = generation_, tag, pieces, data, reads](bool good) {
        if (generation != generation_) return;
        if (good && reads) copy(*pieces, 0, data->data(), data->size(), true);
        taken_ &= ~(1u << tag);
        finish_queued(tag, good);
    });
    return accepted;
}

void AhciPort::fail_queued() {
    task_files_[0].error = kAborted;
    task_files_[0].status = kReady | kError;
}

void AhciPort::finish_queued(unsigned slot, bool good) {
    TaskFile& task = task_files_[0];
    if (good) {
        task.status = kReady | kSeekDone;
        // Those that failed stay in the active register.
        finished_ |= 1u << slot;
    } else {
        fail_queued();
    }
    send_device_bits();
}

}  // namespace rhea
