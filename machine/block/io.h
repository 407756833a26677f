#pragma once
/// One request to a block node or backend, and what became of it.
#include <cstdint>
#include <functional>

namespace rhea {

enum class IoKind : std::uint8_t { read, write, flush, discard };
inline constexpr unsigned kIoKinds = 4;

/// What the guest sees of a failed request.
enum class BlockErrorAction { ignore, report, stop };

/// How a request ended. `error` is an errno value, 0 when it went well.
struct IoOutcome {
    int error = 0;
    IoKind kind = IoKind::read;
    std::uint64_t offset = 0;  ///< bytes
    std::uint64_t bytes = 0;
    std::int64_t started_ns = 0;

    bool ok() const { return error == 0; }
};

/// Called exactly once, on the loop, never from inside the call that made the request.
using IoCompletion = std::function<void(const IoOutcome&)>;

}  // namespace rhea
