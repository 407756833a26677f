#pragma once
/// Telnet (RFC 854), from the server's side: the client hands over every key at once and echoes none.
#include "chardev/layered_peer.h"

namespace rhea {

/// What the client sends: bytes for the front end with commands between them. What becomes of a command that is no byte of 255, no
/// break and no option is the heir's affair.
class TelnetInput : public PeerLayer {
public:
    void input(std::string_view wire, LayerInput& out) final;

protected:
    enum class State { data, command, option, subnegotiation, subnegotiation_command };
    /// Returns what follows on the command.
    virtual State obey(unsigned char command, LayerInput& out) = 0;

private:
    State state_ = State::data;
};

class TelnetLayer final : public TelnetInput {
public:
    void start(std::string& wire) override;
    void output(std::string_view plain, std::string& wire) override;

private:
    State obey(unsigned char command, LayerInput& out) override;
};

/// Telnet for terminals of the 3270 family (RFC 1576), from the server's side: records in binary, whose ends the front end sees and
/// makes itself.
class Tn3270Layer final : public TelnetInput {
public:
    void start(std::string& wire) override;
    void output(std::string_view plain, std::string& wire) override { wire += plain; }

private:
    State obey(unsigned char command, LayerInput& out) override;
};

}  // namespace rhea
