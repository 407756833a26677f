#pragma once
/// Waits for the descriptors of a UserStack on a libuv loop: asks it before the loop waits what it waits for, and lets it work after.
#include <map>

#include "chardev/loop_turn.h"
#include "machine/net/user_stack.h"

namespace rhea::net {

class StackPoll final : private FdUser {
public:
    /// `worked`: after each time that the stack has worked. Both outlive this object; it goes before the stack.
    StackPoll(LoopTurn& turn, UserStack& stack, std::function<void()> worked);
    ~StackPoll();

    void forget_fd(int fd) { watches_.erase(fd); }
    /// It has something to do.
    void wake();

private:
    struct Watch {
        std::unique_ptr<FdWatch> watch;
        int ready = 0;
        bool wanted = false;
    };

    void before_wait();
    void after_wait();
    void fd_ready(FdWatch& watch, int events) override;

    LoopTurn& turn_;
    UserStack& stack_;
    std::function<void()> worked_;
    std::map<int, Watch> watches_;
    std::vector<int> asked_;                  // descriptors by the numbers of this turn
    UvHandle<uv_prepare_t> prepare_;
    UvHandle<uv_check_t> check_;
    UvHandle<uv_timer_t> timer_;
};

}  // namespace rhea::net
