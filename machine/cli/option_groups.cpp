// The flat option groups, as -readconfig, the options themselves and query-command-line-options know them.
#include <algorithm>

#include "machine/cli/handlers.h"

namespace rhea::cli {

namespace {

using enum GroupKind;

// In the order of query-command-line-options.
constexpr GroupRow kGroups[] = {
    {"machine", "type", nested, false, take_machine},
    {"iscsi", "", unique, true, take_iscsi},
    {"sandbox", "enable", unique, true, take_sandbox},
    {"virtfs", "fsdriver", unique, true, take_virtfs},
    {"fsdev", "fsdriver", unique, true, take_fsdev},
    {"smbios", "", unique, false, take_smbios},
    {"acpi", "data", unique, false, take_acpi_table},
    {"vnc", "vnc", unique, true, take_vnc},
    {"action", "", merged, true, take_action},
    {"fw_cfg", "name", unique, true, take_fw_cfg},
    {"", "", unique, false, nullptr},  // QEMU's group of no options at all
    {"icount", "shift", merged, true, take_instruction_count},
    {"numa", "type", unique, false, take_numa},
    {"name", "guest", merged, true, take_name},
    {"msg", "", unique, true, take_msg},
    {"overcommit", "", unique, true, take_overcommit},
    {"tpmdev", "type", unique, false, take_tpmdev},
    {"object", "qom-type", unique, false, take_object},
    {"add-fd", "", unique, true, take_fd},
    {"boot-opts", "order", nested, false, take_boot},
    {"smp-opts", "cpus", nested, false, take_smp},
    {"memory", "size", merged, true, take_memory},
    {"accel", "accel", unique, false, take_accelerator},
    {"option-rom", "romfile", unique, true, take_option_rom},
    {"plugin", "file", unique, false, take_plugin},
    {"trace", "enable", unique, true, take_trace},
    {"mon", "chardev", unique, true, take_mon},
    {"global", "", unique, true, take_global},
    {"rtc", "", merged, true, take_rtc},
    {"net", "type", unique, false, take_net},
    {"nic", "type", unique, false, take_nic},
    {"netdev", "type", unique, false, take_netdev},
    {"device", "driver", unique, false, take_device},
    {"chardev", "backend", unique, true, take_chardev},
    {"drive", "", unique, false, take_drive},
    // Listed by QEMU only once its module is loaded.
    {"spice", "", unlisted, true, take_spice},
};

}  // namespace

std::span<const GroupRow> option_groups() { return kGroups; }

const GroupRow* find_group(std::string_view name) {
    const auto* row =
        std::find_if(std::begin(kGroups), std::end(kGroups), [&](const GroupRow& r) { return r.take && r.name == name; });
    return row == std::end(kGroups) ? nullptr : row;
}

}  // namespace rhea::cli
