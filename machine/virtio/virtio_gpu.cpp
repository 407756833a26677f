/// virtio-gpu, alone and with a VGA in the same function. Nothing is drawn.
#include "machine/virtio/types.h"

namespace rhea {

namespace {

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) { return std::make_unique<VirtioDevice>(creation.values); }

QObject is_big_endian(const PciDevice&) { return false; }

constexpr qom::Property kBaseProperties[] = {
    qom::property("max_outputs", qom::kUint32, 1),
    qom::property("edid", qom::kBit, true),
    qom::property("xres", qom::kUint32, 1280),
    qom::property("yres", qom::kUint32, 800),
    qom::property("max_hostmem", qom::kSize, 268435456),
    qom::property("blob", qom::kBit, false),
};
constexpr qom::Property kPciProperties[] = {
    qom::property("ioeventfd", qom::kBit, false),
    qom::property("vectors", qom::kUint32, 3),
};
constexpr qom::Property kVgaProperties[] = {
    qom::property("ioeventfd", qom::kBit, false),
    qom::property("vectors", qom::kUint32, 3),
    qom::property("big-endian-framebuffer", qom::kBool).from<is_big_endian>(),
};
constexpr VirtioPciKind kGpu{.legacy_id = 0, .virtio_id = 16, .class_code = 0x0380, .io_size = 0, .msix = true};
constexpr VirtioPciKind kVga{.legacy_id = 0, .virtio_id = 16, .class_code = 0x0300, .io_size = 0, .msix = true, .vga = true};

}  // namespace

constinit const qom::Type kVirtioGpuBase{.name = "virtio-gpu-base", .parent = &VirtioDevice::kType, .abstract = true};
constinit const qom::Type kVirtioGpu{.name = "virtio-gpu-device",
    .parent = &kVirtioGpuBase,
    .properties = kBaseProperties,
    .hotpluggable = false,
    .create = create};
constinit const qom::Type kGpuPciBase{.name = "virtio-gpu-pci-base", .parent = &VirtioPci::kType, .abstract = true, .properties = kPciProperties};
constinit const qom::Type kGpuPciBaseType{
    .name = "virtio-gpu-pci-base-type", .parent = &kGpuPciBase, .abstract = true, .properties = kDisableProperties};
constinit const qom::Type kGpuPci{.name = "virtio-gpu-pci",
    .parent = &kGpuPciBaseType,
    .interfaces = kGenericInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioGpu,
    .part_name = "virtio-backend",
    .category = "Display",
    .alias = "virtio-gpu",
    .hotpluggable = false,
    .create = make_virtio_pci<kGpu, VirtioPci::Form::generic>};
constinit const qom::Type kVirtioVgaBase{.name = "virtio-vga-base", .parent = &VirtioPci::kType, .abstract = true, .properties = kVgaProperties};
constinit const qom::Type kVirtioVgaBaseType{
    .name = "virtio-vga-base-type", .parent = &kVirtioVgaBase, .abstract = true, .properties = kDisableProperties};
constinit const qom::Type kVirtioVga{.name = "virtio-vga",
    .parent = &kVirtioVgaBaseType,
    .interfaces = kGenericInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioGpu,
    .part_name = "virtio-backend",
    .category = "Display",
    .hotpluggable = false,
    .create = make_virtio_pci<kVga, VirtioPci::Form::generic>};

}  // namespace rhea
