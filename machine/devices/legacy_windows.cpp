#include "machine/devices/legacy_windows.h"

namespace rhea {

namespace {

constexpr std::uint64_t kShadowBase = 0xc0000, kShadowStep = 0x4000, kLastBase = 0xf0000, kLastSize = 0x10000;

}  // namespace

LegacyWindows::LegacyWindows(AddressSpace& memory, const GuestMemory& ram) : memory_(memory), ram_(ram), smram_{"smram-region", 0xa0000, 0x20000} {
    for (unsigned i = 0; i + 1 < kWindows; ++i)
        shadow_[i].base = kShadowBase + i * kShadowStep, shadow_[i].size = kShadowStep;
    shadow_.back().base = kLastBase, shadow_.back().size = kLastSize;
}

void LegacyWindows::update(const std::array<std::uint8_t, kPamRegisters>& pam, bool smram_open) {
    const auto attributes = [&pam](unsigned window) {
        if (window == kWindows - 1) return pam[0] >> 4;
        return pam[1 + window / 2] >> (window % 2 * 4);
    };
    static_assert(1 + (kWindows - 2) / 2 < kPamRegisters);
    for (unsigned i = 0; i < kWindows; ++i) {
        // Write only (2) shows RAM for reading too; the reference is the same.
        constexpr Shown kShown[] = {Shown::bus, Shown::ram_read_only, Shown::ram, Shown::ram};
        show(shadow_[i], kShown[attributes(i) & 3]);
    }
    show(smram_, smram_open ? Shown::ram : Shown::bus);
}

void LegacyWindows::show(Window& window, Shown what) {
    if (window.shown == what) return;
    window.shown = what;
    window.region.reset();
    // A machine with less than 1 MiB has nothing to show there.
    if (what == Shown::bus || window.base + window.size > ram_.below_4g()) return;
    window.region.emplace(memory_, AddressSpace::Region{.name = window.name,
                                                        .base = window.base,
                                                        .size = window.size,
                                                        .memory = ram_.at(window.base),
                                                        .read_only = what == Shown::ram_read_only,
                                                        .priority = GuestMemory::kShadowPriority,
                                                        .alias_of = "pc.ram",
                                                        .alias_offset = window.base});
}

qom::Region legacy_window_place(unsigned number, unsigned each) {
    const unsigned window = number / each;
    if (window == 0) return {qom::kMemorySpace, kLastBase, kLastSize, 1};
    return {qom::kMemorySpace, kShadowBase + (window - 1) * kShadowStep, kShadowStep, 1};
}

}  // namespace rhea
