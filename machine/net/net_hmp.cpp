/// The human monitor's commands for networks.
#include "machine/hmp_forward.h"
#include "machine/machine.h"
#include "machine/net/from_options.h"
#include "machine/net/hub.h"
#include "machine/net/user_netdev.h"

namespace rhea {

namespace {

using net::UserNetdev;

std::vector<UserNetdev*> user_networks(Machine& machine) {
    std::vector<UserNetdev*> found;
    for (net::Client* client : machine.network().clients())
        if (auto* user = dynamic_cast<UserNetdev*>(client)) found.push_back(user);
    return found;
}

/// The user network that a line is about: the one named, else the first. Null: it has been told why there is none.
UserNetdev* chosen(Machine& machine, HmpCall& call, std::string& rule) {
    const std::string& first = call.arguments.text("arg1");
    if (call.arguments.has("arg2")) {
        rule = call.arguments.text("arg2");
        const auto found = machine.network().backends(first);
        if (found.empty()) return call.print("unrecognized netdev id '{}'\n", first), nullptr;
        auto* user = dynamic_cast<UserNetdev*>(found.front());
        if (!user) call.write("invalid device specified\n");
        return user;
    }
    rule = first;
    const auto all = user_networks(machine);
    if (all.empty()) return call.write("user mode network stack not in use\n"), nullptr;
    return all.front();
}

void hostfwd_add(Machine& machine, HmpCall& call) {
    std::string rule;
    UserNetdev* user = chosen(machine, call, rule);
    if (!user) return;
    if (auto added = user->add_host_forward(rule); !added) call.print("{}\n", added.error().description());
}

void hostfwd_remove(Machine& machine, HmpCall& call) {
    std::string rule;
    UserNetdev* user = chosen(machine, call, rule);
    if (!user) return;
    const auto end = net::parse_host_end(rule);
    if (!end) return call.write("invalid format\n");
    call.print("host forwarding rule for {} {}\n", rule, user->remove_host_forward(*end) ? "removed" : "not found");
}

void usernet(Machine& machine, HmpCall& call) {
    for (UserNetdev* user : user_networks(machine)) {
        const auto* port = dynamic_cast<const net::HubPort*>(user->peer());
        call.print("Hub {} ({}):\n{}", port ? port->hub().id() : -1, user->name(), user->connections());
    }
}

void network(Machine& machine, HmpCall& call) { call.write(machine.network().text()); }

void netdev_add(Machine&, HmpCall& call) {
    auto parsed = Options::parse(call.arguments.text("netdev"), "type");
    if (!call.ok(parsed)) return;
    // Of a key that is said twice the last one counts here, unlike with -netdev.
    Options options;
    if (parsed->id()) options.set_id(*parsed->id());
    for (const QDictEntry& entry : parsed->to_qdict()) options.add(entry.key, *entry.value.string());
    if (const std::string type = options.get("type"); type == "help" || type == "?") return call.write(net::kinds_text());
    auto netdev = net::read_netdev(options);
    if (call.ok(netdev)) call.run("netdev_add", *to_qobject(*netdev).dict());
}

/// In rounds as migration's parameters have them.
void announce_self(Machine&, HmpCall& call) {
    const auto parameters = call.ask("query-migrate-parameters");
    if (!call.ok(parameters)) return;
    QDict arguments;
    for (const char* name : {"initial", "max", "rounds", "step"}) arguments.put(name, hmp_int(*parameters, std::string("announce-") + name));
    if (call.arguments.has("interfaces")) {
        QList interfaces;
        std::string_view rest = call.arguments.text("interfaces");
        for (bool more = true; more;) {
            const auto comma = rest.find(',');
            interfaces.push_back(QObject(std::string(rest.substr(0, comma))));
            more = comma != rest.npos;
            if (more) rest.remove_prefix(comma + 1);
        }
        arguments.put("interfaces", QObject(std::move(interfaces)));
    }
    if (call.arguments.has("id")) arguments.put("id", call.arguments.text("id"));
    call.run("announce-self", arguments);
}

void complete_kinds(HmpCompletion& completion) {
    for (const EnumValue& kind : description<net::Kind>.values) completion.add(kind.name);
}

constexpr HmpCommand kCommands[] = {
    hmp_command<netdev_add>("netdev_add", "O netdev@netdev-type",
                            "[user|tap|socket|stream|dgram|vde|bridge|hubport|netmap|vhost-user],id=str[,prop=value][,...]",
                            "make a network on the host's side").needing("netdev_add"),
    hmp_forward<"netdev_del", "id">("netdev_del", "s id@netdev", "id", "end a network on the host's side"),
    hmp_forward<"set_link", "name up">("set_link", "s name@nic, b up@on-off", "name on|off", "plug a network cable in or out"),
    hmp_command<hostfwd_add>("hostfwd_add", "s arg1, s? arg2", "[netdev_id] [tcp|udp]:[hostaddr]:hostport-[guestaddr]:guestport",
                             "lead connections to the host on to the guest (-net user)"),
    hmp_command<announce_self>("announce_self", "s? interfaces, s? id", "[interfaces] [id]", "tell the network where the guest is"),
    hmp_command<hostfwd_remove>("hostfwd_remove", "s arg1, s? arg2", "[netdev_id] [tcp|udp]:[hostaddr]:hostport", "end that again"),
};

constexpr HmpCommand kInfo[] = {
    hmp_command<network>("network", "", "", "show the networks"),
    hmp_command<usernet>("usernet", "", "", "show the connections of user networks"),
};

constexpr HmpCompleter kCompleters[] = {{"netdev-type", complete_kinds}};

}  // namespace

void add_net_hmp(HmpTable& table, Machine& machine) {
    table.add(kCommands, machine);
    table.add_info(kInfo, machine);
    table.add_completers(kCompleters);
}

}  // namespace rhea
