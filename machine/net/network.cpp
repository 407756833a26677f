#include "machine/net/network.h"

#include <algorithm>
#include <charconv>
#include <random>

#include <fmt/format.h>

#include "chardev/socket_address.h"
#include "machine/net/announcer.h"
#include "machine/net/backends.h"
#include "machine/net/hub.h"
#include "machine/net/user_stack.h"

namespace rhea::net {

namespace {

/// A frame may go round in circles of hubs: it is dropped then.
constexpr unsigned kMaxHops = 32;

Error not_compiled(Kind kind) { return Error::generic(fmt::format("network backend '{}' is not compiled into this binary", enum_name(kind))); }

bool is_host_network(Kind kind) { return kind != Kind::nic && kind != Kind::hubport; }

}  // namespace

std::span<const Kind> available_kinds() {
    static constexpr Kind kKinds[] = {Kind::socket, Kind::stream, Kind::dgram, Kind::hubport, Kind::tap, Kind::user};
    return kKinds;
}

bool Network::has(Kind kind) const {
    const auto kinds = available_kinds();
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end() && (kind != Kind::user || has_user_stack());
}

Network::Network(uv_loop_t* loop, Clocks& clocks, EventBus& events, Chardevs& chardevs) : loop_(loop), clocks_(clocks), events_(events), chardevs_(chardevs) {}

Network::~Network() { owned_.clear(); }

LoopTurn& Network::turn() {
    if (!turn_) turn_ = std::make_unique<LoopTurn>(loop_);
    return *turn_;
}

Announcer& Network::announcer() {
    if (!announcer_) announcer_ = std::make_unique<Announcer>(*this);
    return *announcer_;
}

// --- Making and deleting

Result<Backends> Network::make(const Netdev& options, const NamedFds& named_fds) {
    const std::string& id = options.id;
    if (const auto* o = std::get_if<VhostUserOptions>(&options.u); o && !chardevs_.find(o->chardev))
        return fail(fmt::format("chardev \"{}\" not found", o->chardev));
    if (!has(options.type)) return fail(not_compiled(options.type));
    if (!backends(id).empty()) return fail(fmt::format("Duplicate ID '{}'", id));
    if (const auto* o = std::get_if<HubportOptions>(&options.u)) return make_hubport(*this, id, *o);
    if (const auto* o = std::get_if<StreamOptions>(&options.u)) return make_stream(*this, id, *o, named_fds);
    if (const auto* o = std::get_if<DgramOptions>(&options.u)) return make_dgram(*this, id, *o, named_fds);
    if (const auto* o = std::get_if<SocketOptions>(&options.u)) return make_socket(*this, id, *o, named_fds);
    if (const auto* o = std::get_if<TapOptions>(&options.u)) return make_tap(*this, id, *o, named_fds);
    if (const auto* o = std::get_if<UserOptions>(&options.u)) return make_user(*this, id, *o);
    return fail(not_compiled(options.type));
}

Result<void> Network::add(const Netdev& options, const NamedFds& named_fds) {
    Backends made = RHEA_TRY(make(options, named_fds));
    for (auto& client : made) {
        client->is_netdev_ = true;
        owned_.push_back(std::move(client));
    }
    return {};
}

Result<void> Network::add_to_default_hub(const Netdev& options) {
    if (options.type == Kind::hubport) return fail("network backend 'hubport' is only supported with -netdev/-nic");
    Backends made = RHEA_TRY(make(options, {}));
    auto port = std::make_unique<HubPort>(hub(0), hub(0).next_port_name());
    connect(*port, *made.front());
    owned_.push_back(std::move(port));
    for (auto& client : made) owned_.push_back(std::move(client));
    return {};
}

std::string Network::add_default_hub_port() {
    owned_.push_back(std::make_unique<HubPort>(hub(0), hub(0).next_port_name()));
    return owned_.back()->name();
}

std::string Network::make_id() {
    std::random_device chance;
    return fmt::format("#net{}{:02}", ids_made_++, chance() % 100);
}

Result<void> Network::remove(std::string_view id) {
    const auto ends = backends(id);
    if (ends.empty()) return fail(Error::device_not_found(id));
    if (!ends.front()->is_netdev_) return fail(fmt::format("Device '{}' is not a netdev", id));
    for (Client* end : ends) {
        const auto at = std::find_if(owned_.begin(), owned_.end(), [&](const auto& owned) { return owned.get() == end; });
        std::unique_ptr<Client> client = std::move(*at);
        owned_.erase(at);
        while (!client->filters().empty()) client->filters().back()->client_gone();
        Client* peer = client->peer();
        if (!peer || peer->kind() != Kind::nic) continue;
        // The card goes on showing what it was connected to.
        client->shut_down();
        leave(*client);
        peer->set_link_down(true);
        peer->link_changed();
        for (Nic* card : cards_)
            if (card->name() == peer->name()) {
                card->keep_deleted(std::move(client));
                break;
            }
    }
    return {};
}

// --- Looking

std::vector<Client*> Network::find(std::string_view name) const {
    std::vector<Client*> found;
    for (Client* client : clients_)
        if (client->name() == name) found.push_back(client);
    return found;
}

std::vector<Client*> Network::backends(std::string_view name) const {
    std::vector<Client*> found = find(name);
    std::erase_if(found, [](const Client* client) { return client->kind() == Kind::nic; });
    return found;
}

Hub& Network::hub(std::int32_t id) {
    for (const auto& hub : hubs_)
        if (hub->id() == id) return *hub;
    return **hubs_.insert(hubs_.begin(), std::make_unique<Hub>(*this, id));
}

void Network::leave(Client& client) { std::erase(clients_, &client); }

std::string Network::card_name(std::string_view model) const {
    const auto same = std::count_if(cards_.begin(), cards_.end(), [&](const Nic* card) { return card->model() == model; });
    return fmt::format("{}.{}", model, same);
}

MacAddress Network::free_mac() const {
    MacAddress mac{0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    const auto taken = [&](const Nic* card) { return card->mac() == mac; };
    const auto reserved = [&] { return std::find(reserved_macs_.begin(), reserved_macs_.end(), mac) != reserved_macs_.end(); };
    while (mac[5] != 0xff && (reserved() || std::any_of(cards_.begin(), cards_.end(), taken))) ++mac[5];
    return mac;
}

Result<void> Network::set_link(std::string_view name, bool up) {
    const auto ends = find(name);
    if (ends.empty()) return fail(Error::device_not_found(name));
    for (Client* end : ends) {
        end->link_down_ = !up;
        // A hub's port or a network's link is its own: others may still be reached there. A card sees that its cable is dead.
        if (Client* peer = end->peer_; peer && peer->kind_ == Kind::nic) peer->link_down_ = !up;
    }
    ends.front()->link_changed();
    if (Client* peer = ends.front()->peer_) peer->link_changed();
    return {};
}

void Network::check(const std::function<void(const std::string&)>& warn) const {
    for (const auto& hub : hubs_) {
        bool card = false, host = false;
        for (const HubPort* port : hub->ports()) {
            if (!port->peer()) {
                warn(fmt::format("hub port {} has no peer", port->name()));
                continue;
            }
            (port->peer()->kind() == Kind::nic ? card : host) |= port->peer()->kind() == Kind::nic || is_host_network(port->peer()->kind());
        }
        if (host && !card) warn(fmt::format("hub {} with no nics", hub->id()));
        if (card && !host) warn(fmt::format("hub {} is not connected to host network", hub->id()));
    }
    for (const Client* client : clients_)
        if (!client->peer()) warn(fmt::format("{} {} has no peer", client->kind() == Kind::nic ? "nic" : "netdev", client->name()));
}

// --- Carrying frames

void Network::connect(Client& a, Client& b) {
    a.peer_ = &b;
    b.peer_ = &a;
}

void Network::transmit(Client& sender, Frame frame) { carry(sender, 0, 0, frame); }

void Network::carry(Client& sender, std::size_t sender_skip, std::size_t receiver_skip, Frame frame) {
    Client* receiver = sender.peer_;
    if (!receiver || sender.link_down_ || depth_ >= kMaxHops || frame.size() > kMaxFrame) return sender.drop();
    ++depth_;
    bool kept = false;
    const auto pass = [&](FrameFilter& filter, Direction way) { kept = kept || (filter.wants(way) && filter.frame(sender, frame)); };
    for (std::size_t i = sender_skip; !kept && i < sender.filters_.size(); ++i) pass(*sender.filters_[i], Direction::tx);
    for (std::size_t i = receiver_skip; !kept && i < receiver->filters_.size(); ++i)
        pass(*receiver->filters_[receiver->filters_.size() - 1 - i], Direction::rx);
    if (!kept) {
        if (receiver->link_down_) {
            receiver->drop();
        } else {
            ++receiver->counters_.received;
            receiver->receive(frame);
        }
    }
    --depth_;
}

void Network::pass_on(const FrameFilter& filter, Client& at, bool outwards, Frame frame) {
    const auto& filters = at.filters_;
    const auto place = static_cast<std::size_t>(std::find(filters.begin(), filters.end(), &filter) - filters.begin());
    if (outwards) return carry(at, place + 1, 0, frame);
    if (at.peer_) carry(*at.peer_, at.peer_->filters_.size(), filters.size() - place, frame);
}

// --- info network

std::string Network::text() const {
    std::string text;
    const auto show = [&](const Client& client) {
        // A backend's queues are counted when a card takes them.
        const unsigned index = client.peer() || client.kind() == Kind::nic ? client.queue() : 0;
        text += fmt::format("{}: index={},type={},{}\n", client.name(), index, enum_name(client.kind()), client.info());
        if (!client.filters().empty()) text += "filters:\n";
        for (const FrameFilter* filter : client.filters()) text += fmt::format("  - {}\n", filter->text());
    };
    for (const auto& hub : hubs_) {
        text += fmt::format("hub {}\n", hub->id());
        for (const HubPort* port : hub->ports()) {
            text += fmt::format(" \\ {}", port->name());
            if (port->peer()) {
                text += ": ";
                show(*port->peer());
            } else {
                text += '\n';
            }
        }
    }
    for (const Client* client : clients_) {
        const Client* peer = client->peer();
        const bool at_hub = client->kind() == Kind::hubport || (peer && peer->kind() == Kind::hubport);
        const bool card = client->kind() == Kind::nic;
        if (at_hub || (peer && !card)) continue;
        show(*client);
        if (!peer) continue;
        text += " \\ ";
        show(*peer);
    }
    return text;
}

// --- What the kinds share

Result<Backends> make_hubport(Network& network, const std::string& id, const HubportOptions& options) {
    Client* peer = nullptr;
    if (options.netdev) {
        const auto found = network.backends(*options.netdev);
        if (found.empty()) return fail(fmt::format("netdev '{}' not found", *options.netdev));
        peer = found.front();
        // QEMU ends with an assertion here.
        if (peer->peer()) return fail(fmt::format("netdev '{}' is in use", *options.netdev));
    }
    Backends made = backend<HubPort>(network.hub(options.hubid), id);
    if (peer) network.connect(*made.front(), *peer);
    return made;
}

Result<FileDescriptor> fd_of(const std::string& name, const NamedFds& named_fds, bool (*fits)(int fd), const std::string& otherwise) {
    if (named_fds && (name.empty() || name[0] < '0' || name[0] > '9')) {
        FileDescriptor fd(RHEA_TRY(named_fds(name)));
        if (!fits(fd.get())) return fail(otherwise);
        return fd;
    }
    int number = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc() || end != name.data() + name.size() || number < 0) return fail(fmt::format("Invalid file descriptor number '{}'", name));
    if (!fits(number)) return fail(otherwise);
    return FileDescriptor(number);
}

Result<FileDescriptor> socket_fd(const std::string& name, const NamedFds& named_fds) {
    return fd_of(name, named_fds, prepare_socket, "can't get socket option SO_TYPE");
}

}  // namespace rhea::net
