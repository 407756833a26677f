#include "machine/devices/virtio/virtio_blk.h"

#include <algorithm>
#include <array>
#include <utility>

namespace rhea::virtio {

namespace {

// Features.
constexpr std::uint64_t kSegMax = 1u << 2, kGeometry = 1u << 4, kReadOnly = 1u << 5, kBlkSize = 1u << 6, kFlush = 1u << 9,
                        kTopology = 1u << 10, kConfigWce = 1u << 11, kMultiQueue = 1u << 12, kDiscard = 1u << 13,
                        kWriteZeroes = 1u << 14;
enum Type : std::uint32_t { kIn = 0, kOut = 1, kFlushRequest = 4, kGetId = 8, kDiscardRequest = 11, kWriteZeroesRequest = 13 };
enum Outcome : std::uint8_t { kOk = 0, kIoError = 1, kUnsupported = 2 };
constexpr std::size_t kHeader = 16, kRange = 16, kWceOffset = 32;

std::uint64_t load(const std::uint8_t* from, unsigned size) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) value |= std::uint64_t{from[i]} << (8 * i);
    return value;
}

}  // namespace

VirtioBlk::VirtioBlk(BlockBackend& backend, const VirtioBlkOptions& options)
    : VirtioDevice(VirtioId::block, std::vector<std::uint16_t>(options.queues, options.queue_size), kConfigSize),
      backend_(backend),
      options_(options) {}

VirtioBlk::~VirtioBlk() = default;

std::uint64_t VirtioBlk::own_features() const {
    return kSegMax | kGeometry | kBlkSize | kFlush | kTopology | (options_.config_wce ? kConfigWce : 0) |
           (options_.queues > 1 ? kMultiQueue : 0) | (options_.discard ? kDiscard : 0) |
           (options_.write_zeroes ? kWriteZeroes : 0) | (backend_.read_only() ? kReadOnly : 0);
}

std::uint8_t VirtioBlk::read_config(std::size_t offset) const {
    std::array<std::uint8_t, kConfigSize> config{};
    std::size_t at = 0;
    const auto put = [&](std::uint64_t value, unsigned size) {
        for (unsigned i = 0; i < size; ++i) config[at++] = static_cast<std::uint8_t>(value >> (8 * i));
    };
    const auto sectors = backend_.size() / kSectorSize;
    const auto per_block = options_.logical_block_size / kSectorSize;
    constexpr unsigned kHeads = 16, kPerTrack = 63;
    put(sectors, 8);
    put(0, 4);
    put(options_.queue_size - 2u, 4);
    put(std::clamp<std::uint64_t>(sectors / (kHeads * kPerTrack), 2, 16383), 2);
    put(kHeads, 1);
    put(kPerTrack, 1);
    put(options_.logical_block_size, 4);
    unsigned exponent = 0;
    while ((options_.logical_block_size << exponent) < options_.physical_block_size) ++exponent;
    put(exponent, 1);
    put(0, 1);
    put(0, 2);
    put(0, 4);
    put(backend_.write_cache() ? 1 : 0, 1);
    put(0, 1);
    put(options_.queues, 2);
    put(options_.max_discard_sectors, 4);
    put(1, 4);
    put(per_block, 4);
    put(options_.max_write_zeroes_sectors, 4);
    put(1, 4);
    put(1, 1);
    return offset < kConfigSize ? config[offset] : 0;
}

void VirtioBlk::write_config(std::size_t offset, std::uint8_t value) {
    if (offset == kWceOffset && options_.config_wce) backend_.set_write_cache((value & 1) != 0);
}

bool VirtioBlk::in_range(std::uint64_t sector, std::uint64_t bytes) const {
    const auto sectors = backend_.size() / kSectorSize;
    return bytes % options_.logical_block_size == 0 && sector % (options_.logical_block_size / kSectorSize) == 0 &&
           sector <= sectors && bytes / kSectorSize <= sectors - sector;
}

void VirtioBlk::handle_queue(unsigned queue) {
    while (auto element = pop(queue)) {
        // The header before the data, the status byte behind it.
        std::uint8_t header[kHeader];
        if (element->out_size() < kHeader || element->in_size() < 1 || element->read(*transport(), 0, header) != kHeader)
            return fail_device();
        auto request = std::make_shared<Request>();
        request->queue = queue;
        request->element = std::move(*element);
        request->type = static_cast<std::uint32_t>(load(header, 4));
        request->sector = load(header + 8, 8);
        waiting_.push_back(std::move(request));
    }
    start_waiting();
}

void VirtioBlk::start_waiting() {
    if (starting_) return;
    starting_ = true;
    while (!waiting_.empty() && under_way_.size() + kept_.size() < kAtOnce) {
        auto request = std::move(waiting_.front());
        waiting_.pop_front();
        under_way_.push_back(request);
        start(std::move(request));
    }
    starting_ = false;
}

void VirtioBlk::start(RequestPtr request) {
    switch (request->type) {
        case kIn:
        case kOut: {
            request->total = request->type == kIn ? request->element.in_size() - 1 : request->element.out_size() - kHeader;
            if (!in_range(request->sector, request->total)) {
                backend_.stats().invalid(request->type == kIn ? IoKind::read : IoKind::write);
                return finish(request, kIoError);
            }
            if (request->type == kOut && backend_.read_only()) return finish(request, kIoError);
            return go_on(std::move(request));
        }
        case kFlushRequest: return submit(request);
        case kGetId: return read_id(request);
        case kDiscardRequest:
        case kWriteZeroesRequest: return zero_or_discard(request);
        default: return finish(request, kUnsupported);
    }
}

void VirtioBlk::read_id(const RequestPtr& request) {
    std::string id = options_.serial.substr(0, kIdLength);
    if (id.size() < kIdLength) id.push_back('\0');
    const auto room = std::min<std::uint64_t>(request->element.in_size() - 1, id.size());
    request->total = request->done =
        request->element.write(*transport(), 0, std::span(reinterpret_cast<const std::uint8_t*>(id.data()), room));
    finish(request, kOk);
}

void VirtioBlk::zero_or_discard(const RequestPtr& request) {
    const bool zeroes = request->type == kWriteZeroesRequest;
    const bool offered = zeroes ? options_.write_zeroes : options_.discard;
    std::uint8_t range[kRange];
    if (!offered || backend_.read_only() || request->element.out_size() != kHeader + kRange) return finish(request, kUnsupported);
    request->element.read(*transport(), kHeader, range);
    request->sector = load(range, 8);
    const auto count = load(range + 8, 4), flags = load(range + 12, 4);
    // Unmapping is only zeroing's to allow.
    if ((flags & ~std::uint64_t{1}) != 0 || (!zeroes && flags != 0)) return finish(request, kUnsupported);
    if (count > (zeroes ? options_.max_write_zeroes_sectors : options_.max_discard_sectors) ||
        !in_range(request->sector, count * kSectorSize)) {
        backend_.stats().invalid(zeroes ? IoKind::write : IoKind::discard);
        return finish(request, kIoError);
    }
    request->total = count * kSectorSize;
    submit(request);
}

void VirtioBlk::go_on(RequestPtr request) {
    if (request->done == request->total) return finish(request, kOk);
    request->piece = std::min<std::uint64_t>(request->total - request->done, kPiece);
    request->data.resize(request->piece);
    if (request->type == kOut) request->element.read(*transport(), kHeader + request->done, request->data);
    submit(request);
}

void VirtioBlk::submit(const RequestPtr& request) {
    const auto done = [this, request, epoch = epoch_](const IoOutcome& io) {
        if (epoch == epoch_) piece_done(request, io);
    };
    const auto offset = request->sector * kSectorSize + request->done;
    switch (request->type) {
        case kIn: return backend_.read(offset, request->data, done);
        case kOut: return backend_.write(offset, request->data, done);
        case kDiscardRequest: return backend_.discard(offset, request->total, done);
        case kWriteZeroesRequest: return backend_.write_zeroes(offset, request->total, done);
        default: return backend_.flush(done);
    }
}

void VirtioBlk::piece_done(const RequestPtr& request, const IoOutcome& io) {
    if (!io.ok()) {
        switch (backend_.handle_error(io)) {
            case BlockErrorAction::stop:
                std::erase(under_way_, request);
                kept_.push_back(request);
                return;
            case BlockErrorAction::report: return finish(request, kIoError);
            case BlockErrorAction::ignore: break;
        }
    }
    if (!transport()) return;
    if (request->type != kIn && request->type != kOut) return finish(request, kOk);
    if (request->type == kIn) request->element.write(*transport(), request->done, request->data);
    request->done += request->piece;
    go_on(request);
}

void VirtioBlk::retry_kept() {
    for (auto& request : std::exchange(kept_, {})) {
        under_way_.push_back(request);
        submit(request);
    }
}

void VirtioBlk::finish(const RequestPtr& request, std::uint8_t status) {
    std::erase(under_way_, request);
    if (!transport()) return;
    const auto& element = request->element;
    element.write(*transport(), element.in_size() - 1, std::span(&status, 1));
    const bool filled = request->type == kIn || request->type == kGetId;
    push(request->queue, element, static_cast<std::uint32_t>((filled ? request->done : 0) + 1));
    start_waiting();
}

void VirtioBlk::handle_reset() {
    ++epoch_;
    // Their buffers are in use until they are done.
    backend_.drain();
    waiting_.clear();
    under_way_.clear();
    kept_.clear();
    backend_.set_write_cache(true);
}

}  // namespace rhea::virtio
