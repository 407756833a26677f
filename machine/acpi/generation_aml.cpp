// The device by which an operating system finds the generation of its machine (Microsoft's "Virtual Machine Generation ID").
#include "machine/acpi/aml.h"
#include "machine/acpi/tables.h"

namespace rhea::acpi {

using namespace aml;

std::string make_generation_ssdt(std::uint32_t& address_at) {
    constexpr unsigned kGuidOffset = 40, kPresent = 0x0f, kChanged = 0x80;
    constexpr std::size_t kHeader = 36, kOemTable = 16;
    // The number is four bytes wide, whatever it is.
    Bytes table = define("VGIA", Bytes("\x0c\0\0\0\0", 5));
    address_at = static_cast<std::uint32_t>(kHeader + table.size() - 4);
    const Bytes pair = Bytes("\x12\x02\x02", 3);    // a package with room for two
    const auto part = [](unsigned index) { return element(local(0), integer(index)); };
    table += scope("\\_SB", device("VGEN", define("_HID", string("QEMUVGID")) + define("_CID", string("VM_Gen_Counter")) +
                                               define("_DDN", string("VM_Gen_Counter")) +
                                               method("_STA", 0, store(integer(kPresent), local(0)) +
                                                                     when(equal(name("VGIA"), integer(0)), store(integer(0), local(0))) +
                                                                     give_back(local(0))) +
                                               method("ADDR", 0, store(pair, local(0)) +
                                                                     store(add(name("VGIA"), integer(kGuidOffset), Bytes(1, '\0')), part(0)) +
                                                                     store(integer(0), part(1)) + give_back(local(0)))));
    table += method("\\_GPE._E05", 0, notify(name("\\_SB.VGEN"), integer(kChanged)));
    std::string whole = make_table("SSDT", 1, table);
    whole.replace(kOemTable, 8, std::string("VMGENID\0", 8));
    return whole;
}

}  // namespace rhea::acpi
