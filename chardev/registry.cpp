#include "chardev/registry.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "chardev/file_chardev.h"
#include "chardev/host_port_chardev.h"
#include "chardev/loop_turn.h"
#include "chardev/mux_chardev.h"
#include "chardev/pty_chardev.h"
#include "chardev/ringbuf_chardev.h"
#include "chardev/socket_chardev.h"
#include "chardev/stdio_chardev.h"
#include "chardev/udp_chardev.h"

namespace rhea {

namespace {

Result<std::unique_ptr<Chardev>> open_chardev(const ChardevContext& context, const ChardevOptions& options) {
    switch (options.backend.type) {
        case ChardevKind::file: return FileChardev::open(context, options);
        case ChardevKind::pipe: return FileChardev::open_pipe(context, options);
        case ChardevKind::null:
        case ChardevKind::vc: return NullChardev::open(context, options);
        case ChardevKind::pty: return PtyChardev::open(context, options);
        case ChardevKind::udp: return UdpChardev::open(context, options);
        case ChardevKind::serial: return SerialPortChardev::open(context, options);
        case ChardevKind::parallel: return ParallelPortChardev::open(context, options);
        case ChardevKind::ringbuf:
        case ChardevKind::memory: return RingbufChardev::open(context, options);
        case ChardevKind::stdio: return StdioChardev::open(context, options);
        case ChardevKind::socket: {
            const auto& socket = std::get<Data<ChardevSocket>>(options.backend.u).data;
            RHEA_CHECK(check_socket_options(socket));
            return socket.server.value_or(true) ? SocketServer::open(context, options)
                                                : SocketClient::open(context, options);
        }
        default:
            if (context.host.open_own) return context.host.open_own(options);
            return fail(fmt::format("'{}' is not a valid char driver name", enum_name(options.backend.type)));
    }
}

Result<std::unique_ptr<Chardev>> open_named(const ChardevContext& context, const ChardevOptions& options) {
    auto chardev = RHEA_TRY(open_chardev(context, options));
    chardev->set_kind(enum_name(options.backend.type));
    return chardev;
}

}  // namespace

Chardevs::Chardevs(ChardevHost host) : host_(std::move(host)), turn_(std::make_unique<LoopTurn>(host_.loop)) {
    struct sigaction broken_pipe {};
    if (::sigaction(SIGPIPE, nullptr, &broken_pipe) == 0 && broken_pipe.sa_handler == SIG_DFL) ::signal(SIGPIPE, SIG_IGN);
    if (!host_.open_file)
        host_.open_file = [](const std::string& path, int flags, unsigned mode) {
            return ::open(path.c_str(), flags, mode);
        };
    if (!host_.info)
        host_.info = [](std::string_view message) {
            std::fprintf(stderr, "info: %.*s\n", static_cast<int>(message.size()), message.data());
        };
    if (!host_.error)
        host_.error = [](std::string_view message) {
            std::fprintf(stderr, "%.*s\n", static_cast<int>(message.size()), message.data());
        };
}

Chardevs::~Chardevs() { shut_down(); }

Result<Chardev*> Chardevs::create(const ChardevOptions& options, const NamedFds& named_fds) {
    if (!options.mux) {
        RHEA_CHECK(check_free(options.id));
        return add(RHEA_TRY(open(options, named_fds)));
    }
    ChardevOptions base = options;
    base.id += "-base";
    if (find(base.id))
        return fail(fmt::format("attempt to add duplicate property '{}' to object (type 'container')", base.id));
    RHEA_CHECK(check_free(options.id));
    Chardev* shared = RHEA_TRY(add(RHEA_TRY(open(base, named_fds))));
    auto mux = std::make_unique<MuxChardev>(options.id, ChardevContext{host_, *turn_, named_fds}, *shared);
    mux->set_kind(enum_name(ChardevKind::mux));
    return add(std::move(mux));
}

Result<std::unique_ptr<Chardev>> Chardevs::open(const ChardevOptions& options, const NamedFds& named_fds) {
    const ChardevContext context{host_, *turn_, named_fds};
    if (options.backend.type != ChardevKind::mux) return open_named(context, options);
    const std::string& name = std::get<Data<ChardevMux>>(options.backend.u).data.chardev;
    Chardev* base = find(name);
    if (!base) return fail(fmt::format("mux: base chardev {} not found", name));
    if (base->in_use()) return fail(fmt::format("Device '{}' is in use", name));
    auto mux = std::make_unique<MuxChardev>(options.id, context, *base);
    mux->set_kind(enum_name(ChardevKind::mux));
    return mux;
}

Result<void> Chardevs::check_change(std::string_view label) const {
    Chardev* chardev = find(label);
    if (!chardev) return fail(fmt::format("Chardev '{}' does not exist", label));
    if (dynamic_cast<MuxChardev*>(chardev)) return fail("Mux device hotswap not supported yet");
    if (chardev->frontend() && !chardev->frontend()->allows_change())
        return fail("Chardev user does not support chardev hotswap");
    return {};
}

Result<Chardev*> Chardevs::change(const ChardevOptions& options, const NamedFds& named_fds) {
    Chardev* old = find(options.id);
    CharFrontend* user = old->frontend();
    if (!user) {
        retire(*old);
        return create(options, named_fds);
    }
    auto made = RHEA_TRY(open(options, named_fds));
    retire(*old);
    Chardev* now = RHEA_TRY(add(std::move(made)));
    user->changed(*now);
    now->attach(user);
    return now;
}

Result<Chardev*> Chardevs::add(std::unique_ptr<Chardev> chardev) {
    RHEA_CHECK(check_free(chardev->label()));
    Chardev* added = chardev.get();
    chardevs_.insert(added->label(), std::move(chardev));
    by_age_.push_back(added);
    return added;
}

Result<void> Chardevs::check_free(std::string_view label) const {
    if (find(label)) return fail(fmt::format("Chardev with id '{}' already exists", label));
    return {};
}

Chardev* Chardevs::find(std::string_view label) const {
    const auto* chardev = chardevs_.find(label);
    return chardev ? chardev->get() : nullptr;
}

std::vector<Chardev*> Chardevs::all() const {
    std::vector<Chardev*> list;
    chardevs_.for_each(
        [&list](const std::string&, const std::unique_ptr<Chardev>& chardev) { list.push_back(chardev.get()); });
    std::reverse(list.begin(), list.end());  // query-chardev tells the container's children backwards
    return list;
}

Result<void> Chardevs::remove(std::string_view label) {
    Chardev* chardev = find(label);
    if (!chardev) return fail(fmt::format("Chardev '{}' not found", label));
    if (chardev->busy()) return fail(fmt::format("Chardev '{}' is busy", label));
    retire(*chardev);
    return {};
}

void Chardevs::leave_files() {
    for (Chardev* chardev : all()) chardev->leave_files();
}

void Chardevs::finish() {
    constexpr std::uint64_t kMillisecond = 1'000'000, kPatience = 250 * kMillisecond;
    const std::uint64_t deadline = uv_hrtime() + kPatience;
    for (;;) {
        std::vector<pollfd> waiting;
        for (Chardev* chardev : all()) chardev->send_rest(waiting);
        const std::uint64_t now = uv_hrtime();
        if (waiting.empty() || now >= deadline) return;
        if (::poll(waiting.data(), waiting.size(), static_cast<int>((deadline - now) / kMillisecond + 1)) == 0) return;
    }
}

void Chardevs::shut_down() {
    for (Chardev* chardev : all()) retire(*chardev);
}

/// One of its peers may be on the call stack, so it goes at the end of the turn.
void Chardevs::retire(Chardev& chardev) {
    chardev.shut_down();
    std::erase(by_age_, &chardev);
    turn_->bury(std::move(*chardevs_.take(chardev.label())));
}

}  // namespace rhea
