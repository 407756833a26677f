#include "machine/net/tap_netdev.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "machine/net/backends.h"

namespace rhea::net {

namespace {

constexpr const char* kDevice = "/dev/net/tun";
constexpr std::uint32_t kMostQueues = 256;
constexpr std::size_t kPlainHeader = 10, kLargestHeader = 12;
/// Frames that are read at most before others have their turn.
constexpr int kBatch = 64;

// --- Programs that set an interface up and tear it down

struct Script {
    uv_process_t process{};
    std::shared_ptr<FileDescriptor> tun;      // the interface is there as long as the program runs
    std::function<void(int status)> done;
};

/// `done` gets the status as wait(2) has it, from the loop.
void run_script(uv_loop_t* loop, const std::string& program, const std::string& interface, std::shared_ptr<FileDescriptor> tun,
                std::function<void(int)> done) {
    auto* script = new Script{{}, std::move(tun), std::move(done)};
    script->process.data = script;
    std::string name = program, argument = interface;
    char* arguments[] = {name.data(), argument.data(), nullptr};
    uv_stdio_container_t streams[3] = {};
    streams[0].flags = UV_IGNORE;
    for (int i = 1; i < 3; ++i) {
        streams[i].flags = UV_INHERIT_FD;
        streams[i].data.fd = STDERR_FILENO;      // standard output may be a monitor's
    }
    uv_process_options_t options{};
    options.file = name.c_str();
    options.args = arguments;
    options.stdio = streams;
    options.stdio_count = 3;
    const auto close = [](Script* ended) {
        uv_close(reinterpret_cast<uv_handle_t*>(&ended->process), [](uv_handle_t* h) { delete static_cast<Script*>(h->data); });
    };
    options.exit_cb = [](uv_process_t* process, std::int64_t status, int signal) {
        auto* ended = static_cast<Script*>(process->data);
        if (ended->done) ended->done(signal ? signal : static_cast<int>(status) << 8);
        uv_close(reinterpret_cast<uv_handle_t*>(process), [](uv_handle_t* h) { delete static_cast<Script*>(h->data); });
    };
    if (uv_spawn(loop, &script->process, &options) == 0) return;
    if (script->done) script->done(1 << 8);
    close(script);
}

/// "no" and nothing stand for none.
std::string program(const std::optional<std::string>& said, const char* usual) {
    const std::string name = said.value_or(usual);
    return name == "no" ? "" : name;
}

// --- Interfaces

Result<FileDescriptor> open_interface(std::string& name, bool header, bool many) {
    FileDescriptor tun(::open(kDevice, O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (!tun) return fail(fmt::format("could not open {}: {}", kDevice, std::strerror(errno)));
    ifreq request{};
    request.ifr_flags = static_cast<short>(IFF_TAP | IFF_NO_PI | (header ? IFF_VNET_HDR : 0) | (many ? IFF_MULTI_QUEUE : 0));
    const std::string wanted = name.empty() ? "tap%d" : name.substr(0, IFNAMSIZ - 1);
    std::memcpy(request.ifr_name, wanted.c_str(), wanted.size() + 1);
    if (::ioctl(tun.get(), TUNSETIFF, &request) != 0) {
        if (!name.empty()) return fail(fmt::format("could not configure {} ({}): {}", kDevice, wanted, std::strerror(errno)));
        return fail(fmt::format("could not configure {}: {}", kDevice, std::strerror(errno)));
    }
    name = request.ifr_name;
    return tun;
}

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

std::size_t header_of(int tun) {
    ifreq request{};
    if (::ioctl(tun, TUNGETIFF, &request) != 0 || !(request.ifr_flags & IFF_VNET_HDR)) return 0;
    int size = 0;
    return ::ioctl(tun, TUNGETVNETHDRSZ, &size) == 0 && size > 0 && static_cast<std::size_t>(size) <= kLargestHeader ? static_cast<std::size_t>(size)
                                                                                                                   : kPlainHeader;
}

Result<FileDescriptor> passed_interface(const std::string& id, const std::string& name, const NamedFds& named_fds) {
    FileDescriptor fd = RHEA_TRY(fd_of(name, named_fds, is_open, fmt::format("{}: Can't use file descriptor {}: {}", id, name, std::strerror(EBADF))));
    ifreq request{};
    if (::ioctl(fd.get(), TUNGETIFF, &request) != 0) {
        const int error = errno, number = fd.get();
        if (!name.empty() && name[0] >= '0' && name[0] <= '9') static_cast<void>(fd.release());      // it may be anything of ours
        return fail(fmt::format("Unable to query TUNGETIFF on FD {}: {}", number, std::strerror(error)));
    }
    ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
    ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
    return fd;
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find(':', at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

Result<Backends> over_passed(Network& network, const std::string& id, const std::vector<std::string>& names, const NamedFds& named_fds) {
    Backends made;
    for (const std::string& name : names) {
        FileDescriptor tun = RHEA_TRY(passed_interface(id, name, named_fds));
        TapNetdev::Setup setup;
        setup.info = fmt::format("fd={}", tun.get());
        setup.header = header_of(tun.get());
        made.push_back(std::make_unique<TapNetdev>(network, id, static_cast<unsigned>(made.size()), std::move(tun), std::move(setup)));
    }
    return made;
}

}  // namespace

TapNetdev::TapNetdev(Network& network, std::string name, unsigned queue, FileDescriptor tun, Setup setup)
    : Client(network, Kind::tap, std::move(name), queue), tun_(std::make_shared<FileDescriptor>(std::move(tun))), setup_(std::move(setup)) {
    FdUser& user = *this;
    watch_ = std::make_unique<FdWatch>(network.turn(), tun_->get(), user);
    watch_->set(UV_READABLE);
}

TapNetdev::~TapNetdev() { shut_down(); }

void TapNetdev::shut_down() {
    watch_.reset();
    if (tun_ && up_ && !setup_.downscript.empty()) run_script(network().loop(), setup_.downscript, setup_.interface, tun_, {});
    up_ = false;
    tun_.reset();
}

void TapNetdev::receive(Frame frame) {
    if (!tun_) return drop();
    // No work is left to the host's side: the header says nothing.
    std::array<std::uint8_t, kLargestHeader> header{};
    iovec parts[2] = {{header.data(), setup_.header}, {const_cast<std::uint8_t*>(frame.data()), frame.size()}};
    if (::writev(tun_->get(), parts, 2) < 0) drop();
}

void TapNetdev::fd_ready(FdWatch&, int) {
    for (int i = 0; i < kBatch && tun_; ++i) {
        // On the stack: what the frame causes may read more of them.
        std::array<std::uint8_t, kMaxFrame> frame;
        const auto n = ::read(tun_->get(), frame.data(), frame.size());
        if (n < 0 && errno != EINTR) return;
        if (n > 0 && static_cast<std::size_t>(n) > setup_.header) send(Frame(frame.data(), static_cast<std::size_t>(n)).subspan(setup_.header));
    }
}

void start_tap(Network& network, const std::string& id, std::function<void(Result<void>)> done) {
    const auto ends = network.backends(id);
    auto* tap = ends.empty() ? nullptr : dynamic_cast<TapNetdev*>(ends.front());
    if (!tap || tap->setup_.script.empty()) {
        if (tap) tap->up_ = true;
        return done({});
    }
    std::weak_ptr<FileDescriptor> still_there = tap->tun_;
    const std::string script = tap->setup_.script;
    // The interface itself is not held: deleted meanwhile, it is gone.
    run_script(network.loop(), script, tap->setup_.interface, nullptr, [&network, id, script, tap, still_there, done = std::move(done)](int status) {
        if (still_there.expired()) return done(fail(fmt::format("network script {} failed: the network was deleted", script)));
        if (status == 0) {
            tap->up_ = true;
            return done({});
        }
        static_cast<void>(network.remove(id));
        done(fail(fmt::format("network script {} failed with status {}", script, status)));
    });
}

Result<Backends> make_tap(Network& network, const std::string& id, const TapOptions& o, const NamedFds& named_fds) {
    const bool set_up = o.ifname || o.script || o.downscript || o.vnet_hdr;
    if (o.vhostfds && !o.fds && !o.fd) return fail("vhostfds= is invalid if fds= wasn't specified");
    if (o.fd) {
        if (set_up || o.helper || o.queues || o.fds || o.vhostfds)
            return fail("ifname=, script=, downscript=, vnet_hdr=, helper=, queues=, fds=, and vhostfds= are invalid with fd=");
        return over_passed(network, id, {*o.fd}, named_fds);
    }
    if (o.fds) {
        if (set_up || o.helper || o.queues || o.vhostfd)
            return fail("ifname=, script=, downscript=, vnet_hdr=, helper=, queues=, and vhostfd= are invalid with fds=");
        const auto names = split(*o.fds);
        if (o.vhostfds && split(*o.vhostfds).size() != names.size()) return fail("The number of fds passed does not match the number of vhostfds passed");
        return over_passed(network, id, names, named_fds);
    }
    if (o.helper) {
        if (set_up || o.queues || o.vhostfds)
            return fail("ifname=, script=, downscript=, vnet_hdr=, queues=, and vhostfds= are invalid with helper=");
        return fail("tap with helper= is not supported by this build");
    }
    const std::uint32_t queues = o.queues.value_or(1);
    if (queues == 0 || queues > kMostQueues) return fail(Error::invalid_parameter_value("queues", fmt::format("a number from 1 to {}", kMostQueues)));
    if (o.vhostforce.value_or(false)) return fail(fmt::format("tap: open vhost char device failed: {}", std::strerror(ENOENT)));
    std::string interface = o.ifname.value_or("");
    Backends made;
    for (unsigned i = 0; i < queues; ++i) {
        FileDescriptor tun = RHEA_TRY(open_interface(interface, o.vnet_hdr.value_or(false), queues > 1));
        if (o.sndbuf && *o.sndbuf != 0) {
            const int size = static_cast<int>(std::min<std::uint64_t>(*o.sndbuf, std::numeric_limits<int>::max()));
            if (::ioctl(tun.get(), TUNSETSNDBUF, &size) != 0) return fail(fmt::format("TUNSETSNDBUF ioctl failed: {}", std::strerror(errno)));
        }
        TapNetdev::Setup setup;
        setup.interface = interface;
        setup.info = fmt::format("ifname={},script={},downscript={}", interface, o.script.value_or("/etc/qemu-ifup"), o.downscript.value_or("/etc/qemu-ifdown"));
        setup.header = header_of(tun.get());
        // One interface, whatever the number of its queues.
        if (i == 0) {
            setup.script = program(o.script, "/etc/qemu-ifup");
            setup.downscript = program(o.downscript, "/etc/qemu-ifdown");
        }
        made.push_back(std::make_unique<TapNetdev>(network, id, i, std::move(tun), std::move(setup)));
    }
    return made;
}

}  // namespace rhea::net
