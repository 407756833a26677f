#include "machine/boot_devices.h"

#include <fmt/format.h>

#include <algorithm>

#include "machine/devices/ide_bus.h"
#include "machine/pci.h"
#include "machine/qom/tree.h"
#include "machine/scsi/scsi_bus.h"

namespace rhea {
namespace {

constexpr std::int64_t kNotBooted = -1;

/// What Open Firmware calls a PCI function of this class.
std::string node_name(const PciDevice& device) {
    switch (device.config_word(0x0a)) {
        case 0x0100: return "scsi";
        case 0x0101: return "ide";
        case 0x0102: return "fdc";
        case 0x0104: return "raid";
        case 0x0200: return "ethernet";
        case 0x0300: return "display";
        case 0x0601: return "isa";
        case 0x0604: return "pci-bridge";
        case 0x0c03: return "usb";
        default: return fmt::format("pci{:04x},{:04x}", device.config_word(0x00), device.config_word(0x02));
    }
}
/// Through the bridges that lead to it.
std::string path_of(const PciDevice& device) {
    const auto* bridge = device.bus() ? dynamic_cast<const PciDevice*>(device.bus()->parent()) : nullptr;
    const std::string own = pci_boot_node(node_name(device), device.devfn());
    return (bridge ? path_of(*bridge) : std::string(kPciRootPath)) + own;
}

/// The PCI function whose bus a device hangs on.
const PciDevice* controller_of(const Bus& bus) {
    for (const qom::Object* object = &bus; object; object = object->parent())
        if (const auto* found = dynamic_cast<const PciDevice*>(object)) return found;
    return nullptr;
}

std::int64_t integer_of(const Device& device, std::string_view property) {
    const auto value = device.get(property);
    std::int64_t number = 0;
    if (value && value->number()) (void)value->number()->get_int(number);
    return number;
}

/// Empty: firmware has no name for it.
std::string path_of(const Device& device) {
    if (const auto* function = dynamic_cast<const PciDevice*>(&device)) {
        const unsigned base_class = function->config_word(0x0a) >> 8;
        if (base_class == 0x02) return path_of(*function) + "/ethernet-phy@0";
        return path_of(*function) + (base_class == 0x01 ? "/disk@0,0" : "");
    }
    const Bus* bus = device.parent_bus();
    const PciDevice* controller = bus ? controller_of(*bus) : nullptr;
    if (!controller) return {};
    if (const auto* scsi = dynamic_cast<const ScsiDevice*>(&device)) {
        const ScsiAddress& at = scsi->address();
        return fmt::format("{}/channel@{:x}/disk@{:x},{:x}", path_of(*controller), at.channel, at.target, at.lun);
    }
    if (const auto* channel = dynamic_cast<const IdeBus*>(bus))
        return fmt::format("{}/drive@{:x}/disk@{:x}", path_of(*controller), channel->channel(), integer_of(device, "unit"));
    return {};
}

std::int64_t boot_index(const Device& device, std::string_view property) {
    const QObject* said = device.values().given(property);
    std::int64_t index = kNotBooted;
    if (said && said->number()) (void)said->number()->get_int(index);
    return index;
}

constexpr std::string_view kIndexes[] = {"bootindex", "bootindexA", "bootindexB"};

}  // namespace

BootOrder boot_devices(const qom::Tree& devices) {
    BootOrder order;
    devices.for_each_device([&](Device& device) {
        const std::int64_t index = boot_index(device, "bootindex");
        const QObject* cylinders = device.values().given("lcyls");
        if (index < 0 && !cylinders) return;
        std::string path = path_of(device);
        if (path.empty()) return;
        const auto side = [&](std::string_view name) { return static_cast<std::uint32_t>(integer_of(device, name)); };
        if (cylinders) order.set_geometry(device, path, {side("lcyls"), side("lheads"), side("lsecs")});
        (void)order.add(device, static_cast<std::int32_t>(index), std::move(path));  // indexes differ: see below
    });
    // The controller has the indexes of both drives.
    devices.for_each_device([&](Device& device) {
        const PciDevice* isa = device.parent_bus() ? controller_of(*device.parent_bus()) : nullptr;
        if (!isa) return;
        for (const auto& [property, unit] : {std::pair{"bootindexA", 0}, std::pair{"bootindexB", 1}})
            if (const std::int64_t index = boot_index(device, property); index >= 0)
                (void)order.add(device, static_cast<std::int32_t>(index), fmt::format("{}/fdc@03f0/floppy@{}", path_of(*isa), unit));
    });
    return order;
}

Result<void> check_boot_index(const qom::Tree& devices, const std::vector<std::int64_t>& roms, const Device& device) {
    for (const std::string_view property : kIndexes) {
        const std::int64_t index = boot_index(device, property);
        if (index < 0) continue;
        bool used = std::find(roms.begin(), roms.end(), index) != roms.end();
        devices.for_each_device([&](Device& other) {
            used = used || std::any_of(std::begin(kIndexes), std::end(kIndexes), [&](auto name) { return boot_index(other, name) == index; });
        });
        if (used) return fail(fmt::format("The bootindex {} has already been used", index));
    }
    return {};
}

}  // namespace rhea
