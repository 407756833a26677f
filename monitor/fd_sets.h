#pragma once
/// File descriptors that clients pass: under a name, for one monitor (getfd), and in sets that are opened as
/// "/dev/fdset/N" (add-fd).
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chardev/file_descriptor.h"
#include "qobject/error.h"

namespace rhea {

/// What getfd gave a name on one monitor.
class FdNames {
public:
    /// Another one of that name is closed.
    void put(const std::string& name, FileDescriptor fd) { fds_[name] = std::move(fd); }
    /// Takes it out: "File descriptor named 'x' has not been found".
    Result<FileDescriptor> take(const std::string& name);

private:
    std::map<std::string, FileDescriptor> fds_;
};

class FdSets {
public:
    struct Fd {
        FileDescriptor fd;
        std::optional<std::string> opaque;
        bool removed = false;
    };
    struct Set {
        struct Copy {
            int fd;
            dev_t device;
            ino_t inode;
        };
        std::vector<Fd> fds;
        std::vector<Copy> copies;  // handed out by `open`; whether one is still open is looked up
    };

    /// Whether the machine runs: only then is anything closed. Default: it does.
    void set_running(std::function<bool()> running) { running_ = std::move(running); }

    /// Puts it into a set, which is made; without an id into a new one with the lowest number that is free.
    std::int64_t add(FileDescriptor fd, std::optional<std::int64_t> id, std::optional<std::string> opaque);
    /// Removes one file descriptor, or all, of a set.
    Result<void> remove(std::int64_t id, std::optional<std::int64_t> fd);
    const std::map<std::int64_t, Set>& sets() const { return sets_; }
    /// No client is left on any QMP monitor: sets that nothing has opened go.
    void clients_gone();

    /// As open(2), of files and of "/dev/fdset/N": a copy of the one in the set that has the access mode of `flags`.
    int open(const std::string& path, int flags, unsigned mode);

private:
    int open_set(std::string_view number, int flags);
    void clean_up(Set& set, bool unreferenced);
    void drop_empty();

    std::map<std::int64_t, Set> sets_;
    std::function<bool()> running_ = [] { return true; };
};

}  // namespace rhea
