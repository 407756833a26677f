#include "machine/termination.h"

#include <atomic>
#include <csignal>

namespace rhea {

namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

// A signal handler reaches nothing but these.
std::atomic<int> g_signal{0}, g_sender{0};
std::atomic<uv_async_t*> g_wake{nullptr};

void on_signal(int signal, siginfo_t* info, void*) {
    g_sender = info->si_pid;
    g_signal = signal;
    if (uv_async_t* wake = g_wake) uv_async_send(wake);      // async-signal-safe
}

}  // namespace

TerminationSignals::TerminationSignals(uv_loop_t* loop, std::function<void(TerminationRequest)> call)
    : wake_(new uv_async_t), call_(std::move(call)) {
    uv_async_init(loop, wake_, [](uv_async_t* handle) {
        auto* self = static_cast<TerminationSignals*>(handle->data);
        if (const int signal = g_signal.exchange(0); self && signal) self->call_({signal, g_sender});
    });
    wake_->data = this;
    g_wake = wake_;
    struct sigaction action {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    for (int signal : kSignals) sigaction(signal, &action, nullptr);
}

TerminationSignals::~TerminationSignals() {
    g_wake = nullptr;      // the handlers stay: who kills a program that is about to end sees it end as it would
    wake_->data = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(wake_), [](uv_handle_t* handle) { delete reinterpret_cast<uv_async_t*>(handle); });
}

}  // namespace rhea
