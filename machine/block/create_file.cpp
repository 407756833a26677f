#include "machine/block/create_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "machine/block/file_lock.h"
#include "machine/block/host.h"

namespace rhea {
namespace {

constexpr std::uint64_t kDefaultExtentHint = 1 << 20;

Result<void> allocate(int fd, std::uint64_t size) {
    const int error = size == 0 ? 0 : ::posix_fallocate(fd, 0, static_cast<off_t>(size));
    if (error) return fail(fmt::format("Could not preallocate data for the new file: {}", std::strerror(error)));
    return {};
}

Result<void> write_zeroes(int fd, std::uint64_t size) {
    const std::vector<char> zeroes(64 << 10);
    std::uint64_t at = 0;
    while (at < size) {
        const ssize_t written = ::pwrite(fd, zeroes.data(), std::min<std::uint64_t>(zeroes.size(), size - at), static_cast<off_t>(at));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return fail(fmt::format("Could not write zeros for preallocation: {}", std::strerror(written ? errno : ENOSPC)));
        at += static_cast<std::uint64_t>(written);
    }
    if (::fsync(fd) != 0) return fail(fmt::format("Could not flush file to disk: {}", std::strerror(errno)));
    return {};
}

}  // namespace

Result<FileDescriptor> open_for_creation(BlockHost& host, const std::string& path) {
    FileDescriptor fd(host.open_file(path, O_RDWR | O_CREAT | O_NONBLOCK | O_NOCTTY));
    if (!fd) return fail(fmt::format("Could not create '{}': {}", path, std::strerror(errno)));
    return fd;
}

Result<void> fill_created(int fd, const CreateFile& options) {
    FileLock lock;
    lock.bind(fd, options.filename);
    constexpr unsigned kUsed = BlockPermissions::write | BlockPermissions::resize;
    RHEA_CHECK(lock.set({kUsed, BlockPermissions::all & ~unsigned{BlockPermissions::resize}}));
    const auto resize = [fd](std::uint64_t size) -> Result<void> {
        if (::ftruncate(fd, static_cast<off_t>(size)) == 0) return {};
        return fail(fmt::format("Could not resize file: {}", std::strerror(errno)));
    };
    RHEA_CHECK(resize(0));
    if (options.nocow.value_or(false)) {
        // Advice: most file systems know no such flag.
        int flags = 0;
        if (::ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0) {
            flags |= FS_NOCOW_FL;
            (void)::ioctl(fd, FS_IOC_SETFLAGS, &flags);
        }
    }
    // So that the file does not end up in pieces; advice, too.
    struct fsxattr attributes {};
    const std::uint64_t hint = options.extent_size_hint.value_or(kDefaultExtentHint);
    if (hint && ::ioctl(fd, FS_IOC_FSGETXATTR, &attributes) == 0) {
        attributes.fsx_xflags |= FS_XFLAG_EXTSIZE;
        attributes.fsx_extsize = static_cast<std::uint32_t>(std::min<std::uint64_t>(hint, UINT32_MAX));
        (void)::ioctl(fd, FS_IOC_FSSETXATTR, &attributes);
    }
    switch (options.preallocation.value_or(PreallocMode::off)) {
        case PreallocMode::off: return resize(options.size);
        case PreallocMode::falloc: RHEA_CHECK(allocate(fd, options.size)); return {};
        case PreallocMode::full: RHEA_CHECK(write_zeroes(fd, options.size)); return {};
        case PreallocMode::metadata: break;
    }
    return fail("Unsupported preallocation mode: metadata");
}

}  // namespace rhea
