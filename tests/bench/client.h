#pragma once
/// The bench's side of one QMP connection: a blocking client over a unix socket that costs as little as it can, so that what
/// is measured is the server. A failed call (peer gone, nothing within the time) says so and leaves the client useless.
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace bench {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

inline double seconds_since(Clock::time_point start) { return Seconds(Clock::now() - start).count(); }

/// Whether a line from the server is an event (servers send them whenever they like).
bool is_event(std::string_view line);

class Client {
public:
    Client() = default;
    Client(Client&& other) noexcept;
    Client& operator=(Client&& other) noexcept;
    ~Client();

    /// Tries until `limit` is over, for the server may not listen yet.
    bool connect(const std::string& path, Seconds limit);
    /// Reads the greeting and leaves negotiation.
    bool negotiate();

    bool send(std::string_view bytes);
    /// Sends what the socket takes at once; returns how much that was.
    std::size_t send_some(std::string_view bytes);
    /// The next line, without its line end; valid until the next call.
    bool line(std::string_view& out, Seconds limit = kPatience);
    /// The next line that is no event.
    bool reply(std::string_view& out);
    /// One request and its reply.
    bool ask(std::string_view request, std::string_view& out) { return send(request) && reply(out); }

    using OnLine = std::function<void(std::string_view line)>;
    /// Writes `requests` and reads at the same time, until `done` says so (asked after each read).
    bool exchange(std::string_view requests, const OnLine& on_line, const std::function<bool()>& done);
    /// Reads once what is there; the complete lines go to `on_line`. False: the server has closed.
    bool read_some(const OnLine& on_line);

    int fd() const { return fd_; }

    static constexpr Seconds kPatience{120};

private:
    bool fill();

    int fd_ = -1;
    std::string buffer_;
    std::size_t start_ = 0;     // of the first line not handed out
    std::size_t searched_ = 0;  // no line end before this
};

}  // namespace bench
