#include "machine/machine.h"

#include <algorithm>

#include <fmt/format.h>

#include "machine/block/options.h"
#include "machine/board_regions.h"
#include "machine/chardev_objects.h"
#include "machine/cli/machine_choice.h"
#include "machine/console_objects.h"
#include "machine/cpu_object.h"
#include "machine/diagnostics/dump.h"
#include "machine/machine_object.h"
#include "machine/migration/dirty_rate.h"
#include "machine/migration/migration.h"
#include "machine/net/from_options.h"
#include "machine/objects/iothread.h"
#include "machine/objects/memory_backend.h"
#include "machine/objects/user_creatable.h"
#include "machine/pc_board.h"
#include "machine/usb/usb_commands.h"
#include "machine/vnc/servers.h"
#include "machine/qdev.h"

namespace rhea {

Machine::Machine(uv_loop_t* loop, Engine& engine, Chardevs& chardevs, Clocks& clocks, const cli::Config& config,
                 std::string accelerator)
    : loop_(loop),
      engine_(engine),
      chardevs_(chardevs),
      config_(config),
      type_(find_machine_type(config.machine.type)),
      accelerator_(std::move(accelerator)),
      clocks_(clocks),
      life_(loop, clocks_, engine.events(), config.actions),
      block_(loop, engine.events(), *this),
      numa_(config.numa),
      input_(clocks_, [this] { return life_.running() || life_.state() == RunState::suspended; }),
      network_(loop, clocks, engine.events(), chardevs),
      removals_(loop, devices_, engine.events()),
      platform_{loop, ports_, memory_, clocks, life_, engine.events(), block_, chardevs, removals_, devices_, network_, input_, this},
      log_items_(config.log_items) {
    block_.set_ide_units(type_->ide_units());
    life_.on_cont([this] { network_.machine_runs(true); });
    life_.on_stop([this] { network_.machine_runs(false); });
    life_.on_a20([this](bool enabled) { a20_ = enabled; });
    devices_.set_machine(std::make_unique<MachineObject>(*this), std::make_unique<BoardRegions>(*this));
    if (type_->is_pc()) PcFlash::add_chips(devices_.machine());
    devices_.set_directories(std::make_unique<ChardevDirectory>(chardevs_), std::make_unique<ConsoleDirectory>(devices_, chardevs_));
}

Machine::~Machine() = default;

Migration& Machine::migration() {
    if (!migration_) migration_ = std::make_unique<Migration>();
    return *migration_;
}

Dump& Machine::dump() {
    if (!dump_) dump_ = std::make_unique<Dump>(*this);
    return *dump_;
}

DirtyRate& Machine::dirty_rate() {
    if (!dirty_rate_) dirty_rate_ = std::make_unique<DirtyRate>(clocks_, memory_, ram_.get());
    return *dirty_rate_;
}

pid_t Machine::thread_of(unsigned index) {
    auto& thread = find_cpu(index)->host_thread;
    // As QEMU names them when -name debug-threads=on asks for it.
    if (!thread) thread = std::make_unique<VcpuThread>(fmt::format("CPU {}/{}", index, accelerator_ == "kvm" ? "KVM" : "TCG"));
    return thread->id();
}

std::string Machine::cpu_type() const { return (config_.cpu ? config_.cpu->model : "qemu64") + "-x86_64-cpu"; }

Vcpu* Machine::find_cpu(std::int64_t index) {
    const auto found = std::find_if(cpus_.begin(), cpus_.end(), [&](const Vcpu& cpu) { return cpu.index == index; });
    return found == cpus_.end() ? nullptr : &*found;
}

void Machine::add_cpu(unsigned index, Device& object) {
    Vcpu cpu;
    cpu.index = index;
    cpu.place = topology().place(index);
    cpu.apic_id = topology().apic_id(index);
    cpu.object = &object;
    reset_cpu(cpu);
    cpus_.push_back(std::move(cpu));
}

void Machine::remove_cpu(unsigned index) {
    std::erase_if(cpus_, [&](const Vcpu& cpu) { return cpu.index == index; });
}

bool Machine::add_boot_cpus(const cli::Reporter& reporter) {
    const qom::Type* type = qom::find_type(cpu_type());      // -cpu has been checked
    for (unsigned index = 0; index < config_.smp.cpus; ++index) {
        auto object = CpuObject::make(*type, *this, index, [&](const std::string& complaint) { reporter.warning(complaint); });
        if (!object) {
            reporter.error(object.error());
            return false;
        }
        add_cpu(index, **object);
        devices_.add_onboard(std::move(*object));
        if (index == 0) devices_.skip_onboard();      // kvmvapic, which comes with the first one
    }
    return true;
}

/// What the guest is told of threads needs a feature that most of AMD's models lack.
void warn_of_hyperthreading(const Machine& machine, const cli::Reporter& reporter) {
    const unsigned threads = machine.config().smp.threads;
    const auto& cpu = static_cast<const CpuObject&>(*machine.find_cpu(0)->object);
    if (threads == 1 || !cpu.lacks_hyperthreading(machine.accelerator() == "kvm")) return;
    reporter.warning(fmt::format("This family of AMD CPU doesn't support hyperthreading({})", threads));
    reporter.hint("Please configure -smp options properly or try enabling topoext feature.");
}

void Machine::reset_cpu(Vcpu& cpu) {
    cpu.nmi_pending = false;
    cpu.registers.reset(static_cast<const CpuObject&>(*cpu.object).model().signature(), cpu.index == 0);
    cpu.apic = LocalApic{.id = static_cast<std::uint8_t>(cpu.apic_id)};
}

bool Machine::machine_check(unsigned cpu, unsigned bank, MachineCheckBank report) {
    constexpr std::uint64_t kUncorrected = std::uint64_t{1} << 61;
    Vcpu& target = *find_cpu(cpu);
    if (report.status & kUncorrected) {
        // CR4.MCE is off: the CPU shuts down, and the board resets it.
        life_.request_reset(ShutdownCause::guest_reset);
        return false;
    }
    target.machine_checks.at(bank) = report;
    return true;
}

bool Machine::choose_pointer(std::int64_t index) { return input_.select_pointer(index); }

std::vector<PointerDevice> Machine::pointers() const {
    std::vector<PointerDevice> list;
    for (const Input::Pointer& pointer : input_.pointers())
        list.push_back({pointer.index, std::string(pointer.name), pointer.absolute});
    return list;
}

bool Machine::open_drives(const cli::Reporter& reporter) {
    for (const cli::Arguments& arguments : config_.blockdevs) {
        auto options = from_qdict<BlockdevOptions>(arguments.members, arguments.mode);
        auto added = options ? block_.add_node(*options) : fail(options.error());
        if (added) continue;
        reporter.error(arguments.where, added.error());
        return false;
    }
    for (const cli::Drive& drive : config_.drives) {
        std::vector<std::pair<std::string, std::string>> pairs;
        for (const Option& option : drive.options.entries()) pairs.emplace_back(option.key, option.value);
        if (drive.options.id()) pairs.emplace_back("id", *drive.options.id());
        auto options = DriveOptions::parse(pairs);
        auto added = options ? block_.add_drive(*options) : fail(options.error());
        if (added) drive_origins_.emplace_back(*added, &drive.where);
        if (added) continue;
        reporter.error(drive.where, added.error());
        return false;
    }
    add_default_drive(config_.default_cdrom, DriveInterface::ide, 2, "cdrom");
    add_default_drive(config_.default_floppy, DriveInterface::floppy, 0, "disk");
    add_default_drive(config_.defaults && type_->usual_card_reader(), DriveInterface::sd, 0, "disk");
    return true;
}

void Machine::add_default_drive(bool wanted, DriveInterface interface, int index, const char* media) {
    const int units = block_.units_per_bus(interface);
    const int bus = units ? index / units : 0, unit = units ? index % units : index;
    if (!wanted || block_.find_drive_at(interface, bus, unit)) return;
    const auto options = DriveOptions::parse(
        {{"if", std::string(drive_interface_name(interface))}, {"index", std::to_string(index)}, {"media", media}});
    if (options) (void)block_.add_drive(*options);      // an empty drive: there is nothing to fail
}

bool Machine::add_firmware_options(const cli::Reporter& reporter) {
    for (const cli::FwCfg& file : config_.fw_cfg) {
        auto added = board_ ? board_->firmware().add_user_file(file) : fail("fw_cfg device not available");
        if (added) continue;
        reporter.error(file.where, added.error());
        return false;
    }
    return true;
}

namespace {

/// Made after the networks that they hang on.
bool is_filter(const cli::Arguments& object) {
    const QObject* type = object.members.find("qom-type");
    return type && type->string() && type->string()->starts_with("filter-");
}

bool add_objects_that(Machine& machine, const cli::Reporter& reporter, bool are_filters) {
    for (const cli::Arguments& object : machine.config().objects) {
        if (is_filter(object) != are_filters) continue;
        auto added = add_object(machine, object.members, object.mode);
        if (added) continue;
        reporter.error(added.error());      // they are made long after their options were read
        return false;
    }
    return true;
}

}  // namespace

bool Machine::add_objects(const cli::Reporter& reporter) { return add_objects_that(*this, reporter, false); }

/// After -preconfig; else it has been done.
bool Machine::complete_numa(const cli::Reporter& reporter) {
    if (!config_.preconfig) return true;
    const auto complete = numa_.complete(cli::numa_machine(config_), [&](std::string_view text) { reporter.warning(text); });
    if (!complete) reporter.error(complete.error());
    return complete.has_value();
}

/// The RAM is that of the nodes' backends, one behind the other.
Result<void> Machine::join_node_memory() {
    std::vector<MemoryBackend*> backends;
    for (const std::string& id : numa_.backends()) {
        auto* backend = find_object<MemoryBackend>(devices_, id);
        if (!backend) return fail(fmt::format("Memory backend '{}' not found", id));
        if (backend->in_use()) return fail(fmt::format("memory backend {} can't be used multiple times.", id));
        backends.push_back(backend);
    }
    ram_ = RHEA_TRY(MemoryBackend::join(backends));
    for (MemoryBackend* backend : backends) backend->add_user();
    return {};
}

Result<MemoryBackend*> Machine::ram_backend(const std::string& id) {
    auto* backend = find_object<MemoryBackend>(devices_, id);
    if (!backend) return fail(fmt::format("Memory backend '{}' not found", id));
    if (backend->size() != config_.memory.size) return fail("Machine memory size does not match the size of the memory backend");
    return backend;
}

bool Machine::can_be_built(const cli::Reporter& reporter) {
    const auto& wanted = config_.machine.properties.memory_backend;
    const auto backend = wanted ? ram_backend(*wanted) : nullptr;
    if (!backend) reporter.error(backend.error());
    return backend.has_value();
}

bool Machine::make_ram(const cli::Reporter& reporter) {
    if (auto possible = device_memory_.check(); !possible) {
        reporter.error(possible.error());
        return false;
    }
    if (!numa_.backends().empty()) {
        auto joined = join_node_memory();
        if (!joined) reporter.error(joined.error());
        return joined.has_value();
    }
    auto wanted = config_.machine.properties.memory_backend;
    if (!wanted && !config_.memory.path.empty()) {
        wanted = std::string(type_->default_ram_id);
        const auto made = add_object(*this, {{"qom-type", "memory-backend-file"}, {"id", *wanted}, {"size", config_.memory.size},
                                             {"mem-path", config_.memory.path}}, InputMode::json);
        if (!made) {
            reporter.error(made.error());
            return false;
        }
    }
    if (wanted) {
        const auto backend = ram_backend(*wanted);
        if (!backend) {
            reporter.error(backend.error());
            return false;
        }
        ram_ = GuestMemory::over((*backend)->memory(), (*backend)->size());
        (*backend)->add_user();
        return true;
    }
    auto ram = GuestMemory::allocate(config_.memory.size, type_->default_ram_id);
    if (!ram) {
        reporter.error(ram.error());
        return false;
    }
    ram_ = std::move(*ram);
    auto backend = std::make_unique<MemoryBackend>(MemoryBackend::kRam, ram_->size());
    backend->add_user();
    devices_.objects().add_child(std::string(type_->default_ram_id), std::move(backend));
    return true;
}

bool Machine::plug_devices(const cli::Reporter& reporter) {
    for (const cli::Text& device : config_.usb_devices) {
        if (auto plugged = plug_usb_device(*this, device.value)) continue;
        else reporter.error(device.where, plugged.error());
        reporter.error(device.where, fmt::format("could not add USB device '{}'", device.value));
        return false;
    }
    const auto plug = [&](const QDict& options, InputMode mode, const cli::Location& where) {
        const auto plugged = plug_device(*this, options, mode);
        if (!plugged) reporter.error(where, plugged.error());
        return plugged.has_value();
    };
    const auto plug_all = [&](bool json) {
        return std::all_of(config_.devices.begin(), config_.devices.end(), [&](const cli::Arguments& device) {
            return (device.mode == InputMode::json) != json || plug(device.members, device.mode, device.where);
        });
    };
    // -drive if=virtio is one more -device; those that are described as JSON come last.
    if (!plug_all(false)) return false;
    for (const auto& [drive, where] : drive_origins_)
        if (drive->interface == DriveInterface::virtio &&
            !plug({{"driver", "virtio-blk-pci"}, {"drive", drive->backend->name()}}, InputMode::keyval, *where))
            return false;
    if (!plug_all(true)) return false;
    // -debugcon: one more device, after the others.
    for (const cli::Text& debugcon : config_.debugcons) {
        const QDict options{{"driver", "isa-debugcon"}, {"chardev", "debugcon"}};
        auto plugged = plug_device(*this, options, InputMode::keyval);
        if (plugged) continue;
        reporter.error(debugcon.where, plugged.error());
        return false;
    }
    return true;
}

bool Machine::open_networks(const cli::Reporter& reporter) {
    auto cards = net::make_networks(network_, config_, reporter);
    if (!cards) return false;
    planned_cards_ = std::move(*cards);
    return add_objects_that(*this, reporter, true);
}

bool Machine::open_ports(const cli::Reporter& reporter) {
    return open_port_chardevs(chardevs_, engine_, config_, reporter, port_chardevs_);
}

bool Machine::build(const cli::Reporter& reporter) {
    if (type_->is_pc()) {
        if (!complete_numa(reporter) || !make_ram(reporter)) return false;
        if (type_->chipset == Chipset::q35) ram_->set_split({0xb0000000, 0x80000000});
        ram_->map_into(memory_);
        if (!add_boot_cpus(reporter)) return false;
        warn_of_hyperthreading(*this, reporter);
        board_ = std::make_unique<PcBoard>(*this);
        root_buses_ = board_->root_buses();
        for (const auto& [drive, where] : drive_origins_) {
            const auto& said = config_.machine.properties;
            if (drive->interface != DriveInterface::pflash || drive->bus != 0 || !(drive->unit == 0 ? said.pflash0 : drive->unit == 1 ? said.pflash1 : std::nullopt)) continue;
            reporter.error(*where, "clashes with -machine");
            return false;
        }
        if (auto inserted = board_->flash().insert(*this); !inserted) {
            reporter.error(inserted.error().description());
            if (!inserted.error().hint().empty()) reporter.info({}, inserted.error().hint());
            return false;
        }
        if (auto loaded = board_->flash().holds_firmware() ? Result<void>() : board_->firmware().load_bios(); !loaded) {
            reporter.hint("qemu: " + loaded.error().description());
            return false;
        }
        if (auto loaded = board_->firmware().load_kernel(); !loaded) {
            reporter.hint(loaded.error().description());
            return false;
        }
        board_->firmware().load_option_roms([&reporter](const std::string& text) { reporter.hint(text); });
        if (auto built = board_->build(*this); !built) {
            reporter.error(built.error());
            return false;
        }
        life_.on_nmi([this] {
            for (Vcpu& cpu : cpus_) cpu.nmi_pending = true;
        });
    } else {
        if (config_.memory.size != 0) {
            if (!make_ram(reporter)) return false;
            memory_.add({.name = std::string(type_->default_ram_id), .base = 0, .size = ram_->size(), .memory = ram_->at(0)});
        }
        bare_bus_ = std::make_unique<Bus>(kSystemBus, "main-system-bus");
        devices_.unattached().add_part("sysbus", *bare_bus_);
        life_.set_wakeup_supported(false);
    }
    life_.on_reset([this] {
        devices_.reset();
        if (board_) board_->reset(*this);
        for (Vcpu& cpu : cpus_) reset_cpu(cpu);
    });
    if (!add_firmware_options(reporter) || !plug_devices(reporter)) return false;
    if (board_) board_->complete(*this);
    warn_of_globals(*this, reporter);
    DriveBoard::warn_of_floppies(*this, reporter);
    if (!board_)
        for (const net::CardPlan& card : planned_cards_)
            reporter.warning(fmt::format("requested NIC (anonymous, model {}) was not created (not supported by this machine?)",
                                         card.model.empty() ? "unspecified" : card.model));
    network_.check([&](const std::string& text) { reporter.warning(text); });
    // Every drive with a place on a bus has found its controller.
    for (const auto& [drive, where] : drive_origins_) {
        if (drive->claimed || drive->interface == DriveInterface::none || drive->interface == DriveInterface::virtio) continue;
        reporter.error(*where, drive->unclaimed_error());
        return false;
    }
    return true;
}

bool Machine::open_screens(const cli::Reporter& reporter) {
    if (config_.vncs.empty()) return true;
    vnc_ = VncServers::open(*this, reporter);
    return vnc_ != nullptr;
}

Bus* Machine::system_bus() { return board_ ? &board_->system_bus() : bare_bus_.get(); }

bool Machine::device_exists(std::string_view id_or_path) const {
    return devices_.find_id(id_or_path) || devices_.find_path(id_or_path);
}

std::int64_t Machine::accounting_now() const {
    return clocks_.manual() ? clocks_.now(ClockType::virtual_time) : BlockHost::accounting_now();
}

std::optional<std::int64_t> Machine::accounted_latency() const {
    constexpr std::int64_t kMillisecond = 1'000'000;
    return clocks_.manual() ? std::optional(kMillisecond) : std::nullopt;
}

bool Machine::iothread_exists(std::string_view id) { return find_object<Iothread>(devices_, id) != nullptr; }

QtestTarget::Pins Machine::input_pins(std::string_view path) {
    if (!board_) return {};
    const Device* device = path.empty() ? nullptr : devices_.find_path(path);
    if (!device) return {};
    return {true, device->type_name() == "ioapic" ? &board_->gsi() : nullptr};
}

QtestTarget::Pins Machine::output_pins(std::string_view path) {
    Pins pins = input_pins(path);
    pins.pins = nullptr;
    return pins;
}

bool Machine::load_module(std::string_view, std::string_view) { return false; }

}  // namespace rhea
