#include "machine/cpu_object.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "machine/cpu_plug.h"
#include "machine/lapic_object.h"
#include "machine/machine.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr qom::ValueType kWords{"X86CPUFeatureWordInfo"}, kPanic{"GuestPanicInformation"}, kList{"strList"}, kRegionLink{"link<memory-region>"};

const qom::ValueType& type_of_letter(char letter) {
    switch (letter) {
    case 'B': return qom::kBit;
    case 'b': return qom::kBool;
    case '1': return qom::kUint8;
    case '2': return qom::kUint16;
    case '4': return qom::kUint32;
    case '8': return qom::kUint64;
    case 'i': return qom::kInt32;
    case 'I': return qom::kInt;
    case 's': return qom::kString;
    case 't': return qom::kText;
    case 'o': return qom::kOnOffAuto;
    case 'L': return kList;
    case 'W': return kWords;
    default: return kPanic;
    }
}

template <class Visit>
void for_each_word(std::string_view text, Visit&& visit) {
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        visit(word);
    }
}

std::vector<qom::Property> parse_table(std::string_view text) {
    std::vector<qom::Property> table;
    for_each_word(text, [&](std::string_view word) {
        const auto colon = word.find(':');
        const char letter = word[colon + 1];
        qom::Property property = qom::property(word.substr(0, colon), type_of_letter(letter));
        // "=VALUE" behind the letter is the default.
        if (const auto text = word.substr(colon + 2); !text.empty()) {
            std::uint64_t number = 0;
            const auto digits = text.substr(1);
            if (letter == 'o') property.default_value = digits;
            else if (digits == "on" || digits == "off") property.default_value = digits == "on";
            else if (digits == "-1") property.default_value = std::int64_t{-1};
            else if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec == std::errc{}) property.default_value = number;
            else property.default_value = digits;
        }
        if (property.type == &kWords || property.type == &kPanic || property.type == &kList) property.access = qom::Access::read_only;
        if (property.type == &kPanic) property.unreadable_ = "No crash occurred";
        table.push_back(property);
    });
    return table;
}

/// Made when a CPU is first looked at: most machines end without.
const std::vector<qom::Property>& class_table() {
    static const std::vector<qom::Property> table = parse_table(kCpuProperties);
    return table;
}
const std::vector<qom::Property>& instance_table() {
    static const std::vector<qom::Property> table = parse_table(kCpuInstanceProperties);
    return table;
}

constexpr int kOff = -1, kOn = -2;

/// For each property of the class: its place among the features that differ from model to model, or kOff, kOn.
const std::vector<int>& feature_places() {
    static const std::vector<int> places = [] {
        std::vector<int> found(class_table().size(), kOff);
        const auto mark = [&](std::string_view name, int place) {
            for (std::size_t i = 0; i < found.size(); ++i)
                if (class_table()[i].name == name) found[i] = place;
        };
        int place = 0;
        for_each_word(kCpuFeatures, [&](std::string_view name) { mark(name, place++); });
        for_each_word(kCpuAlwaysOn, [&](std::string_view name) { mark(name, kOn); });
        return found;
    }();
    return places;
}

/// The property that another name stands for.
const qom::Property* aliased(std::string_view name) {
    const qom::Property* found = nullptr;
    for_each_word(kCpuAliases, [&](std::string_view word) {
        const auto equals = word.find('=');
        if (word.substr(0, equals) != name) return;
        for (const qom::Property& property : class_table())
            if (property.name == word.substr(equals + 1)) found = &property;
    });
    return found;
}

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
                                      .late_properties = [](const qom::Type&) { return std::span<const qom::Property>(class_table()); },
                                      .late_instance_properties = [](const qom::Type&) { return std::span<const qom::Property>(instance_table()); },
                                      .pluggable = false};

namespace {

constexpr std::string_view kSuffix = "-x86_64-cpu";

/// The type of a model, made when it is first asked for: a machine needs one of them.
const qom::Type& type_of_model(std::size_t index) {
    static std::vector<std::unique_ptr<const qom::Type>> types(cpu_model_data().size());
    if (!types[index])
        types[index] = std::make_unique<const qom::Type>(qom::Type{
            .name = cpu_model_data()[index].type_name, .parent = &kX86CpuType, .category = "CPU", .create = create_cpu});
    return *types[index];
}

const CpuFacts& model_of(const qom::Type& type) {
    const auto models = cpu_model_data();
    return *std::find_if(models.begin(), models.end(), [&](const CpuFacts& model) { return type.name == model.type_name; });
}

/// Its place in the class's table; nothing: no feature that a model has or lacks.
std::optional<std::size_t> feature_index(const qom::Property& property) {
    const auto& table = class_table();
    if (&property < table.data() || &property >= table.data() + table.size()) return std::nullopt;
    if (property.type != &qom::kBool || !std::holds_alternative<std::monostate>(property.default_value)) return std::nullopt;
    return static_cast<std::size_t>(&property - table.data());
}

bool has_feature(const CpuFacts& model, std::size_t index) {
    const int place = feature_places()[index];
    if (place < 0) return place == kOn;
    const auto bit = static_cast<unsigned>(place);
    return (model.features[bit / 8] >> (bit % 8) & 1) != 0;
}

/// What a CPU can be given at all: the model "max" has it.
bool can_have(std::size_t index) {
    static const CpuFacts& max = model_of(*find_cpu_type("max-x86_64-cpu"));
    return has_feature(max, index);
}

std::int64_t node_number(const Machine& machine, unsigned index) {
    const auto node = machine.numa().node_of_cpu(index);
    return node ? std::int64_t{*node} : -1;
}

}  // namespace

std::vector<const qom::Type*> cpu_model_types() {
    std::vector<const qom::Type*> types;
    for (std::size_t i = 0; i < cpu_model_data().size(); ++i) types.push_back(&type_of_model(i));
    return types;
}

const qom::Type* find_cpu_type(std::string_view name) {
    if (!name.ends_with(kSuffix)) return nullptr;
    for (std::size_t i = 0; i < cpu_model_data().size(); ++i)
        if (name == cpu_model_data()[i].type_name) return &type_of_model(i);
    return nullptr;
}

CpuObject::CpuObject(const qom::Type& type, Machine& machine, unsigned index)
    : Device(type), model_(model_of(type)), index_(index), place_(machine.topology().place(index)), apic_id_(machine.topology().apic_id(index)),
      node_(node_number(machine, index)) {
    if (machine.config().cpu) apply(machine.config().cpu->features);
    auto lapic = std::make_unique<LapicObject>(apic_id_);
    lapic->set_realized();
    add_child("lapic", std::move(lapic));
    set_hotplug_handler(&machine.cpu_hotplug());
}

void CpuObject::apply(const std::vector<cli::CpuFeature>& features) {
    for (const bool plus_minus : {false, true})
        for (const cli::CpuFeature& said : features) {
            if (said.plus_minus != plus_minus) continue;
            const qom::Property* property = aliased(said.name);
            if (!property) property = type().find(said.name);
            if (!property) continue;      // -cpu has been checked
            if (auto value = qom::parse_value(type(), *property, QObject(said.value), InputMode::keyval)) values().keep(*property, *value);
        }
}

bool CpuObject::lacks_hyperthreading(bool takes_topoext) const {
    const auto value = [this](std::string_view name) { return read(*type().find(name)); };
    const QObject vendor = value("vendor"), topology = value("topoext");
    return vendor.string() && *vendor.string() == "AuthenticAMD" && !(takes_topoext && topology.boolean() && *topology.boolean());
}

QObject CpuObject::number(std::string_view name) const {
    const std::pair<std::string_view, std::int64_t> numbers[] = {
        {"family", model_.family},
        {"model", model_.model},
        {"stepping", model_.stepping},
        {"level", model_.level},
        {"min-level", model_.min_level},
        {"xlevel", model_.xlevel},
        {"min-xlevel", model_.min_xlevel},
        {"phys-bits", model_.physical_bits},
        {"level-func7", model_.level_func7},
        {"ucode-rev", static_cast<std::int64_t>(model_.microcode)},
        {"socket-id", place_.socket},
        {"die-id", place_.die},
        {"core-id", place_.core},
        {"thread-id", place_.thread},
        {"apic-id", apic_id_},
        {"node-id", node_},
        {"x-hv-max-vps", -1},
        {"hv-spinlocks", 0xffffffff},
        {"hv-version-id-build", 14393},
        {"hv-version-id-major", 10},
    };
    for (const auto& [known, value] : numbers)
        if (known == name) return value;
    if (name == "lbr-fmt") return std::uint64_t{0xffffffffffffffc0};
    return 0;
}

QObject CpuObject::read(const qom::Property& property) const {
    const qom::ValueType* type = property.type;
    const auto index = feature_index(property);
    if (values().given(property)) {
        QObject value = values().get(property);
        return index && !can_have(*index) ? QObject(false) : value;
    }
    if (type == &kWords) {
        const auto& words = property.name == "feature-words" ? model_.words : model_.filtered;
        QList list;
        for (std::size_t i = 0; i < words.size(); ++i) {
            const CpuFeatureWord& word = cpu_feature_words()[i];
            QDict info;
            info.put("cpuid-register", QObject(word.reg));
            info.put("cpuid-input-eax", QObject(std::int64_t{word.eax}));
            if (word.ecx >= 0) info.put("cpuid-input-ecx", QObject(word.ecx));
            info.put("features", QObject(std::int64_t{words[i]}));
            list.push_back(std::move(info));
        }
        return list;
    }
    const auto& table = class_table();
    if (&property < table.data() || &property >= table.data() + table.size()) {
        const qom::Property* other = aliased(property.name);
        if (other) return read(*other);
        QObject value = Device::read(property);
        return value.is_null() && type == &qom::kBool ? QObject(false) : value;
    }
    if (index) return has_feature(model_, *index);
    if (type == &qom::kBool || type == &qom::kBit) return feature_places()[static_cast<std::size_t>(&property - table.data())] == kOn;
    if (type == &kList) {
        QList list;
        for_each_word(model_.unavailable(), [&](std::string_view name) { list.push_back(name); });
        return list;
    }
    if (property.name == "vendor") return model_.vendor;
    if (property.name == "model-id") return model_.model_id;
    if (property.name == "hv-vendor-id") return "Microsoft Hv";
    if (type == &qom::kOnOffAuto) return "off";
    if (type == &qom::kString || type == &qom::kText || type == &kPanic) return Device::read(property);
    return number(property.name);
}

}  // namespace rhea
