#pragma once
/// What disks and CD-ROM drives on an IDE cable share: the command protocol (ATA/ATAPI-6, chapter 9), data transfers through the
/// data port and by the bus master, and the way with a failed request.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "machine/block/backend.h"
#include "machine/device.h"
#include "machine/devices/drive_properties.h"
#include "machine/devices/ide_cable.h"
#include "machine/devices/ide_identify.h"

namespace rhea {

/// Loop thread only. Lives in the device tree; takes itself off its cable and its backend when it goes.
class IdeDrive : public Device, public BlockDevice {
public:
    ~IdeDrive() override;

    const IdeOptions& options() const { return options_; }
    BlockBackend& backend() const { return backend_; }
    Result<void> plug_into(Bus&) override { return {}; }       // it went onto its cable when it was made
    unsigned unit() const { return unit_; }
    const BlockSizes& sizes() const { return sizes_; }
    const IdeIdentification::Names& names() const { return names_; }

    // BlockDevice
    std::string_view qdev_id() const override { return id(); }
    std::string qom_path() const override { return Device::qom_path(); }
    void retry() override;

    // --- for the cable --------------------------------------------------------------------------------------------------
    struct Signature {
        std::uint8_t middle, high;      ///< of the LBA registers
    };
    virtual Signature signature() const = 0;
    void connected(IdeCable& cable, unsigned unit);
    /// The cable is gone, or the drive is pulled off it.
    void cut_off();
    /// Power-up state of what a command may leave behind; the identification and its transfer modes stay, as in QEMU.
    virtual void reset_state();
    void soft_reset();
    void command(std::uint8_t code);
    std::uint32_t read_data(unsigned size);
    void write_data(std::uint32_t value, unsigned size);
    /// Of what the data port waits for: whether the drive sends it, its bytes, and that all of them have been moved.
    bool sends_data() const { return direction_ == Direction::to_guest; }
    std::span<std::uint8_t> port_data() { return std::span(buffer_).subspan(position_); }
    void port_done() { transferred(buffer_.size() - position_); }
    void dma_started();
    /// Waits for the bus master's transfer under way.
    void finish_dma();

protected:
    /// `pending`: the command goes on, and ends itself. The others end it, with an interrupt. `done_idle` leaves the heads where
    /// they rest (DSC clear).
    enum class Outcome { done, done_idle, aborted, pending };
    using Buffer = std::shared_ptr<std::vector<std::uint8_t>>;
    static constexpr std::uint8_t kDeviceReset = 0x08;

    IdeDrive(qom::Values values, BlockBackend& backend, IdeOptions options, const BlockSizes& sizes);

    virtual Outcome execute(std::uint8_t code) = 0;
    /// It obeys DEVICE RESET, and its status stays clear after any reset until the next command.
    virtual bool is_packet_device() const { return false; }

    ata::TaskFile& registers() const { return *registers_; }
    IdeDma& dma() const { return cable_->dma(); }
    IdeCable& cable() const { return *cable_; }
    void raise_irq() const;
    void set_status(std::uint8_t status) const { registers_->status = status; }
    /// ABRT in the error register; the interrupt is the caller's.
    void abort_command() const;
    void end_with_error();

    // --- data port
    /// Shows `data` to the guest word by word; `next` comes after the last one.
    void send_data(std::vector<std::uint8_t> data, std::function<void()> next);
    /// Takes `bytes` from the guest, then calls `next`; what came is in `received()`.
    void receive_data(std::size_t bytes, std::function<void()> next);
    std::vector<std::uint8_t>& received() { return buffer_; }
    /// After the last word: DRDY and DSC.
    void rest() const { set_status(ata::kReady | ata::kSeekDone); }

    // --- bus master
    /// `run` moves the data, as soon as the guest has started the bus master; it ends with one of the others.
    void begin_dma(std::function<void()> run, std::uint8_t status = ata::kReady | ata::kSeekDone | ata::kDataRequest);
    void end_dma_short();
    void end_dma_with_error();
    void end_dma();
    void forget_dma() { dma_ = nullptr; }

    // --- requests to the medium
    /// A completion that is not called when the drive was reset in between.
    template <class Call>
    IoCompletion unless_reset(Call call) {
        return [this, generation = generation_, call = std::move(call)](const IoOutcome& io) mutable {
            if (generation == generation_) call(io);
        };
    }
    /// True: go on. Otherwise the request waits for `again`, or `report` has been called.
    bool settle(const IoOutcome& io, std::function<void()> again, const std::function<void()>& report);
    void keep_for_retry(std::function<void()> again);
    /// Whatever is under way is over, and nobody will hear of it.
    void forget_everything();

    // --- commands of both kinds
    void flush();
    Outcome diagnose();
    Outcome set_features();
    /// What the drive says of itself: made when the guest first asks for it, and kept.
    std::optional<IdeIdentification>& identification() { return identification_; }
    Outcome send_identification();
    /// Those of the options, else the ones given.
    void set_names(std::string_view serial, std::string_view model);

    /// As the options want it.
    BlockUse block_use(bool writable) const;
    /// Once attached: what the options say of the write cache and of accounting.
    void configure_backend() const;

private:
    enum class Direction { none, to_guest, from_guest };
    Outcome set_transfer_mode();
    void transferred(std::size_t bytes);

    BlockBackend& backend_;
    IdeOptions options_;
    BlockSizes sizes_;
    IdeCable* cable_ = nullptr;
    ata::TaskFile* registers_;
    ata::TaskFile unplugged_registers_;
    unsigned unit_ = 0;

    Direction direction_ = Direction::none;
    std::vector<std::uint8_t> buffer_;
    std::size_t position_ = 0;
    std::function<void()> next_;
    std::function<void()> dma_;
    std::function<void()> again_;
    bool dma_running_ = false;
    std::uint64_t generation_ = 0;
    IdeIdentification::Names names_;
    std::optional<IdeIdentification> identification_;
};

}  // namespace rhea
