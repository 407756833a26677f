#pragma once
/// What becomes of failed requests: the policies of rerror/werror, and the status that query-block shows.
#include <optional>
#include <string>

#include "machine/block/io.h"
#include "monitor/event_bus.h"
#include "qobject/describe.h"

namespace rhea {

enum class BlockdevOnError { report, ignore, enospc, stop, automatic };
template <>
inline constexpr auto description<BlockdevOnError> = enumeration<BlockdevOnError>("BlockdevOnError", "report", "ignore",
                                                                                  "enospc", "stop", "auto");

enum class BlockDeviceIoStatus { ok, failed, nospace };
template <>
inline constexpr auto description<BlockDeviceIoStatus> = enumeration<BlockDeviceIoStatus>("BlockDeviceIoStatus", "ok",
                                                                                          "failed", "nospace");

template <>
inline constexpr auto description<BlockErrorAction> = enumeration<BlockErrorAction>("BlockErrorAction", "ignore", "report",
                                                                                    "stop");

enum class IoOperationType { read, write };
template <>
inline constexpr auto description<IoOperationType> = enumeration<IoOperationType>("IoOperationType", "read", "write");

/// What `policy` makes of `error`; automatic is none here: resolve it first.
BlockErrorAction decide(BlockdevOnError policy, int error);

/// The policy that counts: the device's own, else that of -drive, else QEMU's default (reads report, writes enospc).
BlockdevOnError resolve_read_policy(BlockdevOnError asked);
BlockdevOnError resolve_write_policy(BlockdevOnError asked);

struct BlockIoError {
    std::string device;
    std::optional<std::string> node_name;
    IoOperationType operation = IoOperationType::read;
    BlockErrorAction action = BlockErrorAction::report;
    std::optional<bool> nospace;  // only when one of the policies can stop the machine
    std::string reason;
};
template <>
inline constexpr auto description<BlockIoError> = object("q_obj_BLOCK_IO_ERROR-arg", member<&BlockIoError::device>("device"),
                                                         member<&BlockIoError::node_name>("node-name"),
                                                         member<&BlockIoError::operation>("operation"),
                                                         member<&BlockIoError::action>("action"),
                                                         member<&BlockIoError::nospace>("nospace"),
                                                         member<&BlockIoError::reason>("reason"));
template <>
inline constexpr EventInfo event<BlockIoError>{"BLOCK_IO_ERROR", "A device's request to its medium failed."};

struct BlockWriteThreshold {
    std::string node_name;
    std::uint64_t amount_exceeded = 0, write_threshold = 0;
};
template <>
inline constexpr auto description<BlockWriteThreshold> =
    object("q_obj_BLOCK_WRITE_THRESHOLD-arg", member<&BlockWriteThreshold::node_name>("node-name"),
           member<&BlockWriteThreshold::amount_exceeded>("amount-exceeded"),
           member<&BlockWriteThreshold::write_threshold>("write-threshold"));
template <>
inline constexpr EventInfo event<BlockWriteThreshold>{"BLOCK_WRITE_THRESHOLD", "A node was written beyond its threshold."};

struct DeviceTrayMoved {
    std::string device;
    std::string id;
    bool tray_open = false;
};
template <>
inline constexpr auto description<DeviceTrayMoved> = object("q_obj_DEVICE_TRAY_MOVED-arg",
                                                            member<&DeviceTrayMoved::device>("device"),
                                                            member<&DeviceTrayMoved::id>("id"),
                                                            member<&DeviceTrayMoved::tray_open>("tray-open"));
template <>
inline constexpr EventInfo event<DeviceTrayMoved>{"DEVICE_TRAY_MOVED", "The tray of a removable drive opened or closed."};

}  // namespace rhea
