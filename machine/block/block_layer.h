#pragma once
/// All block nodes and backends of the machine.
#include <uv.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "machine/block/backend.h"
#include "machine/block/drive.h"
#include "machine/block/node.h"
#include "machine/block/work_queue.h"
#include "monitor/event_bus.h"

namespace rhea {

class BlockHost;
class FifoWait;
class FlatOptions;
class Jobs;
struct BlockdevRef;
struct BlockdevOptions;

/// Loop thread only. Outlived by `loop`, `events` and `host`; outlives the devices. Its destructor waits for requests.
/// Opening a file may wait for its file system, as it does in QEMU, but never for another process.
class BlockLayer {
public:
    BlockLayer(uv_loop_t* loop, EventBus& events, BlockHost& host);
    ~BlockLayer();
    BlockLayer(const BlockLayer&) = delete;
    BlockLayer& operator=(const BlockLayer&) = delete;

    // --- nodes --------------------------------------------------------------------------------------------------------
    /// blockdev-add and -blockdev: makes a node that the monitor owns.
    Result<void> add_node(const BlockdevOptions& options);
    Result<void> delete_node(std::string_view node_name);
    /// blockdev-reopen: nodes in use get other options. All of them or none.
    Result<void> reopen(const std::vector<BlockdevOptions>& options);
    BlockNode* find_node(std::string_view node_name) const;
    /// Oldest first.
    std::vector<std::shared_ptr<BlockNode>> nodes() const;
    /// A -drive's medium or a node. "Cannot find device='x' nor node-name='y'"
    Result<std::shared_ptr<BlockNode>> lookup(std::string_view device, std::string_view node_name) const;
    /// Opens an image as -drive does: by file name and dotted options; finds out the format when nobody says it.
    Result<std::shared_ptr<BlockNode>> open_image(std::optional<std::string> filename, FlatOptions options);
    /// Grows or shrinks a node while no request is under way, off the loop; tells the devices on it.
    void resize(std::shared_ptr<BlockNode> node, std::uint64_t bytes, std::function<void(Result<void>)> done);

    // --- backends -----------------------------------------------------------------------------------------------------
    /// In the order of creation, which is that of query-block.
    const std::vector<std::unique_ptr<BlockBackend>>& backends() const { return backends_; }
    BlockBackend* find_backend(std::string_view name) const;
    /// As commands name a drive: exactly one of a backend's name and a device's id or QOM path.
    Result<BlockBackend*> find_drive(const std::optional<std::string>& device, const std::optional<std::string>& id) const;
    /// For a device's property drive=VALUE: the -drive of that name, or a new anonymous backend over that node. `property`
    /// is "ide-hd.drive", for the error.
    Result<BlockBackend*> backend_for_property(std::string_view property, std::string_view value);
    /// For a removable drive without drive=: anonymous, no medium.
    BlockBackend& make_empty_backend();
    BlockBackend& make_backend(std::string name);
    /// Ends a backend (and the -drive that it is). Its device is detached.
    void remove_backend(BlockBackend& backend);
    /// drive_del: the medium goes at once, and with it the name; a device that is on it stays, without.
    void delete_drive(BlockBackend& backend);

    // --- media --------------------------------------------------------------------------------------------------------
    Result<void> insert(BlockBackend& backend, std::shared_ptr<BlockNode> node);
    void remove_medium(BlockBackend& backend);
    /// Moves the medium in or out at the device and reports the tray.
    void move_medium(BlockBackend& backend, bool load);

    // --- drives -------------------------------------------------------------------------------------------------------
    Result<DriveInfo*> add_drive(const DriveOptions& options);
    /// Drives on one bus; 0: all are on bus 0. That of IDE's is the machine's.
    int units_per_bus(DriveInterface interface) const;
    void set_ide_units(int units) { ide_units_ = units; }
    /// The limits that backends share under this name; new when there are none.
    std::shared_ptr<ThrottleGroup> throttle_group(const std::string& name);
    /// One that somebody has: "Throttle group 'x' does not exist".
    Result<std::shared_ptr<ThrottleGroup>> named_throttle_group(const std::string& name) const;
    /// Null: nobody has one of this name.
    std::shared_ptr<ThrottleGroup> find_throttle_group(const std::string& name) const;
    const std::vector<std::unique_ptr<DriveInfo>>& drives() const { return drives_; }
    /// For the board: the drive at this place, or null.
    DriveInfo* find_drive_at(DriveInterface interface, int bus, int unit) const;

    // --- jobs ---------------------------------------------------------------------------------------------------------
    Jobs& jobs() { return *jobs_; }
    /// A job goes by its drive's name unless it is given one; a node has none to lend.
    std::string job_id(const std::optional<std::string>& given, const std::string& device) const;
    /// Of the drive that has this node as its medium, under a job's filters if need be; empty: there is none.
    std::string drive_name(const BlockNode& node) const;
    /// "Node 'x' is busy: block device is in use by block job: mirror"
    Result<void> check_free(const BlockNode& node) const;
    /// For the node that a job puts over `below`: `name` is checked, or made up.
    Result<BlockNodeSettings> filter_settings(const BlockNode& below, const std::optional<std::string>& name);
    /// A node that was made elsewhere is known by its name.
    void adopt(const std::shared_ptr<BlockNode>& node) { nodes_.push_back(node); }
    /// A node by its name, or one that is defined here.
    Result<std::shared_ptr<BlockNode>> open_reference(const BlockdevRef& reference);

    // --- requests -----------------------------------------------------------------------------------------------------
    WorkQueue& work() { return work_; }
    const WorkQueue& work() const { return work_; }
    /// Waits for every request.
    void drain() { work_.drain(nullptr); }

    /// Null: it is no FIFO, or cannot be opened.
    FifoWait* wait_for_fifo(const std::string& path);
    void forget(const FifoWait* wait);

    EventBus& events() { return events_; }
    BlockHost& host() { return host_; }

private:
    struct Inherited;
    Result<std::shared_ptr<BlockNode>> open_options(const BlockdevOptions& options, const Inherited* parent);
    Result<std::shared_ptr<BlockNode>> open_flat(std::optional<std::string> filename, FlatOptions flat,
                                                 const Inherited* parent);
    Result<std::shared_ptr<BlockNode>> make_node(const BlockdevOptions& options, const Inherited* parent,
                                                 std::shared_ptr<BlockNode> child, bool probed);
    Result<void> reopen_one(const BlockdevOptions& options, std::vector<std::function<void()>>& undo);
    Result<BlockNodeSettings> make_settings(const BlockdevOptions& options, const Inherited* parent);
    Result<void> check_node_name(const std::string& name) const;
    std::string generate_node_name();
    void resumed();

    EventBus& events_;
    BlockHost& host_;
    WorkQueue work_;
    std::unique_ptr<Jobs> jobs_;
    mutable std::vector<std::weak_ptr<BlockNode>> nodes_;
    std::vector<std::shared_ptr<BlockNode>> monitor_nodes_;
    std::vector<std::unique_ptr<BlockBackend>> backends_;
    std::vector<std::unique_ptr<DriveInfo>> drives_;
    std::vector<std::weak_ptr<ThrottleGroup>> throttle_groups_;
    std::vector<std::unique_ptr<FifoWait>> fifo_waits_;
    uv_loop_t* loop_;
    std::uint64_t node_names_ = 0;
    std::uint64_t random_;
    int ide_units_ = 2;
};

}  // namespace rhea
