#include "machine/devices/piix4_pm.h"

#include "machine/gsi.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr PciIdentity kPowerManagement{
    .vendor = 0x8086, .device = 0x7113, .class_code = 0x0680, .revision = 3, .status = 0x0280, .interrupt_pin = 1};

// Configuration registers.
constexpr unsigned kBase = 0x40, kSmiControl = 0x58, kEnable = 0x80;

// PM1 status and enable bits.
constexpr std::uint16_t kTimerOverflow = 0x0001, kGlobal = 0x0020, kPowerButton = 0x0100, kRtc = 0x0400, kWake = 0x8000;
constexpr std::uint16_t kInterrupting = kTimerOverflow | kGlobal | kPowerButton | kRtc;
// PM1 control.
constexpr std::uint16_t kSciEnable = 0x0001, kSleepEnable = 0x2000;
enum SleepType { kSoftOff = 0, kSuspend = 1, kSuspendToDisk = 2 };

constexpr std::uint8_t kApmAcpiOn = 0xf1, kApmAcpiOff = 0xf0;

constexpr std::int64_t kTimerHz = 3'579'545, kSecond = 1'000'000'000;
constexpr std::int64_t kHalfTurn = 1 << 23;  // the 24-bit timer's top bit changes

__extension__ using Wide = __int128;

/// Replaces `size` bytes at `offset` of a 16-bit register.
std::uint16_t merge(std::uint16_t old, std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (size >= 2) return static_cast<std::uint16_t>(value);
    return static_cast<std::uint16_t>(offset & 1 ? (old & 0x00ff) | (value & 0xff) << 8 : (old & 0xff00) | (value & 0xff));
}

}  // namespace

Piix4Pm::Piix4Pm(AddressSpace& ports, Clocks& clocks, IrqLine sci, MachineControl& control)
    : PciDevice(kType, kPowerManagement),
      ports_(ports),
      clocks_(clocks),
      sci_(sci),
      control_(control),
      registers_(*this),
      apm_(*this),
      apm_mapping_(ports, {.name = "apm-io", .base = 0xb2, .size = 2, .handler = &apm_, .max_access = 1}),
      overflow_timer_(clocks, ClockType::virtual_time, [this] { update_sci(); }),
      gpe_(ports, [this] { update_sci(); }),
      pci_hotplug_(ports),
      cpu_hotplug_(ports, [this] { gpe_.raise(AcpiGpe::kCpuHotplug); }),
      smbus_(ports) {
    add_part("i2c", i2c_);
    set_config(kBase, 0x01, 1);
    set_config(0x5f, 0x10, 1);
    set_config(0x63, 0x60, 1);
    set_config(0x90, 0xb101, 2);
    set_config(0xd2, 0x09, 1);
}

void Piix4Pm::config_write(unsigned reg, std::uint32_t value, unsigned size) {
    PciDevice::config_write(reg, value, size);
    const auto touches = [&](unsigned from, unsigned length) { return reg < from + length && reg + size > from; };
    if (touches(kBase, 4) || touches(kEnable, 1)) update_mapping();
}

void Piix4Pm::reset() {
    PciDevice::reset();
    set_config(kSmiControl, 0, 4);
    set_config(kBase, 0x01, 1);
    set_config(kEnable, 0, 1);
    update_mapping();
    apm_.command = apm_.status = 0;
    status_ = enabled_ = control_register_ = 0;
    overflow_at_ = 0;
    pci_hotplug_.reset();
    smbus_.reset();
    gpe_.reset();
    update_sci();
}

void Piix4Pm::update_mapping() {
    mapping_.reset();
    if (!(config_byte(kEnable) & 1)) return;
    mapping_.emplace(ports_, AddressSpace::Region{.name = "piix4-pm",
                                                  .base = config_word(kBase) & 0xffc0u,
                                                  .size = 12,
                                                  .handler = &registers_,
                                                  .max_access = 4,
                                                  .priority = 1});
}

void Piix4Pm::press_power_button() {
    status_ |= kPowerButton;
    update_sci();
}

void Piix4Pm::woken(WakeupCause cause) {
    switch (cause) {
        case WakeupCause::rtc: status_ |= kWake | kRtc; break;
        case WakeupCause::pm_timer: status_ |= kWake | kTimerOverflow; break;
        // A guest expects some reason.
        case WakeupCause::other: status_ |= kWake | kPowerButton; break;
    }
    update_sci();
}

std::int64_t Piix4Pm::ticks() const {
    return static_cast<std::int64_t>(Wide{clocks_.now(ClockType::virtual_time)} * kTimerHz / kSecond);
}

std::uint16_t Piix4Pm::status() {
    if (ticks() >= overflow_at_) status_ |= kTimerOverflow;
    return status_;
}

void Piix4Pm::clear_status(std::uint16_t bits) {
    if (status() & bits & kTimerOverflow) overflow_at_ = (ticks() / kHalfTurn + 1) * kHalfTurn;
    status_ = static_cast<std::uint16_t>(status_ & ~bits);
    update_sci();
}

void Piix4Pm::update_sci() {
    sci_.set((status() & enabled_ & kInterrupting) != 0 || gpe_.pending());
    // An overflow that interrupts nobody is found when somebody looks.
    if ((enabled_ & kTimerOverflow) && !(status_ & kTimerOverflow))
        overflow_timer_.set(static_cast<std::int64_t>((Wide{overflow_at_} * kSecond + kTimerHz - 1) / kTimerHz));
    else overflow_timer_.cancel();
}

void Piix4Pm::write_control(std::uint16_t value) {
    control_register_ = static_cast<std::uint16_t>(value & ~kSleepEnable);
    if (!(value & kSleepEnable)) return;
    switch (value >> 10 & 7) {
        case kSoftOff: return control_.request_shutdown(ShutdownCause::guest_shutdown);
        case kSuspend: return control_.request_suspend();
        case kSuspendToDisk: return control_.request_suspend_to_disk();
        default: return;
    }
}

std::uint64_t Piix4Pm::Registers::io_read(std::uint64_t offset, unsigned size) {
    const std::uint32_t words[] = {static_cast<std::uint32_t>(pm.status() | pm.enabled_ << 16),
                                   pm.control_register_ | 0xffff0000u, static_cast<std::uint32_t>(pm.ticks() & 0xffffff)};
    const auto value = words[offset / 4] >> (8 * (offset % 4));
    return size >= 4 ? value : value & ((1u << (8 * size)) - 1);
}

void Piix4Pm::Registers::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (size == 4) {
        io_write(offset, value & 0xffff, 2);
        return io_write(offset + 2, value >> 16, 2);
    }
    switch (offset & ~1ull) {
        case 0: return pm.clear_status(merge(0, offset, value, size));
        case 2: pm.enabled_ = merge(pm.enabled_, offset, value, size); return pm.update_sci();
        case 4: return pm.write_control(merge(pm.control_register_, offset, value, size));
        default: return;
    }
}

std::uint64_t Piix4Pm::ApmPorts::io_read(std::uint64_t offset, unsigned) { return offset == 0 ? command : status; }

void Piix4Pm::ApmPorts::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    if (offset != 0) {
        status = static_cast<std::uint8_t>(value);
        return;
    }
    command = static_cast<std::uint8_t>(value);
    if (command == kApmAcpiOn) pm.control_register_ |= kSciEnable;
    if (command == kApmAcpiOff) pm.control_register_ = static_cast<std::uint16_t>(pm.control_register_ & ~kSciEnable);
}

// --- QOM

namespace {

template <std::int64_t Value>
QObject always(const Piix4Pm&) { return Value; }
QObject legacy_cpu_hotplug(const Piix4Pm& pm) { return const_cast<Piix4Pm&>(pm).cpu_hotplug().legacy(); }
QObject smbus_base(const Piix4Pm&) { return std::uint64_t{Smbus::kBase}; }
QObject power_base(const Piix4Pm& pm) { return std::int64_t{pm.config_word(kBase) & 0xffc0}; }

/// For the builder of ACPI tables.
constexpr qom::Property kForTables[] = {
    qom::property("acpi_enable_cmd", qom::kUint8).from<always<kApmAcpiOn>>(),
    qom::property("acpi_disable_cmd", qom::kUint8).from<always<kApmAcpiOff>>(),
    qom::property("gpe0_blk", qom::kUint32).from<always<AcpiGpe::kBase>>(),
    qom::property("gpe0_blk_len", qom::kUint32).from<always<4>>(),
    qom::property("sci_int", qom::kUint16).from<always<9>>(),
    qom::property("pm_io_base", qom::kUint32).from<power_base>(),
    qom::property("cpu-hotplug-legacy", qom::kBool).from<legacy_cpu_hotplug>(),
    qom::property("acpi-pcihp-io-base", qom::kUint16).from<always<AcpiPciHotplugPorts::kBase>>(),
    qom::property("acpi-pcihp-io-len", qom::kUint16).from<always<AcpiPciHotplugPorts::kSize>>(),
};
constexpr qom::Property kProperties[] = {
    qom::property("smb_io_base", qom::kUint32, 0).shown_by<smbus_base>(),
    qom::property("disable_s3", qom::kUint8, 0),
    qom::property("disable_s4", qom::kUint8, 0),
    qom::property("s4_val", qom::kUint8, 2),
    qom::property("acpi-pci-hotplug-with-bridge-support", qom::kBool, true),
    qom::property("acpi-root-pci-hotplug", qom::kBool, true),
    qom::property("memory-hotplug-support", qom::kBool, true),
    qom::property("smm-compat", qom::kBool, false),
    qom::property("smm-enabled", qom::kBool, false),
    qom::property("x-not-migrate-acpi-index", qom::kBool, false),
};
qom::Region power_place(const PciDevice& pm) { return {qom::kPortSpace, pm.config_word(kBase) & 0xffc0u, 64}; }
qom::Region cpu_place(const Piix4Pm& pm) {
    const bool legacy = const_cast<Piix4Pm&>(pm).cpu_hotplug().legacy();
    return {qom::kPortSpace, AcpiCpuHotplug::kBase, legacy ? AcpiCpuHotplug::kBitmapSize : AcpiCpuHotplug::kRegistersSize};
}
constexpr std::string_view kPowerPorts = "piix4-pm[0]";
constexpr qom::Region kApmPlace[] = {{qom::kPortSpace, 0xb2, 2}}, kSmbusPlace[] = {{qom::kPortSpace, Smbus::kBase, Smbus::kSize}},
                      kEventPlace[] = {{kPowerPorts, 0, 4}}, kControlPlace[] = {{kPowerPorts, 4, 2}}, kTimerPlace[] = {{kPowerPorts, 8, 4}},
                      kGpePlace[] = {{qom::kPortSpace, AcpiGpe::kBase, 4}},
                      kPciPlace[] = {{qom::kPortSpace, AcpiPciHotplugPorts::kBase, AcpiPciHotplugPorts::kSize}};
constexpr qom::Nodes kNodes[] = {kBusMasterContainer, kBusMaster, qom::regions("apm-io", kApmPlace), qom::regions("pm-smbus", kSmbusPlace),
                                 qom::region<power_place>("piix4-pm"), qom::regions("acpi-tmr", kTimerPlace), qom::regions("acpi-cnt", kControlPlace),
                                 qom::regions("acpi-evt", kEventPlace), qom::regions("acpi-gpe0", kGpePlace),
                                 qom::regions("acpi-pci-hotplug", kPciPlace), qom::region<cpu_place>("acpi-cpu-hotplug")};
constexpr qom::Region kMemoryHotplugPlace[] = {{qom::kPortSpace, AcpiMemoryHotplug::kBase, AcpiMemoryHotplug::kSize}};
constexpr qom::Nodes kMemoryHotplug = qom::regions("acpi-mem-hotplug", kMemoryHotplugPlace);
constexpr const qom::Type* kInterfaces[] = {&qom::kAcpiDevice, &qom::kHotplugHandler, &qom::kConventionalPci};
std::string sci_path(const qom::Object& pm, unsigned) { return static_cast<const Piix4Pm&>(pm).sci_path(); }
constexpr qom::Pins kPins[] = {
    {"smi-irq", false, 1, true, [](const qom::Object&, unsigned) { return board_line_path(BoardLine::smi); }}, {"", false, 1, true, sci_path}};

}  // namespace

void Piix4Pm::list_extras(const std::function<void(Extra)>& visit) const {
    for (const qom::Property& property : kForTables) visit({.name = std::string(property.name), .property = &property});
    if (memory_hotplug_) visit({.name = qom::numbered(kMemoryHotplug.name, 0), .nodes = &kMemoryHotplug});
}

constinit const qom::Type Piix4Pm::kType{.name = "PIIX4_PM",
    .parent = &PciDevice::kType,
    .interfaces = kInterfaces,
    .properties = kProperties,
    .nodes = kNodes,
    .pins = kPins,
    .pluggable = false,
    .hotpluggable = false};

}  // namespace rhea
