/// virtio-input: keyboard, tablet and mouse. No input reaches them yet.
#include "machine/virtio/types.h"

namespace rhea {

namespace {

constexpr std::uint16_t kQueueSize = 64;
constexpr std::size_t kKeyboardConfigSize = 37, kPointerConfigSize = 51;      // as much as the longest answer takes
constexpr qom::Property kInputProperties[] = {qom::property("serial", qom::kText)};
constexpr qom::Property kHidProperties[] = {
    qom::property("display", qom::kText),
    qom::property("head", qom::kUint32, 0),
};
constexpr qom::Property kWheelProperties[] = {qom::property("wheel-axis", qom::kBool, true)};
constexpr qom::Property kPciProperties[] = {qom::property("vectors", qom::kUint32, 2)};
constexpr VirtioPciKind kKeyboardKind{.class_code = 0x0900};
constexpr VirtioPciKind kTabletKind{.class_code = 0x0980};
constexpr VirtioPciKind kMouseKind{.class_code = 0x0902};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) { 
    // Events one way, lights the other.
    return std::make_unique<VirtioDevice>(creation.values, VirtioId::input, std::vector<std::uint16_t>(2, kQueueSize),
                                          &creation.values.type() == &kVirtioKeyboard ? kKeyboardConfigSize : kPointerConfigSize);
 }

}  // namespace

constinit const qom::Type kVirtioInput{
    .name = "virtio-input-device", .parent = &VirtioDevice::kType, .abstract = true, .properties = kInputProperties};
constinit const qom::Type kVirtioInputHid{
    .name = "virtio-input-hid-device", .parent = &kVirtioInput, .abstract = true, .properties = kHidProperties};
constinit const qom::Type kInputPci{
    .name = "virtio-input-pci", .parent = &VirtioPci::kType, .abstract = true, .properties = kPciProperties};
constinit const qom::Type kInputHidPci{.name = "virtio-input-hid-pci", .parent = &kInputPci, .abstract = true};
constinit const qom::Type kVirtioKeyboard{.name = "virtio-keyboard-device",
    .parent = &kVirtioInputHid,
    .category = "Input",
    .create = create};
constinit const qom::Type kKeyboardPciBase{
    .name = "virtio-keyboard-pci-base-type", .parent = &kInputHidPci, .abstract = true, .properties = kDisableProperties};
constinit const qom::Type kKeyboardPci{.name = "virtio-keyboard-pci",
    .parent = &kKeyboardPciBase,
    .interfaces = kGenericInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioKeyboard,
    .part_name = "virtio-backend",
    .category = "Input",
    .alias = "virtio-keyboard",
    .create = make_virtio_pci<kKeyboardKind, VirtioPci::Form::generic>};
constinit const qom::Type kVirtioTablet{.name = "virtio-tablet-device",
    .parent = &kVirtioInputHid,
    .properties = kWheelProperties,
    .category = "Input",
    .create = create};
constinit const qom::Type kTabletPciBase{
    .name = "virtio-tablet-pci-base-type", .parent = &kInputHidPci, .abstract = true, .properties = kDisableProperties};
constinit const qom::Type kTabletPci{.name = "virtio-tablet-pci",
    .parent = &kTabletPciBase,
    .interfaces = kGenericInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioTablet,
    .part_name = "virtio-backend",
    .category = "Input",
    .alias = "virtio-tablet",
    .create = make_virtio_pci<kTabletKind, VirtioPci::Form::generic>};
constinit const qom::Type kVirtioMouse{.name = "virtio-mouse-device",
    .parent = &kVirtioInputHid,
    .properties = kWheelProperties,
    .category = "Input",
    .create = create};
constinit const qom::Type kMousePciBase{
    .name = "virtio-mouse-pci-base-type", .parent = &kInputHidPci, .abstract = true, .properties = kDisableProperties};
constinit const qom::Type kMousePci{.name = "virtio-mouse-pci",
    .parent = &kMousePciBase,
    .interfaces = kGenericInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioMouse,
    .part_name = "virtio-backend",
    .category = "Input",
    .alias = "virtio-mouse",
    .create = make_virtio_pci<kMouseKind, VirtioPci::Form::generic>};

}  // namespace rhea
