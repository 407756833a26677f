/// How fast the guest writes its memory, and limits on that (which only KVM's dirty ring can give).
#include "machine/machine.h"
#include "machine/migration/commands.h"
#include "machine/migration/dirty_rate.h"

namespace rhea {

struct DirtyLimitInfo {
    std::int64_t cpu_index = 0, limit_rate = 0, current_rate = 0;
};
template <>
inline constexpr auto description<DirtyLimitInfo> = object("DirtyLimitInfo", member<&DirtyLimitInfo::cpu_index>("cpu-index"),
                                                           member<&DirtyLimitInfo::limit_rate>("limit-rate"),
                                                           member<&DirtyLimitInfo::current_rate>("current-rate"));

struct SetVcpuDirtyLimit {
    std::optional<std::int64_t> cpu_index;
    std::uint64_t dirty_rate = 0;
};
template <>
inline constexpr auto description<SetVcpuDirtyLimit> = object("q_obj_set-vcpu-dirty-limit-arg",
                                                              member<&SetVcpuDirtyLimit::cpu_index>("cpu-index"),
                                                              member<&SetVcpuDirtyLimit::dirty_rate>("dirty-rate"));

struct CancelVcpuDirtyLimit {
    std::optional<std::int64_t> cpu_index;
};
template <>
inline constexpr auto description<CancelVcpuDirtyLimit> = object("q_obj_cancel-vcpu-dirty-limit-arg",
                                                                 member<&CancelVcpuDirtyLimit::cpu_index>("cpu-index"));

namespace {

Result<Empty> calc_dirty_rate(Machine& machine, const CalcDirtyRate& args) {
    RHEA_CHECK(machine.dirty_rate().start(args));
    return Empty{};
}
Result<DirtyRateInfo> query_dirty_rate(Machine& machine, const Empty&) { return machine.dirty_rate().info(); }

Result<Empty> set_limit(Machine&, const SetVcpuDirtyLimit&) {
    return fail("dirty page limit feature requires KVM with accelerator property 'dirty-ring-size' set'");
}
/// Without a dirty ring there is no limit to take away and none to show.
Result<Empty> cancel_limit(Machine&, const CancelVcpuDirtyLimit&) { return Empty{}; }
Result<std::vector<DirtyLimitInfo>> query_limits(Machine&, const Empty&) { return std::vector<DirtyLimitInfo>{}; }

constexpr Command kCommands[] = {
    command<calc_dirty_rate>("calc-dirty-rate", "Measures for some seconds how fast memory is written."),
    command<query_dirty_rate>("query-dirty-rate", "Tells the last measurement of how fast memory is written."),
    command<set_limit>("set-vcpu-dirty-limit", "Limits how fast virtual CPUs may write memory.").absent_hardware(),
    command<cancel_limit>("cancel-vcpu-dirty-limit", "Lets virtual CPUs write memory as fast as they can.")
        .absent_hardware(),
    command<query_limits>("query-vcpu-dirty-limit", "Lists the limits on virtual CPUs' writes.").absent_hardware(),
};

}  // namespace

void add_dirty_rate_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
