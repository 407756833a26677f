#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "machine/net/client.h"

namespace rhea::net {

/// A card that -nic or -net asks for. The board makes it.
struct CardPlan {
    std::string model;      ///< empty: the board's usual one
    MacAddress mac{};
    std::string netdev;     ///< the other end of its cable
    std::optional<std::string> addr;
    std::optional<std::uint32_t> vectors;
};

}  // namespace rhea::net
