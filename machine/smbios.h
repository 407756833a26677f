#pragma once
/// The SMBIOS tables (DMTF DSP0134, version 2.8) that describe the machine to its guest, and what -smbios puts into them.
#include <string>

namespace rhea {

class Machine;

struct SmbiosTables {
    std::string anchor;  ///< the entry point; the firmware fills in the address and the checksums
    std::string tables;
};

SmbiosTables make_smbios(Machine& machine);

}  // namespace rhea
