#pragma once
/// PCI functions that a guest finds with their identity, base address registers and capabilities, and behind whose registers nothing
/// answers: a constant table each.
#include <array>

#include "machine/pci.h"
#include "machine/platform.h"

namespace rhea {

struct Presence {
    PciIdentity identity;
    struct Bar {
        unsigned index;
        PciBar::Kind kind;
        std::uint64_t size;
        bool prefetch = false;
    };
    std::array<Bar, 5> bars{};
    struct Capability {
        std::uint8_t id, at, length;
        std::array<std::uint8_t, 18> bytes{};        ///< those after identifier and link
        std::string_view unless_off = {};            ///< the property that takes it away
    };
    std::array<Capability, 4> capabilities{};        ///< the first is the last in the list; those of length 0 are not there
    std::uint8_t latency = 0;
    struct Register { std::uint8_t at, value; };
    std::array<Register, 4> registers{};             ///< of its own: what they are at first
    std::string_view rom_file = {};                  ///< of the expansion ROM
    std::uint8_t express_at = 0;                     ///< the capability that it has on PCI Express alone
    std::uint8_t express_after = 0;                  ///< how many of `capabilities` come before it
};

namespace presence {

inline constexpr auto kIo = PciBar::Kind::io, kMemory = PciBar::Kind::memory32, kMemory64 = PciBar::Kind::memory64, kNone = PciBar::Kind::none;
/// One message of 64 bits.
constexpr Presence::Capability msi(std::uint8_t at, std::string_view unless_off = {}) { return {0x05, at, 14, {0x80}, unless_off}; }

}  // namespace presence

class PresentFunction : public PciDevice, private IoHandler {
public:
    /// `bus`: which it will be on, where that matters.
    PresentFunction(qom::Values values, const Presence& presence, const Bus* bus = nullptr);

private:
    void add(const Presence::Capability& capability, bool integrated);
    std::uint64_t io_read(std::uint64_t, unsigned) override { return 0; }
    void io_write(std::uint64_t, std::uint64_t, unsigned) override {}
};

template <const Presence& P>
Result<std::unique_ptr<qom::Object>> make_present(qom::Creation& creation) {
    return std::make_unique<PresentFunction>(creation.values, P, creation.bus);
}

}  // namespace rhea
