#pragma once
/// A CD-ROM drive: "ide-cd" (ATA/ATAPI-6 PACKET feature set; SFF-8020i and MMC-3 for the packets).
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "machine/devices/atapi_replies.h"
#include "machine/devices/ide_drive.h"

namespace rhea {

class IdeCdrom final : public IdeDrive {
public:
    static const qom::Type kType;

    /// Attaches to `backend`, which may be empty.
    static Result<std::unique_ptr<IdeCdrom>> create(BlockBackend& backend, const IdeOptions& options, std::string_view serial);

    Signature signature() const override { return {0x14, 0xeb}; }
    void reset_state() override;

    // BlockDevice
    bool removable_medium() const override { return true; }
    bool has_tray() const override { return true; }
    bool tray_open() const override { return tray_open_; }
    bool medium_locked() const override { return locked_; }
    void medium_changed(bool load) override;
    void eject_request(bool force) override;

protected:
    Outcome execute(std::uint8_t code) override;
    bool is_packet_device() const override { return true; }

private:
    static constexpr std::size_t kPacketSize = 12;
    static constexpr std::uint32_t kBlockSize = 2048, kRawBlockSize = 2352;
    using Packet = std::array<std::uint8_t, kPacketSize>;
    /// Sense key and additional sense code.
    struct Sense {
        std::uint8_t key = 0, code = 0;
    };
    static constexpr Sense kNoMedium{0x02, 0x3a}, kRemovalPrevented{0x02, 0x53}, kUnknownCommand{0x05, 0x20}, kOutOfRange{0x05, 0x21},
        kBadField{0x05, 0x24}, kWrongMedium{0x05, 0x30}, kNoSavedPages{0x05, 0x39}, kNoRoom{0x05, 0x4b}, kMediumChanged{0x06, 0x28};
    struct PacketCommand;
    /// How the guest comes to know of a new medium: first there is none, then there is another one.
    enum class Change { none, report_absence, report_attention };

    IdeCdrom(BlockBackend& backend, const IdeOptions& options, const BlockSizes& sizes);

    Outcome identify_packet_device();
    Outcome device_reset();
    Outcome packet();
    void run_packet();

    // Ends of a packet command.
    void succeed();
    void check_condition(Sense sense);
    void show_sense();
    void end_packet(std::uint8_t status);
    /// `allocated`: the most that the guest wants to have.
    void reply(std::vector<std::uint8_t> data, std::size_t allocated);

    // Data to the guest: what is buffered, then `blocks_left_` of the medium.
    std::uint64_t bytes_left() const { return (buffered_.size() - taken_) + std::uint64_t{blocks_left_} * block_size_; }
    std::uint32_t byte_limit() const;
    void start_data();
    void send_burst();
    /// Reads until `bytes` are buffered, then calls `then`.
    void fill_buffer(std::size_t bytes, const std::function<void()>& then);
    bool read_failed(const IoOutcome& io, std::function<void()> again);
    void dma_begin();
    void dma_step();

    std::uint32_t total_blocks() const;
    bool in_range(std::uint32_t first, std::uint32_t count) const;
    AtapiMedium medium() const;
    std::uint32_t big_endian(std::size_t at, unsigned bytes) const;

    // Packet commands.
    void test_unit_ready();
    void request_sense();
    void inquiry();
    void start_stop_unit();
    void prevent_allow_removal();
    void read_10();
    void read_12();
    void read_cd();
    void read_blocks(std::uint32_t first, std::uint32_t count, std::uint32_t block_size);
    void seek();
    void read_capacity();
    void read_toc();
    void get_configuration();
    void get_event_status();
    void read_disc_information();
    void mode_sense();
    void set_speed();
    void mechanism_status();
    void read_dvd_structure();
    static const PacketCommand* find_command(std::uint8_t opcode);

    bool tray_open_ = false, locked_ = false;
    Change change_ = Change::none;
    bool new_media_event_ = false, eject_event_ = false;
    Sense sense_;

    Packet packet_{};      // the command under way
    bool by_dma_ = false;
    std::vector<std::uint8_t> buffered_;
    std::size_t taken_ = 0;
    std::uint32_t next_block_ = 0, blocks_left_ = 0, block_size_ = kBlockSize;
    std::uint64_t dma_offset_ = 0;
    bool dma_fits_ = false;
};

}  // namespace rhea
