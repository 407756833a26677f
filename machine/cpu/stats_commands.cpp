/// Statistics. The one provider is KVM, which runs no CPU here.
#include "machine/cpu/commands.h"
#include "machine/machine.h"
#include "monitor/command_table.h"

namespace rhea {

enum class StatsTarget { vm, vcpu };
template <>
inline constexpr auto description<StatsTarget> = enumeration<StatsTarget>("StatsTarget", "vm", "vcpu");

enum class StatsProvider { kvm };
template <>
inline constexpr auto description<StatsProvider> = enumeration<StatsProvider>("StatsProvider", "kvm");

struct StatsRequest {
    StatsProvider provider{};
    std::optional<std::vector<std::string>> names;
};
template <>
inline constexpr auto description<StatsRequest> = object("StatsRequest", member<&StatsRequest::provider>("provider"),
                                                         member<&StatsRequest::names>("names"));

struct StatsVcpuFilter {
    std::optional<std::vector<std::string>> vcpus;
};
template <>
inline constexpr auto description<StatsVcpuFilter> = object("StatsVCPUFilter", member<&StatsVcpuFilter::vcpus>("vcpus"));

struct QueryStats {
    StatsTarget target{};
    std::optional<std::vector<StatsRequest>> providers;
    std::variant<std::monostate, StatsVcpuFilter> u;
};
template <>
inline constexpr auto description<QueryStats> = flat_union<&QueryStats::target, &QueryStats::u>(
    "q_obj_query-stats-arg", branches(branch<StatsVcpuFilter>(StatsTarget::vcpu)), member<&QueryStats::target>("target"),
    member<&QueryStats::providers>("providers"));

struct QueryStatsSchemas {
    std::optional<StatsProvider> provider;
};
template <>
inline constexpr auto description<QueryStatsSchemas> = object("q_obj_query-stats-schemas-arg",
                                                              member<&QueryStatsSchemas::provider>("provider"));

using StatsValue = std::variant<std::int64_t, bool, std::vector<std::int64_t>>;
template <>
inline constexpr auto description<StatsValue> = alternate<StatsValue>("StatsValue");

struct Stats {
    std::string name;
    StatsValue value;
};
template <>
inline constexpr auto description<Stats> = object("Stats", member<&Stats::name>("name"), member<&Stats::value>("value"));

struct StatsResult {
    StatsProvider provider{};
    std::optional<std::string> qom_path;
    std::vector<Stats> stats;
};
template <>
inline constexpr auto description<StatsResult> = object("StatsResult", member<&StatsResult::provider>("provider"),
                                                        member<&StatsResult::qom_path>("qom-path"),
                                                        member<&StatsResult::stats>("stats"));

enum class StatsType { cumulative, instant, peak, linear_histogram, log2_histogram };
template <>
inline constexpr auto description<StatsType> = enumeration<StatsType>("StatsType", "cumulative", "instant", "peak",
                                                                      "linear-histogram", "log2-histogram");

enum class StatsUnit { bytes, seconds, cycles, boolean };
template <>
inline constexpr auto description<StatsUnit> = enumeration<StatsUnit>("StatsUnit", "bytes", "seconds", "cycles", "boolean");

struct StatsSchemaValue {
    std::string name;
    StatsType type{};
    std::optional<StatsUnit> unit;
    std::optional<std::int64_t> base;
    std::int64_t exponent = 0;
    std::optional<std::int64_t> bucket_size;
};
template <>
inline constexpr auto description<StatsSchemaValue> = object("StatsSchemaValue", member<&StatsSchemaValue::name>("name"),
                                                             member<&StatsSchemaValue::type>("type"),
                                                             member<&StatsSchemaValue::unit>("unit"),
                                                             member<&StatsSchemaValue::base>("base"),
                                                             member<&StatsSchemaValue::exponent>("exponent"),
                                                             member<&StatsSchemaValue::bucket_size>("bucket-size"));

struct StatsSchema {
    StatsProvider provider{};
    StatsTarget target{};
    std::vector<StatsSchemaValue> stats;
};
template <>
inline constexpr auto description<StatsSchema> = object("StatsSchema", member<&StatsSchema::provider>("provider"),
                                                        member<&StatsSchema::target>("target"),
                                                        member<&StatsSchema::stats>("stats"));

namespace {

Result<std::vector<StatsResult>> query_stats(Machine&, const QueryStats&) { return std::vector<StatsResult>{}; }
Result<std::vector<StatsSchema>> query_stats_schemas(Machine&, const QueryStatsSchemas&) {
    return std::vector<StatsSchema>{};
}

constexpr Command kCommands[] = {
    command<query_stats>("query-stats", "Tells statistics of the machine or of its CPUs.").absent_hardware(),
    command<query_stats_schemas>("query-stats-schemas", "Tells which statistics there are.").absent_hardware(),
};

}  // namespace

void add_stats_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
