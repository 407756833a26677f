#pragma once
/// The rules of driver "blkdebug": events that change a state, and requests that fail once an event has come in a state.
#include <array>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "machine/block/options.h"
#include "qobject/error.h"

namespace rhea {

class FlatOptions;

/// One rule from dotted keys; what is not a rule's stays in `flat`.
Result<BlkdebugInjectError> take_inject_error(FlatOptions& flat);
Result<BlkdebugSetState> take_set_state(FlatOptions& flat);

/// Safe on any thread once the rules are in.
class BlkdebugRules {
public:
    void add(const BlkdebugInjectError& rule);
    void add(const BlkdebugSetState& rule);
    /// Those of a file with sections [inject-error] and [set-state]. Never waits for a FIFO.
    Result<void> add_file(const std::string& path);

    /// The next request that comes to the event waits there, on its worker thread, until `resume` (WorkQueue::hold). EBUSY: too many.
    int set_breakpoint(BlkdebugEvent event, std::string tag);
    /// Let go the requests that wait under the tag, or forget it. ENOENT: there is none. The caller releases the work queue then.
    int resume(std::string_view tag);
    int remove_breakpoint(std::string_view tag);

    /// The rules that wait for it become active, in place of those of an earlier event, and the state changes.
    void event(BlkdebugEvent event);
    /// The errno value that a request shall end with; 0: none. A rule for one time is gone afterwards.
    int check(BlkdebugIoType type, std::uint64_t offset, std::uint64_t bytes);

private:
    struct Injection {
        unsigned number;     // tells apart
        std::int64_t state;  // 0: any
        int error;
        unsigned io_types;   // bits
        std::optional<std::uint64_t> offset;
        bool once;
    };
    struct Change {
        std::int64_t state, new_state;
    };
    struct Breakpoint {
        BlkdebugEvent event;
        std::string tag;
        enum class State { set, waiting, resumed } state = State::set;
    };
    void stop_at(BlkdebugEvent event);

    static constexpr std::size_t kEvents = static_cast<std::size_t>(BlkdebugEvent::none) + 1;

    std::mutex mutex_;
    std::array<std::vector<Injection>, kEvents> injections_;
    std::array<std::vector<Change>, kEvents> changes_;
    std::vector<Injection> active_;
    std::list<Breakpoint> breakpoints_;
    std::int64_t state_ = 1;
    unsigned numbers_ = 0;
};

}  // namespace rhea
