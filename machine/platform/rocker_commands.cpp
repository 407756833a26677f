/// The rocker switch: no machine has one.
#include <fmt/format.h>

#include "machine/machine.h"
#include "machine/platform/commands.h"
#include "monitor/command_table.h"

namespace rhea {

struct QueryRocker {
    std::string name;
};
template <>
inline constexpr auto description<QueryRocker> = object("q_obj_query-rocker-arg", member<&QueryRocker::name>("name"));

struct QueryRockerPorts {
    std::string name;
};
template <>
inline constexpr auto description<QueryRockerPorts> = object("q_obj_query-rocker-ports-arg",
                                                             member<&QueryRockerPorts::name>("name"));

struct QueryRockerOfDpaFlows {
    std::string name;
    std::optional<std::uint32_t> tbl_id;
};
template <>
inline constexpr auto description<QueryRockerOfDpaFlows> = object("q_obj_query-rocker-of-dpa-flows-arg",
                                                                  member<&QueryRockerOfDpaFlows::name>("name"),
                                                                  member<&QueryRockerOfDpaFlows::tbl_id>("tbl-id"));

struct QueryRockerOfDpaGroups {
    std::string name;
    std::optional<std::uint8_t> type;
};
template <>
inline constexpr auto description<QueryRockerOfDpaGroups> = object("q_obj_query-rocker-of-dpa-groups-arg",
                                                                   member<&QueryRockerOfDpaGroups::name>("name"),
                                                                   member<&QueryRockerOfDpaGroups::type>("type"));

struct RockerSwitch {
    std::string name;
    std::int64_t id = 0, ports = 0;
};
template <>
inline constexpr auto description<RockerSwitch> = object("RockerSwitch", member<&RockerSwitch::name>("name"),
                                                         member<&RockerSwitch::id>("id"),
                                                         member<&RockerSwitch::ports>("ports"));

enum class RockerPortDuplex { half, full };
template <>
inline constexpr auto description<RockerPortDuplex> = enumeration<RockerPortDuplex>("RockerPortDuplex", "half", "full");

enum class RockerPortAutoneg { off, on };
template <>
inline constexpr auto description<RockerPortAutoneg> = enumeration<RockerPortAutoneg>("RockerPortAutoneg", "off", "on");

struct RockerPort {
    std::string name;
    bool enabled = false, link_up = false;
    std::int64_t speed = 0;
    RockerPortDuplex duplex{};
    RockerPortAutoneg autoneg{};
};
template <>
inline constexpr auto description<RockerPort> = object("RockerPort", member<&RockerPort::name>("name"),
                                                       member<&RockerPort::enabled>("enabled"),
                                                       member<&RockerPort::link_up>("link-up"),
                                                       member<&RockerPort::speed>("speed"),
                                                       member<&RockerPort::duplex>("duplex"),
                                                       member<&RockerPort::autoneg>("autoneg"));

struct RockerOfDpaFlowKey {
    std::int64_t priority = 0, tbl_id = 0;
    std::optional<std::int64_t> in_pport, tunnel_id, vlan_id, eth_type;
    std::optional<std::string> eth_src, eth_dst;
    std::optional<std::int64_t> ip_proto, ip_tos;
    std::optional<std::string> ip_dst;
};
template <>
inline constexpr auto description<RockerOfDpaFlowKey> =
    object("RockerOfDpaFlowKey", member<&RockerOfDpaFlowKey::priority>("priority"),
           member<&RockerOfDpaFlowKey::tbl_id>("tbl-id"), member<&RockerOfDpaFlowKey::in_pport>("in-pport"),
           member<&RockerOfDpaFlowKey::tunnel_id>("tunnel-id"), member<&RockerOfDpaFlowKey::vlan_id>("vlan-id"),
           member<&RockerOfDpaFlowKey::eth_type>("eth-type"), member<&RockerOfDpaFlowKey::eth_src>("eth-src"),
           member<&RockerOfDpaFlowKey::eth_dst>("eth-dst"), member<&RockerOfDpaFlowKey::ip_proto>("ip-proto"),
           member<&RockerOfDpaFlowKey::ip_tos>("ip-tos"), member<&RockerOfDpaFlowKey::ip_dst>("ip-dst"));

struct RockerOfDpaFlowMask {
    std::optional<std::int64_t> in_pport, tunnel_id, vlan_id;
    std::optional<std::string> eth_src, eth_dst;
    std::optional<std::int64_t> ip_proto, ip_tos;
};
template <>
inline constexpr auto description<RockerOfDpaFlowMask> =
    object("RockerOfDpaFlowMask", member<&RockerOfDpaFlowMask::in_pport>("in-pport"),
           member<&RockerOfDpaFlowMask::tunnel_id>("tunnel-id"), member<&RockerOfDpaFlowMask::vlan_id>("vlan-id"),
           member<&RockerOfDpaFlowMask::eth_src>("eth-src"), member<&RockerOfDpaFlowMask::eth_dst>("eth-dst"),
           member<&RockerOfDpaFlowMask::ip_proto>("ip-proto"), member<&RockerOfDpaFlowMask::ip_tos>("ip-tos"));

struct RockerOfDpaFlowAction {
    std::optional<std::int64_t> goto_tbl, group_id, tunnel_lport, vlan_id, new_vlan_id, out_pport;
};
template <>
inline constexpr auto description<RockerOfDpaFlowAction> = object(
    "RockerOfDpaFlowAction", member<&RockerOfDpaFlowAction::goto_tbl>("goto-tbl"),
    member<&RockerOfDpaFlowAction::group_id>("group-id"), member<&RockerOfDpaFlowAction::tunnel_lport>("tunnel-lport"),
    member<&RockerOfDpaFlowAction::vlan_id>("vlan-id"), member<&RockerOfDpaFlowAction::new_vlan_id>("new-vlan-id"),
    member<&RockerOfDpaFlowAction::out_pport>("out-pport"));

struct RockerOfDpaFlow {
    std::int64_t cookie = 0, hits = 0;
    RockerOfDpaFlowKey key;
    RockerOfDpaFlowMask mask;
    RockerOfDpaFlowAction action;
};
template <>
inline constexpr auto description<RockerOfDpaFlow> = object("RockerOfDpaFlow", member<&RockerOfDpaFlow::cookie>("cookie"),
                                                            member<&RockerOfDpaFlow::hits>("hits"),
                                                            member<&RockerOfDpaFlow::key>("key"),
                                                            member<&RockerOfDpaFlow::mask>("mask"),
                                                            member<&RockerOfDpaFlow::action>("action"));

struct RockerOfDpaGroup {
    std::int64_t id = 0, type = 0;
    std::optional<std::int64_t> vlan_id, pport, index, out_pport, group_id, set_vlan_id, pop_vlan;
    std::optional<std::vector<std::int64_t>> group_ids;
    std::optional<std::string> set_eth_src, set_eth_dst;
    std::optional<std::int64_t> ttl_check;
};
template <>
inline constexpr auto description<RockerOfDpaGroup> =
    object("RockerOfDpaGroup", member<&RockerOfDpaGroup::id>("id"), member<&RockerOfDpaGroup::type>("type"),
           member<&RockerOfDpaGroup::vlan_id>("vlan-id"), member<&RockerOfDpaGroup::pport>("pport"),
           member<&RockerOfDpaGroup::index>("index"), member<&RockerOfDpaGroup::out_pport>("out-pport"),
           member<&RockerOfDpaGroup::group_id>("group-id"), member<&RockerOfDpaGroup::set_vlan_id>("set-vlan-id"),
           member<&RockerOfDpaGroup::pop_vlan>("pop-vlan"), member<&RockerOfDpaGroup::group_ids>("group-ids"),
           member<&RockerOfDpaGroup::set_eth_src>("set-eth-src"), member<&RockerOfDpaGroup::set_eth_dst>("set-eth-dst"),
           member<&RockerOfDpaGroup::ttl_check>("ttl-check"));

namespace {

Fail no_rocker(const std::string& name) { return fail(fmt::format("rocker {} not found", name)); }

Result<RockerSwitch> query_rocker(Machine&, const QueryRocker& args) { return no_rocker(args.name); }
Result<std::vector<RockerPort>> query_ports(Machine&, const QueryRockerPorts& args) { return no_rocker(args.name); }
Result<std::vector<RockerOfDpaFlow>> query_flows(Machine&, const QueryRockerOfDpaFlows& args) {
    return no_rocker(args.name);
}
Result<std::vector<RockerOfDpaGroup>> query_groups(Machine&, const QueryRockerOfDpaGroups& args) {
    return no_rocker(args.name);
}

constexpr Command kCommands[] = {
    command<query_rocker>("query-rocker", "Tells about a rocker switch.").absent_hardware(),
    command<query_ports>("query-rocker-ports", "Lists the ports of a rocker switch.").absent_hardware(),
    command<query_flows>("query-rocker-of-dpa-flows", "Lists the flows of a rocker switch.").absent_hardware(),
    command<query_groups>("query-rocker-of-dpa-groups", "Lists the groups of a rocker switch.").absent_hardware(),
};

}  // namespace

void add_rocker_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
