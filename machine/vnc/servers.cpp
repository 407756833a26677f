#include "machine/vnc/servers.h"

#include <algorithm>

#include <fmt/format.h>

#include "chardev/des.h"
#include "machine/machine.h"
#include "machine/objects/secret.h"
#include "machine/objects/tls_creds.h"

namespace rhea {

namespace {

Result<TlsCreds*> find_credentials(Machine& machine, const std::string& id) {
    TlsCreds* own = RHEA_TRY(find_tls_object(machine.devices(), id));
    if (own->credentials()->endpoint() != TlsEndpoint::server) return fail("Expected TLS credentials for a server endpoint");
    if (own->kind() == TlsKind::pre_shared_key) return fail(fmt::format("Unsupported TLS cred type {}", own->type().name));
    return own;
}

bool has_audiodev(const cli::Config& config, const std::string& id) {
    return std::any_of(config.audiodevs.begin(), config.audiodevs.end(), [&](const cli::Arguments& audio) {
        const QObject* own = audio.members.find("id");
        return own && own->string() && *own->string() == id;
    });
}

}  // namespace

Result<void> VncServers::add(Machine& machine, const cli::Reporter& reporter, const cli::Group& group) {
    const std::string& layout = machine.config().keyboard_layout;
    auto keymap = RHEA_TRY(Keymap::load(machine.config().data_dirs, layout.empty() ? "en-us" : layout));
    auto options = RHEA_TRY(vnc_options(group.options, *group.options.id()));
    std::optional<std::string> password;
    if (options.password_secret) password = RHEA_TRY(secret_bytes(machine.devices(), *options.password_secret));
    if (options.password && !des_cipher()) return fail("Cipher backend does not support DES algorithm");
    const TlsCreds* credentials = options.tls_creds ? RHEA_TRY(find_credentials(machine, *options.tls_creds)) : nullptr;
    if (options.audiodev && !has_audiodev(machine.config(), *options.audiodev)) return fail(fmt::format("Audiodev '{}' not found", *options.audiodev));
    if (options.display) RHEA_CHECK(find_screen(machine.devices(), *options.display, options.head));
    auto server = std::make_unique<VncServer>(machine, turn_, std::move(options), std::move(keymap), [&reporter](std::string_view text) { reporter.error(text); });
    if (credentials) server->set_credentials(credentials->kind(), credentials->credentials());
    if (password) server->set_password(std::move(*password));
    RHEA_CHECK(server->open());
    servers_.push_back(std::move(server));
    return {};
}

std::unique_ptr<VncServers> VncServers::open(Machine& machine, const cli::Reporter& reporter) {
    std::unique_ptr<VncServers> servers(new VncServers(machine.loop()));
    for (const cli::Group& group : machine.config().vncs)
        if (auto added = servers->add(machine, reporter, group); !added) {
            reporter.error(group.where, added.error());
            return nullptr;
        }
    return servers;
}

std::string_view password_advice(Machine& machine, const std::string& id) {
    const VncServer* server = machine.vnc() ? machine.vnc()->find(id.empty() ? std::nullopt : std::optional(id)) : nullptr;
    if (!server || server->has_password()) return {};
    return "If you want use passwords please enable password auth using '-vnc ${dpy},password'.\n";
}

VncServer* VncServers::find(const std::optional<std::string>& id) const {
    const auto found = std::find_if(servers_.begin(), servers_.end(), [&](const auto& server) { return !id || server->id() == *id; });
    return found == servers_.end() ? nullptr : found->get();
}

}  // namespace rhea
