#pragma once
/// Events of the board and of devices that have no room of their own.
#include "machine/platform/platform_types.h"
#include "monitor/event_bus.h"

namespace rhea {

struct AcpiDeviceOstEvent {
    AcpiOstInfo info;
};
template <>
inline constexpr auto description<AcpiDeviceOstEvent> = object("q_obj_ACPI_DEVICE_OST-arg",
                                                               member<&AcpiDeviceOstEvent::info>("info"));

struct BalloonChangeEvent {
    std::int64_t actual = 0;
};
template <>
inline constexpr auto description<BalloonChangeEvent> = object("q_obj_BALLOON_CHANGE-arg",
                                                               member<&BalloonChangeEvent::actual>("actual"));

struct MemUnplugErrorEvent {
    std::string device, msg;
};
template <>
inline constexpr auto description<MemUnplugErrorEvent> = object("q_obj_MEM_UNPLUG_ERROR-arg",
                                                                member<&MemUnplugErrorEvent::device>("device"),
                                                                member<&MemUnplugErrorEvent::msg>("msg"));

struct MemoryDeviceSizeChangeEvent {
    std::optional<std::string> id;
    std::int64_t size = 0;
    std::string qom_path;
};
template <>
inline constexpr auto description<MemoryDeviceSizeChangeEvent> =
    object("q_obj_MEMORY_DEVICE_SIZE_CHANGE-arg", member<&MemoryDeviceSizeChangeEvent::id>("id"),
           member<&MemoryDeviceSizeChangeEvent::size>("size"), member<&MemoryDeviceSizeChangeEvent::qom_path>("qom-path"));

enum class MemoryFailureRecipient { hypervisor, guest };
template <>
inline constexpr auto description<MemoryFailureRecipient> = enumeration<MemoryFailureRecipient>("MemoryFailureRecipient",
                                                                                                "hypervisor", "guest");

enum class MemoryFailureAction { ignore, inject, fatal, reset };
template <>
inline constexpr auto description<MemoryFailureAction> = enumeration<MemoryFailureAction>("MemoryFailureAction", "ignore",
                                                                                          "inject", "fatal", "reset");

struct MemoryFailureFlags {
    bool action_required = false, recursive = false;
};
template <>
inline constexpr auto description<MemoryFailureFlags> =
    object("MemoryFailureFlags", member<&MemoryFailureFlags::action_required>("action-required"),
           member<&MemoryFailureFlags::recursive>("recursive"));

struct MemoryFailureEvent {
    MemoryFailureRecipient recipient{};
    MemoryFailureAction action{};
    MemoryFailureFlags flags;
};
template <>
inline constexpr auto description<MemoryFailureEvent> = object("q_obj_MEMORY_FAILURE-arg",
                                                               member<&MemoryFailureEvent::recipient>("recipient"),
                                                               member<&MemoryFailureEvent::action>("action"),
                                                               member<&MemoryFailureEvent::flags>("flags"));

struct PrManagerStatusChangedEvent {
    std::string id;
    bool connected = false;
};
template <>
inline constexpr auto description<PrManagerStatusChangedEvent> =
    object("q_obj_PR_MANAGER_STATUS_CHANGED-arg", member<&PrManagerStatusChangedEvent::id>("id"),
           member<&PrManagerStatusChangedEvent::connected>("connected"));

struct VserportChangeEvent {
    std::string id;
    bool open = false;
};
template <>
inline constexpr auto description<VserportChangeEvent> = object("q_obj_VSERPORT_CHANGE-arg",
                                                                member<&VserportChangeEvent::id>("id"),
                                                                member<&VserportChangeEvent::open>("open"));

struct VfuClientHangupEvent {
    std::string vfu_id, vfu_qom_path, dev_id, dev_qom_path;
};
template <>
inline constexpr auto description<VfuClientHangupEvent> =
    object("q_obj_VFU_CLIENT_HANGUP-arg", member<&VfuClientHangupEvent::vfu_id>("vfu-id"),
           member<&VfuClientHangupEvent::vfu_qom_path>("vfu-qom-path"), member<&VfuClientHangupEvent::dev_id>("dev-id"),
           member<&VfuClientHangupEvent::dev_qom_path>("dev-qom-path"));

template <>
inline constexpr EventInfo event<AcpiDeviceOstEvent>{"ACPI_DEVICE_OST", "The guest reports on a hot-plugged device."};
template <>
inline constexpr EventInfo event<BalloonChangeEvent>{"BALLOON_CHANGE", "The guest gave memory back or took some.", 1000};
template <>
inline constexpr EventInfo event<MemUnplugErrorEvent>{
    "MEM_UNPLUG_ERROR", "The guest does not let memory go.", 0, {}, feature::kDeprecated};
template <>
inline constexpr EventInfo event<MemoryDeviceSizeChangeEvent>{
    "MEMORY_DEVICE_SIZE_CHANGE", "A memory device gives the guest more or less.", 1000, "qom-path"};
template <>
inline constexpr EventInfo event<MemoryFailureEvent>{"MEMORY_FAILURE", "The host found broken memory."};
template <>
inline constexpr EventInfo event<PrManagerStatusChangedEvent>{"PR_MANAGER_STATUS_CHANGED",
                                                              "The helper for persistent reservations came or went."};
template <>
inline constexpr EventInfo event<VserportChangeEvent>{"VSERPORT_CHANGE", "The guest opened or closed a virtio serial port.",
                                                      1000, "id"};
template <>
inline constexpr EventInfo event<VfuClientHangupEvent>{"VFU_CLIENT_HANGUP", "The client of a vfio-user server is gone."};

}  // namespace rhea
