#include "machine/scsi/scsi_disk.h"

#include "machine/devices/attached_drive.h"

namespace rhea {

namespace {

constexpr std::uint32_t kDiscardGranularity = 4096, kMostHeads = 255;

}  // namespace

ScsiDisk::ScsiDisk(qom::Values said, ScsiAddress address, BlockBackend& backend)
    : ScsiDevice(std::move(said), address), backend_(backend), removable_(!is_disk() || values().boolean("removable")) {}

ScsiDisk::~ScsiDisk() { leave_drive(backend_, *this, realized()); }

bool ScsiDisk::is_disk() const { return &type() == &kScsiHd; }

Result<std::unique_ptr<ScsiDisk>> ScsiDisk::create(qom::Values values, ScsiAddress address, BlockBackend* backend, std::string called) {
    if (!backend) return fail("drive property not set");
    std::unique_ptr<ScsiDisk> disk(new ScsiDisk(std::move(values), address, *backend));
    if (auto attached = disk->attach(std::move(called)); !attached) {
        disk.reset();        // it looks at the backend once more
        release_drive(*backend);
        return fail(std::move(attached).error());
    }
    return disk;
}

Result<void> ScsiDisk::attach(std::string called) {
    if (!removable_ && !backend_.inserted()) return fail("Device needs media, but drive is empty");
    sizes_ = RHEA_TRY(check_block_sizes(values(), kDiscardGranularity));
    if (is_disk()) geometry_ = RHEA_TRY(resolve_geometry(values(), kMostHeads, backend_));
    const bool writable = is_disk() && !(backend_.inserted() && backend_.read_only());
    RHEA_CHECK(attach_drive(backend_, *this, values(), {.writable = writable, .resizable = is_disk(), .io_status = true, .called = std::move(called)}));
    return {};
}

}  // namespace rhea
