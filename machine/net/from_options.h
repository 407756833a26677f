#pragma once
/// Networks and cards out of -netdev, -nic and -net.
#include "machine/cli/config.h"
#include "machine/net/network.h"

namespace rhea {
namespace cli {
class Reporter;
}
class Bus;
class Machine;
}

namespace rhea::net {

/// A card that -nic or -net asks for. The board makes it.
struct CardPlan {
    std::string model;      ///< empty: the board's usual one
    MacAddress mac{};
    std::string netdev;     ///< the other end of its cable
    std::optional<std::string> addr;
    std::optional<std::uint32_t> vectors;
};

/// Flat options; the id counts. Errors with QEMU's texts.
Result<Netdev> read_netdev(Options options);
/// Makes what the command line asks for, and says which cards are to be made; nothing: an error was reported.
std::optional<std::vector<CardPlan>> make_networks(Network& network, const cli::Config& config, const cli::Reporter& reporter);
/// Makes a card on the bus, as a part of the board.
Result<void> make_card(Machine& machine, const CardPlan& plan, Bus& bus);

/// "Available netdev backend types:" and a line for each.
std::string kinds_text();
/// "Supported NIC models:" and a line for each.
std::string models_text();

}  // namespace rhea::net
