#pragma once
/// The types at the root of the others, and the interfaces.
#include "machine/qom/type.h"

namespace rhea::qom {

extern const Type kObject, kContainer, kMemoryRegion, kIrq;
/// Interfaces: they say what an object can be used for.
extern const Type kInterface, kResettable, kVmstateIf, kHotplugHandler, kNmi, kConventionalPci, kExpressPci, kUserCreatable, kIntctrl,
    kAcpiAml, kAcpiDevice, kMemoryDevice, kFwPathProvider, kIsaDma;

/// Where the regions of most devices lie.
inline constexpr std::string_view kPortSpace = "/machine/unattached/io[0]", kMemorySpace = "/machine/unattached/system[0]",
                                  kPciSpace = "/machine/unattached/pci[0]";

/// Nodes of memory regions that stay at their places.
constexpr Nodes regions(std::string_view name, std::span<const Region> places) {
    return {.name = name, .type = &kMemoryRegion, .count = static_cast<unsigned>(places.size()), .regions = places};
}
/// The node of one that `Find(const T&)` finds.
template <auto Find>
constexpr Nodes region(std::string_view name) {
    return {.name = name, .type = &kMemoryRegion, .region = [](const Object& owner, unsigned) {
                return Find(static_cast<const typename detail::AccessorTraits<decltype(Find)>::Class&>(owner));
            }};
}

}  // namespace rhea::qom
