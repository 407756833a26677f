#include "machine/devices/ide_drive.h"

#include <algorithm>

#include "machine/devices/trace_points.h"

namespace rhea {

using namespace ata;

namespace {

// SET FEATURES.
constexpr std::uint8_t kWriteCacheOn = 0x02, kTransferMode = 0x03, kWriteCacheOff = 0x82;
// Taken in silence by a drive that has none of them: look-ahead, defects, power and noise management, reverting to defaults.
constexpr std::uint8_t kIgnoredFeatures[] = {0x05, 0x42, 0x55, 0x66, 0x67, 0x69, 0x85, 0x96, 0x9a, 0xaa, 0xc2, 0xcc};

}  // namespace

IdeDrive::IdeDrive(qom::Values values, BlockBackend& backend, IdeOptions options, const BlockSizes& sizes)
    : Device(std::move(values)), backend_(backend), options_(std::move(options)), sizes_(sizes), registers_(&unplugged_registers_) {}

IdeDrive::~IdeDrive() {
    forget_everything();
    if (cable_) cable_->disconnect(*this);
    if (backend_.device() == this) backend_.detach();
}

void IdeDrive::connected(IdeCable& cable, unsigned unit) {
    cable_ = &cable;
    unit_ = unit;
    registers_ = &cable.task_file(unit);
    cable.set_signature(unit);
    rest();
}

void IdeDrive::cut_off() {
    forget_everything();
    cable_ = nullptr;
    registers_ = &unplugged_registers_;
}

void IdeDrive::forget_everything() {
    ++generation_;
    direction_ = Direction::none;
    buffer_.clear();
    position_ = 0;
    next_ = nullptr;
    dma_ = nullptr;
    dma_running_ = false;
    again_ = nullptr;
}

void IdeDrive::reset_state() {
    trace_device<"ide_reset">("IDEstate {}", fmt::ptr(this));
    forget_everything();
    registers_->clear();
}

void IdeDrive::soft_reset() {
    reset_state();
    diagnose();
    if (!is_packet_device()) raise_irq();
}

IdeDrive::Outcome IdeDrive::diagnose() {
    cable_->set_signature(unit_);
    registers_->device = kDeviceFixed;
    registers_->error = 1;
    set_status(is_packet_device() ? 0 : kReady | kSeekDone);
    return Outcome::pending;
}

void IdeDrive::raise_irq() const {
    if (cable_) cable_->raise_irq();
}

void IdeDrive::abort_command() const {
    set_status(kReady | kError);
    registers_->error = kAborted;
}

void IdeDrive::end_with_error() {
    abort_command();
    raise_irq();
}

void IdeDrive::command(std::uint8_t code) {
    const bool any_time = code == kDeviceReset && is_packet_device();
    if ((registers_->status & (kBusy | kDataRequest)) && !any_time) return;
    registers_->status = kReady | kBusy;
    registers_->error = 0;
    switch (execute(code)) {
        case Outcome::done: set_status(kReady | kSeekDone); break;
        case Outcome::done_idle: set_status(kReady); break;
        case Outcome::aborted: abort_command(); break;
        case Outcome::pending: return;
    }
    raise_irq();
}

// --- data port ------------------------------------------------------------------------------------------------------------

void IdeDrive::send_data(std::vector<std::uint8_t> data, std::function<void()> next) {
    direction_ = Direction::to_guest;
    buffer_ = std::move(data);
    position_ = 0;
    next_ = std::move(next);
    set_status(kReady | kSeekDone | kDataRequest);
    if (cable_) cable_->data_ready(*this);
}

void IdeDrive::receive_data(std::size_t bytes, std::function<void()> next) {
    direction_ = Direction::from_guest;
    buffer_.assign(bytes, 0);
    position_ = 0;
    next_ = std::move(next);
    set_status(kReady | kSeekDone | kDataRequest);
    if (cable_) cable_->data_ready(*this);
}

std::uint32_t IdeDrive::read_data(unsigned size) {
    if (!(registers_->status & kDataRequest) || direction_ != Direction::to_guest) return 0;
    // A word that is not there in full is not given at all: an odd byte is lost.
    if (buffer_.size() - position_ < size) return 0;
    std::uint32_t value = 0;
    for (unsigned i = 0; i < size; ++i) value |= static_cast<std::uint32_t>(buffer_[position_ + i]) << (8 * i);
    transferred(size);
    return value;
}

void IdeDrive::write_data(std::uint32_t value, unsigned size) {
    if (!(registers_->status & kDataRequest) || direction_ != Direction::from_guest) return;
    if (buffer_.size() - position_ < size) return;
    for (unsigned i = 0; i < size; ++i) buffer_[position_ + i] = static_cast<std::uint8_t>(value >> (8 * i));
    transferred(size);
}

void IdeDrive::transferred(std::size_t bytes) {
    position_ += bytes;
    if (position_ < buffer_.size()) return;
    direction_ = Direction::none;
    registers_->status &= static_cast<std::uint8_t>(~kDataRequest);
    const auto next = std::move(next_);
    next_ = nullptr;
    if (next) next();
}

// --- bus master -----------------------------------------------------------------------------------------------------------

void IdeDrive::begin_dma(std::function<void()> run, std::uint8_t status) {
    set_status(status);
    dma_ = std::move(run);
    dma_running_ = false;
    if (dma().started()) dma_started();
}

void IdeDrive::dma_started() {
    if (!dma_ || dma_running_) return;
    dma_running_ = true;
    const auto run = dma_;      // it may end the transfer, which forgets dma_
    run();
}

void IdeDrive::finish_dma() {
    if (dma_running_ && backend_.in_flight() > 0) backend_.drain();
}

void IdeDrive::end_dma_short() {
    forget_dma();
    rest();
    dma().end(IdeDmaEnd::too_short);
}

void IdeDrive::end_dma_with_error() {
    forget_dma();
    dma().end(IdeDmaEnd::failed);
    end_with_error();
}

void IdeDrive::end_dma() {
    forget_dma();
    rest();
    dma().end(IdeDmaEnd::done);
    raise_irq();
}

// --- requests -------------------------------------------------------------------------------------------------------------

bool IdeDrive::settle(const IoOutcome& io, std::function<void()> again, const std::function<void()>& report) {
    if (io.ok()) return true;
    switch (backend_.handle_error(io)) {
        case BlockErrorAction::ignore: return true;
        case BlockErrorAction::stop: keep_for_retry(std::move(again)); return false;
        case BlockErrorAction::report: report(); return false;
    }
    return false;
}

/// Queued commands may wait together.
void IdeDrive::keep_for_retry(std::function<void()> again) {
    if (again_) again = [first = std::move(again_), second = std::move(again)] { first(), second(); };
    again_ = std::move(again);
}

void IdeDrive::retry() {
    if (!again_) return;
    const auto again = std::move(again_);
    again_ = nullptr;
    again();
}

void IdeDrive::flush() {
    set_status(kReady | kBusy);
    backend_.flush(unless_reset([this](const IoOutcome& io) {
        if (!settle(io, [this] { flush(); }, [this] { end_with_error(); })) return;
        rest();
        raise_irq();
    }));
}

void IdeDrive::set_names(std::string_view serial, std::string_view model) {
    names_ = {options_.serial.value_or(std::string(serial)), options_.ver.value_or("2.5+"), options_.model.value_or(std::string(model)),
              options_.wwn.value_or(0)};
}

IdeDrive::Outcome IdeDrive::send_identification() {
    send_data(identification_->bytes(), [this] { rest(); });
    raise_irq();
    return Outcome::pending;
}

IdeDrive::Outcome IdeDrive::set_features() {
    const auto feature = registers_->features.now;
    switch (feature) {
        case kWriteCacheOn:
        case kWriteCacheOff: {
            const bool on = feature == kWriteCacheOn;
            backend_.set_write_cache(on);
            if (identification_) identification_->set_write_cache(on);
            if (on) return Outcome::done;
            flush();
            return Outcome::pending;
        }
        case kTransferMode: return set_transfer_mode();
        default: {
            const bool known = std::find(std::begin(kIgnoredFeatures), std::end(kIgnoredFeatures), feature) != std::end(kIgnoredFeatures);
            return known ? Outcome::done : Outcome::aborted;
        }
    }
}

IdeDrive::Outcome IdeDrive::set_transfer_mode() {
    const unsigned mode = registers_->count.now & 7;
    unsigned chosen = 0;      // the word that shows it
    switch (registers_->count.now >> 3) {
        case 0:
        case 1: break;      // PIO
        case 2: chosen = IdeIdentification::kSingleWordDma; break;
        case 4: chosen = IdeIdentification::kMultiwordDma; break;
        case 8: chosen = IdeIdentification::kUltraDma; break;
        default: return Outcome::aborted;
    }
    if (identification_) identification_->set_transfer_mode(chosen, mode);
    return Outcome::done;
}

// --- the backend ----------------------------------------------------------------------------------------------------------

BlockUse IdeDrive::block_use(bool writable) const {
    return {.writable = writable,
            .share_rw = options_.share_rw.value_or(false),
            .resizable = writable,
            .io_status = true,
            .rerror = options_.rerror.value_or(BlockdevOnError::automatic),
            .werror = options_.werror.value_or(BlockdevOnError::automatic),
            .called = options_.called};
}

void IdeDrive::configure_backend() const {
    const auto decide = [](const std::optional<DriveSwitch>& option, auto set) {
        if (option && *option != DriveSwitch::automatic) set(*option == DriveSwitch::on);
    };
    decide(options_.write_cache, [this](bool on) { backend_.set_write_cache(on); });
    decide(options_.account_invalid, [this](bool on) { backend_.stats().account_invalid = on; });
    decide(options_.account_failed, [this](bool on) { backend_.stats().account_failed = on; });
}

}  // namespace rhea
