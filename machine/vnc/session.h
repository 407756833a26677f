#pragma once
/// One client of a VNC server: the protocol between its bytes and the server's screen, keyboard and pointer. Loop thread only.
/// Bounded: of the client's bytes at most one message is kept (a list of encodings, 256 KiB), of a text that it cut nothing, and of output one
/// picture and `kMostReplies`. A client that does not read is sent no further picture until it has taken the last.
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "chardev/chardev.h"
#include "machine/vnc/changes.h"
#include "machine/vnc/pointer.h"
#include "machine/vnc/rfb.h"

namespace rhea {

class VncSession;

/// The server as a session sees it. It outlives its sessions.
class VncSessionHost {
public:
    virtual rfb::Security security(const VncSession& session) const = 0;
    /// Of VeNCrypt: which of its kinds, and the beginning of TLS, with what the client has sent for it already. `VncSession::secured` follows.
    virtual rfb::SubSecurity sub_security() const = 0;
    virtual void start_tls(VncSession& session, std::string_view early) = 0;
    /// Why `answer` is not what somebody with a good password makes of `challenge`; empty: it is.
    virtual std::string_view password_problem(std::string_view challenge, std::string_view answer) const = 0;
    /// The screen as it is; the reference holds until the loop turns.
    virtual const Picture& picture() = 0;
    virtual std::string name() const = 0;
    /// The client is in; `shared` as it asks to be. False: it is not welcome beside the others, and the connection ends.
    virtual bool enter(VncSession& session, bool shared) = 0;
    /// It is served from now on.
    virtual void initialized(VncSession& session) = 0;
    /// `refresh` is to be called when there is something new, or soon, for a client that wants all of it.
    virtual void wants_update(VncSession& session, bool all) = 0;
    /// `code`: of the key, from clients that tell it; as send-key numbers them.
    virtual void key(std::uint32_t symbol, std::optional<std::uint32_t> code, bool down) = 0;
    virtual void play(std::span<const InputEvent> events) = 0;
    virtual bool offers_power() const = 0;
    /// What xvp calls shutdown, reboot and reset. False: the request is refused.
    virtual bool power(unsigned code) = 0;
    virtual bool pointer_is_absolute() const = 0;
    virtual unsigned leds() const = 0;
    /// Something for people to read.
    virtual void complain(std::string_view text) = 0;
    virtual void ended(VncSession& session) = 0;

protected:
    ~VncSessionHost() = default;
};

class VncSession final : public PeerUser {
public:
    static constexpr std::size_t kMostReplies = 256 * 1024;  ///< bytes; with more that the client has not taken it is not read
    static constexpr unsigned kMostWidth = 2560, kMostHeight = 2048;

    /// Both outlive it; the peer until `disconnected`.
    VncSession(VncSessionHost& host, Peer& peer);
    /// The first words.
    void begin();
    /// TLS has begun; what is said from now on goes through `peer`, which lies on the one before.
    void secured(Peer& peer);
    /// Sends what is new of the picture, if the client waits for it and has taken what it was sent.
    /// False: there was nothing to send.
    bool refresh(const Picture& picture);
    bool waits_for_update() const { return wanted_ != Wanted::nothing && can_send(); }
    /// The lights or the kind of the pointer have changed.
    void input_changed();
    void close();

    // PeerUser
    void received(std::string_view bytes) override;
    void disconnected() override;
    void drained() override;

private:
    enum class State { version, security, vencrypt_version, vencrypt_choice, tls, challenge, init, running, closed };
    enum class Wanted { nothing, changes, everything };
    using Handler = void (VncSession::*)(std::string_view message);

    bool can_send() const { return state_ == State::running && peer_->pending() == 0; }
    /// Takes one message off the front and gives its size; 0: it is not complete.
    std::size_t take(std::string_view bytes);
    std::size_t take_running(std::string_view bytes);
    std::size_t take_qemu(std::string_view bytes);
    std::size_t take_whole(std::string_view bytes, std::size_t size, Handler handler);
    /// Something was said that cannot be gone on after.
    std::size_t give_up();
    bool must_wait();

    void version(std::string_view text);
    void security(std::string_view choice);
    void vencrypt_version(std::string_view theirs);
    void vencrypt_choice(std::string_view choice);
    void start_security(rfb::Security type);
    void begin_security(rfb::Security type);
    void fail_security(std::string_view problem);
    void challenge_answered(std::string_view answer);
    void refuse();
    void init(std::string_view shared);

    void set_pixel_format(std::string_view message);
    void set_encodings(std::string_view message);
    void update_request(std::string_view message);
    void key(std::string_view message);
    void extended_key(std::string_view message);
    void pointer(std::string_view message);
    void power(std::string_view message);
    void set_desktop_size(std::string_view message);

    /// An update of one rectangle without pixels.
    void send_note(rfb::Encoding what, unsigned x, unsigned y, unsigned width, unsigned height, std::string_view data = {});
    void send_leds();
    void send_screens(unsigned reason, unsigned status);
    void set_size(const Picture& picture);
    /// Written to the peer's output, `begin` is where.
    void reply(std::size_t begin);

    VncSessionHost& host_;
    Peer* peer_;
    State state_ = State::version;
    unsigned minor_ = 8;
    rfb::Security method_ = rfb::Security::none;  // how the client enters
    std::array<char, 16> challenge_{};
    std::string in_;            // a message that is not complete, or all that came since `stalled_`
    std::size_t skip_ = 0;      // bytes of a text that nobody reads
    std::size_t replies_ = 0;   // bytes since the client had taken everything
    bool stalled_ = false;      // it is not read until it has

    rfb::PixelFormat format_;
    rfb::Encoding encoding_ = rfb::Encoding::raw;
    // What it understands.
    bool resizes_ = false, resizes_well_ = false, knows_pointer_ = false, knows_leds_ = false;
    Wanted wanted_ = Wanted::nothing;
    unsigned width_ = 0, height_ = 0;  // as the client knows them
    rfb::Changes changes_;
    VncPointer pointer_;
    bool absolute_ = false;  // the pointer, as the client was told
    unsigned leds_ = 0;
};

}  // namespace rhea
