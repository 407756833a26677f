#pragma once
/// How an operating system finds the CPUs and modules of memory that come and go, in ACPI machine language. The registers are
/// QEMU's (its published CPU and memory hotplug interfaces); AcpiCpuHotplug and AcpiMemoryHotplug are behind them.
#include "machine/acpi/aml.h"
#include "machine/acpi/tables.h"

namespace rhea::acpi {

/// The device below PCI0 that keeps the ports, and \_SB.CPUS with a processor for each place, with the event's method.
aml::Bytes cpu_hotplug(const Board& board);
/// As above for modules of memory: MHPD and \_SB.MHPC.
aml::Bytes memory_hotplug(const Board& board);

}  // namespace rhea::acpi
