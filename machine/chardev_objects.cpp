#include "machine/chardev_objects.h"

#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

QObject socket_value(const qom::Object& directory, std::string_view label, const qom::Property& property) {
    const Chardev* chardev = static_cast<const ChardevDirectory&>(directory).chardevs().find(label);
    if (!chardev) return {};
    return property.name == "connected" ? QObject(chardev->connected()) : chardev->socket_address();
}

constexpr qom::ValueType kSocketAddress{"SocketAddress"};
constexpr qom::Property only_read(qom::Property property) {
    property.access = qom::Access::read_only;
    return property;
}
constexpr qom::Property kSocketProperties[] = {
    only_read(qom::property("addr", kSocketAddress)),
    only_read(qom::property("connected", qom::kBool)),
};

constexpr qom::Type kChardev{.name = "chardev", .parent = &qom::kObject, .abstract = true};
constexpr qom::Type kFd{.name = "chardev-fd", .parent = &kChardev, .abstract = true};
constexpr qom::Type kSocket{.name = "chardev-socket", .parent = &kChardev, .properties = kSocketProperties};
constexpr qom::Type kRingbuf{.name = "chardev-ringbuf", .parent = &kChardev};
constexpr qom::Type plain(std::string_view name, const qom::Type& parent = kChardev) { return {.name = name, .parent = &parent}; }
constexpr qom::Type kFile = plain("chardev-file", kFd), kPipe = plain("chardev-pipe", kFd), kStdio = plain("chardev-stdio", kFd),
                    kSerial = plain("chardev-serial", kFd), kParallel = plain("chardev-parallel"), kPty = plain("chardev-pty"),
                    kNull = plain("chardev-null"), kMux = plain("chardev-mux"), kUdp = plain("chardev-udp"), kVc = plain("chardev-vc"),
                    kMemory = plain("chardev-memory", kRingbuf), kTestdev = plain("chardev-testdev"), kMsmouse = plain("chardev-msmouse"),
                    kWctablet = plain("chardev-wctablet"), kVdagent = plain("chardev-qemu-vdagent"), kBraille = plain("chardev-braille"), kGdb = plain("chardev-gdb"),
                    kSpice{.name = "chardev-spice", .parent = &kChardev, .abstract = true}, kSpicevmc = plain("chardev-spicevmc", kSpice),
                    kSpiceport = plain("chardev-spiceport", kSpice), kDbus = plain("chardev-dbus", kSocket);

constexpr const qom::Type* kTypes[] = {&kChardev, &kFd,  &kSocket, &kRingbuf, &kFile, &kPipe,   &kStdio,    &kSerial,  &kParallel,
                                       &kPty,     &kNull, &kMux,    &kUdp,     &kVc,   &kMemory, &kTestdev,  &kMsmouse, &kWctablet, &kVdagent,
                                       &kBraille, &kGdb,  &kSpice,  &kSpicevmc, &kSpiceport, &kDbus};

/// What a chardev of each of these types is in the directory; the place of the type is that of the node.
constexpr auto kNodes = [] {
    std::array<qom::Nodes, std::size(kTypes)> nodes{};
    for (std::size_t i = 0; i < nodes.size(); ++i)
        nodes[i] = {.name = "chardev", .type = kTypes[i], .value = kTypes[i] == &kSocket ? socket_value : nullptr};
    return nodes;
}();

constexpr std::string_view kPrefix = "chardev-";

}  // namespace

ChardevDirectory::ChardevDirectory(const Chardevs& chardevs) : Object(qom::kContainer), chardevs_(chardevs) {}

void ChardevDirectory::list_extras(const std::function<void(Extra)>& visit) const {
    for (const Chardev* chardev : chardevs_.by_age())
        for (const qom::Nodes& nodes : kNodes)
            if (!nodes.type->abstract && nodes.type->name.substr(kPrefix.size()) == chardev->kind())
                visit({.name = chardev->label(), .nodes = &nodes});
}

std::span<const qom::Type* const> chardev_types() { return kTypes; }

}  // namespace rhea
