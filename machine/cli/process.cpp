#include "machine/cli/process.h"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <link.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "qobject/trace.h"

namespace rhea::cli {

namespace {

std::string reason() { return std::strerror(errno); }

bool parse_id(std::string_view text, unsigned& id) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    return error == std::errc() && end == text.data() + text.size() && id != static_cast<unsigned>(-1);
}

/// Makes `fd` what `target` (0, 1 or 2) was.
bool replace_fd(int fd, int target) {
    for (;;) {
        if (::dup2(fd, target) >= 0) return true;
        if (errno != EINTR && errno != EBUSY) return false;
    }
}

}  // namespace

// --- PID file

PidFile::PidFile(std::string path, int fd) : path_(std::move(path)), fd_(fd), owner_(::getpid()) {}

PidFile::~PidFile() {
    if (::getpid() == owner_) ::unlink(path_.c_str());
    ::close(fd_);
}

Result<std::unique_ptr<PidFile>> PidFile::create(const std::string& path) {
    const auto cannot = [](std::string why) { return fail("cannot create PID file: " + std::move(why)); };
    for (;;) {
        const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (fd < 0) return cannot(fmt::format("Could not create '{}': {}", path, reason()));
        struct flock lock {};
        lock.l_type = F_WRLCK;
        lock.l_whence = SEEK_SET;
        struct stat opened {
        }, named{};
        if (::fstat(fd, &opened) < 0 || ::fcntl(fd, F_SETLK, &lock) < 0) {
            std::string why = "Cannot lock pid file: " + reason();
            ::close(fd);
            return cannot(std::move(why));
        }
        // Another emulator may have removed the file between our opening and locking it: that lock protects nothing.
        if (::stat(path.c_str(), &named) < 0 || named.st_ino != opened.st_ino || named.st_dev != opened.st_dev) {
            ::close(fd);
            continue;
        }
        const std::string text = fmt::format("{}\n", ::getpid());
        if (::ftruncate(fd, 0) < 0 || ::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
            std::string why = fmt::format("Failed to write pid file: {}", reason());
            ::close(fd);
            return cannot(std::move(why));
        }
        // A daemon leaves its folder: keep a path that still leads there.
        std::error_code ignored;
        const auto absolute = std::filesystem::absolute(path, ignored);
        return std::unique_ptr<PidFile>(new PidFile(absolute.empty() ? path : absolute.string(), fd));
    }
}

// --- Daemon

Result<std::unique_ptr<Daemon>> Daemon::fork() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return fail(fmt::format("cannot daemonize: {}", reason()));
    const pid_t child = ::fork();
    if (child < 0) return fail(fmt::format("cannot daemonize: {}", reason()));
    if (child > 0) {
        ::close(ends[1]);
        char status = 1;
        ssize_t got = 0;
        do got = ::read(ends[0], &status, 1);
        while (got < 0 && errno == EINTR);
        // _exit: what the program set up belongs to the daemon now.
        ::_exit(got == 1 && status == 0 ? 0 : 1);
    }
    ::close(ends[0]);
    ::setsid();
    // A second fork: a session leader could get a terminal by opening one.
    const pid_t grandchild = ::fork();
    if (grandchild < 0) ::_exit(1);
    if (grandchild > 0) ::_exit(0);
    ::umask(027);
    for (int number : {SIGTSTP, SIGTTOU, SIGTTIN}) std::signal(number, SIG_IGN);
    return std::unique_ptr<Daemon>(new Daemon(ends[1]));
}

Result<void> Daemon::ready(bool keep_stderr) {
    if (::chdir("/") < 0) return fail(fmt::format("not able to chdir to /: {}", reason()));
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) return fail(fmt::format("cannot open /dev/null: {}", reason()));
    bool done = replace_fd(null, STDIN_FILENO) && replace_fd(null, STDOUT_FILENO);
    if (done && !keep_stderr) done = replace_fd(null, STDERR_FILENO);
    if (null > STDERR_FILENO) ::close(null);
    if (!done) return fail(fmt::format("cannot redirect standard output: {}", reason()));
    const char status = 0;
    ssize_t written = 0;
    do written = ::write(pipe_, &status, 1);
    while (written < 0 && errno == EINTR);
    // A first process that is gone already is nobody's loss.
    ::close(pipe_);
    pipe_ = -1;
    return {};
}

Daemon::~Daemon() {
    if (pipe_ >= 0) ::close(pipe_);
}

// --- The rest

Result<void> open_log(const std::string& path, bool to_stderr) {
    std::string name;
    bool numbered = false;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] != '%') {
            name += path[i];
            continue;
        }
        if (numbered || i + 1 == path.size() || path[i + 1] != 'd')
            return fail(fmt::format("Bad logfile template: {}", path));
        name += std::to_string(::getpid());
        numbered = true;
        ++i;
    }
    const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0) return fail(fmt::format("Error opening logfile {}: {}", name, reason()));
    if (to_stderr) replace_fd(fd, STDERR_FILENO);
    set_log_descriptor(fd);
    return {};
}

void ignore_sigpipe() { std::signal(SIGPIPE, SIG_IGN); }

std::optional<User> find_user(const std::string& text) {
    if (const struct passwd* entry = ::getpwnam(text.c_str())) return User{entry->pw_uid, entry->pw_gid, entry->pw_name};
    User user;
    const auto colon = text.find(':');
    if (colon == std::string::npos || !parse_id(std::string_view(text).substr(0, colon), user.uid) ||
        !parse_id(std::string_view(text).substr(colon + 1), user.gid))
        return std::nullopt;
    return user;
}

Result<void> lock_memory() {
    if (::mlockall(MCL_CURRENT | MCL_FUTURE) < 0) return fail(fmt::format("mlockall: {}", reason()));
    return {};
}

void release_startup_pages() {
    const auto release = [](dl_phdr_info* object, std::size_t, void*) {
        for (int i = 0; i < object->dlpi_phnum; ++i) {
            const auto& segment = object->dlpi_phdr[i];
            // What is writable at first holds what the dynamic linker has put there.
            if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W)) continue;
            const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
            const std::uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
            const std::uintptr_t end = (object->dlpi_addr + segment.p_vaddr + segment.p_memsz) & ~(page - 1);
            if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
        }
        return 1;      // the program itself comes first
    };
    ::dl_iterate_phdr(release, nullptr);
}

Result<void> drop_privileges(const std::string& run_as, const std::string& chroot_dir) {
    std::optional<User> user;
    if (!run_as.empty() && !(user = find_user(run_as)))
        return fail(fmt::format("User \"{}\" doesn't exist (and is not <uid>:<gid>)", run_as));
    if (!chroot_dir.empty() && (::chroot(chroot_dir.c_str()) < 0 || ::chdir("/") < 0)) return fail("chroot failed");
    if (!user) return {};
    if (::setgid(user->gid) < 0) return fail(fmt::format("Failed to setgid({})", user->gid));
    if (user->name.empty() ? ::setgroups(1, &user->gid) < 0 : ::initgroups(user->name.c_str(), user->gid) < 0)
        return fail("Failed to set the groups of the user");
    if (::setuid(user->uid) < 0) return fail(fmt::format("Failed to setuid({})", user->uid));
    // Whoever can come back to root has not left it.
    if (::setuid(0) != -1) return fail("Dropping privileges failed");
    return {};
}

void set_process_name(const std::string& name) { ::prctl(PR_SET_NAME, name.substr(0, 15).c_str()); }

}  // namespace rhea::cli
