#include "machine/devices/piix4_pm.h"

#include "machine/gsi.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr PciIdentity kPowerManagement{
    .vendor = 0x8086, .device = 0x7113, .class_code = 0x0680, .revision = 3, .status = 0x0280, .interrupt_pin = 1};

// Configuration registers.
constexpr unsigned kBase = 0x40, kSmiControl = 0x58, kEnable = 0x80;

constexpr AcpiHardware::Layout kLayout{.pci_hotplug = Piix4Pm::kPciHotplugBase,
                                       .cpu_hotplug = Piix4Pm::kCpuHotplugBase,
                                       .apm = {.acpi_on = 0xf1, .acpi_off = 0xf0},
                                       .gpe_size = 4};

}  // namespace

Piix4Pm::Piix4Pm(AddressSpace& ports, Clocks& clocks, IrqLine sci, MachineControl& control)
    : PciDevice(kType, kPowerManagement),
      ports_(ports),
      acpi_(ports, clocks, sci, control, kLayout),
      gpe_mapping_(ports, {.name = "acpi-gpe0", .base = kGpeBase, .size = kLayout.gpe_size, .handler = &acpi_.gpe(), .max_access = 1}),
      smbus_mapping_(ports, {.name = "pm-smbus", .base = kSmbusBase, .size = Smbus::kSize, .handler = &smbus_, .max_access = 1}) {
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
    smbus_.reset();
    acpi_.reset();
}

void Piix4Pm::update_mapping() {
    mapping_.reset();
    if (!(config_byte(kEnable) & 1)) return;
    mapping_.emplace(ports_, AddressSpace::Region{.name = "piix4-pm",
                                                  .base = config_word(kBase) & 0xffc0u,
                                                  .size = AcpiPm1::kSize,
                                                  .handler = &acpi_.pm1(),
                                                  .max_access = 4,
                                                  .priority = 1});
}

// --- QOM

namespace {

template <std::int64_t Value>
QObject always(const Piix4Pm&) { return Value; }
QObject legacy_cpu_hotplug(const Piix4Pm& pm) { return const_cast<Piix4Pm&>(pm).acpi().cpu_hotplug().legacy(); }
QObject smbus_base(const Piix4Pm&) { return std::uint64_t{Piix4Pm::kSmbusBase}; }
QObject power_base(const Piix4Pm& pm) { return std::int64_t{pm.config_word(kBase) & 0xffc0}; }

/// For the builder of ACPI tables.
constexpr qom::Property kForTables[] = {
    qom::property("acpi_enable_cmd", qom::kUint8).from<always<kLayout.apm.acpi_on>>(),
    qom::property("acpi_disable_cmd", qom::kUint8).from<always<kLayout.apm.acpi_off>>(),
    qom::property("gpe0_blk", qom::kUint32).from<always<Piix4Pm::kGpeBase>>(),
    qom::property("gpe0_blk_len", qom::kUint32).from<always<4>>(),
    qom::property("sci_int", qom::kUint16).from<always<9>>(),
    qom::property("pm_io_base", qom::kUint32).from<power_base>(),
    qom::property("cpu-hotplug-legacy", qom::kBool).from<legacy_cpu_hotplug>(),
    qom::property("acpi-pcihp-io-base", qom::kUint16).from<always<Piix4Pm::kPciHotplugBase>>(),
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
    const bool legacy = const_cast<Piix4Pm&>(pm).acpi().cpu_hotplug().legacy();
    return {qom::kPortSpace, Piix4Pm::kCpuHotplugBase, legacy ? AcpiCpuHotplug::kBitmapSize : AcpiCpuHotplug::kRegistersSize};
}
constexpr std::string_view kPowerPorts = "piix4-pm[0]";
constexpr qom::Region kApmPlace[] = {{qom::kPortSpace, 0xb2, 2}}, kSmbusPlace[] = {{qom::kPortSpace, Piix4Pm::kSmbusBase, Smbus::kSize}},
                      kEventPlace[] = {{kPowerPorts, 0, 4}}, kControlPlace[] = {{kPowerPorts, 4, 2}}, kTimerPlace[] = {{kPowerPorts, 8, 4}},
                      kGpePlace[] = {{qom::kPortSpace, Piix4Pm::kGpeBase, 4}},
                      kPciPlace[] = {{qom::kPortSpace, Piix4Pm::kPciHotplugBase, AcpiPciHotplugPorts::kSize}};
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
    if (acpi_.memory_hotplug()) visit({.name = qom::numbered(kMemoryHotplug.name, 0), .nodes = &kMemoryHotplug});
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
