#include "chardev/registry.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "chardev/file_chardev.h"
#include "chardev/loop_turn.h"
#include "chardev/socket_chardev.h"
#include "chardev/stdio_chardev.h"

namespace rhea {

namespace {

Result<std::unique_ptr<Chardev>> open_chardev(const ChardevContext& context, const ChardevOptions& options) {
    switch (options.backend.type) {
        case ChardevKind::file: return FileChardev::open(context, options);
        case ChardevKind::null: return NullChardev::open(context, options);
        case ChardevKind::stdio: return StdioChardev::open(context, options);
        case ChardevKind::socket: {
            const auto& socket = std::get<Data<ChardevSocket>>(options.backend.u).data;
            RHEA_CHECK(check_socket_options(socket));
            return socket.server.value_or(true) ? SocketServer::open(context, options)
                                                : SocketClient::open(context, options);
        }
        default: return fail(fmt::format("'{}' is not a valid char driver name", enum_name(options.backend.type)));
    }
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
    RHEA_CHECK(check_free(options.id));
    return add(RHEA_TRY(open_chardev({host_, *turn_, named_fds}, options)));
}

Result<Chardev*> Chardevs::add(std::unique_ptr<Chardev> chardev) {
    RHEA_CHECK(check_free(chardev->label()));
    Chardev* added = chardev.get();
    chardevs_.insert(added->label(), std::move(chardev));
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
    if (chardev->in_use()) return fail(fmt::format("Chardev '{}' is busy", label));
    retire(*chardev);
    return {};
}

void Chardevs::shut_down() {
    for (Chardev* chardev : all()) retire(*chardev);
}

/// One of its peers may be on the call stack, so it goes at the end of the turn.
void Chardevs::retire(Chardev& chardev) {
    chardev.shut_down();
    turn_->bury(std::move(*chardevs_.take(chardev.label())));
}

}  // namespace rhea
