#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

#include "machine/cli/sandbox.h"

using namespace rhea;
using namespace rhea::cli;

namespace {

constexpr int kNoSandbox = 99;  // libseccomp is not there

/// How a child ended that entered the sandbox and then did `body`: its exit status, or minus the signal that ended it.
template <class F>
int inside(const Sandbox& sandbox, F body) {
    const pid_t child = ::fork();
    if (child == 0) {
        const struct rlimit none {};
        ::setrlimit(RLIMIT_CORE, &none);
        if (!enter_sandbox(sandbox)) ::_exit(kNoSandbox);
        ::_exit(body());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

std::string status_line(const std::string& key) {
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(key + ":")) return line.substr(line.find_last_of(" \t") + 1);
    return "";
}

bool available() { return inside({}, [] { return 0; }) != kNoSandbox; }

int start_child() {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    return ::waitpid(child, nullptr, 0) == child ? 0 : 1;
}

}  // namespace

TEST_CASE("the sandbox is a filter in the kernel", "[cli][sandbox]") {
    if (!available()) {
        WARN("libseccomp is not installed");
        return;
    }
    CHECK(inside({}, [] { return status_line("Seccomp") == "2" ? 0 : 1; }) == 0);
    // Ordinary work goes on.
    CHECK(inside({}, [] { return start_child(); }) == 0);
    CHECK(inside({}, [] { return ::setpriority(PRIO_PROCESS, 0, 5) == 0 ? 0 : 1; }) == 0);
    CHECK(inside({}, [] { return ::syscall(SYS_mount, nullptr, nullptr, nullptr, 0, nullptr) < 0 ? 0 : 1; }) == -SIGSYS);
}

TEST_CASE("the sandbox forbids obsolete calls unless they are allowed", "[cli][sandbox]") {
    if (!available()) {
        WARN("libseccomp is not installed");
        return;
    }
    const auto obsolete = [] { return ::syscall(SYS_sysfs, 3) >= 0 ? 0 : errno == ENOSYS ? 0 : 1; };
    CHECK(inside({}, obsolete) == -SIGSYS);
    Sandbox sandbox;
    sandbox.obsolete = true;
    CHECK(inside(sandbox, obsolete) == 0);
}

TEST_CASE("spawn=deny leaves threads but no processes and programs", "[cli][sandbox]") {
    if (!available()) {
        WARN("libseccomp is not installed");
        return;
    }
    Sandbox sandbox;
    sandbox.spawn = false;
    CHECK(inside(sandbox, [] { return start_child(); }) == -SIGSYS);
    CHECK(inside(sandbox, [] { return ::execl("/bin/true", "true", nullptr); }) == -SIGSYS);
    CHECK(inside(sandbox, [] {
              int value = 1;
              std::thread([&] { value = 0; }).join();
              return value;
          }) == 0);
}

TEST_CASE("elevateprivileges=deny forbids to become somebody else", "[cli][sandbox]") {
    if (!available()) {
        WARN("libseccomp is not installed");
        return;
    }
    const auto become = [] { return ::syscall(SYS_setuid, ::getuid()) == 0 ? 0 : 1; };
    CHECK(inside({}, become) == 0);
    Sandbox sandbox;
    sandbox.elevate = Sandbox::Privileges::deny;
    CHECK(inside(sandbox, become) == -SIGSYS);
    sandbox.elevate = Sandbox::Privileges::children;
    CHECK(inside(sandbox, become) == -SIGSYS);
    CHECK(inside(sandbox, [] { return status_line("NoNewPrivs") == "1" ? 0 : 1; }) == 0);
    CHECK(inside(sandbox, [] { return start_child(); }) == 0);
}

TEST_CASE("resourcecontrol=deny fails what changes priorities, and nothing dies of it", "[cli][sandbox]") {
    if (!available()) {
        WARN("libseccomp is not installed");
        return;
    }
    Sandbox sandbox;
    sandbox.resource_control = false;
    CHECK(inside(sandbox, [] { return ::setpriority(PRIO_PROCESS, 0, 5) < 0 && errno == EPERM ? 0 : 1; }) == 0);
    CHECK(inside(sandbox, [] {
              cpu_set_t set;
              ::sched_getaffinity(0, sizeof set, &set);
              return ::sched_setaffinity(0, sizeof set, &set) < 0 && errno == EPERM ? 0 : 1;
          }) == 0);
    CHECK(inside(sandbox, [] {
              const sched_param parameters{};
              return ::sched_setscheduler(0, SCHED_IDLE, &parameters) == 0 ? 0 : 1;
          }) == 0);
}
