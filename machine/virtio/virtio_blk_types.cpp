/// The types of virtio-blk.
#include "machine/block/block_layer.h"
#include "machine/devices/attached_drive.h"
#include "machine/devices/block_properties.h"
#include "machine/devices/drive_properties.h"
#include "machine/virtio/types.h"
#include "machine/virtio/virtio_blk.h"

namespace rhea {

namespace {

QObject drive_of(const VirtioBlk& disk) { return drive_property(disk.backend()); }
QObject logical_size_of(const VirtioBlk& disk) { return std::int64_t{disk.sizes().logical}; }
QObject physical_size_of(const VirtioBlk& disk) { return std::int64_t{disk.sizes().physical}; }
QObject cylinders_of(const VirtioBlk& disk) { return std::int64_t{disk.geometry().cylinders}; }
QObject heads_of(const VirtioBlk& disk) { return std::int64_t{disk.geometry().heads}; }
QObject sectors_of(const VirtioBlk& disk) { return std::int64_t{disk.geometry().sectors}; }
QObject queues_of(const VirtioBlk& disk) { return static_cast<std::int64_t>(disk.queues().size()); }

constexpr qom::ValueType kIothreadLink{"link<iothread>", &type_ref<std::string>};
constexpr qom::Property kDriveProperty[] = {qom::property("drive", qom::kDrive).shown_by<drive_of>()};
constexpr qom::Property kDiskProperties[] = {
    qom::property("backend_defaults", qom::kOnOffAuto, "auto"),
    qom::property("logical_block_size", qom::kBlockSize, 0).shown_by<logical_size_of>(),
    qom::property("physical_block_size", qom::kBlockSize, 0).shown_by<physical_size_of>(),
    qom::property("min_io_size", qom::kSize, 0),
    qom::property("opt_io_size", qom::kSize, 0),
    qom::property("discard_granularity", qom::kSize, std::int64_t{4294967295}),
    qom::property("write-cache", qom::kOnOffAuto, "auto"),
    qom::property("share-rw", qom::kBool, false),
    qom::property("account-invalid", qom::kOnOffAuto, "auto"),
    qom::property("account-failed", qom::kOnOffAuto, "auto"),
    qom::property("rerror", kErrorPolicy, "auto"),
    qom::property("werror", kErrorPolicy, "auto"),
    qom::property("cyls", qom::kUint32, 0).shown_by<cylinders_of>(),
    qom::property("heads", qom::kUint32, 0).shown_by<heads_of>(),
    qom::property("secs", qom::kUint32, 0).shown_by<sectors_of>(),
    qom::property("lcyls", qom::kUint32, 0),
    qom::property("lheads", qom::kUint32, 0),
    qom::property("lsecs", qom::kUint32, 0),
    qom::property("serial", qom::kText),
    qom::property("config-wce", qom::kBit, true),
    qom::property("scsi", qom::kBit, false),
    qom::property("request-merging", qom::kBit, true),
    qom::property("num-queues", qom::kUint16, 65535).shown_by<queues_of>(),
    qom::property("legacy-iothread", qom::kText).internal(),
    qom::property("iothread", kIothreadLink),
    qom::property("queue-size", qom::kUint16, 256),
    qom::property("seg-max-adjust", qom::kBool, true),
    qom::property("discard", qom::kBit, true),
    qom::property("report-discard-granularity", qom::kBool, true),
    qom::property("write-zeroes", qom::kBit, true),
    qom::property("max-discard-sectors", qom::kUint32, 4194303),
    qom::property("max-write-zeroes-sectors", qom::kUint32, 4194303),
    qom::property("x-enable-wce-if-config-wce", qom::kBool, true),
};
constexpr auto kProperties = qom::join(kDriveProperty, kDiskProperties);
constexpr qom::Property kBlkPciProperties[] = {
    qom::property("class", qom::kUint32, 0),
    qom::property("ioeventfd", qom::kBit, true),
    qom::property("vectors", qom::kUint32, VirtioPci::kAutomaticVectors).shown_by<vectors_of>(),
};
constexpr VirtioPciKind kKind{.class_code = 0x0100};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    qom::Values& values = creation.values;
    BlockBackend* backend = RHEA_TRY(drive_of_values(creation.platform.block, values));
    if (!backend) return fail("drive property not set");
    if (!backend->inserted()) {
        release_drive(*backend);
        return fail("Device needs media, but drive is empty");
    }
    auto disk = VirtioBlk::create(values, *backend, creation.platform.sizes ? creation.platform.sizes->boot_cpus() : 1,
                                   creation.platform.tree.next_path(creation.id) + "/virtio-backend");
    if (!disk) {
        release_drive(*backend);
        return fail(std::move(disk).error());
    }
    return std::unique_ptr<qom::Object>(std::move(*disk));
}

}  // namespace

constinit const qom::Type kVirtioBlk{.name = "virtio-blk-device",
                                     .parent = &VirtioDevice::kType,
                                     .properties = kProperties,
                                     .instance_properties = kBootIndex,
                                     .category = "Storage",
                                     .create = create};
constinit const qom::Type kBlkPciBase{.name = "virtio-blk-pci-base", .parent = &VirtioPci::kType, .abstract = true, .properties = kBlkPciProperties};
constinit const qom::Type kBlkPci{.name = "virtio-blk-pci",
    .parent = &kBlkPciBase,
    .interfaces = kGenericInterfaces,
    .properties = kDisableProperties,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioBlk,
    .part_name = "virtio-backend",
    .category = "Storage",
    .alias = "virtio-blk",
    .create = make_virtio_pci<kKind, VirtioPci::Form::generic>};
constinit const qom::Type kBlkPciTransitional{.name = "virtio-blk-pci-transitional",
    .parent = &kBlkPciBase,
    .interfaces = kTransitionalInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioBlk,
    .part_name = "virtio-backend",
    .category = "Storage",
    .create = make_virtio_pci<kKind, VirtioPci::Form::transitional>};
constinit const qom::Type kBlkPciNonTransitional{.name = "virtio-blk-pci-non-transitional",
    .parent = &kBlkPciBase,
    .interfaces = kGenericInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioBlk,
    .part_name = "virtio-backend",
    .category = "Storage",
    .create = make_virtio_pci<kKind, VirtioPci::Form::non_transitional>};

}  // namespace rhea
