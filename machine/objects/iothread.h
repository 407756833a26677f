#pragma once
/// "iothread": a thread with an event loop of its own, for devices that ask for one. "main-loop": settings of the loop that runs
/// everything else.
#include <uv.h>

#include <atomic>
#include <cstdint>
#include <thread>

#include "machine/qom/object.h"

namespace rhea {

class Iothread final : public qom::Object {
public:
    static const qom::Type kType;

    explicit Iothread(qom::Values values);
    ~Iothread() override;

    /// As the kernel knows it.
    std::int64_t thread_id() const { return thread_id_; }

private:
    uv_loop_t loop_;
    uv_async_t end_;
    std::int64_t thread_id_ = 0;
    std::thread thread_;
};

extern const qom::Type kEventLoop, kMainLoop;

}  // namespace rhea
