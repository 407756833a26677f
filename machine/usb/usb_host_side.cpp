/// USB devices that bring something of the host's to the guest: a directory, a network, a device of its own. A guest finds the first
/// two; nothing is transferred. Of the host's devices none is taken: usb-host waits for one.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "chardev/file_descriptor.h"
#include "machine/devices/block_properties.h"
#include "machine/net/network.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"
#include "machine/usb/usb_bus.h"
#include "machine/usb/usb_types.h"

namespace rhea {

namespace {

constexpr UsbProduct kMtpProduct{"QEMU USB MTP", kUsbFull | kUsbHigh}, kNetProduct{"QEMU USB Network Interface", kUsbFull},
    kHostProduct{"USB Host Device", kUsbLow | kUsbFull | kUsbHigh | kUsbSuper, false};

Result<std::unique_ptr<qom::Object>> create_mtp(qom::Creation& creation) {
    const std::string root = creation.values.text("rootdir").value_or("");
    if (!root.starts_with('/')) return fail("usb-mtp: rootdir must be configured and be an absolute path");
    const int access = creation.values.boolean("readonly") ? R_OK : R_OK | W_OK;
    if (::access(root.c_str(), access) != 0) return fail("usb-mtp: rootdir does not exist/not readable");
    return std::make_unique<UsbDevice>(creation.values, kMtpProduct);
}
/// The directory's name, unless it is said.
QObject description_of(const Device& device) {
    const std::string root = device.values().text("rootdir").value_or("");
    return device.values().text("desc").value_or(root.substr(root.rfind('/') + 1));
}

/// A network card: its cable's end is there, the endpoints behind it are not. What comes in is lost and counted.
class UsbCard final : public UsbDevice, private net::NicUser {
public:
    UsbCard(qom::Creation& creation, const std::vector<net::Client*>& netdev)
        : UsbDevice(creation.values, kNetProduct),
          nic_(creation.platform.network, *this, std::string(creation.values.type().name), creation.id, net::mac_of(creation), netdev) {}

    QObject read(const qom::Property& property) const override {
        return property.name == "mac" ? QObject(net::mac_text(nic_.mac())) : UsbDevice::read(property);
    }

private:
    net::Nic nic_;
};

Result<std::unique_ptr<qom::Object>> create_net(qom::Creation& creation) {
    const auto netdev = RHEA_TRY(net::netdev_of(creation, creation.values.type().name));
    return std::make_unique<UsbCard>(creation, netdev);
}

class UsbHost final : public UsbDevice {
public:
    explicit UsbHost(qom::Values values) : UsbDevice(std::move(values), kHostProduct) { set_idle_speed(kUsbLow); }
};

Result<std::unique_ptr<qom::Object>> create_host(qom::Creation& creation) {
    const qom::Values& values = creation.values;
    constexpr std::int64_t kMostIds = 0xffff, kMostAddresses = 127;
    for (const char* id : {"vendorid", "productid"})
        if (values.integer(id) > kMostIds) return fail(fmt::format("{} out of range", id));
    if (values.integer("hostaddr") > kMostAddresses) return fail("hostaddr out of range");
    if (const auto path = values.text("hostdevice"); path && !path->empty()) {
        FileDescriptor device(::open(path->c_str(), O_RDWR | O_CLOEXEC));
        if (!device) return fail(fmt::format("failed to open {}: {}", *path, std::strerror(errno)));
        return fail(fmt::format("failed to open host usb device {}", *path));
    }
    // One that is named by its place must be there; others may come later.
    if (values.integer("hostbus") != 0 && values.integer("hostaddr") != 0)
        return fail(fmt::format("failed to find host usb device {}:{}", values.integer("hostbus"), values.integer("hostaddr")));
    return std::make_unique<UsbHost>(values);
}

QObject is_attached(const UsbDevice& device) { return device.attached(); }

constexpr qom::Property kMtpProperties[] = {
    qom::property("rootdir", qom::kText),
    qom::property("desc", qom::kText).shown_by<description_of>(),
    qom::property("readonly", qom::kBool, true),
};
constexpr qom::Property kNetProperties[] = {
    qom::property("mac", qom::kMacAddress),
    qom::property("netdev", qom::kNetdev),
};
constexpr qom::Property kHostProperties[] = {
    qom::property("hostbus", qom::kUint32, 0),
    qom::property("hostaddr", qom::kUint32, 0),
    qom::property("hostport", qom::kText),
    qom::property("vendorid", qom::kUint32, 0),
    qom::property("productid", qom::kUint32, 0),
    qom::property("hostdevice", qom::kText),
    qom::property("isobufs", qom::kUint32, 4),
    qom::property("isobsize", qom::kUint32, 32),
    qom::property("guest-reset", qom::kBool, true),
    qom::property("guest-resets-all", qom::kBool, false),
    qom::property("loglevel", qom::kUint32, 2),
    qom::property("pipeline", qom::kBit, true),
    qom::property("suppress-remote-wake", qom::kBool, true),
};
constexpr auto kBootable = std::array{kBootIndex[0], qom::property("attached", qom::kBool).from<is_attached>()};

}  // namespace

constinit const qom::Type kUsbMtp{.name = "usb-mtp",
                                  .parent = &kUsbDevice,
                                  .properties = kMtpProperties,
                                  .instance_properties = kUsbAttached,
                                  .category = "Misc",
                                  .summary = "USB Media Transfer Protocol device",
                                  .create = create_mtp};
constinit const qom::Type kUsbNet{.name = "usb-net",
                                  .parent = &kUsbDevice,
                                  .properties = kNetProperties,
                                  .instance_properties = kBootable,
                                  .category = "Network",
                                  .create = create_net};
constinit const qom::Type kUsbHost{.name = "usb-host",
                                   .parent = &kUsbDevice,
                                   .properties = kHostProperties,
                                   .instance_properties = kBootable,
                                   .category = "Misc",
                                   .create = create_host};

}  // namespace rhea
