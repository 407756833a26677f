#pragma once
/// The ends of the turns of one libuv loop: what was put off during a turn is done before the loop waits again.
#include <uv.h>

#include <cstddef>
#include <memory>
#include <vector>

namespace rhea {

/// Owns a libuv handle on the heap: closes it, and the close callback frees it.
struct CloseHandle {
    template <class H>
    void operator()(H* handle) const {
        handle->data = nullptr;
        uv_close(reinterpret_cast<uv_handle_t*>(handle), [](uv_handle_t* h) { delete reinterpret_cast<H*>(h); });
    }
};
template <class H>
using UvHandle = std::unique_ptr<H, CloseHandle>;

class LoopTurn;

/// Something with work at the end of a turn. Leaves the queue when destroyed.
class TurnTask {
public:
    virtual ~TurnTask();
    TurnTask(const TurnTask&) = delete;
    TurnTask& operator=(const TurnTask&) = delete;
    /// The task may be gone when this returns.
    virtual void turn_end() = 0;

protected:
    explicit TurnTask(LoopTurn& turn) : turn_(turn) {}
    LoopTurn& turn() const { return turn_; }
    /// Has `turn_end` called once, however often this is.
    void queue();
    /// The same, after all that is queued and what comes of it.
    void queue_last();

private:
    friend class LoopTurn;
    LoopTurn& turn_;
    bool queued_ = false;
};

class LoopTurn {
public:
    explicit LoopTurn(uv_loop_t* loop);
    ~LoopTurn();
    LoopTurn(const LoopTurn&) = delete;
    LoopTurn& operator=(const LoopTurn&) = delete;

    uv_loop_t* loop() const { return loop_; }

    static constexpr std::size_t kReadSize = 64 * 1024;
    /// Scratch space of kReadSize bytes that all readers share.
    char* read_buffer() { return read_buffer_.get(); }

    /// Destroys `what` at the end of the turn: it may be on the call stack.
    void bury(std::shared_ptr<void> what) { buried_.push_back(std::move(what)); }

private:
    friend class TurnTask;
    void run();
    void run(std::vector<TurnTask*>& queue);

    uv_loop_t* loop_;
    UvHandle<uv_prepare_t> before_poll_;
    UvHandle<uv_check_t> after_poll_;
    UvHandle<uv_idle_t> keep_turning_;  // active while tasks are queued, so that the loop does not wait
    std::vector<TurnTask*> queue_, last_, running_;
    bool is_running_ = false;
    std::vector<std::shared_ptr<void>> buried_;
    std::unique_ptr<char[]> read_buffer_;
};

class FdWatch;

class FdUser {
public:
    /// What is ready; UV_DISCONNECT also for an error state (then the watch has stopped). The watch may be destroyed in it.
    virtual void fd_ready(FdWatch& watch, int events) = 0;

protected:
    ~FdUser() = default;
};

/// Watches a file descriptor, which it does not own, for UV_READABLE, UV_WRITABLE and UV_PRIORITIZED. What the system cannot
/// poll (a regular file, /dev/null) is always ready.
class FdWatch final : private TurnTask {
public:
    FdWatch(LoopTurn& turn, int fd, FdUser& user);
    ~FdWatch() override;

    /// Costs system calls when it changes anything. 0: nothing.
    void set(int events);
    /// The user hears of it when all others of the turn have, and what they put off has been done.
    void set_last(bool last) { last_ = last; }

private:
    void turn_end() override;

    UvHandle<uv_poll_t> poll_;  // null: always ready
    FdUser& user_;
    int events_ = 0, ready_ = 0;
    bool last_ = false;
};

}  // namespace rhea
