#include "machine/block/backend.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "machine/block/block_layer.h"
#include "machine/block/host.h"
#include "machine/block/trace_points.h"

namespace rhea {

BlockBackend::BlockBackend(BlockLayer& layer, std::string name)
    : layer_(layer), name_(std::move(name)), root_("root", true, [this] {
          std::string user = name_.empty() ? qdev() : name_;
          if (user.empty()) user = use_.called;
          return user.empty() ? std::string("an unnamed block device") : fmt::format("block device '{}'", user);
      }),
      stats_(layer.host()) {
    if (!name_.empty()) idle_permissions_.perm = BlockPermissions::consistent_read;
}

BlockBackend::~BlockBackend() { drain(); }

bool BlockBackend::available() const { return inserted() && !(device_ && device_->has_tray() && device_->tray_open()); }

std::string BlockBackend::qdev() const {
    if (!device_) return {};
    return device_->qdev_id().empty() ? device_->qom_path() : std::string(device_->qdev_id());
}

BlockPermissions BlockBackend::permissions_for(const BlockNode* node) const {
    if (!device_) return idle_permissions_;
    BlockPermissions wanted{BlockPermissions::consistent_read,
                            BlockPermissions::consistent_read | BlockPermissions::write_unchanged};
    const bool writable = use_.writable && (!use_.write_optional || (node && !node->read_only()));
    if (writable) wanted.perm |= BlockPermissions::write;
    if (use_.resizable) wanted.shared |= BlockPermissions::resize;
    if (use_.share_rw) wanted.shared |= BlockPermissions::write;
    return wanted;
}

Result<void> BlockBackend::attach(BlockDevice& device, const BlockUse& use) {
    if (device_) return fail(fmt::format("Drive '{}' is already in use by another device", name_));
    device_ = &device;
    use_ = use;
    if (auto done = root_.set_permissions(permissions_for(root())); !done) {
        device_ = nullptr;
        return done;
    }
    rerror_ = resolve_read_policy(use.rerror == BlockdevOnError::automatic ? rerror_ : use.rerror);
    werror_ = resolve_write_policy(use.werror == BlockdevOnError::automatic ? werror_ : use.werror);
    io_status_ = BlockDeviceIoStatus::ok;
    return {};
}

void BlockBackend::detach() {
    drain();
    device_ = nullptr;
    use_ = {};
    idle_permissions_ = {};
    if (name_.empty()) return layer_.remove_backend(*this);
    (void)root_.set_permissions(idle_permissions_);
}

void BlockBackend::retire() {
    const bool named = !name_.empty();
    detach();
    if (named) layer_.remove_backend(*this);
}

void BlockBackend::guest_moved_tray(bool open) { layer_.events().emit(DeviceTrayMoved{name_, qdev(), open}); }

Result<void> BlockBackend::insert(std::shared_ptr<BlockNode> node) {
    const BlockPermissions wanted = permissions_for(node.get());
    trace_block<"blk_root_attach">("child {} blk {} bs {}", fmt::ptr(&root_), fmt::ptr(this), fmt::ptr(node.get()));
    return root_.attach(std::move(node), wanted);
}

void BlockBackend::remove() {
    drain();
    if (const BlockNode* node = root()) {
        const BlockNodeSettings& s = node->settings();
        trace_block<"blk_root_detach">("child {} blk {} bs {}", fmt::ptr(&root_), fmt::ptr(this), fmt::ptr(node));
        root_state_ = {s.read_only, s.cache_direct, s.cache_no_flush, s.unmap, s.detect_zeroes};
    }
    root_.detach();
}

void BlockBackend::submit(IoKind kind, std::uint64_t offset, std::uint64_t bytes, std::function<int(BlockNode&)> work,
                          IoCompletion done) {
    const auto now = static_cast<std::uint64_t>(layer_.host().accounting_now());
    const IoOutcome begun{0, kind, offset, bytes, static_cast<std::int64_t>(now)};
    auto node = root_.shared_node();
    const void *blk = this, *bs = node.get();
    if (kind == IoKind::read) trace_block<"blk_co_preadv">("blk {} bs {} offset {} bytes {} flags 0x0", blk, bs, offset, bytes);
    if (kind == IoKind::write) trace_block<"blk_co_pwritev">("blk {} bs {} offset {} bytes {} flags 0x0", blk, bs, offset, bytes);
    const std::uint64_t node_latency = node ? node->latency_ns() : 0;
    std::uint64_t delay = node ? node->delay_ns(kind, bytes, now) : 0;
    if (throttle_ && (kind == IoKind::read || kind == IoKind::write))
        delay += throttle_->delay_ns(kind == IoKind::write, bytes, now);
    ++in_flight_;
    layer_.work().submit(
        this, WorkQueue::For::guest, [node = std::move(node), work = std::move(work)] { return node ? work(*node) : ENOMEDIUM; },
        [this, begun, done = std::move(done)](int error) {
            --in_flight_;
            IoOutcome io = begun;
            io.error = error;
            if (io.kind == IoKind::write) report_thresholds();
            if (io.ok()) stats_.done(io);
            done(io);
        },
        {.limits_ns = delay, .latency_ns = node_latency});
}

void BlockBackend::report_thresholds() {
    const BlockEdge* edge = &root_;
    while (BlockNode* node = edge ? edge->node() : nullptr) {
        if (auto passed = node->take_threshold_passed())
            layer_.events().emit(BlockWriteThreshold{node->name(), passed->exceeded_by, passed->threshold});
        edge = node->child_edge();
    }
}

void BlockBackend::read(std::uint64_t offset, std::span<std::uint8_t> buffer, IoCompletion done) {
    submit(
        IoKind::read, offset, buffer.size(), [offset, buffer](BlockNode& node) { return node.pread(offset, buffer); },
        std::move(done));
}

void BlockBackend::write(std::uint64_t offset, std::span<const std::uint8_t> buffer, IoCompletion done, bool fua) {
    const bool flush = fua || !write_cache_;
    submit(
        IoKind::write, offset, buffer.size(),
        [offset, buffer, flush](BlockNode& node) {
            const int error = node.pwrite(offset, buffer);
            return error || !flush ? error : node.flush();
        },
        std::move(done));
}

void BlockBackend::write_zeroes(std::uint64_t offset, std::uint64_t bytes, IoCompletion done) {
    const bool flush = !write_cache_;
    submit(
        IoKind::write, offset, bytes,
        [offset, bytes, flush](BlockNode& node) {
            const int error = node.write_zeroes(offset, bytes, true);
            return error || !flush ? error : node.flush();
        },
        std::move(done));
}

void BlockBackend::flush(IoCompletion done) {
    submit(
        IoKind::flush, 0, 0, [](BlockNode& node) { return node.flush(); }, std::move(done));
}

void BlockBackend::discard(std::uint64_t offset, std::uint64_t bytes, IoCompletion done) {
    submit(
        IoKind::discard, offset, bytes, [offset, bytes](BlockNode& node) { return node.discard(offset, bytes); },
        std::move(done));
}

int BlockBackend::read_now(std::uint64_t offset, std::span<std::uint8_t> buffer) {
    return inserted() ? root()->pread(offset, buffer) : ENOMEDIUM;
}

int BlockBackend::write_now(std::uint64_t offset, std::span<const std::uint8_t> buffer) {
    if (!inserted()) return ENOMEDIUM;
    const int error = root()->pwrite(offset, buffer);
    return error || write_cache_ ? error : root()->flush();
}

void BlockBackend::drain() { layer_.work().drain(this); }

std::uint64_t BlockBackend::size() const { return inserted() ? root()->size() : 0; }

bool BlockBackend::read_only() const { return inserted() ? root()->read_only() : root_state_.read_only; }

bool BlockBackend::io_status_enabled() const {
    if (!device_ || !use_.io_status) return false;
    return werror_ == BlockdevOnError::enospc || werror_ == BlockdevOnError::stop || rerror_ == BlockdevOnError::stop;
}

BlockErrorAction BlockBackend::handle_error(const IoOutcome& io) {
    const bool is_read = io.kind == IoKind::read;
    const BlockErrorAction action = decide(is_read ? resolve_read_policy(rerror_) : resolve_write_policy(werror_), io.error);
    switch (action) {
        case BlockErrorAction::report: stats_.failed(io); break;
        case BlockErrorAction::ignore: stats_.done(io); break;
        case BlockErrorAction::stop:
            // The first error stays until `cont`.
            if (io_status_enabled() && io_status_ == BlockDeviceIoStatus::ok)
                io_status_ = io.error == ENOSPC ? BlockDeviceIoStatus::nospace : BlockDeviceIoStatus::failed;
            break;
    }
    BlockIoError event;
    event.device = name_;
    if (inserted()) event.node_name = root()->name();
    event.operation = is_read ? IoOperationType::read : IoOperationType::write;
    event.action = action;
    if (io_status_enabled()) event.nospace = io.error == ENOSPC;
    event.reason = std::strerror(io.error);
    layer_.events().emit(event);
    if (action == BlockErrorAction::stop) layer_.host().vm_stop_io_error();
    return action;
}

}  // namespace rhea
