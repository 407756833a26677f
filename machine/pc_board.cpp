#include "machine/pc_board.h"

#include <algorithm>

#include <fmt/format.h>

#include "machine/devices/hpet.h"
#include "machine/devices/i8257.h"
#include "machine/devices/isa_parallel.h"
#include "machine/devices/isa_serial.h"
#include "machine/devices/pc_speaker.h"
#include "machine/devices/ps2_keyboard.h"
#include "machine/devices/ps2_mouse.h"
#include "machine/devices/vga/cirrus_vga.h"
#include "machine/devices/vga/std_vga.h"
#include "machine/devices/vmport.h"
#include "machine/machine.h"
#include "machine/net/from_options.h"
#include "machine/platform.h"
#include "machine/qdev.h"
#include "machine/usb/usb_commands.h"

namespace rhea {

namespace {

constexpr unsigned kCmosCpus = 0x5f;      // their count but one

constexpr unsigned devfn(unsigned slot, unsigned function) { return slot << 3 | function; }

RtcOptions rtc_options(const cli::Rtc& rtc) {
    RtcOptions options;
    options.date = rtc.date;
    options.slew = rtc.slew;
    switch (rtc.base) {
    case cli::Rtc::Base::utc: options.base = RtcOptions::Base::utc; break;
    case cli::Rtc::Base::localtime: options.base = RtcOptions::Base::localtime; break;
    case cli::Rtc::Base::date: options.base = RtcOptions::Base::date; break;
    }
    switch (rtc.clock) {
    case cli::RtcClock::host: options.clock = ClockType::host; break;
    case cli::RtcClock::realtime: options.clock = ClockType::realtime; break;
    case cli::RtcClock::virtual_time: options.clock = ClockType::virtual_time; break;
    }
    return options;
}

/// Boot devices as CMOS names them.
std::uint8_t boot_code(char letter) {
    switch (letter) {
    case 'a': case 'b': return 1;
    case 'c': return 2;
    case 'd': return 3;
    case 'n': return 4;
    default: return 0;
    }
}

/// Three devices, and whether the firmware looks at a floppy's signature.
void write_boot_order(Mc146818Rtc& rtc, std::string_view order, bool floppy_check) {
    std::uint8_t code[3] = {};
    for (std::size_t i = 0; i < 3 && i < order.size(); ++i) code[i] = boot_code(order[i]);
    rtc.set_cmos(0x3d, static_cast<std::uint8_t>(code[1] << 4 | code[0]));
    rtc.set_cmos(0x38, static_cast<std::uint8_t>(code[2] << 4 | !floppy_check));
}

/// What the board writes into CMOS memory for the firmware (the bytes of QEMU 7.2; no checksum).
void fill_cmos(Mc146818Rtc& rtc, const cli::Config& config, const GuestMemory& ram) {
    auto word = [&](unsigned reg, std::uint64_t value) {
        rtc.set_cmos(reg, static_cast<std::uint8_t>(value));
        rtc.set_cmos(reg + 1, static_cast<std::uint8_t>(value >> 8));
    };
    constexpr std::uint64_t kib = 1 << 10, mib = 1 << 20;
    const std::uint64_t low = ram.below_4g();
    word(0x15, std::min<std::uint64_t>(low / kib, 640));
    const std::uint64_t extended = low > mib ? std::min<std::uint64_t>((low - mib) / kib, 0xffff) : 0;
    word(0x17, extended);
    word(0x30, extended);
    word(0x34, low > 16 * mib ? std::min<std::uint64_t>((low - 16 * mib) / (64 * kib), 0xffff) : 0);
    const std::uint64_t high = ram.above_4g() / (64 * kib);
    for (unsigned i = 0; i < 3; ++i) rtc.set_cmos(0x5b + i, static_cast<std::uint8_t>(high >> (8 * i)));
    rtc.set_cmos(kCmosCpus, static_cast<std::uint8_t>(config.smp.cpus - 1));

    write_boot_order(rtc, config.boot.once.empty() ? config.boot.order : config.boot.once, config.floppy_boot_check);
}

}  // namespace

Device& PcBoard::add_onboard(Machine& machine, std::unique_ptr<Device> device, std::string name) {
    apply_version(machine, device->values());
    return machine.devices().add_onboard(std::move(device), std::move(name));
}

void PcBoard::add_interrupt_controllers(Machine& machine, IsaBus& isa, Device& host) {
    auto& master = add<I8259>(machine, isa, machine.ports(), I8259::kMaster, gsi_.cpu_line());
    auto& slave = add<I8259>(machine, isa, machine.ports(), I8259::kSlave, IrqLine(master, I8259::kCascade));
    master.cascade(slave);
    pics_ = std::make_unique<PicPair>(master, slave);
    auto io_apic = std::make_unique<IoApic>(machine.memory(), nullptr);
    io_apic_ = io_apic.get();
    apply_version(machine, io_apic->values());
    gsi_.connect(pics_.get(), io_apic.get());
    system_bus_.add(*io_apic);
    io_apic->set_realized();
    host.add_child("ioapic", std::move(io_apic));
}

Result<void> PcBoard::add_ports(Machine& machine, IsaBus& isa) {
    const auto free = [](const Chardev* chardev) -> Result<void> {
        if (chardev && chardev->in_use()) return fail(fmt::format("Device '{}' is in use", chardev->label()));
        return {};
    };
    const PortChardevs& chardevs = machine.port_chardevs();
    for (std::size_t i = 0; i < std::min<std::size_t>(chardevs.serials.size(), IsaSerial::kPorts); ++i) {
        if (!chardevs.serials[i]) continue;
        Chardev* chardev = *chardevs.serials[i];
        RHEA_CHECK(free(chardev));
        auto& port = add<IsaSerial>(machine, isa, machine.ports(), machine.clocks(), IsaSerial::kBases[i], gsi_.line(IsaSerial::kIrqs[i]), chardev);
        show_port(port, {static_cast<unsigned>(i), IsaSerial::kBases[i], IsaSerial::kIrqs[i], chardev});
    }
    for (std::size_t i = 0; i < chardevs.parallels.size(); ++i) {
        RHEA_CHECK(free(chardevs.parallels[i]));
        auto& port = add<IsaParallel>(machine, isa, machine.ports(), IsaParallel::kBases[i], gsi_.line(IsaParallel::kIrq), chardevs.parallels[i]);
        show_port(port, {static_cast<unsigned>(i), IsaParallel::kBases[i], IsaParallel::kIrq, chardevs.parallels[i]});
    }
    return {};
}

/// The display adapter that -vga or the machine's default asks for.
Result<void> PcBoard::add_vga(Machine& machine) {
    const cli::Config& config = machine.config();
    const std::string kind = config.vga ? *config.vga : config.default_vga ? std::string(machine.type().usual_vga()) : "none";
    const qom::Type* type = kind == "std" ? &StdVga::kType : kind == "cirrus" ? &CirrusVga::kType : nullptr;
    if (!type) {
        if (kind != "none") machine.devices().skip_onboard();
        return {};
    }
    qom::Creation creation{machine.platform(), qom::Values(*type), {}, &pci_, false};
    RHEA_CHECK(apply_globals(machine, creation.values));
    auto made = RHEA_TRY(type->create(creation));
    std::unique_ptr<PciDevice> adapter(static_cast<PciDevice*>(made.release()));
    RHEA_CHECK(pci_.plug(*adapter, std::nullopt));
    machine.devices().add_onboard(std::move(adapter));
    return {};
}

Result<void> PcBoard::add_cards(Machine& machine) {
    for (const net::CardPlan& card : machine.planned_cards()) RHEA_CHECK(net::make_card(machine, card, pci_));
    return {};
}

PcBoard::PcBoard(Machine& machine)
    : firmware_(machine),
      gsi_(machine.type().chipset == Chipset::i440fx),
      pci_(machine.type().chipset == Chipset::q35 ? PciBus("pcie.0", machine.ports(), machine.memory(), kPcieBus)
                                                  : PciBus("pci.0", machine.ports(), machine.memory())),
      root_buses_{&pci_},
      // Nothing comes to or leaves a root complex.
      pci_hotplug_(pci_, machine.removals(), [this] { acpi_->gpe().raise(AcpiGpe::kPciHotplug); }, machine.type().chipset == Chipset::i440fx) {}

Result<void> PcBoard::build(Machine& machine) {
    floppy_boot_check_ = machine.config().floppy_boot_check;
    add_firmware_interface(machine);
    return machine.type().chipset == Chipset::q35 ? build_q35(machine) : build_i440fx(machine);
}

void PcBoard::add_firmware_interface(Machine& machine) {
    qom::Tree& tree = machine.devices();
    tree.unattached().add_part("sysbus", system_bus_);
    // The first CPU has brought it.
    auto& vapic = static_cast<Device&>(tree.unattached().add_child("device[1]", std::make_unique<KvmVapic>(machine.ports())));
    vapic.set_realized();
    system_bus_.add(vapic);
    flash_.add_to(system_bus_);
    auto fw_cfg = std::make_unique<FwCfg>(machine.ports(), machine.memory(), [this](FwCfg& to) { firmware_.fill(to); });
    fw_cfg_ = fw_cfg.get();
    system_bus_.add(add_onboard(machine, std::move(fw_cfg), "fw_cfg"));
    fw_cfg_->realize();
}

PciHostBridge::MemoryEnds PcBoard::memory_ends(Machine& machine) const {
    const DeviceMemory& pluggable = machine.device_memory();
    const std::uint64_t above = machine.ram()->above_4g();
    return {machine.ram()->below_4g(), pluggable.size() > 0 ? pluggable.base() + pluggable.size() : (std::uint64_t{1} << 32) + above, above};
}

I8257& PcBoard::add_dma(Machine& machine, IsaBus& isa) {
    auto& dma = add<I8257>(machine, isa, machine.ports(), machine.memory(), I8257::kFirst);
    add<I8257>(machine, isa, machine.ports(), machine.memory(), I8257::kSecond);
    return dma;
}

Result<void> PcBoard::add_basic_devices(Machine& machine, IsaBus& isa, I8257& dma, const Timers& timers) {
    const cli::Config& config = machine.config();
    Lifecycle& life = machine.life();
    IrqLine pit_line = gsi_.line(Hpet::kPitLine), rtc_line = gsi_.line(Hpet::kRtcLine);
    Hpet* hpet = nullptr;
    if (config.machine.properties.hpet.value_or(true)) {
        hpet = static_cast<Hpet*>(&add_onboard(machine, std::make_unique<Hpet>(machine.memory(), machine.clocks(), gsi_, timers.hpet_routes)));
        system_bus_.add(*hpet);
        pit_line = IrqLine(*hpet, Hpet::kPitLine);
        rtc_line = IrqLine(*hpet, Hpet::kRtcLine);
    }
    rtc_ = &add<Mc146818Rtc>(machine, isa, machine.ports(), machine.clocks(), rtc_line, life, rtc_options(config.rtc));
    auto& pit = add<I8254>(machine, isa, machine.ports(), machine.clocks(), pit_line);
    gsi_.on_watched = [&pit](bool watched) { pit.set_interrupt_wanted(watched); };
    timer_ = &pit;
    if (hpet) hpet->set_legacy_source(&pit);
    auto& speaker = add<PcSpeaker>(machine, isa, machine.ports(), pit);
    if (const auto& audio = config.machine.properties.pcspk_audiodev) {
        RHEA_CHECK(speaker.values().set("audiodev", QObject(*audio), InputMode::keyval));
        RHEA_CHECK(check_audiodev(machine, speaker.values(), "audiodev"));
    }
    RHEA_CHECK(add_ports(machine, isa));
    fill_cmos(*rtc_, config, *machine.ram());
    if (timers.floppy || DriveBoard::has_floppies(machine)) RHEA_CHECK(drives_.add_floppy(machine, gsi_, isa, dma));
    RHEA_CHECK(drives_.attach_floppies(machine));
    auto& keyboard_controller = add<I8042>(machine, isa, machine.ports(), gsi_.line(1), gsi_.line(12), life);
    system_bus_.add(keyboard_controller.keep("ps2kbd", std::make_unique<Ps2Keyboard>(keyboard_controller, machine.input(), life)));
    system_bus_.add(keyboard_controller.keep("ps2mouse", std::make_unique<Ps2Mouse>(keyboard_controller, machine.input(), life)));
    if (config.machine.properties.vmport.value_or(OnOffAuto::automatic) != OnOffAuto::off) {
        add<VmPort>(machine, isa, machine.ports());
        add<VmMouse>(machine, isa, keyboard_controller);
    }
    add<Port92>(machine, isa, machine.ports(), life);
    return {};
}

void PcBoard::add_eeproms(Machine& machine, Smbus& smbus, Bus& i2c) {
    for (unsigned address = SmbusEeprom::kFirstAddress; address < SmbusEeprom::kFirstAddress + SmbusEeprom::kModules; ++address)
        smbus.attach(address, &add<SmbusEeprom>(machine, i2c, address));
}

void PcBoard::connect_power_management(Machine& machine, Device& function, AcpiHardware& acpi) {
    power_management_ = &function;
    acpi_ = &acpi;
    pci_hotplug_.set_object(&function);
    if (auto* registers = acpi.pci_hotplug()) registers->connect(&pci_hotplug_);
    machine.cpu_hotplug().connect(&acpi.cpu_hotplug());
    machine.device_memory().connect(&acpi);
    Lifecycle& life = machine.life();
    life.on_powerdown([this] { acpi_->pm1().press_power_button(); });
    life.on_wakeup([this, &machine](WakeupCause cause) {
        rtc_->mark_suspended();
        machine.devices().reset();
        acpi_->pm1().woken(cause);
    });
}

void PcBoard::set_cpu_count(unsigned count) {
    rtc_->set_cmos(kCmosCpus, static_cast<std::uint8_t>(count - 1));
}

Result<void> PcBoard::set_boot_order(std::string_view order) {
    if (order.size() > 3) return fail("Too many boot devices for PC");
    for (char letter : order)
        if (boot_code(letter) == 0) return fail(std::string("Invalid boot device for PC: '") + letter + "'");
    write_boot_order(*rtc_, order, floppy_boot_check_);
    return {};
}

void PcBoard::complete(const Machine& machine) { drives_.fill_cmos(machine, *rtc_); }

void PcBoard::reset(const Machine& machine) {
    pci_hotplug_.reset();
    // "once" was for the start that is over, and so is what boot_set said.
    const auto& boot = machine.config().boot;
    if (!boot.once.empty()) write_boot_order(*rtc_, boot.order, floppy_boot_check_);
}

PcBoard::~PcBoard() = default;

}  // namespace rhea
