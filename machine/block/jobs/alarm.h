#pragma once
/// A call at a later time, or at the next turn of the loop.
#include <uv.h>

#include <cstdint>
#include <functional>

namespace rhea {

/// Loop thread only. One call is pending at a time; a new one replaces it.
class Alarm {
public:
    explicit Alarm(uv_loop_t* loop) : loop_(loop) {}
    ~Alarm() { stop(); }
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;

    void start(std::uint64_t delay_ns, std::function<void()> call);
    void stop();
    bool pending() const { return timer_ != nullptr; }

private:
    static void rang(uv_timer_t* timer);

    uv_loop_t* loop_;
    uv_timer_t* timer_ = nullptr;  // freed by its close callback
    std::function<void()> call_;
};

}  // namespace rhea
