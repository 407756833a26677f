#include "machine/block/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace rhea {
namespace {

constexpr off_t kUsedBase = 100, kUnsharedBase = 200;
constexpr unsigned kBits = 4;

struct flock one_byte(short type, off_t byte) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = byte;
    lock.l_len = 1;
    return lock;
}

int set_byte(int fd, short type, off_t byte) {
    struct flock lock = one_byte(type, byte);
    return fcntl(fd, F_OFD_SETLK, &lock) == 0 ? 0 : errno;
}

/// EAGAIN: another open file holds it.
int test_byte(int fd, off_t byte) {
    struct flock lock = one_byte(F_WRLCK, byte);
    if (fcntl(fd, F_OFD_GETLK, &lock) != 0) return errno;
    return lock.l_type == F_UNLCK ? 0 : EAGAIN;
}

}  // namespace

Fail FileLock::refusal(std::string text, int error) const {
    if (error != EAGAIN && error != EACCES) text += fmt::format(": {}", std::strerror(error));
    return fail(Error(std::move(text)).with_hint(fmt::format("Is another process using the image [{}]?", filename_)));
}

int FileLock::change(unsigned used, unsigned unshared) {
    for (unsigned bit = 0; bit < kBits; ++bit) {
        const unsigned mask = 1u << bit;
        if ((used ^ used_) & mask) {
            if (const int error = set_byte(fd_, used & mask ? F_RDLCK : F_UNLCK, kUsedBase + off_t(bit))) return error;
            used_ ^= mask;
        }
        if ((unshared ^ unshared_) & mask) {
            if (const int error = set_byte(fd_, unshared & mask ? F_RDLCK : F_UNLCK, kUnsharedBase + off_t(bit)))
                return error;
            unshared_ ^= mask;
        }
    }
    return 0;
}

Result<void> FileLock::check(unsigned used, unsigned unshared) const {
    for (unsigned bit = 0; bit < kBits; ++bit)
        if (used & 1u << bit)
            if (const int error = test_byte(fd_, kUnsharedBase + off_t(bit)))
                return refusal(fmt::format("Failed to get \"{}\" lock", permission_names(1u << bit)), error);
    for (unsigned bit = 0; bit < kBits; ++bit)
        if (unshared & 1u << bit)
            if (const int error = test_byte(fd_, kUsedBase + off_t(bit)))
                return refusal(fmt::format("Failed to get shared \"{}\" lock", permission_names(1u << bit)), error);
    return {};
}

Result<void> FileLock::set(BlockPermissions wanted) {
    const unsigned used = wanted.perm, unshared = ~wanted.shared & BlockPermissions::all;
    const unsigned used_before = used_, unshared_before = unshared_;
    // Lock first, look after: of two processes that do this at once at least one sees the other.
    if (const int error = change(used | used_, unshared | unshared_)) {
        (void)change(used_before, unshared_before);
        return fail(fmt::format("Failed to lock image: {}", std::strerror(error)));
    }
    if (auto clear = check(used, unshared); !clear) {
        (void)change(used_before, unshared_before);
        return clear;
    }
    (void)change(used, unshared);
    return {};
}

}  // namespace rhea
