#pragma once
/// Properties that every device with a drive behind it has.
#include <type_traits>

#include "machine/qom/object.h"

namespace rhea {

class BlockBackend;

/// The value of "drive": the backend's name, else its node's.
QObject drive_property(const BlockBackend& backend);

/// "BlockdevOnError"
extern const qom::ValueType kErrorPolicy;

template <auto Getter>
constexpr qom::Property shown_unless_null(const qom::Property& property) {
    if constexpr (std::is_null_pointer_v<decltype(Getter)>) return property;
    else return property.shown_by<Getter>();
}
/// What every disk has. The functions tell what a device made of its drive, its block sizes and its granularity; null: what was said.
template <auto Drive, auto Logical, auto Physical, auto Discard>
inline constexpr qom::Property kBlockPropertiesOf[] = {
    shown_unless_null<Drive>(qom::property("drive", qom::kDrive)),
    qom::property("backend_defaults", qom::kOnOffAuto, "auto"),
    shown_unless_null<Logical>(qom::property("logical_block_size", qom::kBlockSize, 0)),
    shown_unless_null<Physical>(qom::property("physical_block_size", qom::kBlockSize, 0)),
    qom::property("min_io_size", qom::kSize32, 0),
    qom::property("opt_io_size", qom::kSize32, 0),
    shown_unless_null<Discard>(qom::property("discard_granularity", qom::kSize32, std::int64_t{0xffffffff})),
    qom::property("write-cache", qom::kOnOffAuto, "auto"),
    qom::property("share-rw", qom::kBool, false),
    qom::property("account-invalid", qom::kOnOffAuto, "auto"),
    qom::property("account-failed", qom::kOnOffAuto, "auto"),
};
inline constexpr qom::Property kErrorProperties[] = {
    qom::property("rerror", kErrorPolicy, "auto"),
    qom::property("werror", kErrorPolicy, "auto"),
};
/// -1: it is not booted from.
QObject boot_index_of(const qom::Object& device);
inline constexpr qom::Property kBootIndex[] = {qom::property("bootindex", qom::kInt32).shown_by<boot_index_of>()};

}  // namespace rhea
