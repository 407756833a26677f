#include "machine/vnc/session.h"

#include <fmt/format.h>

#include <algorithm>

#include "machine/vnc/trace_points.h"

namespace rhea {

using namespace rfb;

namespace {

constexpr std::string_view kOurVersion = "RFB 003.008\n";
constexpr std::size_t kMostText = 1 << 20;  // bytes that a client may cut
constexpr unsigned kPowerVersion = 1, kPowerRefused = 0, kPowerOffered = 1;
constexpr unsigned kByClient = 1, kBadLayout = 3;  // of a change of size: who asked, and what became of it

}  // namespace

void VncSession::reply(std::size_t begin) {
    replies_ += peer_->output().size() - begin;
    peer_->schedule();
}

VncSession::VncSession(VncSessionHost& host, Peer& peer) : host_(host), peer_(&peer) {
    trace_vnc<"vnc_client_connect">("VNC client connect state={} ioc={}", fmt::ptr(this), fmt::ptr(peer_));
}

void VncSession::begin() {
    peer_->output() += kOurVersion;
    reply(peer_->output().size() - kOurVersion.size());
}

void VncSession::close() {
    if (std::exchange(state_, State::closed) == State::closed) return;
    trace_vnc<"vnc_client_disconnect_start">("VNC client disconnect start state={} ioc={}", fmt::ptr(this), fmt::ptr(peer_));
    peer_->close();
}

void VncSession::disconnected() {
    if (std::exchange(state_, State::closed) != State::closed) {
        trace_vnc<"vnc_client_eof">("VNC client EOF state={} ioc={}", fmt::ptr(this), fmt::ptr(peer_));
        trace_vnc<"vnc_client_disconnect_start">("VNC client disconnect start state={} ioc={}", fmt::ptr(this), fmt::ptr(peer_));
    }
    trace_vnc<"vnc_client_disconnect_finish">("VNC client disconnect finish state={} ioc={}", fmt::ptr(this), fmt::ptr(peer_));
    host_.ended(*this);
}

std::size_t VncSession::give_up() {
    close();
    return 0;
}

// --- Bytes in

bool VncSession::must_wait() {
    if (replies_ <= kMostReplies) return false;
    peer_->flush();
    if (peer_->pending() == 0) replies_ = 0;
    return replies_ > 0;
}

void VncSession::received(std::string_view bytes) {
    std::string all;
    if (!in_.empty()) {
        all = std::exchange(in_, {}).append(bytes);
        bytes = all;
    }
    while (!bytes.empty() && state_ != State::closed) {
        if (const std::size_t skipped = std::min(skip_, bytes.size())) {
            skip_ -= skipped;
            bytes.remove_prefix(skipped);
            continue;
        }
        if (must_wait()) {
            stalled_ = true;
            peer_->set_reading(false);
            break;
        }
        const std::size_t taken = take(bytes);
        if (taken == 0) break;
        bytes.remove_prefix(taken);
    }
    if (state_ == State::tls) return host_.start_tls(*this, bytes);
    if (state_ != State::closed) in_ = bytes;
}

void VncSession::drained() {
    replies_ = 0;
    if (std::exchange(stalled_, false)) {
        peer_->set_reading(true);
        received({});
    }
    if (waits_for_update()) host_.wants_update(*this, wanted_ == Wanted::everything);
}

std::size_t VncSession::take_whole(std::string_view bytes, std::size_t size, Handler handler) {
    if (bytes.size() < size) return 0;
    (this->*handler)(bytes.substr(0, size));
    return size;
}

std::size_t VncSession::take(std::string_view bytes) {
    switch (state_) {
        case State::version: return take_whole(bytes, kOurVersion.size(), &VncSession::version);
        case State::security: return take_whole(bytes, 1, &VncSession::security);
        case State::vencrypt_version: return take_whole(bytes, 2, &VncSession::vencrypt_version);
        case State::vencrypt_choice: return take_whole(bytes, 4, &VncSession::vencrypt_choice);
        case State::challenge: return take_whole(bytes, challenge_.size(), &VncSession::challenge_answered);
        case State::init: return take_whole(bytes, 1, &VncSession::init);
        case State::running: return take_running(bytes);
        case State::tls:
        case State::closed: break;
    }
    return 0;
}

std::size_t VncSession::take_running(std::string_view bytes) {
    switch (static_cast<ClientMessage>(get8(bytes, 0))) {
        case ClientMessage::set_pixel_format: return take_whole(bytes, 4 + PixelFormat::kBytes, &VncSession::set_pixel_format);
        case ClientMessage::set_encodings:
            if (bytes.size() < 4) return 0;
            return take_whole(bytes, 4 + 4 * std::size_t{get16(bytes, 2)}, &VncSession::set_encodings);
        case ClientMessage::update_request: return take_whole(bytes, 10, &VncSession::update_request);
        case ClientMessage::key: return take_whole(bytes, 8, &VncSession::key);
        case ClientMessage::pointer: return take_whole(bytes, 6, &VncSession::pointer);
        case ClientMessage::cut_text: {
            if (bytes.size() < 8) return 0;
            // Negative: in the form of the extended clipboard, which nobody was offered.
            const auto given = static_cast<std::int32_t>(get32(bytes, 4));
            const std::size_t size = given < 0 ? 0 - get32(bytes, 4) : get32(bytes, 4);
            if (size <= kMostText) return skip_ = size, std::size_t{8};
            host_.complain(fmt::format("vnc: client_cut_text msg payload has {} bytes which exceeds our limit of 1MB.", size));
            return give_up();
        }
        case ClientMessage::power_control: return take_whole(bytes, 4, &VncSession::power);
        case ClientMessage::set_desktop_size:
            if (bytes.size() < 8) return 0;
            return take_whole(bytes, 8 + 16 * std::size_t{get8(bytes, 6)}, &VncSession::set_desktop_size);
        case ClientMessage::qemu: return take_qemu(bytes);
    }
    return give_up();
}

std::size_t VncSession::take_qemu(std::string_view bytes) {
    if (bytes.size() < 2) return 0;
    return get8(bytes, 1) == 0 ? take_whole(bytes, 12, &VncSession::extended_key) : give_up();  // sound is not offered
}

// --- What the client wants

void VncSession::set_pixel_format(std::string_view message) {
    const auto format = PixelFormat::parse(message.substr(4));
    if (!format) return close();
    format_ = *format;
    changes_.forget(0, 0, width_, height_);
    if (!format_.colour_map) return;
    const std::size_t begin = peer_->output().size();
    write_colour_map(peer_->output());
    reply(begin);
}

void VncSession::set_encodings(std::string_view message) {
    std::optional<Encoding> pixels;
    resizes_ = resizes_well_ = knows_pointer_ = knows_leds_ = false;
    bool knows_keys = false, knows_power = false;
    for (std::size_t at = 4; at < message.size(); at += 4) {
        const auto encoding = static_cast<Encoding>(get32(message, at));
        switch (encoding) {
            case Encoding::raw:
            case Encoding::hextile:
                if (!pixels) pixels = encoding;  // the one that it likes best comes first
                break;
            case Encoding::desktop_size: resizes_ = true; break;
            case Encoding::extended_desktop_size: resizes_well_ = true; break;
            case Encoding::pointer_type: knows_pointer_ = true; break;
            case Encoding::led_state: knows_leds_ = true; break;
            case Encoding::extended_key: knows_keys = true; break;
            case Encoding::power_control: knows_power = host_.offers_power(); break;
        }
    }
    encoding_ = pixels.value_or(Encoding::raw);
    if (knows_keys) send_note(Encoding::extended_key, 0, 0, width_, height_);
    if (knows_power) {
        for (unsigned byte : {static_cast<unsigned>(ClientMessage::power_control), 0u, kPowerVersion, kPowerOffered}) put8(peer_->output(), byte);
        reply(peer_->output().size() - 4);
    }
    absolute_ = host_.pointer_is_absolute();
    if (knows_pointer_) send_note(Encoding::pointer_type, absolute_, 0, width_, height_);
    leds_ = host_.leds();
    if (knows_leds_) send_leds();
}

void VncSession::update_request(std::string_view message) {
    const bool incremental = get8(message, 1) != 0;
    if (!incremental) {
        wanted_ = Wanted::everything;
        changes_.forget(get16(message, 2), get16(message, 4), get16(message, 6), get16(message, 8));
        if (resizes_well_) send_screens(0, 0);
    } else if (wanted_ == Wanted::nothing) {
        wanted_ = Wanted::changes;
    }
    if (peer_->pending() > 0) peer_->flush();
    if (waits_for_update()) host_.wants_update(*this, wanted_ == Wanted::everything);
}

void VncSession::key(std::string_view message) { host_.key(get32(message, 4), std::nullopt, get8(message, 1) != 0); }

void VncSession::extended_key(std::string_view message) {
    host_.key(get32(message, 4), get32(message, 8), get16(message, 2) != 0);
}

void VncSession::pointer(std::string_view message) {
    const auto mode = host_.pointer_is_absolute() ? VncPointer::Mode::absolute : knows_pointer_ ? VncPointer::Mode::relative : VncPointer::Mode::places;
    host_.play(pointer_.moved(get16(message, 2), get16(message, 4), get8(message, 1), mode, width_, height_));
}

void VncSession::power(std::string_view message) {
    if (!host_.offers_power()) {
        host_.complain("vnc: xvp client message while disabled");
        return close();
    }
    if (const unsigned version = get8(message, 2); version != kPowerVersion) {
        host_.complain(fmt::format("vnc: xvp client message version {} != {}", version, kPowerVersion));
        return close();
    }
    if (host_.power(get8(message, 3))) return;
    for (unsigned byte : {static_cast<unsigned>(ClientMessage::power_control), 0u, kPowerVersion, kPowerRefused}) put8(peer_->output(), byte);
    reply(peer_->output().size() - 4);
}

/// The guest chooses its mode itself.
void VncSession::set_desktop_size(std::string_view message) {
    trace_vnc<"vnc_msg_client_set_desktop_size">("VNC client msg set desktop size  state={} ioc={} size={}x{} screens={}", fmt::ptr(this),
                                                 fmt::ptr(peer_), get16(message, 2), get16(message, 4), get8(message, 6));
    send_screens(kByClient, kBadLayout);
}

// --- What the client is told

void VncSession::send_note(Encoding what, unsigned x, unsigned y, unsigned width, unsigned height, std::string_view data) {
    std::string& out = peer_->output();
    const std::size_t begin = out.size();
    begin_update(out, 1);
    begin_rectangle(out, x, y, width, height, what);
    out += data;
    reply(begin);
}

void VncSession::send_leds() {
    const char leds = static_cast<char>(leds_);
    send_note(Encoding::led_state, 0, 0, 1, 1, {&leds, 1});
}

/// One screen, which is all of the picture.
void VncSession::send_screens(unsigned reason, unsigned status) {
    trace_vnc<"vnc_msg_server_ext_desktop_resize">("VNC server msg ext resize state={} ioc={} size={}x{} reason={}", fmt::ptr(this), fmt::ptr(peer_),
                                                   width_, height_, status);
    std::string screens;
    put32(screens, 1u << 24);  // so many, and padding
    put32(screens, 0);         // its number
    put32(screens, 0);         // its place
    put16(screens, width_);
    put16(screens, height_);
    put32(screens, 0);
    send_note(Encoding::extended_desktop_size, reason, status, width_, height_, screens);
}

void VncSession::set_size(const Picture& picture) {
    width_ = picture.width;
    height_ = picture.height;
    changes_.reset(width_, height_);
}

void VncSession::input_changed() {
    if (state_ != State::running) return;
    const bool absolute = host_.pointer_is_absolute();
    if (std::exchange(absolute_, absolute) != absolute && knows_pointer_) send_note(Encoding::pointer_type, absolute_, 0, width_, height_);
    const unsigned leds = host_.leds();
    if (std::exchange(leds_, leds) != leds && knows_leds_) send_leds();
}

bool VncSession::refresh(const Picture& picture) {
    if (!waits_for_update()) return false;
    if (picture.width != width_ || picture.height != height_) {
        if (!resizes_ && !resizes_well_) return refresh(fitted(picture, width_, height_));
        set_size(picture);
        wanted_ = Wanted::nothing;
        if (resizes_well_) return send_screens(0, 0), true;
        trace_vnc<"vnc_msg_server_desktop_resize">("VNC server msg ext resize state={} ioc={} size={}x{}", fmt::ptr(this), fmt::ptr(peer_), width_, height_);
        send_note(Encoding::desktop_size, 0, 0, width_, height_);
        return true;
    }
    const auto areas = changes_.take(picture);
    if (areas.empty()) {
        wanted_ = Wanted::changes;
        return false;
    }
    wanted_ = Wanted::nothing;
    const PixelWriter pixels(format_);
    begin_update(peer_->output(), static_cast<unsigned>(areas.size()));
    for (const Area& area : areas) write_rectangle(peer_->output(), picture, area, encoding_, pixels);
    peer_->schedule();
    return true;
}

}  // namespace rhea
