#include "machine/cpu_object.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "machine/cpu/properties.h"
#include "machine/cpu/property_table.h"
#include "machine/cpu_plug.h"
#include "machine/lapic_object.h"
#include "machine/machine.h"
#include "machine/qdev.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr qom::ValueType kRegionLink{"link<memory-region>"};

QObject memory_of(const CpuObject&) { return qom::kMemorySpace; }

constexpr qom::Property kCommonProperties[] = {
    qom::property("memory", kRegionLink).from<memory_of>(),
    qom::property("legacy-memory", qom::kText).write_only(),
    qom::property("start-powered-off", qom::kBool),
};
constexpr qom::Region kMemoryPlaces[] = {{{}, 0, qom::Region::kWhole}, {"memory[0]", 0, qom::Region::kWhole}},
                      kSmramPlace[] = {{"memory[0]", 0, std::uint64_t{1} << 32, 1}};
constexpr qom::Nodes kNodes[] = {qom::regions("memory", kMemoryPlaces), qom::regions("smram", kSmramPlace)};

}  // namespace

constinit const qom::Type kCpuType{
    .name = "cpu", .parent = &Device::kType, .abstract = true, .properties = kCommonProperties, .pluggable = false};
constinit const qom::Type kX86CpuType{.name = "x86_64-cpu",
                                      .parent = &kCpuType,
                                      .abstract = true,
                                      .nodes = kNodes,
                                      .late_properties = [](const qom::Type&) { return cpu_properties(); },
                                      .late_instance_properties = [](const qom::Type&) { return cpu_instance_properties(); },
                                      .pluggable = false};

namespace {

/// The type of a model, made when it is first asked for: a machine needs one of them.
const qom::Type& type_of_model(std::size_t index) {
    struct Entry {
        std::string name;
        std::unique_ptr<const qom::Type> type;
    };
    static std::vector<Entry> types(cpu_model_names().size());
    Entry& entry = types[index];
    if (!entry.type) {
        entry.name = fmt::format("{}-x86_64-cpu", cpu_model_names()[index]);
        qom::Type type{.name = entry.name, .parent = &kX86CpuType, .category = "CPU", .create = create_cpu};
        if (is_max_cpu(entry.name)) type.properties = max_cpu_properties();
        entry.type = std::make_unique<const qom::Type>(type);
    }
    return *entry.type;
}

std::int64_t node_number(const Machine& machine, unsigned index) {
    const auto node = machine.numa().node_of_cpu(index);
    return node ? std::int64_t{*node} : -1;
}

}  // namespace

std::vector<const qom::Type*> cpu_model_types() {
    std::vector<const qom::Type*> types;
    for (std::size_t i = 0; i < cpu_model_names().size(); ++i) types.push_back(&type_of_model(i));
    return types;
}

const qom::Type* find_cpu_type(std::string_view name) {
    const auto names = cpu_model_names();
    const auto found = std::find(names.begin(), names.end(), cpu_model_of_type(name));
    return found == names.end() ? nullptr : &type_of_model(static_cast<std::size_t>(found - names.begin()));
}

namespace {

/// All CPUs of a machine are of one model and have heard the same.
std::shared_ptr<const CpuModel> make_model(const qom::Type& type, Machine& machine, Result<void>& realized) {
    if (const Vcpu* other = machine.cpus().empty() ? nullptr : &machine.cpus().front())
        return static_cast<const CpuObject&>(*other->object).shared_model();
    auto model = std::make_shared<CpuModel>(type, *find_cpu_model(cpu_model_of_type(type.name)));
    model->apply(machine.type());
    if (machine.config().cpu) model->apply(*machine.config().cpu);
    model->expand();
    realized = model->realize();
    return model;
}

}  // namespace

Result<std::unique_ptr<CpuObject>> CpuObject::make(const qom::Type& type, Machine& machine, unsigned index, const Tell& tell) {
    Result<void> realized;
    auto model = make_model(type, machine, realized);
    for (const std::string& complaint : model->features().complaints()) tell(complaint);
    if (!realized) return fail(std::move(realized).error());
    return std::unique_ptr<CpuObject>(new CpuObject(type, machine, index, std::move(model)));
}

CpuObject::CpuObject(const qom::Type& type, Machine& machine, unsigned index, std::shared_ptr<const CpuModel> model)
    : Device(type), model_(std::move(model)), index_(index), place_(machine.topology().place(index)), apic_id_(machine.topology().apic_id(index)),
      node_(node_number(machine, index)) {
    if (model_->features().has_apic() || machine.config().smp.cpus > 1) {
        auto lapic = std::make_unique<LapicObject>(apic_id_);
        apply_version(machine, lapic->values());
        lapic->set_realized();
        add_child("lapic", std::move(lapic));
    }
    set_hotplug_handler(&machine.cpu_hotplug());
}

bool CpuObject::lacks_hyperthreading(bool takes_topoext) const {
    return model_->is_amd() && !(takes_topoext && *model_->features().has("topoext"));
}

/// What a CPU gets from where it is, and when it is made; nothing: its model knows.
std::optional<QObject> CpuObject::own(std::string_view name) const {
    constexpr std::int64_t kAmdMicrocode = 0x1000065, kMicrocode = 0x100000000;
    const std::pair<std::string_view, std::int64_t> numbers[] = {
        {"socket-id", place_.socket}, {"die-id", place_.die}, {"core-id", place_.core}, {"thread-id", place_.thread},
        {"apic-id", apic_id_}, {"node-id", node_},
    };
    for (const auto& [known, value] : numbers)
        if (known == name) return QObject(value);
    const auto unless_said = [&](std::string_view property, QObject value) -> std::optional<QObject> {
        return model_->given(property) ? std::nullopt : std::optional(std::move(value));
    };
    if (name == "phys-bits") return unless_said(name, std::int64_t{model_->features().physical_bits()});
    if (name == "ucode-rev") return unless_said(name, model_->is_amd() ? kAmdMicrocode : kMicrocode);
    if (name == "hv-vendor-id") return unless_said(name, "Microsoft Hv");
    return std::nullopt;
}

QObject CpuObject::read(const qom::Property& property) const {
    if (auto value = own(property.name)) return std::move(*value);
    if (model_->knows(property)) return model_->get(property);
    if (const QObject* said = model_->given(property.name)) return *said;
    QObject value = Device::read(property);
    return value.is_null() && property.type == &qom::kBool ? QObject(false) : value;
}

}  // namespace rhea
