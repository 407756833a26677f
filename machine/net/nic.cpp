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
      mac_(mac && *mac != MacAddress{} ? *mac : network.free_mac()) {
    network.add_card(*this);
    if (!netdev.empty()) network.connect(*this, *netdev.front());
    for (unsigned i = 1; i < netdev.size(); ++i) {
        queues_.push_back(std::make_unique<Queue>(*this, i));
        network.connect(*queues_.back(), *netdev[i]);
    }
}

Nic::~Nic() { network().remove_card(*this); }

std::string Nic::info() const { return fmt::format("model={},macaddr={}", model_, mac_text(mac_)); }

void Nic::receive(Frame frame) {
    if (!user_.frame_received(frame)) drop();
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
