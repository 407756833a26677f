#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>

#include "machine/commands.h"
#include "machine/machine.h"
#include "machine/qom/commands.h"
#include "monitor/command_table.h"

namespace rhea {

struct NameInfo { std::optional<std::string> name; };
struct UuidInfo { std::string uuid; };
struct KvmInfo { bool enabled = false, present = false; };
struct CpuInstanceProperties { std::optional<std::int64_t> node_id, socket_id, die_id, cluster_id, core_id, thread_id; };
enum class SysEmuTarget {
    aarch64, alpha, arm, avr, cris, hppa, i386, loongarch64, m68k, microblaze, microblazeel, mips, mips64, mips64el, mipsel,
    nios2, or1k, ppc, ppc64, riscv32, riscv64, rx, s390x, sh4, sh4eb, sparc, sparc64, tricore, x86_64, xtensa, xtensaeb,
};
enum class CpuS390State { uninitialized, stopped, check_stop, operating, load };
struct CpuInfoS390 { CpuS390State cpu_state{}; };
struct CpuInfoFast {
    std::int64_t cpu_index = 0;
    std::string qom_path;
    std::int64_t thread_id = 0;
    std::optional<CpuInstanceProperties> props;
    SysEmuTarget target = SysEmuTarget::x86_64;
    std::variant<std::monostate, CpuInfoS390> u;
};
struct HotpluggableCpu {
    std::string type;
    std::int64_t vcpus_count = 1;
    CpuInstanceProperties props;
    std::optional<std::string> qom_path;      ///< of the CPU that is there
};
struct TargetInfo { SysEmuTarget arch = SysEmuTarget::x86_64; };
struct MachineInfo {
    std::string name;
    std::optional<std::string> alias;
    std::optional<bool> is_default;
    std::int64_t cpu_max = 0;
    bool hotpluggable_cpus = false, numa_mem_supported = false, deprecated = false;
    std::optional<std::string> default_cpu_type, default_ram_id;
};

template <> inline constexpr auto description<NameInfo> = object("NameInfo", member<&NameInfo::name>("name"));
template <> inline constexpr auto description<UuidInfo> = object("UuidInfo", member<&UuidInfo::uuid>("UUID"));
template <>
inline constexpr auto description<KvmInfo> = object("KvmInfo", member<&KvmInfo::enabled>("enabled"), member<&KvmInfo::present>("present"));
template <>
inline constexpr auto description<CpuInstanceProperties> = object(
    "CpuInstanceProperties", member<&CpuInstanceProperties::node_id>("node-id"),
    member<&CpuInstanceProperties::socket_id>("socket-id"), member<&CpuInstanceProperties::die_id>("die-id"),
    member<&CpuInstanceProperties::cluster_id>("cluster-id"), member<&CpuInstanceProperties::core_id>("core-id"),
    member<&CpuInstanceProperties::thread_id>("thread-id"));
template <>
inline constexpr auto description<SysEmuTarget> = enumeration<SysEmuTarget>(
    "SysEmuTarget", "aarch64", "alpha", "arm", "avr", "cris", "hppa", "i386", "loongarch64", "m68k", "microblaze", "microblazeel",
    "mips", "mips64", "mips64el", "mipsel", "nios2", "or1k", "ppc", "ppc64", "riscv32", "riscv64", "rx", "s390x", "sh4", "sh4eb",
    "sparc", "sparc64", "tricore", "x86_64", "xtensa", "xtensaeb");
template <>
inline constexpr auto description<CpuS390State> =
    enumeration<CpuS390State>("CpuS390State", "uninitialized", "stopped", "check-stop", "operating", "load");
template <> inline constexpr auto description<CpuInfoS390> = object("CpuInfoS390", member<&CpuInfoS390::cpu_state>("cpu-state"));
template <>
inline constexpr auto description<CpuInfoFast> = flat_union<&CpuInfoFast::target, &CpuInfoFast::u>(
    "CpuInfoFast", branches(branch<CpuInfoS390>(SysEmuTarget::s390x)), member<&CpuInfoFast::cpu_index>("cpu-index"),
    member<&CpuInfoFast::qom_path>("qom-path"), member<&CpuInfoFast::thread_id>("thread-id"),
    member<&CpuInfoFast::props>("props"), member<&CpuInfoFast::target>("target"));
template <>
inline constexpr auto description<HotpluggableCpu> =
    object("HotpluggableCPU", member<&HotpluggableCpu::type>("type"), member<&HotpluggableCpu::vcpus_count>("vcpus-count"),
           member<&HotpluggableCpu::props>("props"), member<&HotpluggableCpu::qom_path>("qom-path"));
template <> inline constexpr auto description<TargetInfo> = object("TargetInfo", member<&TargetInfo::arch>("arch"));
template <>
inline constexpr auto description<MachineInfo> =
    object("MachineInfo", member<&MachineInfo::name>("name"), member<&MachineInfo::alias>("alias"),
           member<&MachineInfo::is_default>("is-default"), member<&MachineInfo::cpu_max>("cpu-max"),
           member<&MachineInfo::hotpluggable_cpus>("hotpluggable-cpus"),
           member<&MachineInfo::numa_mem_supported>("numa-mem-supported"), member<&MachineInfo::deprecated>("deprecated"),
           member<&MachineInfo::default_cpu_type>("default-cpu-type"), member<&MachineInfo::default_ram_id>("default-ram-id"));

namespace {

Result<NameInfo> query_name(Machine& machine, const Empty&) {
    NameInfo info;
    if (!machine.config().guest_name.empty()) info.name = machine.config().guest_name;
    return info;
}

Result<UuidInfo> query_uuid(Machine& machine, const Empty&) {
    const auto uuid = machine.config().uuid.value_or(std::array<std::uint8_t, 16>{});
    UuidInfo info;
    for (std::size_t i = 0; i < uuid.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) info.uuid += '-';
        info.uuid += fmt::format("{:02x}", uuid[i]);
    }
    return info;
}

Result<KvmInfo> query_kvm(Machine& machine, const Empty&) {
    // "present" tells that the accelerator is built in, not that the host has it.
    return KvmInfo{machine.accelerator() == "kvm", true};
}

CpuInstanceProperties properties_of(const Machine& machine, unsigned index) {
    const CpuPlace place = machine.topology().place(index);
    CpuInstanceProperties props;
    if (const auto node = machine.numa().node_of_cpu(index)) props.node_id = *node;
    props.socket_id = place.socket;
    if (machine.config().smp.dies > 1) props.die_id = place.die;
    props.core_id = place.core;
    props.thread_id = place.thread;
    return props;
}

Result<std::vector<CpuInfoFast>> query_cpus_fast(Machine& machine, const Empty&) {
    std::vector<CpuInfoFast> cpus;
    for (const Vcpu& cpu : machine.cpus()) {
        CpuInfoFast info;
        info.cpu_index = cpu.index;
        info.qom_path = cpu.object->qom_path();
        info.thread_id = machine.thread_of(cpu.index);
        info.props = properties_of(machine, cpu.index);
        cpus.push_back(std::move(info));
    }
    return cpus;
}

/// Every place for a CPU, the last one first.
Result<std::vector<HotpluggableCpu>> query_hotpluggable_cpus(Machine& machine, const Empty&) {
    if (!machine.type().is_pc()) return fail("The feature 'query-hotpluggable-cpus' is not enabled");
    std::vector<HotpluggableCpu> places;
    for (unsigned i = machine.topology().places(); i-- > 0;) {
        HotpluggableCpu place;
        place.type = machine.cpu_type();
        place.props = properties_of(machine, i);
        if (const Vcpu* cpu = machine.find_cpu(i)) place.qom_path = cpu->object->qom_path();
        places.push_back(std::move(place));
    }
    return places;
}

Result<TargetInfo> query_target(Machine&, const Empty&) { return TargetInfo{}; }

/// Null: it is the type of no machine.
const MachineType* machine_type_of(const qom::Type& object) {
    const auto types = machine_types();
    const auto at = std::find_if(types.begin(), types.end(), [&](const MachineType& type) { return type.type_name == object.name; });
    return at == types.end() ? nullptr : &*at;
}

Result<std::vector<MachineInfo>> query_machines(Machine&, const Empty&) {
    std::vector<MachineInfo> infos;
    for (const qom::Type* object : types_in_order()) {
        const MachineType* found = machine_type_of(*object);
        if (!found) continue;
        const MachineType& type = *found;
        MachineInfo info;
        info.name = type.name;
        if (!type.alias.empty()) info.alias = type.alias;
        if (type.is_default) info.is_default = true;
        info.cpu_max = type.max_cpus;
        info.hotpluggable_cpus = type.hotpluggable_cpus;
        info.numa_mem_supported = type.numa_memory;
        info.deprecated = !type.deprecation().empty();
        if (!type.default_cpu_type.empty()) info.default_cpu_type = type.default_cpu_type;
        if (!type.default_ram_id.empty()) info.default_ram_id = type.default_ram_id;
        infos.push_back(std::move(info));
    }
    return infos;
}

constexpr Command kCommands[] = {
    command<query_name>("query-name", "Tells the name of the guest.").preconfig(),
    command<query_uuid>("query-uuid", "Tells the UUID of the guest.").preconfig(),
    command<query_kvm>("query-kvm", "Tells whether KVM is there and in use."),
    command<query_cpus_fast>("query-cpus-fast", "Lists the CPUs without disturbing them."),
    command<query_hotpluggable_cpus>("query-hotpluggable-cpus", "Lists the places for CPUs, and the CPUs that are there.").preconfig(),
    command<query_target>("query-target", "Tells the architecture of the guest."),
    command<query_machines>("query-machines", "Lists the machine types."),
};

}  // namespace

void add_machine_info_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
