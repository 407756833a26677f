#include "machine/cpu/model.h"

#include <fmt/format.h>

#include "machine/compat_properties.h"
#include "machine/cpu/properties.h"
#include "machine/qom/basic_types.h"
#include "machine/qom/node.h"

namespace rhea {

namespace {

constexpr std::string_view kSuffix = "-x86_64-cpu";
constexpr std::string_view kAmd = "AuthenticAMD";
constexpr std::size_t kVendor = 12;      // bytes
constexpr std::size_t kLeaf7 = 2;        // the word of what is in EBX of leaf 7
constexpr std::uint32_t kLeaf7Number = 7, kSvmLeaf = 0x8000000a;
constexpr std::size_t kLeaf7Second = 5;  // the word of what is in leaf 7 behind its first part
constexpr std::uint64_t kNoBranchRecords = ~std::uint64_t{0x3f};
constexpr unsigned kTallFamily = 15;     // from which on the signature has it in two fields

QObject list_words(const CpuWords& words) {
    QList list;
    for (std::size_t i = kCpuWords; i-- > 0;) {
        const CpuWord& word = cpu_words()[i];
        if (word.reg.empty()) continue;
        QDict info;
        info.put("cpuid-register", QObject(word.reg));
        info.put("cpuid-input-eax", QObject(std::int64_t{word.eax}));
        if (word.ecx >= 0) info.put("cpuid-input-ecx", QObject(std::int64_t{word.ecx}));
        info.put("features", QObject(words[i]));
        list.push_back(std::move(info));
    }
    return list;
}

Result<void> check_value(std::string_view name, const QObject& value) {
    constexpr struct {
        std::string_view name;
        std::int64_t high;
    } kRanges[] = {{"stepping", 0xf}, {"family", 0xff + 0xf}, {"model", 0xff}};
    std::int64_t number = 0;
    if (value.number() && value.number()->get_int(number))
        for (const auto& range : kRanges)
            if (range.name == name && (number < 0 || number > range.high))
                return fail(fmt::format("Property .{} doesn't take value {} (minimum: 0, maximum: {})", name, number, range.high));
    if (name == "vendor" && value.string() && value.string()->size() != kVendor)
        return fail(fmt::format("Property '.vendor' doesn't take value '{}'", *value.string()));
    return {};
}

}  // namespace

std::string_view cpu_model_of_type(std::string_view type) {
    return type.ends_with(kSuffix) ? type.substr(0, type.size() - kSuffix.size()) : std::string_view();
}

CpuModel::CpuModel(const qom::Type& type, const CpuFacts& facts)
    : type_(type), facts_(facts), features_(facts.words), min_level_(facts.level), min_xlevel_(facts.xlevel) {}

void CpuModel::keep(const qom::Property& property, QObject value) {
    if (value.boolean()) features_.set(property.name, *value.boolean());
    for (auto& [known, held] : given_)
        if (known == &property) return void(held = std::move(value));
    given_.emplace_back(&property, std::move(value));
}

void CpuModel::apply(const MachineType& machine) {
    for_each_compat_property(machine, type_, [&](const CompatProperty& row) {
        const qom::Property* property = type_.find(row.property);
        if (!property) return;
        if (auto value = qom::parse_value(type_, *property, QObject(row.value), InputMode::keyval)) keep(*property, std::move(*value));
    });
}

void CpuModel::apply(const cli::Cpu& cpu) {
    const bool own = cpu.model == facts_.name;
    // "a=b" first, then every "+a", then every "-a".
    const auto turn = [](const cli::CpuFeature& said) { return !said.plus_minus ? 0 : said.value == "on" ? 1 : 2; };
    for (const int now : {0, 1, 2})
        for (const cli::CpuFeature& said : cpu.features) {
            if (turn(said) != now || (now == 0 && !own)) continue;
            const qom::Property* property = aliased_cpu_property(said.name);
            if (!property) property = type_.find(said.name);
            if (!property) continue;
            if (auto value = qom::parse_value(type_, *property, QObject(said.value), InputMode::keyval))
                keep(*property, std::move(*value));
        }
}

Result<void> CpuModel::set(std::string_view name, const QObject& value) {
    const qom::Property* property = aliased_cpu_property(name);
    if (!property) property = type_.find(name);
    if (!property) return fail(qom::property_not_found(type_, name));
    // A link may be set as long as there is no CPU.
    if (property->access == qom::Access::read_only && !property->type->name.starts_with("link<"))
        return fail(fmt::format("Property '{}.{}' is not writable", type_.name, name));
    QObject parsed = RHEA_TRY(qom::parse_value(type_, *property, value, InputMode::json));
    RHEA_CHECK(check_value(name, parsed));
    keep(*property, std::move(parsed));
    return {};
}

void CpuModel::expand() {
    features_.expand();
    min_level_ = number("min-level", facts_.level);
    min_xlevel_ = number("min-xlevel", facts_.xlevel);
    if (!flag("full-cpuid-auto-level", true)) {
        // CPUs have always grown to the leaf of what is new in it, though not to others.
        if (features_.words()[kLeaf7] != 0 && min_level_ < kLeaf7Number) min_level_ = kLeaf7Number;
        return;
    }
    level_func7_ = features_.words()[kLeaf7Second] != 0 ? 1 : 0;
    raise_levels();
}

/// A CPU has the leaves that its features stand in.
void CpuModel::raise_levels() {
    for (std::size_t i = 0; i < kCpuWords; ++i) {
        const CpuWord& word = cpu_words()[i];
        if (features_.words()[i] == 0 || word.reg.empty()) continue;
        std::uint32_t* const level = word.eax < 0x40000000 ? &min_level_ : word.eax < 0x80000000 ? nullptr : word.eax < 0xc0000000 ? &min_xlevel_ : &min_xlevel2_;
        if (level && *level < word.eax) *level = word.eax;
    }
    if (features_.has("svm").value_or(false) && min_xlevel_ < kSvmLeaf) min_xlevel_ = kSvmLeaf;
}

Result<void> CpuModel::realize() {
    const bool enforce = flag("enforce", false);
    if (const QObject* format = given("lbr-fmt")) {
        std::uint64_t bits = 0;
        if (format->number() && format->number()->get_uint(bits)) features_.set_branch_records(bits);
    }
    filter(enforce || flag("check", true));
    if (is_amd()) features_.repeat_for_amd();
    if (enforce && features_.lacks_some()) return fail("TCG doesn't support requested features");
    return {};
}

const QObject* CpuModel::given(std::string_view name) const {
    for (const auto& [property, value] : given_)
        if (property->name == name) return &value;
    return nullptr;
}

void CpuModel::filter(bool tell) { features_.filter(flag("x-force-features", false), tell); }

bool CpuModel::flag(std::string_view name, bool otherwise) const {
    const QObject* value = given(name);
    return value && value->boolean() ? *value->boolean() : otherwise;
}

unsigned CpuModel::number(std::string_view name, unsigned otherwise) const {
    const QObject* value = given(name);
    std::int64_t number = 0;
    return value && value->number() && value->number()->get_int(number) ? static_cast<unsigned>(number) : otherwise;
}

bool CpuModel::is_amd() const {
    const QObject* vendor = given("vendor");
    return (vendor && vendor->string() ? std::string_view(*vendor->string()) : facts_.vendor) == kAmd;
}

std::uint32_t CpuModel::signature() const {
    const unsigned family = number("family", facts_.family), model = number("model", facts_.model);
    const unsigned families = family > kTallFamily ? kTallFamily << 8 | (family - kTallFamily) << 20 : family << 8;
    return families | (model & 0xf) << 4 | (model >> 4) << 16 | number("stepping", facts_.stepping);
}

/// What the model or its features say of a property; nothing: not theirs.
std::optional<QObject> CpuModel::fact(std::string_view name) const {
    const std::pair<std::string_view, std::uint64_t> numbers[] = {
        {"family", facts_.family}, {"model", facts_.model}, {"stepping", facts_.stepping},
        {"level", min_level_}, {"min-level", min_level_}, {"xlevel", min_xlevel_}, {"min-xlevel", min_xlevel_},
        {"xlevel2", min_xlevel2_}, {"min-xlevel2", min_xlevel2_},
        {"level-func7", level_func7_},
        {"lbr-fmt", kNoBranchRecords},
    };
    for (const auto& [known, value] : numbers)
        if (known == name) return QObject(value);
    if (name == "vendor") return QObject(facts_.vendor);
    if (name == "model-id") return QObject(facts_.model_id);
    if (name == "legacy-cache") return QObject(facts_.legacy_cache);
    if (name == "pmu") return QObject(facts_.pmu);
    return std::nullopt;
}

bool CpuModel::knows(const qom::Property& property) const {
    for (const auto& table : {cpu_properties(), cpu_instance_properties(), type_.properties})
        if (!table.empty() && &property >= table.data() && &property < table.data() + table.size()) return true;
    return false;
}

QObject CpuModel::get(const qom::Property& property) const {
    if (const qom::Property* other = aliased_cpu_property(property.name)) return get(*other);
    if (const auto feature = features_.has(property.name)) return *feature;
    if (property.type == &kCpuWordList) return list_words(property.name == "feature-words" ? features_.words() : features_.filtered());
    if (property.type == &kCpuNameList) {
        QList list;
        for (const std::string_view name : features_.missing()) list.push_back(name);
        return list;
    }
    const bool raised = property.name.starts_with("min-");      // whatever was said
    if (const QObject* said = raised ? nullptr : given(property.name)) return *said;
    if (auto own = fact(property.name)) return std::move(*own);
    QObject value = qom::to_qobject(property.default_value);
    if (!value.is_null()) return value;
    if (property.type == &qom::kBool || property.type == &qom::kBit) return false;
    if (property.type == &qom::kString || property.type == &qom::kText) return "";
    return property.type == &kCpuPanic ? QObject() : QObject(0);
}

// Members of one bucket leave in the order in which QEMU has them, so that what comes last is put in first.

QDict CpuModel::properties() const {
    QDict all;
    const auto lines = qom::list_type(type_);
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        const qom::Property* property = line->property;
        if (!property) continue;
        if (knows(*property)) {
            if (property->access != qom::Access::read_only) all.put(line->name, get(*property));
        } else if (line->name == "memory" || line->name == "realized" || line->name == "start-powered-off") {
            const QObject* said = given(line->name);
            all.put(line->name, said ? *said : line->name == "memory" ? QObject(qom::kMemorySpace) : QObject(false));
        }
    }
    return all;
}

QDict CpuModel::static_properties() const {
    QDict all;
    std::vector<std::string_view> features;
    for (const CpuWord& word : cpu_words())
        for_each_feature(word, [&](unsigned, std::string_view name) { features.push_back(name); });
    for (auto name = features.rbegin(); name != features.rend(); ++name) all.put(std::string(*name), QObject(*features_.has(*name)));
    for (const std::string_view name : {"lmce", "vendor", "model-id", "stepping", "model", "family", "min-xlevel", "min-level"})
        all.put(std::string(name), get(*type_.find(name)));
    return all;
}

}  // namespace rhea
