#pragma once
/// The events of images, jobs and exports. BLOCK_IO_ERROR, DEVICE_TRAY_MOVED and BLOCK_WRITE_THRESHOLD are in policy.h.
#include "machine/block/job_types.h"
#include "monitor/event_bus.h"

namespace rhea {

struct BlockImageCorruptedEvent {
    std::string device;
    std::optional<std::string> node_name;
    std::string msg;
    std::optional<std::int64_t> offset, size;
    bool fatal = false;
};
template <>
inline constexpr auto description<BlockImageCorruptedEvent> =
    object("q_obj_BLOCK_IMAGE_CORRUPTED-arg", member<&BlockImageCorruptedEvent::device>("device"),
           member<&BlockImageCorruptedEvent::node_name>("node-name"), member<&BlockImageCorruptedEvent::msg>("msg"),
           member<&BlockImageCorruptedEvent::offset>("offset"), member<&BlockImageCorruptedEvent::size>("size"),
           member<&BlockImageCorruptedEvent::fatal>("fatal"));

struct JobStatusChangeEvent {
    std::string id;
    JobStatus status{};
};
template <>
inline constexpr auto description<JobStatusChangeEvent> = object("q_obj_JOB_STATUS_CHANGE-arg",
                                                                 member<&JobStatusChangeEvent::id>("id"),
                                                                 member<&JobStatusChangeEvent::status>("status"));

struct BlockJobCompletedEvent {
    JobType type{};
    std::string device;
    std::int64_t len = 0, offset = 0, speed = 0;
    std::optional<std::string> error;
};
template <>
inline constexpr auto description<BlockJobCompletedEvent> = object("q_obj_BLOCK_JOB_COMPLETED-arg",
                                                                   member<&BlockJobCompletedEvent::type>("type"),
                                                                   member<&BlockJobCompletedEvent::device>("device"),
                                                                   member<&BlockJobCompletedEvent::len>("len"),
                                                                   member<&BlockJobCompletedEvent::offset>("offset"),
                                                                   member<&BlockJobCompletedEvent::speed>("speed"),
                                                                   member<&BlockJobCompletedEvent::error>("error"));

struct BlockJobCancelledEvent {
    JobType type{};
    std::string device;
    std::int64_t len = 0, offset = 0, speed = 0;
};
template <>
inline constexpr auto description<BlockJobCancelledEvent> = object("q_obj_BLOCK_JOB_CANCELLED-arg",
                                                                   member<&BlockJobCancelledEvent::type>("type"),
                                                                   member<&BlockJobCancelledEvent::device>("device"),
                                                                   member<&BlockJobCancelledEvent::len>("len"),
                                                                   member<&BlockJobCancelledEvent::offset>("offset"),
                                                                   member<&BlockJobCancelledEvent::speed>("speed"));

struct BlockJobErrorEvent {
    std::string device;
    IoOperationType operation{};
    BlockErrorAction action{};
};
template <>
inline constexpr auto description<BlockJobErrorEvent> = object("q_obj_BLOCK_JOB_ERROR-arg",
                                                               member<&BlockJobErrorEvent::device>("device"),
                                                               member<&BlockJobErrorEvent::operation>("operation"),
                                                               member<&BlockJobErrorEvent::action>("action"));

struct BlockJobReadyEvent {
    JobType type{};
    std::string device;
    std::int64_t len = 0, offset = 0, speed = 0;
};
template <>
inline constexpr auto description<BlockJobReadyEvent> = object("q_obj_BLOCK_JOB_READY-arg",
                                                               member<&BlockJobReadyEvent::type>("type"),
                                                               member<&BlockJobReadyEvent::device>("device"),
                                                               member<&BlockJobReadyEvent::len>("len"),
                                                               member<&BlockJobReadyEvent::offset>("offset"),
                                                               member<&BlockJobReadyEvent::speed>("speed"));

struct BlockJobPendingEvent {
    JobType type{};
    std::string id;
};
template <>
inline constexpr auto description<BlockJobPendingEvent> = object("q_obj_BLOCK_JOB_PENDING-arg",
                                                                 member<&BlockJobPendingEvent::type>("type"),
                                                                 member<&BlockJobPendingEvent::id>("id"));

struct BlockExportDeletedEvent {
    std::string id;
};
template <>
inline constexpr auto description<BlockExportDeletedEvent> = object("q_obj_BLOCK_EXPORT_DELETED-arg",
                                                                    member<&BlockExportDeletedEvent::id>("id"));

struct QuorumFailureEvent {
    std::string reference;
    std::int64_t sector_num = 0, sectors_count = 0;
};
template <>
inline constexpr auto description<QuorumFailureEvent> = object("q_obj_QUORUM_FAILURE-arg",
                                                               member<&QuorumFailureEvent::reference>("reference"),
                                                               member<&QuorumFailureEvent::sector_num>("sector-num"),
                                                               member<&QuorumFailureEvent::sectors_count>("sectors-count"));

enum class QuorumOpType { read, write, flush };
template <>
inline constexpr auto description<QuorumOpType> = enumeration<QuorumOpType>("QuorumOpType", "read", "write", "flush");

struct QuorumReportBadEvent {
    QuorumOpType type{};
    std::optional<std::string> error;
    std::string node_name;
    std::int64_t sector_num = 0, sectors_count = 0;
};
template <>
inline constexpr auto description<QuorumReportBadEvent> = object(
    "q_obj_QUORUM_REPORT_BAD-arg", member<&QuorumReportBadEvent::type>("type"),
    member<&QuorumReportBadEvent::error>("error"), member<&QuorumReportBadEvent::node_name>("node-name"),
    member<&QuorumReportBadEvent::sector_num>("sector-num"), member<&QuorumReportBadEvent::sectors_count>("sectors-count"));

template <>
inline constexpr EventInfo event<BlockImageCorruptedEvent>{"BLOCK_IMAGE_CORRUPTED", "An image contradicts itself."};
template <>
inline constexpr EventInfo event<JobStatusChangeEvent>{"JOB_STATUS_CHANGE", "A job is in another state now."};
template <>
inline constexpr EventInfo event<BlockJobCompletedEvent>{"BLOCK_JOB_COMPLETED", "A block job came to its end."};
template <>
inline constexpr EventInfo event<BlockJobCancelledEvent>{"BLOCK_JOB_CANCELLED", "A block job was ended early."};
template <>
inline constexpr EventInfo event<BlockJobErrorEvent>{"BLOCK_JOB_ERROR", "A request of a block job failed."};
template <>
inline constexpr EventInfo event<BlockJobReadyEvent>{"BLOCK_JOB_READY", "A block job can be completed now."};
template <>
inline constexpr EventInfo event<BlockJobPendingEvent>{"BLOCK_JOB_PENDING", "A block job waits for block-job-finalize."};
template <>
inline constexpr EventInfo event<BlockExportDeletedEvent>{"BLOCK_EXPORT_DELETED", "An export is gone."};
template <>
inline constexpr EventInfo event<QuorumFailureEvent>{"QUORUM_FAILURE", "Too few children of a quorum agree.", 1000};
template <>
inline constexpr EventInfo event<QuorumReportBadEvent>{"QUORUM_REPORT_BAD", "A child of a quorum disagrees or fails.", 1000,
                                                       "node-name"};

}  // namespace rhea
