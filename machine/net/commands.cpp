#include "machine/net/commands.h"

#include <fmt/format.h>

#include "machine/machine.h"
#include "machine/net/announcer.h"
#include "machine/net/network.h"
#include "machine/net/resolve.h"
#include "machine/net/tap_netdev.h"
#include "monitor/command_table.h"
#include "monitor/fd_commands.h"
#include "qobject/keyval.h"

namespace rhea {

struct NetdevDel { std::string id; };
struct SetLink { std::string name; bool up = false; };
struct QueryRxFilter { std::optional<std::string> name; };
struct AnnounceSelf {
    std::int64_t initial = 0, max = 0, rounds = 0, step = 0;
    std::optional<std::vector<std::string>> interfaces;
    std::optional<std::string> id;
};

template <> inline constexpr auto description<NetdevDel> = object("q_obj_netdev_del-arg", member<&NetdevDel::id>("id"));
template <>
inline constexpr auto description<SetLink> = object("q_obj_set_link-arg", member<&SetLink::name>("name"), member<&SetLink::up>("up"));
template <>
inline constexpr auto description<QueryRxFilter> = object("q_obj_query-rx-filter-arg", member<&QueryRxFilter::name>("name"));
template <>
inline constexpr auto description<AnnounceSelf> =
    object("q_obj_announce-self-arg", member<&AnnounceSelf::initial>("initial"), member<&AnnounceSelf::max>("max"),
           member<&AnnounceSelf::rounds>("rounds"), member<&AnnounceSelf::step>("step"),
           member<&AnnounceSelf::interfaces>("interfaces"), member<&AnnounceSelf::id>("id"));
template <> inline constexpr auto description<net::RxState> = enumeration<net::RxState>("RxState", "normal", "none", "all");
template <>
inline constexpr auto description<net::RxFilterInfo> =
    object("RxFilterInfo", member<&net::RxFilterInfo::name>("name"), member<&net::RxFilterInfo::promiscuous>("promiscuous"),
           member<&net::RxFilterInfo::multicast>("multicast"), member<&net::RxFilterInfo::unicast>("unicast"),
           member<&net::RxFilterInfo::vlan>("vlan"), member<&net::RxFilterInfo::broadcast_allowed>("broadcast-allowed"),
           member<&net::RxFilterInfo::multicast_overflow>("multicast-overflow"),
           member<&net::RxFilterInfo::unicast_overflow>("unicast-overflow"), member<&net::RxFilterInfo::main_mac>("main-mac"),
           member<&net::RxFilterInfo::vlan_table>("vlan-table"), member<&net::RxFilterInfo::unicast_table>("unicast-table"),
           member<&net::RxFilterInfo::multicast_table>("multicast-table"));

namespace {

/// Finishes later where a name has to be looked up, or a script has to run.
void netdev_add(Machine& machine, const net::Netdev& args, Reply<Empty> reply, const Caller& caller) {
    if (!is_well_formed_id(args.id)) return reply.fail(ill_formed_id());
    auto owed = std::make_shared<Reply<Empty>>(std::move(reply));
    const auto finish = [owed](const Result<void>& result) {
        if (result) owed->succeed();
        else owed->fail(result.error());
    };
    const auto add = [&network = machine.network(), finish](const Result<net::Netdev>& netdev, const NamedFds& named_fds) {
        auto added = netdev ? network.add(*netdev, named_fds) : fail(netdev.error());
        if (added) net::start_tap(network, netdev->id, finish);
        else finish(added);
    };
    if (!net::has_names(args))
        return add(args, [&caller](const std::string& name) -> Result<int> { return RHEA_TRY(take_named_fd(caller, name)).release(); });
    // Of these none takes a descriptor. The machine may have ended when the name is known.
    net::resolve_names(machine.loop(), args, [add, alive = machine.network().alive()](const Result<net::Netdev>& netdev) {
        if (!alive.expired()) add(netdev, {});
    });
}

Result<Empty> netdev_del(Machine& machine, const NetdevDel& args) {
    RHEA_CHECK(machine.network().remove(args.id));
    return Empty{};
}

Result<Empty> set_link(Machine& machine, const SetLink& args) {
    RHEA_CHECK(machine.network().set_link(args.name, args.up));
    return Empty{};
}

Result<Empty> announce_self(Machine& machine, const AnnounceSelf& args) {
    machine.network().announcer().start(args.id.value_or(""), {args.initial, args.max, args.rounds, args.step, args.interfaces});
    return Empty{};
}

Result<std::vector<net::RxFilterInfo>> query_rx_filter(Machine& machine, const QueryRxFilter& args) {
    std::vector<net::RxFilterInfo> list;
    bool known = false;
    for (const net::Client* client : machine.network().clients()) {
        if (client->queue() != 0 || (args.name && client->name() != *args.name)) continue;
        known = true;
        const auto* card = dynamic_cast<const net::Nic*>(client);
        if (!card && args.name) return fail(fmt::format("net client({}) isn't a NIC", *args.name));
        if (!card) continue;
        auto filter = card->user().rx_filter();
        if (filter) list.push_back(std::move(*filter));
        else if (args.name) return fail(fmt::format("net client({}) doesn't support rx-filter querying", *args.name));
    }
    if (args.name && !known) return fail(fmt::format("invalid net client name: {}", *args.name));
    return list;
}

constexpr Command kCommands[] = {
    command<netdev_add>("netdev_add", "Makes a network on the host's side."),
    command<netdev_del>("netdev_del", "Deletes a network on the host's side."),
    command<set_link>("set_link", "Plugs a network cable in or out."),
    command<announce_self>("announce-self", "Makes network devices tell switches where they are."),
    command<query_rx_filter>("query-rx-filter", "Tells the receive filters of network devices."),
};

}  // namespace

void add_net_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
