#pragma once
/// blockdev-create: makes an image.
#include "machine/block/create_file.h"
#include "machine/block/jobs/job.h"

namespace rhea {

class BlockLayer;

class CreateJob final : public Job {
public:
    CreateJob(BlockLayer& layer, const std::string& id, BlockdevCreateOptions options);

private:
    JobStep next() override;
    void worked(int error) override;
    /// What a format needs below it, and that this build has none that makes its own.
    Result<void> check_format();

    BlockLayer& layer_;
    BlockdevCreateOptions options_;
    FileDescriptor file_;
    Result<void> filled_;
    bool begun_ = false;
};

}  // namespace rhea
