/// The types of virtio-balloon.
#include "machine/virtio/virtio_balloon.h"

#include "machine/virtio/types.h"

namespace rhea {

namespace {

QObject interval_of(const VirtioBalloon& balloon) { return balloon.polling_interval(); }
Result<void> set_interval(VirtioBalloon& balloon, const QObject& value) {
    std::int64_t seconds = 0;
    value.number()->get_int(seconds);
    if (seconds < 0) return fail("timer value must be greater than zero");
    if (seconds > 0xffffffff) return fail("timer value is too big");
    balloon.set_polling_interval(seconds);
    return {};
}

constexpr std::array<const char*, VirtioBalloon::kStatistics> kStatisticNames = {
    "stat-swap-in", "stat-swap-out", "stat-major-faults", "stat-minor-faults", "stat-free-memory",
    "stat-total-memory", "stat-available-memory", "stat-disk-caches", "stat-htlb-pgalloc", "stat-htlb-pgfail"};

QObject stats_of(const VirtioBalloon& balloon) {
    QDict stats;
    for (std::size_t tag = 0; tag < kStatisticNames.size(); ++tag) stats.put(kStatisticNames[tag], QObject(balloon.statistics()[tag]));
    QDict all;
    all.put("stats", std::move(stats));
    all.put("last-update", QObject(balloon.last_update()));
    return all;
}

constexpr qom::ValueType kIothreadLink{"link<iothread>", &type_ref<std::string>}, kStatistics{"guest statistics"};
constexpr qom::Property kProperties[] = {
    qom::property("deflate-on-oom", qom::kBit, false),
    qom::property("free-page-hint", qom::kBit, false),
    qom::property("page-poison", qom::kBit, true),
    qom::property("free-page-reporting", qom::kBit, false),
    qom::property("qemu-4-0-config-size", qom::kBool, false),
    qom::property("legacy-iothread", qom::kText).internal(),
    qom::property("iothread", kIothreadLink),
};
constexpr qom::Property kInstanceProperties[] = {
    qom::property("guest-stats", kStatistics).from<stats_of>(),
    qom::property("guest-stats-polling-interval", qom::kInt).from<interval_of>().to<set_interval>(),
};
constexpr VirtioPciKind kKind{.class_code = 0x00ff};

/// The interval is set through the proxy too.
Result<void> forward_interval(qom::Object& proxy, const QObject& value) {
    auto* balloon = static_cast<VirtioBalloon*>(static_cast<VirtioPci&>(proxy).backend());
    return balloon ? set_interval(*balloon, value) : Result<void>();
}
std::span<const qom::Property> balloon_aliases(const qom::Type& proxy) {
    static std::vector<qom::Property> aliases;
    if (aliases.empty()) {
        const auto shared = virtio_aliases(proxy);
        aliases.assign(shared.begin(), shared.end());
        for (qom::Property& alias : aliases)
            if (alias.name == "guest-stats-polling-interval") alias.set = forward_interval;
    }
    return aliases;
}

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    if (find_balloon(creation.platform.tree)) return fail("Only one balloon device is supported");
    return std::make_unique<VirtioBalloon>(creation.values, creation.platform);
}

}  // namespace

VirtioBalloon* find_balloon(qom::Tree& tree) {
    VirtioBalloon* found = nullptr;
    tree.for_each_device([&](Device& device) {
        if (&device.type() == &kVirtioBalloon) found = static_cast<VirtioBalloon*>(&device);
    });
    return found;
}

constinit const qom::Type kVirtioBalloon{.name = "virtio-balloon-device",
                                         .parent = &VirtioDevice::kType,
                                         .properties = kProperties,
                                         .instance_properties = kInstanceProperties,
                                         .category = "Misc",
                                         .create = create};
constinit const qom::Type kBalloonPciBase{.name = "virtio-balloon-pci-base", .parent = &VirtioPci::kType, .abstract = true};
constinit const qom::Type kBalloonPci{.name = "virtio-balloon-pci",
    .parent = &kBalloonPciBase,
    .interfaces = kGenericInterfaces,
    .properties = kDisableProperties,
    .late_instance_properties = balloon_aliases,
    .part = &kVirtioBalloon,
    .part_name = "virtio-backend",
    .category = "Misc",
    .alias = "virtio-balloon",
    .create = make_virtio_pci<kKind, VirtioPci::Form::generic>};
constinit const qom::Type kBalloonPciTransitional{.name = "virtio-balloon-pci-transitional",
    .parent = &kBalloonPciBase,
    .interfaces = kTransitionalInterfaces,
    .late_instance_properties = balloon_aliases,
    .part = &kVirtioBalloon,
    .part_name = "virtio-backend",
    .category = "Misc",
    .create = make_virtio_pci<kKind, VirtioPci::Form::transitional>};
constinit const qom::Type kBalloonPciNonTransitional{.name = "virtio-balloon-pci-non-transitional",
    .parent = &kBalloonPciBase,
    .interfaces = kGenericInterfaces,
    .late_instance_properties = balloon_aliases,
    .part = &kVirtioBalloon,
    .part_name = "virtio-backend",
    .category = "Misc",
    .create = make_virtio_pci<kKind, VirtioPci::Form::non_transitional>};

}  // namespace rhea
