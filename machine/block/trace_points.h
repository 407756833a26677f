#pragma once
/// The trace points of jobs and of the block layer.
#include "qobject/trace.h"

namespace rhea {

inline constexpr std::string_view kJobTracePoints[] = {
    "job_state_transition", "job_apply_verb",   "job_completed",    "qmp_job_cancel",  "qmp_job_pause",
    "qmp_job_resume",       "qmp_job_complete", "qmp_job_finalize", "qmp_job_dismiss",
};
inline constexpr std::string_view kBlockTracePoints[] = {
    "bdrv_open_common",
    "blk_co_preadv",
    "blk_co_pwritev",
    "blk_root_attach",
    "blk_root_detach",
    "mirror_start",
    "qmp_block_job_cancel",
    "qmp_block_job_pause",
    "qmp_block_job_resume",
    "qmp_block_job_complete",
    "qmp_block_job_finalize",
    "qmp_block_job_dismiss",
};

template <TraceName Name, class... Values>
void trace_job(fmt::format_string<const Values&...> format, const Values&... values) {
    trace<kJobTracePoints, Name>(format, values...);
}
template <TraceName Name, class... Values>
void trace_block(fmt::format_string<const Values&...> format, const Values&... values) {
    trace<kBlockTracePoints, Name>(format, values...);
}

}  // namespace rhea
