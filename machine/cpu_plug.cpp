#include "machine/cpu_plug.h"

#include <fmt/format.h>

#include "machine/cpu_object.h"
#include "machine/devices/acpi_cpu_hotplug.h"
#include "machine/machine.h"
#include "machine/machine_object.h"
#include "machine/pc_board.h"
#include "machine/platform.h"
#include "machine/platform/events.h"

namespace rhea {

namespace {

std::int64_t given_number(const qom::Values& values, std::string_view name) {
    const QObject* given = values.given(name);
    std::int64_t number = -1;
    if (given && given->number()) (void)given->number()->get_int(number);
    return number;
}

/// One of "socket-id", "die-id", "core-id", "thread-id"; below `count`.
Result<std::uint32_t> part_of_place(const qom::Values& values, std::string_view name, unsigned count, bool has_default) {
    std::int64_t number = given_number(values, name);
    if (number < 0 && has_default) number = 0;
    if (number < 0) return fail(fmt::format("CPU {} is not set", name));
    if (number >= count) return fail(fmt::format("Invalid CPU {}: {} must be in range 0:{}", name, number, count - 1));
    return static_cast<std::uint32_t>(number);
}

Result<std::uint32_t> wanted_apic_id(const qom::Values& values, const cli::Smp& smp, const CpuTopology& topology) {
    if (values.given("apic-id")) return static_cast<std::uint32_t>(values.integer("apic-id"));
    CpuPlace place;
    place.socket = RHEA_TRY(part_of_place(values, "socket-id", topology.sockets(), false));
    place.die = RHEA_TRY(part_of_place(values, "die-id", smp.dies, smp.dies == 1));
    place.core = RHEA_TRY(part_of_place(values, "core-id", smp.cores, false));
    place.thread = RHEA_TRY(part_of_place(values, "thread-id", smp.threads, false));
    return topology.apic_id(place);
}

/// Parts of the place that were given beside its APIC id.
Result<void> check_parts(const qom::Values& values, std::uint32_t id, const CpuPlace& place) {
    const std::pair<std::string_view, unsigned> parts[] = {
        {"socket-id", place.socket}, {"die-id", place.die}, {"core-id", place.core}, {"thread-id", place.thread}};
    for (const auto& [name, is] : parts) {
        const std::int64_t said = given_number(values, name);
        if (said >= 0 && said != is) return fail(fmt::format("property {}: {} doesn't match set apic-id: 0x{:x} ({}: {})", name, said, id, name, is));
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<qom::Object>> create_cpu(qom::Creation& creation) {
    const qom::Values& values = creation.values;
    const auto* object = dynamic_cast<const MachineObject*>(&creation.platform.tree.machine());
    if (!object || !object->machine().board()) return fail(fmt::format("Device '{}' can not be hotplugged on this machine", values.type().name));
    Machine& machine = object->machine();
    if (values.type().name != machine.cpu_type()) return fail(fmt::format("Invalid CPU type, expected cpu type: '{}'", machine.cpu_type()));

    const CpuTopology topology = machine.topology();
    const std::uint32_t apic_id = RHEA_TRY(wanted_apic_id(values, machine.config().smp, topology));
    const CpuPlace place = topology.place_of_apic_id(apic_id);
    const auto index = topology.index_of_apic_id(apic_id);
    if (!index)
        return fail(fmt::format("Invalid CPU [socket: {}, die: {}, core: {}, thread: {}] with APIC ID {}, valid index range 0:{}",
                                place.socket, place.die, place.core, place.thread, apic_id, topology.places() - 1));
    if (machine.find_cpu(*index)) return fail(fmt::format("CPU[{}] with APIC ID {} exists", *index, apic_id));
    RHEA_CHECK(check_parts(values, apic_id, place));

    const std::int64_t node = given_number(values, "node-id");
    if (const auto own = machine.numa().node_of_cpu(*index); own && node >= 0 && node != *own) return fail(fmt::format("invalid node-id, must be {}", *own));

    auto cpu = RHEA_TRY(CpuObject::make(values.type(), machine, *index, [&](const std::string& complaint) { machine.engine().log(complaint); }));
    machine.add_cpu(*index, *cpu);
    if (!creation.hotplugged) machine.cpu_hotplug().added(*index);
    return cpu;
}

void CpuHotplug::connect(AcpiCpuHotplug* registers) {
    registers_ = registers;
    if (!registers_) return;
    const CpuTopology topology = machine_.topology();
    std::vector<AcpiCpuHotplug::Cpu> places(topology.places());
    for (unsigned index = 0; index < places.size(); ++index)
        places[index] = {.apic_id = topology.apic_id(index), .present = machine_.find_cpu(index) != nullptr};
    registers_->set_cpus(std::move(places));
    registers_->on_report([this](unsigned index) { reported(index); });
    registers_->on_eject([this](unsigned index) { ejected(index); });
}

/// The firmware asks how many there are at its next start.
void CpuHotplug::tell_count() const { machine_.board()->set_cpu_count(static_cast<unsigned>(machine_.cpus().size())); }

void CpuHotplug::added(unsigned index) {
    registers_->set_present(index);
    tell_count();
}

void CpuHotplug::plugged(Device& device) {
    registers_->plugged(static_cast<const CpuObject&>(device).index());
    tell_count();
}

Result<void> CpuHotplug::request_unplug(Device& device) {
    const unsigned index = static_cast<const CpuObject&>(device).index();
    if (index == 0) return fail("Boot CPU is unpluggable");
    if (registers_->legacy())
        return fail(fmt::format("acpi: device unplug request for not supported device type: {}", device.type_name()));
    registers_->request_unplug(index);
    return {};
}

AcpiOstInfo CpuHotplug::status_of(unsigned index) const {
    const AcpiCpuHotplug::Cpu& place = registers_->cpus().at(index);
    AcpiOstInfo info;
    const Vcpu* cpu = machine_.find_cpu(index);
    if (cpu && !cpu->object->id().empty()) info.device = cpu->object->id();
    info.slot = std::to_string(index);
    info.slot_type = AcpiSlotType::CPU;
    info.source = place.ost_event;
    info.status = place.ost_status;
    return info;
}

std::vector<AcpiOstInfo> CpuHotplug::ospm_status() const {
    std::vector<AcpiOstInfo> list;
    if (!registers_ || registers_->legacy()) return list;
    for (unsigned index = 0; index < registers_->cpus().size(); ++index) list.push_back(status_of(index));
    return list;
}

void CpuHotplug::reported(unsigned index) { machine_.platform().events.emit(AcpiDeviceOstEvent{status_of(index)}); }

void CpuHotplug::ejected(unsigned index) {
    const Vcpu* cpu = machine_.find_cpu(index);
    if (!cpu) return;
    machine_.removals().remove(*cpu->object);
    machine_.remove_cpu(index);
    registers_->removed(index);
    tell_count();
}

}  // namespace rhea
