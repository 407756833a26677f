#include "chardev/loop_turn.h"

#include <algorithm>
#include <utility>

namespace rhea {

TurnTask::~TurnTask() {
    if (!queued_) return;
    for (auto* tasks : {&turn_.queue_, &turn_.last_, &turn_.running_})
        std::replace(tasks->begin(), tasks->end(), this, static_cast<TurnTask*>(nullptr));
}

void TurnTask::queue() {
    if (std::exchange(queued_, true)) return;
    // Without it a loop that waits for nothing would end here.
    if (turn_.queue_.empty()) uv_idle_start(turn_.keep_turning_.get(), [](uv_idle_t*) {});
    turn_.queue_.push_back(this);
}

void TurnTask::queue_last() {
    if (std::exchange(queued_, true)) return;
    if (turn_.queue_.empty() && turn_.last_.empty()) uv_idle_start(turn_.keep_turning_.get(), [](uv_idle_t*) {});
    turn_.last_.push_back(this);
}

LoopTurn::LoopTurn(uv_loop_t* loop)
    : loop_(loop),
      before_poll_(new uv_prepare_t),
      after_poll_(new uv_check_t),
      keep_turning_(new uv_idle_t),
      read_buffer_(new char[kReadSize]) {
    uv_prepare_init(loop, before_poll_.get());
    uv_check_init(loop, after_poll_.get());
    uv_idle_init(loop, keep_turning_.get());
    before_poll_->data = after_poll_->data = keep_turning_->data = this;
    uv_prepare_start(before_poll_.get(), [](uv_prepare_t* h) { static_cast<LoopTurn*>(h->data)->run(); });
    uv_check_start(after_poll_.get(), [](uv_check_t* h) { static_cast<LoopTurn*>(h->data)->run(); });
    uv_unref(reinterpret_cast<uv_handle_t*>(before_poll_.get()));
    uv_unref(reinterpret_cast<uv_handle_t*>(after_poll_.get()));
}

LoopTurn::~LoopTurn() = default;

void LoopTurn::run() {
    if (is_running_) return;  // somebody turns the loop inside a callback
    is_running_ = true;
    // An end is noticed in one pass, told in the next, and heard of in the third.
    constexpr int kPasses = 3;
    run(queue_);
    if (!last_.empty()) {
        for (int pass = 1; pass < kPasses && !queue_.empty(); ++pass) run(queue_);
        run(last_);
    }
    if (!buried_.empty()) std::exchange(buried_, {}).clear();
    is_running_ = false;

    if (queue_.empty() && last_.empty()) uv_idle_stop(keep_turning_.get());
}

void LoopTurn::run(std::vector<TurnTask*>& queue) {
    running_.swap(queue);
    for (std::size_t i = 0; i < running_.size(); ++i) {
        TurnTask* task = std::exchange(running_[i], nullptr);
        if (!task) continue;
        task->queued_ = false;
        task->turn_end();
    }
    running_.clear();
}

FdWatch::FdWatch(LoopTurn& turn, int fd, FdUser& user) : TurnTask(turn), user_(user) {
    auto poll = std::make_unique<uv_poll_t>();
    if (uv_poll_init(turn.loop(), poll.get(), fd) != 0) return;
    poll->data = this;
    poll_.reset(poll.release());
}

FdWatch::~FdWatch() = default;

void FdWatch::set(int events) {
    if (events == std::exchange(events_, events)) return;
    if (!poll_) {
        if (events & (UV_READABLE | UV_WRITABLE)) queue();
    } else if (events == 0) {
        uv_poll_stop(poll_.get());
    } else {
        uv_poll_start(poll_.get(), events, [](uv_poll_t* h, int status, int ready) {
            auto& self = *static_cast<FdWatch*>(h->data);
            if (status < 0) {
                self.events_ = 0;  // libuv has stopped it
                ready |= UV_DISCONNECT;
            }
            if (!self.last_) return self.user_.fd_ready(self, ready);
            self.ready_ |= ready;
            self.queue_last();
        });
    }
}

void FdWatch::turn_end() {
    if (poll_) {
        // The wish may have changed since.
        if (const int ready = std::exchange(ready_, 0) & (events_ | UV_DISCONNECT)) user_.fd_ready(*this, ready);
        return;
    }
    const int ready = events_ & (UV_READABLE | UV_WRITABLE);
    if (ready == 0) return;
    if (last_) queue_last();
    else queue();
    user_.fd_ready(*this, ready);
}

}  // namespace rhea
