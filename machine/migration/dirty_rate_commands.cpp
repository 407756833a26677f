/// How fast the guest writes its memory, and limits on that (which only KVM's dirty ring can give).
#include "machine/machine.h"
#include "machine/migration/commands.h"
#include "machine/not_yet.h"

namespace rhea {

enum class DirtyRateMeasureMode { page_sampling, dirty_ring, dirty_bitmap };
template <>
inline constexpr auto description<DirtyRateMeasureMode> = enumeration<DirtyRateMeasureMode>("DirtyRateMeasureMode",
                                                                                            "page-sampling", "dirty-ring",
                                                                                            "dirty-bitmap");

struct CalcDirtyRate {
    std::int64_t calc_time = 0;
    std::optional<std::int64_t> sample_pages;
    std::optional<DirtyRateMeasureMode> mode;
};
template <>
inline constexpr auto description<CalcDirtyRate> = object("q_obj_calc-dirty-rate-arg",
                                                          member<&CalcDirtyRate::calc_time>("calc-time"),
                                                          member<&CalcDirtyRate::sample_pages>("sample-pages"),
                                                          member<&CalcDirtyRate::mode>("mode"));

enum class DirtyRateStatus { unstarted, measuring, measured };
template <>
inline constexpr auto description<DirtyRateStatus> = enumeration<DirtyRateStatus>("DirtyRateStatus", "unstarted",
                                                                                  "measuring", "measured");

struct DirtyRateVcpu {
    std::int64_t id = 0, dirty_rate = 0;
};
template <>
inline constexpr auto description<DirtyRateVcpu> = object("DirtyRateVcpu", member<&DirtyRateVcpu::id>("id"),
                                                          member<&DirtyRateVcpu::dirty_rate>("dirty-rate"));

struct DirtyRateInfo {
    std::optional<std::int64_t> dirty_rate;
    DirtyRateStatus status{};
    std::int64_t start_time = 0, calc_time = 0, sample_pages = 0;
    DirtyRateMeasureMode mode{};
    std::optional<std::vector<DirtyRateVcpu>> vcpu_dirty_rate;
};
template <>
inline constexpr auto description<DirtyRateInfo> = object("DirtyRateInfo", member<&DirtyRateInfo::dirty_rate>("dirty-rate"),
                                                          member<&DirtyRateInfo::status>("status"),
                                                          member<&DirtyRateInfo::start_time>("start-time"),
                                                          member<&DirtyRateInfo::calc_time>("calc-time"),
                                                          member<&DirtyRateInfo::sample_pages>("sample-pages"),
                                                          member<&DirtyRateInfo::mode>("mode"),
                                                          member<&DirtyRateInfo::vcpu_dirty_rate>("vcpu-dirty-rate"));

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

constexpr std::int64_t kLongestMeasurement = 60;                // seconds
constexpr std::int64_t kFewestPages = 128, kMostPages = 16384;  // samples in a GiB

Result<Empty> calc_dirty_rate(Machine&, const CalcDirtyRate& args) {
    if (args.calc_time < 1 || args.calc_time > kLongestMeasurement) return fail("calc-time is out of range[1, 60].");
    if (args.sample_pages && (*args.sample_pages < kFewestPages || *args.sample_pages > kMostPages))
        return fail("sample-pages is out of range[128, 16384].");
    return fail(not_supported("calc-dirty-rate"));
}

/// Nothing was ever measured.
Result<DirtyRateInfo> query_dirty_rate(Machine&, const Empty&) { return DirtyRateInfo{}; }

Result<Empty> set_limit(Machine&, const SetVcpuDirtyLimit&) {
    return fail("dirty page limit feature requires KVM with accelerator property 'dirty-ring-size' set'");
}
/// Without a dirty ring there is no limit to take away and none to show.
Result<Empty> cancel_limit(Machine&, const CancelVcpuDirtyLimit&) { return Empty{}; }
Result<std::vector<DirtyLimitInfo>> query_limits(Machine&, const Empty&) { return std::vector<DirtyLimitInfo>{}; }

constexpr Command kCommands[] = {
    command<calc_dirty_rate>("calc-dirty-rate", "Measures for some seconds how fast memory is written.").not_yet(),
    command<query_dirty_rate>("query-dirty-rate", "Tells the last measurement of how fast memory is written."),
    command<set_limit>("set-vcpu-dirty-limit", "Limits how fast virtual CPUs may write memory.").absent_hardware(),
    command<cancel_limit>("cancel-vcpu-dirty-limit", "Lets virtual CPUs write memory as fast as they can.")
        .absent_hardware(),
    command<query_limits>("query-vcpu-dirty-limit", "Lists the limits on virtual CPUs' writes.").absent_hardware(),
};

}  // namespace

void add_dirty_rate_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
