#pragma once
/// The ACPI tables of this machine.
#include "machine/acpi/tables.h"

namespace rhea {
class Machine;
namespace cli {
struct AcpiTable;
class Numa;
}
}  // namespace rhea

namespace rhea::acpi {

Files board_files(const Machine& machine);
/// What -numa hmat-lb and hmat-cache said.
MemoryAttributes memory_attributes(const cli::Numa& numa);
/// A table of -acpitable with its header.
std::string user_table(const cli::AcpiTable& given);

}  // namespace rhea::acpi
