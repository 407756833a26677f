#pragma once
/// A port of an AHCI controller (Serial ATA AHCI 1.3.1, chapters 3.3, 4 and 5): its registers, the commands that the guest lists in memory,
/// and the frames (FIS) by which the drive tells how they end.
#include <array>
#include <functional>
#include <vector>

#include "machine/devices/ide_dma.h"

namespace rhea {

class IdeDisk;

class AhciPort final : public IdeCable, private IdeDma {
public:
    static constexpr unsigned kSlots = 32, kRegistersSize = 0x80;

    /// `changed`: what pending() tells may have changed. All outlive it.
    AhciPort(IdeMemory& memory, std::function<void()> changed);
    ~AhciPort() override;

    std::uint32_t read(unsigned offset) const;
    void write(unsigned offset, std::uint32_t value);
    /// An event has happened that the guest wants to hear of.
    bool pending() const { return (events_ & enabled_) != 0; }
    /// With all registers, as a reset of the controller does it.
    void reset();

    // IdeCable
    void connect(unsigned unit, IdeDrive& drive) override;
    IdeDma& dma() override { return *this; }
    void raise_irq() override { settle(); }
    void data_ready(IdeDrive& drive) override;
    unsigned queue_depth() const override { return kSlots; }

private:
    /// Of a command in the list.
    struct Command {
        std::uint64_t header = 0, table = 0;       ///< where it stands, and its table
        std::uint32_t flags = 0, descriptors = 0, moved = 0;
        bool packet() const { return (flags & 0x20) != 0; }
    };
    struct Piece {
        std::uint64_t address;
        std::uint32_t length;
    };

    /// What a reset of the port changes; the drive goes back to its power-up state.
    void reset_port();
    void write_command(std::uint32_t value);
    void raise(std::uint32_t event);
    void run_commands();
    /// True: the slot is free again.
    bool start(unsigned slot);
    bool start_queued(unsigned slot, const Command& command, const std::uint8_t* fis);
    void finish_queued(unsigned slot, bool good);
    void fail_queued();
    void control(std::uint8_t value);
    /// Looks whether the command under way is over.
    void settle();
    void move_data(IdeDrive& drive);
    bool find_pieces(const Command& command, std::uint64_t offset, std::uint64_t bytes, std::vector<Piece>& out) const;
    void copy(const std::vector<Piece>& pieces, std::uint64_t offset, std::uint8_t* data, std::uint64_t length, bool to_guest);
    void count_moved(std::uint64_t bytes);

    void send_signature();
    void send_register_fis(bool interrupt = true);
    void send_pio_setup(std::size_t bytes, bool interrupt);
    void send_device_bits();
    void show_status(std::uint8_t keep = 0);
    template <std::size_t N>
    void store_fis(unsigned at, const std::array<std::uint8_t, N>& fis);
    bool receives() const { return (command_ & kReceiving) != 0; }

    // IdeDma: of the command under way
    bool started() const override { return active_; }
    bool map(std::uint64_t bytes) override;
    void to_memory(std::uint64_t offset, std::span<const std::uint8_t> data) override;
    void from_memory(std::uint64_t offset, std::span<std::uint8_t> data) override;
    void end(IdeDmaEnd how) override;

    static constexpr std::uint32_t kReceiving = 0x4000;        // of the command register

    IdeMemory& memory_;
    std::function<void()> changed_;
    std::uint64_t list_ = 0, received_ = 0;                    // where the guest has them
    std::uint32_t events_ = 0, enabled_ = 0, command_ = 0, task_ = 0, signature_ = 0, status_ = 0, control_ = 0, errors_ = 0, queued_ = 0, issued_ = 0;
    bool signature_sent_ = false, in_reset_ = false;
    bool active_ = false, running_ = false, moving_ = false, packet_sent_ = false;
    unsigned slot_ = 0;
    Command current_;
    IdeDrive* ready_ = nullptr;                                // waits for its data to be moved
    std::vector<Piece> pieces_;
    std::uint64_t mapped_ = 0;
    std::uint32_t finished_ = 0, taken_ = 0;      // of the queued commands
    std::uint32_t stuck_ = 0;                                  // failed and still in the list: not tried again by itself
    std::uint64_t generation_ = 0;                             // of queued commands: a reset ends it
};

}  // namespace rhea
