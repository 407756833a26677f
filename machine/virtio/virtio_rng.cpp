/// virtio-rng: random bytes for the guest.
#include <algorithm>

#include "machine/clock.h"
#include "machine/objects/rng.h"
#include "machine/virtio/types.h"

namespace rhea {

namespace {

constexpr std::uint16_t kQueueSize = 8;
constexpr std::size_t kPiece = 4096;
constexpr std::int64_t kMillisecond = 1'000'000, kPatience = 10 * kMillisecond;

/// Fills the guest's buffers while the machine runs, up to so many bytes in each period.
class VirtioRng final : public VirtioDevice {
public:
    VirtioRng(qom::Values said, Clocks& clocks, std::shared_ptr<RngSource> source)
        : VirtioDevice(std::move(said), VirtioId::rng, {kQueueSize}, 0),
          clocks_(clocks),
          source_(std::move(source)),
          budget_(values().integer("max-bytes")),
          period_(clocks, ClockType::virtual_time, [this] { next_period(); }),
          again_(clocks, ClockType::virtual_time, [this] { serve(); }),
          more_(clocks, ClockType::realtime, [this] { serve(); }) {}

protected:
    void handle_queue(unsigned) override { serve(); }
    void handle_reset() override {
        again_.cancel();
        more_.cancel();
    }

private:
    void serve() {
        if (!(status() & kDriverOk) || queue_empty(0)) return;
        const auto now = clocks_.now(ClockType::virtual_time);
        if (!clocks_.running()) return again_.set(now);
        if (!period_.pending()) period_.set(now + values().integer("period") * kMillisecond);
        while (budget_ > 0 && !queue_empty(0)) {
            std::uint8_t bytes[kPiece];
            const auto room = queues()[0].writable_bytes(*transport(), std::min<std::uint64_t>(kPiece, static_cast<std::uint64_t>(budget_)));
            const auto got = source_->fill(std::span(bytes, room));
            if (got == 0) return more_.set(clocks_.now(ClockType::realtime) + kPatience);
            hand_out(std::span<const std::uint8_t>(bytes, got));
        }
    }
    void hand_out(std::span<const std::uint8_t> bytes) {
        budget_ -= static_cast<std::int64_t>(bytes.size());
        while (!bytes.empty()) {
            const auto element = pop(0);
            if (!element) break;
            const auto part = element->write(*transport(), 0, bytes);
            push(0, *element, static_cast<std::uint32_t>(part));
            if (part == 0) continue;
            bytes = bytes.subspan(part);
        }
        tell(0);
    }
    void next_period() {
        budget_ = values().integer("max-bytes");
        serve();
    }

    Clocks& clocks_;
    std::shared_ptr<RngSource> source_;
    std::int64_t budget_;        // bytes left of this period
    Timer period_, again_, more_;      // again: when the machine runs; more: when the source may have some
};

constexpr qom::ValueType kRngLink{"link<rng-backend>", &type_ref<std::string>};
constexpr qom::Property kProperties[] = {
    qom::property("max-bytes", qom::kUint64, std::int64_t{9223372036854775807}),
    qom::property("period", qom::kUint32, 65536),
    qom::property("rng", kRngLink),
    qom::property("legacy-rng", qom::kText).internal(),
};
constexpr qom::Property kRngPciProperties[] = {
    qom::property("ioeventfd", qom::kBit, true),
    qom::property("vectors", qom::kUint32, VirtioPci::kAutomaticVectors).shown_by<vectors_of>(),
};
constexpr VirtioPciKind kKind{.class_code = 0x00ff};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    Platform& platform = creation.platform;
    if (creation.values.integer("period") <= 0) return fail("'period' parameter expects a positive integer");
    if (creation.values.integer("max-bytes") < 0) return fail("'max-bytes' parameter must be non-negative, and less than 2^63");
    const auto name = creation.values.text("rng");
    if (!name) {
        qom::Creation inner{platform, qom::Values(kRngBuiltin), {}};
        auto made = RHEA_TRY(kRngBuiltin.create(inner));
        auto device = std::make_unique<VirtioRng>(creation.values, platform.clocks, static_cast<RngBackend&>(*made).source());
        device->add_child("default-backend", std::move(made));
        return device;
    }
    qom::Object* object = platform.tree.objects().child(*name);
    if (!object) return fail(Error::device_not_found(*name));
    if (!object->type().is_a(kRngBackend)) return fail(fmt::format("Invalid parameter type for 'rng', expected: rng-backend"));
    return std::make_unique<VirtioRng>(creation.values, platform.clocks, static_cast<RngBackend&>(*object).source());
}

}  // namespace

constinit const qom::Type kVirtioRng{
    .name = "virtio-rng-device", .parent = &VirtioDevice::kType, .properties = kProperties, .category = "Misc", .create = create};
constinit const qom::Type kRngPciBase{.name = "virtio-rng-pci-base", .parent = &VirtioPci::kType, .abstract = true, .properties = kRngPciProperties};
constinit const qom::Type kRngPci{.name = "virtio-rng-pci",
    .parent = &kRngPciBase,
    .interfaces = kGenericInterfaces,
    .properties = kDisableProperties,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioRng,
    .part_name = "virtio-backend",
    .category = "Misc",
    .alias = "virtio-rng",
    .create = make_virtio_pci<kKind, VirtioPci::Form::generic>};
constinit const qom::Type kRngPciTransitional{.name = "virtio-rng-pci-transitional",
    .parent = &kRngPciBase,
    .interfaces = kTransitionalInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioRng,
    .part_name = "virtio-backend",
    .category = "Misc",
    .create = make_virtio_pci<kKind, VirtioPci::Form::transitional>};
constinit const qom::Type kRngPciNonTransitional{.name = "virtio-rng-pci-non-transitional",
    .parent = &kRngPciBase,
    .interfaces = kGenericInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioRng,
    .part_name = "virtio-backend",
    .category = "Misc",
    .create = make_virtio_pci<kKind, VirtioPci::Form::non_transitional>};

}  // namespace rhea
