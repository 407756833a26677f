#include "subject.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <utility>

extern char** environ;

namespace bench {

namespace {

std::vector<std::string> split_words(const std::string& command) {
    std::vector<std::string> words;
    std::string word;
    bool inside = false;
    char quote = 0;
    for (char c : command) {
        if (quote) {
            if (c == quote) quote = 0;
            else word += c;
        } else if (c == '\'' || c == '"') {
            quote = c;
            inside = true;
        } else if (c == ' ' || c == '\t' || c == '\n') {
            if (inside) words.push_back(std::exchange(word, {}));
            inside = false;
        } else {
            word += c;
            inside = true;
        }
    }
    if (inside) words.push_back(word);
    return words;
}

bool replace_all(std::string& text, const std::string& what, const std::string& with) {
    bool found = false;
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size(), found = true)
        text.replace(at, what.size(), with);
    return found;
}

pid_t spawn(const std::vector<std::string>& words, bool verbose) {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);

    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    for (int fd : {0, 1, 2})
        if (fd != 2 || !verbose) posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);

    pid_t pid = -1;
    int error = posix_spawnp(&pid, argv[0], &files, &attributes, argv.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    if (error != 0) {
        fmt::print(stderr, "{}: {}\n", words[0], std::strerror(error));
        return -1;
    }
    return pid;
}

}  // namespace

Server::Server(pid_t pid, std::string socket, std::vector<std::string> more_sockets)
    : pid_(pid), socket_(std::move(socket)), more_sockets_(std::move(more_sockets)) {}

Server::Server(Server&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      socket_(std::move(other.socket_)),
      more_sockets_(std::move(other.more_sockets_)) {}

Server::~Server() {
    if (pid_ > 0) {
        kill(-pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    if (!socket_.empty()) unlink(socket_.c_str());
    for (const std::string& path : more_sockets_) unlink(path.c_str());
}

double Server::memory_mib(const char* key) const {
    std::ifstream rollup(fmt::format("/proc/{}/smaps_rollup", pid_));
    for (std::string line; std::getline(rollup, line);)
        if (line.starts_with(key)) return std::atof(line.c_str() + std::strlen(key)) / 1024;
    return 0;
}

double Server::cpu_seconds() const {
    clockid_t clock;
    timespec time{};
    if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

bool Server::wait_for_exit(double seconds) {
    int fd = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));  // the wrapper of glibc 2.36 is unusable from C++
    if (fd < 0) return false;
    pollfd ended{fd, POLLIN, 0};
    bool gone = poll(&ended, 1, static_cast<int>(seconds * 1000)) == 1;
    close(fd);
    if (gone) waitpid(std::exchange(pid_, -1), nullptr, 0);
    return gone;
}

std::optional<Subject> Subject::parse(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) return {};
    Subject subject;
    subject.name_ = text.substr(0, equals);
    subject.command_ = text.substr(equals + 1);
    constexpr std::string_view kFloor = "floor:";
    if (subject.command_.starts_with(kFloor)) {
        subject.floor_ = true;
        subject.command_.erase(0, kFloor.size());
    }
    if (split_words(subject.command_).empty()) return {};
    return subject;
}

std::optional<Server> Subject::start(const std::string& directory, bool verbose) const {
    std::string command = command_;
    std::string socket = directory + "/s";
    unlink(socket.c_str());
    replace_all(command, "@SOCK@", socket);
    std::vector<std::string> more;
    for (int i = 1;; ++i) {
        std::string path = fmt::format("{}/s{}", directory, i);
        if (!replace_all(command, fmt::format("@SOCK{}@", i), path)) break;
        unlink(path.c_str());
        more.push_back(path);
    }
    pid_t pid = spawn(split_words(command), verbose);
    if (pid < 0) return {};
    return Server(pid, std::move(socket), std::move(more));
}

}  // namespace bench
