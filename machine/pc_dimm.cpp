/// The module of memory as a device: its properties, and -device pc-dimm.
#include <fmt/format.h>

#include "machine/device_memory.h"
#include "machine/machine.h"
#include "machine/machine_object.h"
#include "machine/objects/memory_backend.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

const qom::Object* backend_of(const PcDimm& dimm) { return &dimm.backend(); }
QObject size_of(const PcDimm& dimm) { return dimm.size(); }

constexpr qom::ValueType kBackendLink{"link<memory-backend>", &type_ref<std::string>};
constexpr qom::Property memdev_property() {
    qom::Property p = qom::property("memdev", kBackendLink);
    p.target = [](const qom::Object& object) { return backend_of(static_cast<const PcDimm&>(object)); };
    return p;
}

constexpr qom::Property kProperties[] = {
    qom::property("addr", qom::kUint64, 0),
    qom::property("node", qom::kUint32, 0),
    qom::property("slot", qom::kInt32, -1),
    memdev_property(),
    qom::property("legacy-memdev", qom::kText).internal(),
};
constexpr qom::Property kInstanceProperties[] = {qom::property("size", qom::kUint64).from<size_of>()};
constexpr const qom::Type* kInterfaces[] = {&qom::kMemoryDevice};

Result<MemoryBackend*> find_backend(qom::Tree& tree, const std::optional<std::string>& path) {
    if (!path) return fail("'memdev' property must be set");
    qom::Object* object = tree.find(*path);
    if (!object) return fail(Error::device_not_found(*path));
    auto* backend = dynamic_cast<MemoryBackend*>(object);
    if (!backend) return fail(Error::invalid_parameter_type("memdev", "memory-backend"));
    return backend;
}

Result<std::unique_ptr<qom::Object>> create_dimm(qom::Creation& creation) {
    const qom::Values& values = creation.values;
    const auto* object = dynamic_cast<const MachineObject*>(&creation.platform.tree.machine());
    // A link that leads nowhere is found out as soon as it is said.
    if (values.text("memdev")) RHEA_TRY(find_backend(creation.platform.tree, values.text("memdev")));
    if (!object || !object->machine().board()) return fail(fmt::format("Device '{}' can not be hotplugged on this machine", values.type().name));
    Machine& machine = object->machine();
    DeviceMemory& memory = machine.device_memory();
    const unsigned slot = RHEA_TRY(memory.free_slot(values.integer("slot")));
    MemoryBackend* backend = RHEA_TRY(find_backend(creation.platform.tree, values.text("memdev")));
    const std::uint64_t address = RHEA_TRY(memory.free_address(static_cast<std::uint64_t>(values.integer("addr")), backend->size()));
    if (backend->in_use()) return fail(fmt::format("can't use already busy memdev: {}", backend->name()));
    const auto node = static_cast<std::uint32_t>(values.integer("node"));
    const unsigned nodes = std::max(machine.numa().count(), 1u);
    if (node >= nodes) return fail(fmt::format("'DIMM property node has value {}' which exceeds the number of numa nodes: {}", node, nodes));
    return std::make_unique<PcDimm>(memory, *backend, address, slot, node);
}

}  // namespace

constinit const qom::Type PcDimm::kType{.name = "pc-dimm",
                                        .parent = &Device::kType,
                                        .interfaces = kInterfaces,
                                        .properties = kProperties,
                                        .instance_properties = kInstanceProperties,
                                        .category = "Misc",
                                        .summary = "DIMM memory module",
                                        .create = create_dimm};

PcDimm::PcDimm(DeviceMemory& memory, MemoryBackend& backend, std::uint64_t address, unsigned slot, std::uint32_t node)
    : Device(kType), memory_(memory), backend_(backend), address_(address), slot_(slot), node_(node) {
    backend_.add_user();
    backend_.set_place({.container = "/machine/device-memory[0]", .address = address_ - memory_.base()});
    set_hotplug_handler(&memory_);
    memory_.add(*this);
}

PcDimm::~PcDimm() {
    memory_.remove(*this);
    backend_.set_place({});
    backend_.remove_user();
}

std::uint64_t PcDimm::size() const { return backend_.size(); }

QObject PcDimm::read(const qom::Property& property) const {
    if (property.name == "addr") return address_;
    if (property.name == "slot") return std::int64_t{slot_};
    if (property.name == "node") return std::int64_t{node_};
    return Device::read(property);
}

}  // namespace rhea
