#include "machine/cli/machine_choice.h"

#include <algorithm>

#include <fmt/format.h>

#include "machine/cli/machine_choice_parts.h"
#include "machine/machine_types.h"

namespace rhea::cli {

namespace {

constexpr std::uint64_t kMiB = 1u << 20;
constexpr std::uint64_t kMemoryGranularity = 8192;

constexpr std::string_view kVgaTypes[] = {"none", "std", "cirrus", "vmware", "xenfb", "qxl", "virtio", "tcx", "cg3"};

/// What the empty machine has too; the rest belongs to the pc's board.
bool is_common_property(std::string_view name) {
    static constexpr std::string_view kCommon[] = {"append",
                                                   "boot",
                                                   "confidential-guest-support",
                                                   "dt-compatible",
                                                   "dtb",
                                                   "dump-guest-core",
                                                   "dumpdtb",
                                                   "firmware",
                                                   "graphics",
                                                   "initrd",
                                                   "kernel",
                                                   "mem-merge",
                                                   "memory",
                                                   "memory-backend",
                                                   "memory-encryption",
                                                   "phandle-start",
                                                   "smp",
                                                   "suppress-vmdesc",
                                                   "usb"};
    return std::find(std::begin(kCommon), std::end(kCommon), name) != std::end(kCommon);
}

Result<void> resolve_smp(const SmpConfiguration& asked, const MachineType& type, Reporter& reporter, Smp& smp) {
    bool deprecated = false;
    auto found = topology(asked, {std::string(type.name), static_cast<unsigned>(type.max_cpus), type.is_pc(), type.prefers_sockets()}, deprecated);
    if (deprecated)
        reporter.warning("Deprecated CPU topology (considered invalid): CPU topology parameters must be greater than zero");
    smp = RHEA_TRY(std::move(found));
    return {};
}

Result<void> resolve_memory(const MemoryConfiguration& asked, const MachineType& type, Memory& memory) {
    memory.size = asked.size.value_or(0);
    if (memory.size == 0) memory.size = type.is_pc() ? 128 * kMiB : 0;
    if (__builtin_add_overflow(memory.size, kMemoryGranularity - 1, &memory.size)) return fail("ram size too large");
    memory.size &= ~(kMemoryGranularity - 1);
    memory.max_size = asked.max_size.value_or(memory.size);
    memory.slots = static_cast<std::uint64_t>(asked.slots.value_or(0));
    if (asked.max_size) {
        if (memory.max_size < memory.size)
            return fail(
                fmt::format("invalid value of maxmem: maximum memory size (0x{:x}) must be at least the initial memory "
                            "size (0x{:x})",
                            memory.max_size, memory.size));
        if (memory.slots && memory.max_size == memory.size)
            return fail(
                fmt::format("invalid value of maxmem: memory slots were specified but maximum memory size (0x{:x}) is "
                            "equal to the initial memory size (0x{:x})",
                            memory.max_size, memory.size));
    } else if (asked.slots) {
        return fail("slots specified but no max-size");
    }
    return {};
}

Result<void> check_letters(const std::string& order) {
    std::uint32_t seen = 0;
    for (char c : order) {
        if (c < 'a' || c > 'p') return fail(fmt::format("Invalid boot device '{}'", c));
        if (seen & 1u << (c - 'a')) return fail(fmt::format("Boot device '{}' was given twice", c));
        seen |= 1u << (c - 'a');
    }
    return {};
}

Result<void> resolve_boot(const BootConfiguration& asked, Boot& boot) {
    for (const auto& order : {asked.order, asked.once})
        if (order) RHEA_CHECK(check_letters(*order));
    if (asked.order) boot.order = *asked.order;
    boot.once = asked.once.value_or("");
    boot.splash = asked.splash.value_or("");
    boot.menu = asked.menu.value_or(false);
    boot.strict = asked.strict.value_or(false);
    boot.splash_time = asked.splash_time;
    boot.reboot_timeout = asked.reboot_timeout;
    return {};
}

/// What a property of the right type may still not be.
Result<void> check_property(const MachineProperties& p, std::string_view name) {
    if (name == "max-ram-below-4g" && *p.max_ram_below_4g > 4096 * kMiB)
        return fail(
            fmt::format("Machine option 'max-ram-below-4g={}' expects size less than or equal to 4G", *p.max_ram_below_4g));
    if (name == "x-oem-id" && p.x_oem_id->size() > 6)
        return fail("User specified x-oem-id value is bigger than 6 bytes in size");
    if (name == "x-oem-table-id" && p.x_oem_table_id->size() > 8)
        return fail("User specified x-oem-table-id value is bigger than 8 bytes in size");
    // No object of these kinds can be made here, so the name given is none of one.
    if (name == "confidential-guest-support")
        return fail(Error::generic(fmt::format("Device '{}' not found", *p.confidential_guest_support)));
    if (name == "memory-encryption") return fail(fmt::format("No such memory encryption object '{}'", *p.memory_encryption));
    if (name == "nvdimm-persistence" && *p.nvdimm_persistence != "cpu" && *p.nvdimm_persistence != "mem-ctrl")
        return fail(fmt::format("-machine nvdimm-persistence={}: unsupported option", *p.nvdimm_persistence));
    const bool asks_too_much = name == "dumpdtb" ||
                               (name == "cxl" && *p.cxl) || (name == "nvdimm" && *p.nvdimm);
    if (asks_too_much) return fail(fmt::format("-machine {}: not supported by this build", name));
    return {};
}

Result<void> apply_property(const MachineType& type, const QDictEntry& entry, MachineProperties& properties) {
    if (type.is_pc() && (entry.key == "sgx-epc" || entry.key == "cxl-fmw"))
        return fail(fmt::format("-machine {}: not supported by this build", entry.key));
    if (entry.key == "memory" && !entry.value.dict()) return fail("Parameter 'memory' used inconsistently");
    if (!machine_has(type, entry.key)) return fail(fmt::format("Property '{}-machine.{}' not found", type.name, entry.key));
    QDict one;
    one.put(entry.key, entry.value);
    RHEA_CHECK(from_qdict(type_of<MachineProperties>(), &properties, one, InputMode::keyval));
    return check_property(properties, entry.key);
}

}  // namespace

tl::unexpected<Exit> complain(const Reporter& reporter, std::string_view text) {
    reporter.error(text);
    return tl::unexpected(Exit{1});
}

bool machine_has(const MachineType& type, std::string_view property) {
    const auto members = type_of<MachineProperties>().members;
    return std::any_of(members.begin(), members.end(), [&](const Member& m) { return m.name == property; }) &&
           (type.is_pc() || is_common_property(property));
}

OrExit<void> choose_machine(Config& config, Reporter& reporter) {
    if (auto done = resolve_rtc(config.unresolved.rtc, config.rtc); !done)
        return complain(reporter, done.error().description());

    QDict& machine = config.unresolved.machine;
    const MachineType* type = find_machine_type("pc");
    if (const QObject* name = machine.find("type")) {
        type = name->string() ? find_machine_type(*name->string()) : nullptr;
        if (!type) return complain(reporter, "unsupported machine type\nUse -machine help to list supported machines");
        machine.erase("type");
    }
    config.machine.type = std::string(type->name);

    if (config.vga && std::find(std::begin(kVgaTypes), std::end(kVgaTypes), *config.vga) == std::end(kVgaTypes))
        return complain(reporter, fmt::format("unknown vga type: {}", *config.vga));
    if (config.display_gl && config.display == "none") return complain(reporter, "OpenGL is not supported by the display");
    if (config.display != "none") return complain(reporter, fmt::format("Display '{}' is not available.", config.display));
    if (auto done = add_default_devices(config, *type); !done) return complain(reporter, done.error().description());
    return {};
}

OrExit<void> apply_properties(Config& config, Reporter& reporter) {
    const MachineType& type = *find_machine_type(config.machine.type);
    QDict& machine = config.unresolved.machine;
    config.boot.order = type.is_pc() ? "cad" : "";
    MachineProperties& properties = config.machine.properties;

    std::vector<std::string> keys;
    for (const auto& entry : machine)
        if ((entry.key != "accel" && !is_accelerator_property(entry.key)) || entry.value.dict()) keys.push_back(entry.key);
    bool smp_given = false, memory_given = false;
    for (const std::string& key : keys) {
        QDictEntry entry{key, *machine.find(key)};
        auto done = apply_property(type, entry, properties);
        if (done && key == "smp") {
            done = resolve_smp(*properties.smp, type, reporter, config.smp);
            smp_given = true;
        }
        if (done && key == "memory") {
            done = resolve_memory(*properties.memory, type, config.memory);
            memory_given = true;
        }
        if (done && key == "boot") done = resolve_boot(*properties.boot, config.boot);
        if (!done) return complain(reporter, done.error().description());
    }
    if (!smp_given) config.smp = Smp{};
    if (!memory_given) {
        if (auto done = resolve_memory({}, type, config.memory); !done)
            return complain(reporter, done.error().description());
    }
    return {};
}

}  // namespace rhea::cli
