#include "machine/pc_firmware.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "machine/acpi/board_tables.h"
#include "machine/boot_devices.h"
#include "machine/devices/pvpanic.h"
#include "machine/devices/vmcoreinfo.h"
#include "machine/devices/vmgenid.h"
#include "machine/machine.h"
#include "machine/smbios.h"

namespace rhea {

namespace {

constexpr std::uint64_t kGiB4 = std::uint64_t{4} << 30;
constexpr std::uint64_t kOptionRoms = 0xc0000, kOptionRomsSize = 0x20000, kLowBiosEnd = 0x100000, kLowBiosMax = 0x20000;
constexpr std::int64_t kLinuxBootIndex = 0;
constexpr std::string_view kVapicRom = "kvmvapic.bin", kLinuxRom = "linuxboot_dma.bin";

constexpr const char *kAcpiTablesFile = "etc/acpi/tables", *kAcpiRsdpFile = "etc/acpi/rsdp", *kAcpiLoaderFile = "etc/table-loader";

enum MemoryKind : std::uint32_t { kRam = 1, kReserved = 2 };

void append_number(std::string& to, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) to += static_cast<char>(value >> (8 * i));
}

std::string number(std::uint64_t value, unsigned size) {
    std::string bytes;
    append_number(bytes, value, size);
    return bytes;
}

/// Whether a CPU model is one of AMD's, whose HyperTransport takes 12 GiB below 1 TiB.
bool is_amd(const std::optional<cli::Cpu>& cpu) {
    if (!cpu) return true;  // qemu64
    constexpr std::string_view kModels[] = {"qemu64", "qemu32", "max", "base", "phenom", "athlon", "Opteron_", "EPYC", "Dhyana"};
    return std::any_of(std::begin(kModels), std::end(kModels), [&](auto model) { return cpu->model.starts_with(model); });
}

}  // namespace

PcFirmware::PcFirmware(Machine& machine) : machine_(machine) {
    mappings_.push_back(std::make_unique<Mapping>(
        machine.memory(), AddressSpace::Region{.name = "pc.rom", .base = kOptionRoms, .size = kOptionRomsSize,
                                               .handler = &option_rom_area_, .read_only = true, .priority = GuestMemory::kLegacyPriority}));
}

PcFirmware::~PcFirmware() = default;

Result<void> PcFirmware::load_bios() {
    const auto& wanted = machine_.config().machine.properties.firmware;
    bios_name_ = wanted ? *wanted : std::string(machine_.type().firmware());
    if (const auto path = find_data_file(machine_.config().data_dirs, bios_name_))
        bios_ = FileImage::open(*path, wanted.has_value());
    if (bios_ && bios_->size() % kBiosUnit != 0) bios_.reset();
    if (!bios_) {
        if (!wanted) return {};  // the package is not installed: nothing is executed anyhow
        return fail(fmt::format("could not load PC BIOS '{}'", bios_name_));
    }
    if (const auto slash = bios_name_.rfind('/'); slash != std::string::npos) bios_name_.erase(0, slash + 1);
    const auto map = [this](const char* name, std::uint64_t end, std::uint64_t size, int priority) {
        mappings_.push_back(std::make_unique<Mapping>(
            machine_.memory(), AddressSpace::Region{.name = name, .base = end - size, .size = size,
                                                    .memory = bios_->data() + (bios_->size() - size), .read_only = true,
                                                    .priority = priority,
                                                    .alias_of = size == bios_->size() ? "" : "pc.bios",
                                                    .alias_offset = bios_->size() - size}));
    };
    map("pc.bios", kGiB4, bios_->size(), 0);
    map("isa-bios", kLowBiosEnd, std::min<std::uint64_t>(bios_->size(), kLowBiosMax), GuestMemory::kLegacyPriority);
    return {};
}

Result<void> PcFirmware::load_kernel() {
    if (machine_.config().machine.properties.kernel)
        linux_ = RHEA_TRY(load_linux(machine_.config().machine.properties, machine_.ram()->below_4g()));
    return {};
}

void PcFirmware::load_option_roms(const std::function<void(const std::string&)>& complain) {
    for (const cli::OptionRom& rom : machine_.config().option_roms) {
        const auto found = find_data_file(machine_.config().data_dirs, rom.file);
        if (auto bytes = read_whole_file(found.value_or(rom.file))) user_roms_.push_back({rom.file, std::move(*bytes), rom.boot_index});
        else complain(fmt::format("Could not open option rom '{}': {}", rom.file, std::strerror(errno)));
    }
}

std::optional<PcFirmware::OptionRom> PcFirmware::own_rom(std::string_view name, std::int64_t boot_index) const {
    const auto path = find_data_file(machine_.config().data_dirs, std::string(name));
    const auto image = path ? FileImage::open(*path, false) : nullptr;
    if (!image) return std::nullopt;
    return OptionRom{std::string(name), std::string(image->text()), boot_index};
}

std::vector<PcFirmware::OptionRom> PcFirmware::option_roms() const {
    std::vector<OptionRom> roms = user_roms_;
    if (auto vapic = own_rom(kVapicRom)) roms.push_back(std::move(*vapic));
    // What starts a kernel comes before all other devices.
    if (auto linux_boot = linux_ ? own_rom(kLinuxRom, kLinuxBootIndex) : std::nullopt) roms.push_back(std::move(*linux_boot));
    return roms;
}

std::vector<std::int64_t> PcFirmware::boot_indexes() const {
    std::vector<std::int64_t> indexes;
    for (const OptionRom& rom : user_roms_)
        if (rom.boot_index >= 0) indexes.push_back(rom.boot_index);
    if (linux_) indexes.push_back(kLinuxBootIndex);
    return indexes;
}

Result<void> PcFirmware::add_user_file(const cli::FwCfg& file) {
    const auto same = [&](const auto& other) { return other.first == file.name; };
    if (std::any_of(user_files_.begin(), user_files_.end(), same)) return fail("duplicate fw_cfg file name: " + file.name);
    if (file.gen_id) return fail(fmt::format("Cannot find object ID '{}'", *file.gen_id));
    std::string bytes = file.string.value_or("");
    if (file.file) {
        auto read = read_whole_file(*file.file);
        if (!read) return fail(fmt::format("can't load {}: {}", *file.file, read.error().description()));
        bytes = std::move(*read);
    }
    user_files_.emplace_back(file.name, std::move(bytes));
    return {};
}

std::string PcFirmware::e820() const {
    std::string table;
    const auto add = [&](std::uint64_t base, std::uint64_t size, MemoryKind kind) {
        append_number(table, base, 8);
        append_number(table, size, 8);
        append_number(table, kind, 4);
    };
    constexpr std::uint64_t kHyperTransport = 0xfd00000000, kHyperTransportSize = 0x300000000;
    if (is_amd(machine_.config().cpu)) add(kHyperTransport, kHyperTransportSize, kReserved);
    const GuestMemory& ram = *machine_.ram();
    add(0, ram.below_4g(), kRam);
    if (ram.above_4g() > 0) add(kGiB4, ram.above_4g(), kRam);
    return table;
}

/// What the firmware needs for the ACPI table of the HPET: its place for eight of them, one in use.
std::string PcFirmware::hpet() const {
    constexpr std::uint32_t kTimerBlock = 0x8086a201;
    constexpr std::uint64_t kAddress = 0xfed00000;
    constexpr std::size_t kSize = 1 + 8 * (4 + 8 + 2 + 1);
    std::string table(1, '\1');
    append_number(table, kTimerBlock, 4);
    append_number(table, kAddress, 8);
    table.resize(kSize);
    return table;
}

bool PcFirmware::has_acpi() const { return machine_.type().builds_acpi() && machine_.config().machine.properties.acpi != OnOffAuto::off; }

/// How many nodes there are, the node of each APIC id, and the memory of each node.
std::string PcFirmware::numa(std::size_t apic_ids) const {
    const cli::Numa& numa = machine_.numa();
    const CpuTopology topology = machine_.topology();
    std::vector<std::uint64_t> table(1 + apic_ids);
    table[0] = numa.count();
    for (unsigned index = 0; index < topology.places(); ++index) table[1 + topology.apic_id(index)] = numa.node_of_cpu(index).value_or(0);
    for (unsigned node = 0; node < numa.count(); ++node) table.push_back(numa.memory(node));
    std::string bytes;
    for (const std::uint64_t entry : table) append_number(bytes, entry, 8);
    return bytes;
}

void PcFirmware::fill(FwCfg& to) const {
    const cli::Config& config = machine_.config();
    const CpuTopology topology = machine_.topology();
    const std::size_t cpus = machine_.cpus().size(), most = topology.apic_id(topology.places() - 1) + 1;
    if (config.uuid) to.set(FwCfg::kUuid, {reinterpret_cast<const char*>(config.uuid->data()), config.uuid->size()});
    else to.set(FwCfg::kUuid, std::string(16, '\0'));
    to.set_number(FwCfg::kRamSize, machine_.ram()->size(), 8);
    to.set_number(FwCfg::kNoGraphics, config.graphics ? 0 : 1, 2);
    to.set_number(FwCfg::kCpus, cpus, 2);
    to.set_number(FwCfg::kBootMenu, config.boot.menu ? 1 : 0, 2);
    to.set_number(FwCfg::kMaxCpus, most, 2);
    to.set(FwCfg::kNuma, numa(most));
    std::string given = number(config.acpi_tables.size(), 2);
    for (const cli::AcpiTable& one : config.acpi_tables) {
        const std::string table = acpi::user_table(one);
        append_number(given, table.size(), 2);
        given += table;
    }
    to.set(FwCfg::kAcpiTables, std::move(given));
    to.set_number(FwCfg::kIrq0Override, 1, 4);
    to.set(FwCfg::kHpet, hpet());

    if (linux_) {
        const auto add = [&to](const std::string& bytes, std::uint32_t address, FwCfg::Item where, FwCfg::Item size, FwCfg::Item data) {
            to.set_number(where, address, 4);
            to.set_number(size, bytes.size(), 4);
            to.set(data, bytes);
        };
        add(linux_->command_line, linux_->command_line_address, FwCfg::kCommandLineAddress, FwCfg::kCommandLineSize, FwCfg::kCommandLineData);
        add(linux_->kernel, linux_->kernel_address, FwCfg::kKernelAddress, FwCfg::kKernelSize, FwCfg::kKernelData);
        add(linux_->setup, linux_->setup_address, FwCfg::kSetupAddress, FwCfg::kSetupSize, FwCfg::kSetupData);
        if (config.machine.properties.initrd)
            add(linux_->initrd, linux_->initrd_address, FwCfg::kInitrdAddress, FwCfg::kInitrdSize, FwCfg::kInitrdData);
    }

    const auto roms = option_roms();
    BootOrder boot = boot_devices(machine_.devices());
    for (const OptionRom& rom : roms)
        if (rom.boot_index >= 0) boot.add_rom(static_cast<std::int32_t>(rom.boot_index), "/rom@" + rom.path());
    std::string order = boot.boot_order();
    if (!order.empty() && config.boot.strict) {
        order.back() = '\n';
        order.append("HALT").push_back('\0');
    }
    to.add_file("bootorder", std::move(order));
    to.add_file("bios-geometry", boot.geometries());
    if (has_acpi()) {
        acpi::Files tables = acpi::board_files(machine_);
        to.add_file(kAcpiTablesFile, std::move(tables.tables));
        to.add_file(kAcpiRsdpFile, std::move(tables.rsdp));
        to.add_file(kAcpiLoaderFile, std::move(tables.loader));
    }
    to.add_file("etc/boot-fail-wait", number(static_cast<std::uint64_t>(config.boot.reboot_timeout.value_or(-1)), 4));
    if (config.boot.splash_time) to.add_file("etc/boot-menu-wait", number(static_cast<std::uint64_t>(*config.boot.splash_time), 2));
    to.add_file("etc/e820", e820());
    to.add_file("etc/tpm/log", {});
    const DeviceMemory& devices = machine_.device_memory();
    constexpr std::uint64_t kGiB = 1 << 30;
    if (devices.size() > 0) to.add_file("etc/reserved-memory-end", number((devices.base() + devices.size() + kGiB - 1) / kGiB * kGiB, 8));
    // S3 and S4 can be had; S4 is sleep type 2.
    to.add_file("etc/system-states", std::string("\x80\x00\x00\x81\x82\x80", 6));
    machine_.devices().for_each_device([&to](Device& device) {
        if (const auto* generation = dynamic_cast<const VmGenId*>(&device)) generation->add_files(to);
        if (auto* info = dynamic_cast<VmCoreInfo*>(&device)) info->add_file(to);
    });
    const PvpanicIsa* panic = nullptr;
    machine_.devices().for_each_device([&panic](Device& device) {
        if (!panic) panic = dynamic_cast<const PvpanicIsa*>(&device);
    });
    if (panic) to.add_file("etc/pvpanic-port", number(panic->base(), 2));
    if (!config.boot.splash.empty())
        if (auto splash = read_whole_file(config.boot.splash)) to.add_file("bootsplash.jpg", std::move(*splash));
    const SmbiosTables smbios = make_smbios(machine_);
    to.add_file("etc/smbios/smbios-anchor", smbios.anchor);
    to.add_file("etc/smbios/smbios-tables", smbios.tables);
    for (const OptionRom& rom : roms) to.add_file(rom.path(), rom.bytes);
    for (const auto& [name, bytes] : user_files_) to.add_file(name, bytes);
}

std::vector<RomInfo> PcFirmware::roms() const {
    std::vector<RomInfo> list;
    for (const OptionRom& rom : option_roms()) list.push_back({RomInfo::Kind::fw_cfg, 0, rom.bytes.size(), rom.name, rom.path()});
    if (bios_) list.push_back({RomInfo::Kind::memory, kGiB4 - bios_->size(), bios_->size(), bios_name_, {}});
    // Places as large as the files may become.
    if (has_acpi())
        for (const auto& [name, size, used] : {std::tuple{kAcpiTablesFile, 0x200000u, 0x20000u}, {kAcpiLoaderFile, 0x10000u, 0x1000u}, {kAcpiRsdpFile, 0x1000u, 0x1000u}})
            if (std::string_view(name) != kAcpiRsdpFile || machine_.type().keeps_acpi_root()) list.push_back({RomInfo::Kind::acpi, 0, size, name, {}, used});
    return list;
}

}  // namespace rhea
