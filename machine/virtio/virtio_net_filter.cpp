#include "machine/virtio/virtio_net_filter.h"

#include <algorithm>

namespace rhea {

bool VirtioNetArguments::take(std::span<std::uint8_t> to) {
    if (to.size() > left_ || element_.read(memory_, at_, to) != to.size()) return false;
    skip(to.size());
    return true;
}

bool VirtioNetArguments::take(std::uint64_t& number, unsigned size) {
    std::uint8_t raw[8];
    if (!take(std::span(raw, size))) return false;
    number = 0;
    for (unsigned i = 0; i < size; ++i) number |= std::uint64_t{raw[i]} << (8 * i);
    return true;
}

bool VirtioNetFilter::passes(net::Frame frame) const {
    if (promiscuous_) return true;
    // Whatever comes with fewer bytes than a header has zeroes there.
    std::uint8_t header[16]{};
    std::copy_n(frame.begin(), std::min(frame.size(), sizeof header), header);
    const bool tagged = header[12] == 0x81 && header[13] == 0x00;
    if (tagged && !vlans_.test((header[14] << 8 | header[15]) & 0xfff)) return false;

    net::MacAddress to;
    std::copy_n(header, to.size(), to.begin());
    const auto listed = [&](const Table& table) { return std::find(table.begin(), table.end(), to) != table.end(); };
    if (to[0] & 1) {
        if (std::all_of(to.begin(), to.end(), [](auto byte) { return byte == 0xff; })) return !no_broadcast_;
        return !no_multicast_ && (all_multicast_ || multicast_overflow_ || listed(multicast_));
    }
    return !no_unicast_ && (all_unicast_ || unicast_overflow_ || to == mac_ || listed(unicast_));
}

bool VirtioNetFilter::set_mode(std::uint8_t command, VirtioNetArguments arguments) {
    bool* const modes[] = {&promiscuous_, &all_multicast_, &all_unicast_, &no_multicast_, &no_unicast_, &no_broadcast_};
    std::uint64_t on = 0;
    if (!arguments.take(on, 1) || command >= std::size(modes)) return false;
    *modes[command] = on != 0;
    return true;
}

bool VirtioNetFilter::take_table(VirtioNetArguments& arguments, std::size_t room, Table& table, bool& overflow) {
    std::uint64_t entries = 0;
    if (!arguments.take(entries, 4) || entries * net::MacAddress{}.size() > arguments.left()) return false;
    overflow = entries > room;
    if (overflow) {
        arguments.skip(entries * net::MacAddress{}.size());
        return true;
    }
    table.resize(entries);
    return std::all_of(table.begin(), table.end(), [&](net::MacAddress& mac) { return arguments.take(mac); });
}

bool VirtioNetFilter::set_address(std::uint8_t command, VirtioNetArguments arguments) {
    constexpr std::uint8_t kSetTables = 0, kSetAddress = 1;
    if (command == kSetAddress) return arguments.left() == mac_.size() && arguments.take(mac_);
    if (command != kSetTables) return false;
    Table unicast, multicast;
    bool unicast_overflow = false, multicast_overflow = false;
    if (!take_table(arguments, kMostAddresses, unicast, unicast_overflow) ||
        !take_table(arguments, kMostAddresses - unicast.size(), multicast, multicast_overflow) || arguments.left() != 0)
        return false;
    unicast_ = std::move(unicast);
    multicast_ = std::move(multicast);
    unicast_overflow_ = unicast_overflow;
    multicast_overflow_ = multicast_overflow;
    return true;
}

bool VirtioNetFilter::set_vlan(std::uint8_t command, VirtioNetArguments arguments) {
    constexpr std::uint8_t kAdd = 0, kDelete = 1;
    std::uint64_t vlan = 0;
    if (!arguments.take(vlan, 2) || vlan >= vlans_.size() || command > kDelete) return false;
    vlans_.set(vlan, command == kAdd);
    return true;
}

net::RxFilterInfo VirtioNetFilter::info() const {
    using net::RxState;
    net::RxFilterInfo info;
    info.promiscuous = promiscuous_;
    info.multicast = no_multicast_ ? RxState::none : all_multicast_ ? RxState::all : RxState::normal;
    info.unicast = no_unicast_ ? RxState::none : all_unicast_ ? RxState::all : RxState::normal;
    info.vlan = !vlans_filtered_ ? RxState::all : vlans_.none() ? RxState::none : RxState::normal;
    // QEMU says the opposite of what the name promises.
    info.broadcast_allowed = no_broadcast_;
    info.multicast_overflow = multicast_overflow_;
    info.unicast_overflow = unicast_overflow_;
    info.main_mac = net::mac_text(mac_);
    // The newest, or highest, first, as QEMU lists them.
    for (std::size_t vlan = vlans_.size(); vlan-- > 0;)
        if (vlans_.test(vlan)) info.vlan_table.push_back(static_cast<std::int64_t>(vlan));
    std::transform(unicast_.rbegin(), unicast_.rend(), std::back_inserter(info.unicast_table), net::mac_text);
    std::transform(multicast_.rbegin(), multicast_.rend(), std::back_inserter(info.multicast_table), net::mac_text);
    return info;
}

}  // namespace rhea
