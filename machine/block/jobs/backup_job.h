#pragma once
/// backup: copies a node as it was when the job began.
#include "machine/block/dirty_bitmap.h"
#include "machine/block/jobs/copy_nodes.h"
#include "machine/block/jobs/job.h"

namespace rhea {

class BackupJob final : public Job {
public:
    struct Plan {
        JobSettings settings;
        std::shared_ptr<BlockNode> source, target;
        MirrorSyncMode sync{};
        std::shared_ptr<DirtyBitmap> bitmap;  ///< null: none
        BitmapSyncMode bitmap_mode{};
        BlockdevOnError on_source_error{}, on_target_error{};
        std::optional<std::string> filter_name;
        std::int64_t speed = 0;
    };
    /// Puts the filter over the source, and makes the job: it is created, and not started. No request is under way.
    static Result<BackupJob*> create(class BlockLayer& layer, Plan plan);
    BackupJob(Jobs& jobs, Plan plan, std::shared_ptr<CopyBeforeWriteNode> filter, std::shared_ptr<DirtyMap> left);
    ~BackupJob() override;

private:
    JobStep next() override;
    void worked(int error) override;
    bool immediate() const override { return plan_.source->immediate() && plan_.target->immediate(); }
    void commit() override;
    void abort() override;
    void clean() override;
    void finish_bitmap(bool good);
    void show_progress();

    Plan plan_;
    std::shared_ptr<CopyBeforeWriteNode> filter_;
    std::shared_ptr<DirtyMap> left_;
    std::uint64_t whole_ = 0;  // bytes to copy in all
    std::uint64_t cursor_ = 0;
    std::uint64_t moved_ = 0;  // by the last step
    bool retry_ = false;
    CopiedPiece piece_;
    std::optional<Error> failure_;
};

}  // namespace rhea
