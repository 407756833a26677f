#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "machine/cli/process.h"

using namespace rhea;
using namespace rhea::cli;

namespace {

class Folder {
public:
    Folder() {
        char pattern[] = "/tmp/rhea-process-XXXXXX";
        path_ = ::mkdtemp(pattern);
    }
    ~Folder() {
        for (const char* name : {"pid", "log", "state"}) ::unlink(file(name).c_str());
        ::rmdir(path_.c_str());
    }
    std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

std::string content(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

/// Runs `body` in a child and gives its exit status.
template <class F>
int in_child(F body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = -1;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("messages name the program and the place", "[cli][process]") {
    std::string out;
    Reporter reporter("rhea", [&](std::string_view text) { out += text; });
    reporter.error("plain");
    reporter.error({"-drive file=x"}, "bad");
    reporter.error({"run.cfg:3", true}, "worse");
    reporter.warning({"-m 1"}, "careful");
    reporter.info({}, "so it is");
    reporter.hint("see there");
    CHECK(out ==
          "rhea: plain\nrhea: -drive file=x: bad\nrhea:run.cfg:3: worse\nrhea: -m 1: warning: careful\n"
          "rhea: info: so it is\nsee there\n");
}

TEST_CASE("messages carry the time and the guest's name when asked", "[cli][process]") {
    std::string out;
    Reporter reporter("rhea", [&](std::string_view text) { out += text; });
    reporter.set_clock([] { return std::int64_t{1'150'560'081'000'042}; });
    reporter.set_timestamps(true);
    reporter.set_guest_name("vm");
    reporter.error("late");
    CHECK(out == "2006-06-17T16:01:21.000042Z vm rhea: late\n");
}

TEST_CASE("a PID file holds the number, is private, and goes with its owner", "[cli][process]") {
    Folder folder;
    const std::string path = folder.file("pid");
    std::ofstream(path) << "a longer text than the number";
    {
        auto file = PidFile::create(path);
        REQUIRE(file);
        CHECK(content(path) == std::to_string(::getpid()) + "\n");
        // A child that ends leaves its parent's file alone.
        CHECK(in_child([&] {
                  file->reset();
                  return 7;
              }) == 7);
        CHECK(exists(path));
    }
    CHECK_FALSE(exists(path));
    auto file = PidFile::create(path);
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE("a PID file in use is refused", "[cli][process]") {
    Folder folder;
    auto file = PidFile::create(folder.file("pid"));
    REQUIRE(file);
    // Locks belong to processes: only another one is kept out.
    CHECK(in_child([&] {
              auto second = PidFile::create(folder.file("pid"));
              return !second && second.error().description() ==
                                    "cannot create PID file: Cannot lock pid file: Resource temporarily unavailable";
          }) == 1);
    CHECK(content(folder.file("pid")) == std::to_string(::getpid()) + "\n");
}

TEST_CASE("a PID file that cannot be made says why", "[cli][process]") {
    auto file = PidFile::create("/nonexistent/x");
    REQUIRE_FALSE(file);
    CHECK(file.error().description() ==
          "cannot create PID file: Could not create '/nonexistent/x': No such file or directory");
    CHECK(PidFile::create("/").error().description() == "cannot create PID file: Could not create '/': Is a directory");
}

TEST_CASE("a daemon lets its starter go once it is ready, and gives up the terminal", "[cli][process]") {
    Folder folder;
    const std::string state = folder.file("state");
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const int status = in_child([&] {
        ::close(ends[0]);
        ::dup2(ends[1], STDOUT_FILENO);  // as a tool that reads what its child says
        ::dup2(ends[1], STDERR_FILENO);
        ::close(ends[1]);
        const pid_t first = ::getpid();
        auto daemon = Daemon::fork();
        if (!daemon || ::getpid() == first) return 99;
        if (!(*daemon)->ready(false)) return 98;
        char folder_now[4096];
        const mode_t mask = ::umask(0);
        const int out = ::open(state.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
        const std::string line = std::string(::getcwd(folder_now, sizeof folder_now)) + " " + std::to_string(mask) +
                                 (::getsid(0) != ::getpid() ? " no leader" : " leader") +
                                 (::isatty(0) || ::lseek(1, 0, SEEK_CUR) < 0 ? " terminal" : " null");
        if (::write(out, line.data(), line.size()) < 0) return 97;
        ::rename(state.c_str(), (state + ".done").c_str());
        return 0;
    });
    CHECK(status == 0);
    // The pipe ends when the daemon holds it no longer, while it may still run.
    ::close(ends[1]);
    char byte = 0;
    CHECK(::read(ends[0], &byte, 1) == 0);
    ::close(ends[0]);
    // The daemon is no child of ours: wait for its file.
    for (int i = 0; i < 2000 && !exists(state + ".done"); ++i) ::usleep(1000);
    CHECK(content(state + ".done") == "/ 23 no leader null");
    ::unlink((state + ".done").c_str());
}

TEST_CASE("a daemon that fails passes the failure on", "[cli][process]") {
    CHECK(in_child([] {
              auto daemon = Daemon::fork();
              return daemon ? 0 : 2;  // ends before ready()
          }) == 1);
}

TEST_CASE("the log file's name may hold the process's number once", "[cli][process]") {
    CHECK(open_log("%d%d", false).error().description() == "Bad logfile template: %d%d");
    CHECK(open_log("/tmp/%x", false).error().description() == "Bad logfile template: /tmp/%x");
    CHECK(open_log("/nonexistent/x", false).error().description() ==
          "Error opening logfile /nonexistent/x: No such file or directory");
    Folder folder;
    REQUIRE(open_log(folder.file("log%d"), false));
    const std::string made = folder.file("log" + std::to_string(::getpid()));
    CHECK(exists(made));
    ::unlink(made.c_str());
}

TEST_CASE("a daemon's messages go to the log", "[cli][process]") {
    Folder folder;
    CHECK(in_child([&] {
              if (!open_log(folder.file("log"), true)) return 1;
              Reporter("rhea").error("after the start");
              return 0;
          }) == 0);
    CHECK(content(folder.file("log")) == "rhea: after the start\n");
}

TEST_CASE("users are found by name and by numbers", "[cli][process]") {
    REQUIRE(find_user("root"));
    CHECK(find_user("root")->uid == 0);
    REQUIRE(find_user("12:34"));
    CHECK(find_user("12:34")->uid == 12);
    CHECK(find_user("12:34")->gid == 34);
    for (const char* wrong : {"nosuchuser", "1:", ":1", "1x:2", "1:2x", "-1:2", "4294967295:1", "99999999999:1", ""})
        CHECK_FALSE(find_user(wrong));
    CHECK(drop_privileges("nosuchuser", "").error().description() ==
          "User \"nosuchuser\" doesn't exist (and is not <uid>:<gid>)");
    CHECK(drop_privileges("", "/nonexistent").error().description() == "chroot failed");
}
