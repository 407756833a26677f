/// USB devices that lead out of the machine: serial adapter, Braille display, redirection, sound card and smart card reader.
#include <fmt/format.h>

#include "chardev/registry.h"
#include "machine/char_port.h"
#include "machine/devices/block_properties.h"
#include "machine/devices/chardev_property.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"
#include "machine/qom/tree.h"
#include "machine/usb/usb_bus.h"
#include "machine/usb/usb_types.h"

namespace rhea {

namespace {

constexpr UsbProduct kSerialProduct{"QEMU USB Serial", kUsbFull, false}, kBrailleProduct{"QEMU USB Braille", kUsbFull, false},
    kRedirProduct{"USB Redirection Device", kUsbLow | kUsbFull | kUsbHigh | kUsbSuper, false}, kAudioProduct{"QEMU USB Audio Interface", kUsbFull},
    kCcidProduct{"QEMU USB CCID", kUsbFull};

/// Is attached while somebody is at the other end of the line, or always.
class UsbSerialAdapter final : public UsbDevice, private CharPortUser {
public:
    UsbSerialAdapter(qom::Values values, const UsbProduct& product, Chardev& chardev, bool always)
        : UsbDevice(std::move(values), product), port_(&chardev, *this), always_(always) {}

protected:
    Result<void> plugged_in(UsbBus&, UsbPort&) override {
        if (always_ || port_.connected()) RHEA_CHECK(attach());
        return {};
    }

private:
    void opened(bool open) override {
        if (open) (void)attach();      // a port that is too fast leaves it out
        else if (!always_) detach();
    }

    CharPort port_;
    bool always_;
};

template <const UsbProduct& P>
Result<std::unique_ptr<qom::Object>> create_serial(qom::Creation& creation) {
    Chardev* chardev = RHEA_TRY(chardev_of(creation.platform.chardevs, creation.values));
    if (!chardev) {
        RHEA_CHECK(static_cast<UsbBus*>(creation.bus)->try_port(creation.values, P.name));
        return fail("Property chardev is required");
    }
    const bool always = creation.values.type().find("always-plugged") && creation.values.boolean("always-plugged");
    return std::make_unique<UsbSerialAdapter>(creation.values, P, *chardev, always);
}

/// Waits for a device from the other end, which nothing here understands yet.
class UsbRedirection final : public UsbDevice, private CharPortUser {
public:
    UsbRedirection(qom::Values values, Chardev& chardev) : UsbDevice(std::move(values), kRedirProduct), port_(&chardev, *this) {
        set_idle_speed(kUsbLow);
    }

private:
    CharPort port_;
};

Result<std::unique_ptr<qom::Object>> create_redirection(qom::Creation& creation) {
    Chardev* chardev = RHEA_TRY(chardev_of(creation.platform.chardevs, creation.values));
    if (!chardev) {
        RHEA_CHECK(static_cast<UsbBus*>(creation.bus)->try_port(creation.values, kRedirProduct.name));
        return fail(Error::missing_parameter("chardev"));
    }
    return std::make_unique<UsbRedirection>(creation.values, *chardev);
}

Result<std::unique_ptr<qom::Object>> create_audio(qom::Creation& creation) {
    return std::make_unique<UsbDevice>(creation.values, kAudioProduct);
}

class UsbCcid final : public UsbDevice {
public:
    UsbCcid(qom::Values values, std::string bus_name) : UsbDevice(std::move(values), kCcidProduct), bus_(kCcidBus, std::move(bus_name)) {
        add_part(bus_.bus_name(), bus_);
    }

private:
    Bus bus_;
};

Result<std::unique_ptr<qom::Object>> create_ccid(qom::Creation& creation) {
    return std::make_unique<UsbCcid>(creation.values, creation.platform.tree.name_bus(creation.id, "ccid-bus"));
}

QObject is_attached(const UsbDevice& device) { return device.attached(); }

constexpr qom::Property kChardevProperty[] = {qom::property("chardev", qom::kChardev)};
constexpr qom::Property kSerialProperties[] = {
    qom::property("chardev", qom::kChardev),
    qom::property("always-plugged", qom::kBool, false),
};
constexpr qom::Property kRedirProperties[] = {
    qom::property("chardev", qom::kChardev),
    qom::property("debug", qom::kUint8, 2),
    qom::property("filter", qom::kText),
    qom::property("streams", qom::kBool, true),
    qom::property("suppress-remote-wake", qom::kBool, true),
};
constexpr qom::Property kAudioProperties[] = {
    qom::property("audiodev", qom::kAudiodev),
    qom::property("debug", qom::kUint32, 0),
    qom::property("buffer", qom::kUint32, 0),
    qom::property("multi", qom::kBool, false),
};
constexpr qom::Property kCcidProperties[] = {qom::property("debug", qom::kUint8, 0)};
constexpr auto kRedirInstance = std::array{kBootIndex[0], qom::property("attached", qom::kBool).from<is_attached>()};
constexpr const qom::Type* kCcidInterfaces[] = {&qom::kHotplugHandler};

}  // namespace

constinit const qom::Type kUsbSerialDev{.name = "usb-serial-dev", .parent = &kUsbDevice, .abstract = true};
constinit const qom::Type kUsbSerial{.name = "usb-serial",
                                     .parent = &kUsbSerialDev,
                                     .properties = kSerialProperties,
                                     .instance_properties = kUsbAttached,
                                     .category = "Input",
                                     .create = create_serial<kSerialProduct>};
constinit const qom::Type kUsbBraille{.name = "usb-braille",
                                      .parent = &kUsbSerialDev,
                                      .properties = kChardevProperty,
                                      .instance_properties = kUsbAttached,
                                      .category = "Input",
                                      .create = create_serial<kBrailleProduct>};
constinit const qom::Type kUsbRedir{.name = "usb-redir",
                                    .parent = &kUsbDevice,
                                    .properties = kRedirProperties,
                                    .instance_properties = kRedirInstance,
                                    .category = "Misc",
                                    .create = create_redirection};
constinit const qom::Type kUsbAudio{.name = "usb-audio",
                                    .parent = &kUsbDevice,
                                    .properties = kAudioProperties,
                                    .instance_properties = kUsbAttached,
                                    .category = "Sound",
                                    .create = create_audio};
constinit const qom::Type kCcidBus{.name = "ccid-bus", .parent = &Bus::kType};
constinit const qom::Type kUsbCcid{.name = "usb-ccid",
                                   .parent = &kUsbDevice,
                                   .interfaces = kCcidInterfaces,
                                   .properties = kCcidProperties,
                                   .instance_properties = kUsbAttached,
                                   .category = "Input",
                                   .summary = "CCID Rev 1.1 smartcard reader",
                                   .create = create_ccid};

}  // namespace rhea
