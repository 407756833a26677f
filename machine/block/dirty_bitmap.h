#pragma once
/// A dirty bitmap of a node: remembers where the node is written, for incremental backups.
#include <atomic>
#include <memory>
#include <string>

#include "machine/block/bitmap_types.h"
#include "machine/block/dirty_map.h"

namespace rhea {

/// Changed on the loop; `written` may come from any thread.
class DirtyBitmap {
public:
    DirtyBitmap(std::string name, std::unique_ptr<DirtyMap> map, bool enabled)
        : name_(std::move(name)), map_(std::move(map)), enabled_(enabled) {}

    const std::string& name() const { return name_; }
    std::uint64_t granularity() const { return map_->granularity(); }
    const DirtyMap& map() const { return *map_; }
    bool enabled() const { return enabled_; }
    void set_enabled(bool on) { enabled_ = on; }
    /// A job uses it: nobody else may.
    bool busy() const { return job_ != nullptr; }
    BlockDirtyInfo info() const;

    /// A write to its node.
    void written(std::uint64_t offset, std::uint64_t bytes) {
        if (enabled_) (job_ ? *job_ : *map_).set(offset, bytes);
    }
    void resize(std::uint64_t size);
    /// What is in it now, to be put back later.
    std::unique_ptr<DirtyMap> copy() const;
    void clear() { map_->clear_all(); }
    void add(const DirtyMap& other) { map_->add(other); }

    /// From here on writes are remembered apart. No request is under way, here and in end_job.
    void begin_job();
    /// `sync`: only what was written meanwhile stays, and what `left` says; else nothing is forgotten.
    void end_job(bool sync, const DirtyMap* left);

private:
    std::string name_;
    std::unique_ptr<DirtyMap> map_;
    std::unique_ptr<DirtyMap> job_;  // writes since the job began
    std::atomic<bool> enabled_;
};

/// "Bitmap 'x' is currently in use by another operation and cannot be used"
Result<void> check_not_busy(const DirtyBitmap& bitmap);

}  // namespace rhea
