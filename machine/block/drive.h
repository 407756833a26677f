#pragma once
/// -drive: a backend, its medium, and the place on a bus where the board shall put a disk for it.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "machine/block/flat_options.h"
#include "machine/block/driver.h"
#include "machine/block/policy.h"
#include "machine/block/throttle.h"
#include "qobject/error.h"

namespace rhea {

class BlockBackend;

enum class DriveInterface { none, ide, scsi, floppy, pflash, mtd, sd, virtio, xen };
std::string_view drive_interface_name(DriveInterface interface);

enum class DriveMedia { disk, cdrom };

/// One -drive, checked as far as it can be by itself.
struct DriveOptions {
    /// The pairs of the option in their order, QEMU's old names among them. `default_interface` is the machine's.
    static Result<DriveOptions> parse(const std::vector<std::pair<std::string, std::string>>& pairs,
                                      DriveInterface default_interface = DriveInterface::ide);

    std::string id;  ///< empty: made from the place ("ide0-hd0")
    DriveInterface interface = DriveInterface::ide;
    DriveMedia media = DriveMedia::disk;
    std::optional<int> index, bus, unit;
    std::optional<std::string> filename;
    bool snapshot = false;
    bool copy_on_read = false;
    bool read_only = false;
    bool write_cache = true;  ///< cache.writeback
    BlockdevOnError rerror = BlockdevOnError::automatic, werror = BlockdevOnError::automatic;
    bool account_invalid = true, account_failed = true;
    ThrottleConfig throttle;
    std::optional<std::string> throttle_group;  ///< else the drive's own name
    BlockdevDetectZeroes detect_zeroes = BlockdevDetectZeroes::off;
    FlatOptions node;  ///< what is left: the options of the node

    /// A drive without a medium.
    bool empty() const { return !filename && node.empty(); }
};

/// A -drive that exists. `claimed` is set by the board when it made a device for it; one that stays unclaimed on a bus is an
/// error at the end of start-up (`unclaimed_error`), except with interfaces none and virtio (a virtio-blk is for the board
/// to add, drive=NAME).
struct DriveInfo {
    DriveInterface interface;
    int bus, unit;
    DriveMedia media;
    BlockBackend* backend;
    bool claimed = false;

    std::string unclaimed_error() const;  ///< "machine type does not support if=scsi,bus=0,unit=0"
};

}  // namespace rhea
