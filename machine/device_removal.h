#pragma once
/// The machine's side of unplugging: devices wait here until the turn of the loop comes to its end.
#include <uv.h>

#include <vector>

#include "chardev/loop_turn.h"
#include "machine/hotplug.h"
#include "machine/qom/tree.h"
#include "monitor/event_bus.h"

namespace rhea {

struct DeviceDeletedEvent { std::optional<std::string> device; std::string path; };
struct DeviceUnplugGuestErrorEvent { std::optional<std::string> device; std::string path; };

template <>
inline constexpr auto description<DeviceDeletedEvent> = object(
    "q_obj_DEVICE_DELETED-arg", member<&DeviceDeletedEvent::device>("device"), member<&DeviceDeletedEvent::path>("path"));
template <>
inline constexpr auto description<DeviceUnplugGuestErrorEvent> =
    object("q_obj_DEVICE_UNPLUG_GUEST_ERROR-arg", member<&DeviceUnplugGuestErrorEvent::device>("device"),
           member<&DeviceUnplugGuestErrorEvent::path>("path"));
template <> inline constexpr EventInfo event<DeviceDeletedEvent>{"DEVICE_DELETED", "A device is gone; its id is free again."};
template <>
inline constexpr EventInfo event<DeviceUnplugGuestErrorEvent>{"DEVICE_UNPLUG_GUEST_ERROR", "The guest does not let go of a device."};

void declare_device_events(EventBus& events);

class DeviceRemovals final : public DeviceRemoval {
public:
    DeviceRemovals(uv_loop_t* loop, qom::Tree& tree, EventBus& events);

    void remove(Device& device) override;
    void refuse(Device& device) override;

private:
    void run();

    uv_loop_t* loop_;
    qom::Tree& tree_;
    EventBus& events_;
    UvHandle<uv_idle_t> idle_;            // made when first needed; active while somebody waits
    std::vector<Device*> waiting_;
};

}  // namespace rhea
