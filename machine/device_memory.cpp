#include "machine/device_memory.h"

#include <algorithm>

#include <fmt/format.h>

#include "machine/devices/acpi_hardware.h"
#include "machine/machine.h"
#include "machine/objects/memory_backend.h"
#include "machine/pc_board.h"
#include "machine/platform/events.h"

namespace rhea {

namespace {

constexpr std::uint64_t kGiB = 1u << 30, k4GiB = 4 * kGiB, kPage = 4096;
// Where a module may begin: what the host maps by huge pages.
constexpr std::uint64_t kAlignment = 2 << 20;

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) { return (value + unit - 1) / unit * unit; }

}  // namespace

Result<void> DeviceMemory::check() const {
    const cli::Memory& memory = machine_.config().memory;
    if (memory.max_size <= memory.size) return {};
    if (memory.slots > kMostSlots) return fail(fmt::format("unsupported amount of memory slots: {}", memory.slots));
    if (memory.max_size % kPage != 0) return fail(fmt::format("maximum memory size must by aligned to multiple of {} bytes", kPage));
    return {};
}

void DeviceMemory::connect(AcpiHardware* acpi) {
    acpi_ = acpi;
    const std::uint64_t slots = machine_.config().memory.slots;
    if (!acpi_ || slots == 0) return;
    AcpiMemoryHotplug& registers = acpi_->add_memory_hotplug(slots);
    registers.on_report([this](std::size_t slot) { machine_.platform().events.emit(AcpiDeviceOstEvent{status_of(slot)}); });
    registers.on_eject([this](std::size_t slot) { ejected(slot); });
}

std::uint64_t DeviceMemory::base() const { return round_up(k4GiB + (machine_.ram() ? machine_.ram()->above_4g() : 0), kGiB); }

/// Each slot may need a GiB more, so that its module begins at a huge page's boundary.
std::uint64_t DeviceMemory::size() const {
    const cli::Memory& memory = machine_.config().memory;
    return memory.max_size > memory.size ? memory.max_size - memory.size + (machine_.type().aligned_memory() ? memory.slots * kGiB : 0) : 0;
}

std::uint64_t DeviceMemory::plugged_size(std::optional<std::uint32_t> node) const {
    std::uint64_t total = 0;
    for (const PcDimm* dimm : dimms_)
        if (!node || dimm->node() == *node) total += dimm->size();
    return total;
}

PcDimm* DeviceMemory::in_slot(std::size_t slot) const {
    const auto found = std::find_if(dimms_.begin(), dimms_.end(), [&](const PcDimm* dimm) { return dimm->slot() == slot; });
    return found == dimms_.end() ? nullptr : *found;
}

Result<unsigned> DeviceMemory::free_slot(std::int64_t slot) const {
    const auto slots = static_cast<std::int64_t>(machine_.config().memory.slots);
    if (slot < -1 || (slot >= slots && slot != -1)) return fail(fmt::format("invalid slot number {}, valid range is [0-{}]", slot, slots - 1));
    if (slots == 0) return fail("no slots where allocated, please specify the 'slots' option");
    if (slot >= 0) {
        if (in_slot(static_cast<std::size_t>(slot))) return fail(fmt::format("slot {} is busy", slot));
        return static_cast<unsigned>(slot);
    }
    for (unsigned free = 0; free < slots; ++free)
        if (!in_slot(free)) return free;
    return fail("no free slots available");
}

Result<std::uint64_t> DeviceMemory::free_address(std::uint64_t address, std::uint64_t length) const {
    const cli::Memory& memory = machine_.config().memory;
    if (size() == 0) return fail("memory devices (e.g. for memory hotplug) are not enabled, please specify the maxmem option");
    const std::uint64_t used = plugged_size(), most = memory.max_size - memory.size;
    if (length > most - used)
        return fail(fmt::format("not enough space, currently 0x{:x} in use of total space for memory devices 0x{:x}", used, most));
    if (address % kAlignment != 0) return fail(fmt::format("address must be aligned to 0x{:x} bytes", kAlignment));
    if (length % kAlignment != 0) return fail(fmt::format("backend memory size must be multiple of 0x{:x}", kAlignment));
    const std::uint64_t end = base() + size();
    if (address != 0 && (address < base() || address > end || length > end - address))
        return fail(fmt::format("can't add memory device [0x{:x}:0x{:x}], usable range for memory devices [0x{:x}:0x{:x}]", address, length,
                                base(), size()));
    std::uint64_t from = address ? address : round_up(base(), kAlignment);
    for (const PcDimm* dimm : dimms_) {
        if (dimm->address() + dimm->size() <= from || dimm->address() >= from + length) continue;
        if (address) return fail(fmt::format("address range conflicts with memory device id='{}'", dimm->id()));
        from = round_up(dimm->address() + dimm->size(), kAlignment);
    }
    if (from > end || length > end - from)
        return fail("could not find position in guest address space for memory device - memory fragmented due to alignments");
    return from;
}

void DeviceMemory::add(PcDimm& dimm) {
    const auto after = std::find_if(dimms_.begin(), dimms_.end(), [&](const PcDimm* other) { return other->address() > dimm.address(); });
    dimms_.insert(after, &dimm);
    const MemoryBackend& backend = dimm.backend();
    mappings_.emplace_back(&dimm, std::make_unique<Mapping>(machine_.memory(),
        AddressSpace::Region{.name = backend.name(), .base = dimm.address(), .size = dimm.size(), .memory = backend.memory()}));
    if (acpi_) acpi_->memory_hotplug()->plugged(dimm.slot(), dimm.address(), dimm.size(), dimm.node(), false);
}

void DeviceMemory::remove(PcDimm& dimm) {
    std::erase(dimms_, &dimm);
    std::erase_if(mappings_, [&](const auto& mapping) { return mapping.first == &dimm; });
}

void DeviceMemory::plugged(Device& device) {
    const auto& dimm = static_cast<const PcDimm&>(device);
    acpi_->memory_hotplug()->plugged(dimm.slot(), dimm.address(), dimm.size(), dimm.node(), true);
}

Result<void> DeviceMemory::request_unplug(Device& device) {
    acpi_->memory_hotplug()->request_unplug(static_cast<const PcDimm&>(device).slot());
    return {};
}

AcpiOstInfo DeviceMemory::status_of(std::size_t slot) const {
    const AcpiMemoryHotplug::Slot& at = acpi_->memory_hotplug()->slots().at(slot);
    AcpiOstInfo info;
    if (const PcDimm* dimm = in_slot(slot); dimm && !dimm->id().empty()) info.device = dimm->id();
    info.slot = std::to_string(slot);
    info.slot_type = AcpiSlotType::DIMM;
    info.source = at.ost_event;
    info.status = at.ost_status;
    return info;
}

std::vector<AcpiOstInfo> DeviceMemory::ospm_status() const {
    std::vector<AcpiOstInfo> list;
    if (!acpi_ || !acpi_->memory_hotplug()) return list;
    for (std::size_t slot = 0; slot < acpi_->memory_hotplug()->slots().size(); ++slot) list.push_back(status_of(slot));
    return list;
}

/// The guest reads it no more from this access on; the object goes from the loop.
void DeviceMemory::ejected(std::size_t slot) {
    PcDimm* dimm = in_slot(slot);
    if (!dimm) return;
    acpi_->memory_hotplug()->removed(slot);
    remove(*dimm);
    machine_.removals().remove(*dimm);
}

}  // namespace rhea
