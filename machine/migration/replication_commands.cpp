/// COLO, and the commands through which Xen's tools drive it. No block node replicates, so starting and stopping that has
/// nothing to do anything to, as in QEMU.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "machine/machine.h"
#include "machine/migration/commands.h"
#include "machine/migration/events.h"
#include "machine/not_yet.h"
#include "machine/schema_features.h"

namespace rhea {

struct ColoStatus {
    ColoMode mode{}, last_mode{};
    ColoExitReason reason{};
};
template <>
inline constexpr auto description<ColoStatus> = object("COLOStatus", member<&ColoStatus::mode>("mode"),
                                                       member<&ColoStatus::last_mode>("last-mode"),
                                                       member<&ColoStatus::reason>("reason"));

struct ReplicationStatus {
    bool error = false;
    std::optional<std::string> desc;
};
template <>
inline constexpr auto description<ReplicationStatus> = object("ReplicationStatus",
                                                              member<&ReplicationStatus::error>("error"),
                                                              member<&ReplicationStatus::desc>("desc"));

struct XenSaveDevicesState {
    std::string filename;
    std::optional<bool> live;
};
template <>
inline constexpr auto description<XenSaveDevicesState> = object("q_obj_xen-save-devices-state-arg",
                                                                member<&XenSaveDevicesState::filename>("filename"),
                                                                member<&XenSaveDevicesState::live>("live"));

struct XenLoadDevicesState {
    std::string filename;
};
template <>
inline constexpr auto description<XenLoadDevicesState> = object("q_obj_xen-load-devices-state-arg",
                                                                member<&XenLoadDevicesState::filename>("filename"));

struct XenSetGlobalDirtyLog {
    bool enable = false;
};
template <>
inline constexpr auto description<XenSetGlobalDirtyLog> = object("q_obj_xen-set-global-dirty-log-arg",
                                                                 member<&XenSetGlobalDirtyLog::enable>("enable"));

struct XenSetReplication {
    bool enable = false, primary = false;
    std::optional<bool> failover;
};
template <>
inline constexpr auto description<XenSetReplication> = object("q_obj_xen-set-replication-arg",
                                                              member<&XenSetReplication::enable>("enable"),
                                                              member<&XenSetReplication::primary>("primary"),
                                                              member<&XenSetReplication::failover>("failover"));

namespace {

Result<ColoStatus> query_colo_status(Machine&, const Empty&) { return ColoStatus{}; }

Result<Empty> lost_heartbeat(Machine&, const Empty&) { return fail("The feature 'colo' is not enabled"); }

Result<Empty> set_replication(Machine&, const XenSetReplication& args) {
    if (args.enable && args.failover) return fail("Parameter 'failover' is only for stopping replication");
    return Empty{};
}

Result<ReplicationStatus> replication_status(Machine&, const Empty&) { return ReplicationStatus{}; }
Result<Empty> do_checkpoint(Machine&, const Empty&) { return Empty{}; }
/// The log has no reader while nothing migrates.
Result<Empty> set_dirty_log(Machine&, const XenSetGlobalDirtyLog&) { return Empty{}; }

Result<void> check_readable(const std::string& path) {
    // Not for ever on a FIFO; and what is read would be the whole machine.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return fail(fmt::format("Unable to open {}: {}", path, std::strerror(errno)));
    ::close(fd);
    return {};
}

Result<Empty> load_devices_state(Machine& machine, const XenLoadDevicesState& args) {
    if (machine.life().running()) return fail("Cannot update device state while vm is running");
    RHEA_CHECK(check_readable(args.filename));
    return fail(not_supported("xen-load-devices-state"));
}

constexpr Command kCommands[] = {
    command<query_colo_status>("query-colo-status", "Tells whether the machine runs beside a double of itself.")
        .absent_hardware(),
    command<lost_heartbeat>("x-colo-lost-heartbeat", "Tells that the machine's double is gone.")
        .with_features(feature::kUnstable)
        .absent_hardware(),
    command_not_yet<XenSaveDevicesState>("xen-save-devices-state", "Saves the devices' state, without memory, in a file."),
    command<load_devices_state>("xen-load-devices-state", "Brings devices back to a state saved in a file.").not_yet(),
    command<set_dirty_log>("xen-set-global-dirty-log", "Turns the record of written memory on or off.").absent_hardware(),
    command<set_replication>("xen-set-replication", "Starts or stops the replication of all block nodes.").absent_hardware(),
    command<replication_status>("query-xen-replication-status", "Tells whether replication has failed.").absent_hardware(),
    command<do_checkpoint>("xen-colo-do-checkpoint", "Makes both doubles the same, as far as block nodes go.")
        .absent_hardware(),
};

}  // namespace

void add_replication_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

void declare_migration_events(EventBus& events) {
    events.declare<MigrationEvent, MigrationPassEvent, ColoExitEvent, FailoverNegotiatedEvent, UnplugPrimaryEvent>();
}

}  // namespace rhea
