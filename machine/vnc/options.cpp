#include "machine/vnc/options.h"

namespace rhea {

namespace {

Result<VncShare> share_policy(const Options& options) {
    const std::string share = options.get("share", "allow-exclusive");
    if (share == "allow-exclusive") return VncShare::allow_exclusive;
    if (share == "force-shared") return VncShare::force_shared;
    if (share == "ignore") return VncShare::ignore;
    return fail("unknown vnc share= option");
}

std::optional<std::string> text(const Options& options, std::string_view name) {
    const std::string* value = options.find(name);
    return value ? std::optional(*value) : std::nullopt;
}

}  // namespace

Result<VncOptions> vnc_options(const Options& options, std::string id) {
    VncOptions result;
    result.id = std::move(id);
    result.addresses = RHEA_TRY(vnc_addresses(options));
    result.password_secret = text(options, "password-secret");
    result.password = RHEA_TRY(options.get_bool("password", false));
    if (result.password && result.password_secret) return fail("'password' flag is redundant with 'password-secret'");
    result.password = result.password || result.password_secret;
    result.reverse = RHEA_TRY(options.get_bool("reverse", false));
    result.searches = options.has("to");
    result.lock_key_sync = RHEA_TRY(options.get_bool("lock-key-sync", true));
    result.key_delay_ms = static_cast<std::int64_t>(RHEA_TRY(options.get_number("key-delay-ms", 10)));
    result.tls_creds = text(options, "tls-creds");
    result.tls_authz = text(options, "tls-authz");
    if (!result.tls_creds && result.tls_authz) return fail("'tls-authz' provided but TLS is not enabled");
    const bool sasl = RHEA_TRY(options.get_bool("sasl", false));
    if (sasl) return fail("VNC SASL auth requires cyrus-sasl support");
    if (options.has("sasl-authz")) return fail("'sasl-authz' provided but SASL auth is not enabled");
    result.share = RHEA_TRY(share_policy(options));
    result.most_connecting = RHEA_TRY(options.get_number("connections", result.most_connecting));
    result.power_control = RHEA_TRY(options.get_bool("power-control", false));
    result.audiodev = text(options, "audiodev");
    result.display = text(options, "display");
    result.head = static_cast<std::int64_t>(RHEA_TRY(options.get_number("head", 0)));
    return result;
}

}  // namespace rhea
