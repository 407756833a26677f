#include "machine/all_commands.h"

#include "machine/block/commands.h"
#include "machine/cli/option_commands.h"
#include "machine/command_order.h"
#include "machine/commands.h"
#include "machine/cpu/commands.h"
#include "machine/diagnostics/commands.h"
#include "machine/display/commands.h"
#include "machine/events.h"
#include "machine/hmp.h"
#include "machine/machine.h"
#include "machine/migration/commands.h"
#include "machine/net/commands.h"
#include "machine/pci_commands.h"
#include "machine/objects/user_creatable.h"
#include "machine/platform/commands.h"
#include "machine/qdev_commands.h"
#include "machine/qom/commands.h"
#include "monitor/chardev_commands.h"
#include "monitor/fd_commands.h"
#include "monitor/yank_commands.h"

namespace rhea {

void add_all_commands(Engine& engine, Machine& machine, FdSets& fd_sets) {
    CommandTable& table = engine.commands();
    table.list_as(kCommandOrder);
    declare_lifecycle_events(engine.events());
    declare_device_events(engine.events());
    declare_migration_events(engine.events());
    declare_display_events(engine.events());
    declare_dump_events(engine.events());
    declare_platform_events(engine.events());
    add_lifecycle_commands(table, machine.life());
    add_block_commands(table, machine.block());
    add_memory_commands(table, machine);
    add_memory_device_commands(table, machine);
    add_machine_info_commands(table, machine);
    add_inventory_commands(table, machine);
    add_net_commands(table, machine);
    add_client_commands(table, machine);
    add_chardev_commands(table, machine.chardevs());
    add_yank_commands(table, machine.chardevs());
    add_fd_commands(table, fd_sets);
    add_pci_commands(table, machine.root_buses());
    add_qom_commands(table, machine.devices());
    add_device_commands(table, machine);
    add_object_commands(table, machine);
    add_rtc_commands(table, machine);
    cli::add_option_commands(table, engine);
    add_migration_commands(table, machine);
    add_dirty_rate_commands(table, machine);
    add_replication_commands(table, machine);
    add_display_commands(table, machine);
    add_screendump_commands(table, machine);
    add_remote_display_commands(table, machine);
    add_confidential_commands(table, machine);
    add_cpu_model_commands(table, machine);
    add_stats_commands(table, machine);
    add_text_commands(table, machine);
    add_trace_commands(table, machine);
    add_dump_commands(table, machine);
    add_replay_commands(table, machine);
    add_tpm_commands(table, machine);
    add_rocker_commands(table, machine);
    add_virtio_commands(table, machine);
    add_preconfig_commands(table, machine);
    add_platform_commands(table, machine);
    add_hmp_commands(engine.hmp(), machine);
}

}  // namespace rhea
