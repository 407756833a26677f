#pragma once
/// What a virtio network card lets in, as its driver sets it through the control queue (VIRTIO 1.1, section 5.1.6.5).
#include <bitset>
#include <cstdint>
#include <span>
#include <vector>

#include "machine/net/nic.h"
#include "machine/virtio/virtqueue.h"

namespace rhea {

/// What stands behind class and command in a request: read from the guest as far as it is wanted.
class VirtioNetArguments {
public:
    static constexpr std::uint64_t kHeader = 2;

    VirtioNetArguments(const VirtioElement& element, const VirtioMemory& memory)
        : element_(element), memory_(memory), left_(element.out_size() - kHeader) {}
    std::uint64_t left() const { return left_; }
    /// False: there is not as much left.
    bool take(std::span<std::uint8_t> to);
    /// The same of a little-endian number; false too.
    bool take(std::uint64_t& number, unsigned size);
    void skip(std::uint64_t bytes) {
        at_ += bytes;
        left_ -= bytes;
    }

private:
    const VirtioElement& element_;
    const VirtioMemory& memory_;
    std::uint64_t at_ = kHeader, left_;
};

class VirtioNetFilter {
public:
    /// All is let in.
    explicit VirtioNetFilter(const net::MacAddress& mac) : mac_(mac) {}

    bool passes(net::Frame frame) const;
    /// Virtual networks are told apart, none is let in; or all are.
    void filter_vlans(bool filter) {
        vlans_filtered_ = filter;
        filter ? vlans_.reset() : vlans_.set();
    }
    const net::MacAddress& mac() const { return mac_; }
    void set_mac(const net::MacAddress& mac) { mac_ = mac; }

    // Requests of the classes RX, MAC and VLAN. False: refused.
    bool set_mode(std::uint8_t command, VirtioNetArguments arguments);
    bool set_address(std::uint8_t command, VirtioNetArguments arguments);
    bool set_vlan(std::uint8_t command, VirtioNetArguments arguments);

    net::RxFilterInfo info() const;

private:
    static constexpr std::size_t kMostAddresses = 64;     // of both tables together
    using Table = std::vector<net::MacAddress>;
    /// Takes one table, of which `room` addresses are kept. False: it does not fit into the request.
    static bool take_table(VirtioNetArguments& arguments, std::size_t room, Table& table, bool& overflow);

    net::MacAddress mac_;
    bool promiscuous_ = true;
    bool all_multicast_ = false, all_unicast_ = false, no_multicast_ = false, no_unicast_ = false, no_broadcast_ = false;
    Table unicast_, multicast_;
    bool unicast_overflow_ = false, multicast_overflow_ = false;
    bool vlans_filtered_ = false;
    std::bitset<4096> vlans_ = std::bitset<4096>{}.set();
};

}  // namespace rhea
