#include "machine/net/tcp_rewriter.h"

namespace rhea::net {

namespace {

constexpr std::size_t kEthernet = 14, kLeastIp = 20, kLeastTcp = 20;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kSyn = 0x02, kReset = 0x04, kAck = 0x10;
// Of the TCP header.
constexpr std::size_t kSequence = 4, kAcknowledged = 8, kFlags = 13, kChecksum = 16;

std::uint16_t get16(const std::uint8_t* at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }
std::uint32_t get32(const std::uint8_t* at) { return std::uint32_t{get16(at)} << 16 | get16(at + 2); }
void put16(std::uint8_t* at, std::uint32_t value) {
    at[0] = static_cast<std::uint8_t>(value >> 8);
    at[1] = static_cast<std::uint8_t>(value);
}

/// The TCP header; null: it is no whole TCP segment over IPv4.
std::uint8_t* tcp_of(std::vector<std::uint8_t>& frame) {
    if (frame.size() < kEthernet + kLeastIp || get16(&frame[12]) != 0x0800) return nullptr;
    std::uint8_t* ip = &frame[kEthernet];
    const std::size_t header = (ip[0] & 15u) * 4u;
    const bool fragment = (get16(ip + 6) & 0x1fff) != 0;
    if (ip[0] >> 4 != 4 || header < kLeastIp || ip[9] != kTcp || fragment || frame.size() < kEthernet + header + kLeastTcp) return nullptr;
    return ip + header;
}

/// Changes a number and the check sum that covers it (RFC 1624).
void change(std::uint8_t* tcp, std::size_t field, std::uint32_t value) {
    std::uint32_t sum = static_cast<std::uint16_t>(~get16(tcp + kChecksum));
    for (const std::size_t half : {field, field + 2}) sum += static_cast<std::uint16_t>(~get16(tcp + half));
    put16(tcp + field, value >> 16);
    put16(tcp + field + 2, value);
    for (const std::size_t half : {field, field + 2}) sum += get16(tcp + half);
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    put16(tcp + kChecksum, ~sum & 0xffff);
}

}  // namespace

bool TcpRewriter::rewrite(std::vector<std::uint8_t>& frame, bool from_guest) {
    std::uint8_t* tcp = tcp_of(frame);
    if (!tcp) return false;
    const std::uint8_t* ip = &frame[kEthernet];
    const std::uint32_t source = get32(ip + 12), destination = get32(ip + 16);
    const std::uint16_t from = get16(tcp), to = get16(tcp + 2);
    const Key key = from_guest ? Key{source, from, destination, to} : Key{destination, to, source, from};
    const std::uint8_t flags = tcp[kFlags] & (kSyn | kReset | kAck);
    if (!from_guest && flags == kSyn) {
        if (connections_.size() >= kMostConnections) connections_.clear();
        connections_[key] = {};
        return false;
    }
    const auto at = connections_.find(key);
    if (at == connections_.end()) return false;
    Connection& connection = at->second;
    if (from_guest && (flags & kSyn)) {
        connection.own_start = get32(tcp + kSequence);
        connection.answered = true;
        return false;
    }
    if (!from_guest && !connection.settled && connection.answered && flags == kAck) {
        // The first acknowledgement is of the number that the other guest began with.
        connection.difference = connection.own_start - (get32(tcp + kAcknowledged) - 1);
        connection.settled = true;
    }
    const bool changes = connection.settled && connection.difference != 0 && (from_guest || (flags & kAck));
    if (changes && from_guest) change(tcp, kSequence, get32(tcp + kSequence) - connection.difference);
    else if (changes) change(tcp, kAcknowledged, get32(tcp + kAcknowledged) + connection.difference);
    if (flags & kReset) connections_.erase(at);
    return changes;
}

}  // namespace rhea::net
