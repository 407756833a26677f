#include "machine/net/stack_poll.h"

#include <limits>

namespace rhea::net {

namespace {

/// A handle that keeps nobody's loop alive.
template <class H, class Init>
UvHandle<H> handle(uv_loop_t* loop, void* data, Init init) {
    UvHandle<H> made(new H);
    init(loop, made.get());
    made->data = data;
    uv_unref(reinterpret_cast<uv_handle_t*>(made.get()));
    return made;
}

}  // namespace

StackPoll::StackPoll(LoopTurn& turn, UserStack& stack, std::function<void()> worked)
    : turn_(turn),
      stack_(stack),
      worked_(std::move(worked)),
      prepare_(handle<uv_prepare_t>(turn.loop(), this, uv_prepare_init)),
      check_(handle<uv_check_t>(turn.loop(), this, uv_check_init)),
      timer_(handle<uv_timer_t>(turn.loop(), this, uv_timer_init)) {
    uv_prepare_start(prepare_.get(), [](uv_prepare_t* h) { static_cast<StackPoll*>(h->data)->before_wait(); });
    uv_check_start(check_.get(), [](uv_check_t* h) { static_cast<StackPoll*>(h->data)->after_wait(); });
}

StackPoll::~StackPoll() = default;

void StackPoll::wake() {
    uv_timer_start(timer_.get(), [](uv_timer_t*) {}, 0, 0);
}

void StackPoll::before_wait() {
    for (auto& [fd, watch] : watches_) watch.wanted = false;
    asked_.clear();
    std::uint32_t timeout = std::numeric_limits<std::uint32_t>::max();
    stack_.fill(timeout, [this](int fd, int events) {
        Watch& watch = watches_[fd];
        FdUser& user = *this;
        if (!watch.watch) watch.watch = std::make_unique<FdWatch>(turn_, fd, user);
        watch.wanted = true;
        watch.watch->set((events & poll_event::in ? UV_READABLE : 0) | (events & poll_event::out ? UV_WRITABLE : 0) |
                         (events & poll_event::priority ? UV_PRIORITIZED : 0));
        asked_.push_back(fd);
        return static_cast<int>(asked_.size() - 1);
    });
    for (auto& [fd, watch] : watches_)
        if (!watch.wanted) watch.watch->set(0);
    if (timeout != std::numeric_limits<std::uint32_t>::max()) uv_timer_start(timer_.get(), [](uv_timer_t*) {}, timeout, 0);
    else uv_timer_stop(timer_.get());
}

void StackPoll::after_wait() {
    stack_.poll([this](int number) {
        const auto at = number >= 0 && static_cast<std::size_t>(number) < asked_.size() ? watches_.find(asked_[static_cast<std::size_t>(number)]) : watches_.end();
        return at == watches_.end() ? 0 : at->second.ready;
    });
    for (auto& [fd, watch] : watches_) watch.ready = 0;
    worked_();
}

void StackPoll::fd_ready(FdWatch& watch, int events) {
    for (auto& [fd, known] : watches_) {
        if (known.watch.get() != &watch) continue;
        if (events & UV_READABLE) known.ready |= poll_event::in;
        if (events & UV_WRITABLE) known.ready |= poll_event::out;
        if (events & UV_PRIORITIZED) known.ready |= poll_event::priority;
        if (events & UV_DISCONNECT) known.ready |= poll_event::in | poll_event::error | poll_event::hang_up;
    }
}

}  // namespace rhea::net
