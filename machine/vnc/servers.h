#pragma once
/// The VNC servers of a machine, as -vnc asked for them.
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "machine/vnc/server.h"

namespace rhea {

namespace cli {
class Reporter;
struct Group;
}

class VncServers {
public:
    /// Makes and opens them all; with the first that fails the error has been reported, and the result is null. `machine` and `reporter`
    /// outlive it.
    static std::unique_ptr<VncServers> open(Machine& machine, const cli::Reporter& reporter);

    /// Null: there is none. Without an id, the first.
    VncServer* find(const std::optional<std::string>& id) const;
    /// In the order of their options.
    const std::vector<std::unique_ptr<VncServer>>& all() const { return servers_; }

private:
    explicit VncServers(uv_loop_t* loop) : turn_(loop) {}
    Result<void> add(Machine& machine, const cli::Reporter& reporter, const cli::Group& group);

    LoopTurn turn_;  // before the servers, which hang on it
    std::vector<std::unique_ptr<VncServer>> servers_;
};

/// What a person is told who gives a password to a server (the first where `id` is empty) that asks for none; empty: all is well.
std::string_view password_advice(Machine& machine, const std::string& id);

}  // namespace rhea
