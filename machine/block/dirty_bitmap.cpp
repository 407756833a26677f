#include "machine/block/dirty_bitmap.h"

namespace rhea {

BlockDirtyInfo DirtyBitmap::info() const {
    BlockDirtyInfo info;
    info.name = name_;
    info.count = static_cast<std::int64_t>(map_->count());
    info.granularity = static_cast<std::int64_t>(granularity());
    info.recording = enabled_;
    info.busy = busy();
    return info;
}

void DirtyBitmap::resize(std::uint64_t size) {
    map_->resize(size);
    if (job_) job_->resize(size);
}

std::unique_ptr<DirtyMap> DirtyBitmap::copy() const {
    auto same = std::make_unique<DirtyMap>(map_->size(), granularity());
    same->add(*map_);
    return same;
}

void DirtyBitmap::begin_job() { job_ = std::make_unique<DirtyMap>(map_->size(), granularity()); }

void DirtyBitmap::end_job(bool sync, const DirtyMap* left) {
    if (!job_) return;
    if (sync) map_->clear_all();
    if (left) map_->add(*left);
    map_->add(*job_);
    job_ = nullptr;
}

}  // namespace rhea
