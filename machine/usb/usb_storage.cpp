/// Mass storage on USB: a SCSI bus behind a USB device. usb-storage brings its own disk, usb-bot and usb-uas have room for some.
#include <fmt/format.h>

#include "machine/block/block_layer.h"
#include "machine/devices/attached_drive.h"
#include "machine/devices/block_properties.h"
#include "machine/machine.h"
#include "machine/machine_object.h"
#include "machine/platform.h"
#include "machine/qdev.h"
#include "machine/qom/tree.h"
#include "machine/scsi/scsi_disk.h"
#include "machine/usb/usb_bus.h"
#include "machine/usb/usb_types.h"

namespace rhea {

namespace {

constexpr unsigned kAnySpeed = kUsbFull | kUsbHigh | kUsbSuper;
constexpr UsbProduct kDiskProduct{"QEMU USB MSD", kAnySpeed}, kBotProduct{"QEMU USB MSD", kAnySpeed},
    kUasProduct{"USB Attached SCSI HBA", kUsbHigh | kUsbSuper};
constexpr ScsiAddress kOneDisk{0, 0, 0}, kBotLuns{0, 0, 15}, kUasLuns{0, 0, 255};

class UsbScsi : public UsbDevice {
public:
    UsbScsi(qom::Values values, const UsbProduct& product, std::string bus_name, ScsiAddress highest, DeviceRemoval& removal)
        : UsbDevice(std::move(values), product), bus_(std::move(bus_name), highest, removal) {
        add_part(bus_.bus_name(), bus_);
    }
    ScsiBus& scsi() { return bus_; }

private:
    ScsiBus bus_;
};

class UsbStorage final : public UsbScsi {
public:
    UsbStorage(qom::Values values, std::string bus_name, DeviceRemoval& removal)
        : UsbScsi(std::move(values), kDiskProduct, std::move(bus_name), kOneDisk, removal) {}
    ~UsbStorage() override {
        if (disk_)
            if (auto disk = scsi().take_child(*disk_)) disk.reset();
    }
    /// The disk is part of the device.
    void take(std::unique_ptr<ScsiDisk> disk) {
        disk_ = disk.get();
        sizes_ = disk->sizes();
        scsi().add(*disk);
        scsi().add_child("legacy[0]", std::move(disk));
    }
    const BlockSizes& sizes() const { return sizes_; }

protected:
    Result<void> plugged_in(UsbBus&, UsbPort&) override {
        disk_->set_realized();
        return {};
    }

private:
    ScsiDisk* disk_ = nullptr;
    BlockSizes sizes_;
};

/// What the disk inside is given of the properties of the device.
constexpr std::string_view kHandedOn[] = {"removable", "share-rw", "rerror", "werror", "serial", "bootindex"};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    Platform& platform = creation.platform;
    BlockBackend* backend = RHEA_TRY(drive_of_values(platform.block, creation.values));
    if (!backend) {
        RHEA_CHECK(static_cast<UsbBus*>(creation.bus)->try_port(creation.values, kDiskProduct.name));
        return fail("drive property not set");
    }
    bool cdrom = false;
    for (const auto& drive : platform.block.drives()) cdrom |= drive->backend == backend && drive->media == DriveMedia::cdrom;
    qom::Values disk_values(cdrom ? kScsiCd : kScsiHd);
    if (const auto* object = dynamic_cast<const MachineObject*>(&platform.tree.machine())) apply_version(object->machine(), disk_values);
    for (const std::string_view name : kHandedOn)
        if (const QObject* value = creation.values.given(name))
            if (const qom::Property* property = disk_values.type().find(name)) disk_values.keep(*property, *value);
    auto device = std::make_unique<UsbStorage>(creation.values, platform.tree.name_bus(creation.id, "scsi"), platform.removal);
    device->take(RHEA_TRY(ScsiDisk::create(std::move(disk_values), {}, backend, future_name(creation))));
    return device;
}

template <const UsbProduct& P, const ScsiAddress& A>
Result<std::unique_ptr<qom::Object>> create_empty(qom::Creation& creation) {
    Platform& platform = creation.platform;
    // One that comes to a running guest waits for its disks.
    UsbProduct product = P;
    product.attached = !creation.hotplugged;
    return std::make_unique<UsbScsi>(creation.values, product, platform.tree.name_bus(creation.id, "scsi"), A, platform.removal);
}

QObject is_attached(const UsbScsi& device) { return device.attached(); }
/// Of a device that waits until its disks are there.
Result<void> set_attached(UsbScsi& device, const QObject& value) {
    if (*value.boolean()) return device.attach();
    device.detach();
    return {};
}
QObject logical_of(const UsbStorage& device) { return std::int64_t{device.sizes().logical}; }
QObject physical_of(const UsbStorage& device) { return std::int64_t{device.sizes().physical}; }
/// The disk has taken it over.
QObject no_drive(const UsbStorage&) { return ""; }

constexpr auto& kDriveProperties = kBlockPropertiesOf<no_drive, logical_of, physical_of, nullptr>;
constexpr qom::Property kOwnProperties[] = {
    qom::property("removable", qom::kBool, false),
    qom::property("commandlog", qom::kBool, false),
};
constexpr auto kProperties = qom::join(kDriveProperties, kErrorProperties, kOwnProperties);
constexpr auto kInstanceProperties = std::array{kBootIndex[0], qom::property("attached", qom::kBool).from<is_attached>()};
constexpr qom::Property kBotAttached[] = {qom::property("attached", qom::kBool).from<is_attached>().to<set_attached>()};
constexpr qom::Property kUasProperties[] = {qom::property("log-scsi-req", qom::kUint32, 0)};

}  // namespace

constinit const qom::Type kUsbStorageDev{.name = "usb-storage-dev", .parent = &kUsbDevice, .abstract = true};
constinit const qom::Type kUsbStorage{.name = "usb-storage",
                                      .parent = &kUsbStorageDev,
                                      .properties = kProperties,
                                      .instance_properties = kInstanceProperties,
                                      .category = "Storage",
                                      .create = create};
constinit const qom::Type kUsbBot{.name = "usb-bot",
                                  .parent = &kUsbStorageDev,
                                  .instance_properties = kBotAttached,
                                  .category = "Storage",
                                  .create = create_empty<kBotProduct, kBotLuns>};
constinit const qom::Type kUsbUas{.name = "usb-uas",
                                  .parent = &kUsbDevice,
                                  .properties = kUasProperties,
                                  .instance_properties = kBotAttached,
                                  .category = "Storage",
                                  .create = create_empty<kUasProduct, kUasLuns>};

}  // namespace rhea
