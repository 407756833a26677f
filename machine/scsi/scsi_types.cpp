/// scsi-hd and scsi-cd as QOM and -device see them, and the types that hand a host's SCSI device through.
#include <fmt/format.h>

#include "machine/block/block_layer.h"
#include "machine/devices/attached_drive.h"
#include "machine/devices/block_properties.h"
#include "machine/platform.h"
#include "machine/scsi/scsi_disk.h"

namespace rhea {

namespace {

QObject drive_of(const ScsiDisk& disk) { return drive_property(disk.backend()); }
QObject logical_of(const ScsiDisk& disk) { return std::int64_t{disk.sizes().logical}; }
QObject physical_of(const ScsiDisk& disk) { return std::int64_t{disk.sizes().physical}; }
QObject discard_of(const ScsiDisk& disk) {
    constexpr std::int64_t kUsual = 4096;
    return disk.values().given("discard_granularity") ? disk.values().get("discard_granularity")
                                                      : QObject(std::max(kUsual, std::int64_t{disk.sizes().logical}));
}
QObject cylinders_of(const ScsiDisk& disk) { return std::int64_t{disk.geometry().cylinders}; }
QObject heads_of(const ScsiDisk& disk) { return std::int64_t{disk.geometry().heads}; }
QObject sectors_of(const ScsiDisk& disk) { return std::int64_t{disk.geometry().sectors}; }
QObject version_of(const ScsiDisk& disk) { return disk.values().text("ver").value_or("2.5+"); }
QObject vendor_of(const ScsiDisk& disk) { return disk.values().text("vendor").value_or("QEMU"); }
QObject product_of(const ScsiDisk& disk) {
    return disk.values().text("product").value_or(disk.is_disk() ? "QEMU HARDDISK" : "QEMU CD-ROM");
}
/// Unless it is said, the serial number as far as it fits, or the drive's name.
QObject device_id_of(const ScsiDisk& disk) {
    constexpr std::size_t kMost = 20;
    if (const auto said = disk.values().text("device_id")) return *said;
    if (const auto serial = disk.values().text("serial")) return serial->substr(0, kMost);
    return disk.backend().name();
}

constexpr auto& kDriveProperties = kBlockPropertiesOf<drive_of, logical_of, physical_of, discard_of>;
constexpr qom::Property kNameProperties[] = {
    qom::property("ver", qom::kText).shown_by<version_of>(),
    qom::property("serial", qom::kText),
    qom::property("vendor", qom::kText).shown_by<vendor_of>(),
    qom::property("product", qom::kText).shown_by<product_of>(),
    qom::property("device_id", qom::kText).shown_by<device_id_of>(),
};
constexpr qom::Property kMediumProperties[] = {
    qom::property("removable", qom::kBit, false),
    qom::property("dpofua", qom::kBit, false),
};
constexpr qom::Property kPortProperties[] = {
    qom::property("wwn", qom::kUint64, 0),
    qom::property("port_wwn", qom::kUint64, 0),
    qom::property("port_index", qom::kUint16, 0),
};
constexpr qom::Property kMostUnmap[] = {qom::property("max_unmap_size", qom::kUint64, 1073741824)};
constexpr qom::Property kMostIo[] = {qom::property("max_io_size", qom::kUint64, 2147483647)};
constexpr qom::Property kRotation[] = {qom::property("rotation_rate", qom::kUint16, 0)};
constexpr qom::Property kVersion[] = {qom::property("scsi_version", qom::kInt32, 5)};
constexpr qom::Property kDiskQuirks[] = {
    qom::property("quirk_mode_page_vendor_specific_apple", qom::kBit, false),
    qom::property("cyls", qom::kUint32, 0).shown_by<cylinders_of>(),
    qom::property("heads", qom::kUint32, 0).shown_by<heads_of>(),
    qom::property("secs", qom::kUint32, 0).shown_by<sectors_of>(),
    qom::property("lcyls", qom::kUint32, 0),
    qom::property("lheads", qom::kUint32, 0),
    qom::property("lsecs", qom::kUint32, 0),
};
constexpr qom::Property kCdromQuirks[] = {
    qom::property("quirk_mode_page_apple_vendor", qom::kBit, false),
    qom::property("quirk_mode_sense_rom_use_dbd", qom::kBit, false),
    qom::property("quirk_mode_page_vendor_specific_apple", qom::kBit, false),
    qom::property("quirk_mode_page_truncated", qom::kBit, false),
};
constexpr auto kDiskProperties = qom::join(kDriveProperties, kErrorProperties, kNameProperties, kMediumProperties, kPortProperties,
                                           kMostUnmap, kMostIo, kRotation, kVersion, kDiskQuirks);
constexpr auto kCdromProperties =
    qom::join(kDriveProperties, kErrorProperties, kNameProperties, kPortProperties, kMostIo, kVersion, kCdromQuirks);

constexpr qom::Property kPassThrough[] = {
    qom::property("drive", qom::kDrive),
    qom::property("share-rw", qom::kBool, false),
};
constexpr qom::Property kTimeout[] = {qom::property("io_timeout", qom::kUint32, 30)};
constexpr qom::Property kAnyVersion[] = {qom::property("scsi_version", qom::kInt32, -1)};
constexpr auto kBlockPassThrough =
    qom::join(kPassThrough, kErrorProperties, kRotation, kMostUnmap, kMostIo, kAnyVersion, kTimeout);
constexpr auto kGenericPassThrough = qom::join(kPassThrough, kTimeout);

Result<std::unique_ptr<qom::Object>> make(qom::Creation& creation) {
    BlockLayer& block = creation.platform.block;
    BlockBackend* backend = RHEA_TRY(drive_of_values(block, creation.values));
    auto address = static_cast<ScsiBus*>(creation.bus)->place(creation.values);
    if (!address) {
        if (backend) release_drive(*backend);
        return fail(std::move(address).error());
    }
    if (!backend && &creation.values.type() == &kScsiCd) backend = &block.make_empty_backend();
    std::string called = future_name(creation);
    return std::unique_ptr<qom::Object>(RHEA_TRY(ScsiDisk::create(std::move(creation.values), *address, backend, std::move(called))));
}

/// Neither files nor block devices of the host can be handed through as SCSI devices here: they know no SG_IO requests.
Result<std::unique_ptr<qom::Object>> refuse(qom::Creation& creation) {
    BlockBackend* backend = RHEA_TRY(drive_of_values(creation.platform.block, creation.values));
    if (backend) release_drive(*backend);
    RHEA_TRY(static_cast<ScsiBus*>(creation.bus)->place(creation.values));
    if (!backend) return fail("drive property not set");
    return fail("cannot get SG_IO version number: Operation not supported");
}

}  // namespace

constinit const qom::Type kScsiDiskBase{.name = "scsi-disk-base", .parent = &kScsiDevice, .abstract = true};
constinit const qom::Type kScsiHd{.name = "scsi-hd",
                                  .parent = &kScsiDiskBase,
                                  .properties = kDiskProperties,
                                  .instance_properties = kBootIndex,
                                  .category = "Storage",
                                  .summary = "virtual SCSI disk",
                                  .create = make};
constinit const qom::Type kScsiCd{.name = "scsi-cd",
                                  .parent = &kScsiDiskBase,
                                  .properties = kCdromProperties,
                                  .instance_properties = kBootIndex,
                                  .category = "Storage",
                                  .summary = "virtual SCSI CD-ROM",
                                  .create = make};
constinit const qom::Type kScsiBlock{.name = "scsi-block",
                                     .parent = &kScsiDiskBase,
                                     .properties = kBlockPassThrough,
                                     .instance_properties = kBootIndex,
                                     .category = "Storage",
                                     .summary = "SCSI block device passthrough",
                                     .create = refuse};
constinit const qom::Type kScsiGeneric{.name = "scsi-generic",
                                       .parent = &kScsiDevice,
                                       .properties = kGenericPassThrough,
                                       .instance_properties = kBootIndex,
                                       .category = "Storage",
                                       .summary = "pass through generic scsi device (/dev/sg*)",
                                       .create = refuse};

}  // namespace rhea
