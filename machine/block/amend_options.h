#pragma once
/// What x-blockdev-amend takes: the driver and what is to change in the image.
#include "machine/block/options.h"

namespace rhea {

struct AmendLuks {
    LuksKeyslotState state{};
    std::optional<std::string> new_secret, old_secret;
    std::optional<std::int64_t> keyslot, iter_time;
    std::optional<std::string> secret;
};
template <>
inline constexpr auto description<AmendLuks> = object("BlockdevAmendOptionsLUKS", member<&AmendLuks::state>("state"),
                                                      member<&AmendLuks::new_secret>("new-secret"),
                                                      member<&AmendLuks::old_secret>("old-secret"),
                                                      member<&AmendLuks::keyslot>("keyslot"),
                                                      member<&AmendLuks::iter_time>("iter-time"),
                                                      member<&AmendLuks::secret>("secret"));

struct AmendQcow2 {
    std::optional<QcryptoAmend> encrypt;
};
template <>
inline constexpr auto description<AmendQcow2> = object("BlockdevAmendOptionsQcow2", member<&AmendQcow2::encrypt>("encrypt"));

struct BlockdevAmendOptions {
    BlockdevDriver driver{};
    std::variant<std::monostate, AmendLuks, AmendQcow2> u;
};
template <>
inline constexpr auto description<BlockdevAmendOptions> =
    flat_union<&BlockdevAmendOptions::driver, &BlockdevAmendOptions::u>("BlockdevAmendOptions",
                                                                        branches(branch<AmendLuks>(BlockdevDriver::luks),
                                                                                 branch<AmendQcow2>(BlockdevDriver::qcow2)),
                                                                        member<&BlockdevAmendOptions::driver>("driver"));

}  // namespace rhea
