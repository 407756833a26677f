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
    rtc.set_cmos(0x14, 0x06);
}

}  // namespace

template <class T, class... Args>
T& PcBoard::add(Machine& machine, Bus& bus, Args&&... args) {
    auto device = std::make_unique<T>(std::forward<Args>(args)...);
    bus.add(*device);
    return static_cast<T&>(machine.devices().add_onboard(std::move(device)));
}

template <class T, class... Args>
T& PcBoard::add_pci(Machine& machine, unsigned where, Args&&... args) {
    T& device = static_cast<T&>(machine.devices().add_onboard(std::make_unique<T>(std::forward<Args>(args)...)));
    const auto plugged = pci_.plug(device, where);
    (void)plugged;      // the board's own places are free
    return device;
}

void PcBoard::add_interrupt_controllers(Machine& machine, IsaBus& isa, Device& host) {
    // Nobody takes the CPU's INTR yet.
    auto& master = add<I8259>(machine, isa, machine.ports(), I8259::kMaster, IrqLine());
    auto& slave = add<I8259>(machine, isa, machine.ports(), I8259::kSlave, IrqLine(master, I8259::kCascade));
    master.cascade(slave);
    pics_ = std::make_unique<PicPair>(master, slave);
    auto io_apic = std::make_unique<IoApic>(machine.memory(), nullptr);
    io_apic_ = io_apic.get();
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
    const std::string kind = config.vga ? *config.vga : config.default_vga ? "std" : "none";
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

PcBoard::PcBoard(Machine& machine)
    : firmware_(machine), pci_("pci.0", machine.ports(), machine.memory()), root_buses_{&pci_}, pci_hotplug_(pci_, machine.removals(), [this] { pm_->gpe().raise(AcpiGpe::kPciHotplug); }) {}

Result<void> PcBoard::build(Machine& machine) {
    qom::Tree& tree = machine.devices();
    tree.unattached().add_part("sysbus", system_bus_);
    const cli::Config& config = machine.config();
    floppy_boot_check_ = config.floppy_boot_check;
    Lifecycle& life = machine.life();

    // The first CPU has brought it.
    auto& vapic = static_cast<Device&>(tree.unattached().add_child("device[1]", std::make_unique<KvmVapic>(machine.ports())));
    vapic.set_realized();
    system_bus_.add(vapic);
    system_bus_.add(tree.add_onboard(
        std::make_unique<FwCfg>(machine.ports(), machine.memory(), [this](FwCfg& to) { firmware_.fill(to); }), "fw_cfg"));
    auto bridge = std::make_unique<PciConfigPorts>(machine.ports(), pci_);
    const DeviceMemory& pluggable = machine.device_memory();
    bridge->set_memory_ends({machine.ram()->below_4g(), pluggable.size() > 0 ? pluggable.base() + pluggable.size()
                                                                             : (std::uint64_t{1} << 32) + machine.ram()->above_4g()});
    Device& host = tree.add_onboard(std::move(bridge), "i440fx");
    system_bus_.add(host);
    host.add_part(pci_.bus_name(), pci_);
    add_pci<I440fx>(machine, devfn(0, 0), machine.memory(), *machine.ram());
    auto& piix3 = add_pci<Piix3>(machine, devfn(1, 0), machine.ports(), gsi_, life);
    pci_.connect(&piix3);
    IsaBus& isa = piix3.isa();
    auto& dma = add<I8257>(machine, isa, machine.ports(), machine.memory(), I8257::kFirst);
    add<I8257>(machine, isa, machine.ports(), machine.memory(), I8257::kSecond);
    add_interrupt_controllers(machine, isa, host);
    RHEA_CHECK(add_vga(machine));
    IrqLine pit_line = gsi_.line(Hpet::kPitLine), rtc_line = gsi_.line(Hpet::kRtcLine);
    Hpet* hpet = nullptr;
    if (config.machine.properties.hpet.value_or(true)) {
        hpet = static_cast<Hpet*>(&tree.add_onboard(std::make_unique<Hpet>(machine.memory(), machine.clocks(), gsi_)));
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
    RHEA_CHECK(drives_.add_floppy(machine, gsi_, isa, dma));
    RHEA_CHECK(drives_.attach_floppies(machine));
    auto& keyboard_controller = add<I8042>(machine, isa, machine.ports(), gsi_.line(1), gsi_.line(12), life);
    system_bus_.add(keyboard_controller.keep("ps2kbd", std::make_unique<Ps2Keyboard>(keyboard_controller, machine.input(), life)));
    system_bus_.add(keyboard_controller.keep("ps2mouse", std::make_unique<Ps2Mouse>(keyboard_controller, machine.input(), life)));
    if (config.machine.properties.vmport.value_or(OnOffAuto::automatic) != OnOffAuto::off) {
        add<VmPort>(machine, isa, machine.ports());
        add<VmMouse>(machine, isa, keyboard_controller);
    }
    add<Port92>(machine, isa, machine.ports(), life);
    for (const net::CardPlan& card : machine.planned_cards()) RHEA_CHECK(net::make_card(machine, card, pci_));
    drives_.add_ide(machine, gsi_, pci_);
    RHEA_CHECK(drives_.attach_disks(machine));
    drives_.fill_cmos(*rtc_);
    if (config.machine.properties.usb.value_or(false)) RHEA_CHECK(add_onboard_usb(machine));
    pm_ = &add_pci<Piix4Pm>(machine, devfn(1, 3), machine.ports(), machine.clocks(), gsi_.line(9), life);
    const auto smm = config.machine.properties.smm.value_or(OnOffAuto::automatic);
    pm_->values().keep(*Piix4Pm::kType.find("smm-enabled"), smm != OnOffAuto::off);
    for (unsigned address = SmbusEeprom::kFirstAddress; address < SmbusEeprom::kFirstAddress + SmbusEeprom::kModules; ++address)
        pm_->smbus().attach(address, &add<SmbusEeprom>(machine, pm_->i2c(), address));
    machine.cpu_hotplug().connect(pm_);
    machine.device_memory().connect(pm_);

    pci_.set_hotplug_handler(&pci_hotplug_, pm_);
    pm_->pci_hotplug().connect(&pci_hotplug_);
    life.on_powerdown([this] { pm_->press_power_button(); });
    life.on_wakeup([this, &machine](WakeupCause cause) {
        rtc_->mark_suspended();
        machine.devices().reset();
        pm_->woken(cause);
    });
    return {};
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

PcBoard::~PcBoard() = default;

}  // namespace rhea
