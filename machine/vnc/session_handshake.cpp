/// The handshake of a session: versions, who the client is, the first words about the picture (RFC 6143, 7.1 to 7.3; VeNCrypt).
#include <sys/random.h>

#include <cstdio>

#include "machine/vnc/session.h"
#include "machine/vnc/trace_points.h"

namespace rhea {

using namespace rfb;

namespace {

constexpr unsigned kOldest = 3, kWithChoice = 7, kWithReasons = 8;
constexpr unsigned kVencryptVersion = 0x0002;  // 0.2
constexpr std::uint32_t kGood = 0, kFailed = 1;

/// Client's minor version; nothing: it is none that we speak.
std::optional<unsigned> spoken(int major, int minor) {
    if (major != 3) return std::nullopt;
    if (minor == 4 || minor == 5) return kOldest;  // what some clients of 3.3 say
    if (minor == 3 || minor == 7 || minor == 8) return static_cast<unsigned>(minor);
    return std::nullopt;
}

}  // namespace

void VncSession::version(std::string_view text) {
    int major = 0, minor = 0;
    if (std::sscanf(std::string(text).c_str(), "RFB %3d.%3d", &major, &minor) != 2) return close();
    const std::size_t begin = peer_->output().size();
    const auto known = spoken(major, minor);
    if (!known) {
        put32(peer_->output(), 0);
        return close();
    }
    minor_ = *known;
    const Security type = host_.security(*this);
    if (minor_ < kWithChoice) {
        put32(peer_->output(), type == Security::vencrypt ? 0 : static_cast<std::uint32_t>(type));
        reply(begin);
        if (type == Security::vencrypt) return close();  // which such a client has no word for
        return start_security(type);
    }
    put8(peer_->output(), 1);
    put8(peer_->output(), static_cast<unsigned>(type));
    reply(begin);
    state_ = State::security;
}

void VncSession::security(std::string_view choice) {
    const Security type = host_.security(*this);
    if (const unsigned chosen = get8(choice, 0); chosen != static_cast<unsigned>(type)) {
        trace_vnc<"vnc_auth_reject">("VNC client auth rejected state={} method expected={} got={}", fmt::ptr(this), static_cast<unsigned>(type), chosen);
        return refuse();
    }
    start_security(type);
}

void VncSession::start_security(Security type) {
    method_ = type;
    trace_vnc<"vnc_auth_start">("VNC client auth start state={} method={}", fmt::ptr(this), static_cast<unsigned>(type));
    if (type != Security::vencrypt) return begin_security(type);
    put16(peer_->output(), kVencryptVersion);
    reply(peer_->output().size() - 2);
    state_ = State::vencrypt_version;
}

void VncSession::vencrypt_version(std::string_view theirs) {
    const bool known = get16(theirs, 0) == kVencryptVersion;
    trace_vnc<"vnc_auth_vencrypt_version">("VNC client auth vencrypt version state={} major={} minor={}", fmt::ptr(this), get8(theirs, 0), get8(theirs, 1));
    put8(peer_->output(), !known);
    if (!known) {
        fail_security("Unsupported version");
        return close();
    }
    put8(peer_->output(), 1);  // kind
    put32(peer_->output(), static_cast<std::uint32_t>(host_.sub_security()));
    reply(peer_->output().size() - 6);
    state_ = State::vencrypt_choice;
}

void VncSession::vencrypt_choice(std::string_view choice) {
    const bool good = get32(choice, 0) == static_cast<std::uint32_t>(host_.sub_security());
    trace_vnc<"vnc_auth_vencrypt_subauth">("VNC client auth vencrypt subauth state={} auth={}", fmt::ptr(this), get32(choice, 0));
    put8(peer_->output(), good);
    if (!good) {
        fail_security("Unsupported sub-auth version");
        return close();
    }
    reply(peer_->output().size() - 1);
    state_ = State::tls;
}

void VncSession::secured(Peer& peer) {
    peer_ = &peer;
    const SubSecurity kind = host_.sub_security();
    begin_security(kind == SubSecurity::tls_vnc || kind == SubSecurity::x509_vnc ? Security::vnc : Security::none);
}

void VncSession::begin_security(Security type) {
    if (type == Security::none) {
        if (minor_ >= kWithReasons) {
            put32(peer_->output(), kGood);
            reply(peer_->output().size() - 4);
        }
        trace_vnc<"vnc_auth_pass">("VNC client auth passed state={} method={}", fmt::ptr(this), static_cast<unsigned>(method_));
        state_ = State::init;
        return;
    }
    // So few random bytes come at once, and whole.
    if (::getrandom(challenge_.data(), challenge_.size(), 0) != static_cast<ssize_t>(challenge_.size())) return close();
    peer_->output().append(challenge_.data(), challenge_.size());
    reply(peer_->output().size() - challenge_.size());
    state_ = State::challenge;
}

void VncSession::challenge_answered(std::string_view answer) {
    if (const auto problem = host_.password_problem({challenge_.data(), challenge_.size()}, answer); !problem.empty()) {
        fail_security(problem);
        return refuse();
    }
    trace_vnc<"vnc_auth_pass">("VNC client auth passed state={} method={}", fmt::ptr(this), static_cast<unsigned>(method_));
    put32(peer_->output(), kGood);
    reply(peer_->output().size() - 4);
    state_ = State::init;
}

void VncSession::fail_security(std::string_view problem) {
    trace_vnc<"vnc_auth_fail">("VNC client auth failed state={} method={} message={} reason=", fmt::ptr(this), static_cast<unsigned>(method_), problem);
}

void VncSession::refuse() {
    constexpr std::string_view kReason("Authentication failed\0", 22);  // with its end, as QEMU sends it
    put32(peer_->output(), kFailed);
    if (minor_ >= kWithReasons) {
        put32(peer_->output(), kReason.size());
        peer_->output() += kReason;
    }
    close();
}

void VncSession::init(std::string_view shared) {
    if (!host_.enter(*this, get8(shared, 0) != 0)) return close();
    const Picture& picture = host_.picture();
    set_size(picture);
    std::string& out = peer_->output();
    const std::size_t begin = out.size();
    put16(out, width_);
    put16(out, height_);
    format_.write(out);
    const std::string name = host_.name();
    put32(out, static_cast<std::uint32_t>(name.size()));
    out += name;
    reply(begin);
    state_ = State::running;
    host_.initialized(*this);
}

}  // namespace rhea
