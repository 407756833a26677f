#pragma once
/// The ends of network cables. A cable leads from one client to its peer: from a card (Nic) to a network on the host's side, or to a
/// port of a hub. Frames go along it through the filters that hang on it. Loop thread only.
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "machine/net/kind.h"

namespace rhea::net {

class Client;
class Network;

/// An Ethernet frame without its check sum.
using Frame = std::span<const std::uint8_t>;
/// The largest that is carried: 64 KiB that a card leaves to be cut up, and headers.
inline constexpr std::size_t kMaxFrame = 4096 + 65536;

using MacAddress = std::array<std::uint8_t, 6>;
/// "52:54:00:12:34:56"
std::string mac_text(const MacAddress& mac);
/// Nothing: the text is none. Separators are ':' or '-'.
std::optional<MacAddress> parse_mac(std::string_view text);

/// Which way frames go, seen from the network's end that a filter hangs on.
enum class Direction { all, rx, tx };

/// Something that frames pass through.
class FrameFilter {
public:
    virtual ~FrameFilter() = default;
    /// True: it keeps the frame; it may go on later (Network::pass_on).
    virtual bool frame(Client& sender, Frame frame) = 0;
    virtual bool wants(Direction direction) const = 0;
    /// As `info network` shows it: "f0: type=filter-dump,…".
    virtual std::string text() const = 0;
    /// What it hangs on is going: it has to go too, and is gone when this returns.
    virtual void client_gone() = 0;
};

class Client {
public:
    Client(Network& network, Kind kind, std::string name, unsigned queue = 0);
    virtual ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    Network& network() const { return network_; }
    Kind kind() const { return kind_; }
    const std::string& name() const { return name_; }
    /// The number among those of one name: a card or tap device with several queues has several ends.
    unsigned queue() const { return queue_; }
    /// What `info network` tells beyond name and kind.
    virtual std::string info() const = 0;
    /// Null: the cable is loose.
    Client* peer() const { return peer_; }
    bool link_down() const { return link_down_; }
    void set_link_down(bool down) { link_down_ = down; }
    /// Made by -netdev or netdev_add, so that netdev_del may take it away.
    bool is_netdev() const { return is_netdev_; }

    /// A frame for this end. It is valid during the call only.
    virtual void receive(Frame frame) = 0;
    /// Its own link or its peer's has gone up or down.
    virtual void link_changed() {}
    /// It is being deleted while a card still shows it: ends what it has open.
    virtual void shut_down() {}
    /// Puts a frame on the cable; lost where it leads nowhere, or the link is down.
    void send(Frame frame);

    struct Counters {
        std::uint64_t received = 0, dropped = 0;
    };
    const Counters& counters() const { return counters_; }

    /// In the order in which frames from here pass; those that come here pass the other way round.
    std::vector<FrameFilter*>& filters() { return filters_; }
    const std::vector<FrameFilter*>& filters() const { return filters_; }

protected:
    /// Where it could not do anything with one that it received.
    void drop() { ++counters_.dropped; }

private:
    friend class Network;
    Network& network_;
    Kind kind_;
    std::string name_;
    unsigned queue_;
    Client* peer_ = nullptr;
    bool link_down_ = false, is_netdev_ = false;
    Counters counters_;
    std::vector<FrameFilter*> filters_;
};

}  // namespace rhea::net
