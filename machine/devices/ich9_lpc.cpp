#include "machine/devices/ich9_lpc.h"

#include <algorithm>
#include <utility>

#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr PciIdentity kBridge{.vendor = 0x8086, .device = 0x2918, .class_code = 0x0601, .revision = 2};

// Configuration registers.
constexpr unsigned kPowerBase = 0x40, kAcpiControl = 0x44, kLowRoutes = 0x60, kHighRoutes = 0x68, kPowerSettings = 0xa0, kRootComplexBase = 0xf0;
constexpr std::uint8_t kRouteOff = 0x80, kAcpiEnable = 0x80, kSciSelect = 0x07, kSmiLock = 0x10;
constexpr std::uint16_t kPowerBaseMask = 0xff80, kPowerBaseWritable = 0xff87;
constexpr unsigned kFirstPirqLine = 16;

// What lies behind PMBASE.
constexpr unsigned kPowerSize = 128, kGpeAt = 0x20, kGpeSize = 16, kSmiAt = 0x30, kTcoAt = 0x60;
constexpr std::uint32_t kGlobalSmi = 0x1;

// Chipset configuration: where the pins of the devices 25 to 31 lead, and whether the watchdog may reset.
constexpr unsigned kPinsOf31 = 0x3140, kPinsOf29 = 0x3144, kPinsOf28 = 0x3146, kPinsOf27 = 0x3148, kPinsOf26 = 0x314c, kPinsOf25 = 0x3150,
                   kGeneralControl = 0x3410;
constexpr std::uint16_t kPinsDefault = 0x3210;
constexpr std::uint8_t kNoReboot = 0x20;
/// Registers that are not 0 at first.
constexpr std::pair<unsigned, std::uint8_t> kRootComplexDefaults[] = {
    {kPinsOf31, 0x10}, {kPinsOf31 + 1, 0x32}, {kPinsOf29, 0x10}, {kPinsOf29 + 1, 0x32}, {kPinsOf28, 0x10}, {kPinsOf28 + 1, 0x32},
    {kPinsOf27, 0x10}, {kPinsOf27 + 1, 0x32}, {kPinsOf26, 0x10}, {kPinsOf26 + 1, 0x32}, {kPinsOf25, 0x10}, {kPinsOf25 + 1, 0x32},
};

constexpr AcpiHardware::Layout kLayout{.pci_hotplug = Ich9Lpc::kPciHotplugBase,
                                       .cpu_hotplug = Ich9Lpc::kCpuHotplugBase,
                                       .apm = {.acpi_on = 0x02, .acpi_off = 0x03},
                                       .gpe_size = kGpeSize};

/// Without the firmware's help the registers are not there either.
AcpiHardware::Layout layout_for(bool bridge_hotplug) {
    AcpiHardware::Layout layout = kLayout;
    if (!bridge_hotplug) layout.pci_hotplug = 0;
    return layout;
}

}  // namespace

Ich9Lpc::Ich9Lpc(qom::Values values, AddressSpace& ports, AddressSpace& memory, Clocks& clocks, Gsi& gsi, MachineControl& control)
    : PciDevice(std::move(values), kBridge),
      ports_(ports),
      memory_(memory),
      gsi_(gsi),
      isa_bus_(gsi),
      reset_control_(ports, control, "lpc-reset-control", 0x0a),
      acpi_(ports, clocks, gsi.line(9), control, layout_for(bridge_hotplug())),
      tco_(clocks, control, [this] { return !this->values().boolean("noreboot") && !(root_complex_byte(kGeneralControl) & kNoReboot); }) {
    add_part(isa_bus_.bus_name(), isa_bus_);
    set_multifunction();
    set_writable(kPowerBase, kPowerBaseWritable, 4);
    for (unsigned line = 0; line < Gsi::kLines; ++line) lines_[line] = gsi.line(line);
    Ich9Lpc::reset();
}

Ich9Lpc::~Ich9Lpc() {
    // Functions that go after it may still drive their lines.
    if (PciBus* on = PciDevice::bus()) on->connect(nullptr);
}

void Ich9Lpc::reset() {
    PciDevice::reset();
    for (unsigned i = 0; i < kPirqs / 2; ++i) {
        set_config(kLowRoutes + i, kRouteOff, 1);
        set_config(kHighRoutes + i, kRouteOff, 1);
    }
    set_config(kPowerBase, 1, 4);
    set_config(kAcpiControl, 0, 1);
    set_config(kPowerSettings, 0, 1);
    set_writable(kPowerSettings, 0xff, 1);
    set_config(kRootComplexBase, 0, 4);
    root_complex_.clear();
    smi_enable_ = 0;
    reset_control_.reset();
    acpi_.reset();
    tco_.reset();
    update_power();
    update_root_complex();
    route();
}

void Ich9Lpc::config_write(unsigned reg, std::uint32_t value, unsigned size) {
    PciDevice::config_write(reg, value, size);
    const auto touches = [&](unsigned from, unsigned length) { return reg < from + length && reg + size > from; };
    if (touches(kPowerBase, 8)) update_power();
    if (touches(kLowRoutes, 4) || touches(kHighRoutes, 4)) route();
    if (touches(kRootComplexBase, 4)) update_root_complex();
    // Locked once, locked until a reset.
    if (touches(kPowerSettings, 1) && (config_byte(kPowerSettings) & kSmiLock)) set_writable(kPowerSettings, 0xff & ~kSmiLock, 1);
}

bool Ich9Lpc::bridge_hotplug() const {
    const QObject* given = values().given(kBridgeHotplug);
    return !given || !given->boolean() || *given->boolean();
}

std::uint16_t Ich9Lpc::power_base() const { return config_word(kPowerBase) & kPowerBaseMask; }

unsigned Ich9Lpc::sci_line() const {
    constexpr unsigned kLinesOf[] = {9, 10, 11, 9, 20, 21, 9, 9};
    return kLinesOf[config_byte(kAcpiControl) & kSciSelect];
}

void Ich9Lpc::update_power() {
    acpi_.pm1().set_sci(gsi_.line(sci_line()));
    power_mapping_.reset();
    if (config_byte(kAcpiControl) & kAcpiEnable)
        power_mapping_.emplace(ports_, AddressSpace::Region{.name = "ich9-pm", .base = power_base(), .size = kPowerSize, .handler = &power_ports_,
                                                            .max_access = 4, .priority = 1});
}

std::uint64_t Ich9Lpc::PowerPorts::io_read(std::uint64_t offset, unsigned size) {
    if (offset < AcpiPm1::kSize) return lpc.acpi_.pm1().io_read(offset, size);
    if (offset >= kTcoAt) return lpc.tco_.io_read(offset - kTcoAt, size);
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) {
        const auto at = static_cast<unsigned>(offset) + i;
        std::uint8_t byte = 0xff;
        if (at >= kGpeAt && at < kGpeAt + kGpeSize) byte = static_cast<std::uint8_t>(lpc.acpi_.gpe().io_read(at - kGpeAt, 1));
        else if (at >= kSmiAt && at < kSmiAt + 4) byte = static_cast<std::uint8_t>(lpc.smi_enable_ >> (8 * (at - kSmiAt)));
        else if (at >= kSmiAt && at < kSmiAt + 8) byte = 0;
        value |= std::uint64_t{byte} << (8 * i);
    }
    return value;
}

void Ich9Lpc::PowerPorts::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (offset < AcpiPm1::kSize) return lpc.acpi_.pm1().io_write(offset, value, size);
    if (offset >= kTcoAt) return lpc.tco_.io_write(offset - kTcoAt, value, size);
    if (offset >= kGpeAt && offset < kGpeAt + kGpeSize) {
        for (unsigned i = 0; i < size; ++i) lpc.acpi_.gpe().io_write(offset - kGpeAt + i, value >> (8 * i) & 0xff, 1);
    } else if (offset == kSmiAt && size == 4) {
        const std::uint32_t fixed = lpc.config_byte(kPowerSettings) & kSmiLock ? kGlobalSmi : 0;
        lpc.smi_enable_ = (lpc.smi_enable_ & fixed) | (static_cast<std::uint32_t>(value) & ~fixed);
    }
}

// --- the chipset's configuration

std::uint8_t Ich9Lpc::root_complex_byte(unsigned at) const {
    if (!root_complex_.empty()) return root_complex_[at];
    if (at == kGeneralControl) return values().boolean("noreboot") ? kNoReboot : 0;
    const auto found = std::find_if(std::begin(kRootComplexDefaults), std::end(kRootComplexDefaults), [at](const auto& row) { return row.first == at; });
    return found == std::end(kRootComplexDefaults) ? 0 : found->second;
}

std::optional<std::uint32_t> Ich9Lpc::root_complex_base() const {
    const std::uint32_t value = config_word(kRootComplexBase) | static_cast<std::uint32_t>(config_word(kRootComplexBase + 2)) << 16;
    return value & 1 ? std::optional(value & ~(kRootComplexSize - 1)) : std::nullopt;
}

void Ich9Lpc::update_root_complex() {
    root_complex_mapping_.reset();
    if (const auto base = root_complex_base())
        root_complex_mapping_.emplace(memory_, AddressSpace::Region{.name = "lpc-rcrb-mmio", .base = *base, .size = kRootComplexSize,
                                                                    .handler = &root_complex_memory_, .max_access = 4, .priority = 1});
}

std::uint64_t Ich9Lpc::RootComplex::io_read(std::uint64_t offset, unsigned size) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size && offset + i < kRootComplexSize; ++i)
        value |= std::uint64_t{lpc.root_complex_byte(static_cast<unsigned>(offset) + i)} << (8 * i);
    return value;
}

void Ich9Lpc::RootComplex::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (lpc.root_complex_.empty()) {
        std::vector<std::uint8_t> all(kRootComplexSize);
        for (unsigned at = 0; at < kRootComplexSize; ++at) all[at] = lpc.root_complex_byte(at);
        lpc.root_complex_ = std::move(all);
    }
    for (unsigned i = 0; i < size && offset + i < kRootComplexSize; ++i) lpc.root_complex_[offset + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

// --- interrupts

/// The devices of the chipset have registers for it; the others share the upper four lines, one further for each slot.
unsigned Ich9Lpc::pirq_of(unsigned slot, unsigned pin) const {
    const auto by_register = [&](unsigned at) {
        const unsigned pins = root_complex_byte(at) | root_complex_byte(at + 1) << 8;
        return pins >> (4 * pin) & 7;
    };
    switch (slot) {
        case 31: return by_register(kPinsOf31);
        case 30: return pin;
        case 29: return by_register(kPinsOf29);
        case 28: return by_register(kPinsOf28);
        case 27: return by_register(kPinsOf27);
        case 26: return by_register(kPinsOf26);
        case 25: return by_register(kPinsOf25);
        default: return (slot + pin) % 4 + 4;
    }
}

void Ich9Lpc::set_pirq(unsigned pirq, bool level) {
    levels_[pirq] = level;
    route();
}

void Ich9Lpc::route() {
    std::array<bool, Gsi::kLines> wanted{};
    for (unsigned pirq = 0; pirq < kPirqs; ++pirq) {
        wanted[kFirstPirqLine + pirq] = levels_[pirq];
        const std::uint8_t target = config_byte(pirq < 4 ? kLowRoutes + pirq : kHighRoutes + pirq - 4);
        if (!(target & kRouteOff)) wanted[target & 0x0f] = wanted[target & 0x0f] || levels_[pirq];
    }
    for (unsigned line = 0; line < Gsi::kLines; ++line) lines_[line].set(wanted[line]);
}

// --- QOM

namespace {

template <std::int64_t Value>
QObject always(const Ich9Lpc&) { return Value; }
QObject legacy_cpu_hotplug(const Ich9Lpc& lpc) { return const_cast<Ich9Lpc&>(lpc).acpi().cpu_hotplug().legacy(); }
QObject power_base(const Ich9Lpc& lpc) { return std::int64_t{lpc.power_base()}; }
QObject gpe_base(const Ich9Lpc& lpc) { return std::int64_t{lpc.power_base()} + kGpeAt; }
QObject sci(const Ich9Lpc& lpc) { return std::int64_t{lpc.sci_line()}; }
QObject negotiated(const Ich9Lpc&) { return 0; }

/// Properties whose type tells no default.
struct Own {
    static constexpr std::pair<std::string_view, qom::Default> kRows[] = {
        {"memory-hotplug-support", true}, {"disable_s3", std::int64_t{0}}, {"disable_s4", std::int64_t{0}}, {"s4_val", std::int64_t{2}},
        {"enable_tco", true}, {Ich9Lpc::kBridgeHotplug, true}, {"x-keep-pci-slot-hpc", true}};
};
template <std::size_t I>
QObject own(const Ich9Lpc& lpc) {
    const QObject* given = lpc.values().given(Own::kRows[I].first);
    return given ? *given : qom::to_qobject(Own::kRows[I].second);
}
template <std::size_t I>
constexpr qom::Property own_property(const qom::ValueType& type) { return qom::property(Own::kRows[I].first, type).shown_by<own<I>>(); }

constexpr qom::Property kProperties[] = {
    qom::property("noreboot", qom::kBool, true),
    qom::property("smm-compat", qom::kBool, false),
    qom::property("x-smi-broadcast", qom::kBit, true),
    qom::property("x-smi-cpu-hotplug", qom::kBit, true),
    qom::property("x-smi-cpu-hotunplug", qom::kBit, true),
};
constexpr qom::Property kInstanceProperties[] = {
    qom::property("sci_int", qom::kUint8).from<sci>(),
    qom::property("acpi_enable_cmd", qom::kUint8).from<always<kLayout.apm.acpi_on>>(),
    qom::property("acpi_disable_cmd", qom::kUint8).from<always<kLayout.apm.acpi_off>>(),
    qom::property("x-smi-negotiated-features", qom::kUint64).from<negotiated>(),
    qom::property("pm_io_base", qom::kUint32).from<power_base>(),
    qom::property("gpe0_blk", qom::kUint32).from<gpe_base>(),
    qom::property("gpe0_blk_len", qom::kUint32).from<always<kGpeSize>>(),
    own_property<0>(qom::kBool),
    qom::property("cpu-hotplug-legacy", qom::kBool).from<legacy_cpu_hotplug>(),
    own_property<1>(qom::kUint8),
    own_property<2>(qom::kUint8),
    own_property<3>(qom::kUint8),
    own_property<4>(qom::kBool),
    own_property<5>(qom::kBool),
    own_property<6>(qom::kBool),
};
/// Once it is there, for the builder of ACPI tables.
constexpr qom::Property kForTables[] = {
    qom::property("acpi-pcihp-io-base", qom::kUint16).from<always<Ich9Lpc::kPciHotplugBase>>(),
    qom::property("acpi-pcihp-io-len", qom::kUint16).from<always<AcpiPciHotplugPorts::kSize>>(),
};

qom::Region power_place(const Ich9Lpc& lpc) {
    qom::Region region{qom::kPortSpace, lpc.power_base(), kPowerSize};
    return region;
}
qom::Region root_complex_place(const Ich9Lpc& lpc) {
    if (const auto base = lpc.root_complex_base()) return {qom::kMemorySpace, *base, 0x4000, 1};
    return {.address = 0, .size = 0x4000};
}
qom::Region cpu_place(const Ich9Lpc& lpc) {
    const bool legacy = const_cast<Ich9Lpc&>(lpc).acpi().cpu_hotplug().legacy();
    return {qom::kPortSpace, Ich9Lpc::kCpuHotplugBase, legacy ? AcpiCpuHotplug::kBitmapSize : AcpiCpuHotplug::kRegistersSize};
}
constexpr std::string_view kPowerPorts = "ich9-pm[0]";
constexpr qom::Region kApmPlace[] = {{qom::kPortSpace, AcpiPm1::kApmBase, 2}}, kEventPlace[] = {{kPowerPorts, 0, 4}},
                      kControlPlace[] = {{kPowerPorts, 4, 2}}, kTimerPlace[] = {{kPowerPorts, 8, 4}}, kGpePlace[] = {{kPowerPorts, kGpeAt, kGpeSize}},
                      kSmiPlace[] = {{kPowerPorts, kSmiAt, 8}}, kTcoPlace[] = {{kPowerPorts, kTcoAt, TcoWatchdog::kSize}},
                      kPciPlace[] = {{qom::kPortSpace, Ich9Lpc::kPciHotplugBase, AcpiPciHotplugPorts::kSize}};
constexpr qom::Nodes kNodes[] = {kBusMasterContainer,
                                 kBusMaster,
                                 qom::region<root_complex_place>("lpc-rcrb-mmio"),
                                 qom::region<power_place>("ich9-pm"),
                                 qom::regions("acpi-tmr", kTimerPlace),
                                 qom::regions("acpi-evt", kEventPlace),
                                 qom::regions("acpi-cnt", kControlPlace),
                                 qom::regions("acpi-gpe0", kGpePlace),
                                 qom::regions("acpi-smi", kSmiPlace),
                                 qom::regions("sm-tco", kTcoPlace),
                                 qom::region<cpu_place>("acpi-cpu-hotplug"),
                                 qom::regions("apm-io", kApmPlace),
                                 qom::regions("lpc-reset-control", kResetControlPlace)};
constexpr qom::Region kMemoryHotplugPlace[] = {{qom::kPortSpace, AcpiMemoryHotplug::kBase, AcpiMemoryHotplug::kSize}};
constexpr qom::Nodes kPciHotplug = qom::regions("acpi-pci-hotplug", kPciPlace);
constexpr qom::Nodes kMemoryHotplug = qom::regions("acpi-mem-hotplug", kMemoryHotplugPlace);
constexpr const qom::Type* kInterfaces[] = {&qom::kHotplugHandler, &qom::kAcpiDevice, &qom::kConventionalPci, &qom::kAcpiAml};
std::string line_path(const qom::Object& lpc, unsigned line) { return static_cast<const Ich9Lpc&>(lpc).gsi().input_path(line); }
constexpr qom::Pins kPins[] = {{"gsi", false, Gsi::kLines, false, line_path}};

}  // namespace

void Ich9Lpc::list_extras(const std::function<void(Extra)>& visit) const {
    if (bridge_hotplug()) {
        for (const qom::Property& property : kForTables) visit({.name = std::string(property.name), .property = &property});
        visit({.name = qom::numbered(kPciHotplug.name, 0), .nodes = &kPciHotplug});
    }
    if (acpi_.memory_hotplug()) visit({.name = qom::numbered(kMemoryHotplug.name, 0), .nodes = &kMemoryHotplug});
}

constinit const qom::Type Ich9Lpc::kType{.name = "ICH9-LPC",
    .parent = &PciDevice::kType,
    .interfaces = kInterfaces,
    .properties = kProperties,
    .instance_properties = kInstanceProperties,
    .nodes = kNodes,
    .pins = kPins,
    .pluggable = false,
    .hotpluggable = false};

}  // namespace rhea
