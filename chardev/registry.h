#pragma once
/// The chardevs of one program: made from options, found by label, listed as query-chardev lists them. Everything runs on
/// the thread of one libuv loop.
#include <fcntl.h>
#include <uv.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chardev/chardev.h"
#include "qobject/error.h"
#include "qobject/hash_order.h"

namespace rhea {

class LoopTurn;
class TlsCredentials;
struct ChardevOptions;

/// What chardevs need of the program around them. Functions left empty have the default named.
struct ChardevHost {
    uv_loop_t* loop;
    /// Opens a file as open(2) does (-1 and errno). Whoever knows "/dev/fdset/N" puts it in here. Default: open(2).
    std::function<int(const std::string& path, int flags, unsigned mode)> open_file = {};
    /// Tells people something: "QEMU waiting for connection on: …". Default: one line "info: …" on standard error.
    std::function<void(std::string_view message)> info = {};
    /// Tells people of trouble that nobody asked about: "Unable to connect character device …". Default: standard error.
    std::function<void(std::string_view message)> error = {};
    /// What somebody at a multiplexed terminal asks for with Ctrl-A x and Ctrl-A s. Default: nothing happens.
    std::function<void()> quit = {};
    std::function<void()> commit_disks = {};
    /// The TLS credentials of `tls-creds=ID`: "No TLS credentials with id 'x'", "Object with id 'x' is not TLS credentials".
    /// Default: there are none.
    std::function<Result<std::shared_ptr<TlsCredentials>>(const std::string& id)> tls_credentials = {};
    /// Whether the authorization object `id` (`tls-authz=ID`) welcomes a client of that name. Default: no.
    std::function<bool(const std::string& id, const std::string& name)> authorize = {};
    /// Opens the kinds that are parts of the program (a serial mouse, an agent). Default: "'x' is not a valid char driver name".
    std::function<Result<std::unique_ptr<Chardev>>(const ChardevOptions& options)> open_own = {};
};

/// Finds a file descriptor that a client passed under a name (getfd). The chardev owns what it gets.
using NamedFds = std::function<Result<int>(const std::string& name)>;

class Chardevs {
public:
    /// From here on SIGPIPE is ignored, unless the program handles it: a reader that goes away is an error of a write.
    explicit Chardevs(ChardevHost host);
    /// Shuts down what is left. The loop must turn once more afterwards, to close its handles.
    ~Chardevs();
    Chardevs(const Chardevs&) = delete;
    Chardevs& operator=(const Chardevs&) = delete;

    /// Resolves names, connects clients, and for a server with wait=on waits for the first client: blocking, as QEMU does
    /// it. Fails with "Chardev with id 'x' already exists" before anything else. `named_fds`: what `fd=NAME` means to the
    /// monitor that asks; without it NAME is a number.
    Result<Chardev*> create(const ChardevOptions& options, const NamedFds& named_fds = {});
    /// As chardev-change, after `check_change`: another one takes the place, under its label and with its front end. One that nobody uses is removed
    /// first, and stays away when the new one cannot be made.
    Result<void> check_change(std::string_view label) const;
    Result<Chardev*> change(const ChardevOptions& options, const NamedFds& named_fds = {});
    /// Adds one made elsewhere (an embedder's own kind, a MemoryChardev); its label must be free.
    Result<Chardev*> add(std::unique_ptr<Chardev> chardev);

    /// As open(2), "/dev/fdset/N" too where the host has such sets; close-on-exec. -1 with errno.
    int open_file(const std::string& path, int flags) const { return host_.open_file(path, flags | O_CLOEXEC, 0644); }

    /// Null when there is none.
    Chardev* find(std::string_view label) const;
    /// In query-chardev's order.
    std::vector<Chardev*> all() const;
    /// The oldest first.
    const std::vector<Chardev*>& by_age() const { return by_age_; }
    /// As chardev-remove: fails for one that is not there or in use.
    Result<void> remove(std::string_view label);

    /// A start that failed leaves its socket files: who waits there for a server must not be told that there is none.
    void leave_files();
    /// The program ends: lets readers that are there have what was said, and waits a quarter of a second for them at most.
    void finish();
    /// Shuts all of them down and forgets them. Users of peers hear nothing of it.
    void shut_down();

private:
    Result<std::unique_ptr<Chardev>> open(const ChardevOptions& options, const NamedFds& named_fds);
    Result<void> check_free(std::string_view label) const;
    void retire(Chardev& chardev);

    ChardevHost host_;
    std::unique_ptr<LoopTurn> turn_;  // outlives the chardevs
    HashOrderedMap<std::unique_ptr<Chardev>> chardevs_;
    std::vector<Chardev*> by_age_;
};

}  // namespace rhea
