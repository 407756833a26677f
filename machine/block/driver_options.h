#pragma once
/// Between the flat options of -drive and typed ones, for every driver that this build has.
#include "machine/block/flat_options.h"
#include "machine/block/options.h"

namespace rhea {

/// The option that names a driver's child; empty: it has none.
std::string_view child_option(BlockdevDriver driver);
/// The child in typed options; null: the driver has none.
const BlockdevRef* child_of(const BlockdevOptions& options);
/// Typed options as dotted keys, the child's among them.
QDict flat_options(const BlockdevOptions& options);
/// It stands at the bottom, or for the bottom (blkdebug).
bool is_protocol(BlockdevDriver driver);

/// What every driver takes.
Result<void> take_common(FlatOptions& flat, BlockdevOptions& options);
/// What the driver of `options` takes besides, but not its child. `filename`: what stands before all options.
Result<void> take_driver_options(FlatOptions& flat, BlockdevOptions& options, std::optional<std::string> filename);
/// "blkdebug:CONFIG:IMAGE" is the option "config" and IMAGE, which comes back; CONFIG may be empty.
Result<std::string> take_blkdebug_filename(FlatOptions& flat, std::string_view filename);

}  // namespace rhea
