#pragma once
/// virtio-blk (VIRTIO 1.1, section 5.2): a disk on a block backend. Requests are worked off in pieces, so that a driver's numbers
/// decide over time and not over our memory.
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "machine/block/backend.h"
#include "machine/devices/ide_geometry.h"
#include "machine/virtio/virtio_device.h"

namespace rhea {

class VirtioBlk final : public VirtioDevice, public BlockDevice {
public:
    static constexpr unsigned kSectorSize = 512, kIdLength = 20;

    /// Takes its medium, or says why it cannot. `backend` outlives it; `queues` are those without num-queues; `called` is what it
    /// will be known by.
    static Result<std::unique_ptr<VirtioBlk>> create(qom::Values values, BlockBackend& backend, unsigned queues = 1, std::string called = {});
    ~VirtioBlk() override;
    BlockBackend& backend() const { return backend_; }
    const BlockSizes& sizes() const { return sizes_; }
    const DiskGeometry& geometry() const { return geometry_; }

    // BlockDevice: the one with the id is the proxy.
    std::string_view qdev_id() const override { return {}; }
    std::string qom_path() const override { return Object::qom_path(); }
    void resized() override { config_changed(); }
    void retry() override;

    Result<void> check_transport(bool modern) const override;
    std::uint8_t config_byte(std::size_t offset) const override;
    void write_config(std::size_t offset, std::span<const std::uint8_t> bytes) override;

protected:
    std::uint64_t own_features(std::uint64_t common) const override;
    void handle_queue(unsigned queue) override;
    void handle_reset() override;
    void handle_queue_reset(unsigned queue) override;
    void status_changes(std::uint8_t status) override;

private:
    static constexpr std::size_t kPiece = 2 << 20, kAtOnce = 16;
    struct Request {
        unsigned queue = 0;
        VirtioElement element;
        std::uint32_t type = 0;
        std::uint64_t sector = 0;
        std::uint64_t total = 0, done = 0;       // bytes of data
        std::uint64_t piece = 0;                 // bytes under way
        std::vector<std::uint8_t> data;
    };
    using RequestPtr = std::shared_ptr<Request>;

    VirtioBlk(qom::Values values, BlockBackend& backend, std::vector<std::uint16_t> queue_sizes, std::size_t config_size);
    Result<void> attach(std::string called);
    std::uint32_t number(std::string_view property) const { return static_cast<std::uint32_t>(values().integer(property)); }

    void start_waiting();
    void start(RequestPtr request);
    /// The next piece, or the end.
    void go_on(RequestPtr request);
    void submit(const RequestPtr& request);
    void piece_done(const RequestPtr& request, const IoOutcome& io);
    void finish(const RequestPtr& request, std::uint8_t status);
    void read_id(const RequestPtr& request);
    void zero_or_discard(const RequestPtr& request);
    bool in_range(std::uint64_t sector, std::uint64_t bytes) const;

    BlockBackend& backend_;
    BlockSizes sizes_;
    DiskGeometry geometry_;
    bool first_write_cache_ = true;              // what a reset goes back to
    std::deque<RequestPtr> waiting_;             // taken from a queue, not begun
    std::vector<RequestPtr> under_way_, kept_;   // kept: failed, to be done again when the machine goes on
    std::uint64_t epoch_ = 0;                    // of resets: what was begun before one is nobody's any more
    bool starting_ = false;
};

}  // namespace rhea
