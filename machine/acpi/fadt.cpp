#include "machine/acpi/tables.h"

namespace rhea::acpi {
namespace {

void put(std::string& to, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) to += static_cast<char>(value >> (8 * i));
}

/// Where a block of registers is, as revision 3 says it.
struct Block {
    unsigned bits = 0, port = 0;
};
void put(std::string& to, Block block) {
    put(to, block.bits ? 1 : 0, 1);      // ports
    put(to, block.bits, 1);
    put(to, 0, 2);
    put(to, block.port, 8);
}

constexpr std::uint32_t kFlags = 1u << 0 | 1u << 2 | 1u << 5 | 1u << 7 | 1u << 15;  // WBINVD, C1, sleep button, RTC wake, clock
constexpr std::uint32_t kResetRegister = 1u << 10;

/// What the chipsets differ in.
struct Layout {
    std::uint8_t acpi_on, acpi_off;
    std::uint32_t gpe;                   ///< a port; on the ICH9 one behind the base that the firmware chooses
    std::uint8_t gpe_size;
};
constexpr Layout kPiix4{0xf1, 0xf0, 0xafe0, 4}, kIch9{0x02, 0x03, 0x20, 16};
constexpr unsigned kEventAt = 0, kControlAt = 4, kTimerAt = 8;

}  // namespace

std::string make_fadt(const Board& board, std::uint32_t facs, std::uint32_t dsdt) {
    const Layout& layout = board.express ? kIch9 : kPiix4;
    std::string body;
    put(body, facs, 4);
    put(body, dsdt, 4);
    put(body, 1, 1);       // dual PIC
    put(body, 0, 1);
    put(body, 9, 2);       // SCI
    put(body, 0xb2, 4);    // SMI command port; what turns ACPI on and off
    put(body, layout.acpi_on, 1);
    put(body, layout.acpi_off, 1);
    put(body, 0, 2);
    for (const std::uint32_t block : {kEventAt, 0u, kControlAt, 0u, 0u, kTimerAt, layout.gpe, 0u}) put(body, block, 4);  // the PM base is the firmware's
    for (const unsigned length : {4u, 2u, 0u, 4u, unsigned{layout.gpe_size}, 0u, 0u, 0u}) put(body, length, 1);
    put(body, 0x0fff, 2);  // C2 and C3 take too long to be there
    put(body, 0x0fff, 2);
    put(body, 0, 4);
    for (const unsigned cmos : {0u, 0u, 0u, 0u, 0x32u}) put(body, cmos, 1);
    put(body, board.express ? 0x0002 : 0, 2);      // there is a keyboard controller; revision 1 does not say
    put(body, 0, 1);
    put(body, kFlags | (board.express ? kResetRegister : 0), 4);
    if (!board.express) return make_table("FACP", 1, body);

    constexpr Block kReset{8, 0xcf9};
    put(body, kReset);
    put(body, 0x0f, 1);    // what resets
    put(body, 0, 3);
    put(body, 0, 8);       // the FACS is where the first pointer says
    put(body, dsdt, 8);
    for (const Block block : {Block{32, kEventAt}, Block{}, Block{16, kControlAt}, Block{}, Block{}, Block{32, kTimerAt}, Block{layout.gpe_size * 8u, layout.gpe}, Block{}})
        put(body, block);
    return make_table("FACP", 3, body);
}

}  // namespace rhea::acpi
