#include "chardev/stdio_chardev.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace rhea {

namespace {

/// What standard input and output were like before. There is one of each in a program, so this is one too.
struct StdioState {
    bool in_use = false;
    bool is_terminal = false;
    termios terminal{};
    int flags[2] = {-1, -1};

    void save() {
        in_use = true;
        is_terminal = ::tcgetattr(STDIN_FILENO, &terminal) == 0;
        for (int fd : {STDIN_FILENO, STDOUT_FILENO}) flags[fd] = ::fcntl(fd, F_GETFL);
        static const bool registered = std::atexit([] { state().restore(); }) == 0;
        static_cast<void>(registered);
    }
    void restore() {
        if (!std::exchange(in_use, false)) return;
        if (is_terminal) ::tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
        for (int fd : {STDIN_FILENO, STDOUT_FILENO})
            if (flags[fd] != -1) ::fcntl(fd, F_SETFL, flags[fd]);
    }
    static StdioState& state() {
        static StdioState instance;
        return instance;
    }
};

FileDescriptor duplicate(int fd) { return FileDescriptor(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

}  // namespace

Result<std::unique_ptr<Chardev>> StdioChardev::open(const ChardevContext& context, const ChardevOptions& options) {
    if (StdioState::state().in_use) return fail("cannot use stdio by multiple character devices");
    auto log = RHEA_TRY(open_chardev_log(context.host, std::get<Data<ChardevStdio>>(options.backend.u).data));
    return std::unique_ptr<Chardev>(new StdioChardev(context, options, std::move(log)));
}

StdioChardev::StdioChardev(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log)
    : StreamChardev(options.id, context.turn, std::move(log)),
      signals_(std::get<Data<ChardevStdio>>(options.backend.u).data.signal.value_or(true)) {
    StdioState::state().save();
    if (!StdioState::state().is_terminal) return;
    set_terminal();
    continued_.reset(new uv_signal_t);
    uv_signal_init(turn().loop(), continued_.get());
    continued_->data = this;
    uv_signal_start(
        continued_.get(), [](uv_signal_t* h, int) { static_cast<StdioChardev*>(h->data)->set_terminal(); }, SIGCONT);
    uv_unref(reinterpret_cast<uv_handle_t*>(continued_.get()));
}

StdioChardev::~StdioChardev() { StdioChardev::shut_down(); }

void StdioChardev::shut_down() {
    StreamChardev::shut_down();
    if (!std::exchange(open_, false)) return;
    continued_.reset();
    StdioState::state().restore();
}

void StdioChardev::opened() { adopt(StreamPeer::files(turn(), owner(), duplicate(STDIN_FILENO), duplicate(STDOUT_FILENO))); }

void StdioChardev::set_echo(bool on) {
    echo_ = on;
    if (StdioState::state().is_terminal) set_terminal();
}

void StdioChardev::set_terminal() const {
    termios terminal = StdioState::state().terminal;
    if (!echo_) {
        // Every key comes as it is and at once; what goes out is still translated.
        terminal.c_iflag &= ~static_cast<tcflag_t>(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
        terminal.c_oflag |= OPOST;
        terminal.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | IEXTEN);
        terminal.c_cflag &= ~static_cast<tcflag_t>(CSIZE | PARENB);
        terminal.c_cflag |= CS8;
        terminal.c_cc[VMIN] = 1;
        terminal.c_cc[VTIME] = 0;
    }
    if (!signals_) terminal.c_lflag &= ~static_cast<tcflag_t>(ISIG);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
}

}  // namespace rhea
