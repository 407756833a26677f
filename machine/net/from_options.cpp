#include "machine/net/from_options.h"

#include <algorithm>

#include <fmt/format.h>

#include "machine/cli/process.h"
#include "machine/cli/typed_options.h"
#include "machine/machine.h"
#include "machine/net/tap_netdev.h"
#include "machine/pci.h"
#include "machine/qdev.h"

namespace rhea::net {

namespace {

constexpr std::string_view kSizes[] = {"sndbuf"};
constexpr std::size_t kMostCards = 8;
constexpr std::uint32_t kMostVectors = 0x7ffffff;

Result<MacAddress> read_mac(const Network& network, const std::optional<std::string>& text, const char* multicast) {
    if (!text) return network.free_mac();
    const auto mac = parse_mac(*text);
    if (!mac) return fail("invalid syntax for ethernet address");
    if ((*mac)[0] & 1) return fail(multicast);
    return *mac == MacAddress{} ? network.free_mac() : *mac;
}

class Maker {
public:
    explicit Maker(Network& network) : network_(network) {}

    Result<void> nested(const cli::Arguments& arguments) {
        const Netdev netdev = RHEA_TRY(from_qdict<Netdev>(arguments.members, arguments.mode));
        if (!is_well_formed_id(netdev.id)) return fail(ill_formed_id());
        return network_.add(netdev);
    }
    Result<void> netdev(const Options& options) {
        const Netdev netdev = RHEA_TRY(read_netdev(options));
        RHEA_CHECK(network_.add(netdev));
        return start(netdev.id);
    }

    /// -nic: a card and its network at once.
    Result<void> nic(Options options) {
        RHEA_CHECK(check_room());
        CardPlan plan;
        plan.mac = RHEA_TRY(read_mac(network_, options.take("mac"), "NIC cannot have multicast MAC address"));
        plan.model = options.take("model").value_or("");
        if (!options.has("type")) options.add("type", "user");
        if (!options.id()) options.set_id(network_.make_id());
        plan.netdev = *options.id();
        RHEA_CHECK(network_.add(RHEA_TRY(read_netdev(std::move(options)))));
        RHEA_CHECK(start(plan.netdev));
        keep(std::move(plan));
        return {};
    }
    /// -net: a card or a network, at hub 0 unless the card names its network.
    Result<void> net(Options options) {
        if (!options.id()) options.set_id(network_.make_id());
        const Netdev netdev = RHEA_TRY(read_netdev(std::move(options)));
        const auto* card = std::get_if<NicOptions>(&netdev.u);
        if (!card) {
            RHEA_CHECK(network_.add_to_default_hub(netdev));
            return start(netdev.id);
        }
        CardPlan plan;
        if (card->netdev && network_.backends(*card->netdev).empty()) return fail(fmt::format("netdev '{}' not found", *card->netdev));
        plan.netdev = card->netdev ? *card->netdev : network_.add_default_hub_port();
        RHEA_CHECK(check_room());
        plan.model = card->model.value_or("");
        plan.addr = card->addr;
        plan.mac = RHEA_TRY(read_mac(network_, card->macaddr, "NIC cannot have multicast MAC address (odd 1st byte)"));
        if (card->vectors && *card->vectors > kMostVectors) return fail(fmt::format("invalid # of vectors: {}", *card->vectors));
        plan.vectors = card->vectors;
        keep(std::move(plan));
        return {};
    }

    std::vector<CardPlan> cards;

private:
    /// Nothing else runs yet: waits for what a network's script says.
    Result<void> start(const std::string& id) {
        std::optional<Result<void>> started;
        start_tap(network_, id, [&](Result<void> result) { started = std::move(result); });
        while (!started) uv_run(network_.loop(), UV_RUN_ONCE);
        return std::move(*started);
    }
    Result<void> check_room() const {
        if (cards.size() == kMostCards) return fail("no more on-board/default NIC slots available");
        return {};
    }
    void keep(CardPlan plan) {
        network_.reserve_mac(plan.mac);
        cards.push_back(std::move(plan));
    }

    Network& network_;
};

/// The models of cards that -nic can ask for.
std::vector<const qom::Type*> models() {
    std::vector<const qom::Type*> list;
    for (const qom::Type* type : qom::all_types())
        if (!type->abstract && type->create && type->category == "Network" && type->is_a(PciDevice::kType)) list.push_back(type);
    std::sort(list.begin(), list.end(), [](const qom::Type* a, const qom::Type* b) { return a->name < b->name; });
    return list;
}

}  // namespace

Result<Netdev> read_netdev(Options options) {
    if (!options.id()) return fail(Error::missing_parameter("id"));
    // "ipv6-net=PREFIX/LENGTH" was there before the two.
    if (const auto network = options.take("ipv6-net")) {
        const auto slash = network->find('/');
        options.add("ipv6-prefix", network->substr(0, slash));
        if (slash != network->npos) options.add("ipv6-prefixlen", network->substr(slash + 1));
    }
    return cli::read_options<Netdev>(options, kSizes);
}

std::optional<std::vector<CardPlan>> make_networks(Network& network, const cli::Config& config, const cli::Reporter& reporter) {
    Maker maker(network);
    const auto all = [&](const auto& list, auto make) {
        for (const auto& item : list) {
            const Result<void> made = make(item);
            if (made) continue;
            reporter.error(item.where, made.error());
            return false;
        }
        return true;
    };
    std::vector<cli::Group> nets = config.nets;
    if (config.default_net)
        for (const char* usual : {"nic", "user"}) {
            // Without user networks the card's cable leads nowhere.
            if (usual == std::string_view("user") && !network.has(Kind::user)) continue;
            Options options;
            options.add("type", usual);
            nets.push_back({{}, std::move(options)});
        }
    if (!all(config.nested_netdevs, [&](const cli::Arguments& a) { return maker.nested(a); }) ||
        !all(config.netdevs, [&](const cli::Group& g) { return maker.netdev(g.options); }) ||
        !all(config.nics, [&](const cli::Group& g) { return maker.nic(g.options); }) ||
        !all(nets, [&](const cli::Group& g) { return maker.net(g.options); }))
        return std::nullopt;
    return std::move(maker.cards);
}

Result<void> make_card(Machine& machine, const CardPlan& plan, Bus& bus) {
    const std::string name = plan.model.empty() ? std::string(machine.type().usual_card()) : plan.model == "virtio" ? "virtio-net-pci" : plan.model;
    const auto known = models();
    const auto at = std::find_if(known.begin(), known.end(), [&](const qom::Type* type) { return type->name == name; });
    if (at == known.end()) return fail(fmt::format("Unsupported NIC model: {}", name));
    qom::Creation creation{machine.platform(), qom::Values(**at), {}, &bus};
    RHEA_CHECK(apply_globals(machine, creation.values));
    const auto set = [&](const char* property, const std::string& value) { return creation.values.set(property, QObject(value), InputMode::keyval); };
    RHEA_CHECK(set("mac", mac_text(plan.mac)));
    RHEA_CHECK(set("netdev", plan.netdev));
    if (plan.vectors && (*at)->find("vectors")) RHEA_CHECK(set("vectors", std::to_string(*plan.vectors)));
    if (plan.addr && !set("addr", *plan.addr)) return fail(fmt::format("Invalid PCI device address {} for device {}", *plan.addr, name));
    qom::Values values = creation.values;
    auto made = RHEA_TRY((*at)->create(creation));
    std::unique_ptr<Device> device(static_cast<Device*>(made.release()));
    device->values() = std::move(values);
    fit_rom(machine, *device);
    RHEA_CHECK(device->plug_into(bus));
    machine.devices().add_onboard(std::move(device));
    return {};
}

std::string kinds_text() {
    std::string text = "Available netdev backend types:\n";
    for (Kind kind : available_kinds()) text += fmt::format("{}\n", enum_name(kind));
    return text;
}

std::string models_text() {
    std::string text = "Supported NIC models:\n";
    for (const qom::Type* type : models()) text += fmt::format("{}\n", type->name);
    return text;
}

}  // namespace rhea::net
