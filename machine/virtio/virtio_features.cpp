#include "machine/virtio/virtio_features.h"

namespace rhea {

namespace {

constexpr VirtioBitName kTransport[] = {
    {29, "VIRTIO_RING_F_EVENT_IDX: Used & avail. event fields enabled"},
    {28, "VIRTIO_RING_F_INDIRECT_DESC: Indirect descriptors supported"},
    {34, "VIRTIO_F_RING_PACKED: Device supports packed VQ layout"},
    {33, "VIRTIO_F_IOMMU_PLATFORM: Device can be used on IOMMU platform"},
    {32, "VIRTIO_F_VERSION_1: Device compliant for v1 spec (legacy)"},
    {27, "VIRTIO_F_ANY_LAYOUT: Device accepts arbitrary desc. layouts"},
    {24, "VIRTIO_F_NOTIFY_ON_EMPTY: Notify when device runs out of avail. descs. on VQ"},
};
/// The bit of careless drivers has a meaning for devices behind vhost.
constexpr VirtioBitName kVhostProtocol{30, "VHOST_USER_F_PROTOCOL_FEATURES: Vhost-user protocol features negotiation supported"};
constexpr VirtioBitName kNet[] = {
    kVhostProtocol,
    {6, "VIRTIO_NET_F_GSO: Handling GSO-type packets supported"},
    {23, "VIRTIO_NET_F_CTRL_MAC_ADDR: MAC address set through control channel"},
    {21, "VIRTIO_NET_F_GUEST_ANNOUNCE: Driver sending gratuitous packets supported"},
    {20, "VIRTIO_NET_F_CTRL_RX_EXTRA: Extra RX mode control supported"},
    {19, "VIRTIO_NET_F_CTRL_VLAN: Control channel VLAN filtering supported"},
    {18, "VIRTIO_NET_F_CTRL_RX: Control channel RX mode supported"},
    {17, "VIRTIO_NET_F_CTRL_VQ: Control channel available"},
    {16, "VIRTIO_NET_F_STATUS: Configuration status field available"},
    {15, "VIRTIO_NET_F_MRG_RXBUF: Driver can merge receive buffers"},
    {5, "VIRTIO_NET_F_MAC: Device has given MAC address"},
    {3, "VIRTIO_NET_F_MTU: Device max MTU reporting supported"},
    {2, "VIRTIO_NET_F_CTRL_GUEST_OFFLOADS: Control channel offloading reconfig. supported"},
};
constexpr VirtioBitName kBlock[] = {
    kVhostProtocol,
    {11, "VIRTIO_BLK_F_CONFIG_WCE: Cache writeback and writethrough modes supported"},
    {9, "VIRTIO_BLK_F_FLUSH: Flush command supported"},
    {7, "VIRTIO_BLK_F_SCSI: SCSI packet commands supported"},
    {14, "VIRTIO_BLK_F_WRITE_ZEROES: Write zeroes command supported"},
    {13, "VIRTIO_BLK_F_DISCARD: Discard command supported"},
    {12, "VIRTIO_BLK_F_MQ: Multiqueue supported"},
    {10, "VIRTIO_BLK_F_TOPOLOGY: Topology information available"},
    {6, "VIRTIO_BLK_F_BLK_SIZE: Block size of disk available"},
    {5, "VIRTIO_BLK_F_RO: Device is read-only"},
    {4, "VIRTIO_BLK_F_GEOMETRY: Legacy geometry available"},
    {2, "VIRTIO_BLK_F_SEG_MAX: Max segments in a request is seg_max"},
};
constexpr VirtioBitName kConsole[] = {
    {2, "VIRTIO_CONSOLE_F_EMERG_WRITE: Emergency write supported"},
    {1, "VIRTIO_CONSOLE_F_MULTIPORT: Multiple ports for device supported"},
};
constexpr VirtioBitName kBalloon[] = {
    {5, "VIRTIO_BALLOON_F_REPORTING: Page reporting VQ enabled"},
    {4, "VIRTIO_BALLOON_F_PAGE_POISON: Guest page poisoning enabled"},
    {3, "VIRTIO_BALLOON_F_FREE_PAGE_HINT: VQ reporting free pages enabled"},
    {2, "VIRTIO_BALLOON_F_DEFLATE_ON_OOM: Deflate balloon when guest OOM"},
    {1, "VIRTIO_BALLOON_F_STATS_VQ: Guest memory stats VQ available"},
};
constexpr VirtioBitName kScsi[] = {
    kVhostProtocol,
    {2, "VIRTIO_SCSI_F_CHANGE: Reporting and handling LUN changes supported"},
    {1, "VIRTIO_SCSI_F_HOTPLUG: Reporting and handling hot-plug events supported"},
};
constexpr VirtioBitName kGpu[] = {kVhostProtocol, {1, "VIRTIO_GPU_F_EDID: EDID metadata supported"}};
constexpr VirtioBitName kPlain[] = {kVhostProtocol};
constexpr VirtioBitName kStatuses[] = {
    {0, "VIRTIO_CONFIG_S_ACKNOWLEDGE: Valid virtio device found"},
    {7, "VIRTIO_CONFIG_S_FAILED: Error in guest, device failed"},
    {6, "VIRTIO_CONFIG_S_NEEDS_RESET: Irrecoverable error, device needs reset"},
    {1, "VIRTIO_CONFIG_S_DRIVER: Guest OS compatible with device"},
    {3, "VIRTIO_CONFIG_S_FEATURES_OK: Feature negotiation complete"},
    {2, "VIRTIO_CONFIG_S_DRIVER_OK: Driver setup and ready"},
};

}  // namespace

std::span<const VirtioBitName> virtio_transport_features() { return kTransport; }
std::span<const VirtioBitName> virtio_statuses() { return kStatuses; }

std::span<const VirtioBitName> virtio_device_features(VirtioId id) {
    switch (id) {
        case VirtioId::net: return kNet;
        case VirtioId::block: return kBlock;
        case VirtioId::console: return kConsole;
        case VirtioId::balloon: return kBalloon;
        case VirtioId::scsi: return kScsi;
        case VirtioId::gpu: return kGpu;
        case VirtioId::rng:
        case VirtioId::input: return kPlain;
    }
    return {};
}

}  // namespace rhea
