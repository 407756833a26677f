#pragma once
/// query-pci.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "machine/pci.h"
#include "monitor/command_table.h"

namespace rhea {

struct PciMemoryRegion {
    std::int64_t bar;
    std::string type;      ///< "io" or "memory"
    std::int64_t address;  ///< -1: not mapped
    std::int64_t size;
    std::optional<bool> prefetch;  ///< memory only
    std::optional<bool> mem_type_64;
};
template <>
inline constexpr auto description<PciMemoryRegion> = object("PciMemoryRegion", member<&PciMemoryRegion::bar>("bar"),
                                                            member<&PciMemoryRegion::type>("type"),
                                                            member<&PciMemoryRegion::address>("address"),
                                                            member<&PciMemoryRegion::size>("size"),
                                                            member<&PciMemoryRegion::prefetch>("prefetch"),
                                                            member<&PciMemoryRegion::mem_type_64>("mem_type_64"));

struct PciMemoryRange {
    std::int64_t base;
    std::int64_t limit;
};
template <>
inline constexpr auto description<PciMemoryRange> = object("PciMemoryRange", member<&PciMemoryRange::base>("base"),
                                                           member<&PciMemoryRange::limit>("limit"));

struct PciBusInfo {
    std::int64_t number;
    std::int64_t secondary;
    std::int64_t subordinate;
    PciMemoryRange io_range;
    PciMemoryRange memory_range;
    PciMemoryRange prefetchable_range;
};
template <>
inline constexpr auto description<PciBusInfo> = object("PciBusInfo", member<&PciBusInfo::number>("number"),
                                                       member<&PciBusInfo::secondary>("secondary"),
                                                       member<&PciBusInfo::subordinate>("subordinate"),
                                                       member<&PciBusInfo::io_range>("io_range"),
                                                       member<&PciBusInfo::memory_range>("memory_range"),
                                                       member<&PciBusInfo::prefetchable_range>("prefetchable_range"));

struct PciDeviceInfo;
struct PciBridgeInfo {
    PciBusInfo bus;
    std::optional<std::vector<PciDeviceInfo>> devices;
};

struct PciDeviceClass {
    std::optional<std::string> desc;
    std::int64_t class_code;
};
template <>
inline constexpr auto description<PciDeviceClass> = object("PciDeviceClass", member<&PciDeviceClass::desc>("desc"),
                                                           member<&PciDeviceClass::class_code>("class"));

struct PciDeviceId {
    std::int64_t device;
    std::int64_t vendor;
    std::optional<std::int64_t> subsystem;
    std::optional<std::int64_t> subsystem_vendor;
};
template <>
inline constexpr auto description<PciDeviceId> = object("PciDeviceId", member<&PciDeviceId::device>("device"),
                                                        member<&PciDeviceId::vendor>("vendor"),
                                                        member<&PciDeviceId::subsystem>("subsystem"),
                                                        member<&PciDeviceId::subsystem_vendor>("subsystem-vendor"));

struct PciDeviceInfo {
    std::int64_t bus;
    std::int64_t slot;
    std::int64_t function;
    PciDeviceClass class_info;
    PciDeviceId id;
    std::optional<std::int64_t> irq;  ///< the interrupt line register, of a device with a pin
    std::int64_t irq_pin;
    std::string qdev_id;
    std::optional<PciBridgeInfo> pci_bridge;
    std::vector<PciMemoryRegion> regions;
};
template <>
inline constexpr auto description<PciBridgeInfo> = object("PciBridgeInfo", member<&PciBridgeInfo::bus>("bus"),
                                                          member<&PciBridgeInfo::devices>("devices"));
template <>
inline constexpr auto description<PciDeviceInfo> =
    object("PciDeviceInfo", member<&PciDeviceInfo::bus>("bus"), member<&PciDeviceInfo::slot>("slot"),
           member<&PciDeviceInfo::function>("function"), member<&PciDeviceInfo::class_info>("class_info"),
           member<&PciDeviceInfo::id>("id"), member<&PciDeviceInfo::irq>("irq"), member<&PciDeviceInfo::irq_pin>("irq_pin"),
           member<&PciDeviceInfo::qdev_id>("qdev_id"), member<&PciDeviceInfo::pci_bridge>("pci_bridge"),
           member<&PciDeviceInfo::regions>("regions"));

struct PciInfo {
    std::int64_t bus;
    std::vector<PciDeviceInfo> devices;
};
template <>
inline constexpr auto description<PciInfo> = object("PciInfo", member<&PciInfo::bus>("bus"),
                                                    member<&PciInfo::devices>("devices"));

/// The root buses of the machine; empty for one without PCI.
using PciRootBuses = std::vector<PciBus*>;

Result<std::vector<PciInfo>> query_pci(PciRootBuses& buses, const Empty&);

/// "Host bridge" for 0x0600; empty: no name.
std::string_view pci_class_name(std::uint16_t class_code);

void add_pci_commands(CommandTable& table, PciRootBuses& buses);

}  // namespace rhea
