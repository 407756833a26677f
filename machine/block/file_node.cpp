#include "machine/block/file_node.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "machine/block/host.h"

namespace rhea {
namespace {

/// Beyond the end of the file there are zeroes.
int read_fully(int fd, std::uint64_t offset, std::uint8_t* at, std::size_t left) {
    while (left) {
        const ssize_t got = ::pread(fd, at, left, static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno;
        if (got == 0) {
            std::memset(at, 0, left);
            return 0;
        }
        at += got;
        offset += static_cast<std::uint64_t>(got);
        left -= static_cast<std::size_t>(got);
    }
    return 0;
}

int write_fully(int fd, std::uint64_t offset, const std::uint8_t* at, std::size_t left) {
    while (left) {
        const ssize_t put = ::pwrite(fd, at, left, static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return errno;
        if (put == 0) return ENOSPC;
        at += put;
        offset += static_cast<std::uint64_t>(put);
        left -= static_cast<std::size_t>(put);
    }
    return 0;
}

/// Memory that O_DIRECT takes.
class AlignedBuffer {
public:
    explicit AlignedBuffer(std::size_t bytes)
        : data_(static_cast<std::uint8_t*>(std::aligned_alloc(kPage, (bytes + kPage - 1) / kPage * kPage))) {}
    ~AlignedBuffer() { std::free(data_); }
    AlignedBuffer(const AlignedBuffer&) = delete;
    AlignedBuffer& operator=(const AlignedBuffer&) = delete;
    std::uint8_t* data() { return data_; }

private:
    static constexpr std::size_t kPage = 4096;
    std::uint8_t* data_;
};
constexpr std::size_t kBounceBytes = 1 << 20;

bool is_fd_set(std::string_view path) { return path.starts_with("/dev/fdset/"); }

}  // namespace

FileNode::FileNode(BlockHost& host, BlockdevDriver driver, BlockNodeSettings settings, std::string path)
    : BlockNode(std::move(settings)), host_(host), driver_(driver), path_(std::move(path)) {}

FileNode::~FileNode() {
    if (writable_fd_ >= 0) ::close(writable_fd_);
    if (fd_ >= 0) ::close(fd_);
}

Result<std::shared_ptr<BlockNode>> FileNode::open(BlockHost& host, BlockdevDriver driver, BlockNodeSettings settings,
                                                  const BlockdevFile& options) {
    if (options.filename.empty()) return fail(fmt::format("The '{}' block driver requires a file name", enum_name(driver)));
    if (options.aio == BlockdevAio::native && !settings.cache_direct)
        return fail("aio=native was specified, but it requires cache.direct=on, which was not specified.");
    if (options.pr_manager) return fail(fmt::format("No persistent reservation manager with id '{}'", *options.pr_manager));
    auto node = std::make_shared<FileNode>(host, driver, std::move(settings), options.filename);
    node->use_locks_ = options.locking != FileLocking::off;
    RHEA_CHECK(node->open_first());
    return node;
}

Result<int> FileNode::open_fd(bool writable) const {
    // O_NONBLOCK: opening a FIFO or a terminal line must not wait; for files and disks it changes nothing.
    const int flags = (writable ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_NOCTTY;
    const int direct = settings().cache_direct ? O_DIRECT : 0;
    const int fd = host_.open_file(path_, flags | direct);
    if (fd >= 0) return fd;
    const int error = errno;
    if (error == EINVAL && direct) {
        const int without = host_.open_file(path_, flags);
        if (without >= 0) {
            ::close(without);
            return fail(fmt::format("Could not open '{}': filesystem does not support O_DIRECT", path_));
        }
    }
    if (is_fd_set(path_)) {
        if (error == EINVAL) return fail(fmt::format("Could not parse fdset {}", path_));
        return fail(fmt::format("Could not dup FD for {} flags {:x}: {}", path_, (flags & O_ACCMODE) | direct,
                                std::strerror(error)));
    }
    return fail(fmt::format("Could not open '{}': {}", path_, std::strerror(error)));
}

Result<void> FileNode::open_first() {
    if (!read_only() && !settings().auto_read_only) writable_fd_ = RHEA_TRY(open_fd(true));
    // A set of passed descriptors need not have one for reading alone.
    fd_ = writable_fd_ >= 0 && is_fd_set(path_) ? ::fcntl(writable_fd_, F_DUPFD_CLOEXEC, 0) : RHEA_TRY(open_fd(false));
    struct stat st {};
    if (::fstat(fd_, &st) != 0) return fail(fmt::format("Could not stat file: {}", std::strerror(errno)));
    if (driver_ == BlockdevDriver::file && !S_ISREG(st.st_mode))
        return fail(fmt::format("'file' driver requires '{}' to be a regular file", path_));
    if (driver_ == BlockdevDriver::host_device && !S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
        return fail(fmt::format("'host_device' driver requires '{}' to be either a character or block device", path_));
    if (S_ISREG(st.st_mode)) {
        bytes_ = static_cast<std::uint64_t>(st.st_size);
    } else {
        const off_t end = ::lseek(fd_, 0, SEEK_END);
        bytes_ = end > 0 ? static_cast<std::uint64_t>(end) : 0;
        for (const int fd : {fd_, writable_fd_})  // a device's reads shall wait for their data
            if (fd >= 0) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    }
    probe_alignment(settings().cache_direct);
    lock_.bind(fd_, path_);
    return {};
}

void FileNode::probe_alignment(bool direct) {
    alignment_ = 1;
    if (!direct) return;
    AlignedBuffer buffer(4096);
    alignment_ = ::pread(fd_, buffer.data(), 512, 0) < 0 && errno == EINVAL ? 4096 : 512;
}

Result<void> FileNode::apply_permissions(BlockPermissions wanted) {
    const unsigned writing = BlockPermissions::write | BlockPermissions::write_unchanged | BlockPermissions::resize;
    const bool writable = (wanted.perm & writing) && !read_only();
    int fresh = -1;
    if (writable && writable_fd_ < 0) fresh = RHEA_TRY(open_fd(true));
    if (use_locks_) {
        if (auto locked = lock_.set(wanted); !locked) {
            if (fresh >= 0) ::close(fresh);
            return locked;
        }
    }
    if (fresh >= 0) {
        const std::unique_lock lock(fd_mutex_);
        writable_fd_ = fresh;
    } else if (!writable && settings().auto_read_only && writable_fd_ >= 0) {
        const std::unique_lock lock(fd_mutex_);
        ::close(writable_fd_);
        writable_fd_ = -1;
    }
    return {};
}

Result<void> FileNode::prepare_settings(const BlockNodeSettings& next) {
    const bool opens = !next.read_only && !next.auto_read_only && writable_fd_ < 0;
    const int fresh = opens ? RHEA_TRY(open_fd(true)) : -1;
    if (next.cache_direct != settings().cache_direct) {
        for (const int fd : {fd_, writable_fd_, fresh}) {
            if (fd < 0 || ::fcntl(fd, F_SETFL, (::fcntl(fd, F_GETFL) & ~O_DIRECT) | (next.cache_direct ? O_DIRECT : 0)) == 0)
                continue;
            if (fresh >= 0) ::close(fresh);
            return fail(fmt::format("Could not open '{}': filesystem does not support O_DIRECT", path_));
        }
        probe_alignment(next.cache_direct);
    }
    if (fresh >= 0) {
        writable_fd_ = fresh;
    } else if (next.read_only && writable_fd_ >= 0) {
        ::close(writable_fd_);
        writable_fd_ = -1;
    }
    return {};
}

std::optional<std::uint64_t> FileNode::allocated_size() const {
    struct stat st {};
    if (::fstat(fd_, &st) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(st.st_blocks) * 512;
}

QDict FileNode::full_options() const { return QDict{{"driver", driver_name()}, {"filename", path_}}; }

int FileNode::read_direct(std::uint64_t offset, std::span<std::uint8_t> buffer) const {
    AlignedBuffer bounce(std::min<std::size_t>(buffer.size() + 2 * alignment_, kBounceBytes + 2 * alignment_));
    while (!buffer.empty()) {
        const std::uint64_t start = offset / alignment_ * alignment_;
        const std::size_t skip = static_cast<std::size_t>(offset - start);
        const std::size_t take = std::min(buffer.size(), kBounceBytes);
        const std::size_t whole = (skip + take + alignment_ - 1) / alignment_ * alignment_;
        if (const int error = read_fully(fd(), start, bounce.data(), whole)) return error;
        std::memcpy(buffer.data(), bounce.data() + skip, take);
        buffer = buffer.subspan(take);
        offset += take;
    }
    return 0;
}

int FileNode::write_direct(std::uint64_t offset, std::span<const std::uint8_t> buffer) {
    const bool aligned = offset % alignment_ == 0 && buffer.size() % alignment_ == 0;
    std::unique_lock modify(read_modify_write_, std::defer_lock);
    if (!aligned) modify.lock();
    AlignedBuffer bounce(std::min<std::size_t>(buffer.size() + 2 * alignment_, kBounceBytes + 2 * alignment_));
    while (!buffer.empty()) {
        const std::uint64_t start = offset / alignment_ * alignment_;
        const std::size_t skip = static_cast<std::size_t>(offset - start);
        const std::size_t take = std::min(buffer.size(), kBounceBytes);
        const std::size_t whole = (skip + take + alignment_ - 1) / alignment_ * alignment_;
        if (!aligned)
            if (const int error = read_fully(fd(), start, bounce.data(), whole)) return error;
        std::memcpy(bounce.data() + skip, buffer.data(), take);
        if (const int error = write_fully(fd(), start, bounce.data(), whole)) return error;
        buffer = buffer.subspan(take);
        offset += take;
    }
    return 0;
}

int FileNode::do_read(std::uint64_t offset, std::span<std::uint8_t> buffer) {
    const std::shared_lock lock(fd_mutex_);
    if (alignment_ > 1) return read_direct(offset, buffer);
    return read_fully(fd(), offset, buffer.data(), buffer.size());
}

int FileNode::do_write(std::uint64_t offset, std::span<const std::uint8_t> buffer) {
    const std::shared_lock lock(fd_mutex_);
    if (alignment_ > 1) return write_direct(offset, buffer);
    return write_fully(fd(), offset, buffer.data(), buffer.size());
}

int FileNode::do_write_zeroes(std::uint64_t offset, std::uint64_t bytes, bool may_unmap) {
    {
        const std::shared_lock lock(fd_mutex_);
        const int mode = may_unmap ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE;
        if (::fallocate(fd(), mode | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset), static_cast<off_t>(bytes)) == 0)
            return 0;
        if (errno != EOPNOTSUPP && errno != ENODEV && errno != EINVAL) return errno;
    }
    static constexpr std::uint8_t kZeroes[65536] = {};
    while (bytes) {
        const std::size_t now = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, sizeof kZeroes));
        if (const int error = do_write(offset, {kZeroes, now})) return error;
        offset += now;
        bytes -= now;
    }
    return 0;
}

int FileNode::do_discard(std::uint64_t offset, std::uint64_t bytes) {
    const std::shared_lock lock(fd_mutex_);
    int failed;
    if (driver_ == BlockdevDriver::host_device) {
        std::uint64_t range[2] = {offset, bytes};
        failed = ::ioctl(fd(), BLKDISCARD, range);
    } else {
        failed = ::fallocate(fd(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                             static_cast<off_t>(bytes));
    }
    if (failed) {
        ++discard_stats_.failed;
        // Discarding is advice: a file system that cannot do it is no error.
        return errno == EOPNOTSUPP || errno == ENODEV || errno == ENOTTY ? 0 : errno;
    }
    ++discard_stats_.ok;
    discard_stats_.bytes += bytes;
    return 0;
}

BlockNode::Extent FileNode::extent(std::uint64_t offset, std::uint64_t bytes) {
    const std::shared_lock lock(fd_mutex_);
    if (offset >= bytes_) return {true, bytes};
    const auto from = static_cast<off_t>(offset);
    const off_t data = ::lseek(fd(), from, SEEK_DATA);
    if (data < 0) return {errno == ENXIO, bytes};  // no more data, or not known
    if (data > from) return {true, std::min(bytes, static_cast<std::uint64_t>(data - from))};
    const off_t hole = ::lseek(fd(), from, SEEK_HOLE);
    return {false, hole > from ? std::min(bytes, static_cast<std::uint64_t>(hole - from)) : bytes};
}

int FileNode::do_flush() {
    const std::shared_lock lock(fd_mutex_);
    return writable_fd_ < 0 || ::fdatasync(writable_fd_) == 0 ? 0 : errno;
}

Result<void> FileNode::do_truncate(std::uint64_t bytes) {
    const std::shared_lock lock(fd_mutex_);
    if (driver_ == BlockdevDriver::host_device) {
        if (bytes > bytes_) return fail("Cannot grow device files");
        return {};
    }
    if (::ftruncate(fd(), static_cast<off_t>(bytes)) != 0)
        return fail(fmt::format("Failed to resize the file: {}", std::strerror(errno)));
    bytes_ = bytes;
    return {};
}

}  // namespace rhea
