#pragma once
/// What -device can say of an IDE or floppy drive, with QEMU's names, ranges and errors.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "machine/block/policy.h"
#include "machine/on_off_auto.h"
#include "machine/qom/object.h"
#include "qobject/describe.h"
#include "qobject/error.h"
#include "qobject/qobject.h"

namespace rhea {

using DriveSwitch = OnOffAuto;
enum class BiosAtaTranslation { automatic, none, lba, large, rechs };
enum class FdcDriveType { d144, d288, d120, none, automatic };

template <>
inline constexpr auto description<BiosAtaTranslation> =
    enumeration<BiosAtaTranslation>("BiosAtaTranslation", "auto", "none", "lba", "large", "rechs");
template <>
inline constexpr auto description<FdcDriveType> =
    enumeration<FdcDriveType>("FdcDriveType", "144", "288", "120", "none", "auto");

/// Of ide-hd; ide-cd has the same but for geometry and rotation. The text before "=" is the member's name with '-' or '_' as in
/// the description. `drive` and `bus` are for the caller, who looks them up.
struct IdeOptions {
    std::optional<std::string> drive, bus, id, driver;
    std::optional<std::uint32_t> unit;
    std::optional<std::int32_t> bootindex;
    std::optional<std::string> serial, ver, model;
    std::optional<std::uint64_t> wwn;
    std::optional<BlockdevOnError> rerror, werror;
    std::optional<bool> share_rw;
    std::optional<DriveSwitch> write_cache, account_invalid, account_failed, backend_defaults;
    std::optional<std::uint64_t> logical_block_size, physical_block_size, min_io_size, opt_io_size, discard_granularity;
    // ide-hd alone
    std::optional<std::uint32_t> cyls, heads, secs, lcyls, lheads, lsecs;
    std::optional<BiosAtaTranslation> bios_chs_trans;
    std::optional<std::uint16_t> rotation_rate;
    std::string called;      // what errors call the drive while it is being made; no property
};
template <>
inline constexpr auto description<IdeOptions> = object(
    "ide-hd", member<&IdeOptions::drive>("drive"), member<&IdeOptions::bus>("bus"), member<&IdeOptions::id>("id"),
    member<&IdeOptions::driver>("driver"), member<&IdeOptions::unit>("unit"), member<&IdeOptions::bootindex>("bootindex"),
    member<&IdeOptions::serial>("serial"), member<&IdeOptions::ver>("ver"), member<&IdeOptions::model>("model"),
    member<&IdeOptions::wwn>("wwn"), member<&IdeOptions::rerror>("rerror"), member<&IdeOptions::werror>("werror"),
    member<&IdeOptions::share_rw>("share-rw"), member<&IdeOptions::write_cache>("write-cache"),
    member<&IdeOptions::account_invalid>("account-invalid"), member<&IdeOptions::account_failed>("account-failed"),
    member<&IdeOptions::backend_defaults>("backend_defaults"),
    member<&IdeOptions::logical_block_size>("logical_block_size"),
    member<&IdeOptions::physical_block_size>("physical_block_size"), member<&IdeOptions::min_io_size>("min_io_size"),
    member<&IdeOptions::opt_io_size>("opt_io_size"), member<&IdeOptions::discard_granularity>("discard_granularity"),
    member<&IdeOptions::cyls>("cyls"), member<&IdeOptions::heads>("heads"), member<&IdeOptions::secs>("secs"),
    member<&IdeOptions::lcyls>("lcyls"), member<&IdeOptions::lheads>("lheads"), member<&IdeOptions::lsecs>("lsecs"),
    member<&IdeOptions::bios_chs_trans>("bios-chs-trans"), member<&IdeOptions::rotation_rate>("rotation_rate"));

struct FloppyOptions {
    std::optional<std::string> drive, bus, id, driver;
    std::optional<std::uint32_t> unit;
    std::optional<FdcDriveType> drive_type;
    std::optional<bool> share_rw;
    std::optional<DriveSwitch> write_cache, account_invalid, account_failed, backend_defaults;
    std::optional<std::uint64_t> logical_block_size, physical_block_size, min_io_size, opt_io_size, discard_granularity;
    std::string called;      // as above
};
template <>
inline constexpr auto description<FloppyOptions> = object(
    "floppy", member<&FloppyOptions::drive>("drive"), member<&FloppyOptions::bus>("bus"), member<&FloppyOptions::id>("id"),
    member<&FloppyOptions::driver>("driver"), member<&FloppyOptions::unit>("unit"),
    member<&FloppyOptions::drive_type>("drive-type"), member<&FloppyOptions::share_rw>("share-rw"),
    member<&FloppyOptions::write_cache>("write-cache"), member<&FloppyOptions::account_invalid>("account-invalid"),
    member<&FloppyOptions::account_failed>("account-failed"), member<&FloppyOptions::backend_defaults>("backend_defaults"),
    member<&FloppyOptions::logical_block_size>("logical_block_size"),
    member<&FloppyOptions::physical_block_size>("physical_block_size"), member<&FloppyOptions::min_io_size>("min_io_size"),
    member<&FloppyOptions::opt_io_size>("opt_io_size"), member<&FloppyOptions::discard_granularity>("discard_granularity"));

/// From the key=value pairs of -device (all strings). `cdrom`: of an ide-cd.
Result<IdeOptions> parse_ide_options(const QDict& pairs, bool cdrom, InputMode mode = InputMode::keyval);
Result<FloppyOptions> parse_floppy_options(const QDict& pairs, InputMode mode = InputMode::keyval);

extern const qom::ValueType kBiosTranslation, kFloppyType;

/// The sizes of one drive, resolved and checked.
struct BlockSizes {
    std::uint32_t logical = 512, physical = 512;
    bool can_discard = true;
};
/// QEMU's checks for every block device, then those of one with sectors of 512 bytes only.
Result<BlockSizes> check_block_sizes(const IdeOptions& options);
Result<void> check_block_sizes(const FloppyOptions& options);

/// "Property 'ide-hd.drive' can't find value 'x'"
Error drive_value_not_found(std::string_view type_name, std::string_view value);
/// "Drive 'x' is already in use by another device"
Error drive_in_use(std::string_view name);

}  // namespace rhea
