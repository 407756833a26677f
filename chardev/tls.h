#pragma once
/// TLS for sockets. The work is GnuTLS's, in a module that is loaded when the first credentials are made.
#include <functional>
#include <memory>
#include <string>

#include "chardev/layered_peer.h"
#include "qobject/error.h"

namespace rhea {

enum class TlsEndpoint { client, server };
enum class TlsKind { x509, anonymous, pre_shared_key };

/// The properties of a tls-creds-x509, tls-creds-anon or tls-creds-psk object.
struct TlsOptions {
    TlsKind kind = TlsKind::x509;
    TlsEndpoint endpoint = TlsEndpoint::client;
    bool verify_peer = true;
    std::string dir;       ///< ca-cert.pem, server-cert.pem, server-key.pem, client-…, ca-crl.pem, keys.psk, dh-params.pem
    std::string priority;  ///< in GnuTLS's language; empty: "NORMAL"
    std::string password;  ///< of an encrypted key
    std::string username;  ///< of a client with a pre-shared key; empty: "qemu"
    bool sanity_check = true;
};

/// Whether a client with the distinguished name given is welcome.
using TlsAuthorization = std::function<bool(const std::string& name)>;

class TlsCredentials {
public:
    virtual ~TlsCredentials() = default;
    TlsEndpoint endpoint() const { return endpoint_; }
    /// One session. A client checks that the server's certificate is of `server_name`; a server asks `authorization`, when
    /// there is one, for the client's. Null when the library refuses. Sessions may outlive the credentials.
    virtual std::unique_ptr<PeerLayer> session(const std::string& server_name, TlsAuthorization authorization) = 0;

protected:
    explicit TlsCredentials(TlsEndpoint endpoint) : endpoint_(endpoint) {}

private:
    TlsEndpoint endpoint_;
};

/// Reads the files, with QEMU's errors: "Unable to access credentials …/ca-cert.pem: No such file or directory".
Result<std::shared_ptr<TlsCredentials>> load_tls_credentials(const TlsOptions& options);

/// The one symbol of the module.
using TlsModuleEntry = void (*)(const TlsOptions& options, Result<std::shared_ptr<TlsCredentials>>& result);
inline constexpr const char* kTlsModuleEntry = "rhea_tls_load";

}  // namespace rhea
