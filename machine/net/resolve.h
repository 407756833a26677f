#pragma once
/// Names of hosts in a network's options become addresses, off the loop.
#include <uv.h>

#include <functional>

#include "machine/net/options.h"
#include "qobject/error.h"

namespace rhea::net {

/// There are names among them that have to be looked up.
bool has_names(const Netdev& netdev);
/// `done` gets the options with addresses in the place of names, or QEMU's error for a name that means nothing: at once where there are
/// none, else from the loop. What it needs outlives the loop's turns.
void resolve_names(uv_loop_t* loop, Netdev netdev, std::function<void(Result<Netdev>)> done);

}  // namespace rhea::net
