#include "machine/device.h"

#include <algorithm>
#include <iterator>

namespace rhea {

Device& DeviceTree::plug(std::unique_ptr<Device> device, std::string id) {
    device->qom_path_ =
        id.empty() ? "/machine/peripheral-anon/device[" + std::to_string(anonymous_++) + "]" : "/machine/peripheral/" + id;
    device->id_ = std::move(id);
    devices_.push_back(std::move(device));
    return *devices_.back();
}

Device& DeviceTree::add_onboard(std::unique_ptr<Device> device, std::string qom_path) {
    device->qom_path_ =
        qom_path.empty() ? "/machine/unattached/device[" + std::to_string(onboard_++) + "]" : std::move(qom_path);
    devices_.push_back(std::move(device));
    return *devices_.back();
}

std::unique_ptr<Device> DeviceTree::unplug(Device& device) {
    for (auto at = devices_.begin(); at != devices_.end(); ++at) {
        if (at->get() != &device) continue;
        auto owned = std::move(*at);
        devices_.erase(at);
        return owned;
    }
    return nullptr;
}

Device* DeviceTree::find_id(std::string_view id) const {
    if (id.empty()) return nullptr;
    for (const auto& device : devices_)
        if (device->id() == id) return device.get();
    return nullptr;
}

Device* DeviceTree::find_path(std::string_view qom_path) const {
    for (const auto& device : devices_)
        if (device->qom_path() == qom_path) return device.get();
    return nullptr;
}

bool DeviceTree::is_container(std::string_view qom_path) {
    constexpr std::string_view kContainers[] = {"", "/", "/machine", "/machine/peripheral", "/machine/peripheral-anon",
                                                "/machine/unattached", "/objects", "/chardevs"};
    return std::find(std::begin(kContainers), std::end(kContainers), qom_path) != std::end(kContainers);
}

void DeviceTree::reset() {
    for (const auto& device : devices_) device->reset();
}

}  // namespace rhea
