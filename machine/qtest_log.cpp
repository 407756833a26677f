#include "machine/qtest_log.h"

#include <fmt/format.h>
#include <uv.h>

#include <cerrno>
#include <cstring>

namespace rhea {

Result<std::unique_ptr<QtestLog>> QtestLog::open(const std::string& path) {
    std::FILE* file = nullptr;
    if (path.empty()) {
        file = stderr;
    } else if (path != "none" && path != "/dev/null") {  // tests ask for /dev/null: not worth a system call a line
        file = std::fopen(path.c_str(), "we");
        if (!file) return fail(fmt::format("Failed to open {}: {}", path, std::strerror(errno)));
        std::setvbuf(file, nullptr, _IOLBF, 0);
    }
    return std::unique_ptr<QtestLog>(new QtestLog(file));
}

QtestLog::~QtestLog() {
    if (file_ && file_ != stderr) std::fclose(file_);
}

void QtestLog::opened() {
    opened_ns_ = uv_hrtime();
    if (file_) fmt::print(file_, "[I 0.000000] OPENED\n");
}

void QtestLog::stamped(char kind, std::string_view text) {
    if (!file_) return;
    const auto microseconds = (uv_hrtime() - opened_ns_) / 1000;
    fmt::print(file_, "[{} +{}.{:06}] {}\n", kind, microseconds / 1'000'000, microseconds % 1'000'000, text);
}

}  // namespace rhea
