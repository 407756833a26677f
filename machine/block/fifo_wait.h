#pragma once
/// Waits until somebody writes to a FIFO, without a thread of its own.
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
    /// `opened` runs once, on the loop, when there is or was a writer; what that wrote can be read as long as this lives.
    void start(std::function<void()> opened);

private:
    FileDescriptor fd_;
    uv_poll_t* poll_ = nullptr;
    std::function<void()> opened_;
};

}  // namespace rhea
