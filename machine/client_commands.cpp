#include <fmt/format.h>

#include "machine/commands.h"
#include "monitor/fd_commands.h"
#include "machine/machine.h"
#include "machine/vnc/servers.h"

namespace rhea {

struct AddClient {
    std::string protocol, fdname;
    std::optional<bool> skipauth, tls;
};
template <>
inline constexpr auto description<AddClient> =
    object("q_obj_add_client-arg", member<&AddClient::protocol>("protocol"), member<&AddClient::fdname>("fdname"),
           member<&AddClient::skipauth>("skipauth"), member<&AddClient::tls>("tls"));

namespace {

/// A display protocol stands before a chardev of its name.
Result<Empty> add_client(Machine& machine, const AddClient& args, const Caller& caller) {
    auto fd = RHEA_TRY(take_named_fd(caller, args.fdname));
    if (args.protocol == "spice") return fail(Error("SPICE is not in use", ErrorClass::device_not_active));
    if (args.protocol == "@dbus-display") return fail(Error("D-Bus display is not in use", ErrorClass::device_not_active));
    if (args.protocol == "vnc") {
        // Without a server nobody serves it; QEMU says no more of that.
        if (VncServer* server = machine.vnc() ? machine.vnc()->find({}) : nullptr)
            server->add_client(std::move(fd), {.skips_security = args.skipauth.value_or(false)});
        return Empty{};
    }
    Chardev* chardev = machine.chardevs().find(args.protocol);
    if (!chardev) return fail(fmt::format("protocol '{}' is invalid", args.protocol));
    if (!chardev->add_client(fd)) return fail("failed to add client");
    return Empty{};
}

constexpr Command kCommands[] = {
    command<add_client>("add_client", "Hands a connected client to a server, by the name that getfd gave its file descriptor."),
};

}  // namespace

void add_client_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
