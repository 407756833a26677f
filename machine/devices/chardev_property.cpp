#include "machine/devices/chardev_property.h"

#include <fmt/format.h>

#include "chardev/registry.h"

namespace rhea {

Result<Chardev*> chardev_of(Chardevs& chardevs, const qom::Values& values) {
    const auto name = values.text("chardev");
    if (!name || name->empty()) return nullptr;
    Chardev* chardev = chardevs.find(*name);
    if (!chardev) return fail(fmt::format("Property '{}.chardev' can't find value '{}'", values.type().name, *name));
    if (chardev->in_use()) return fail(fmt::format("Property '{}.chardev' can't take value '{}', it's in use", values.type().name, *name));
    return chardev;
}

}  // namespace rhea
