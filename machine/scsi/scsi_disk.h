#pragma once
/// A SCSI disk or CD-ROM drive, with its medium, tray and identity. Nothing executes commands on it: the controllers serve no requests.
#include <memory>

#include "machine/block/backend.h"
#include "machine/devices/ide_geometry.h"
#include "machine/scsi/scsi_bus.h"

namespace rhea {

namespace qom { struct Creation; }

class ScsiDisk final : public ScsiDevice, public BlockDevice {
public:
    /// Attaches to `backend`; null: "drive property not set". One that was made for it is gone when that fails.
    static Result<std::unique_ptr<ScsiDisk>> create(qom::Values values, ScsiAddress address, BlockBackend* backend, std::string called);
    ~ScsiDisk() override;

    BlockBackend& backend() const { return backend_; }
    const BlockSizes& sizes() const { return sizes_; }
    const DiskGeometry& geometry() const { return geometry_; }
    bool is_disk() const;

    void reset() override { tray_open_ = false; }

    // BlockDevice
    std::string_view qdev_id() const override { return id(); }
    std::string qom_path() const override { return Device::qom_path(); }
    bool removable_medium() const override { return removable_; }
    bool has_tray() const override { return removable_; }
    bool tray_open() const override { return tray_open_; }
    void medium_changed(bool load) override { tray_open_ = !load; }

private:
    ScsiDisk(qom::Values values, ScsiAddress address, BlockBackend& backend);
    Result<void> attach(std::string called);

    BlockBackend& backend_;
    BlockSizes sizes_;
    DiskGeometry geometry_;
    bool removable_;
    bool tray_open_ = false;
};

}  // namespace rhea
