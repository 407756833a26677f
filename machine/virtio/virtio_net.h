#pragma once
/// virtio-net (VIRTIO 1.1, section 5.1): a network card with one pair of queues and a control queue. Its backends take frames
/// without headers, so nothing is left to them to cut up or to sum.
#include <vector>

#include "machine/net/nic.h"
#include "machine/virtio/virtio_device.h"
#include "machine/virtio/virtio_net_filter.h"

namespace rhea {

struct Platform;

class VirtioNet final : public VirtioDevice, private net::NicUser {
public:
    VirtioNet(qom::Creation& creation, const std::vector<net::Client*>& netdev);

    QObject read(const qom::Property& property) const override;
    std::uint8_t config_byte(std::size_t offset) const override;
    void write_config(std::size_t offset, std::span<const std::uint8_t> bytes) override;
    std::uint64_t legacy_features() const override;

protected:
    std::uint64_t own_features(std::uint64_t common) const override;
    void handle_queue(unsigned queue) override;
    void handle_reset() override;
    void features_taken() override { filter_.filter_vlans(has(kVlans)); }

private:
    static constexpr unsigned kReceive = 0, kTransmit = 1, kControl = 2;
    static constexpr std::uint64_t kVlans = 1u << 19;

    static std::vector<std::uint16_t> queue_sizes(const qom::Values& values);
    static std::size_t config_size(const qom::Values& values);

    bool merges() const;
    /// Bytes in front of a frame in the driver's buffers.
    std::size_t header_size() const;
    std::uint16_t net_status() const;

    // NicUser
    bool has_room(std::size_t bytes) override;
    bool frame_received(net::Frame frame) override;
    void link_changed(bool up) override;
    void machine_runs(bool running) override;
    void announce() override;
    std::optional<net::RxFilterInfo> rx_filter() override;

    void transmit();
    void drop_transmissions();
    void control();
    /// One request of the control queue. False: refused.
    bool obey(std::uint8_t kind, std::uint8_t command, VirtioNetArguments arguments);
    bool filter_changed(bool done);
    [[nodiscard]] bool set_pairs(std::uint8_t command, VirtioNetArguments arguments) const;

    Platform& platform_;
    net::Nic nic_;
    VirtioNetFilter filter_;
    bool link_up_ = true, announcing_ = false;
    bool tell_filter_ = true;      // once until somebody has asked for it
};

}  // namespace rhea
