/// VNC and SPICE. No server of SPICE is built in: its commands find none.
#include "machine/display/commands.h"
#include "machine/display/spice_types.h"
#include "machine/machine.h"
#include "machine/socket_options.h"
#include "machine/vnc/servers.h"
#include "monitor/chardev_commands.h"
#include "monitor/command_table.h"

namespace rhea {

enum class DisplayProtocol { vnc, spice };
template <>
inline constexpr auto description<DisplayProtocol> = enumeration<DisplayProtocol>("DisplayProtocol", "vnc", "spice");

enum class SetPasswordAction { keep, fail, disconnect };
template <>
inline constexpr auto description<SetPasswordAction> = enumeration<SetPasswordAction>("SetPasswordAction", "keep", "fail",
                                                                                      "disconnect");

struct SetPasswordVnc {
    std::optional<std::string> display;
};
template <>
inline constexpr auto description<SetPasswordVnc> = object("SetPasswordOptionsVnc",
                                                           member<&SetPasswordVnc::display>("display"));

struct SetPassword {
    DisplayProtocol protocol{};
    std::string password;
    std::optional<SetPasswordAction> connected;
    std::variant<std::monostate, SetPasswordVnc> u;
};
template <>
inline constexpr auto description<SetPassword> = flat_union<&SetPassword::protocol, &SetPassword::u>(
    "q_obj_set_password-arg", branches(branch<SetPasswordVnc>(DisplayProtocol::vnc)),
    member<&SetPassword::protocol>("protocol"), member<&SetPassword::password>("password"),
    member<&SetPassword::connected>("connected"));

struct ExpirePasswordVnc {
    std::optional<std::string> display;
};
template <>
inline constexpr auto description<ExpirePasswordVnc> = object("ExpirePasswordOptionsVnc",
                                                              member<&ExpirePasswordVnc::display>("display"));

struct ExpirePassword {
    DisplayProtocol protocol{};
    std::string time;
    std::variant<std::monostate, ExpirePasswordVnc> u;
};
template <>
inline constexpr auto description<ExpirePassword> = flat_union<&ExpirePassword::protocol, &ExpirePassword::u>(
    "q_obj_expire_password-arg", branches(branch<ExpirePasswordVnc>(DisplayProtocol::vnc)),
    member<&ExpirePassword::protocol>("protocol"), member<&ExpirePassword::time>("time"));

struct ChangeVncPassword {
    std::string password;
};
template <>
inline constexpr auto description<ChangeVncPassword> = object("q_obj_change-vnc-password-arg",
                                                              member<&ChangeVncPassword::password>("password"));

enum class DisplayReloadType { vnc };
template <>
inline constexpr auto description<DisplayReloadType> = enumeration<DisplayReloadType>("DisplayReloadType", "vnc");

struct DisplayReloadVnc {
    std::optional<bool> tls_certs;
};
template <>
inline constexpr auto description<DisplayReloadVnc> = object("DisplayReloadOptionsVNC",
                                                             member<&DisplayReloadVnc::tls_certs>("tls-certs"));

struct DisplayReload {
    DisplayReloadType type{};
    std::variant<std::monostate, DisplayReloadVnc> u;
};
template <>
inline constexpr auto description<DisplayReload> = flat_union<&DisplayReload::type, &DisplayReload::u>(
    "q_obj_display-reload-arg", branches(branch<DisplayReloadVnc>(DisplayReloadType::vnc)),
    member<&DisplayReload::type>("type"));

enum class DisplayUpdateType { vnc };
template <>
inline constexpr auto description<DisplayUpdateType> = enumeration<DisplayUpdateType>("DisplayUpdateType", "vnc");

struct DisplayUpdateVnc {
    std::optional<std::vector<SocketAddress>> addresses;
};
template <>
inline constexpr auto description<DisplayUpdateVnc> = object("DisplayUpdateOptionsVNC",
                                                             member<&DisplayUpdateVnc::addresses>("addresses"));

struct DisplayUpdate {
    DisplayUpdateType type{};
    std::variant<std::monostate, DisplayUpdateVnc> u;
};
template <>
inline constexpr auto description<DisplayUpdate> = flat_union<&DisplayUpdate::type, &DisplayUpdate::u>(
    "q_obj_display-update-arg", branches(branch<DisplayUpdateVnc>(DisplayUpdateType::vnc)),
    member<&DisplayUpdate::type>("type"));

struct ClientMigrateInfo {
    std::string protocol, hostname;
    std::optional<std::int64_t> port, tls_port;
    std::optional<std::string> cert_subject;
};
template <>
inline constexpr auto description<ClientMigrateInfo> = object("q_obj_client_migrate_info-arg",
                                                              member<&ClientMigrateInfo::protocol>("protocol"),
                                                              member<&ClientMigrateInfo::hostname>("hostname"),
                                                              member<&ClientMigrateInfo::port>("port"),
                                                              member<&ClientMigrateInfo::tls_port>("tls-port"),
                                                              member<&ClientMigrateInfo::cert_subject>("cert-subject"));

namespace {

Fail no_spice() { return fail(Error("SPICE is not in use", ErrorClass::device_not_active)); }
Fail no_vnc() { return fail("Can not find vnc display"); }

VncServer* find_vnc(Machine& machine, const std::optional<std::string>& id = {}) { return machine.vnc() ? machine.vnc()->find(id) : nullptr; }

template <class Options, class U>
std::optional<std::string> display_of(const U& u) {
    const auto* vnc = std::get_if<Options>(&u);
    return vnc ? vnc->display : std::nullopt;
}

Result<VncInfo> query_vnc(Machine& machine, const Empty&) {
    const VncServer* server = find_vnc(machine);
    return server ? server->info() : VncInfo{};
}

Result<std::vector<VncInfo2>> query_vnc_servers(Machine& machine, const Empty&) {
    std::vector<VncInfo2> list;
    if (!machine.vnc()) return list;
    const auto& servers = machine.vnc()->all();
    for (auto server = servers.rbegin(); server != servers.rend(); ++server) list.push_back((*server)->detailed_info());
    return list;
}

Result<SpiceInfo> query_spice(Machine&, const Empty&) {
    SpiceInfo info;
    info.mouse_mode = SpiceQueryMouseMode::client;
    return info;
}

Result<Empty> set_vnc_password(Machine& machine, const std::optional<std::string>& id, const std::string& password) {
    VncServer* server = find_vnc(machine, id);
    if (!server || !server->set_password(password)) return fail("Could not set password");
    return Empty{};
}

Result<Empty> set_password(Machine& machine, const SetPassword& args) {
    if (args.protocol == DisplayProtocol::spice) return no_spice();
    // VNC cannot do otherwise than keep its clients.
    if (args.connected && *args.connected != SetPasswordAction::keep) return fail(Error::invalid_parameter("connected"));
    return set_vnc_password(machine, display_of<SetPasswordVnc>(args.u), args.password);
}

/// "now", "never", "+SECONDS" from now, or a time; what cannot be read is long ago.
std::int64_t expiry_time(Machine& machine, std::string_view text) {
    if (text == "now") return 0;
    if (text == "never") return VncServer::kNever;
    const bool from_now = text.starts_with('+');
    const std::uint64_t seconds = std::strtoull(std::string(text.substr(from_now)).c_str(), nullptr, 10);
    const auto most = static_cast<std::uint64_t>(VncServer::kNever);
    const std::uint64_t start = from_now ? static_cast<std::uint64_t>(machine.clocks().now(ClockType::host) / 1'000'000'000) : 0;
    return static_cast<std::int64_t>(std::min(seconds, most - start) + start);
}

Result<Empty> expire_password(Machine& machine, const ExpirePassword& args) {
    if (args.protocol == DisplayProtocol::spice) return no_spice();
    VncServer* server = find_vnc(machine, display_of<ExpirePasswordVnc>(args.u));
    if (!server) return fail("Could not set password expire time");
    server->set_expiry(expiry_time(machine, args.time));
    return Empty{};
}

Result<Empty> change_vnc_password(Machine& machine, const ChangeVncPassword& args) { return set_vnc_password(machine, {}, args.password); }

Result<Empty> display_reload(Machine& machine, const DisplayReload& args) {
    const auto* vnc = std::get_if<DisplayReloadVnc>(&args.u);
    if (!vnc || !vnc->tls_certs.value_or(false)) return Empty{};
    VncServer* server = find_vnc(machine);
    if (!server) return no_vnc();
    RHEA_CHECK(server->reload_credentials());
    return Empty{};
}

Result<Empty> display_update(Machine& machine, const DisplayUpdate& args, const Caller& caller) {
    VncServer* server = find_vnc(machine);
    if (!server) return no_vnc();
    const auto* vnc = std::get_if<DisplayUpdateVnc>(&args.u);
    if (!vnc || !vnc->addresses) return Empty{};
    std::vector<SocketAddressLegacy> addresses;
    for (const SocketAddress& address : *vnc->addresses) addresses.push_back(legacy_form(address));
    RHEA_CHECK(server->listen_at(addresses, named_fds(caller)));
    return Empty{};
}

Result<Empty> client_migrate_info(Machine&, const ClientMigrateInfo& args) {
    if (args.protocol != "spice") return fail(Error::invalid_parameter_value("protocol", "'spice'"));
    return no_spice();
}

constexpr Command kCommands[] = {
    command<query_vnc>("query-vnc", "Tells about the VNC server and its clients."),
    command<query_vnc_servers>("query-vnc-servers", "Lists the VNC servers."),
    command<query_spice>("query-spice", "Tells about the SPICE server and its clients.").absent_hardware(),
    command<set_password>("set_password", "Sets the password of VNC or SPICE."),
    command<expire_password>("expire_password", "Sets until when the password of VNC or SPICE is good."),
    command<change_vnc_password>("change-vnc-password", "Sets the password of VNC."),
    command<display_reload>("display-reload", "Reads a display's certificates again."),
    command<display_update>("display-update", "Sets where a display listens."),
    command<client_migrate_info>("client_migrate_info", "Tells remote displays' clients where the machine will move.")
        .absent_hardware(),
};

}  // namespace

void add_remote_display_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

void declare_display_events(EventBus& events) {
    events.declare<VncConnectedEvent, VncInitializedEvent, VncDisconnectedEvent, SpiceConnectedEvent, SpiceInitializedEvent,
                   SpiceDisconnectedEvent, SpiceMigrateCompletedEvent>();
}

}  // namespace rhea
