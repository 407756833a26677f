#pragma once
/// Telnet (RFC 854), from the server's side: the client hands over every key at once and echoes none.
#include "chardev/layered_peer.h"

namespace rhea {

class TelnetLayer final : public PeerLayer {
public:
    void start(std::string& wire) override;
    void input(std::string_view wire, LayerInput& out) override;
    void output(std::string_view plain, std::string& wire) override;

private:
    enum class State { data, command, option, subnegotiation, subnegotiation_command };
    State state_ = State::data;
};

/// Telnet for terminals of the 3270 family (RFC 1576), from the server's side: records in binary, whose ends the front end sees and
/// makes itself.
class Tn3270Layer final : public PeerLayer {
public:
    void start(std::string& wire) override;
    void input(std::string_view wire, LayerInput& out) override;
    void output(std::string_view plain, std::string& wire) override { wire += plain; }

private:
    enum class State { data, command, option };
    State state_ = State::data;
};

}  // namespace rhea
