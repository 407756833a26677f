#pragma once
/// What is measured: a QMP server started by a command line.
#include <sys/types.h>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// A running server. Killed (its whole process group) when this goes away.
class Server {
public:
    Server(pid_t pid, std::string socket, std::vector<std::string> more_sockets);
    Server(Server&& other) noexcept;
    Server& operator=(Server&&) = delete;
    ~Server();

    const std::string& socket() const { return socket_; }
    const std::vector<std::string>& more_sockets() const { return more_sockets_; }

    /// Of /proc/PID/smaps_rollup, in MiB; 0 when it cannot be read.
    double rss_mib() const { return memory_mib("Rss:"); }
    double pss_mib() const { return memory_mib("Pss:"); }
    /// Processor time of all threads so far, in seconds.
    double cpu_seconds() const;
    /// Waits for the end of the process; false: it still runs.
    bool wait_for_exit(double seconds);

private:
    double memory_mib(const char* key) const;

    pid_t pid_;
    std::string socket_;
    std::vector<std::string> more_sockets_;
};

/// A name and a command line. In the command, @SOCK@ stands for the path of the socket that is measured, @SOCK1@, @SOCK2@…
/// for those of further monitors. Words are split at blanks; quotes group, nothing else is special: no shell runs, since
/// starting one would be measured too.
class Subject {
public:
    /// "NAME=COMMAND"; "NAME=floor:COMMAND" marks a floor. Nothing: the text is neither.
    static std::optional<Subject> parse(const std::string& text);

    const std::string& name() const { return name_; }
    /// A server that answers every line alike: only start-up, round trips and pipelining say something.
    bool is_floor() const { return floor_; }
    /// Starts it with fresh sockets in `directory`. `verbose` lets its standard error through.
    std::optional<Server> start(const std::string& directory, bool verbose) const;

private:
    std::string name_;
    std::string command_;
    bool floor_ = false;
};

}  // namespace bench
