/// Keyboard, mouse and tablet. No driver polls them: they are chosen for the input only when somebody asks for that, and lose it.
#include <fmt/format.h>

#include "machine/input/input.h"
#include "machine/platform.h"
#include "machine/usb/usb_bus.h"
#include "machine/usb/usb_types.h"

namespace rhea {

namespace {

struct HidKind {
    std::string_view product, handler;
    unsigned events;
};
constexpr unsigned bit(InputEventKind kind) { return InputDevice::kind_bit(kind); }
constexpr HidKind kTabletKind{"QEMU USB Tablet", "QEMU HID Tablet", bit(InputEventKind::btn) | bit(InputEventKind::abs)};
constexpr HidKind kMouseKind{"QEMU USB Mouse", "QEMU HID Mouse", bit(InputEventKind::btn) | bit(InputEventKind::rel)};
constexpr HidKind kKeyboardKind{"QEMU USB Keyboard", "QEMU HID Keyboard", bit(InputEventKind::key)};

class UsbHidDevice final : public UsbDevice, public InputDevice {
public:
    UsbHidDevice(qom::Values values, const HidKind& kind, unsigned speeds, Input& input)
        : UsbDevice(std::move(values), {kind.product, speeds}), kind_(kind), input_(input) {}
    ~UsbHidDevice() override { input_.remove(*this); }

    std::string_view input_name() const override { return kind_.handler; }
    unsigned input_kinds() const override { return kind_.events; }
    void input(const InputEvent&) override {}

protected:
    Result<void> plugged_in(UsbBus&, UsbPort&) override {
        RHEA_CHECK(attach());
        input_.add(*this);
        return {};
    }

private:
    const HidKind& kind_;
    Input& input_;
};

template <const HidKind& K>
Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    const auto version = creation.values.integer("usb_version");
    if (version != 1 && version != 2) {
        RHEA_CHECK(static_cast<UsbBus*>(creation.bus)->try_port(creation.values, K.product));
        return fail(fmt::format("Invalid usb version {} for usb hid device", version));
    }
    return std::make_unique<UsbHidDevice>(creation.values, K, version == 1 ? kUsbFull : kUsbFull | kUsbHigh, creation.platform.input);
}

constexpr UsbProduct kWacom{"QEMU PenPartner Tablet", kUsbFull};
Result<std::unique_ptr<qom::Object>> create_wacom(qom::Creation& creation) { return std::make_unique<UsbDevice>(creation.values, kWacom); }

constexpr qom::Property kTabletProperties[] = {
    qom::property("usb_version", qom::kUint32, 2),
    qom::property("display", qom::kText),
    qom::property("head", qom::kUint32, 0),
};
constexpr qom::Property kKeyboardProperties[] = {
    qom::property("usb_version", qom::kUint32, 2),
    qom::property("display", qom::kText),
};
constexpr qom::Property kMouseProperties[] = {qom::property("usb_version", qom::kUint32, 2)};

}  // namespace

constinit const qom::Type kUsbHid{.name = "usb-hid", .parent = &kUsbDevice, .abstract = true};
constinit const qom::Type kUsbTablet{.name = "usb-tablet",
                                     .parent = &kUsbHid,
                                     .properties = kTabletProperties,
                                     .instance_properties = kUsbAttached,
                                     .category = "Input",
                                     .create = create<kTabletKind>};
constinit const qom::Type kUsbKbd{.name = "usb-kbd",
                                  .parent = &kUsbHid,
                                  .properties = kKeyboardProperties,
                                  .instance_properties = kUsbAttached,
                                  .category = "Input",
                                  .create = create<kKeyboardKind>};
constinit const qom::Type kUsbMouse{.name = "usb-mouse",
                                    .parent = &kUsbHid,
                                    .properties = kMouseProperties,
                                    .instance_properties = kUsbAttached,
                                    .category = "Input",
                                    .create = create<kMouseKind>};
constinit const qom::Type kUsbWacomTablet{.name = "usb-wacom-tablet",
                                          .parent = &kUsbDevice,
                                          .instance_properties = kUsbAttached,
                                          .category = "Input",
                                          .summary = "QEMU PenPartner Tablet",
                                          .create = create_wacom};

}  // namespace rhea
