/// virtio-gpu, alone and with a VGA in the same function. Nothing is drawn.
#include "machine/virtio/types.h"

namespace rhea {

namespace {

class VirtioGpu final : public VirtioDevice {
public:
    explicit VirtioGpu(qom::Values said) : VirtioDevice(std::move(said), VirtioId::gpu, {kControlQueue, kCursorQueue}, kConfigSize) {}
    std::uint8_t config_byte(std::size_t offset) const override {
        return offset >= kScanouts && offset < kScanouts + 4 ? byte_of(static_cast<std::uint64_t>(values().integer("max_outputs")), offset - kScanouts) : 0;
    }

protected:
    std::uint64_t own_features(std::uint64_t common) const override { return common | (values().boolean("edid") ? kEdid : 0); }

private:
    static constexpr std::uint16_t kControlQueue = 64, kCursorQueue = 16;
    static constexpr std::size_t kConfigSize = 16, kScanouts = 8;
    static constexpr std::uint64_t kEdid = 1u << 1;
};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) { return std::make_unique<VirtioGpu>(creation.values); }

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
constexpr VirtioPciKind kGpu{.class_code = 0x0380};
constexpr VirtioPciKind kVga{.class_code = 0x0300, .vga = true};

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
