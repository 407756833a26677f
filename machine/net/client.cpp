#include "machine/net/client.h"

#include <fmt/format.h>

#include "machine/net/network.h"

namespace rhea::net {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string mac_text(const MacAddress& mac) {
    return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

std::optional<MacAddress> parse_mac(std::string_view text) {
    MacAddress mac{};
    if (text.size() != 3 * mac.size() - 1) return std::nullopt;
    for (std::size_t i = 0; i < mac.size(); ++i) {
        const int high = hex_digit(text[3 * i]), low = hex_digit(text[3 * i + 1]);
        const char separator = i + 1 < mac.size() ? text[3 * i + 2] : ':';
        if (high < 0 || low < 0 || (separator != ':' && separator != '-')) return std::nullopt;
        mac[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return mac;
}

Client::Client(Network& network, Kind kind, std::string name, unsigned queue)
    : network_(network), kind_(kind), name_(std::move(name)), queue_(queue) {
    network_.enter(*this);
}

Client::~Client() {
    while (!filters_.empty()) filters_.back()->client_gone();
    if (peer_) peer_->peer_ = nullptr;
    network_.leave(*this);
}

void Client::send(Frame frame) { network_.transmit(*this, frame); }

}  // namespace rhea::net
