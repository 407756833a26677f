/// The types of virtio-net.
#include "machine/devices/block_properties.h"
#include "machine/platform.h"
#include "machine/virtio/types.h"
#include "machine/virtio/virtio_net.h"

namespace rhea {

namespace {

constexpr qom::Property kProperties[] = {
    qom::property("csum", qom::kBit, true),
    qom::property("guest_csum", qom::kBit, true),
    qom::property("gso", qom::kBit, true),
    qom::property("guest_tso4", qom::kBit, true),
    qom::property("guest_tso6", qom::kBit, true),
    qom::property("guest_ecn", qom::kBit, true),
    qom::property("guest_ufo", qom::kBit, true),
    qom::property("guest_announce", qom::kBit, true),
    qom::property("host_tso4", qom::kBit, true),
    qom::property("host_tso6", qom::kBit, true),
    qom::property("host_ecn", qom::kBit, true),
    qom::property("host_ufo", qom::kBit, true),
    qom::property("mrg_rxbuf", qom::kBit, true),
    qom::property("status", qom::kBit, true),
    qom::property("ctrl_vq", qom::kBit, true),
    qom::property("ctrl_rx", qom::kBit, true),
    qom::property("ctrl_vlan", qom::kBit, true),
    qom::property("ctrl_rx_extra", qom::kBit, true),
    qom::property("ctrl_mac_addr", qom::kBit, true),
    qom::property("ctrl_guest_offloads", qom::kBit, true),
    qom::property("mq", qom::kBit, false),
    qom::property("rss", qom::kBit, false),
    qom::property("hash", qom::kBit, false),
    qom::property("guest_rsc_ext", qom::kBit, false),
    qom::property("rsc_interval", qom::kUint32, 300000),
    qom::property("mac", qom::kMacAddress),
    qom::property("netdev", qom::kNetdev),
    qom::property("x-txtimer", qom::kUint32, 150000),
    qom::property("x-txburst", qom::kInt32, 256),
    qom::property("tx", qom::kText),
    qom::property("rx_queue_size", qom::kUint16, 256),
    qom::property("tx_queue_size", qom::kUint16, 256),
    qom::property("host_mtu", qom::kUint16, 0),
    qom::property("x-mtu-bypass-backend", qom::kBool, true),
    qom::property("speed", qom::kInt32, -1),
    qom::property("duplex", qom::kText),
    qom::property("failover", qom::kBool, false),
};
constexpr qom::Property kNetPciProperties[] = {
    qom::property("ioeventfd", qom::kBit, true),
    qom::property("vectors", qom::kUint32, VirtioPci::kAutomaticVectors).shown_by<vectors_of>(),
};
constexpr VirtioPciKind kKind{.class_code = 0x0200};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    qom::Values& values = creation.values;
    const auto netdev = RHEA_TRY(net::netdev_of(creation, values.type().name));
    const auto power_of_two = [&](const char* name, std::int64_t least, std::int64_t most) -> Result<void> {
        const std::int64_t size = values.integer(name);
        if (size < least || size > most || (size & (size - 1)) != 0)
            return fail(fmt::format("Invalid {} (= {}), must be a power of 2 between {} and {}.", name, size, least, most));
        return {};
    };
    RHEA_CHECK(power_of_two("rx_queue_size", 256, 1024));
    RHEA_CHECK(power_of_two("tx_queue_size", 256, 256));
    return std::make_unique<VirtioNet>(creation, netdev);
}

}  // namespace

constinit const qom::Type kVirtioNet{.name = "virtio-net-device",
                                     .parent = &VirtioDevice::kType,
                                     .properties = kProperties,
                                     .instance_properties = kBootIndex,
                                     .category = "Network",
                                     .create = create};
constinit const qom::Type kNetPciBase{.name = "virtio-net-pci-base", .parent = &VirtioPci::kType, .abstract = true, .properties = kNetPciProperties};
constinit const qom::Type kNetPci{.name = "virtio-net-pci",
    .parent = &kNetPciBase,
    .interfaces = kGenericInterfaces,
    .properties = kDisableProperties,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioNet,
    .part_name = "virtio-backend",
    .category = "Network",
    .alias = "virtio-net",
    .create = make_virtio_pci<kKind, VirtioPci::Form::generic>};
constinit const qom::Type kNetPciTransitional{.name = "virtio-net-pci-transitional",
    .parent = &kNetPciBase,
    .interfaces = kTransitionalInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioNet,
    .part_name = "virtio-backend",
    .category = "Network",
    .create = make_virtio_pci<kKind, VirtioPci::Form::transitional>};
constinit const qom::Type kNetPciNonTransitional{.name = "virtio-net-pci-non-transitional",
    .parent = &kNetPciBase,
    .interfaces = kGenericInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioNet,
    .part_name = "virtio-backend",
    .category = "Network",
    .create = make_virtio_pci<kKind, VirtioPci::Form::non_transitional>};

}  // namespace rhea
