#pragma once
/// A hard disk: "ide-hd".
#include <cstdint>
#include <functional>
#include <memory>

#include "machine/devices/ide_drive.h"
#include "machine/devices/ide_geometry.h"
#include "machine/devices/ide_identify.h"
#include "machine/devices/ide_smart.h"

namespace rhea {

class IdeDisk final : public IdeDrive {
public:
    static const qom::Type kType;

    /// Attaches to `backend`, which has a medium, and reads its first sector. `serial`: unless the options name one.
    static Result<std::unique_ptr<IdeDisk>> create(BlockBackend& backend, const IdeOptions& options, std::string_view serial);

    const DiskGeometry& geometry() const { return geometry_; }

    Signature signature() const override { return {0x00, 0x00}; }
    void reset_state() override;
    void resized() override;
    /// A queued command: moves all of `data` at this sector. `done` hears whether that went well, unless the drive is reset before.
    void queued(IoKind kind, std::uint64_t sector, std::shared_ptr<std::vector<std::uint8_t>> data, std::function<void(bool good)> done);

protected:
    Outcome execute(std::uint8_t code) override;

private:
    enum class Width { lba28, lba48 };

    IdeDisk(BlockBackend& backend, const IdeOptions& options, const BlockSizes& sizes);

    std::uint64_t total_sectors() const;
    /// Takes the address and count from the registers.
    void begin(Width width);
    std::uint64_t sector() const;
    void set_sector(std::uint64_t sector);
    bool in_range(std::uint64_t first, std::uint64_t count) const;
    void advance(std::uint32_t sectors);
    bool refuse_beyond_end(IoKind kind, std::uint32_t count, const std::function<void()>& report);

    Outcome read_sectors(Width width, std::uint32_t block);
    void read_block();
    Outcome write_sectors(Width width, std::uint32_t block);
    void write_block();
    Outcome transfer_by_dma(Width width, IoKind kind);
    void dma_read();
    void dma_write();

    Outcome data_set_management();
    struct TrimList;
    void read_trim_list();
    void trim(const std::shared_ptr<TrimList>& list);

    Outcome identify_device();
    Outcome set_multiple();
    Outcome initialize_parameters();
    Outcome smart();
    Outcome check_power();
    Outcome native_max(Width width);

    DiskGeometry geometry_;
    // Of addresses by cylinder, head and sector; INITIALIZE DEVICE PARAMETERS changes them.
    std::uint32_t heads_ = 16, sectors_ = 63;
    IdeSmart smart_;
    std::uint32_t multiple_ = IdeIdentification::kMaxMultiple;
    Width width_ = Width::lba28;
    std::uint32_t remaining_ = 0;      // sectors of the command under way
    std::uint32_t block_ = 1;          // sectors between interrupts
};

}  // namespace rhea
