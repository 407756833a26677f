#include "machine/objects/throttle_group.h"

#include <limits>

#include <fmt/format.h>

#include "machine/block/block_layer.h"
#include "machine/objects/options.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"
#include "qobject/convert.h"

namespace rhea {

struct NamedLimits { objects::ThrottleLimits limits; };
template <> inline constexpr auto description<NamedLimits> = object("", member<&NamedLimits::limits>("limits"));

namespace {

using enum ThrottleBucket;

enum class Part { average, max, length, size };
struct Limit {
    std::string_view name;      // its old form has "x-" in front
    ThrottleBucket bucket;
    Part part;
};

// In the order of the schema, in which they are checked.
constexpr Limit kLimits[] = {
    {"iops-total", iops, Part::average},
    {"iops-total-max", iops, Part::max},
    {"iops-total-max-length", iops, Part::length},
    {"iops-read", iops_rd, Part::average},
    {"iops-read-max", iops_rd, Part::max},
    {"iops-read-max-length", iops_rd, Part::length},
    {"iops-write", iops_wr, Part::average},
    {"iops-write-max", iops_wr, Part::max},
    {"iops-write-max-length", iops_wr, Part::length},
    {"bps-total", bps, Part::average},
    {"bps-total-max", bps, Part::max},
    {"bps-total-max-length", bps, Part::length},
    {"bps-read", bps_rd, Part::average},
    {"bps-read-max", bps_rd, Part::max},
    {"bps-read-max-length", bps_rd, Part::length},
    {"bps-write", bps_wr, Part::average},
    {"bps-write-max", bps_wr, Part::max},
    {"bps-write-max-length", bps_wr, Part::length},
    {"iops-size", iops, Part::size},
};
constexpr std::size_t kCount = std::size(kLimits);
constexpr std::int64_t kMostSeconds = std::numeric_limits<std::uint32_t>::max();

/// The number in a ThrottleConfig that a limit is.
template <class Config>
auto& place(Config& config, const Limit& limit) {
    auto& bucket = config.at(limit.bucket);
    switch (limit.part) {
        case Part::average: return bucket.average;
        case Part::max: return bucket.max;
        case Part::length: return bucket.burst_length;
        case Part::size: break;
    }
    return config.iops_size;
}
void put(ThrottleConfig& config, const Limit& limit, std::int64_t value) {
    // A negative number becomes one that is far too large, as it does in QEMU.
    place(config, limit) = static_cast<std::uint64_t>(value);
}

std::int64_t integer(const QObject& value) {
    std::int64_t number = 0;
    if (value.number()) (void)value.number()->get_int(number);
    return number;
}

Result<void> overlay(ThrottleConfig& config, const QDict& limits) {
    for (const Limit& limit : kLimits) {
        const QObject* value = limits.find(limit.name);
        if (!value) continue;
        if (limit.part == Part::length && integer(*value) > kMostSeconds)
            return fail(fmt::format("{} value must be in the range [0, {}]", limit.name, kMostSeconds));
        put(config, limit, integer(*value));
    }
    return {};
}

QObject limits_of(const ThrottleGroupObject& group) {
    QDict limits;
    for (const Limit& limit : kLimits)
        limits.put(std::string(limit.name), static_cast<std::int64_t>(place(group.config(), limit)));
    return limits;
}
Result<void> set_limits(ThrottleGroupObject& group, const QObject& value) {
    RHEA_TRY(from_qdict<NamedLimits>(QDict{{"limits", value}}));      // errors name the members "limits.bps-total"
    return group.change(*value.dict());
}

template <std::size_t I>
QObject one_limit(const ThrottleGroupObject& group) {
    return static_cast<std::int64_t>(place(group.config(), kLimits[I]));
}
Result<void> too_late(ThrottleGroupObject&, const QObject&) { return fail("Property cannot be set after initialization"); }

/// "x-" and a limit's name.
template <std::size_t I>
struct OldName {
    static constexpr auto text = [] {
        std::array<char, kLimits[I].name.size() + 2> all{'x', '-'};
        std::copy(kLimits[I].name.begin(), kLimits[I].name.end(), all.begin() + 2);
        return all;
    }();
    static constexpr std::string_view name{text.data(), text.size()};
};
constexpr qom::ValueType kLimitsType{"ThrottleLimits"};

template <std::size_t... I>
constexpr auto make_properties(std::index_sequence<I...>) {
    return std::array<qom::Property, kCount + 1>{qom::property(OldName<I>::name, qom::kInt).template from<one_limit<I>>().template to<too_late>()...,
                                                 qom::property("limits", kLimitsType).from<limits_of>().to<set_limits>()};
}
constexpr auto kProperties = make_properties(std::make_index_sequence<kCount>());
constexpr const qom::Type* kInterfaces[] = {&qom::kUserCreatable};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    ThrottleConfig config;
    if (const QObject* limits = creation.values.given("limits")) RHEA_CHECK(overlay(config, *limits->dict()));
    for (std::size_t i = 0; i < kCount; ++i) {
        const QObject* value = creation.values.given(kProperties[i]);
        if (!value) continue;
        if (integer(*value) < 0) return fail("Property values cannot be negative");
        if (kLimits[i].part == Part::length && integer(*value) > kMostSeconds)     // two words run together in QEMU's text
            return fail(fmt::format("{} value must be in therange [0, {}]", kProperties[i].name, kMostSeconds));
        put(config, kLimits[i], integer(*value));
    }
    if (creation.platform.block.find_throttle_group(creation.id)) return fail("A group with this name already exists");
    RHEA_CHECK(config.check());
    auto group = creation.platform.block.throttle_group(creation.id);
    group->set(config);
    return std::make_unique<ThrottleGroupObject>(std::move(creation.values), std::move(group));
}

}  // namespace

constinit const qom::Type ThrottleGroupObject::kType{.name = "throttle-group",
                                                     .parent = &qom::kObject,
                                                     .interfaces = kInterfaces,
                                                     .properties = kProperties,
                                                     .create = create};

Result<void> ThrottleGroupObject::change(const QDict& limits) {
    ThrottleConfig config = group_->config();
    RHEA_CHECK(overlay(config, limits));
    RHEA_CHECK(config.check());
    group_->set(config);
    return {};
}

}  // namespace rhea
