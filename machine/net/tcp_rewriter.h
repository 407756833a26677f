#pragma once
/// Makes a guest's TCP connections go on as those of another guest, whose sequence numbers the other ends know: the guest chose numbers of
/// its own when it answered, and every segment is corrected by the difference. (COLO's secondary machine stands in for the primary so.)
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

namespace rhea::net {

class TcpRewriter {
public:
    /// As many connections are known at a time; one more makes it forget all.
    static constexpr std::size_t kMostConnections = 16384;

    /// `frame`: an Ethernet frame, from the guest or for it. True: it was changed.
    bool rewrite(std::vector<std::uint8_t>& frame, bool from_guest);

private:
    /// Addresses and ports of the guest, then of the other end.
    using Key = std::tuple<std::uint32_t, std::uint16_t, std::uint32_t, std::uint16_t>;
    struct Connection {
        std::uint32_t own_start = 0;       // the number that the guest answered with
        std::uint32_t difference = 0;      // from the number that the other end knows
        bool answered = false, settled = false;
    };

    std::map<Key, Connection> connections_;
};

}  // namespace rhea::net
