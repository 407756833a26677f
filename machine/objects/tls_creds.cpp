#include "machine/objects/tls_creds.h"

#include <fmt/format.h>

#include "machine/objects/options.h"
#include "machine/objects/secret.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"
#include "machine/qom/tree.h"

namespace rhea {

namespace {

QObject loaded(const TlsCreds&) { return true; }

constexpr qom::ValueType kEndpoint{"QCryptoTLSCredsEndpoint", &type_ref<objects::TlsEndpoint>};
constexpr qom::Property kCommonProperties[] = {
    qom::property("verify-peer", qom::kBool, true),
    qom::property("dir", qom::kString),
    qom::property("endpoint", kEndpoint, "client"),
    qom::property("priority", qom::kString),
};
constexpr qom::Property kX509Properties[] = {
    qom::property("loaded", qom::kBool).from<loaded>(),
    qom::property("sanity-check", qom::kBool, true),
    qom::property("passwordid", qom::kString),
};
constexpr qom::Property kAnonProperties[] = {qom::property("loaded", qom::kBool).from<loaded>()};
constexpr qom::Property kPskProperties[] = {
    qom::property("loaded", qom::kBool).from<loaded>(),
    qom::property("username", qom::kString),
};
constexpr const qom::Type* kInterfaces[] = {&qom::kUserCreatable};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation, TlsKind kind) {
    qom::Values& values = creation.values;
    TlsOptions options;
    options.kind = kind;
    options.endpoint = values.text("endpoint") == "server" ? TlsEndpoint::server : TlsEndpoint::client;
    options.verify_peer = values.boolean("verify-peer");
    options.dir = values.text("dir").value_or("");
    options.priority = values.text("priority").value_or("");
    if (kind == TlsKind::pre_shared_key) options.username = values.text("username").value_or("");
    if (kind == TlsKind::x509) {
        options.sanity_check = values.boolean("sanity-check");
        if (const auto id = values.text("passwordid"))
            options.password = RHEA_TRY(secret_bytes(creation.platform.tree, *id));
    }
    auto credentials = RHEA_TRY(load_tls_credentials(options));
    return std::make_unique<TlsCreds>(std::move(values), std::move(options), std::move(credentials));
}

Result<std::unique_ptr<qom::Object>> create_x509(qom::Creation& creation) { return create(creation, TlsKind::x509); }
Result<std::unique_ptr<qom::Object>> create_anon(qom::Creation& creation) { return create(creation, TlsKind::anonymous); }
Result<std::unique_ptr<qom::Object>> create_psk(qom::Creation& creation) { return create(creation, TlsKind::pre_shared_key); }

}  // namespace

constinit const qom::Type kTlsCreds{.name = "tls-creds",
                                    .parent = &qom::kObject,
                                    .abstract = true,
                                    .properties = kCommonProperties};
constinit const qom::Type kTlsCredsX509{
    .name = "tls-creds-x509", .parent = &kTlsCreds, .interfaces = kInterfaces, .properties = kX509Properties, .create = create_x509};
constinit const qom::Type kTlsCredsAnon{
    .name = "tls-creds-anon", .parent = &kTlsCreds, .interfaces = kInterfaces, .properties = kAnonProperties, .create = create_anon};
constinit const qom::Type kTlsCredsPsk{
    .name = "tls-creds-psk", .parent = &kTlsCreds, .interfaces = kInterfaces, .properties = kPskProperties, .create = create_psk};

Result<void> TlsCreds::reload() {
    if (options_.kind != TlsKind::x509) return fail(fmt::format("{} doesn't support to reload TLS credential", type().name));
    credentials_ = RHEA_TRY(load_tls_credentials(options_));
    return {};
}

Result<TlsCreds*> find_tls_object(qom::Tree& tree, const std::string& id) {
    auto* object = tree.objects().child(id);
    if (!object) return fail(fmt::format("No TLS credentials with id '{}'", id));
    auto* creds = dynamic_cast<TlsCreds*>(object);
    if (!creds) return fail(fmt::format("Object with id '{}' is not TLS credentials", id));
    return creds;
}

Result<std::shared_ptr<TlsCredentials>> find_tls_credentials(qom::Tree& tree, const std::string& id) {
    return RHEA_TRY(find_tls_object(tree, id))->credentials();
}

}  // namespace rhea
