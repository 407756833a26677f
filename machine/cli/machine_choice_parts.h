#pragma once
/// What the files behind machine_choice.h share.
#include "machine/cli/machine_choice.h"
#include "machine/machine_types.h"

namespace rhea::cli {

tl::unexpected<Exit> complain(const Reporter& reporter, std::string_view text);
/// Keys of -M that belong to the accelerator.
bool is_accelerator_property(std::string_view name);
/// Whether -M of this type takes the property.
bool machine_has(const MachineType& type, std::string_view property);

using Uuid = std::array<std::uint8_t, 16>;
/// "12345678-1234-1234-1234-123456789abc"
std::optional<Uuid> parse_uuid(std::string_view text);

Result<void> resolve_rtc(const Options& options, Rtc& rtc);
/// Character devices and monitors that are there unless said otherwise, and the default_… flags.
Result<void> add_default_devices(Config& config, const MachineType& type);

}  // namespace rhea::cli
