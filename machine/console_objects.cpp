#include "machine/console_objects.h"

#include <algorithm>

#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

QObject value_of(const qom::Object& directory, std::string_view name, const qom::Property& property) {
    const auto consoles = static_cast<const ConsoleDirectory&>(directory).consoles();
    for (unsigned i = 0; i < consoles.size(); ++i) {
        if (qom::numbered("console", i) != name) continue;
        if (property.name == "head") return std::int64_t{consoles[i].head};
        return consoles[i].adapter ? consoles[i].adapter->qom_path() : std::string();
    }
    return {};
}

constexpr qom::ValueType kDeviceLink{"link<device>"};
constexpr qom::Property kProperties[] = {qom::property("device", kDeviceLink), qom::property("head", qom::kUint32)};
constexpr qom::Nodes kConsoles{.name = "console", .type = &kConsole, .value = value_of, .properties = kProperties};

unsigned heads_of(const Device& device) {
    const std::int64_t outputs = device.type().find("max_outputs") ? device.values().integer("max_outputs") : 1;
    return static_cast<unsigned>(std::clamp<std::int64_t>(outputs, 1, 16));
}

}  // namespace

constinit const qom::Type kConsole{.name = "qemu-console", .parent = &qom::kObject};

ConsoleDirectory::ConsoleDirectory(const qom::Tree& devices, const Chardevs& chardevs)
    : Object(qom::kContainer), devices_(devices), chardevs_(chardevs) {}

std::vector<ConsoleDirectory::Console> ConsoleDirectory::consoles() const {
    std::vector<Console> list;
    const qom::Object* machine = devices_.root().child("machine");
    const qom::Object* unattached = machine ? machine->child("unattached") : nullptr;
    for (const bool onboard : {true, false})
        devices_.for_each_device([&](Device& device) {
            const bool is_part = device.parent() && dynamic_cast<const Device*>(device.parent());
            if (device.type().category != "Display" || is_part || (device.parent() == unattached) != onboard) return;
            for (std::uint32_t head = 0; head < heads_of(device); ++head) list.push_back({&device, head});
        });
    for (const Chardev* chardev : chardevs_.by_age())
        if (chardev->kind() == "vc") list.push_back({nullptr, 0});
    return list;
}

void ConsoleDirectory::list_extras(const std::function<void(Extra)>& visit) const {
    const auto count = static_cast<unsigned>(consoles().size());
    for (unsigned i = 0; i < count; ++i) visit({.name = qom::numbered("console", i), .nodes = &kConsoles, .number = i});
}

}  // namespace rhea
