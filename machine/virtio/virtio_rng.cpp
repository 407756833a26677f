/// virtio-rng: random bytes for the guest.
#include "machine/virtio/types.h"

namespace rhea {

namespace {

constexpr qom::ValueType kRngLink{"link<rng-backend>", &type_ref<std::string>};
constexpr qom::Property kProperties[] = {
    qom::property("max-bytes", qom::kUint64, std::int64_t{9223372036854775807}),
    qom::property("period", qom::kUint32, 65536),
    qom::property("rng", kRngLink),
    qom::property("legacy-rng", qom::kText).internal(),
};
constexpr std::int64_t kAutomatic = 0xffffffff;
/// Unless it is said: one for the queue and one for the configuration.
QObject vectors_of(const VirtioPci& proxy) {
    const auto said = proxy.values().integer("vectors");
    return said == kAutomatic ? 2 : said;
}
constexpr qom::Property kRngPciProperties[] = {
    qom::property("ioeventfd", qom::kBit, true),
    qom::property("vectors", qom::kUint32, kAutomatic).shown_by<vectors_of>(),
};
constexpr VirtioPciKind kKind{.legacy_id = 0x1005, .virtio_id = 4, .class_code = 0x00ff, .io_size = 0x20, .msix = true};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    if (const auto rng = creation.values.text("rng")) {
        const qom::Object* object = creation.platform.tree.objects().child(*rng);
        if (!object) return fail(Error::device_not_found(*rng));
        if (!object->type().is_a(kRngBackend)) return fail(fmt::format("Invalid parameter type for 'rng', expected: rng-backend"));
    }
    if (creation.values.integer("period") <= 0) return fail("'period' parameter expects a positive integer");
    if (creation.values.integer("max-bytes") < 0) return fail("'max-bytes' parameter must be non-negative, and less than 2^63");
    return std::make_unique<VirtioDevice>(creation.values);
}

}  // namespace

constinit const qom::Type kVirtioRng{
    .name = "virtio-rng-device", .parent = &VirtioDevice::kType, .properties = kProperties, .category = "Misc", .create = create};
constinit const qom::Type kRngPciBase{.name = "virtio-rng-pci-base", .parent = &VirtioPci::kType, .abstract = true, .properties = kRngPciProperties};
constinit const qom::Type kRngPci{.name = "virtio-rng-pci",
    .parent = &kRngPciBase,
    .interfaces = kGenericInterfaces,
    .properties = kDisableProperties,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioRng,
    .part_name = "virtio-backend",
    .category = "Misc",
    .alias = "virtio-rng",
    .create = make_virtio_pci<kKind, VirtioPci::Form::generic>};
constinit const qom::Type kRngPciTransitional{.name = "virtio-rng-pci-transitional",
    .parent = &kRngPciBase,
    .interfaces = kTransitionalInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioRng,
    .part_name = "virtio-backend",
    .category = "Misc",
    .create = make_virtio_pci<kKind, VirtioPci::Form::transitional>};
constinit const qom::Type kRngPciNonTransitional{.name = "virtio-rng-pci-non-transitional",
    .parent = &kRngPciBase,
    .interfaces = kGenericInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioRng,
    .part_name = "virtio-backend",
    .category = "Misc",
    .create = make_virtio_pci<kKind, VirtioPci::Form::non_transitional>};

}  // namespace rhea
