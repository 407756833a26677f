#pragma once
/// Networks and cards out of -netdev, -nic and -net.
#include "machine/cli/config.h"
#include "machine/net/card_plan.h"
#include "machine/net/network.h"
#include "machine/net/options.h"

namespace rhea {
namespace cli {
class Reporter;
}
class Bus;
class Machine;
}

namespace rhea::net {

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
