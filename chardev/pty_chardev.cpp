#include "chardev/pty_chardev.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <termios.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace rhea {

namespace {

constexpr std::uint64_t kLookMs = 1000;

FileDescriptor duplicate(const FileDescriptor& fd) { return FileDescriptor(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0)); }

Result<FileDescriptor> open_master(std::string& name) {
    FileDescriptor master(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    char buffer[64] = "";
    if (!master || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0 ||
        ::ptsname_r(master.get(), buffer, sizeof buffer) != 0)
        return fail(fmt::format("Failed to create PTY: {}", std::strerror(errno)));
    name = buffer;
    const FileDescriptor slave(::open(buffer, O_RDWR | O_NOCTTY | O_CLOEXEC));
    termios terminal{};
    if (slave && ::tcgetattr(slave.get(), &terminal) == 0) {
        ::cfmakeraw(&terminal);
        ::tcsetattr(slave.get(), TCSAFLUSH, &terminal);
    }
    return master;
}

}  // namespace

Result<std::unique_ptr<Chardev>> PtyChardev::open(const ChardevContext& context, const ChardevOptions& options) {
    auto log = RHEA_TRY(open_chardev_log(context.host, common_options(options.backend)));
    std::string name;
    auto master = RHEA_TRY(open_master(name));
    return std::unique_ptr<Chardev>(
        new PtyChardev(context, options, std::move(log), std::move(master), std::move(name)));
}

PtyChardev::PtyChardev(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log,
                       FileDescriptor master, std::string name)
    : StreamChardev(options.id, context.turn, std::move(log)), master_(std::move(master)), name_(std::move(name)) {
    notices_.reset(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (notices_ && ::inotify_add_watch(notices_.get(), name_.c_str(), IN_OPEN) >= 0) {
        FdUser& user = *this;
        watch_ = std::make_unique<FdWatch>(turn(), notices_.get(), user);
        return;
    }
    timer_.reset(new uv_timer_t);
    uv_timer_init(turn().loop(), timer_.get());
    timer_->data = this;
}

PtyChardev::~PtyChardev() { PtyChardev::shut_down(); }

void PtyChardev::shut_down() {
    watch_.reset();
    timer_.reset();
    StreamChardev::shut_down();
}

void PtyChardev::fd_ready(FdWatch&, int) {
    while (::read(notices_.get(), turn().read_buffer(), LoopTurn::kReadSize) > 0) continue;
    look();
}

/// Whether somebody has the other side open; otherwise waits for that.
void PtyChardev::look() {
    if (!watch_ && !timer_) return;  // shut down
    pollfd p{master_.get(), 0, 0};
    const bool open = ::poll(&p, 1, 0) >= 0 && !(p.revents & POLLHUP);
    const bool wait = !open && frontend();
    if (watch_) watch_->set(wait ? UV_READABLE : 0);
    else if (wait)
        uv_timer_start(
            timer_.get(), [](uv_timer_t* timer) { static_cast<PtyChardev*>(timer->data)->look(); }, kLookMs, 0);
    if (open && frontend() && peers().empty())
        adopt(StreamPeer::files(turn(), owner(), duplicate(master_), duplicate(master_)));
}

}  // namespace rhea
