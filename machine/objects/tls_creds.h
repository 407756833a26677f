#pragma once
/// "tls-creds-x509", "tls-creds-anon" and "tls-creds-psk": what one side of a TLS connection proves itself with. They are
/// loaded when they are made.
#include <memory>

#include "chardev/tls.h"
#include "machine/qom/object.h"

namespace rhea {

class TlsCreds final : public qom::Object {
public:
    TlsCreds(qom::Values values, std::shared_ptr<TlsCredentials> credentials)
        : Object(std::move(values)), credentials_(std::move(credentials)) {}
    const std::shared_ptr<TlsCredentials>& credentials() const { return credentials_; }

private:
    std::shared_ptr<TlsCredentials> credentials_;
};

extern const qom::Type kTlsCreds, kTlsCredsX509, kTlsCredsAnon, kTlsCredsPsk;

namespace qom { class Tree; }
/// Errors: "No TLS credentials with id 'x'", "Object with id 'x' is not TLS credentials".
Result<std::shared_ptr<TlsCredentials>> find_tls_credentials(qom::Tree& tree, const std::string& id);

}  // namespace rhea
