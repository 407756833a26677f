#include "machine/virtio/virtio_net.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "machine/clock.h"
#include "machine/net/network.h"
#include "machine/platform.h"
#include "machine/platform/network_events.h"

namespace rhea {

namespace {

constexpr std::uint16_t kControlQueue = 64;
constexpr std::size_t kStatusOffset = 6, kPairsOffset = 8, kMtuOffset = 10;
constexpr std::uint16_t kLinkUp = 1, kAnnounce = 2;
constexpr std::uint64_t kHasMtu = 1u << 3, kHasAddress = 1u << 5, kAllSegmentation = 1u << 6, kMergeBuffers = 1u << 15, kControlQueueFeature = 1u << 17,
                        kGuestAnnounces = 1u << 21, kManyQueues = 1u << 22, kSetsAddress = 1u << 23;
/// Without those that need headers which no backend takes.
struct Feature { const char* property; unsigned bit; };
constexpr Feature kFeatures[] = {
    {"ctrl_guest_offloads", 2}, {"gso", 6}, {"mrg_rxbuf", 15}, {"status", 16}, {"ctrl_vq", 17}, {"ctrl_rx", 18}, {"ctrl_vlan", 19},
    {"ctrl_rx_extra", 20}, {"guest_announce", 21}, {"mq", 22}, {"ctrl_mac_addr", 23},
};
/// In front of a frame: flags, kind of segmentation and so on, all zero here; then, in a longer one, how many buffers it takes.
constexpr std::size_t kShortHeader = 10, kLongHeader = 12;
constexpr std::size_t kMostBuffers = 1024;       // of one frame

}  // namespace

std::vector<std::uint16_t> VirtioNet::queue_sizes(const qom::Values& values) {
    return {static_cast<std::uint16_t>(values.integer("rx_queue_size")), static_cast<std::uint16_t>(values.integer("tx_queue_size")), kControlQueue};
}

std::size_t VirtioNet::config_size(const qom::Values& values) {
    return values.integer("host_mtu") ? kMtuOffset + 2 : values.boolean("mq") ? kMtuOffset : kPairsOffset;
}

VirtioNet::VirtioNet(qom::Creation& creation, const std::vector<net::Client*>& netdev)
    : VirtioDevice(creation.values, VirtioId::net, queue_sizes(creation.values), config_size(creation.values)),
      platform_(creation.platform),
      nic_(platform_.network, *this, std::string((creation.proxy ? *creation.proxy : type()).name), creation.id, net::mac_of(creation), netdev),
      filter_(nic_.mac()) {
    // What is too long for a frame is given back unread, however long it is.
    queues()[kTransmit].set_most_bytes(~std::uint64_t{0});
}

QObject VirtioNet::read(const qom::Property& property) const {
    return property.name == "mac" ? QObject(net::mac_text(nic_.mac())) : VirtioDevice::read(property);
}

std::uint64_t VirtioNet::own_features(std::uint64_t common) const {
    common |= kHasAddress;
    for (const auto& [property, bit] : kFeatures)
        if (values().boolean(property)) common |= std::uint64_t{1} << bit;
    return common | (values().integer("host_mtu") ? kHasMtu : 0);
}

/// Before the standard one bit stood for all kinds of segmentation.
std::uint64_t VirtioNet::legacy_features() const { return kLegacyFeatures | kAllSegmentation; }

std::uint16_t VirtioNet::net_status() const { return static_cast<std::uint16_t>((link_up_ ? kLinkUp : 0) | (announcing_ ? kAnnounce : 0)); }

std::uint8_t VirtioNet::config_byte(std::size_t offset) const {
    if (offset < kStatusOffset) return filter_.mac()[offset];
    if (offset < kPairsOffset) return byte_of(net_status(), offset - kStatusOffset);
    if (offset < kMtuOffset) return byte_of(1, offset - kPairsOffset);
    return byte_of(static_cast<std::uint64_t>(values().integer("host_mtu")), offset - kMtuOffset);
}

void VirtioNet::write_config(std::size_t offset, std::span<const std::uint8_t> bytes) {
    // Drivers that have the control queue for it, or are new, do not write.
    if (has(kVersion1) || has(kSetsAddress)) return;
    net::MacAddress mac = filter_.mac();
    for (std::size_t i = 0; i < bytes.size() && offset + i < mac.size(); ++i) mac[offset + i] = bytes[i];
    filter_.set_mac(mac);
    nic_.show_mac(mac);
}

void VirtioNet::handle_reset() {
    filter_ = VirtioNetFilter(nic_.mac());
    nic_.show_mac(nic_.mac());
    nic_.drop_waiting();
    announcing_ = false;
}

bool VirtioNet::merges() const { return has(kMergeBuffers); }
std::size_t VirtioNet::header_size() const { return merges() || has(kVersion1) ? kLongHeader : kShortHeader; }

void VirtioNet::handle_queue(unsigned queue) {
    switch (queue) {
        case kReceive: return nic_.take_waiting();
        case kTransmit: return transmit();
        default: return control();
    }
}

void VirtioNet::machine_runs(bool running) {
    if (!running || !transport()) return;
    for (const unsigned queue : {kTransmit, kReceive}) notify(queue);
}

// --- Frames for the guest

bool VirtioNet::has_room(std::size_t bytes) {
    if (!(status() & kDriverOk) || !platform_.clocks.running() || queue_empty(kReceive)) return false;
    const auto wanted = bytes + header_size();
    return !merges() || queues()[kReceive].writable_bytes(*transport(), wanted) >= wanted;
}

bool VirtioNet::frame_received(net::Frame frame) {
    if (!filter_.passes(frame)) return true;
    struct Filled {
        VirtioElement element;
        std::uint32_t bytes;
    };
    std::vector<Filled> filled;
    const auto give_up = [&](const std::string& why) {
        for (const auto& buffer : filled) forget(kReceive, buffer.element);
        if (!why.empty()) fail_device(why);
        return false;
    };
    std::size_t done = 0;
    while (filled.empty() || done < frame.size()) {
        if (filled.size() == kMostBuffers) return give_up("virtio-net unexpected long buffer chain");
        auto element = pop(kReceive);
        if (!element)
            return give_up(filled.empty() ? std::string()
                                          : fmt::format("virtio-net unexpected empty queue: i {} mergeable {} offset {}, size {}, guest hdr len {}, "
                                                        "host hdr len 0 guest features 0x{:x}",
                                                        filled.size(), merges() ? 1 : 0, done, frame.size(), header_size(), features()));
        if (element->in.empty()) {
            forget(kReceive, *element);
            return give_up("virtio-net receive queue contains no in buffers");
        }
        std::size_t at = 0;
        if (filled.empty()) {
            element->write(*transport(), 0, std::array<std::uint8_t, kShortHeader>{});
            at = header_size();
        }
        const auto part = element->write(*transport(), at, frame.subspan(done));
        done += part;
        if (!merges() && done < frame.size()) {
            // It cannot go on in another buffer: it is lost, and the buffer waits for a shorter one.
            unpop(kReceive, *element);
            return false;
        }
        filled.push_back({std::move(*element), static_cast<std::uint32_t>(at + part)});
    }
    if (merges()) {
        const std::uint8_t count[] = {byte_of(filled.size(), 0), byte_of(filled.size(), 1)};
        filled.front().element.write(*transport(), kShortHeader, count);
    }
    for (const auto& buffer : filled) push(kReceive, buffer.element, buffer.bytes);
    tell(kReceive);
    return true;
}

// --- Frames from the guest

void VirtioNet::drop_transmissions() {
    bool any = false;
    while (auto element = pop(kTransmit)) {
        push(kTransmit, *element, 0);
        any = true;
    }
    if (any) tell(kTransmit);
}

void VirtioNet::transmit() {
    if (!(status() & kDriverOk)) return;
    if (!link_up_) return drop_transmissions();
    if (!platform_.clocks.running()) return;      // again when the machine goes on
    std::vector<std::uint8_t> frame;
    while (auto element = pop(kTransmit)) {
        if (element->out.empty()) {
            forget(kTransmit, *element);
            return fail_device("virtio-net header not in first element");
        }
        const auto size = element->out_size(), header = std::uint64_t{header_size()};
        if (size > header && size - header <= net::kMaxFrame) {
            frame.resize(size - header);
            element->read(*transport(), header, frame);
            nic_.send(frame);
        }
        complete(kTransmit, *element, 0);
    }
}

// --- The link

void VirtioNet::link_changed(bool up) {
    if (link_up_ == up) return;
    link_up_ = up;
    config_changed();
    if (!up && platform_.clocks.running() && (status() & kDriverOk)) drop_transmissions();
}

void VirtioNet::announce() {
    if (!has(kGuestAnnounces) || !has(kControlQueueFeature)) return;
    announcing_ = true;
    config_changed();
}

// --- Requests

void VirtioNet::control() {
    while (auto element = pop(kControl)) {
        std::uint8_t header[VirtioNetArguments::kHeader];
        if (element->in_size() < 1 || element->read(*transport(), 0, header) != sizeof header) {
            forget(kControl, *element);
            return fail_device("virtio-net ctrl missing headers");
        }
        const std::uint8_t answer[] = {std::uint8_t{!obey(header[0], header[1], VirtioNetArguments(*element, *transport()))}};
        element->write(*transport(), 0, answer);
        complete(kControl, *element, sizeof answer);
    }
}

bool VirtioNet::obey(std::uint8_t kind, std::uint8_t command, VirtioNetArguments arguments) {
    enum Kind : std::uint8_t { kRx = 0, kMac = 1, kVlan = 2, kAnnouncement = 3, kPairs = 4 };
    switch (kind) {
        case kRx: return filter_changed(filter_.set_mode(command, arguments));
        case kMac: {
            const bool done = filter_.set_address(command, arguments);
            nic_.show_mac(filter_.mac());
            return filter_changed(done);
        }
        case kVlan: return filter_changed(filter_.set_vlan(command, arguments));
        case kAnnouncement: return command == 0 && std::exchange(announcing_, false);
        case kPairs: return set_pairs(command, arguments);
        default: return false;
    }
}

bool VirtioNet::set_pairs(std::uint8_t command, VirtioNetArguments arguments) const {
    std::uint64_t pairs = 0;
    return command == 0 && has(kManyQueues) && arguments.take(pairs, 2) && pairs == 1;
}

bool VirtioNet::filter_changed(bool done) {
    if (done && std::exchange(tell_filter_, false)) {
        NicRxFilterChangedEvent event{.name = {}, .path = qom_path()};
        if (!nic_.name().empty()) event.name = nic_.name();
        platform_.events.emit(event);
    }
    return done;
}

std::optional<net::RxFilterInfo> VirtioNet::rx_filter() {
    tell_filter_ = true;
    net::RxFilterInfo info = filter_.info();
    info.name = nic_.name();
    return info;
}

}  // namespace rhea
