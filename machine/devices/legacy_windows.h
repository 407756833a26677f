#pragma once
/// Whether RAM or the bus is seen between 0xa0000 and 0xfffff: what a host bridge's PAM registers and its SMRAM register decide.
#include <array>
#include <cstdint>
#include <optional>

#include "machine/guest_memory.h"
#include "machine/qom/basic_types.h"

namespace rhea {

class LegacyWindows {
public:
    static constexpr unsigned kPamRegisters = 7;

    /// Both outlive it.
    LegacyWindows(AddressSpace& memory, const GuestMemory& ram);

    /// The first register's high nibble is the last window; then there are two windows in each register, the low nibble first.
    /// `smram_open`: RAM is seen where a display has its memory.
    void update(const std::array<std::uint8_t, kPamRegisters>& pam, bool smram_open);

private:
    enum class Shown { bus, ram_read_only, ram };
    /// A stretch of the legacy area, and what is seen in it. The bus is seen through to RAM where nobody on it answers.
    struct Window {
        const char* name = "pam-ram";
        std::uint64_t base = 0, size = 0;
        Shown shown = Shown::bus;
        std::optional<Mapping> region = {};
    };
    static constexpr unsigned kWindows = 13;

    void show(Window& window, Shown what);

    AddressSpace& memory_;
    const GuestMemory& ram_;
    std::array<Window, kWindows> shadow_;
    Window smram_;
};

/// Where the windows between 0xc0000 and 0xfffff lie; the first is the uppermost, and there are `each` nodes for one.
qom::Region legacy_window_place(unsigned number, unsigned each);
template <unsigned Each>
qom::Region legacy_window(const qom::Object&, unsigned number) { return legacy_window_place(number, Each); }
inline constexpr qom::Nodes kLegacyWindowNodes[] = {
    {.name = "pam-ram", .type = &qom::kMemoryRegion, .count = 13, .region = legacy_window<1>},
    {.name = "pam-rom", .type = &qom::kMemoryRegion, .count = 13, .region = legacy_window<1>},
    {.name = "pam-pci", .type = &qom::kMemoryRegion, .count = 26, .region = legacy_window<2>},
};
inline constexpr qom::Region kSmramWindowPlace[] = {{qom::kMemorySpace, 0xa0000, 0x20000, 1}}, kSmramPlace[] = {{{}, 0, std::uint64_t{1} << 32}},
                             kSmramLowPlace[] = {{"smram[0]", 0xa0000, 0x20000}};
inline constexpr qom::Nodes kSmramNodes[] = {qom::regions("smram-region", kSmramWindowPlace), qom::regions("smram", kSmramPlace),
                                             qom::regions("smram-low", kSmramLowPlace)};

}  // namespace rhea
