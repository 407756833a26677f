#pragma once
/// The device's end of a Chardev: bytes in and out for a serial port, a parallel port, a console. It takes what the device
/// has room for and holds the client back for the rest. Loop thread only.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "chardev/chardev.h"

namespace rhea {

/// The device behind a CharPort.
class CharPortUser {
public:
    virtual ~CharPortUser() = default;
    /// How many bytes the device has room for.
    virtual std::size_t can_receive() { return 0; }
    /// At most that many, at least one.
    virtual void receive(std::span<const std::uint8_t> bytes) { static_cast<void>(bytes); }
    /// There is room for output again, after write() had none.
    virtual void can_write() {}
    /// A break condition on the line.
    virtual void receive_break() {}
    /// A client has come or gone.
    virtual void opened(bool open) { static_cast<void>(open); }
};

class CharPort final : public CharFrontend, public PeerUser {
public:
    /// Output that a client leaves unread beyond this is not taken.
    static constexpr std::size_t kMaxBacklog = 64 << 10;

    /// `chardev` may be null: output vanishes then. `user` and `chardev` outlive it; the chardev is not in use yet.
    CharPort(Chardev* chardev, CharPortUser& user);
    ~CharPort() override;
    CharPort(const CharPort&) = delete;
    CharPort& operator=(const CharPort&) = delete;

    /// Without a client the bytes are lost, as on an unplugged cable. False: the client does not read, and nothing was
    /// taken; the user's can_write tells when to go on.
    bool write(std::span<const std::uint8_t> bytes);
    bool write(std::uint8_t byte) { return write(std::span(&byte, 1)); }
    /// The device has room again.
    void accept_input();
    Chardev* chardev() const { return chardev_; }
    bool connected() const { return peer_ != nullptr; }

    PeerUser* connected(Peer& peer) override;
    void received_break() override { user_.receive_break(); }
    bool allows_change() const override { return true; }
    void changed(Chardev& now) override;
    void received(std::string_view bytes) override;
    void disconnected() override;
    void drained() override;

private:
    Chardev* chardev_;
    CharPortUser& user_;
    Peer* peer_ = nullptr;
    std::string waiting_;  // received, not yet taken by the device
    bool delivering_ = false, blocked_ = false, reading_ = true;
};

}  // namespace rhea
