#include "machine/clock.h"

#include <algorithm>
#include <ctime>
#include <limits>

namespace rhea {

namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
// The wall clock may be set while we wait for it, so no wait for it is longer than this.
constexpr std::int64_t kHostClockPatience = 60'000 * kMillisecond;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

std::int64_t wall_clock() {
    timespec t{};
    clock_gettime(CLOCK_REALTIME, &t);
    return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

Timer::Timer(Clocks& clocks, ClockType type, std::function<void()> fire)
    : clocks_(clocks), type_(type), fire_(std::move(fire)) {}

Timer::~Timer() { cancel(); }

void Timer::set(std::int64_t deadline_ns) {
    auto& timers = clocks_.timers(type_);
    if (pending_) timers.erase(at_);
    pending_ = true;
    deadline_ = deadline_ns;
    at_ = timers.emplace(deadline_ns, this);
    // Only a timer at the front changes when the loop has to wake up.
    if (at_ == timers.begin()) clocks_.schedule();
}

void Timer::cancel() {
    // The loop may wake up once for nothing; that is cheaper than setting its timer at every cancel.
    if (!pending_) return;
    pending_ = false;
    clocks_.timers(type_).erase(at_);
}

Clocks::Clocks(uv_loop_t* loop, bool manual) : handle_(new uv_timer_t), manual_(manual) {
    uv_timer_init(loop, handle_);
    handle_->data = this;
}

Clocks::~Clocks() {
    handle_->data = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(handle_),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_timer_t*>(handle); });
}

std::int64_t Clocks::now(ClockType type) const {
    switch (type) {
        case ClockType::realtime: return static_cast<std::int64_t>(uv_hrtime());
        case ClockType::host: return wall_clock();
        case ClockType::virtual_time: break;
    }
    return running_ && !manual_ ? virtual_base_ + now(ClockType::realtime) : virtual_base_;
}

void Clocks::set_running(bool running) {
    if (running == running_) return;
    if (!manual_) {
        const auto realtime = now(ClockType::realtime);
        virtual_base_ += running ? -realtime : realtime;
    }
    running_ = running;
    schedule();
}

bool Clocks::advance_to(std::int64_t target_ns, const std::function<bool()>& go_on) {
    auto& due = timers(ClockType::virtual_time);
    busy_ = true;
    bool going = true;
    while (going && virtual_base_ < target_ns && running_ && !due.empty() && due.begin()->first <= target_ns) {
        // Time moves at least 1 ns on, so that a timer that is always set to the present cannot hold it up.
        virtual_base_ = std::max(virtual_base_ + 1, due.begin()->first);
        run_due(ClockType::virtual_time);
        going = !go_on || go_on();
    }
    const bool reached = going || virtual_base_ >= target_ns;
    if (reached) virtual_base_ = std::max(virtual_base_, target_ns);
    busy_ = false;
    schedule();
    return reached;
}

std::int64_t Clocks::next_deadline() const {
    const auto& all = timers(ClockType::virtual_time);
    return all.empty() ? -1 : all.begin()->first;
}

void Clocks::schedule() {
    if (busy_) return;
    std::int64_t wait = kNever;
    for (const auto type : {ClockType::realtime, ClockType::host, ClockType::virtual_time}) {
        const auto& all = timers(type);
        if (all.empty() || (type == ClockType::virtual_time && !running_)) continue;
        const auto time = now(type), deadline = all.begin()->first;
        if (deadline <= time) {
            wait = 0;
            break;
        }
        if (type == ClockType::virtual_time && manual_) continue;
        // Both are at most 2^63 apart as unsigned numbers, even with a deadline that some register's garbage made.
        const auto left = static_cast<std::uint64_t>(deadline) - static_cast<std::uint64_t>(time);
        const auto bounded = static_cast<std::int64_t>(std::min<std::uint64_t>(left, kNever - kMillisecond));
        wait = std::min(wait, type == ClockType::host ? std::min(bounded, kHostClockPatience) : bounded);
    }
    if (wait == kNever) {
        uv_timer_stop(handle_);
        return;
    }
    const auto milliseconds = static_cast<std::uint64_t>((wait + kMillisecond - 1) / kMillisecond);
    if (milliseconds > 0) uv_update_time(handle_->loop);
    uv_timer_start(handle_, &on_timer, milliseconds, 0);
}

/// Runs what is due now. Timers that are set anew while they run, to a time that is past as well, wait for the next time.
void Clocks::run_due(ClockType type) {
    auto& all = timers(type);
    const auto time = now(type);
    for (auto left = all.size(); left > 0 && !all.empty() && all.begin()->first <= time; --left) {
        if (type == ClockType::virtual_time && !running_) return;
        fire(all);
    }
}

void Clocks::fire(Timers& from) {
    Timer& timer = *from.begin()->second;
    from.erase(from.begin());
    timer.pending_ = false;
    timer.fire_();
}

void Clocks::on_timer(uv_timer_t* handle) {
    auto* clocks = static_cast<Clocks*>(handle->data);
    if (!clocks) return;
    clocks->busy_ = true;
    for (const auto type : {ClockType::realtime, ClockType::host, ClockType::virtual_time}) clocks->run_due(type);
    clocks->busy_ = false;
    clocks->schedule();
}

}  // namespace rhea
