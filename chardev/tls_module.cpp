#include "chardev/tls.h"
#include "qobject/module.h"

namespace rhea {

Result<std::shared_ptr<TlsCredentials>> load_tls_credentials(const TlsOptions& options) {
    static const auto load = reinterpret_cast<TlsModuleEntry>(module_symbol("tls", kTlsModuleEntry));
    if (!load) return fail("TLS credentials support requires GNUTLS");
    Result<std::shared_ptr<TlsCredentials>> result;
    load(options, result);
    return result;
}

}  // namespace rhea
