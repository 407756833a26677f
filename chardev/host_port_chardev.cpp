#include "chardev/host_port_chardev.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/ppdev.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <cerrno>
#include <cstring>

namespace rhea {

namespace {

struct Speed {
    int bits;
    speed_t code;
};
constexpr Speed kSpeeds[] = {{50, B50},         {75, B75},         {110, B110},       {134, B134},      {150, B150},
                             {200, B200},       {300, B300},       {600, B600},       {1200, B1200},    {1800, B1800},
                             {2400, B2400},     {4800, B4800},     {9600, B9600},     {19200, B19200},  {38400, B38400},
                             {57600, B57600},   {115200, B115200}, {230400, B230400}, {460800, B460800}};

/// A guest divides its clock as it likes: the nearest speed from below that there is.
speed_t speed_code(int bits) {
    speed_t code = B50;
    for (const Speed& speed : kSpeeds)
        if (speed.bits <= bits + bits / 50) code = speed.code;
    return code;
}

tcflag_t size_flag(int bits) { return bits == 5 ? CS5 : bits == 6 ? CS6 : bits == 7 ? CS7 : CS8; }

}  // namespace

Result<std::unique_ptr<Chardev>> SerialPortChardev::open(const ChardevContext& context, const ChardevOptions& options) {
    const auto& serial = std::get<Data<ChardevHostdev>>(options.backend.u).data;
    auto log = RHEA_TRY(open_chardev_log(context.host, serial));
    auto port = RHEA_TRY(open_chardev_file(context.host, serial.device, O_RDWR | O_NOCTTY | O_NONBLOCK));
    return std::unique_ptr<Chardev>(new SerialPortChardev(context, options, std::move(log), std::move(port)));
}

SerialPortChardev::SerialPortChardev(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log,
                                     FileDescriptor port)
    : StreamChardev(options.id, context.turn, std::move(log)), port_(std::move(port)) {
    set_parameters({115200, 'N', 8, 1});
}

void SerialPortChardev::opened() {
    const auto another = [this] { return FileDescriptor(::fcntl(port_.get(), F_DUPFD_CLOEXEC, 0)); };
    adopt(StreamPeer::files(turn(), owner(), another(), another()));
}

void SerialPortChardev::set_parameters(const SerialParameters& parameters) {
    termios line{};
    if (::tcgetattr(port_.get(), &line) != 0) return;
    ::cfmakeraw(&line);
    ::cfsetispeed(&line, speed_code(parameters.speed));
    ::cfsetospeed(&line, speed_code(parameters.speed));
    line.c_cflag &= ~static_cast<tcflag_t>(CSIZE | PARENB | PARODD | CSTOPB | CRTSCTS);
    line.c_cflag |= CLOCAL | CREAD | size_flag(parameters.data_bits);
    if (parameters.parity != 'N') line.c_cflag |= PARENB;
    if (parameters.parity == 'O') line.c_cflag |= PARODD;
    if (parameters.stop_bits == 2) line.c_cflag |= CSTOPB;
    ::tcsetattr(port_.get(), TCSANOW, &line);
}

void SerialPortChardev::set_break(bool on) { ::ioctl(port_.get(), on ? TIOCSBRK : TIOCCBRK); }

std::optional<int> SerialPortChardev::modem_lines() {
    int lines = 0;
    if (::ioctl(port_.get(), TIOCMGET, &lines) != 0) return std::nullopt;
    return lines;
}

void SerialPortChardev::set_modem_lines(int lines) { ::ioctl(port_.get(), TIOCMSET, &lines); }

Result<std::unique_ptr<Chardev>> ParallelPortChardev::open(const ChardevContext& context, const ChardevOptions& options) {
    const auto& parallel = std::get<Data<ChardevHostdev>>(options.backend.u).data;
    auto log = RHEA_TRY(open_chardev_log(context.host, parallel));
    auto port = RHEA_TRY(open_chardev_file(context.host, parallel.device, O_RDWR));
    if (::ioctl(port.get(), PPCLAIM) != 0) return fail(fmt::format("not a parallel port: {}", std::strerror(errno)));
    return std::unique_ptr<Chardev>(new ParallelPortChardev(context, options, std::move(log), std::move(port)));
}

ParallelPortChardev::ParallelPortChardev(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log,
                                         FileDescriptor port)
    : StreamChardev(options.id, context.turn, std::move(log)), port_(std::move(port)) {}

ParallelPortChardev::~ParallelPortChardev() { ::ioctl(port_.get(), PPRELEASE); }

std::optional<unsigned char> ParallelPortChardev::read(ParallelRegister which) {
    unsigned char value = 0;
    const auto request = which == ParallelRegister::data ? PPRDATA : which == ParallelRegister::status ? PPRSTATUS : PPRCONTROL;
    if (::ioctl(port_.get(), request, &value) != 0) return std::nullopt;
    return value;
}

bool ParallelPortChardev::write(ParallelRegister which, unsigned char value) {
    if (which == ParallelRegister::status) return false;
    return ::ioctl(port_.get(), which == ParallelRegister::data ? PPWDATA : PPWCONTROL, &value) == 0;
}

}  // namespace rhea
