#include "machine/scsi/scsi_bus.h"

#include <fmt/format.h>

namespace rhea {

namespace {

constexpr std::uint32_t kUnset = 0xffffffff;

}  // namespace

ScsiBus::ScsiBus(std::string name, ScsiAddress highest, DeviceRemoval& removal)
    : Bus(kType, std::move(name)), highest_(highest), removal_(removal) {
    set_hotplug_handler(this, this);
}

ScsiDevice* ScsiBus::at(const ScsiAddress& address) const {
    for (const Entry& entry : entries())
        if (auto* device = static_cast<ScsiDevice*>(entry.device); device->address() == address) return device;
    return nullptr;
}

Result<ScsiAddress> ScsiBus::place(const qom::Values& values) const {
    const auto number = [&](std::string_view name) { return static_cast<std::uint32_t>(values.integer(name)); };
    ScsiAddress address{number("channel"), number("scsi-id"), number("lun")};
    if (address.channel > highest_.channel) return fail(fmt::format("bad scsi channel id: {}", static_cast<std::int32_t>(address.channel)));
    if (address.target != kUnset && address.target > highest_.target)
        return fail(fmt::format("bad scsi device id: {}", static_cast<std::int32_t>(address.target)));
    if (address.lun != kUnset && address.lun > highest_.lun)
        return fail(fmt::format("bad scsi device lun: {}", static_cast<std::int32_t>(address.lun)));
    if (address.target == kUnset) {
        if (address.lun == kUnset) address.lun = 0;
        for (address.target = 0; address.target <= highest_.target; ++address.target)
            if (!at(address)) return address;
        return fail("no free target");
    }
    if (address.lun == kUnset) {
        for (address.lun = 0; address.lun <= highest_.lun; ++address.lun)
            if (!at(address)) return address;
        return fail("no free lun");
    }
    if (const ScsiDevice* other = at(address)) return fail(fmt::format("lun already used by '{}'", other->id()));
    return address;
}

namespace {

QObject channel(const ScsiDevice& device) { return std::int64_t{device.address().channel}; }
QObject target(const ScsiDevice& device) { return std::int64_t{device.address().target}; }
QObject lun(const ScsiDevice& device) { return std::int64_t{device.address().lun}; }

constexpr qom::Property kProperties[] = {
    qom::property("channel", qom::kUint32, 0).shown_by<channel>(),
    qom::property("scsi-id", qom::kUint32, std::int64_t{kUnset}).shown_by<target>(),
    qom::property("lun", qom::kUint32, std::int64_t{kUnset}).shown_by<lun>(),
};

}  // namespace

constinit const qom::Type kScsiDevice{
    .name = "scsi-device", .parent = &Device::kType, .abstract = true, .properties = kProperties, .bus = "SCSI"};
constinit const qom::Type ScsiBus::kType{.name = "SCSI", .parent = &Bus::kType};

}  // namespace rhea
