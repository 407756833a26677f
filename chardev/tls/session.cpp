#include "chardev/tls/session.h"

#include <gnutls/x509.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <vector>

namespace rhea::tls {

namespace {

struct Certificate {
    Certificate() { gnutls_x509_crt_init(&handle); }
    ~Certificate() { gnutls_x509_crt_deinit(handle); }
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;
    gnutls_x509_crt_t handle = nullptr;
};

}  // namespace

Store::~Store() {
    if (x509) gnutls_certificate_free_credentials(x509);
    if (anonymous_server) gnutls_anon_free_server_credentials(anonymous_server);
    if (anonymous_client) gnutls_anon_free_client_credentials(anonymous_client);
    if (psk_server) gnutls_psk_free_server_credentials(psk_server);
    if (psk_client) gnutls_psk_free_client_credentials(psk_client);
    if (dh_params) gnutls_dh_params_deinit(dh_params);
}

Session::Session(std::shared_ptr<const Store> store, std::string server_name, TlsAuthorization authorization)
    : store_(std::move(store)), server_name_(std::move(server_name)), authorization_(std::move(authorization)) {
    const TlsOptions& options = store_->options;
    const bool server = options.endpoint == TlsEndpoint::server;
    if (gnutls_init(&session_, server ? GNUTLS_SERVER : GNUTLS_CLIENT) != 0) {
        session_ = nullptr;
        return;
    }
    std::string priority = options.priority.empty() ? "NORMAL" : options.priority;
    // Key exchange without certificates is not in the normal set, and not in TLS 1.3 either.
    if (options.kind == TlsKind::anonymous) priority += ":+ANON-DH:+ANON-ECDH";
    if (options.kind == TlsKind::pre_shared_key) priority += ":+ECDHE-PSK:+DHE-PSK:+PSK";
    int error = gnutls_priority_set_direct(session_, priority.c_str(), nullptr);
    if (error == 0 && store_->x509) error = gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, store_->x509);
    if (error == 0 && store_->anonymous_server)
        error = gnutls_credentials_set(session_, GNUTLS_CRD_ANON, store_->anonymous_server);
    if (error == 0 && store_->anonymous_client)
        error = gnutls_credentials_set(session_, GNUTLS_CRD_ANON, store_->anonymous_client);
    if (error == 0 && store_->psk_server) error = gnutls_credentials_set(session_, GNUTLS_CRD_PSK, store_->psk_server);
    if (error == 0 && store_->psk_client) error = gnutls_credentials_set(session_, GNUTLS_CRD_PSK, store_->psk_client);
    if (error != 0) {
        gnutls_deinit(std::exchange(session_, nullptr));
        return;
    }
    // Asked for, and judged afterwards by peer_is_welcome.
    if (server && store_->x509) gnutls_certificate_server_set_request(session_, GNUTLS_CERT_REQUEST);
    gnutls_transport_set_ptr(session_, this);
    gnutls_transport_set_push_function(session_, [](gnutls_transport_ptr_t self, const void* bytes, std::size_t size) {
        static_cast<Session*>(self)->out_.append(static_cast<const char*>(bytes), size);
        return static_cast<ssize_t>(size);
    });
    gnutls_transport_set_pull_function(session_, [](gnutls_transport_ptr_t pointer, void* to, std::size_t room) -> ssize_t {
        auto& self = *static_cast<Session*>(pointer);
        const std::size_t size = std::min(room, self.in_.size() - self.in_at_);
        if (size == 0) {
            gnutls_transport_set_errno(self.session_, EAGAIN);
            return -1;
        }
        std::memcpy(to, self.in_.data() + self.in_at_, size);
        self.in_at_ += size;
        return static_cast<ssize_t>(size);
    });
}

Session::~Session() {
    if (session_) gnutls_deinit(session_);
}

void Session::start(std::string& wire) {
    shake_hands();
    wire += take_out();
}

void Session::shake_hands() {
    const int error = gnutls_handshake(session_);
    if (error == 0) {
        if (peer_is_welcome()) ready_ = true;
        else over_ = true;
    } else if (gnutls_error_is_fatal(error)) {
        gnutls_alert_send_appropriate(session_, error);
        over_ = true;
    }
}

void Session::input(std::string_view wire, LayerInput& out) {
    if (over_) return;
    in_ += wire;
    if (!ready_) shake_hands();
    char buffer[16 * 1024];
    while (ready_ && !over_) {
        const ssize_t size = gnutls_record_recv(session_, buffer, sizeof buffer);
        if (size > 0) {
            out.plain.append(buffer, static_cast<std::size_t>(size));
        } else if (size == GNUTLS_E_AGAIN) {
            break;
        } else if (size == 0 || gnutls_error_is_fatal(static_cast<int>(size))) {
            over_ = true;
        }
    }
    in_.erase(0, std::exchange(in_at_, 0));
    out.reply += take_out();
    out.end = over_;
}

void Session::output(std::string_view plain, std::string& wire) {
    while (!plain.empty()) {
        const ssize_t size = gnutls_record_send(session_, plain.data(), plain.size());
        if (size <= 0) break;
        plain.remove_prefix(static_cast<std::size_t>(size));
    }
    wire += take_out();
}

void Session::close(std::string& wire) {
    gnutls_bye(session_, GNUTLS_SHUT_WR);
    wire += take_out();
}

/// Judges the certificate of the other side, if there is to be one.
bool Session::peer_is_welcome() {
    const TlsOptions& options = store_->options;
    if (options.kind != TlsKind::x509 || !options.verify_peer) return true;
    unsigned status = 0;
    if (gnutls_certificate_verify_peers2(session_, &status) != 0 || status != 0) return false;
    unsigned count = 0;
    const gnutls_datum_t* chain = gnutls_certificate_get_peers(session_, &count);
    if (!chain || count == 0) return false;
    const std::time_t now = std::time(nullptr);
    for (unsigned i = 0; i < count; ++i) {
        Certificate certificate;
        if (gnutls_x509_crt_import(certificate.handle, &chain[i], GNUTLS_X509_FMT_DER) != 0 ||
            gnutls_x509_crt_get_expiration_time(certificate.handle) < now ||
            gnutls_x509_crt_get_activation_time(certificate.handle) > now)
            return false;
        if (i != 0) continue;
        if (options.endpoint == TlsEndpoint::client) {
            if (!gnutls_x509_crt_check_hostname(certificate.handle, server_name_.c_str())) return false;
        } else if (authorization_) {
            char name[1024];
            std::size_t size = sizeof name;
            if (gnutls_x509_crt_get_dn(certificate.handle, name, &size) != 0 || !authorization_(std::string(name, size)))
                return false;
        }
    }
    return true;
}

}  // namespace rhea::tls
