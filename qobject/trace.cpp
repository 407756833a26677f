#include "qobject/trace.h"

#include <unistd.h>

#include <cerrno>

namespace rhea {

namespace {

std::atomic<int> log_descriptor{STDERR_FILENO};

}  // namespace

void write_trace(std::string_view name, std::string_view text) {
    const std::string line = fmt::format("{} {}\n", name, text);
    std::string_view left = line;
    while (!left.empty()) {
        const ssize_t written = ::write(log_descriptor, left.data(), left.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;  // a log that cannot be written is nobody's error
        left.remove_prefix(static_cast<std::size_t>(written));
    }
}

bool matches_pattern(std::string_view pattern, std::string_view name) {
    // Where the last '*' stood and what it stands for so far: only it can take more when the rest does not fit.
    std::size_t at = 0, from = 0, star = std::string_view::npos, taken = 0;
    while (from < name.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            taken = from;
        } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == name[from])) {
            ++at;
            ++from;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            from = ++taken;
        } else {
            return false;
        }
    }
    while (at < pattern.size() && pattern[at] == '*') ++at;
    return at == pattern.size();
}

void set_log_descriptor(int fd) {
    const int before = log_descriptor.exchange(fd);
    if (before != STDERR_FILENO && before != fd) ::close(before);
}

}  // namespace rhea
