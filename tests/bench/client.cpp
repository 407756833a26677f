#include "client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

namespace bench {

bool is_event(std::string_view line) {
    // The wire order of members makes every event of QEMU's begin so; others may put the name first.
    return line.starts_with(R"({"timestamp")") || line.starts_with(R"({"event")");
}

Client::Client(Client&& other) noexcept { *this = std::move(other); }

Client& Client::operator=(Client&& other) noexcept {
    std::swap(fd_, other.fd_);
    buffer_.swap(other.buffer_);
    std::swap(start_, other.start_);
    std::swap(searched_, other.searched_);
    return *this;
}

Client::~Client() {
    if (fd_ >= 0) close(fd_);
}

bool Client::connect(const std::string& path, Seconds limit) {
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    if (path.size() >= sizeof where.sun_path) return false;
    std::memcpy(where.sun_path, path.data(), path.size());
    const auto start = Clock::now();
    do {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0) return false;
        if (::connect(fd, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0) {
            fd_ = fd;
            return true;
        }
        close(fd);
        std::this_thread::sleep_for(std::chrono::microseconds(100));
    } while (seconds_since(start) < limit.count());
    return false;
}

bool Client::negotiate() {
    std::string_view answer;
    return line(answer) && ask("{\"execute\":\"qmp_capabilities\"}\n", answer) && answer.find("\"return\"") != answer.npos;
}

bool Client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        ssize_t written = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

std::size_t Client::send_some(std::string_view bytes) {
    ssize_t written = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return written > 0 ? static_cast<std::size_t>(written) : 0;
}

bool Client::fill() {
    constexpr std::size_t kChunk = 1 << 18;
    if (start_ == buffer_.size()) {
        buffer_.clear();
        start_ = searched_ = 0;
    } else if (start_ > kChunk * 4) {
        buffer_.erase(0, start_);
        searched_ -= start_;
        start_ = 0;
    }
    const std::size_t used = buffer_.size();
    static thread_local char chunk[kChunk];
    ssize_t size;
    do size = read(fd_, chunk, kChunk);
    while (size < 0 && errno == EINTR);
    if (size <= 0) return false;
    buffer_.append(chunk, static_cast<std::size_t>(size));
    searched_ = std::max(searched_, used);
    return true;
}

bool Client::line(std::string_view& out, Seconds limit) {
    for (;;) {
        if (auto end = buffer_.find('\n', std::max(searched_, start_)); end != std::string::npos) {
            out = std::string_view(buffer_).substr(start_, end - start_);
            if (out.ends_with('\r')) out.remove_suffix(1);
            start_ = searched_ = end + 1;
            return true;
        }
        searched_ = buffer_.size();
        pollfd readable{fd_, POLLIN, 0};
        if (poll(&readable, 1, static_cast<int>(limit.count() * 1000)) <= 0 || !fill()) return false;
    }
}

bool Client::reply(std::string_view& out) {
    do
        if (!line(out)) return false;
    while (is_event(out));
    return true;
}

bool Client::read_some(const OnLine& on_line) {
    if (!fill()) return false;
    for (;;) {
        auto end = buffer_.find('\n', std::max(searched_, start_));
        if (end == std::string::npos) break;
        std::string_view whole = std::string_view(buffer_).substr(start_, end - start_);
        start_ = searched_ = end + 1;
        on_line(whole);
    }
    searched_ = buffer_.size();
    return true;
}

bool Client::exchange(std::string_view requests, const OnLine& on_line, const std::function<bool()>& done) {
    while (!done()) {
        pollfd ready{fd_, static_cast<short>(POLLIN | (requests.empty() ? 0 : POLLOUT)), 0};
        if (poll(&ready, 1, static_cast<int>(kPatience.count() * 1000)) <= 0) return false;
        if (ready.revents & POLLOUT) requests.remove_prefix(send_some(requests));
        if ((ready.revents & (POLLIN | POLLHUP | POLLERR)) && !read_some(on_line)) return false;
    }
    return true;
}

}  // namespace bench
