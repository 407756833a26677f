#include "machine/devices/nvme.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "machine/block/block_layer.h"
#include "machine/devices/attached_drive.h"
#include "machine/devices/block_properties.h"
#include "machine/devices/present_function.h"
#include "machine/qom/basic_types.h"
#include "machine/qom/tree.h"

namespace rhea {

namespace {

using namespace presence;

constexpr std::uint64_t kDiscardGranularity = 4096;
constexpr std::int64_t kMostNamespaces = 256, kMostQueues = 65535, kMostVectors = 2048;

/// A namespace's hold on its drive.
class NvmeDrive final : public BlockDevice {
public:
    explicit NvmeDrive(const Device& device) : device_(device) {}
    ~NvmeDrive() override {
        if (backend_) leave_drive(*backend_, *this, false);
    }
    Result<void> attach(BlockBackend& backend, std::string called) {
        if (!backend.inserted()) return fail("could not get blockdev size: No medium found");
        sizes_ = RHEA_TRY(check_block_sizes(device_.values(), kDiscardGranularity));
        RHEA_CHECK(attach_drive(backend, *this, device_.values(), {.writable = !backend.read_only(), .resizable = false, .called = std::move(called)}));
        backend_ = &backend;
        return {};
    }
    const BlockBackend* backend() const { return backend_; }
    const BlockSizes& sizes() const { return sizes_; }

    std::string_view qdev_id() const override { return device_.id(); }
    std::string qom_path() const override { return device_.qom_path(); }

private:
    const Device& device_;
    BlockBackend* backend_ = nullptr;
    BlockSizes sizes_;
};

class NvmeBus final : public Bus {
public:
    explicit NvmeBus(std::string name) : Bus(kNvmeBus, std::move(name)) {}
    bool hotpluggable() const override { return false; }
    bool has(std::int64_t id) const;
};

class NvmeNamespaceDevice final : public Device {
public:
    NvmeNamespaceDevice(qom::Values values, std::int64_t id) : Device(std::move(values)), id_(id), drive_(*this) {}
    std::int64_t number() const { return id_; }
    NvmeDrive& drive() { return drive_; }
    const NvmeDrive& drive() const { return drive_; }

private:
    std::int64_t id_;
    NvmeDrive drive_;
};

bool NvmeBus::has(std::int64_t id) const {
    return std::any_of(entries().begin(), entries().end(),
                       [id](const Entry& entry) { return static_cast<NvmeNamespaceDevice*>(entry.device)->number() == id; });
}

constexpr Presence kPresence{
    {.vendor = 0x1b36, .device = 0x0010, .class_code = 0x0108, .prog_if = 0x02, .revision = 2, .interrupt_pin = 1},
    {{{0, kMemory64, 0x4000}}},
    {{{0x01, 0x60, 8, {0x03, 0, 0x08}},
      {0x10, 0x80, 0x3c, {0x02, 0, 0, 0x80, 0, 0x10, 0, 0, 0, 0, 0x11, 0x04, 0, 0, 0, 0, 0x11}},
      {0x11, 0x40, 12, {0x40, 0, 0, 0x20, 0, 0, 0, 0x30}}}}};

class NvmeController final : public PresentFunction {
public:
    NvmeController(qom::Values values, std::string bus_name) : PresentFunction(std::move(values), kPresence), bus_(std::move(bus_name)), drive_(*this) {
        set_config(0x42, static_cast<std::uint32_t>(this->values().integer("msix_qsize") - 1), 2);
        add_part(bus_.bus_name(), bus_);
    }
    NvmeDrive& drive() { return drive_; }
    const NvmeDrive& drive() const { return drive_; }
    std::int64_t critical_warning() const { return critical_warning_; }
    void set_critical_warning(std::int64_t bits) { critical_warning_ = bits; }

private:
    NvmeBus bus_;
    NvmeDrive drive_;
    std::int64_t critical_warning_ = 0;
};

Result<void> attach(NvmeDrive& drive, BlockBackend& backend, const qom::Creation& creation) {
    auto attached = drive.attach(backend, future_name(creation));
    if (!attached) release_drive(backend);
    return attached;
}

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    const qom::Values& values = creation.values;
    BlockBackend* backend = RHEA_TRY(drive_of_values(creation.platform.block, values));
    const auto check = [&]() -> Result<void> {
        if (const auto pairs = values.integer("max_ioqpairs"); pairs < 1 || pairs > kMostQueues)
            return fail(fmt::format("max_ioqpairs must be between 1 and {}", kMostQueues));
        if (const auto vectors = values.integer("msix_qsize"); vectors < 1 || vectors > kMostVectors)
            return fail(fmt::format("msix_qsize must be between 1 and {}", kMostVectors));
        if (!values.text("serial")) return fail("serial property not set");
        return {};
    };
    if (auto checked = check(); !checked) {
        if (backend) release_drive(*backend);
        return fail(std::move(checked).error());
    }
    auto bus = creation.id.empty() ? creation.platform.tree.name_bus({}, "nvme-bus") : creation.id;
    auto controller = std::make_unique<NvmeController>(values, std::move(bus));
    if (backend) RHEA_CHECK(attach(controller->drive(), *backend, creation));
    return controller;
}

/// How many namespaces there are, those that controllers bring among them.
std::uint64_t count_namespaces(qom::Tree& tree) {
    std::uint64_t count = 0;
    tree.for_each_device([&](Device& device) {
        const bool controller = &device.type() == &kNvme;
        count += &device.type() == &kNvmeNamespace || (controller && static_cast<NvmeController&>(device).drive().backend());
    });
    return count;
}

Result<std::unique_ptr<qom::Object>> create_namespace(qom::Creation& creation) {
    const qom::Values& values = creation.values;
    auto& bus = static_cast<NvmeBus&>(*creation.bus);
    BlockBackend* backend = RHEA_TRY(drive_of_values(creation.platform.block, values));
    if (!backend) return fail("block backend not configured");
    std::int64_t id = values.integer("nsid");
    const auto check = [&]() -> Result<void> {
        if (id > kMostNamespaces) return fail(fmt::format("invalid namespace id (must be between 0 and {})", kMostNamespaces));
        if (id != 0 && bus.has(id)) return fail(fmt::format("namespace id '{}' already allocated", id));
        if (id == 0)
            for (id = 1; id <= kMostNamespaces && bus.has(id); ++id) {}
        if (id > kMostNamespaces) return fail("no free namespace id");
        return {};
    };
    if (auto checked = check(); !checked) {
        release_drive(*backend);
        return fail(std::move(checked).error());
    }
    if (values.boolean("eui64-default") && values.integer("eui64") == 0) {
        constexpr std::uint64_t kFirstIdentifier = 0x5254000000000001;
        creation.values.keep(*values.type().find("eui64"), kFirstIdentifier + count_namespaces(creation.platform.tree));
    }
    auto made = std::make_unique<NvmeNamespaceDevice>(values, id);
    RHEA_CHECK(attach(made->drive(), *backend, creation));
    return made;
}

// --- QOM

template <class T> QObject drive_of(const T& device) { return device.drive().backend() ? drive_property(*device.drive().backend()) : QObject(""); }
template <class T> QObject logical_of(const T& device) {
    return device.drive().backend() ? QObject(std::int64_t{device.drive().sizes().logical}) : device.values().get("logical_block_size");
}
template <class T> QObject physical_of(const T& device) {
    return device.drive().backend() ? QObject(std::int64_t{device.drive().sizes().physical}) : device.values().get("physical_block_size");
}
template <class T> QObject discard_of(const T& device) {
    if (device.values().given("discard_granularity") || !device.drive().backend()) return device.values().get("discard_granularity");
    return std::max<std::int64_t>(kDiscardGranularity, device.drive().sizes().logical);
}
QObject number_of(const NvmeNamespaceDevice& device) { return device.number(); }
/// Between the controllers of a subsystem; there are none.
QObject is_shared(const NvmeNamespaceDevice&) { return false; }
QObject uuid_of(const NvmeNamespaceDevice& device) { return device.values().text("uuid").value_or("00000000-0000-0000-0000-000000000000"); }
QObject warning_of(const NvmeController& device) { return device.critical_warning(); }
Result<void> set_warning(NvmeController& device, const QObject& value) {
    std::int64_t bits = 0;
    (void)value.number()->get_int(bits);
    device.set_critical_warning(bits);
    return {};
}

template <class T>
constexpr auto& kDriveProperties = kBlockPropertiesOf<drive_of<T>, logical_of<T>, physical_of<T>, discard_of<T>>;
constexpr qom::ValueType kMemoryLink{"link<memory-backend>", &type_ref<std::string>}, kSubsystemLink{"link<nvme-subsys>", &type_ref<std::string>},
    kUuid{.name = "str", .parse = &type_ref<std::string>, .description = "UUID (aka GUID) or \"auto\" for random value (default)"};
constexpr qom::Property kControllerProperties[] = {
    qom::property("legacy-pmrdev", qom::kText).internal(),
    qom::property("pmrdev", kMemoryLink),
    qom::property("legacy-subsys", qom::kText).internal(),
    qom::property("subsys", kSubsystemLink),
    qom::property("serial", qom::kText),
    qom::property("cmb_size_mb", qom::kUint32, 0),
    qom::property("num_queues", qom::kUint32, 0),
    qom::property("max_ioqpairs", qom::kUint32, 64),
    qom::property("msix_qsize", qom::kUint16, 65),
    qom::property("aerl", qom::kUint8, 3),
    qom::property("aer_max_queued", qom::kUint32, 64),
    qom::property("mdts", qom::kUint8, 7),
    qom::property("vsl", qom::kUint8, 7),
    qom::property("use-intel-id", qom::kBool, false),
    qom::property("legacy-cmb", qom::kBool, false).internal(),
    qom::property("ioeventfd", qom::kBool, false),
    qom::property("zoned.zasl", qom::kUint8, 0),
    qom::property("zoned.auto_transition", qom::kBool, true),
    qom::property("sriov_max_vfs", qom::kUint8, 0),
    qom::property("sriov_vq_flexible", qom::kUint16, 0),
    qom::property("sriov_vi_flexible", qom::kUint16, 0),
    qom::property("sriov_max_vi_per_vf", qom::kUint8, 0),
    qom::property("sriov_max_vq_per_vf", qom::kUint8, 0),
    qom::property("msix-exclusive-bar", qom::kBool, false),
};
constexpr qom::Property kNamespaceProperties[] = {
    qom::property("detached", qom::kBool, false),
    qom::property("shared", qom::kBool, true).shown_by<is_shared>(),
    qom::property("nsid", qom::kUint32, 0).shown_by<number_of>(),
    qom::property("uuid", kUuid).shown_by<uuid_of>(),
    qom::property("eui64", qom::kUint64, 0),
    qom::property("ms", qom::kUint16, 0),
    qom::property("mset", qom::kUint8, 0),
    qom::property("pi", qom::kUint8, 0),
    qom::property("pil", qom::kUint8, 0),
    qom::property("pif", qom::kUint8, 0),
    qom::property("mssrl", qom::kUint16, 128),
    qom::property("mcl", qom::kUint32, 128),
    qom::property("msrc", qom::kUint8, 127),
    qom::property("zoned", qom::kBool, false),
    qom::property("zoned.zone_size", qom::kSize, 134217728),
    qom::property("zoned.zone_capacity", qom::kSize, 0),
    qom::property("zoned.cross_read", qom::kBool, false),
    qom::property("zoned.max_active", qom::kUint32, 0),
    qom::property("zoned.max_open", qom::kUint32, 0),
    qom::property("zoned.descr_ext_size", qom::kUint32, 0),
    qom::property("zoned.numzrwa", qom::kUint32, 0),
    qom::property("zoned.zrwas", qom::kSize, 0),
    qom::property("zoned.zrwafg", qom::kSize, ~std::uint64_t{0}),
    qom::property("eui64-default", qom::kBool, false),
};
constexpr auto kNvmeProperties = qom::join(kDriveProperties<NvmeController>, kControllerProperties);
constexpr auto kAllNamespaceProperties = qom::join(kDriveProperties<NvmeNamespaceDevice>, kNamespaceProperties);
constexpr auto kInstanceProperties =
    std::array{qom::property("smart_critical_warning", qom::kUint8).from<warning_of>().to<set_warning>(), kBootIndex[0]};
constexpr const qom::Type* kInterfaces[] = {&qom::kExpressPci};
constexpr qom::Region kRegistersPlace[] = {{"nvme-bar0[0]", 0, 0x2000}}, kTablePlace[] = {{"nvme-bar0[0]", 0x2000, 0x410}},
                      kPendingPlace[] = {{"nvme-bar0[0]", 0x3000, 0x10}};
constexpr qom::Nodes kNodes[] = {kBusMasterContainer, bar_node<0>("nvme-bar0"), qom::regions("nvme", kRegistersPlace),
                                 qom::regions("msix-table", kTablePlace), qom::regions("msix-pba", kPendingPlace), kBusMaster};

}  // namespace

constinit const qom::Type kNvmeBus{.name = "nvme-bus", .parent = &Bus::kType};
constinit const qom::Type kNvme{.name = "nvme",
                                .parent = &PciDevice::kType,
                                .interfaces = kInterfaces,
                                .properties = kNvmeProperties,
                                .instance_properties = kInstanceProperties,
                                .nodes = kNodes,
                                .category = "Storage",
                                .summary = "Non-Volatile Memory Express",
                                .create = create};
constinit const qom::Type kNvmeNamespace{.name = "nvme-ns",
                                         .parent = &Device::kType,
                                         .properties = kAllNamespaceProperties,
                                         .instance_properties = kBootIndex,
                                         .bus = "nvme-bus",
                                         .category = "Storage",
                                         .summary = "Virtual NVMe namespace",
                                         .create = create_namespace};

}  // namespace rhea
