#include "machine/board_regions.h"

#include <algorithm>

#include "machine/devices/ide_piix3.h"
#include "machine/machine.h"
#include "machine/pc_board.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr std::uint64_t k4GiB = std::uint64_t{1} << 32, kMiB = 1 << 20, kMostLegacyBios = 0x20000;

const GuestMemory& ram(const BoardRegions& board) { return *const_cast<Machine&>(board.machine()).ram(); }
std::uint64_t bios_size(const BoardRegions& board) {
    const auto* bios = const_cast<Machine&>(board.machine()).board()->firmware().bios();
    return bios ? bios->size() : 0;
}

qom::Region low_ram(const BoardRegions& board) { return {qom::kMemorySpace, 0, ram(board).below_4g()}; }
qom::Region high_ram(const BoardRegions& board) { return {qom::kMemorySpace, k4GiB, ram(board).above_4g()}; }
qom::Region bios(const BoardRegions& board) { return {qom::kPciSpace, k4GiB - bios_size(board), bios_size(board)}; }
qom::Region legacy_bios(const BoardRegions& board) {
    const auto& flash = const_cast<Machine&>(board.machine()).board()->flash();
    const auto size = flash.holds_firmware() ? flash.low_size() : std::min(bios_size(board), kMostLegacyBios);
    return {qom::kPciSpace, kMiB - size, size, 1};
}

/// What two channels of IDE decode; each controller has them.
qom::Region channel_ports(const qom::Object&, unsigned number) {
    constexpr qom::Region kPlaces[] = {{qom::kPortSpace, 0x1f0, 8}, {qom::kPortSpace, 0x3f6, 1}, {qom::kPortSpace, 0x170, 8}, {qom::kPortSpace, 0x376, 1}};
    return kPlaces[number % std::size(kPlaces)];
}

constexpr qom::Region kMemoryPlace[] = {{{}, 0, qom::Region::kWhole}}, kPortsPlace[] = {{{}, 0, 0x10000}},
                      kPciPlace[] = {{qom::kMemorySpace, 0, qom::Region::kWhole, -1}}, kOptionRomPlace[] = {{qom::kPciSpace, 0xc0000, 0x20000, 1}},
                      kDelayPlace[] = {{qom::kPortSpace, 0x80, 1}}, kCoprocessorPlace[] = {{qom::kPortSpace, 0xf0, 1}};
constexpr qom::Nodes kMemory = qom::regions("system", kMemoryPlace), kPorts = qom::regions("io", kPortsPlace);
constexpr qom::Nodes kPc[] = {
    qom::region<low_ram>("ram-below-4g"),
    qom::region<legacy_bios>("isa-bios"),
    qom::regions("pc.rom", kOptionRomPlace),
    qom::regions("pci", kPciPlace),
    qom::regions("ioport80", kDelayPlace),
    qom::regions("ioportF0", kCoprocessorPlace),
};
constexpr qom::Nodes kBios = qom::region<bios>("pc.bios");
constexpr qom::Nodes kHighRam = qom::region<high_ram>("ram-above-4g");
constexpr qom::Nodes kChannels{.name = "ide", .type = &qom::kMemoryRegion, .region = channel_ports};
/// The CPU's interrupt pin, the board's 24 lines, two for the A20 gate, and on the i440FX the system management interrupt.
constexpr unsigned kLines = Gsi::kLines + 4, kLinesOfQ35 = Gsi::kLines + 3;
constexpr qom::Nodes kLine{.name = "non-qdev-gpio", .type = &qom::kIrq};

}  // namespace

BoardRegions::BoardRegions(const Machine& machine) : Object(qom::kContainer), machine_(machine) {}

void BoardRegions::list_extras(const std::function<void(Extra)>& visit) const {
    const auto add = [&visit](const qom::Nodes& nodes, unsigned number = 0) {
        visit({.name = qom::numbered(nodes.name, number), .nodes = &nodes, .number = number});
    };
    add(kMemory);
    add(kPorts);
    PcBoard* board = const_cast<Machine&>(machine_).board();
    if (!board) return;
    if (!board->flash().holds_firmware()) add(kBios);
    for (const qom::Nodes& nodes : kPc) add(nodes);
    if (ram(*this).above_4g() > 0) add(kHighRam);
    unsigned controllers = 0;
    for (const Bus::Entry& entry : board->pci().entries()) controllers += entry.device->type().is_a(Piix3Ide::kType);
    for (unsigned i = 0; i < 4 * controllers; ++i) add(kChannels, i);
    const unsigned lines = machine_.type().chipset == Chipset::q35 ? kLinesOfQ35 : kLines;
    for (unsigned i = 0; i < lines; ++i) add(kLine, i);
}

}  // namespace rhea
