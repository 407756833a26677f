#include "machine/block/fifo_wait.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <utility>

namespace rhea {

FifoWait::FifoWait(uv_loop_t* loop, const std::string& path) {
    struct stat about{};
    if (::stat(path.c_str(), &about) != 0 || !S_ISFIFO(about.st_mode)) return;
    fd_ = FileDescriptor(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!fd_) return;
    poll_ = new uv_poll_t;
    if (uv_poll_init(loop, poll_, fd_.get()) != 0) delete std::exchange(poll_, nullptr);
    else poll_->data = this;
}

FifoWait::~FifoWait() {
    if (poll_) uv_close(reinterpret_cast<uv_handle_t*>(poll_), [](uv_handle_t* closed) { delete reinterpret_cast<uv_poll_t*>(closed); });
}

void FifoWait::start(std::function<void()> written) {
    written_ = std::move(written);
    uv_poll_start(poll_, UV_DISCONNECT, [](uv_poll_t* handle, int, int) {
        uv_poll_stop(handle);
        const auto call = std::move(static_cast<FifoWait*>(handle->data)->written_);
        call();
    });
}

}  // namespace rhea
