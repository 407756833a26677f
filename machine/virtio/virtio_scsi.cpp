/// virtio-scsi: a SCSI bus for the guest. Its queues are not served.
#include "machine/scsi/scsi_bus.h"
#include "machine/virtio/types.h"

namespace rhea {

namespace {

constexpr ScsiAddress kHighest{0, 255, 16383};
constexpr std::int64_t kMostQueues = 1022;

class VirtioScsi final : public VirtioDevice {
public:
    VirtioScsi(qom::Values values, std::string bus_name, DeviceRemoval& removal)
        : VirtioDevice(std::move(values)), bus_(std::move(bus_name), kHighest, removal) {
        add_part(bus_.bus_name(), bus_);
        bus_.set_hotplug_handler(&bus_, this);
    }
    std::int64_t queues() const {
        const auto said = values().integer("num_queues");
        return said == kAutomatic ? 1 : said;
    }
    static constexpr std::int64_t kAutomatic = 0xffffffff;

private:
    ScsiBus bus_;
};

QObject queues_of(const VirtioScsi& device) { return device.queues(); }
/// Unless it is said: one for each queue, two for control and events, and one for the configuration.
QObject vectors_of(const VirtioPci& proxy) {
    const auto said = proxy.values().integer("vectors");
    return said == VirtioScsi::kAutomatic ? static_cast<const VirtioScsi&>(proxy.backend()).queues() + 3 : said;
}

constexpr qom::ValueType kIothreadLink{"link<iothread>", &type_ref<std::string>};
constexpr qom::Property kProperties[] = {
    qom::property("num_queues", qom::kUint32, VirtioScsi::kAutomatic).shown_by<queues_of>(),
    qom::property("virtqueue_size", qom::kUint32, 256),
    qom::property("seg_max_adjust", qom::kBool, true),
    qom::property("max_sectors", qom::kUint32, 65535),
    qom::property("cmd_per_lun", qom::kUint32, 128),
    qom::property("hotplug", qom::kBit, true),
    qom::property("param_change", qom::kBit, true),
    qom::property("legacy-iothread", qom::kText).internal(),
    qom::property("iothread", kIothreadLink),
};
constexpr qom::Property kScsiPciProperties[] = {
    qom::property("ioeventfd", qom::kBit, true),
    qom::property("vectors", qom::kUint32, VirtioScsi::kAutomatic).shown_by<vectors_of>(),
};
constexpr const qom::Type* kInterfaces[] = {&qom::kHotplugHandler};
constexpr VirtioPciKind kKind{.legacy_id = 0x1004, .virtio_id = 8, .class_code = 0x0100, .io_size = 0x40, .msix = true};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    const qom::Values& values = creation.values;
    if (const auto queues = values.integer("num_queues"); queues != VirtioScsi::kAutomatic && (queues == 0 || queues > kMostQueues))
        return fail(fmt::format("Invalid number of queues (= {}), must be a positive integer less than {}.", queues, kMostQueues));
    if (const auto size = values.integer("virtqueue_size"); size <= 2)
        return fail(fmt::format("invalid virtqueue_size property (= {}), must be > 2", size));
    if (const auto thread = values.text("iothread"); thread && !thread->empty() && !creation.platform.tree.objects().child(*thread))
        return fail(Error::device_not_found(*thread));
    Platform& platform = creation.platform;
    return std::make_unique<VirtioScsi>(creation.values, platform.tree.name_bus(creation.id, "scsi"), platform.removal);
}

}  // namespace

constinit const qom::Type kVirtioScsiCommon{.name = "virtio-scsi-common", .parent = &VirtioDevice::kType, .abstract = true};
constinit const qom::Type kVirtioScsi{.name = "virtio-scsi-device",
                                      .parent = &kVirtioScsiCommon,
                                      .interfaces = kInterfaces,
                                      .properties = kProperties,
                                      .category = "Storage",
                                      .create = create};
constinit const qom::Type kScsiPciBase{
    .name = "virtio-scsi-pci-base", .parent = &VirtioPci::kType, .abstract = true, .properties = kScsiPciProperties};
constinit const qom::Type kScsiPci{.name = "virtio-scsi-pci",
    .parent = &kScsiPciBase,
    .interfaces = kGenericInterfaces,
    .properties = kDisableProperties,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioScsi,
    .part_name = "virtio-backend",
    .category = "Storage",
    .alias = "virtio-scsi",
    .create = make_virtio_pci<kKind, VirtioPci::Form::generic>};
constinit const qom::Type kScsiPciTransitional{.name = "virtio-scsi-pci-transitional",
    .parent = &kScsiPciBase,
    .interfaces = kTransitionalInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioScsi,
    .part_name = "virtio-backend",
    .category = "Storage",
    .create = make_virtio_pci<kKind, VirtioPci::Form::transitional>};
constinit const qom::Type kScsiPciNonTransitional{.name = "virtio-scsi-pci-non-transitional",
    .parent = &kScsiPciBase,
    .interfaces = kGenericInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioScsi,
    .part_name = "virtio-backend",
    .category = "Storage",
    .create = make_virtio_pci<kKind, VirtioPci::Form::non_transitional>};

}  // namespace rhea
