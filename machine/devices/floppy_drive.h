#pragma once
/// A floppy disk drive, "floppy": the medium, its shape and the disk change line. The controller moves the head.
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "machine/block/backend.h"
#include "machine/device.h"
#include "machine/devices/drive_properties.h"

namespace rhea {

class FloppyController;

/// How a disk is formatted. Sectors have 512 bytes. Where there never was a disk the head goes anywhere.
struct FloppyFormat {
    std::uint8_t sectors = 255;    ///< on a track
    std::uint8_t tracks = 255;
    std::uint8_t heads = 2;
    std::uint8_t rate = 0;         ///< as the data rate select register counts: 0 500, 1 300, 2 250, 3 1000 kbit/s

    std::uint32_t total_sectors() const { return std::uint32_t{sectors} * tracks * heads; }
};

/// Loop thread only.
class FloppyDrive final : public Device, public BlockDevice {
public:
    static const qom::Type kType;

    static constexpr std::size_t kSectorSize = 512;

    /// Attaches to `backend`, which may be empty. `fallback`: the type when nothing tells another one.
    static Result<std::unique_ptr<FloppyDrive>> create(BlockBackend& backend, const FloppyOptions& options, FdcDriveType fallback);
    ~FloppyDrive() override;

    Result<void> plug_into(Bus&) override { return {}; }      // it went onto its cable when it was made
    FdcDriveType drive_type() const { return type_; }
    const FloppyFormat& format() const { return format_; }
    BlockBackend& backend() const { return backend_; }
    bool has_disk() const { return backend_.inserted(); }
    bool write_protected() const { return backend_.read_only(); }

    /// The disk change line: active from a change until the head is moved over a disk.
    bool disk_changed() const { return disk_changed_; }
    void head_moved() {
        if (has_disk()) disk_changed_ = false;
    }

    /// Whole sectors, at once (the loop waits for the medium: a guest polls the FIFO byte by byte and takes no "not yet"). A part
    /// that cannot be read is zero. False: it did not work.
    bool read_sector(std::uint32_t sector, std::span<std::uint8_t, kSectorSize> data);
    bool write_sector(std::uint32_t sector, std::span<const std::uint8_t, kSectorSize> data);

    // BlockDevice
    std::string_view qdev_id() const override { return id(); }
    std::string qom_path() const override { return Device::qom_path(); }
    bool removable_medium() const override { return true; }
    void medium_changed(bool load) override;

private:
    friend class FloppyController;
    FloppyDrive(BlockBackend& backend, const FloppyOptions& options);
    void look_at_disk();

    BlockBackend& backend_;
    FdcDriveType type_;
    FloppyFormat format_;
    bool disk_changed_ = true;
    FloppyController* controller_ = nullptr;      // null: not plugged in, or it is gone
};

}  // namespace rhea
