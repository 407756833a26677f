#include "machine/devices/floppy_drive.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "machine/block/block_layer.h"
#include "machine/devices/attached_drive.h"
#include "machine/devices/block_properties.h"
#include "machine/devices/floppy.h"
#include "machine/platform.h"

namespace rhea {

namespace {

struct KnownFormat {
    FdcDriveType type;
    FloppyFormat format;
};
constexpr std::uint8_t k500 = 0, k300 = 1, k250 = 2, k1000 = 3;

// The most usual format of a type comes first; of equal sizes the earlier one wins.
constexpr KnownFormat kFormats[] = {
    // 3.5 inch, 1.44 MB and more
    {FdcDriveType::d144, {18, 80, 2, k500}}, {FdcDriveType::d144, {20, 80, 2, k500}}, {FdcDriveType::d144, {21, 80, 2, k500}},
    {FdcDriveType::d144, {21, 82, 2, k500}}, {FdcDriveType::d144, {21, 83, 2, k500}}, {FdcDriveType::d144, {22, 80, 2, k500}},
    {FdcDriveType::d144, {23, 80, 2, k500}}, {FdcDriveType::d144, {24, 80, 2, k500}},
    // 2.88 MB and more
    {FdcDriveType::d288, {36, 80, 2, k1000}}, {FdcDriveType::d288, {39, 80, 2, k1000}}, {FdcDriveType::d288, {40, 80, 2, k1000}},
    {FdcDriveType::d288, {44, 80, 2, k1000}}, {FdcDriveType::d288, {48, 80, 2, k1000}},
    // 720 KB and more
    {FdcDriveType::d144, {9, 80, 2, k250}}, {FdcDriveType::d144, {10, 80, 2, k250}}, {FdcDriveType::d144, {10, 82, 2, k250}},
    {FdcDriveType::d144, {10, 83, 2, k250}}, {FdcDriveType::d144, {13, 80, 2, k250}}, {FdcDriveType::d144, {14, 80, 2, k250}},
    // 5.25 inch, 1.2 MB and more
    {FdcDriveType::d120, {15, 80, 2, k500}}, {FdcDriveType::d120, {18, 80, 2, k500}}, {FdcDriveType::d120, {18, 82, 2, k500}},
    {FdcDriveType::d120, {18, 83, 2, k500}}, {FdcDriveType::d120, {20, 80, 2, k500}},
    // 720 KB
    {FdcDriveType::d120, {9, 80, 2, k250}}, {FdcDriveType::d120, {11, 80, 2, k250}},
    // 360 KB and less
    {FdcDriveType::d120, {9, 40, 2, k300}}, {FdcDriveType::d120, {9, 40, 1, k300}}, {FdcDriveType::d120, {10, 41, 2, k300}},
    {FdcDriveType::d120, {10, 42, 2, k300}}, {FdcDriveType::d120, {8, 40, 2, k250}}, {FdcDriveType::d120, {8, 40, 1, k250}},
    {FdcDriveType::d144, {9, 40, 2, k250}}, {FdcDriveType::d144, {9, 40, 1, k250}},
};

/// A format of the size: of the type, or else of another one that fits into the drive; of any type when that is open.
const KnownFormat* find_size(std::uint64_t sectors, FdcDriveType type) {
    const auto find = [sectors](auto may_be) {
        const auto* found = std::find_if(std::begin(kFormats), std::end(kFormats), [&](const KnownFormat& known) {
            return known.format.total_sectors() == sectors && may_be(known.type);
        });
        return found == std::end(kFormats) ? nullptr : found;
    };
    if (type == FdcDriveType::automatic) return find([](FdcDriveType) { return true; });
    if (const auto* exact = find([type](FdcDriveType other) { return other == type; })) return exact;
    const auto is_wide = [](FdcDriveType one) { return one == FdcDriveType::d120; };      // 5.25 inch
    return find([&](FdcDriveType other) { return is_wide(other) == is_wide(type); });
}

const KnownFormat* find_type(FdcDriveType type) {
    const auto* found = std::find_if(std::begin(kFormats), std::end(kFormats), [&](const KnownFormat& known) { return known.type == type; });
    return found == std::end(kFormats) ? nullptr : found;
}

}  // namespace

Result<std::unique_ptr<FloppyDrive>> FloppyDrive::create(BlockBackend& backend, const FloppyOptions& options, FdcDriveType fallback) {
    RHEA_CHECK(check_block_sizes(options));
    std::unique_ptr<FloppyDrive> drive(new FloppyDrive(backend, options));
    const auto asked_for = [](BlockdevOnError policy, BlockdevOnError usual) {
        return policy != usual && policy != BlockdevOnError::automatic;
    };
    if (asked_for(backend.werror(), BlockdevOnError::enospc)) return fail("fdc doesn't support drive option werror");
    if (asked_for(backend.rerror(), BlockdevOnError::report)) return fail("fdc doesn't support drive option rerror");
    RHEA_CHECK(backend.attach(*drive, {.write_optional = true, .share_rw = options.share_rw.value_or(false), .resizable = false, .called = options.called}));
    if (options.write_cache && *options.write_cache != DriveSwitch::automatic)
        backend.set_write_cache(*options.write_cache == DriveSwitch::on);
    if (drive->type_ == FdcDriveType::automatic) {
        const auto* found = backend.inserted() ? find_size(backend.size() / kSectorSize, FdcDriveType::automatic) : nullptr;
        drive->type_ = found ? found->type : fallback;
    }
    drive->look_at_disk();
    return drive;
}

FloppyDrive::FloppyDrive(BlockBackend& backend, const FloppyOptions& options)
    : Device(kType), backend_(backend), type_(options.drive_type.value_or(FdcDriveType::automatic)) {}

FloppyDrive::~FloppyDrive() {
    if (controller_) controller_->unplug(*this);
    if (backend_.device() == this) backend_.detach();
}

void FloppyDrive::look_at_disk() {
    if (!has_disk()) {
        // The format of the last disk stays, as the drive knows nothing better.
        return;
    }
    const auto* found = find_size(backend_.size() / kSectorSize, type_);
    if (!found) found = find_type(type_);
    format_ = found ? found->format : FloppyFormat{};
}

void FloppyDrive::medium_changed(bool) {
    disk_changed_ = true;
    look_at_disk();
}

bool FloppyDrive::read_sector(std::uint32_t sector, std::span<std::uint8_t, kSectorSize> data) {
    int error = 0;
    backend_.read(std::uint64_t{sector} * kSectorSize, data, [this, &error](const IoOutcome& io) {
        error = io.error;
        if (!io.ok()) backend_.stats().failed(io);
    });
    backend_.drain();
    if (error != 0) std::memset(data.data(), 0, data.size());
    return error == 0;
}

bool FloppyDrive::write_sector(std::uint32_t sector, std::span<const std::uint8_t, kSectorSize> data) {
    int error = 0;
    backend_.write(std::uint64_t{sector} * kSectorSize, data, [this, &error](const IoOutcome& io) {
        error = io.error;
        if (!io.ok()) backend_.stats().failed(io);
    });
    backend_.drain();
    return error == 0;
}

// --- QOM

namespace {

QObject drive_of(const FloppyDrive& drive) { return drive_property(drive.backend()); }
QObject size_of(const FloppyDrive&) { return std::int64_t{FloppyDrive::kSectorSize}; }
QObject drive_type_of(const FloppyDrive& drive) { return enum_name(drive.drive_type()); }

constexpr qom::Property kProperties[] = {
    qom::property("unit", qom::kUint32, std::int64_t{0xffffffff}),
    qom::property("drive", qom::kDrive).shown_by<drive_of>(),
    qom::property("backend_defaults", qom::kOnOffAuto, "auto"),
    qom::property("logical_block_size", qom::kBlockSize, 0).shown_by<size_of>(),
    qom::property("physical_block_size", qom::kBlockSize, 0).shown_by<size_of>(),
    qom::property("min_io_size", qom::kSize32, 0),
    qom::property("opt_io_size", qom::kSize32, 0),
    qom::property("discard_granularity", qom::kSize32, std::int64_t{0xffffffff}),
    qom::property("write-cache", qom::kOnOffAuto, "auto"),
    qom::property("share-rw", qom::kBool, false),
    qom::property("account-invalid", qom::kOnOffAuto, "auto"),
    qom::property("account-failed", qom::kOnOffAuto, "auto"),
    qom::property("drive-type", kFloppyType, "auto").shown_by<drive_type_of>(),
};

Result<std::unique_ptr<qom::Object>> make(qom::Creation& creation) {
    BlockLayer& block = creation.platform.block;
    BlockBackend* backend = nullptr;
    if (const auto drive = creation.values.text("drive")) backend = RHEA_TRY(block.backend_for_property("floppy.drive", *drive));
    else backend = &block.make_empty_backend();
    std::string called = future_name(creation);
    return std::unique_ptr<qom::Object>(
        RHEA_TRY(static_cast<FloppyBus*>(creation.bus)->make_drive(std::move(creation.values), *backend, std::move(called))));
}

}  // namespace

constinit const qom::Type FloppyDrive::kType{.name = "floppy",
                                             .parent = &Device::kType,
                                             .properties = kProperties,
                                             .bus = "floppy-bus",
                                             .category = "Storage",
                                             .summary = "virtual floppy drive",
                                             .create = make};

}  // namespace rhea
