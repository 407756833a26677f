#pragma once
/// Requests on a drive or node by hand: the commands of qemu-io that make one (read, write, flush, discard), for the monitor's
/// command of that name. What they print goes to standard output, as QEMU's does.
#include <functional>
#include <memory>
#include <string_view>

namespace rhea {

class BlockBackend;
class BlockLayer;
class BlockNode;

/// Carries one line out and calls `done` once, now or later. `backend` null: a backend of its own over `node`, for as long as it
/// takes.
void run_qemu_io(BlockLayer& layer, BlockBackend* backend, std::shared_ptr<BlockNode> node, std::string_view line,
                 std::function<void()> done);

}  // namespace rhea
