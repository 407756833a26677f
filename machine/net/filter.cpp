#include "machine/net/filter.h"

#include <algorithm>

#include <fmt/format.h>

#include "json/writer.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"
#include "machine/qom/node.h"
#include "machine/qom/tree.h"

namespace rhea::net {

namespace {

constexpr std::string_view kById = "id=";

QObject status_of(const NetFilter& filter) { return filter.on() ? "on" : "off"; }
Result<bool> read_status(const std::string& text) {
    if (text != "on" && text != "off") return fail("Invalid value for netfilter status, should be 'on' or 'off'");
    return text == "on";
}
Result<void> set_status(NetFilter& filter, const QObject& value) {
    filter.set_on(RHEA_TRY(read_status(*value.string())));
    return {};
}

constexpr qom::ValueType kDirection{"NetFilterDirection", &type_ref<objects::FilterDirection>};
constexpr qom::Property kProperties[] = {
    qom::property("netdev", qom::kString),
    qom::property("queue", kDirection, "all"),
    qom::property("status", qom::kString, "on").from<status_of>().to<set_status>(),
    qom::property("position", qom::kString, "tail"),
    qom::property("insert", qom::kString, "behind"),
};
constexpr const qom::Type* kInterfaces[] = {&qom::kUserCreatable};

/// Records nothing and plays nothing back: every frame passes.
class ReplayFilter final : public NetFilter {
public:
    using NetFilter::NetFilter;
    bool frame(Client&, Frame) override { return false; }
};

Result<std::unique_ptr<qom::Object>> create_replay(qom::Creation& creation) {
    const auto place = RHEA_TRY(NetFilter::place_of(creation));
    return std::make_unique<ReplayFilter>(std::move(creation.values), place);
}

}  // namespace

Result<NetFilter::Place> NetFilter::place_of(const qom::Creation& creation) {
    const qom::Values& values = creation.values;
    static_cast<void>(RHEA_TRY(read_status(values.text("status").value_or("on"))));
    const auto ends = creation.platform.network.backends(values.text("netdev").value_or(""));
    if (ends.empty()) return fail(Error::invalid_parameter_value("netdev", "a network backend id"));
    if (ends.size() > 1) return fail("multiqueue is not supported");
    Place place{ends.front(), 0};
    const auto& filters = place.client->filters();
    const std::string position = values.text("position").value_or("tail");
    if (position == "tail") {
        place.index = filters.size();
    } else if (position.starts_with(kById)) {
        const auto id = position.substr(kById.size());
        const auto* other = dynamic_cast<const NetFilter*>(creation.platform.tree.objects().child(id));
        if (!other) return fail(fmt::format("filter '{}' not found", id));
        const auto at = std::find(filters.begin(), filters.end(), other);
        if (at == filters.end()) return fail(fmt::format("filter '{}' belongs to a different netdev", id));
        place.index = static_cast<std::size_t>(at - filters.begin()) + (values.text("insert") == "before" ? 0 : 1);
    } else if (position != "head") {
        return fail(Error::invalid_parameter_value("position", "'head', 'tail' or 'id=<id>'"));
    }
    return place;
}

NetFilter::NetFilter(qom::Values values, const Place& place)
    : Object(std::move(values)), client_(*place.client), on_(this->values().text("status") != "off") {
    auto& filters = client_.filters();
    filters.insert(filters.begin() + static_cast<std::ptrdiff_t>(place.index), this);
}

NetFilter::~NetFilter() { std::erase(client_.filters(), this); }

bool NetFilter::wants(Direction direction) const {
    if (!on_) return false;
    const auto queue = values().text("queue").value_or("all");
    return queue == "all" || (queue == "rx") == (direction == Direction::rx);
}

std::string NetFilter::text() const {
    std::string text = fmt::format("{}: type={}", name(), type_name());
    const auto lines = qom::list_node(qom::node_of(*this));
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        if (!line->property || line->name == "type") continue;
        const QObject value = get(*line->property);
        text += fmt::format(",{}={}", line->name, value.string() ? *value.string() : json::to_string(value));
    }
    return text;
}

void NetFilter::client_gone() {
    if (parent()) parent()->take_child(*this);
}

void NetFilter::set_on(bool on) {
    if (std::exchange(on_, on) != on) switched();
}

constinit const qom::Type kNetFilter{
    .name = "netfilter", .parent = &qom::kObject, .abstract = true, .interfaces = kInterfaces, .properties = kProperties};
constinit const qom::Type kFilterReplay{.name = "filter-replay", .parent = &kNetFilter, .create = create_replay};

}  // namespace rhea::net
