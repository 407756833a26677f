/// query-memory-devices.
#include "machine/commands.h"
#include "machine/device_memory.h"
#include "machine/machine.h"
#include "machine/objects/memory_backend.h"
#include "monitor/command_table.h"

namespace rhea {

struct PcDimmDeviceInfo {
    std::optional<std::string> id;
    std::int64_t addr = 0, size = 0, slot = 0, node = 0;
    std::string memdev;
    bool hotplugged = false, hotpluggable = false;
};
struct VirtioPmemDeviceInfo {
    std::optional<std::string> id;
    std::uint64_t memaddr = 0, size = 0;
    std::string memdev;
};
struct VirtioMemDeviceInfo {
    std::optional<std::string> id;
    std::uint64_t memaddr = 0, requested_size = 0, size = 0, max_size = 0, block_size = 0;
    std::int64_t node = 0;
    std::string memdev;
};
struct SgxEpcDeviceInfo {
    std::optional<std::string> id;
    std::uint64_t memaddr = 0, size = 0;
    std::int64_t node = 0;
    std::string memdev;
};
template <class Info> struct MemoryDeviceWrapper { Info data; };
enum class MemoryDeviceInfoKind { dimm, nvdimm, virtio_pmem, virtio_mem, sgx_epc };
struct MemoryDeviceInfo {
    MemoryDeviceInfoKind type{};
    std::variant<std::monostate, MemoryDeviceWrapper<PcDimmDeviceInfo>, MemoryDeviceWrapper<VirtioPmemDeviceInfo>,
                 MemoryDeviceWrapper<VirtioMemDeviceInfo>, MemoryDeviceWrapper<SgxEpcDeviceInfo>>
        u;
};

template <>
inline constexpr auto description<PcDimmDeviceInfo> =
    object("PCDIMMDeviceInfo", member<&PcDimmDeviceInfo::id>("id"), member<&PcDimmDeviceInfo::addr>("addr"),
           member<&PcDimmDeviceInfo::size>("size"), member<&PcDimmDeviceInfo::slot>("slot"), member<&PcDimmDeviceInfo::node>("node"),
           member<&PcDimmDeviceInfo::memdev>("memdev"), member<&PcDimmDeviceInfo::hotplugged>("hotplugged"),
           member<&PcDimmDeviceInfo::hotpluggable>("hotpluggable"));
template <>
inline constexpr auto description<VirtioPmemDeviceInfo> =
    object("VirtioPMEMDeviceInfo", member<&VirtioPmemDeviceInfo::id>("id"), member<&VirtioPmemDeviceInfo::memaddr>("memaddr"),
           member<&VirtioPmemDeviceInfo::size>("size"), member<&VirtioPmemDeviceInfo::memdev>("memdev"));
template <>
inline constexpr auto description<VirtioMemDeviceInfo> =
    object("VirtioMEMDeviceInfo", member<&VirtioMemDeviceInfo::id>("id"), member<&VirtioMemDeviceInfo::memaddr>("memaddr"),
           member<&VirtioMemDeviceInfo::requested_size>("requested-size"), member<&VirtioMemDeviceInfo::size>("size"),
           member<&VirtioMemDeviceInfo::max_size>("max-size"), member<&VirtioMemDeviceInfo::block_size>("block-size"),
           member<&VirtioMemDeviceInfo::node>("node"), member<&VirtioMemDeviceInfo::memdev>("memdev"));
template <>
inline constexpr auto description<SgxEpcDeviceInfo> =
    object("SgxEPCDeviceInfo", member<&SgxEpcDeviceInfo::id>("id"), member<&SgxEpcDeviceInfo::memaddr>("memaddr"),
           member<&SgxEpcDeviceInfo::size>("size"), member<&SgxEpcDeviceInfo::node>("node"), member<&SgxEpcDeviceInfo::memdev>("memdev"));
template <>
inline constexpr auto description<MemoryDeviceWrapper<PcDimmDeviceInfo>> =
    object("PCDIMMDeviceInfoWrapper", member<&MemoryDeviceWrapper<PcDimmDeviceInfo>::data>("data"));
template <>
inline constexpr auto description<MemoryDeviceWrapper<VirtioPmemDeviceInfo>> =
    object("VirtioPMEMDeviceInfoWrapper", member<&MemoryDeviceWrapper<VirtioPmemDeviceInfo>::data>("data"));
template <>
inline constexpr auto description<MemoryDeviceWrapper<VirtioMemDeviceInfo>> =
    object("VirtioMEMDeviceInfoWrapper", member<&MemoryDeviceWrapper<VirtioMemDeviceInfo>::data>("data"));
template <>
inline constexpr auto description<MemoryDeviceWrapper<SgxEpcDeviceInfo>> =
    object("SgxEPCDeviceInfoWrapper", member<&MemoryDeviceWrapper<SgxEpcDeviceInfo>::data>("data"));
template <>
inline constexpr auto description<MemoryDeviceInfoKind> =
    enumeration<MemoryDeviceInfoKind>("MemoryDeviceInfoKind", "dimm", "nvdimm", "virtio-pmem", "virtio-mem", "sgx-epc");
template <>
inline constexpr auto description<MemoryDeviceInfo> = flat_union<&MemoryDeviceInfo::type, &MemoryDeviceInfo::u>(
    "MemoryDeviceInfo",
    branches(branch<MemoryDeviceWrapper<PcDimmDeviceInfo>>(MemoryDeviceInfoKind::dimm),
             branch<MemoryDeviceWrapper<PcDimmDeviceInfo>>(MemoryDeviceInfoKind::nvdimm),
             branch<MemoryDeviceWrapper<VirtioPmemDeviceInfo>>(MemoryDeviceInfoKind::virtio_pmem),
             branch<MemoryDeviceWrapper<VirtioMemDeviceInfo>>(MemoryDeviceInfoKind::virtio_mem),
             branch<MemoryDeviceWrapper<SgxEpcDeviceInfo>>(MemoryDeviceInfoKind::sgx_epc)),
    member<&MemoryDeviceInfo::type>("type"));

namespace {

Result<std::vector<MemoryDeviceInfo>> query_memory_devices(Machine& machine, const Empty&) {
    std::vector<MemoryDeviceInfo> list;
    for (const PcDimm* dimm : machine.device_memory().dimms()) {
        PcDimmDeviceInfo info;
        if (!dimm->id().empty()) info.id = dimm->id();
        info.addr = static_cast<std::int64_t>(dimm->address());
        info.size = static_cast<std::int64_t>(dimm->size());
        info.slot = dimm->slot();
        info.node = dimm->node();
        info.memdev = dimm->backend().qom_path();
        info.hotplugged = dimm->hotplugged();
        info.hotpluggable = dimm->type().hotpluggable;
        list.push_back({MemoryDeviceInfoKind::dimm, MemoryDeviceWrapper<PcDimmDeviceInfo>{std::move(info)}});
    }
    return list;
}

constexpr Command kCommands[] = {
    command<query_memory_devices>("query-memory-devices", "Lists the memory that is plugged in."),
};

}  // namespace

void add_memory_device_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
