#pragma once
/// A network card's end of its cable. The card owns it.
#include <deque>

#include "machine/net/client.h"
#include "qobject/error.h"

namespace rhea {
namespace qom {
struct Creation;
}
}

namespace rhea::net {

enum class RxState { normal, none, all };
/// What a card lets in, as query-rx-filter tells it.
struct RxFilterInfo {
    std::string name;
    bool promiscuous = false;
    RxState multicast{}, unicast{}, vlan{};
    bool broadcast_allowed = false, multicast_overflow = false, unicast_overflow = false;
    std::string main_mac;
    std::vector<std::int64_t> vlan_table;
    std::vector<std::string> unicast_table, multicast_table;
};

/// The card behind the cable's end.
class NicUser {
public:
    /// Whether a frame of so many bytes can be taken now; one that cannot waits for Nic::take_waiting.
    virtual bool has_room(std::size_t bytes) {
        static_cast<void>(bytes);
        return true;
    }
    /// False: it has no place for the frame, which is lost.
    virtual bool frame_received(Frame) { return false; }
    virtual void link_changed(bool up) { static_cast<void>(up); }
    /// The machine goes on, or stops.
    virtual void machine_runs(bool running) { static_cast<void>(running); }
    /// The guest is to tell where it is, if it can.
    virtual void announce() {}
    /// Nothing: it is of a kind that does not tell.
    virtual std::optional<RxFilterInfo> rx_filter() { return std::nullopt; }

protected:
    ~NicUser() = default;
};

class Nic final : public Client {
public:
    /// Frames that wait for the card, and bytes of them; what comes beyond is lost.
    static constexpr std::size_t kMostWaiting = 10'000, kMostBytesWaiting = 4 << 20;

    /// `name`: empty for one without an id; it becomes "MODEL.N" then. `mac`: nothing, or all zero, gets the first free one of
    /// 52:54:00:12:34:56 and on. `netdev`: the cable's other end, which is free; empty: there is none.
    Nic(Network& network, NicUser& user, std::string model, std::string name, std::optional<MacAddress> mac, const std::vector<Client*>& netdev);
    ~Nic() override;

    const std::string& model() const { return model_; }
    const MacAddress& mac() const { return mac_; }
    /// What the guest uses instead, for people to see.
    void show_mac(const MacAddress& mac) { shown_mac_ = mac; }
    NicUser& user() const { return user_; }

    std::string info() const override;
    void receive(Frame frame) override;
    void link_changed() override { user_.link_changed(!link_down()); }
    /// Gives the card what waits, as far as it has room.
    void take_waiting();
    void drop_waiting();
    void machine_runs(bool running);

    /// Keeps what was at the other end, for people to see, after it was deleted: the link is down for good.
    void keep_deleted(std::unique_ptr<Client> peer) { deleted_.push_back(std::move(peer)); }

private:
    /// The ends of its further queues.
    class Queue;

    NicUser& user_;
    std::string model_;
    MacAddress mac_, shown_mac_;
    std::deque<std::vector<std::uint8_t>> waiting_;
    std::size_t bytes_waiting_ = 0;
    std::vector<std::unique_ptr<Client>> queues_, deleted_;
};

/// The free end of a cable that the property "netdev" of a card that is being made names. `device`: its type as errors name it.
Result<std::vector<Client*>> netdev_of(qom::Creation& creation, std::string_view device);
/// The value of the property "mac" of a card that is being made.
std::optional<MacAddress> mac_of(const qom::Creation& creation);

}  // namespace rhea::net
