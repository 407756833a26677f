#pragma once
/// What a device (disk, CD-ROM, floppy drive) attaches to: a medium that may be missing, its error policy and statistics.
///
/// A disk controller's way with a request:
///
///     backend->read(offset, buffer, [this](const IoOutcome& io) {
///         if (!io.ok()) switch (backend->handle_error(io)) {
///             case BlockErrorAction::stop:   keep_for_retry(); return;      // again in BlockDevice::retry()
///             case BlockErrorAction::report: set_error_bits(); return;
///             case BlockErrorAction::ignore: break;                         // goes on as if it had worked
///         }
///         transfer();
///     });
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "machine/block/io.h"
#include "machine/block/node.h"
#include "machine/block/policy.h"
#include "machine/block/stats.h"
#include "machine/block/throttle.h"
#include "qobject/error.h"

namespace rhea {

class BlockBackend;
class BlockLayer;

/// The device's side of a backend. The device calls `BlockBackend::detach` before it dies.
class BlockDevice {
public:
    virtual ~BlockDevice() = default;

    virtual std::string_view qdev_id() const = 0;  ///< as given with -device; empty: anonymous
    virtual std::string qom_path() const = 0;

    /// Removable media. A drive without a tray (floppy) has removable_medium() alone.
    virtual bool removable_medium() const { return false; }
    virtual bool has_tray() const { return false; }
    virtual bool tray_open() const { return false; }
    virtual bool medium_locked() const { return false; }
    /// The monitor loads (true) or unloads the medium; the device moves its tray (closed when loaded, open when unloaded)
    /// and tells the guest. `load` of a backend without medium closes an empty tray. The event is the backend's business.
    virtual void medium_changed(bool load) { (void)load; }
    /// The monitor asks for a locked medium: the guest is to be told that the eject button was pressed. `force`: the device
    /// forgets its lock.
    virtual void eject_request(bool force) { (void)force; }
    /// The size of the medium is another one.
    virtual void resized() {}
    /// The machine goes on: do again what was kept after BlockErrorAction::stop. From the loop.
    virtual void retry() {}
};

/// How a device will use its backend.
struct BlockUse {
    bool writable = true;         ///< false: the device never writes (CD-ROM)
    bool write_optional = false;  ///< writable where the medium is; no error otherwise (floppy)
    bool share_rw = false;        ///< its property share-rw
    bool resizable = true;        ///< the device copes with a new size (ide-hd and virtio-blk do; floppy and CD-ROM do not)
    bool io_status = false;       ///< query-block shows io-status (IDE, SCSI and virtio do, floppy does not)
    /// Properties rerror and werror of the device; automatic: those of -drive, else the defaults (report, enospc).
    BlockdevOnError rerror = BlockdevOnError::automatic;
    BlockdevOnError werror = BlockdevOnError::automatic;
    std::string called = {};      ///< what the device will be known by, while it has no place yet
};

/// Loop thread only; work on files is done by worker threads. Owned by the BlockLayer; a named one (-drive) lives until the
/// layer or drive_del ends it, an anonymous one until its device detaches.
class BlockBackend {
public:
    ~BlockBackend();
    BlockBackend(const BlockBackend&) = delete;
    BlockBackend& operator=(const BlockBackend&) = delete;

    const std::string& name() const { return name_; }  ///< "ide0-hd0"; empty: anonymous (made for a node)
    BlockNode* root() const { return root_.node(); }   ///< null: no medium
    const BlockEdge& root_edge() const { return root_; }
    bool inserted() const { return root() != nullptr; }
    /// inserted, and the tray (if there is one) is closed: what a guest can read.
    bool available() const;

    // --- the device ---------------------------------------------------------------------------------------------------
    /// Errors: "Block node is read-only" when it wants to write and cannot; a conflict with other users of the node.
    Result<void> attach(BlockDevice& device, const BlockUse& use);
    /// Waits for requests under way. An anonymous backend is gone afterwards, one whose attach failed too.
    void detach();
    /// As detach(), when the device was unplugged for good: a drive that was made for it (-drive) is gone, too.
    void retire();
    BlockDevice* device() const { return device_; }
    /// The guest opened or closed the tray (START STOP UNIT): emits DEVICE_TRAY_MOVED. The device has set its state before.
    void guest_moved_tray(bool open);

    // --- requests -----------------------------------------------------------------------------------------------------
    /// Buffers stay valid until the completion. Beyond the end: EIO. No medium: ENOMEDIUM. Any alignment is fine.
    void read(std::uint64_t offset, std::span<std::uint8_t> buffer, IoCompletion done);
    /// `fua`: on stable storage before the completion.
    void write(std::uint64_t offset, std::span<const std::uint8_t> buffer, IoCompletion done, bool fua = false);
    void write_zeroes(std::uint64_t offset, std::uint64_t bytes, IoCompletion done);
    void flush(IoCompletion done);
    void discard(std::uint64_t offset, std::uint64_t bytes, IoCompletion done);
    /// For what happens outside a guest's request (a disk's geometry): waits for the file, is not counted. An errno value.
    int read_now(std::uint64_t offset, std::span<std::uint8_t> buffer);
    int write_now(std::uint64_t offset, std::span<const std::uint8_t> buffer);
    /// Waits until no request of this backend is under way; their completions have run when it returns (a device's reset).
    void drain();
    unsigned in_flight() const { return in_flight_; }

    /// Bytes of the medium; 0 without one.
    std::uint64_t size() const;
    bool read_only() const;  ///< of the medium; true without one
    /// The guest may turn the write cache off (IDE SET FEATURES 82h): every write is flushed then.
    void set_write_cache(bool on) { write_cache_ = on; }
    bool write_cache() const { return write_cache_; }

    // --- errors and statistics ----------------------------------------------------------------------------------------
    /// Decides by the policy what becomes of a failed request; sets io-status, accounts, emits BLOCK_IO_ERROR and stops the
    /// machine where that is due. Devices without policy (floppy, ATAPI PIO) call `stats().failed(io)` instead.
    BlockErrorAction handle_error(const IoOutcome& io);
    /// Successful requests are accounted by the backend, failed ones in handle_error. The device accounts invalid ones
    /// (beyond the end): `stats().invalid(IoKind::read)`.
    BlockStats& stats() { return stats_; }
    const BlockStats& stats() const { return stats_; }
    /// What was asked for; automatic when nothing was.
    BlockdevOnError rerror() const { return rerror_; }
    BlockdevOnError werror() const { return werror_; }
    bool io_status_enabled() const;
    BlockDeviceIoStatus io_status() const { return io_status_; }
    void reset_io_status() { io_status_ = BlockDeviceIoStatus::ok; }

    // --- for the layer and its commands -------------------------------------------------------------------------------
    /// The id or the QOM path of the device, as query-block's "qdev"; empty without one.
    std::string qdev() const;
    bool removable() const { return !device_ || device_->removable_medium(); }
    /// Null: no limits.
    const ThrottleGroup* throttle() const { return throttle_.get(); }
    void set_throttle(std::shared_ptr<ThrottleGroup> group) { throttle_ = std::move(group); }
    void set_policies(BlockdevOnError rerror, BlockdevOnError werror) {
        rerror_ = rerror;
        werror_ = werror;
    }
    /// How a medium is opened when a command does not say it: as the one before.
    struct RootState {
        bool read_only = true;
        bool cache_direct = false, cache_no_flush = false, unmap = false;
        BlockdevDetectZeroes detect_zeroes = BlockdevDetectZeroes::off;
    };
    const RootState& root_state() const { return root_state_; }
    void set_root_state(const RootState& state) { root_state_ = state; }

private:
    friend class BlockLayer;
    BlockBackend(BlockLayer& layer, std::string name);
    void submit(IoKind kind, std::uint64_t offset, std::uint64_t bytes, std::function<int(BlockNode&)> work,
                IoCompletion done);
    void report_thresholds();
    BlockPermissions permissions_for(const BlockNode* node) const;
    Result<void> insert(std::shared_ptr<BlockNode> node);
    void remove();

    BlockLayer& layer_;
    std::string name_;
    BlockEdge root_;
    RootState root_state_;
    BlockDevice* device_ = nullptr;
    BlockUse use_;
    BlockPermissions idle_permissions_;  // while no device is attached
    BlockStats stats_;
    BlockdevOnError rerror_ = BlockdevOnError::automatic, werror_ = BlockdevOnError::automatic;
    BlockDeviceIoStatus io_status_ = BlockDeviceIoStatus::ok;
    std::shared_ptr<ThrottleGroup> throttle_;
    unsigned in_flight_ = 0;
    bool write_cache_ = true;
};

}  // namespace rhea
