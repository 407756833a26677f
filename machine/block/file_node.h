#pragma once
/// A file or device of the host: drivers "file" and "host_device".
#include <mutex>
#include <shared_mutex>

#include "machine/block/file_lock.h"
#include "machine/block/node.h"
#include "machine/block/options.h"

namespace rhea {

class BlockHost;

/// One open file. Every way of aio= is done by worker threads.
class FileNode final : public BlockNode {
public:
    /// Never blocks on a FIFO or a terminal; those are refused. `driver` is file or host_device.
    static Result<std::shared_ptr<BlockNode>> open(BlockHost& host, BlockdevDriver driver, BlockNodeSettings settings,
                                                   const BlockdevFile& options);
    FileNode(BlockHost& host, BlockdevDriver driver, BlockNodeSettings settings, std::string path);
    ~FileNode() override;

    BlockdevDriver driver() const override { return driver_; }
    std::optional<std::uint64_t> allocated_size() const override;
    QDict full_options() const override;
    std::optional<std::string> exact_filename() const override { return path_; }
    bool has_image_info() const override { return true; }
    bool is_protocol() const override { return true; }
    Extent extent(std::uint64_t offset, std::uint64_t bytes) override;

protected:
    std::uint64_t byte_size() const override { return bytes_; }
    int do_read(std::uint64_t offset, std::span<std::uint8_t> buffer) override;
    int do_write(std::uint64_t offset, std::span<const std::uint8_t> buffer) override;
    int do_write_zeroes(std::uint64_t offset, std::uint64_t bytes, bool may_unmap) override;
    int do_discard(std::uint64_t offset, std::uint64_t bytes) override;
    int do_flush() override;
    Result<void> do_truncate(std::uint64_t bytes) override;
    Result<void> apply_permissions(BlockPermissions wanted) override;
    Result<void> prepare_settings(const BlockNodeSettings& next) override;

private:
    Result<int> open_fd(bool writable) const;
    Result<void> open_first();
    void probe_alignment(bool direct);
    int fd() const { return writable_fd_ >= 0 ? writable_fd_ : fd_; }
    int read_direct(std::uint64_t offset, std::span<std::uint8_t> buffer) const;
    int write_direct(std::uint64_t offset, std::span<const std::uint8_t> buffer);

    BlockHost& host_;
    BlockdevDriver driver_;
    std::string path_;
    bool use_locks_ = true;
    int fd_ = -1;                   // for reading and for the locks; open as long as the node lives
    int writable_fd_ = -1;          // for all requests while it is open
    std::shared_mutex fd_mutex_;    // requests share it, a change of writable_fd_ owns it
    std::mutex read_modify_write_;  // unaligned writes that bypass the cache
    std::atomic<std::uint64_t> bytes_{0};
    std::size_t alignment_ = 1;  // of requests, with cache.direct
    FileLock lock_;
};

}  // namespace rhea
