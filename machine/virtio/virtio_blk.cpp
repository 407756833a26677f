#include "machine/virtio/virtio_blk.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "machine/devices/attached_drive.h"

namespace rhea {

namespace {

// Features.
constexpr std::uint64_t kSegMax = 1u << 2, kGeometry = 1u << 4, kReadOnly = 1u << 5, kBlkSize = 1u << 6, kScsi = 1u << 7,
                        kFlush = 1u << 9, kTopology = 1u << 10, kConfigWce = 1u << 11, kMultiQueue = 1u << 12,
                        kDiscard = 1u << 13, kWriteZeroes = 1u << 14;
enum Type : std::uint32_t { kIn = 0, kOut = 1, kScsiCommand = 2, kFlushRequest = 4, kGetId = 8, kDiscardRequest = 11, kWriteZeroesRequest = 13 };
constexpr std::uint32_t kBarrier = 0x80000000;   // of old drivers, on top of the type
enum Outcome : std::uint8_t { kOk = 0, kIoError = 1, kUnsupported = 2 };
constexpr std::size_t kHeader = 16, kRange = 16, kWceOffset = 32;
// Of configuration: without discard, with it, with writing of zeroes.
constexpr std::size_t kLeastConfig = 36, kDiscardConfig = 48, kWriteZeroesConfig = 57;
constexpr std::uint16_t kMostQueueSize = 1024, kMostQueues = 1023;
constexpr std::int64_t kAutomaticQueues = 65535, kMostSectors = 4194303;
constexpr std::uint32_t kMostHeads = 255, kNoGranularity = 0xffffffff, kUnadjustedSegMax = 126;

std::uint64_t load(const std::uint8_t* from, unsigned size) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) value |= std::uint64_t{from[i]} << (8 * i);
    return value;
}

Result<void> check_values(const qom::Values& values) {
    if (values.integer("num-queues") == 0) return fail("num-queues property must be larger than 0");
    const auto queue_size = values.integer("queue-size");
    if (queue_size <= 2) return fail(fmt::format("invalid queue-size property ({}), must be > 2", queue_size));
    if (queue_size > kMostQueueSize || !std::has_single_bit(static_cast<std::uint64_t>(queue_size)))
        return fail(fmt::format("invalid queue-size property ({}), must be a power of 2 (max {})", queue_size, kMostQueueSize));
    for (const auto& [feature, property] : {std::pair("discard", "max-discard-sectors"), {"write-zeroes", "max-write-zeroes-sectors"}})
        if (const auto most = values.integer(property); values.boolean(feature) && (most < 1 || most > kMostSectors))
            return fail(fmt::format("invalid {} property ({}), must be between 1 and {}", property, most, kMostSectors));
    return {};
}

}  // namespace

VirtioBlk::VirtioBlk(qom::Values said, BlockBackend& backend, std::vector<std::uint16_t> queue_sizes, std::size_t config_size)
    : VirtioDevice(std::move(said), VirtioId::block, std::move(queue_sizes), config_size), backend_(backend) {}

VirtioBlk::~VirtioBlk() {
    // Nobody is told of what ends now.
    if (transport()) transport()->device_gone();
    connect(nullptr, false);
    leave_drive(backend_, *this, realized());
}

Result<std::unique_ptr<VirtioBlk>> VirtioBlk::create(qom::Values values, BlockBackend& backend, unsigned queues, std::string called) {
    RHEA_CHECK(check_values(values));
    if (const auto said = values.integer("num-queues"); said != kAutomaticQueues) queues = static_cast<unsigned>(said);
    if (queues > kMostQueues) return fail(fmt::format("num-queues property must not be larger than {}", kMostQueues));
    const std::size_t config_size = values.boolean("write-zeroes") ? kWriteZeroesConfig
                                    : values.boolean("discard")    ? kDiscardConfig
                                                                   : kLeastConfig;
    std::vector<std::uint16_t> sizes(queues, static_cast<std::uint16_t>(values.integer("queue-size")));
    std::unique_ptr<VirtioBlk> disk(new VirtioBlk(std::move(values), backend, std::move(sizes), config_size));
    RHEA_CHECK(disk->attach(std::move(called)));
    return disk;
}

Result<void> VirtioBlk::attach(std::string called) {
    const bool writable = !backend_.read_only();
    sizes_ = RHEA_TRY(check_block_sizes(values(), values().given("discard_granularity") ? number("discard_granularity") : 0));
    geometry_ = RHEA_TRY(resolve_geometry(values(), kMostHeads, backend_));
    RHEA_CHECK(attach_drive(backend_, *this, values(), {.writable = writable, .io_status = true, .called = std::move(called)}));
    first_write_cache_ = backend_.write_cache();
    return {};
}

Result<void> VirtioBlk::check_transport(bool modern) const {
    if (modern && values().boolean("scsi")) return fail("Please set scsi=off for virtio-blk devices in order to use virtio 1.0");
    return {};
}

std::uint64_t VirtioBlk::own_features(std::uint64_t common) const {
    const auto when = [](bool on, std::uint64_t feature) { return on ? feature : 0; };
    const bool config_wce = values().boolean("config-wce");
    common |= kSegMax | kGeometry | kBlkSize | kTopology | when(config_wce, kConfigWce) | when(queues().size() > 1, kMultiQueue) |
              when(values().boolean("discard"), kDiscard) | when(values().boolean("write-zeroes"), kWriteZeroes) |
              when(backend_.read_only(), kReadOnly) |
              when(backend_.write_cache() || (config_wce && values().boolean("x-enable-wce-if-config-wce")), kFlush);
    // What a device without the new registers always says.
    return common & kVersion1 ? common : (common & ~kAnyLayout) | kScsi;
}

std::uint8_t VirtioBlk::config_byte(std::size_t offset) const {
    const auto sectors = backend_.size() / kSectorSize;
    const auto granularity = number("discard_granularity");
    const bool reported = granularity != kNoGranularity && values().boolean("report-discard-granularity");
    // A track holds whole blocks, unless the size of the disk says otherwise.
    const auto tracks = std::uint64_t{geometry_.heads} * geometry_.sectors;
    const bool uneven = tracks != 0 && backend_.size() != 0 && backend_.size() / geometry_.heads / geometry_.sectors % sizes_.logical != 0;
    const auto per_track = uneven ? geometry_.sectors & ~(sizes_.logical / kSectorSize - 1) : geometry_.sectors;
    struct Field { std::uint8_t at, size; std::uint64_t value; };
    const Field fields[] = {
        {0, 8, sectors},
        {12, 4, values().boolean("seg-max-adjust") ? number("queue-size") - 2 : kUnadjustedSegMax},
        {16, 2, geometry_.cylinders},
        {18, 1, geometry_.heads},
        {19, 1, per_track},
        {20, 4, sizes_.logical},
        {24, 1, static_cast<std::uint64_t>(std::countr_zero(sizes_.physical / sizes_.logical))},
        {26, 2, number("min_io_size") / sizes_.logical},
        {28, 4, number("opt_io_size") / sizes_.logical},
        {kWceOffset, 1, backend_.write_cache()},
        {34, 2, queues().size()},
        {36, 4, number("max-discard-sectors")},
        {40, 4, 1},
        {44, 4, (reported ? granularity : sizes_.logical) / kSectorSize},
        {48, 4, number("max-write-zeroes-sectors")},
        {52, 4, 1},
        {56, 1, 1},
    };
    for (const Field& field : fields)
        if (offset >= field.at && offset < std::size_t{field.at} + field.size) return byte_of(field.value, offset - field.at);
    return 0;
}

void VirtioBlk::write_config(std::size_t offset, std::span<const std::uint8_t> bytes) {
    if (offset <= kWceOffset && kWceOffset < offset + bytes.size()) backend_.set_write_cache((bytes[kWceOffset - offset]) != 0);
}

void VirtioBlk::status_changes(std::uint8_t status) {
    // A driver that cannot choose flushes by itself, or wants everything on stable storage.
    if ((status & kDriverOk) && !has(kConfigWce)) backend_.set_write_cache(has(kFlush));
}

bool VirtioBlk::in_range(std::uint64_t sector, std::uint64_t bytes) const {
    const auto sectors = backend_.size() / kSectorSize;
    return bytes % sizes_.logical == 0 && sector % (sizes_.logical / kSectorSize) == 0 && sector <= sectors &&
           bytes / kSectorSize <= sectors - sector;
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
        request->type = static_cast<std::uint32_t>(load(header, 4)) & ~kBarrier;
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
    // The lowest bit tells the direction of the data.
    switch (request->type & ~std::uint32_t{kOut}) {
        case kIn: {
            const bool read = request->type == kIn;
            request->total = read ? request->element.in_size() - 1 : request->element.out_size() - kHeader;
            if (!in_range(request->sector, request->total)) {
                backend_.stats().invalid(read ? IoKind::read : IoKind::write);
                return finish(request, kIoError);
            }
            return go_on(std::move(request));
        }
        case kFlushRequest:
            request->type = kFlushRequest;
            return submit(request);
        case kGetId: return read_id(request);
        case kDiscardRequest & ~std::uint32_t{kOut}:
        case kWriteZeroesRequest & ~std::uint32_t{kOut}: return zero_or_discard(request);
        case kScsiCommand: {
            // It would take a command and sense data beside the rest.
            const bool whole = request->element.out.size() >= 2 && request->element.in.size() >= 3;
            return finish(request, whole ? kUnsupported : kIoError);
        }
        default: return finish(request, kUnsupported);
    }
}

void VirtioBlk::read_id(const RequestPtr& request) {
    std::string id = values().text("serial").value_or("").substr(0, kIdLength);
    if (id.size() < kIdLength) id.push_back('\0');
    const auto room = std::min<std::uint64_t>(request->element.in_size() - 1, id.size());
    request->element.write(*transport(), 0, std::span(reinterpret_cast<const std::uint8_t*>(id.data()), room));
    finish(request, kOk);
}

void VirtioBlk::zero_or_discard(const RequestPtr& request) {
    const bool zeroes = request->type == kWriteZeroesRequest;
    if (!(request->type & kOut) || request->element.out_size() > kHeader + kRange) return finish(request, kUnsupported);
    std::uint8_t range[kRange];
    if (request->element.read(*transport(), kHeader, range) != kRange) return fail_device();
    request->sector = load(range, 8);
    const auto count = load(range + 8, 4), flags = load(range + 12, 4);
    const auto refuse = [&](std::uint8_t status) {
        if (zeroes) backend_.stats().invalid(IoKind::write);
        finish(request, status);
    };
    if (count > number(zeroes ? "max-write-zeroes-sectors" : "max-discard-sectors")) return refuse(kIoError);
    // Unmapping is only zeroing's to allow.
    if ((flags & ~std::uint64_t{1}) != 0) return refuse(kUnsupported);
    if (!in_range(request->sector, count * kSectorSize)) return refuse(kIoError);
    if (!zeroes && flags != 0) return refuse(kUnsupported);
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

void VirtioBlk::retry() {
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
    // All that the driver left room for counts as written.
    complete(request->queue, element, static_cast<std::uint32_t>(element.in_size()));
    start_waiting();
}

void VirtioBlk::handle_reset() {
    ++epoch_;
    // Their buffers are in use until they are done.
    backend_.drain();
    waiting_.clear();
    under_way_.clear();
    kept_.clear();
    backend_.set_write_cache(first_write_cache_);
}

void VirtioBlk::handle_queue_reset(unsigned queue) {
    const auto of_queue = [queue](const RequestPtr& request) { return request->queue == queue; };
    backend_.drain();
    std::erase_if(waiting_, of_queue);
    std::erase_if(kept_, of_queue);
}

}  // namespace rhea
