#pragma once
/// "tls-creds-x509", "tls-creds-anon" and "tls-creds-psk": what one side of a TLS connection proves itself with. They are
/// loaded when they are made.
#include <memory>

#include "chardev/tls.h"
#include "machine/qom/object.h"

namespace rhea {

class TlsCreds final : public qom::Object {
public:
    TlsCreds(qom::Values values, TlsOptions options, std::shared_ptr<TlsCredentials> credentials)
        : Object(std::move(values)), options_(std::move(options)), credentials_(std::move(credentials)) {}
    const std::shared_ptr<TlsCredentials>& credentials() const { return credentials_; }
    TlsKind kind() const { return options_.kind; }
    /// Reads the files again, for sessions to come. Those of a certificate only: "tls-creds-anon doesn't support to reload TLS credential".
    Result<void> reload();

private:
    TlsOptions options_;
    std::shared_ptr<TlsCredentials> credentials_;
};

extern const qom::Type kTlsCreds, kTlsCredsX509, kTlsCredsAnon, kTlsCredsPsk;

namespace qom { class Tree; }
/// Errors: "No TLS credentials with id 'x'", "Object with id 'x' is not TLS credentials".
Result<TlsCreds*> find_tls_object(qom::Tree& tree, const std::string& id);
Result<std::shared_ptr<TlsCredentials>> find_tls_credentials(qom::Tree& tree, const std::string& id);

}  // namespace rhea
