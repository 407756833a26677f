#pragma once
/// The networks of one machine: every cable's end, those on the host's side among them, which it owns, and the hubs.
/// Loop thread only.
#include <uv.h>

#include <functional>
#include <map>
#include <utility>

#include "chardev/loop_turn.h"
#include "chardev/registry.h"
#include "machine/net/nic.h"

namespace rhea {
class Clocks;
class EventBus;
}

namespace rhea::net {

class Announcer;
class Hub;

/// The kinds that this build has, in the order of help texts. Whether one of them can be had may depend on the host.
std::span<const Kind> available_kinds();

class Network {
public:
    /// All outlive it.
    Network(uv_loop_t* loop, Clocks& clocks, EventBus& events, Chardevs& chardevs);
    ~Network();
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    // --- networks on the host's side
    /// As netdev_add. `named_fds`: what `fd=NAME` means to whoever asks; without it a name is a number.
    Result<void> add(const Netdev& options, const NamedFds& named_fds = {});
    /// As -net does: at a new port of hub 0.
    Result<void> add_to_default_hub(const Netdev& options);
    Result<void> remove(std::string_view id);
    /// Those of a name, one for each queue; cards are not among them.
    std::vector<Client*> backends(std::string_view name) const;
    /// A new port of hub 0 that waits for a card.
    std::string add_default_hub_port();
    /// A name for what was given none: "#net0" and two digits of chance.
    std::string make_id();

    /// Whether there are networks of that kind here.
    bool has(Kind kind) const;

    // --- all ends
    /// In the order of their coming.
    const std::vector<Client*>& clients() const { return clients_; }
    /// All of a name: a card's queues, or a backend's.
    std::vector<Client*> find(std::string_view name) const;
    const std::vector<Nic*>& cards() const { return cards_; }
    /// The newest first.
    const std::vector<std::unique_ptr<Hub>>& hubs() const { return hubs_; }
    Hub& hub(std::int32_t id);
    /// As set_link.
    Result<void> set_link(std::string_view name, bool up);
    Announcer& announcer();
    /// The machine goes on, or stops.
    void machine_runs(bool running) {
        if (std::exchange(running_, running) == running) return;
        for (Nic* card : cards_) card->machine_runs(running);
    }
    /// What a user should know of cables that lead nowhere, once everything is made.
    void check(const std::function<void(const std::string&)>& warn) const;
    /// `info network`
    std::string text() const;

    /// Goes on with a frame behind `filter`, which had kept it.
    /// `at`: the client that it hangs on; `outwards`: the frame comes from there.
    void pass_on(const FrameFilter& filter, Client& at, bool outwards, Frame frame);

    uv_loop_t* loop() const { return loop_; }
    /// Expires with the network: for what comes back later.
    std::weak_ptr<const void> alive() const { return alive_; }
    /// Made when first needed: for those with sockets.
    LoopTurn& turn();
    Clocks& clocks() const { return clocks_; }
    EventBus& events() const { return events_; }
    Chardevs& chardevs() const { return chardevs_; }

    // --- for clients
    void enter(Client& client) { clients_.push_back(&client); }
    void leave(Client& client);
    void transmit(Client& sender, Frame frame);
    void connect(Client& a, Client& b);
    void add_card(Nic& nic) { cards_.push_back(&nic); }
    void remove_card(Nic& nic) { std::erase(cards_, &nic); }
    /// "e1000.0" for the first of its model.
    std::string card_name(std::string_view model) const;
    MacAddress free_mac() const;
    /// It belongs to a card that is still to be made.
    void reserve_mac(const MacAddress& mac) { reserved_macs_.push_back(mac); }

private:
    Result<std::vector<std::unique_ptr<Client>>> make(const Netdev& options, const NamedFds& named_fds);
    /// Through the filters of both ends, behind the `skip`th of the sender's and the receiver's, to the receiver.
    void carry(Client& sender, std::size_t sender_skip, std::size_t receiver_skip, Frame frame);

    uv_loop_t* loop_;
    Clocks& clocks_;
    EventBus& events_;
    Chardevs& chardevs_;
    std::unique_ptr<LoopTurn> turn_;
    std::unique_ptr<Announcer> announcer_;
    std::vector<Client*> clients_;
    std::vector<Nic*> cards_;
    std::vector<std::unique_ptr<Hub>> hubs_;
    std::vector<std::unique_ptr<Client>> owned_;      // go first: they hang on the rest
    std::vector<MacAddress> reserved_macs_;
    std::shared_ptr<const void> alive_ = std::make_shared<char>();
    unsigned ids_made_ = 0, depth_ = 0;
    bool running_ = false;
};

}  // namespace rhea::net
