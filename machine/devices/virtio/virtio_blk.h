#pragma once
/// virtio-blk (VIRTIO 1.1, section 5.2): a disk on a block backend. Requests are worked off in pieces, so that a driver's numbers
/// decide over time and not over our memory.
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "machine/block/backend.h"
#include "machine/devices/virtio/virtio_device.h"

namespace rhea::virtio {

struct VirtioBlkOptions {
    std::string serial;
    std::uint32_t logical_block_size = 512, physical_block_size = 512;
    std::uint16_t queues = 1, queue_size = 256;
    bool config_wce = true, discard = true, write_zeroes = true;
    std::uint32_t max_discard_sectors = 0x3fffff, max_write_zeroes_sectors = 0x3fffff;
};

/// The part that is neither transport nor block device: whoever owns it attaches the backend and passes its calls on.
class VirtioBlk : public VirtioDevice {
public:
    static constexpr unsigned kSectorSize = 512, kIdLength = 20;

    /// `backend` outlives it.
    VirtioBlk(BlockBackend& backend, const VirtioBlkOptions& options);
    ~VirtioBlk() override;

    /// BlockDevice: the size of the medium is another one; what a stop kept is done again.
    void size_changed() { config_changed(); }
    void retry_kept();

    std::uint8_t read_config(std::size_t offset) const override;
    void write_config(std::size_t offset, std::uint8_t value) override;

protected:
    std::uint64_t own_features() const override;
    void handle_queue(unsigned queue) override;
    void handle_reset() override;

private:
    static constexpr std::size_t kConfigSize = 60, kVisibleConfig = 57, kPiece = 1 << 20, kAtOnce = 16;
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
    VirtioBlkOptions options_;
    std::deque<RequestPtr> waiting_;             // taken from a queue, not begun
    std::vector<RequestPtr> under_way_, kept_;   // kept: failed, to be done again when the machine goes on
    std::uint64_t epoch_ = 0;                    // of resets: what was begun before one is nobody's any more
    bool starting_ = false;
};

}  // namespace rhea::virtio
