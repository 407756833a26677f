/// ide-hd and ide-cd as QOM and -device see them.
#include <fmt/format.h>

#include "machine/block/block_layer.h"
#include "machine/devices/atapi.h"
#include "machine/devices/attached_drive.h"
#include "machine/devices/block_properties.h"
#include "machine/devices/ide_disk.h"
#include "machine/devices/ide_bus.h"
#include "machine/platform.h"

namespace rhea {

namespace {

QObject drive_of(const IdeDrive& drive) { return drive_property(drive.backend()); }
QObject serial_of(const IdeDrive& drive) { return drive.names().serial; }
QObject version_of(const IdeDrive& drive) { return drive.names().version; }
QObject logical_of(const IdeDrive& drive) { return std::int64_t{drive.sizes().logical}; }
QObject physical_of(const IdeDrive& drive) { return std::int64_t{drive.sizes().physical}; }
QObject discard_of(const IdeDrive& drive) {
    return drive.options().discard_granularity ? drive.values().get("discard_granularity") : QObject(512);
}
QObject cylinders_of(const IdeDisk& disk) { return std::int64_t{disk.geometry().cylinders}; }
QObject heads_of(const IdeDisk& disk) { return std::int64_t{disk.geometry().heads}; }
QObject sectors_of(const IdeDisk& disk) { return std::int64_t{disk.geometry().sectors}; }
QObject translation_of(const IdeDisk& disk) { return enum_name(disk.geometry().translation); }
QObject unit_of(const IdeDrive& drive) { return std::int64_t{drive.unit()}; }
/// Shown by libvirt's and people's name, not the model's default.
QObject model_of(const IdeDrive& drive) { return drive.options().model ? QObject(*drive.options().model) : QObject(""); }

constexpr auto& kDriveProperties = kBlockPropertiesOf<drive_of, logical_of, physical_of, discard_of>;
constexpr qom::Property kNameProperties[] = {
    qom::property("ver", qom::kText).shown_by<version_of>(),
    qom::property("wwn", qom::kUint64, 0),
    qom::property("serial", qom::kText).shown_by<serial_of>(),
    qom::property("model", qom::kText).shown_by<model_of>(),
};
constexpr qom::Property kGeometryProperties[] = {
    qom::property("cyls", qom::kUint32, 0).shown_by<cylinders_of>(),
    qom::property("heads", qom::kUint32, 0).shown_by<heads_of>(),
    qom::property("secs", qom::kUint32, 0).shown_by<sectors_of>(),
    qom::property("lcyls", qom::kUint32, 0),
    qom::property("lheads", qom::kUint32, 0),
    qom::property("lsecs", qom::kUint32, 0),
    qom::property("bios-chs-trans", kBiosTranslation, "auto").shown_by<translation_of>(),
    qom::property("rotation_rate", qom::kUint16, 0),
};
constexpr auto kCdromProperties = qom::join(kDriveProperties, kErrorProperties, kNameProperties);
constexpr auto kDiskProperties = qom::join(kDriveProperties, kErrorProperties, kNameProperties, kGeometryProperties);
constexpr qom::Property kUnit[] = {qom::property("unit", qom::kUint32, std::int64_t{0xffffffff}).shown_by<unit_of>()};

Result<std::unique_ptr<qom::Object>> make(qom::Creation& creation) {
    BlockLayer& block = creation.platform.block;
    const qom::Type& type = creation.values.type();
    BlockBackend* backend = nullptr;
    if (const auto drive = creation.values.text("drive"))
        backend = RHEA_TRY(block.backend_for_property(fmt::format("{}.drive", type.name), *drive));
    else if (&type == &IdeCdrom::kType)
        backend = &block.make_empty_backend();
    std::string called = future_name(creation);
    return std::unique_ptr<qom::Object>(
        RHEA_TRY(static_cast<IdeBus*>(creation.bus)->make_drive(std::move(creation.values), backend, std::move(called))));
}

}  // namespace

constinit const qom::Type kIdeDevice{
    .name = "ide-device", .parent = &Device::kType, .abstract = true, .properties = kUnit, .bus = "IDE"};
constinit const qom::Type IdeDisk::kType{.name = "ide-hd",
                                         .parent = &kIdeDevice,
                                         .properties = kDiskProperties,
                                         .instance_properties = kBootIndex,
                                         .category = "Storage",
                                         .summary = "virtual IDE disk",
                                         .create = make};
constinit const qom::Type IdeCdrom::kType{.name = "ide-cd",
                                          .parent = &kIdeDevice,
                                          .properties = kCdromProperties,
                                          .instance_properties = kBootIndex,
                                          .category = "Storage",
                                          .summary = "virtual IDE CD-ROM",
                                          .create = make};

}  // namespace rhea
