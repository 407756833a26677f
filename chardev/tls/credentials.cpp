#include <fmt/format.h>
#include <gnutls/gnutls.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "chardev/tls/session.h"

namespace rhea::tls {

namespace {

/// A file of the directory; empty when it is not there and need not be.
Result<std::string> find_file(const TlsOptions& options, std::string_view name, bool required) {
    std::string path = fmt::format("{}/{}", options.dir, name);
    if (::access(path.c_str(), R_OK) == 0) return path;
    if (errno == ENOENT && !required) return std::string();
    return fail(fmt::format("Unable to access credentials {}: {}", path, std::strerror(errno)));
}

Fail library_failure(std::string_view what, int error) { return fail(fmt::format("{}: {}", what, gnutls_strerror(error))); }

Result<void> load_x509(Store& store) {
    const TlsOptions& options = store.options;
    const bool server = options.endpoint == TlsEndpoint::server;
    if (options.dir.empty()) return fail("Missing 'dir' property value");
    const std::string_view side = server ? "server" : "client";
    const auto authority = RHEA_TRY(find_file(options, "ca-cert.pem", true));
    const auto revoked = RHEA_TRY(find_file(options, "ca-crl.pem", false));
    const auto certificate = RHEA_TRY(find_file(options, fmt::format("{}-cert.pem", side), server));
    const auto key = RHEA_TRY(find_file(options, fmt::format("{}-key.pem", side), server));
    int error = gnutls_certificate_allocate_credentials(&store.x509);
    if (error < 0) return library_failure("Cannot allocate credentials", error);
    error = gnutls_certificate_set_x509_trust_file(store.x509, authority.c_str(), GNUTLS_X509_FMT_PEM);
    if (error < 0) return library_failure(fmt::format("Cannot load CA certificate '{}'", authority), error);
    if (!certificate.empty() && !key.empty()) {
        error = gnutls_certificate_set_x509_key_file2(store.x509, certificate.c_str(), key.c_str(), GNUTLS_X509_FMT_PEM,
                                                      options.password.empty() ? nullptr : options.password.c_str(), 0);
        if (error < 0)
            return library_failure(fmt::format("Cannot load certificate '{}' & key '{}'", certificate, key), error);
    }
    if (!revoked.empty()) {
        error = gnutls_certificate_set_x509_crl_file(store.x509, revoked.c_str(), GNUTLS_X509_FMT_PEM);
        if (error < 0) return library_failure(fmt::format("Cannot load CRL '{}'", revoked), error);
    }
    return {};
}

Result<void> load_anonymous(Store& store) {
    const bool server = store.options.endpoint == TlsEndpoint::server;
    const int error = server ? gnutls_anon_allocate_server_credentials(&store.anonymous_server)
                             : gnutls_anon_allocate_client_credentials(&store.anonymous_client);
    if (error < 0) return library_failure("Cannot allocate credentials", error);
    return {};
}

/// The key of a user in "user:hexkey" lines.
Result<std::string> find_key(const std::string& path, const std::string& user) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(user + ":")) return line.substr(user.size() + 1);
    return fail(fmt::format("Username {} not found in {}", user, path));
}

Result<void> load_psk(Store& store) {
    const TlsOptions& options = store.options;
    if (options.dir.empty()) return fail("Missing 'dir' property value");
    const auto path = RHEA_TRY(find_file(options, "keys.psk", true));
    if (options.endpoint == TlsEndpoint::server) {
        int error = gnutls_psk_allocate_server_credentials(&store.psk_server);
        if (error < 0) return library_failure("Cannot allocate credentials", error);
        error = gnutls_psk_set_server_credentials_file(store.psk_server, path.c_str());
        if (error < 0) return library_failure("Cannot set PSK server credentials", error);
        return {};
    }
    const std::string user = options.username.empty() ? "qemu" : options.username;
    const auto key = RHEA_TRY(find_key(path, user));
    int error = gnutls_psk_allocate_client_credentials(&store.psk_client);
    if (error < 0) return library_failure("Cannot allocate credentials", error);
    const gnutls_datum_t datum{reinterpret_cast<unsigned char*>(const_cast<char*>(key.data())),
                               static_cast<unsigned>(key.size())};
    error = gnutls_psk_set_client_credentials(store.psk_client, user.c_str(), &datum, GNUTLS_PSK_KEY_HEX);
    if (error < 0) return library_failure("Cannot set PSK client credentials", error);
    return {};
}

/// A server with Diffie-Hellman parameters of its own says so with dh-params.pem.
Result<void> load_dh_params(Store& store) {
    const TlsOptions& options = store.options;
    if (options.endpoint != TlsEndpoint::server || options.dir.empty()) return {};
    const auto path = RHEA_TRY(find_file(options, "dh-params.pem", false));
    if (path.empty()) return {};
    gnutls_datum_t data{};
    int error = gnutls_load_file(path.c_str(), &data);
    if (error == 0) error = gnutls_dh_params_init(&store.dh_params);
    if (error == 0) error = gnutls_dh_params_import_pkcs3(store.dh_params, &data, GNUTLS_X509_FMT_PEM);
    gnutls_free(data.data);
    if (error < 0) return library_failure(fmt::format("Unable to load DH parameters from {}", path), error);
    if (store.x509) gnutls_certificate_set_dh_params(store.x509, store.dh_params);
    if (store.anonymous_server) gnutls_anon_set_server_dh_params(store.anonymous_server, store.dh_params);
    if (store.psk_server) gnutls_psk_set_server_dh_params(store.psk_server, store.dh_params);
    return {};
}

class Credentials final : public TlsCredentials {
public:
    explicit Credentials(std::shared_ptr<const Store> store)
        : TlsCredentials(store->options.endpoint), store_(std::move(store)) {}

    std::unique_ptr<PeerLayer> session(const std::string& server_name, TlsAuthorization authorization) override {
        auto session = std::make_unique<Session>(store_, server_name, std::move(authorization));
        if (!session->good()) return nullptr;
        return session;
    }

private:
    std::shared_ptr<const Store> store_;
};

Result<std::shared_ptr<TlsCredentials>> load(const TlsOptions& options) {
    auto store = std::make_shared<Store>();
    store->options = options;
    switch (options.kind) {
        case TlsKind::x509: RHEA_CHECK(load_x509(*store)); break;
        case TlsKind::anonymous: RHEA_CHECK(load_anonymous(*store)); break;
        case TlsKind::pre_shared_key: RHEA_CHECK(load_psk(*store)); break;
    }
    RHEA_CHECK(load_dh_params(*store));
    return std::shared_ptr<TlsCredentials>(std::make_shared<Credentials>(std::move(store)));
}

}  // namespace

}  // namespace rhea::tls

extern "C" __attribute__((visibility("default"))) void rhea_tls_load(
    const rhea::TlsOptions& options, rhea::Result<std::shared_ptr<rhea::TlsCredentials>>& result) {
    result = rhea::tls::load(options);
}
