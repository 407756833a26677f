#include "machine/device_removal.h"

#include <algorithm>

namespace rhea {

namespace {

std::optional<std::string> id_of(const Device& device) {
    return device.id().empty() ? std::nullopt : std::optional(device.id());
}

/// What hangs on a device, the innermost first, and the newest before the older.
void collect(Device& device, std::vector<Device*>& order) {
    const auto below = [&](auto& self, const qom::Object& at) -> void {
        at.for_each_child([&](qom::Object& child) {
            if (auto* bus = dynamic_cast<Bus*>(&child))
                for (auto entry = bus->entries().rbegin(); entry != bus->entries().rend(); ++entry) collect(*entry->device, order);
            else if (auto* part = dynamic_cast<Device*>(&child)) collect(*part, order);
            else self(self, child);
        });
    };
    below(below, device);
    if (std::find(order.begin(), order.end(), &device) == order.end()) order.push_back(&device);
}

}  // namespace

void declare_device_events(EventBus& events) {
    events.declare<DeviceDeletedEvent>();
    events.declare<DeviceUnplugGuestErrorEvent>();
}

DeviceRemovals::DeviceRemovals(uv_loop_t* loop, qom::Tree& tree, EventBus& events) : loop_(loop), tree_(tree), events_(events) {}

void DeviceRemovals::remove(Device& device) {
    if (std::find(waiting_.begin(), waiting_.end(), &device) != waiting_.end()) return;
    waiting_.push_back(&device);
    device.set_unplug_pending(true);
    if (!idle_) {
        idle_.reset(new uv_idle_t);
        uv_idle_init(loop_, idle_.get());
        idle_->data = this;
    }
    uv_idle_start(idle_.get(), [](uv_idle_t* handle) { static_cast<DeviceRemovals*>(handle->data)->run(); });
}

void DeviceRemovals::refuse(Device& device) {
    device.set_unplug_pending(false);
    events_.emit(DeviceUnplugGuestErrorEvent{id_of(device), device.qom_path()});
}

void DeviceRemovals::run() {
    uv_idle_stop(idle_.get());
    while (!waiting_.empty()) {
        std::vector<Device*> order;
        collect(*waiting_.front(), order);
        for (Device* device : order) {
            std::erase(waiting_, device);
            DeviceDeletedEvent gone{id_of(*device), device->qom_path()};
            // One that is not owned goes together with what it is part of.
            auto owned = tree_.unplug(*device);
            owned.reset();
            events_.emit(gone);
        }
    }
}

}  // namespace rhea
