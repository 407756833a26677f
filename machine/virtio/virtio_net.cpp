/// virtio-net: a network card.
#include "machine/devices/block_properties.h"
#include "machine/net/network.h"
#include "machine/virtio/types.h"

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

constexpr std::uint16_t kControlQueue = 64;
constexpr std::size_t kPairsOffset = 8, kMtuOffset = 10;
constexpr std::uint64_t kHasMtu = 1u << 3, kHasAddress = 1u << 5, kAllSegmentation = 1u << 6;
/// Without those that need headers which no backend takes.
struct Feature { const char* property; unsigned bit; };
constexpr Feature kFeatures[] = {
    {"ctrl_guest_offloads", 2}, {"gso", 6}, {"mrg_rxbuf", 15}, {"status", 16}, {"ctrl_vq", 17}, {"ctrl_rx", 18}, {"ctrl_vlan", 19},
    {"ctrl_rx_extra", 20}, {"guest_announce", 21}, {"ctrl_mac_addr", 23},
};

/// Its cable's end and its configuration are there, its queues are not served: what comes in is lost and counted.
class VirtioNet final : public VirtioDevice, private net::NicUser {
public:
    VirtioNet(qom::Creation& creation, const std::vector<net::Client*>& netdev)
        : VirtioDevice(creation.values, VirtioId::net, queue_sizes(creation.values), config_size(creation.values)),
          nic_(creation.platform.network, *this, std::string((creation.proxy ? *creation.proxy : type()).name), creation.id, net::mac_of(creation),
               netdev) {}

    QObject read(const qom::Property& property) const override {
        return property.name == "mac" ? QObject(net::mac_text(nic_.mac())) : VirtioDevice::read(property);
    }
    /// The address, then the status, whose lowest bit says that the link is up (VIRTIO 1.1, section 5.1.4).
    std::uint8_t config_byte(std::size_t offset) const override {
        if (offset < nic_.mac().size()) return nic_.mac()[offset];
        if (offset == 6) return nic_.link_down() ? 0 : 1;
        if (offset >= kPairsOffset && offset < kMtuOffset) return byte_of(1, offset - kPairsOffset);
        return offset >= kMtuOffset ? byte_of(static_cast<std::uint64_t>(values().integer("host_mtu")), offset - kMtuOffset) : 0;
    }
    /// Before the standard one bit stood for all kinds of segmentation.
    std::uint64_t legacy_features() const override { return kLegacyFeatures | kAllSegmentation; }

protected:
    std::uint64_t own_features(std::uint64_t common) const override {
        common |= kHasAddress;
        for (const auto& [property, bit] : kFeatures)
            if (values().boolean(property)) common |= std::uint64_t{1} << bit;
        return common | (values().integer("host_mtu") ? kHasMtu : 0);
    }

private:
    static std::vector<std::uint16_t> queue_sizes(const qom::Values& values) {
        return {static_cast<std::uint16_t>(values.integer("rx_queue_size")), static_cast<std::uint16_t>(values.integer("tx_queue_size")), kControlQueue};
    }
    static std::size_t config_size(const qom::Values& values) { return values.integer("host_mtu") ? kMtuOffset + 2 : kPairsOffset; }

    /// No driver has set a filter: everything is let in.
    std::optional<net::RxFilterInfo> rx_filter() const override {
        net::RxFilterInfo info;
        info.name = nic_.name();
        info.promiscuous = true;
        info.vlan = net::RxState::all;
        info.main_mac = net::mac_text(nic_.mac());
        // The newest first, as QEMU lists them.
        for (std::int64_t vlan = 4095; vlan >= 0; --vlan) info.vlan_table.push_back(vlan);
        return info;
    }

    net::Nic nic_;
};

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
