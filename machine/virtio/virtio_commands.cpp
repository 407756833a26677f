/// The insides of virtio devices, for whoever looks for what a driver has done.
#include <fmt/format.h>

#include <algorithm>

#include "machine/machine.h"
#include "machine/platform/commands.h"
#include "machine/schema_features.h"
#include "machine/virtio/virtio_features.h"
#include "monitor/command_table.h"

namespace rhea {

struct VirtioInfo {
    std::string path, name;
};
template <>
inline constexpr auto description<VirtioInfo> = object("VirtioInfo", member<&VirtioInfo::path>("path"),
                                                       member<&VirtioInfo::name>("name"));

struct VirtioDeviceFeatures {
    std::vector<std::string> transports;
    std::optional<std::vector<std::string>> dev_features;
    std::optional<std::int64_t> unknown_dev_features;
};
template <>
inline constexpr auto description<VirtioDeviceFeatures> =
    object("VirtioDeviceFeatures", member<&VirtioDeviceFeatures::transports>("transports"),
           member<&VirtioDeviceFeatures::dev_features>("dev-features"),
           member<&VirtioDeviceFeatures::unknown_dev_features>("unknown-dev-features"));

struct VirtioDeviceStatus {
    std::vector<std::string> statuses;
    std::optional<std::int64_t> unknown_statuses;
};
template <>
inline constexpr auto description<VirtioDeviceStatus> =
    object("VirtioDeviceStatus", member<&VirtioDeviceStatus::statuses>("statuses"),
           member<&VirtioDeviceStatus::unknown_statuses>("unknown-statuses"));

struct VhostDeviceProtocols {
    std::vector<std::string> protocols;
    std::optional<std::int64_t> unknown_protocols;
};
template <>
inline constexpr auto description<VhostDeviceProtocols> =
    object("VhostDeviceProtocols", member<&VhostDeviceProtocols::protocols>("protocols"),
           member<&VhostDeviceProtocols::unknown_protocols>("unknown-protocols"));

struct VhostStatus {
    std::int64_t n_mem_sections = 0, n_tmp_sections = 0, nvqs = 0, vq_index = 0;
    VirtioDeviceFeatures features, acked_features, backend_features;
    VhostDeviceProtocols protocol_features;
    std::int64_t max_queues = 0, backend_cap = 0;
    bool log_enabled = false;
    std::int64_t log_size = 0;
};
template <>
inline constexpr auto description<VhostStatus> = object(
    "VhostStatus", member<&VhostStatus::n_mem_sections>("n-mem-sections"),
    member<&VhostStatus::n_tmp_sections>("n-tmp-sections"), member<&VhostStatus::nvqs>("nvqs"),
    member<&VhostStatus::vq_index>("vq-index"), member<&VhostStatus::features>("features"),
    member<&VhostStatus::acked_features>("acked-features"), member<&VhostStatus::backend_features>("backend-features"),
    member<&VhostStatus::protocol_features>("protocol-features"), member<&VhostStatus::max_queues>("max-queues"),
    member<&VhostStatus::backend_cap>("backend-cap"), member<&VhostStatus::log_enabled>("log-enabled"),
    member<&VhostStatus::log_size>("log-size"));

struct VirtioStatus {
    std::string name;
    std::int64_t device_id = 0;
    bool vhost_started = false;
    std::string device_endian;
    VirtioDeviceFeatures guest_features, host_features, backend_features;
    std::int64_t num_vqs = 0;
    VirtioDeviceStatus status;
    std::int64_t isr = 0, queue_sel = 0;
    bool vm_running = false, broken = false, disabled = false, use_started = false, started = false, start_on_kick = false,
         disable_legacy_check = false;
    std::string bus_name;
    bool use_guest_notifier_mask = false;
    std::optional<VhostStatus> vhost_dev;
};
template <>
inline constexpr auto description<VirtioStatus> =
    object("VirtioStatus", member<&VirtioStatus::name>("name"), member<&VirtioStatus::device_id>("device-id"),
           member<&VirtioStatus::vhost_started>("vhost-started"), member<&VirtioStatus::device_endian>("device-endian"),
           member<&VirtioStatus::guest_features>("guest-features"), member<&VirtioStatus::host_features>("host-features"),
           member<&VirtioStatus::backend_features>("backend-features"), member<&VirtioStatus::num_vqs>("num-vqs"),
           member<&VirtioStatus::status>("status"), member<&VirtioStatus::isr>("isr"),
           member<&VirtioStatus::queue_sel>("queue-sel"), member<&VirtioStatus::vm_running>("vm-running"),
           member<&VirtioStatus::broken>("broken"), member<&VirtioStatus::disabled>("disabled"),
           member<&VirtioStatus::use_started>("use-started"), member<&VirtioStatus::started>("started"),
           member<&VirtioStatus::start_on_kick>("start-on-kick"),
           member<&VirtioStatus::disable_legacy_check>("disable-legacy-check"), member<&VirtioStatus::bus_name>("bus-name"),
           member<&VirtioStatus::use_guest_notifier_mask>("use-guest-notifier-mask"),
           member<&VirtioStatus::vhost_dev>("vhost-dev"));

struct VirtQueueStatus {
    std::string name;
    std::int64_t queue_index = 0, inuse = 0, vring_num = 0, vring_num_default = 0, vring_align = 0, vring_desc = 0,
                 vring_avail = 0, vring_used = 0;
    std::optional<std::int64_t> last_avail_idx, shadow_avail_idx;
    std::int64_t used_idx = 0, signalled_used = 0;
    bool signalled_used_valid = false;
};
template <>
inline constexpr auto description<VirtQueueStatus> = object(
    "VirtQueueStatus", member<&VirtQueueStatus::name>("name"), member<&VirtQueueStatus::queue_index>("queue-index"),
    member<&VirtQueueStatus::inuse>("inuse"), member<&VirtQueueStatus::vring_num>("vring-num"),
    member<&VirtQueueStatus::vring_num_default>("vring-num-default"), member<&VirtQueueStatus::vring_align>("vring-align"),
    member<&VirtQueueStatus::vring_desc>("vring-desc"), member<&VirtQueueStatus::vring_avail>("vring-avail"),
    member<&VirtQueueStatus::vring_used>("vring-used"), member<&VirtQueueStatus::last_avail_idx>("last-avail-idx"),
    member<&VirtQueueStatus::shadow_avail_idx>("shadow-avail-idx"), member<&VirtQueueStatus::used_idx>("used-idx"),
    member<&VirtQueueStatus::signalled_used>("signalled-used"),
    member<&VirtQueueStatus::signalled_used_valid>("signalled-used-valid"));

struct VirtVhostQueueStatus {
    std::string name;
    std::int64_t kick = 0, call = 0, desc = 0, avail = 0, used = 0, num = 0, desc_phys = 0, desc_size = 0, avail_phys = 0,
                 avail_size = 0, used_phys = 0, used_size = 0;
};
template <>
inline constexpr auto description<VirtVhostQueueStatus> =
    object("VirtVhostQueueStatus", member<&VirtVhostQueueStatus::name>("name"), member<&VirtVhostQueueStatus::kick>("kick"),
           member<&VirtVhostQueueStatus::call>("call"), member<&VirtVhostQueueStatus::desc>("desc"),
           member<&VirtVhostQueueStatus::avail>("avail"), member<&VirtVhostQueueStatus::used>("used"),
           member<&VirtVhostQueueStatus::num>("num"), member<&VirtVhostQueueStatus::desc_phys>("desc-phys"),
           member<&VirtVhostQueueStatus::desc_size>("desc-size"), member<&VirtVhostQueueStatus::avail_phys>("avail-phys"),
           member<&VirtVhostQueueStatus::avail_size>("avail-size"), member<&VirtVhostQueueStatus::used_phys>("used-phys"),
           member<&VirtVhostQueueStatus::used_size>("used-size"));

struct VirtioRingDesc {
    std::int64_t addr = 0, len = 0;
    std::vector<std::string> flags;
};
template <>
inline constexpr auto description<VirtioRingDesc> = object("VirtioRingDesc", member<&VirtioRingDesc::addr>("addr"),
                                                           member<&VirtioRingDesc::len>("len"),
                                                           member<&VirtioRingDesc::flags>("flags"));

struct VirtioRingAvail {
    std::int64_t flags = 0, idx = 0, ring = 0;
};
template <>
inline constexpr auto description<VirtioRingAvail> = object("VirtioRingAvail", member<&VirtioRingAvail::flags>("flags"),
                                                            member<&VirtioRingAvail::idx>("idx"),
                                                            member<&VirtioRingAvail::ring>("ring"));

struct VirtioRingUsed {
    std::int64_t flags = 0, idx = 0;
};
template <>
inline constexpr auto description<VirtioRingUsed> = object("VirtioRingUsed", member<&VirtioRingUsed::flags>("flags"),
                                                           member<&VirtioRingUsed::idx>("idx"));

struct VirtioQueueElement {
    std::string name;
    std::int64_t index = 0;
    std::vector<VirtioRingDesc> descs;
    VirtioRingAvail avail;
    VirtioRingUsed used;
};
template <>
inline constexpr auto description<VirtioQueueElement> = object("VirtioQueueElement",
                                                               member<&VirtioQueueElement::name>("name"),
                                                               member<&VirtioQueueElement::index>("index"),
                                                               member<&VirtioQueueElement::descs>("descs"),
                                                               member<&VirtioQueueElement::avail>("avail"),
                                                               member<&VirtioQueueElement::used>("used"));

struct XQueryVirtioStatus {
    std::string path;
};
template <>
inline constexpr auto description<XQueryVirtioStatus> = object("q_obj_x-query-virtio-status-arg",
                                                               member<&XQueryVirtioStatus::path>("path"));

struct XQueryVirtioQueueStatus {
    std::string path;
    std::uint16_t queue = 0;
};
template <>
inline constexpr auto description<XQueryVirtioQueueStatus> = object("q_obj_x-query-virtio-queue-status-arg",
                                                                    member<&XQueryVirtioQueueStatus::path>("path"),
                                                                    member<&XQueryVirtioQueueStatus::queue>("queue"));

struct XQueryVirtioVhostQueueStatus {
    std::string path;
    std::uint16_t queue = 0;
};
template <>
inline constexpr auto description<XQueryVirtioVhostQueueStatus> =
    object("q_obj_x-query-virtio-vhost-queue-status-arg", member<&XQueryVirtioVhostQueueStatus::path>("path"),
           member<&XQueryVirtioVhostQueueStatus::queue>("queue"));

struct XQueryVirtioQueueElement {
    std::string path;
    std::uint16_t queue = 0;
    std::optional<std::uint16_t> index;
};
template <>
inline constexpr auto description<XQueryVirtioQueueElement> = object("q_obj_x-query-virtio-queue-element-arg",
                                                                     member<&XQueryVirtioQueueElement::path>("path"),
                                                                     member<&XQueryVirtioQueueElement::queue>("queue"),
                                                                     member<&XQueryVirtioQueueElement::index>("index"));

namespace {

Result<VirtioDevice*> find_device(Machine& machine, const std::string& path) {
    auto* device = path.starts_with('/') ? dynamic_cast<VirtioDevice*>(machine.devices().find_path(path)) : nullptr;
    if (!device || !device->realized()) return fail(fmt::format("Path {} is not a VirtIODevice", path));
    return device;
}

Result<Virtqueue*> find_queue(VirtioDevice& device, unsigned number) {
    if (number >= device.queues().size()) return fail(fmt::format("Invalid virtqueue number {}", number));
    return &device.queues()[number];
}

/// The names of the bits that are set; they are taken out of `bits`.
std::vector<std::string> names_of(std::span<const VirtioBitName> names, std::uint64_t& bits) {
    std::vector<std::string> found;
    for (const auto& [bit, text] : names)
        if (const auto mask = std::uint64_t{1} << bit; bits & mask) {
            found.emplace_back(text);
            bits &= ~mask;
        }
    return found;
}

VirtioDeviceFeatures features_of(VirtioId id, std::uint64_t bits) {
    VirtioDeviceFeatures features;
    features.transports = names_of(virtio_transport_features(), bits);
    features.dev_features = names_of(virtio_device_features(id), bits);
    if (bits) features.unknown_dev_features = static_cast<std::int64_t>(bits);
    return features;
}

std::string own_bus_of(const Device& device) {
    std::string name;
    device.for_each_child([&name](const qom::Object& child) {
        if (const auto* bus = dynamic_cast<const Bus*>(&child)) name = bus->bus_name();
    });
    return name;
}

/// The newest first.
Result<std::vector<VirtioInfo>> query_virtio(Machine& machine, const Empty&) {
    std::vector<VirtioDevice*> devices;
    machine.devices().for_each_device([&](Device& device) {
        if (auto* found = dynamic_cast<VirtioDevice*>(&device); found && found->realized()) devices.push_back(found);
    });
    std::sort(devices.begin(), devices.end(), [](const auto* a, const auto* b) { return a->birth() > b->birth(); });
    std::vector<VirtioInfo> infos;
    for (const VirtioDevice* device : devices) infos.push_back({device->qom_path(), std::string(device->virtio_name())});
    return infos;
}

Result<VirtioStatus> query_status(Machine& machine, const XQueryVirtioStatus& args) {
    const VirtioDevice& device = *RHEA_TRY(find_device(machine, args.path));
    const auto id = device.virtio_id();
    VirtioStatus status;
    status.name = device.virtio_name();
    status.device_id = static_cast<std::int64_t>(id);
    status.device_endian = "little";
    status.guest_features = features_of(id, device.features());
    status.host_features = features_of(id, device.host_features());
    status.backend_features = features_of(id, 0);        // nobody stands behind it but us
    status.num_vqs = static_cast<std::int64_t>(device.queues().size());
    std::uint64_t bits = device.status();
    status.status.statuses = names_of(virtio_statuses(), bits);
    if (bits) status.status.unknown_statuses = static_cast<std::int64_t>(bits);
    status.isr = device.interrupt_reasons();
    status.queue_sel = device.queue_select;
    status.vm_running = machine.life().running();
    status.broken = device.broken();
    status.disabled = device.disabled();
    status.use_started = device.values().boolean("use-started");
    status.started = device.started();
    status.disable_legacy_check = device.values().boolean("x-disable-legacy-check");
    status.bus_name = own_bus_of(device);
    status.use_guest_notifier_mask = true;
    return status;
}

Result<VirtQueueStatus> query_queue(Machine& machine, const XQueryVirtioQueueStatus& args) {
    VirtioDevice& device = *RHEA_TRY(find_device(machine, args.path));
    const Virtqueue& queue = *RHEA_TRY(find_queue(device, args.queue));
    const auto state = queue.state();
    VirtQueueStatus status;
    status.name = device.virtio_name();
    status.queue_index = args.queue;
    status.inuse = state.in_use;
    status.vring_num = queue.size();
    status.vring_num_default = queue.default_size();
    status.vring_align = Virtqueue::kLegacyAlign;
    status.vring_desc = static_cast<std::int64_t>(state.descriptors);
    status.vring_avail = static_cast<std::int64_t>(state.available);
    status.vring_used = static_cast<std::int64_t>(state.used);
    status.last_avail_idx = state.last_available;
    status.shadow_avail_idx = state.shadow_available;
    status.used_idx = state.next_used;
    status.signalled_used = state.signalled_used;
    status.signalled_used_valid = state.signalled_valid;
    return status;
}

Result<VirtVhostQueueStatus> query_vhost_queue(Machine& machine, const XQueryVirtioVhostQueueStatus& args) {
    RHEA_CHECK(find_device(machine, args.path));
    return fail("Error: vhost device has not started yet");
}

/// The chain from descriptor `at` on, the last one first.
Result<std::vector<VirtioRingDesc>> chain_of(const VirtioMemory& memory, const Virtqueue& queue, std::uint16_t at) {
    std::vector<VirtioRingDesc> chain;
    std::uint64_t table = queue.state().descriptors;
    unsigned entries = queue.size();
    bool indirect = false;
    for (;;) {
        if (at >= entries || chain.size() > Virtqueue::kMaxSize) break;
        const auto descriptor = VirtioDescriptor::read(memory, table + std::uint64_t{at} * VirtioDescriptor::kSize);
        if ((descriptor.flags & VirtioDescriptor::kIndirect) && !indirect) {
            if (descriptor.length == 0 || descriptor.length % VirtioDescriptor::kSize != 0) break;
            indirect = true;
            table = descriptor.address;
            entries = descriptor.length / VirtioDescriptor::kSize;
            at = 0;
            continue;
        }
        VirtioRingDesc shown{static_cast<std::int64_t>(descriptor.address), descriptor.length, {}};
        if (descriptor.flags & VirtioDescriptor::kIndirect) shown.flags.emplace_back("indirect");
        if (descriptor.flags & VirtioDescriptor::kWrite) shown.flags.emplace_back("write");
        if (descriptor.flags & VirtioDescriptor::kNext) shown.flags.emplace_back("next");
        chain.insert(chain.begin(), std::move(shown));
        if (!(descriptor.flags & VirtioDescriptor::kNext)) break;
        at = descriptor.next;
    }
    return chain;
}

Result<VirtioQueueElement> query_element(Machine& machine, const XQueryVirtioQueueElement& args) {
    const auto found = find_device(machine, args.path);
    if (!found) return fail(fmt::format("Path {} is not a VirtIO device", args.path));
    VirtioDevice& device = **found;
    const Virtqueue& queue = *RHEA_TRY(find_queue(device, args.queue));
    if (queue.packed()) return fail("Packed ring not supported");
    if (!queue.ready() || !device.transport()) return fail("Region caches not initialized");
    const VirtioMemory& memory = *device.transport();
    const auto index = args.index.value_or(queue.state().last_available);
    const auto head = queue.available_entry(memory, static_cast<std::uint16_t>(index % queue.size()));
    VirtioQueueElement element;
    element.name = device.virtio_name();
    element.index = head;
    element.descs = RHEA_TRY(chain_of(memory, queue, head));
    element.avail = {queue.available_flags(memory), queue.available_index(memory), head};
    element.used = {queue.used_flags(memory), queue.used_index(memory)};
    return element;
}

constexpr Command kCommands[] = {
    command<query_virtio>("x-query-virtio", "Lists the virtio devices.").with_features(feature::kUnstable),
    command<query_status>("x-query-virtio-status", "Tells the state of a virtio device.").with_features(feature::kUnstable),
    command<query_queue>("x-query-virtio-queue-status", "Tells the state of a virtio device's queue.").with_features(feature::kUnstable),
    command<query_vhost_queue>("x-query-virtio-vhost-queue-status", "Tells the state of a queue that vhost serves.").with_features(feature::kUnstable),
    command<query_element>("x-query-virtio-queue-element", "Shows an element of a virtio device's queue.").with_features(feature::kUnstable),
};

}  // namespace

void add_virtio_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
