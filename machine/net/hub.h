#pragma once
/// Hubs: what comes in at a port goes out at all others.
#include "machine/net/client.h"

namespace rhea::net {

class Hub;

class HubPort final : public Client {
public:
    HubPort(Hub& hub, std::string name);
    ~HubPort() override;

    const Hub& hub() const { return hub_; }
    std::string info() const override { return {}; }
    void receive(Frame frame) override;
    void shut_down() override;

private:
    Hub& hub_;
};

/// Knows its ports, which the network owns. It stays when the last of them goes.
class Hub {
public:
    Hub(Network& network, std::int32_t id) : network_(network), id_(id) {}

    Network& network() const { return network_; }
    std::int32_t id() const { return id_; }
    /// The newest first.
    const std::vector<HubPort*>& ports() const { return ports_; }
    /// "hub0port1"
    std::string next_port_name();

private:
    friend class HubPort;
    void enter(HubPort& port) { ports_.insert(ports_.begin(), &port), ++ports_made_; }
    void leave(HubPort& port) { std::erase(ports_, &port); }

    Network& network_;
    std::int32_t id_;
    unsigned ports_made_ = 0;
    std::vector<HubPort*> ports_;
};

}  // namespace rhea::net
