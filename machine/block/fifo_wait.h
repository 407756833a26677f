#pragma once
/// Waits until somebody has written to a FIFO, without a thread of its own.
#include <uv.h>

#include <functional>
#include <string>

#include "chardev/file_descriptor.h"

namespace rhea {

/// Loop thread only. Its end ends the wait.
class FifoWait {
public:
    /// Opens the FIFO for reading, which lets a writer open it. Not valid when `path` is something else.
    FifoWait(uv_loop_t* loop, const std::string& path);
    ~FifoWait();
    FifoWait(const FifoWait&) = delete;
    FifoWait& operator=(const FifoWait&) = delete;

    bool valid() const { return poll_ != nullptr; }
    /// `written` runs once, on the loop, when there was a writer and is none any more; what it wrote (no more than a FIFO holds) can be
    /// read as long as this lives.
    void start(std::function<void()> written);

private:
    FileDescriptor fd_;
    uv_poll_t* poll_ = nullptr;
    std::function<void()> written_;
};

}  // namespace rhea
