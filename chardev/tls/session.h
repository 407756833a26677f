#pragma once
#include <gnutls/gnutls.h>

#include "chardev/tls.h"

namespace rhea::tls {

/// What sessions share with the credentials that made them.
struct Store {
    TlsOptions options;
    gnutls_certificate_credentials_t x509 = nullptr;
    gnutls_anon_server_credentials_t anonymous_server = nullptr;
    gnutls_anon_client_credentials_t anonymous_client = nullptr;
    gnutls_psk_server_credentials_t psk_server = nullptr;
    gnutls_psk_client_credentials_t psk_client = nullptr;
    gnutls_dh_params_t dh_params = nullptr;
    Store() = default;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    ~Store();
};

/// A TLS session between buffers in memory.
class Session final : public PeerLayer {
public:
    Session(std::shared_ptr<const Store> store, std::string server_name, TlsAuthorization authorization);
    ~Session() override;
    bool good() const { return session_ != nullptr; }

    void start(std::string& wire) override;
    void input(std::string_view wire, LayerInput& out) override;
    void output(std::string_view plain, std::string& wire) override;
    void close(std::string& wire) override;
    bool ready() const override { return ready_; }

private:
    void shake_hands();
    bool peer_is_welcome();
    std::string take_out() { return std::exchange(out_, {}); }

    std::shared_ptr<const Store> store_;
    std::string server_name_;
    TlsAuthorization authorization_;
    gnutls_session_t session_ = nullptr;
    std::string in_;           // from the wire, not yet read by the library
    std::size_t in_at_ = 0;
    std::string out_;          // for the wire
    bool ready_ = false, over_ = false;
};

}  // namespace rhea::tls
