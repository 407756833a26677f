#include "machine/devices/present_function.h"

namespace rhea {

namespace {

constexpr unsigned kLatency = 0x0d;
constexpr std::uint8_t kMsi = 0x05, kMsix = 0x11;

}  // namespace

PresentFunction::PresentFunction(qom::Values values, const Presence& presence, const Bus* bus) : PciDevice(std::move(values), presence.identity) {
    set_config(kLatency, presence.latency, 1);
    set_rom_file(presence.rom_file);
    for (const auto& [at, value] : presence.registers)
        if (at != 0) set_config(at, value, 1);
    for (const auto& bar : presence.bars)
        if (bar.kind != PciBar::Kind::none) add_bar(bar.index, {.kind = bar.kind, .size = bar.size, .handler = this, .prefetch = bar.prefetch});
    const auto* pci = dynamic_cast<const PciBus*>(bus);
    if (presence.express_at && pci && pci->express()) add_express(presence.express_at, {.integrated = !pci->behind_bridge()});
    for (const auto& capability : presence.capabilities)
        if (capability.length != 0) add(capability);
}

void PresentFunction::add(const Presence::Capability& capability) {
    if (!capability.unless_off.empty() && this->values().text(capability.unless_off) == "off") return;
    add_capability(capability.id, capability.at, capability.length);
    for (unsigned i = 0; i + 2 < capability.length && i < capability.bytes.size(); ++i)
        set_config(capability.at + 2 + i, capability.bytes[i], 1);
    if (capability.id == kMsi) {
        set_writable(capability.at + 2, 0x01, 1);
        set_writable(capability.at + 4, 0xfffffffc, 4);
        set_writable(capability.at + 8, 0xffffffff, 4);
        set_writable(capability.at + 12, 0xffff, 2);
    } else if (capability.id == kMsix) {
        set_writable(capability.at + 3, 0xc0, 1);
    }
}

}  // namespace rhea
