#include "machine/net/nic.h"

#include <fmt/format.h>

#include "machine/net/network.h"
#include "machine/platform.h"

namespace rhea::net {

class Nic::Queue final : public Client {
public:
    Queue(Nic& nic, unsigned number) : Client(nic.network(), Kind::nic, nic.name(), number), nic_(nic) {}
    std::string info() const override { return {}; }
    void receive(Frame frame) override { nic_.receive(frame); }

private:
    Nic& nic_;
};

Nic::Nic(Network& network, NicUser& user, std::string model, std::string name, std::optional<MacAddress> mac,
         const std::vector<Client*>& netdev)
    : Client(network, Kind::nic, name.empty() ? network.card_name(model) : std::move(name)),
      user_(user),
      model_(std::move(model)),
      mac_(mac && *mac != MacAddress{} ? *mac : network.free_mac()),
      shown_mac_(mac_) {
    network.add_card(*this);
    if (!netdev.empty()) network.connect(*this, *netdev.front());
    for (unsigned i = 1; i < netdev.size(); ++i) {
        queues_.push_back(std::make_unique<Queue>(*this, i));
        network.connect(*queues_.back(), *netdev[i]);
    }
}

Nic::~Nic() { network().remove_card(*this); }

std::string Nic::info() const { return fmt::format("model={},macaddr={}", model_, mac_text(shown_mac_)); }

void Nic::receive(Frame frame) {
    if (waiting_.empty() && user_.has_room(frame.size())) {
        if (!user_.frame_received(frame)) drop();
        return;
    }
    if (waiting_.size() >= kMostWaiting || frame.size() > kMostBytesWaiting - bytes_waiting_) return drop();
    waiting_.emplace_back(frame.begin(), frame.end());
    bytes_waiting_ += frame.size();
}

void Nic::take_waiting() {
    while (!waiting_.empty() && (link_down() || user_.has_room(waiting_.front().size()))) {
        const auto frame = std::move(waiting_.front());
        waiting_.pop_front();
        bytes_waiting_ -= frame.size();
        if (link_down() || !user_.frame_received(frame)) drop();
    }
}

void Nic::drop_waiting() {
    waiting_.clear();
    bytes_waiting_ = 0;
}

void Nic::machine_runs(bool running) {
    // What the guest has not got by then is not to change it while it stands still.
    if (!running) drop_waiting();
    user_.machine_runs(running);
}

Result<std::vector<Client*>> netdev_of(qom::Creation& creation, std::string_view device) {
    const auto name = creation.values.text("netdev");
    if (!name || name->empty()) return std::vector<Client*>{};
    std::vector<Client*> ends = creation.platform.network.backends(*name);
    if (ends.empty()) return fail(fmt::format("Property '{}.netdev' can't find value '{}'", device, *name));
    for (const Client* end : ends)
        if (end->peer()) return fail(fmt::format("Property '{}.netdev' can't take value '{}', it's in use", device, *name));
    return ends;
}

std::optional<MacAddress> mac_of(const qom::Creation& creation) {
    const auto text = creation.values.text("mac");
    return text ? parse_mac(*text) : std::nullopt;
}

}  // namespace rhea::net
