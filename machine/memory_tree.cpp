#include "machine/memory_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace rhea {

namespace {

constexpr std::uint64_t kLastPort = 0xffff, kLastAddress = std::numeric_limits<std::uint64_t>::max();

std::string_view kind(const AddressSpace::Region& region) {
    if (region.handler) return "i/o";
    return region.read_only ? "rom" : "ram";
}

void append_regions(std::string& out, const AddressSpace& space) {
    std::vector<const AddressSpace::Region*> regions;
    for (const auto& region : space.regions()) regions.push_back(&region);
    std::stable_sort(regions.begin(), regions.end(), [](const auto* a, const auto* b) { return a->base < b->base; });
    for (const auto* region : regions) {
        const auto last = region->base + (region->size - 1);
        const std::string alias =
            region->alias_of.empty()
                ? region->name
                : fmt::format("alias {} @{} {:016x}-{:016x}", region->name, region->alias_of, region->alias_offset,
                              region->alias_offset + (region->size - 1));
        out += fmt::format("    {:016x}-{:016x} (prio {}, {}): {}\n", region->base, last, region->priority, kind(*region), alias);
    }
}

void append_line(std::string& out, std::uint64_t first, std::uint64_t last, int priority, std::string_view kind,
                 std::string_view name, std::uint64_t offset) {
    out += fmt::format("  {:016x}-{:016x} (prio {}, {}): {}", first, last, priority, kind, name);
    if (offset != 0) out += fmt::format(" @{:016x}", offset);
    out += '\n';
}

void append_view(std::string& out, AddressSpace& space, bool io) {
    const auto append_unused = [&](std::uint64_t first, std::uint64_t last) {
        if (io) append_line(out, first, last, 0, "i/o", "io", first);
    };
    std::uint64_t next = 0;
    for (const auto& [first, span] : space.spans()) {
        if (first > next) append_unused(next, first - 1);
        const auto& region = *span.region;
        append_line(out, first, span.last, region.priority, kind(region), region.alias_of.empty() ? region.name : region.alias_of,
                    first - region.base + region.alias_offset);
        next = span.last + 1;
        if (span.last == kLastAddress) return;
    }
    if (io && next <= kLastPort) append_unused(next, kLastPort);
}

}  // namespace

std::string memory_tree(const AddressSpace& memory, const AddressSpace& ports) {
    std::string out = "address-space: memory\n";
    out += fmt::format("  {:016x}-{:016x} (prio 0, i/o): system\n", 0, kLastAddress);
    append_regions(out, memory);
    out += fmt::format("\naddress-space: I/O\n  {:016x}-{:016x} (prio 0, i/o): io\n", 0, kLastPort);
    append_regions(out, ports);
    out += '\n';
    return out;
}

std::string flat_views(AddressSpace& memory, AddressSpace& ports) {
    std::string out = "FlatView #0\n AS \"memory\", root: system\n Root memory region: system\n";
    append_view(out, memory, false);
    out += "\nFlatView #1\n AS \"I/O\", root: io\n Root memory region: io\n";
    append_view(out, ports, true);
    out += '\n';
    return out;
}

}  // namespace rhea
