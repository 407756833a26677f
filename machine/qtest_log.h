#pragma once
/// -qtest-log: what a qtest client asked and was answered, with the seconds since it connected.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "qobject/error.h"

namespace rhea {

class QtestLog {
public:
    /// "none": no log; empty: standard error. A file is emptied.
    static Result<std::unique_ptr<QtestLog>> open(const std::string& path);
    ~QtestLog();
    QtestLog(const QtestLog&) = delete;
    QtestLog& operator=(const QtestLog&) = delete;

    void opened();
    void closed() { stamped('I', "CLOSED"); }
    void received(std::string_view line) { stamped('R', line); }
    void sent(std::string_view line) { stamped('S', line); }

private:
    explicit QtestLog(std::FILE* file) : file_(file) {}
    void stamped(char kind, std::string_view text);

    std::FILE* file_;  // null: no log
    std::uint64_t opened_ns_ = 0;
};

}  // namespace rhea
