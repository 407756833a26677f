#pragma once
/// -preconfig: monitors are served before the board is built, and x-exit-preconfig builds it.
#include <functional>
#include <optional>
#include <utility>

#include "monitor/command_table.h"

namespace rhea {

class Preconfig {
public:
    /// What x-exit-preconfig does, once. When it is false the process ends.
    void wait_for(std::function<bool()> build) { build_ = std::move(build); }
    bool waiting() const { return static_cast<bool>(build_); }
    /// A machine that cannot be built is the end: whoever asked for it gets no answer, and no other command its turn.
    void leave(Reply<Empty> reply) {
        const auto build = std::exchange(build_, {});
        if (build()) reply.succeed();
        else unanswered_.emplace(std::move(reply));
    }

private:
    std::function<bool()> build_;
    std::optional<Reply<Empty>> unanswered_;
};

}  // namespace rhea
