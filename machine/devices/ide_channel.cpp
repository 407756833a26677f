#include "machine/devices/ide_channel.h"

#include "machine/devices/ide_drive.h"
#include "machine/devices/trace_points.h"

namespace rhea {

using namespace ata;

IdeChannel::IdeChannel(AddressSpace& ports, std::uint16_t command_base, std::uint16_t control_port, IrqLine irq, IdeMemory& memory)
    : IdeCable(kUnits),
      irq_(irq),
      bus_master_(*this, memory),
      command_mapping_(ports, {.name = "ide", .base = command_base, .size = 8, .handler = &command_block_, .max_access = 4}),
      control_mapping_(ports, {.name = "ide", .base = control_port, .size = 1, .handler = &control_port_, .max_access = 1}) {
    command_block_.base = command_base;
    control_port_.base = control_port;
    reset();
}

void IdeChannel::reset() {
    control_ = 0;
    selected_ = 0;
    task_files_ = {};
    bus_master_.reset();
    for (unsigned unit = 0; unit < kUnits; ++unit) {
        if (drives_[unit]) drives_[unit]->reset_state();
        set_signature(unit);
        task_files_[unit].status = kReady | kSeekDone;
    }
    irq_.lower();
}

void IdeChannel::raise_irq() {
    if (control_ & kControlNoInterrupt) return;
    bus_master_.interrupt();
    irq_.raise();
}

void IdeChannel::dma_started() {
    for (auto* drive : drives_)
        if (drive) drive->dma_started();
}

void IdeChannel::finish_dma() {
    for (auto* drive : drives_)
        if (drive) drive->finish_dma();
}

std::uint8_t IdeChannel::status() const {
    return empty() || (selected_ == 1 && !drives_[1]) ? 0 : task_files_[selected_].status;
}

std::uint8_t IdeChannel::read_register(unsigned index) {
    if (index == kStatus) {
        const auto value = status();
        if (!empty() && (selected_ == 0 || drives_[1])) irq_.lower();
        return value;
    }
    if (empty() || (selected_ == 1 && !drives_[1])) return 0;
    const auto& task_file = task_files_[selected_];
    const bool previous = (control_ & kControlHighOrder) != 0;
    const auto pair = [previous](const TaskFile::Pair& of) { return previous ? of.previous : of.now; };
    switch (index) {
        case kFeatures: return previous ? task_file.features.previous : task_file.error;
        case kCount: return pair(task_file.count);
        case kLbaLow: return pair(task_file.lba_low);
        case kLbaMiddle: return pair(task_file.lba_middle);
        case kLbaHigh: return pair(task_file.lba_high);
        case kDevice: return task_file.device;
        default: return 0;
    }
}

void IdeChannel::write_register(unsigned index, std::uint8_t value) {
    if (index == kStatus) return command(value);
    if (task_files_[selected_].status & (kBusy | kDataRequest)) return;      // the drive looks at nothing else now
    control_ &= static_cast<std::uint8_t>(~kControlHighOrder);
    for (auto& task_file : task_files_) {
        switch (index) {
            case kFeatures: task_file.features.push(value); break;
            case kCount: task_file.count.push(value); break;
            case kLbaLow: task_file.lba_low.push(value); break;
            case kLbaMiddle: task_file.lba_middle.push(value); break;
            case kLbaHigh: task_file.lba_high.push(value); break;
            case kDevice: task_file.device = value | kDeviceFixed; break;
            default: break;
        }
    }
    if (index == kDevice) selected_ = (value & kSlave) ? 1 : 0;
}

void IdeChannel::command(std::uint8_t code) {
    trace_device<"ide_exec_cmd">("IDE exec cmd: bus {}; state {}; cmd {:#04x}", fmt::ptr(this), fmt::ptr(drives_[selected_]), code);
    control_ &= static_cast<std::uint8_t>(~kControlHighOrder);
    irq_.lower();
    if (auto* drive = drives_[selected_]) {
        drive->command(code);
    } else if (selected_ == 0) {
        // Nobody is there, and yet the line of an absent master answers.
        task_files_[0].error = kAborted;
        task_files_[0].status = kReady | kError;
        raise_irq();
    }
}

void IdeChannel::write_control(std::uint8_t value) {
    control_ = value & static_cast<std::uint8_t>(~kControlReset);      // the reset is over at once
    if (!(value & kControlReset)) return;
    for (unsigned unit = 0; unit < kUnits; ++unit) {
        if (drives_[unit]) drives_[unit]->soft_reset();
        else set_signature(unit);
    }
}

namespace {

constexpr std::string_view kReadNames[] = {"Data",         "Error",         "Sector Count", "Sector Number",
                                           "Cylinder Low", "Cylinder High", "Device/Head",  "Status"};
constexpr std::string_view kWriteNames[] = {"Data",         "Features",      "Sector Count", "Sector Number",
                                            "Cylinder Low", "Cylinder High", "Device/Head",  "Command"};

}  // namespace

std::uint64_t IdeChannel::CommandBlock::io_read(std::uint64_t offset, unsigned size) {
    auto* drive = channel.drives_[channel.selected_];
    if (offset == kDataPort && size >= 2) {
        const std::uint32_t value = drive ? drive->read_data(size) : 0;
        if (size == 2) trace_device<"ide_data_readw">("IDE PIO rd @ {:#x} (Data: Word); val {:#06x}; bus {}; IDEState {}", base, value, fmt::ptr(&channel), fmt::ptr(drive));
        else trace_device<"ide_data_readl">("IDE PIO rd @ {:#x} (Data: Long); val {:#010x}; bus {}; IDEState {}", base, value, fmt::ptr(&channel), fmt::ptr(drive));
        return value;
    }
    if (size > 2) return 0xffffffff;      // nobody decodes that
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) {
        const unsigned index = static_cast<unsigned>(offset) + i;
        const std::uint8_t byte = channel.read_register(index);
        trace_device<"ide_ioport_read">("IDE PIO rd @ {:#x} ({}); val {:#04x}; bus {} IDEState {}", base + index, kReadNames[index & 7], byte, fmt::ptr(&channel), fmt::ptr(drive));
        value |= std::uint64_t{byte} << (8 * i);
    }
    return value;
}

void IdeChannel::CommandBlock::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    auto* drive = channel.drives_[channel.selected_];
    if (offset == kDataPort && size >= 2) {
        if (size == 2) trace_device<"ide_data_writew">("IDE PIO wr @ {:#x} (Data: Word); val {:#06x}; bus {}; IDEState {}", base, value, fmt::ptr(&channel), fmt::ptr(drive));
        else trace_device<"ide_data_writel">("IDE PIO wr @ {:#x} (Data: Long); val {:#010x}; bus {}; IDEState {}", base, value, fmt::ptr(&channel), fmt::ptr(drive));
        if (drive) drive->write_data(static_cast<std::uint32_t>(value), size);
        return;
    }
    if (size > 2) return;
    for (unsigned i = 0; i < size; ++i) {
        const unsigned index = static_cast<unsigned>(offset) + i;
        const auto byte = static_cast<std::uint8_t>(value >> (8 * i));
        trace_device<"ide_ioport_write">("IDE PIO wr @ {:#x} ({}); val {:#04x}; bus {} IDEState {}", base + index, kWriteNames[index & 7], byte, fmt::ptr(&channel), fmt::ptr(drive));
        channel.write_register(index, byte);
    }
}

std::uint64_t IdeChannel::ControlPort::io_read(std::uint64_t, unsigned) {
    const std::uint8_t value = channel.status();
    trace_device<"ide_status_read">("IDE PIO rd @ {:#x} (Alt Status); val {:#04x}; bus {}; IDEState {}", base, value, fmt::ptr(&channel), fmt::ptr(channel.drives_[channel.selected_]));
    return value;
}

void IdeChannel::ControlPort::io_write(std::uint64_t, std::uint64_t value, unsigned) {
    trace_device<"ide_ctrl_write">("IDE PIO wr @ {:#x} (Device Control); val {:#04x}; bus {}", base, value & 0xff, fmt::ptr(&channel));
    channel.write_control(static_cast<std::uint8_t>(value));
}

}  // namespace rhea
