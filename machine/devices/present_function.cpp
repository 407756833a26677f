#include "machine/devices/present_function.h"

namespace rhea {

namespace {

constexpr unsigned kLatency = 0x0d;
constexpr std::uint8_t kMsi = 0x05, kExpress = 0x10, kMsix = 0x11, kIntegratedEndpoint = 0x90;

}  // namespace

PresentFunction::PresentFunction(qom::Values values, const Presence& presence, const Bus* bus) : PciDevice(std::move(values), presence.identity) {
    set_config(kLatency, presence.latency, 1);
    set_rom_file(presence.rom_file);
    for (const auto& [at, value] : presence.registers)
        if (at != 0) set_config(at, value, 1);
    for (const auto& bar : presence.bars)
        if (bar.kind != PciBar::Kind::none) add_bar(bar.index, {.kind = bar.kind, .size = bar.size, .handler = this, .prefetch = bar.prefetch});
    const auto* pci = dynamic_cast<const PciBus*>(bus);
    const bool express = pci && pci->express(), integrated = express && !pci->behind_bridge();
    for (unsigned i = 0; i < presence.capabilities.size(); ++i) {
        if (express && presence.express_at && i == presence.express_after) add_express(presence.express_at, {.integrated = integrated});
        if (presence.capabilities[i].length != 0) add(presence.capabilities[i], integrated);
    }
}

void PresentFunction::add(const Presence::Capability& capability, bool integrated) {
    if (!capability.unless_off.empty() && this->values().text(capability.unless_off) == "off") return;
    add_capability(capability.id, capability.at, capability.length);
    for (unsigned i = 0; i + 2 < capability.length && i < capability.bytes.size(); ++i)
        set_config(capability.at + 2 + i, capability.bytes[i], 1);
    if (capability.id == kExpress && integrated) set_config(capability.at + 2u, config_byte(capability.at + 2u) | kIntegratedEndpoint, 1);
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
