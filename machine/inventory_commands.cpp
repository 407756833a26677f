/// Lists of what the machine has of a kind.
#include <fmt/format.h>

#include "machine/commands.h"
#include "machine/input/commands.h"
#include "machine/machine.h"
#include "monitor/command_table.h"

namespace rhea {

struct MouseInfo { std::string name; std::int64_t index = 0; bool current = false, absolute = false; };
struct QueryRxFilter { std::optional<std::string> name; };
enum class RxState { normal, none, all };
struct RxFilterInfo {
    std::string name;
    bool promiscuous = false;
    RxState multicast{}, unicast{}, vlan{};
    bool broadcast_allowed = false, multicast_overflow = false, unicast_overflow = false;
    std::string main_mac;
    std::vector<std::int64_t> vlan_table;
    std::vector<std::string> unicast_table, multicast_table;
};

template <>
inline constexpr auto description<MouseInfo> =
    object("MouseInfo", member<&MouseInfo::name>("name"), member<&MouseInfo::index>("index"),
           member<&MouseInfo::current>("current"), member<&MouseInfo::absolute>("absolute"));
template <>
inline constexpr auto description<QueryRxFilter> = object("q_obj_query-rx-filter-arg", member<&QueryRxFilter::name>("name"));
template <> inline constexpr auto description<RxState> = enumeration<RxState>("RxState", "normal", "none", "all");
template <>
inline constexpr auto description<RxFilterInfo> =
    object("RxFilterInfo", member<&RxFilterInfo::name>("name"), member<&RxFilterInfo::promiscuous>("promiscuous"),
           member<&RxFilterInfo::multicast>("multicast"), member<&RxFilterInfo::unicast>("unicast"),
           member<&RxFilterInfo::vlan>("vlan"), member<&RxFilterInfo::broadcast_allowed>("broadcast-allowed"),
           member<&RxFilterInfo::multicast_overflow>("multicast-overflow"),
           member<&RxFilterInfo::unicast_overflow>("unicast-overflow"), member<&RxFilterInfo::main_mac>("main-mac"),
           member<&RxFilterInfo::vlan_table>("vlan-table"), member<&RxFilterInfo::unicast_table>("unicast-table"),
           member<&RxFilterInfo::multicast_table>("multicast-table"));

namespace {

Result<std::vector<MouseInfo>> query_mice(Machine& machine, const Empty&) {
    std::vector<MouseInfo> mice;
    for (const PointerDevice& pointer : machine.pointers())
        mice.push_back({pointer.name, pointer.index, mice.empty(), pointer.absolute});
    return mice;
}

// No network device can be made yet: the list has nobody to fill it.

Result<std::vector<RxFilterInfo>> query_rx_filter(Machine&, const QueryRxFilter& args) {
    if (args.name) return fail(fmt::format("invalid net client name: {}", *args.name));
    return std::vector<RxFilterInfo>{};
}

constexpr Command kCommands[] = {
    command<query_rx_filter>("query-rx-filter", "Tells the receive filters of network devices."),
    command<query_mice>("query-mice", "Lists the pointing devices; the current one takes the input."),
};

}  // namespace

void add_inventory_commands(CommandTable& table, Machine& machine) {
    table.add(kCommands, machine);
    add_input_commands(table, machine.input());
}

}  // namespace rhea
