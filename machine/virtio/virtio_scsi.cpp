/// virtio-scsi: a SCSI bus for the guest. Its queues are not served.
#include "machine/scsi/scsi_bus.h"
#include "machine/virtio/types.h"

namespace rhea {

namespace {

constexpr ScsiAddress kHighest{0, 255, 16383};
constexpr std::int64_t kMostQueues = 1022;

class VirtioScsi final : public VirtioDevice {
public:
    /// `queues`: of requests.
    VirtioScsi(qom::Values said, unsigned queues, std::string bus_name, DeviceRemoval& removal)
        : VirtioDevice(said, VirtioId::scsi, std::vector<std::uint16_t>(queues + 2, static_cast<std::uint16_t>(said.integer("virtqueue_size"))), kConfigSize),
          bus_(std::move(bus_name), kHighest, removal) {
        add_part(bus_.bus_name(), bus_);
        bus_.set_hotplug_handler(&bus_, this);
    }
    std::int64_t request_queues() const { return static_cast<std::int64_t>(queues().size()) - 2; }
    std::uint8_t config_byte(std::size_t offset) const override {
        const auto number = [this](const char* name) { return static_cast<std::uint32_t>(values().integer(name)); };
        const auto segments = values().boolean("seg_max_adjust") ? number("virtqueue_size") - 2 : kUnadjustedSegMax;
        const std::uint32_t words[] = {static_cast<std::uint32_t>(request_queues()), segments, number("max_sectors"), number("cmd_per_lun"),
                                       kEventSize, kSenseSize, kCdbSize, kHighest.target << 16 | kHighest.channel, kHighest.lun};
        return byte_of(words[offset / 4], offset % 4);
    }
    static constexpr std::int64_t kAutomatic = 0xffffffff;

protected:
    std::uint64_t own_features(std::uint64_t common) const override {
        return common | (values().boolean("hotplug") ? kHotplug : 0) | (values().boolean("param_change") ? kParameterChange : 0);
    }

private:
    static constexpr std::size_t kConfigSize = 36;
    static constexpr std::uint32_t kEventSize = 16, kSenseSize = 96, kCdbSize = 32, kUnadjustedSegMax = 126;
    static constexpr std::uint64_t kHotplug = 1u << 1, kParameterChange = 1u << 2;
    ScsiBus bus_;
};

QObject queues_of(const VirtioScsi& device) { return device.request_queues(); }

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
    qom::property("vectors", qom::kUint32, VirtioPci::kAutomaticVectors).shown_by<vectors_of>(),
};
constexpr const qom::Type* kInterfaces[] = {&qom::kHotplugHandler};
constexpr VirtioPciKind kKind{.class_code = 0x0100};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    const qom::Values& values = creation.values;
    if (const auto queues = values.integer("num_queues"); queues != VirtioScsi::kAutomatic && (queues == 0 || queues > kMostQueues))
        return fail(fmt::format("Invalid number of queues (= {}), must be a positive integer less than {}.", queues, kMostQueues));
    if (const auto size = values.integer("virtqueue_size"); size <= 2)
        return fail(fmt::format("invalid virtqueue_size property (= {}), must be > 2", size));
    if (const auto thread = values.text("iothread"); thread && !thread->empty() && !creation.platform.tree.objects().child(*thread))
        return fail(Error::device_not_found(*thread));
    Platform& platform = creation.platform;
    const auto said = values.integer("num_queues");
    const unsigned queues = said != VirtioScsi::kAutomatic ? static_cast<unsigned>(said) : platform.sizes ? platform.sizes->boot_cpus() : 1;
    return std::make_unique<VirtioScsi>(creation.values, queues, platform.tree.name_bus(creation.id, "scsi"), platform.removal);
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
