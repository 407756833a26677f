/// What a virtio function shows of its BARs in the object tree.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "machine/qom/basic_types.h"
#include "machine/virtio/virtio_pci.h"

namespace rhea {

namespace {

constexpr std::size_t kLongestName = 31;      // of a ROM
constexpr std::string_view kModernName = "virtio-pci[0]";
constexpr std::string_view kParts[] = {"common", "isr", "device", "notify"};

/// There are as many as there are types of functions.
std::string_view kept(std::string name) {
    static std::set<std::string> names;
    return *names.insert(std::move(name)).first;
}

qom::Region modern_place(const VirtioPci& function) { return function.bar_region(function.modern_bar()); }
qom::Region vectors_place(const VirtioPci& function) { return function.bar_region(function.vectors_bar()); }
qom::Region part_place(const qom::Object& object, unsigned number) {
    const auto part = static_cast<const VirtioPci&>(object).modern_part(number);
    return {kModernName, part.offset, part.size};
}
qom::Region vectors_part(const qom::Object& object, unsigned number) {
    const auto& function = static_cast<const VirtioPci&>(object);
    constexpr std::uint64_t kEntry = 16, kHalf = 0x800, kBitsOfWord = 64;
    const std::uint64_t table = function.vectors() * kEntry;
    const std::string_view bar = kept(fmt::format("{}-msix[0]", function.type_name()));
    if (number == 0) return {bar, 0, table};
    return {bar, std::max(table, kHalf), (function.vectors() + kBitsOfWord - 1) / kBitsOfWord * 8};
}

constexpr qom::Region kPortNotifyPlace[] = {{{}, 0, 4}};
constexpr qom::Nodes kModern = qom::region<modern_place>("virtio-pci"), kLegacy = bar_node<0>("virtio-pci"), kRom = bar_node<6>("rom"),
                     kVectors = qom::region<vectors_place>("msix"), kPortNotify = qom::regions("notify-pio", kPortNotifyPlace);
constexpr qom::Nodes kPart{.name = "part", .type = &qom::kMemoryRegion, .region = part_place},
    kVectorsPart{.name = "msix", .type = &qom::kMemoryRegion, .region = vectors_part};

}  // namespace

void VirtioPci::list_extras(const std::function<void(Extra)>& visit) const {
    unsigned bars = 0;
    if (modern_) visit({.name = qom::numbered(kModern.name, bars++), .nodes = &kModern});
    if (legacy_) visit({.name = qom::numbered(kLegacy.name, bars), .nodes = &kLegacy});
    std::string kind(type().part ? type().part->name : type_name());
    if (kind.ends_with("-device")) kind.resize(kind.size() - std::string_view("-device").size());
    if (modern_ && backend_) {
        // Those of one virtio id share a name.
        if (backend_->virtio_id() == VirtioId::input) kind = "virtio-input";
        if (backend_->virtio_id() == VirtioId::gpu) kind = "virtio-gpu";
        for (unsigned i = 0; i < std::size(kParts); ++i)
            visit({.name = fmt::format("virtio-pci-{}-{}[0]", kParts[i], kind), .nodes = &kPart, .number = i});
        visit({.name = fmt::format("virtio-pci-notify-pio-{}[0]", kind), .nodes = &kPortNotify});
    }
    if (vectors() > 0) {
        visit({.name = fmt::format("{}-msix[0]", type_name()), .nodes = &kVectors});
        visit({.name = "msix-table[0]", .nodes = &kVectorsPart, .number = 0});
        visit({.name = "msix-pba[0]", .nodes = &kVectorsPart, .number = 1});
    }
    if (bar(kRomBar).kind != PciBar::Kind::none)
        visit({.name = qom::numbered(fmt::format("{}.rom", type_name()).substr(0, kLongestName), 0), .nodes = &kRom});
}

}  // namespace rhea
