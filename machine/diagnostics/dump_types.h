#pragma once
/// The QMP types of dumps.
#include <optional>
#include <string>
#include <vector>

#include "monitor/event_bus.h"
#include "qobject/describe.h"

namespace rhea {

enum class DumpGuestMemoryFormat { elf, kdump_zlib, kdump_lzo, kdump_snappy, win_dmp };
template <>
inline constexpr auto description<DumpGuestMemoryFormat> = enumeration<DumpGuestMemoryFormat>("DumpGuestMemoryFormat", "elf",
                                                                                              "kdump-zlib", "kdump-lzo",
                                                                                              "kdump-snappy", "win-dmp");

enum class DumpStatus { none, active, completed, failed };
template <>
inline constexpr auto description<DumpStatus> = enumeration<DumpStatus>("DumpStatus", "none", "active", "completed",
                                                                        "failed");

struct DumpQueryResult {
    DumpStatus status{};
    std::int64_t completed = 0, total = 0;
};
template <>
inline constexpr auto description<DumpQueryResult> = object("DumpQueryResult", member<&DumpQueryResult::status>("status"),
                                                            member<&DumpQueryResult::completed>("completed"),
                                                            member<&DumpQueryResult::total>("total"));

struct DumpCompletedEvent {
    DumpQueryResult result;
    std::optional<std::string> error;
};
template <>
inline constexpr auto description<DumpCompletedEvent> = object("q_obj_DUMP_COMPLETED-arg",
                                                               member<&DumpCompletedEvent::result>("result"),
                                                               member<&DumpCompletedEvent::error>("error"));

template <>
inline constexpr EventInfo event<DumpCompletedEvent>{"DUMP_COMPLETED", "A dump of guest memory came to its end."};

}  // namespace rhea
