#include "qobject/trace.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "monitor/trace_points.h"
#include "monitor_rig.h"

using namespace rhea;
using rhea::test::Rig;

namespace {

/// Everything that goes to the log while it lives.
class CapturedLog {
public:
    CapturedLog() {
        if (::pipe2(ends_, O_CLOEXEC | O_NONBLOCK) != 0) ::abort();
        set_log_descriptor(ends_[1]);
    }
    ~CapturedLog() {
        set_log_descriptor(STDERR_FILENO);
        ::close(ends_[0]);
    }
    std::string text() {
        std::string all(65536, '\0');
        const ssize_t bytes = ::read(ends_[0], all.data(), all.size());
        all.resize(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
        return all;
    }

private:
    int ends_[2];
};

void turn(std::string_view name, bool on) {
    const TraceTable table = trace_table<kMonitorTracePoints>();
    for (std::size_t i = 0; i < table.names.size(); ++i)
        if (table.names[i] == name) table.flags[i] = on;
}

}  // namespace

TEST_CASE("a trace pattern matches as QEMU's does", "[trace]") {
    CHECK(matches_pattern("qmp_job_c*", "qmp_job_cancel"));
    CHECK(matches_pattern("*", ""));
    CHECK(matches_pattern("*_job_c?n*l", "qmp_job_cancel"));
    CHECK(matches_pattern("a*b*c", "aXbXbXc"));
    CHECK_FALSE(matches_pattern("qmp_job_c", "qmp_job_cancel"));
    CHECK_FALSE(matches_pattern("qmp_job_[c]*", "qmp_job_cancel"));
    CHECK_FALSE(matches_pattern("a*b", "abc"));
    CHECK_FALSE(matches_pattern("?", ""));
}

TEST_CASE("a point writes its name and text while it is on, and nothing while it is off", "[trace]") {
    CapturedLog log;
    trace_monitor<"monitor_qmp_cmd_in_band">("{}", 1);
    CHECK(log.text().empty());
    turn("monitor_qmp_cmd_in_band", true);
    trace_monitor<"monitor_qmp_cmd_in_band">("{}", 2);
    turn("monitor_qmp_cmd_in_band", false);
    CHECK(log.text() == "monitor_qmp_cmd_in_band 2\n");
}

TEST_CASE("a command's way through the monitor can be traced", "[trace]") {
    Rig rig;
    CapturedLog log;
    turn("monitor_qmp_cmd_in_band", true);
    for (CommandTable::Row& row : rig.engine.commands().rows())
        if (row.command->name == "ping" || row.command->name == "refuse") row.trace_enter = row.trace_exit = true;
    rig.ask(R"({"execute":"ping","arguments":{"word":"a"},"id":[1]})");
    CHECK(log.text() == "monitor_qmp_cmd_in_band [1]\nqmp_enter_ping {\"word\": \"a\"}\nqmp_exit_ping {\"word\": \"a\"} 1\n");
    rig.ask(R"({"execute":"refuse"})");
    const std::string refused = log.text();
    turn("monitor_qmp_cmd_in_band", false);
    CHECK(refused.starts_with("monitor_qmp_cmd_in_band \nqmp_enter_refuse {}\nqmp_exit_refuse "));
    CHECK(refused.ends_with(" 0\n"));
}
