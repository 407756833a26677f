#include "machine/char/own_chardevs.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "machine/char/serial_mouse.h"
#include "machine/char/test_device.h"
#include "machine/char/vdagent.h"
#include "machine/char/wacom_tablet.h"

namespace rhea {

namespace {

/// Braille displays are served by a daemon, BRLTTY.
Error no_braille() {
    sockaddr_un address{AF_UNIX, "/var/lib/BrlAPI/0"};
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const bool there = ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    return Error::generic(fmt::format("brlapi__openConnection: connect: {}", there ? "Protocol not supported" : std::strerror(errno)));
}

}  // namespace

Result<std::unique_ptr<Chardev>> OwnChardevs::open(const ChardevOptions& options) {
    const auto log = [&] { return open_chardev_log(host_, common_options(options.backend)); };
    switch (options.backend.type) {
        case ChardevKind::testdev: return std::make_unique<TestDevice>(options, RHEA_TRY(log()), *this);
        case ChardevKind::msmouse: return std::make_unique<SerialMouse>(options, RHEA_TRY(log()), *this);
        case ChardevKind::wctablet: return std::make_unique<WacomTablet>(options, RHEA_TRY(log()), *this);
        case ChardevKind::vdagent: return std::make_unique<VdAgent>(options, RHEA_TRY(log()), *this);
        case ChardevKind::braille: return fail(no_braille());
        case ChardevKind::spiceport: return fail("spice not enabled");
        // Nobody is behind these without a SPICE server or a display on D-Bus.
        case ChardevKind::spicevmc: return std::make_unique<DeviceChardev>(options, RHEA_TRY(log()), "spicevmc");
        case ChardevKind::dbus: return std::make_unique<DeviceChardev>(options, RHEA_TRY(log()), "disconnected:fd:,server=on");
        default: return fail(fmt::format("'{}' is not a valid char driver name", enum_name(options.backend.type)));
    }
}

void OwnChardevs::connect(Surroundings surroundings) {
    machine_.emplace(std::move(surroundings));
    for (InputDevice* device : plugged_) machine_->input.add(*device);
}

void OwnChardevs::plug(InputDevice& device) {
    plugged_.push_back(&device);
    if (machine_) machine_->input.add(device);
}

void OwnChardevs::unplug(InputDevice& device) {
    std::erase(plugged_, &device);
    if (machine_) machine_->input.remove(device);
}

}  // namespace rhea
