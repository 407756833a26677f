#pragma once
/// SIGINT, SIGTERM and SIGHUP end the emulator in an orderly way.
#include <uv.h>

#include <functional>

namespace rhea {

/// Who sent the signal; 0: the kernel (a key of the terminal).
struct TerminationRequest {
    int signal;
    int sender;
};

/// One in a program. `call` runs on the loop. When it is gone the signals do nothing.
class TerminationSignals {
public:
    TerminationSignals(uv_loop_t* loop, std::function<void(TerminationRequest)> call);
    ~TerminationSignals();
    TerminationSignals(const TerminationSignals&) = delete;
    TerminationSignals& operator=(const TerminationSignals&) = delete;

private:
    uv_async_t* wake_;
    std::function<void(TerminationRequest)> call_;
};

}  // namespace rhea
