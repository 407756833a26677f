#pragma once
/// mirror: makes a target the same as a node and keeps it so, until it takes the node's place or is left alone.
#include "machine/block/jobs/copy_nodes.h"
#include "machine/block/jobs/job.h"

namespace rhea {

class MirrorJob final : public Job {
public:
    struct Plan {
        JobSettings settings;
        std::shared_ptr<BlockNode> source, target;
        bool copies_all = true;  ///< what is there already, too
        bool write_through = false;
        std::uint64_t granularity = 0;  ///< bytes; 0: as it fits
        BlockdevOnError on_source_error{}, on_target_error{};
        std::optional<std::string> filter_name, replaces;
        std::int64_t speed = 0;
    };
    /// As BackupJob::create.
    static Result<MirrorJob*> create(class BlockLayer& layer, Plan plan);
    MirrorJob(class BlockLayer& layer, Plan plan, std::shared_ptr<MirrorTopNode> filter, std::shared_ptr<DirtyMap> dirty);
    ~MirrorJob() override;

private:
    JobStep next() override;
    void worked(int error) override;
    bool immediate() const override { return plan_.source->immediate() && plan_.target->immediate(); }
    bool ends_later() const override { return true; }
    bool cancel_is_forced(bool force) const override { return force || !is_ready(); }
    Result<void> do_complete() override;
    Result<void> prepare() override;
    void abort() override { clean(); }
    void clean() override;
    JobStep finish();
    Result<void> take_place();

    BlockLayer& layer_;
    Plan plan_;
    std::shared_ptr<MirrorTopNode> filter_;
    std::shared_ptr<DirtyMap> dirty_;
    BlockEdge target_;
    uv_async_t* dirtied_;  // a write left something to copy
    std::uint64_t cursor_ = 0, copied_ = 0;
    std::uint64_t moved_ = 0;  // by the last step
    CopiedPiece piece_;
    std::optional<Error> failure_;
    bool retry_ = false, should_complete_ = false, flushed_ = false, checked_ = false;
};

}  // namespace rhea
