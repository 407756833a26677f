#include "machine/display/screen.h"

#include <fmt/format.h>

#include "machine/device.h"
#include "machine/qom/tree.h"

namespace rhea {

Result<Screen*> find_screen(const qom::Tree& devices, const std::string& id, std::optional<std::int64_t> head) {
    Device* device = devices.find_id(id);
    if (!device) return fail(Error::device_not_found(id));
    auto* screen = head.value_or(0) == 0 ? dynamic_cast<Screen*>(device) : nullptr;
    if (!screen) return fail(fmt::format("Device {} (head {}) is not bound to a QemuConsole", id, head.value_or(0)));
    return screen;
}

Screen* first_screen(const qom::Tree& devices) {
    Screen* first = nullptr;
    devices.for_each_device([&](Device& device) {
        if (!first) first = dynamic_cast<Screen*>(&device);
    });
    return first;
}

}  // namespace rhea
