#include <chrono>
#include <ctime>

#include <fmt/format.h>
#include <unistd.h>

#include "machine/cli/process.h"

namespace rhea::cli {

namespace {

std::int64_t microseconds_now() {
    using namespace std::chrono;
    return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

void write_to_stderr(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
        if (written < 0) {
            if (errno == EINTR) continue;
            return;  // nobody is left to be told
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

Reporter::Reporter(std::string program, std::function<void(std::string_view)> write)
    : program_(std::move(program)), write_(write ? std::move(write) : write_to_stderr), now_(microseconds_now) {}

void Reporter::report(std::string_view kind, const Location& where, std::string_view text) const {
    std::string line;
    if (timestamps_) {
        const std::int64_t now = now_();
        const std::time_t seconds = now / 1'000'000;
        std::tm utc{};
        ::gmtime_r(&seconds, &utc);
        line += fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                            utc.tm_hour, utc.tm_min, utc.tm_sec, now % 1'000'000);
    }
    if (!guest_name_.empty()) line += guest_name_ + " ";
    line += program_ + ":";
    if (!where.in_file) line += ' ';
    if (!where.text.empty()) line += where.text + ": ";
    line.append(kind).append(text) += '\n';
    write_(line);
}

void Reporter::hint(std::string_view text) const { write_(std::string(text) + '\n'); }

}  // namespace rhea::cli
