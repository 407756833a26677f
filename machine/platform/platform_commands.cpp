#include "machine/devices/vmgenid.h"
#include "machine/machine.h"
#include "machine/platform/commands.h"
#include "machine/platform/events.h"
#include "machine/platform/network_events.h"
#include "machine/platform/platform_types.h"
#include "monitor/command_table.h"

namespace rhea {

namespace {

Result<std::vector<AcpiOstInfo>> query_acpi_ospm_status(Machine& machine, const Empty&) {
    if (!machine.board() || machine.config().machine.properties.acpi == OnOffAuto::off) return fail("command is not supported, missing ACPI device");
    std::vector<AcpiOstInfo> list = machine.device_memory().ospm_status();
    for (AcpiOstInfo& cpu : machine.cpu_hotplug().ospm_status()) list.push_back(std::move(cpu));
    return list;
}
Result<GuidInfo> query_vm_generation_id(Machine& machine, const Empty&) {
    const VmGenId* generation = nullptr;
    machine.devices().for_each_device([&](Device& device) {
        if (!generation) generation = dynamic_cast<const VmGenId*>(&device);
    });
    if (!generation) return fail("VM Generation ID device not found");
    return GuidInfo{generation->text()};
}
Result<std::vector<PrManagerInfo>> query_pr_managers(Machine&, const Empty&) { return std::vector<PrManagerInfo>{}; }

constexpr Command kCommands[] = {
    command<query_acpi_ospm_status>("query-acpi-ospm-status", "Tells what the guest said of hot-plugged devices."),
    command<query_vm_generation_id>("query-vm-generation-id", "Tells the number that changes when a guest is copied."),
    command<query_pr_managers>("query-pr-managers", "Lists the helpers for persistent reservations.")
        .preconfig()
        .absent_hardware(),
};

}  // namespace

void add_platform_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

void declare_platform_events(EventBus& events) {
    events.declare<AcpiDeviceOstEvent, BalloonChangeEvent, MemUnplugErrorEvent, MemoryDeviceSizeChangeEvent,
                   MemoryFailureEvent, PrManagerStatusChangedEvent, VserportChangeEvent, VfuClientHangupEvent,
                   NicRxFilterChangedEvent, NetdevStreamConnectedEvent, NetdevStreamDisconnectedEvent,
                   RdmaGidStatusChangedEvent>();
}

}  // namespace rhea
