#include "monitor/fd_sets.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace rhea {

namespace {

constexpr std::string_view kPrefix = "/dev/fdset/";

bool is_open(const FdSets::Set::Copy& copy) {
    struct stat info {};
    return ::fstat(copy.fd, &info) == 0 && info.st_dev == copy.device && info.st_ino == copy.inode;
}

}  // namespace

Result<FileDescriptor> FdNames::take(const std::string& name) {
    const auto at = fds_.find(name);
    if (at == fds_.end()) return fail(fmt::format("File descriptor named '{}' has not been found", name));
    FileDescriptor fd = std::move(at->second);
    fds_.erase(at);
    return fd;
}

std::int64_t FdSets::add(FileDescriptor fd, std::optional<std::int64_t> id, std::optional<std::string> opaque) {
    std::int64_t number = id.value_or(0);
    while (!id && sets_.contains(number)) ++number;
    sets_[number].fds.push_back({std::move(fd), std::move(opaque)});
    return number;
}

Result<void> FdSets::remove(std::int64_t id, std::optional<std::int64_t> fd) {
    const auto not_found = [&] {
        return fail(fmt::format("File descriptor named '{}' not found",
                                fd ? fmt::format("fdset-id:{}, fd:{}", id, *fd) : fmt::format("fdset-id:{}", id)));
    };
    const auto set = sets_.find(id);
    if (set == sets_.end()) return not_found();
    bool found = !fd;
    for (Fd& member : set->second.fds) {
        if (fd && member.fd.get() != *fd) continue;
        member.removed = found = true;
    }
    if (!found) return not_found();
    clean_up(set->second, false);
    drop_empty();
    return {};
}

void FdSets::clients_gone() {
    for (auto& [id, set] : sets_) clean_up(set, true);
    drop_empty();
}

void FdSets::clean_up(Set& set, bool unreferenced) {
    if (!running_()) return;
    std::erase_if(set.copies, [](const Set::Copy& copy) { return !is_open(copy); });
    const bool unused = unreferenced && set.copies.empty();
    std::erase_if(set.fds, [unused](const Fd& member) { return member.removed || unused; });
}

void FdSets::drop_empty() {
    std::erase_if(sets_, [](const auto& entry) { return entry.second.fds.empty() && entry.second.copies.empty(); });
}

int FdSets::open(const std::string& path, int flags, unsigned mode) {
    if (path.starts_with(kPrefix)) return open_set(std::string_view(path).substr(kPrefix.size()), flags);
    return ::open(path.c_str(), flags, mode);
}

int FdSets::open_set(std::string_view number, int flags) {
    std::int64_t id = -1;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), id);
    if (read.ec != std::errc() || read.ptr != number.data() + number.size() || id < 0) return errno = EINVAL, -1;
    const auto set = sets_.find(id);
    if (set == sets_.end()) return errno = ENOENT, -1;
    for (const Fd& member : set->second.fds) {
        const int has = ::fcntl(member.fd.get(), F_GETFL);
        if (has == -1 || (has & O_ACCMODE) != (flags & O_ACCMODE)) continue;
        FileDescriptor copy(::fcntl(member.fd.get(), F_DUPFD_CLOEXEC, 0));
        struct stat info {};
        if (!copy || ::fstat(copy.get(), &info) != 0) return -1;
        constexpr int kSettable = O_APPEND | O_ASYNC | O_DIRECT | O_NOATIME | O_NONBLOCK;
        if (::fcntl(copy.get(), F_SETFL, (has & ~kSettable) | (flags & kSettable)) != 0) return -1;
        if ((flags & O_TRUNC) && S_ISREG(info.st_mode) && ::ftruncate(copy.get(), 0) != 0) return -1;
        set->second.copies.push_back({copy.get(), info.st_dev, info.st_ino});
        return copy.release();
    }
    return errno = EACCES, -1;
}

}  // namespace rhea
