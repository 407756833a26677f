#include "machine/devices/chardev_property.h"

#include <fmt/format.h>

#include "chardev/registry.h"

namespace rhea {

Result<Chardev*> chardev_of(Chardevs& chardevs, const qom::Values& values, std::string_view device) {
    const auto name = values.text("chardev");
    if (!name || name->empty()) return nullptr;
    if (device.empty()) device = values.type().name;
    Chardev* chardev = chardevs.find(*name);
    if (!chardev) return fail(fmt::format("Property '{}.chardev' can't find value '{}'", device, *name));
    if (chardev->in_use()) return fail(fmt::format("Property '{}.chardev' can't take value '{}': Device '{}' is in use", device, *name, *name));
    return chardev;
}

}  // namespace rhea
