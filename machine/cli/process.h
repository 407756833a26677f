#pragma once
/// What the emulator is to the system around it: messages on stderr, the log, daemon and PID file. One of each in a program;
/// all of it before the loop starts or on its thread.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "machine/cli/config.h"
#include "qobject/error.h"

namespace rhea::cli {

/// Writes "PROGRAM: LOCATION: text" lines, each in one piece.
class Reporter {
public:
    /// `write` takes each finished message (stderr when absent).
    explicit Reporter(std::string program, std::function<void(std::string_view)> write = {});

    /// From now on each message begins with the time (UTC, microseconds), as -msg timestamp=on asks.
    void set_timestamps(bool on) { timestamps_ = on; }
    /// From now on each message begins with the guest's name (-msg guest-name=on); empty: it does not.
    void set_guest_name(std::string name) { guest_name_ = std::move(name); }
    /// For tests: where the time comes from, as microseconds since 1970.
    void set_clock(std::function<std::int64_t()> now) { now_ = std::move(now); }

    void error(const Location& where, std::string_view text) const { report("", where, text); }
    void error(std::string_view text) const { report("", {}, text); }
    /// With the hint that belongs to it.
    void error(const Location& where, const Error& error) const {
        report("", where, error.description());
        if (!error.hint().empty()) hint(error.hint());
    }
    void error(const Error& error) const { this->error(Location{}, error); }
    void warning(const Location& where, std::string_view text) const { report("warning: ", where, text); }
    void warning(std::string_view text) const { report("warning: ", {}, text); }
    void info(const Location& where, std::string_view text) const { report("info: ", where, text); }
    /// A line that only helps to understand the one before: no prefix.
    void hint(std::string_view text) const;

    const std::string& program() const { return program_; }

private:
    void report(std::string_view kind, const Location& where, std::string_view text) const;

    std::string program_, guest_name_;
    std::function<void(std::string_view)> write_;
    std::function<std::int64_t()> now_;
    bool timestamps_ = false;
};

/// A file with the number of this process, locked as long as the object lives, removed with it.
class PidFile {
public:
    /// The error is the whole text ("cannot create PID file: …").
    static Result<std::unique_ptr<PidFile>> create(const std::string& path);
    ~PidFile();
    PidFile(const PidFile&) = delete;
    PidFile& operator=(const PidFile&) = delete;

private:
    PidFile(std::string path, int fd);
    std::string path_;
    int fd_;
    int owner_;  // a forked child must not remove the file
};

/// Going to the background. The first process waits for the word of the last and exits as that says.
class Daemon {
public:
    /// Forks. Returns in the daemon only, in a session of its own without a terminal, with umask 027, deaf to SIGTSTP,
    /// SIGTTIN and SIGTTOU; stdio is still that of the caller. The first process exits with status 0 after `ready()`, with 1
    /// when the daemon ends before it. To be called before the loop is made and before any thread runs.
    static Result<std::unique_ptr<Daemon>> fork();
    /// The emulator serves: changes to "/", turns stdin, stdout and (unless the log is there) stderr into /dev/null, and
    /// lets the first process go.
    Result<void> ready(bool keep_stderr);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

private:
    explicit Daemon(int pipe) : pipe_(pipe) {}
    int pipe_;
};

/// Opens the file of -D and, when `to_stderr`, lets stderr lead there (a daemon's messages).
/// The error is the whole text ("Error opening logfile …").
Result<void> open_log(const std::string& path, bool to_stderr);

/// Signals whose default would end the program by accident: SIGPIPE.
void ignore_sigpipe();

/// The user of -runas: a name, or "uid:gid". Null: there is no such user.
struct User {
    unsigned uid = 0, gid = 0;
    std::string name;  ///< empty when given by numbers
};
std::optional<User> find_user(const std::string& text);

/// -overcommit mem-lock=on: keeps all memory of the process, present and future, out of swap.
Result<void> lock_memory();

/// Lets go of the program's own pages that starting has brought in (code and constants; they come back from the file as they are
/// needed): an idle emulator needs few of them.
void release_startup_pages();

/// -runas and -chroot, in that order of preparation: the user is looked up first, the root changed, then the user.
/// Errors are whole texts.
Result<void> drop_privileges(const std::string& run_as, const std::string& chroot_dir);

/// -name process=: what ps shows.
void set_process_name(const std::string& name);

}  // namespace rhea::cli
