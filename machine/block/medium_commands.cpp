// Removable media: eject, the blockdev-*-tray and blockdev-*-medium commands.
#include <fmt/format.h>

#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/flat_options.h"
#include "monitor/command_table.h"

namespace rhea {
namespace {

constexpr std::string_view kDeprecated[] = {"deprecated"};

}  // namespace

struct Eject {
    std::optional<std::string> device, id;
    std::optional<bool> force;
};
template <>
inline constexpr auto description<Eject> = object("q_obj_eject-arg", member<&Eject::device>("device", kDeprecated),
                                                  member<&Eject::id>("id"), member<&Eject::force>("force"));

struct CloseTray {
    std::optional<std::string> device, id;
};
template <>
inline constexpr auto description<CloseTray> = object("q_obj_blockdev-close-tray-arg",
                                                      member<&CloseTray::device>("device", kDeprecated),
                                                      member<&CloseTray::id>("id"));

struct RemoveMedium {
    std::string id;
};
template <>
inline constexpr auto description<RemoveMedium> = object("q_obj_blockdev-remove-medium-arg",
                                                         member<&RemoveMedium::id>("id"));

struct InsertMedium {
    std::string id, node_name;
};
template <>
inline constexpr auto description<InsertMedium> = object("q_obj_blockdev-insert-medium-arg", member<&InsertMedium::id>("id"),
                                                         member<&InsertMedium::node_name>("node-name"));

enum class ReadOnlyMode { retain, read_only, read_write };
template <>
inline constexpr auto description<ReadOnlyMode> = enumeration<ReadOnlyMode>("BlockdevChangeReadOnlyMode", "retain",
                                                                            "read-only", "read-write");

struct ChangeMedium {
    std::optional<std::string> device, id;
    std::string filename;
    std::optional<std::string> format;
    std::optional<bool> force;
    std::optional<ReadOnlyMode> read_only_mode;
};
template <>
inline constexpr auto description<ChangeMedium> = object(
    "q_obj_blockdev-change-medium-arg", member<&ChangeMedium::device>("device", kDeprecated),
    member<&ChangeMedium::id>("id"), member<&ChangeMedium::filename>("filename"), member<&ChangeMedium::format>("format"),
    member<&ChangeMedium::force>("force"), member<&ChangeMedium::read_only_mode>("read-only-mode"));

namespace {

enum class Tray { open, missing, locked };

/// `name` is what the client called the drive.
Result<Tray> open_tray(BlockLayer& layer, BlockBackend& backend, const std::string& name, bool force) {
    BlockDevice* device = backend.device();
    if (!backend.removable()) return fail(fmt::format("Device '{}' is not removable", name));
    if (!device || !device->has_tray()) return Tray::missing;
    if (device->tray_open()) return Tray::open;
    const bool locked = device->medium_locked();
    if (locked) device->eject_request(force);
    if (!locked || force) layer.move_medium(backend, false);
    return locked && !force ? Tray::locked : Tray::open;
}

Error locked_error(const std::string& name) {
    return Error(
        fmt::format("Device '{}' is locked and force was not specified, wait for tray to open and try again", name));
}

Result<void> close_tray(BlockLayer& layer, BlockBackend& backend, const std::string& name) {
    const BlockDevice* device = backend.device();
    if (!backend.removable()) return fail(fmt::format("Device '{}' is not removable", name));
    if (device && device->has_tray() && device->tray_open()) layer.move_medium(backend, true);
    return {};
}

Result<void> remove_medium(BlockLayer& layer, BlockBackend& backend, const std::string& name) {
    const BlockDevice* device = backend.device();
    if (!backend.removable()) return fail(fmt::format("Device '{}' is not removable", name));
    const bool has_tray = device && device->has_tray();
    if (has_tray && !device->tray_open()) return fail(fmt::format("Tray of device '{}' is not open", name));
    if (!backend.inserted()) return {};
    RHEA_CHECK(layer.check_free(*backend.root()));
    layer.remove_medium(backend);
    // Without a tray, taking the medium out is what the device notices.
    if (!has_tray) layer.move_medium(backend, false);
    return {};
}

Result<void> insert_medium(BlockLayer& layer, BlockBackend& backend, std::shared_ptr<BlockNode> node) {
    const BlockDevice* device = backend.device();
    if (!backend.removable()) return fail("Device is not removable");
    const bool has_tray = device && device->has_tray();
    if (has_tray && !device->tray_open()) return fail("Tray of the device is not open");
    if (backend.inserted()) return fail("There already is a medium in the device");
    RHEA_CHECK(layer.insert(backend, std::move(node)));
    if (!has_tray) layer.move_medium(backend, true);
    return {};
}

const std::string& called(const std::optional<std::string>& device, const std::optional<std::string>& id) {
    return device ? *device : *id;
}

Result<Empty> eject(BlockLayer& layer, const Eject& args) {
    BlockBackend* backend = RHEA_TRY(layer.find_drive(args.device, args.id));
    const std::string& name = called(args.device, args.id);
    if (RHEA_TRY(open_tray(layer, *backend, name, args.force.value_or(false))) == Tray::locked)
        return fail(locked_error(name));
    RHEA_CHECK(remove_medium(layer, *backend, name));
    return Empty{};
}

Result<Empty> blockdev_open_tray(BlockLayer& layer, const Eject& args) {
    BlockBackend* backend = RHEA_TRY(layer.find_drive(args.device, args.id));
    // A locked tray has been asked to open: that is all that was wanted.
    (void)RHEA_TRY(open_tray(layer, *backend, called(args.device, args.id), args.force.value_or(false)));
    return Empty{};
}

Result<Empty> blockdev_close_tray(BlockLayer& layer, const CloseTray& args) {
    BlockBackend* backend = RHEA_TRY(layer.find_drive(args.device, args.id));
    RHEA_CHECK(close_tray(layer, *backend, called(args.device, args.id)));
    return Empty{};
}

Result<Empty> blockdev_remove_medium(BlockLayer& layer, const RemoveMedium& args) {
    BlockBackend* backend = RHEA_TRY(layer.find_drive(std::nullopt, args.id));
    RHEA_CHECK(remove_medium(layer, *backend, args.id));
    return Empty{};
}

Result<Empty> blockdev_insert_medium(BlockLayer& layer, const InsertMedium& args) {
    BlockBackend* backend = RHEA_TRY(layer.find_drive(std::nullopt, args.id));
    auto node = layer.lookup({}, args.node_name);
    if (!node) return fail(fmt::format("Node '{}' not found", args.node_name));
    if ((*node)->used_by_backend()) return fail(fmt::format("Node '{}' is already in use", args.node_name));
    RHEA_CHECK(insert_medium(layer, *backend, std::move(*node)));
    return Empty{};
}

/// The options of the next medium: those of the one before, as far as the command does not say otherwise.
FlatOptions medium_options(const BlockBackend& backend, const ChangeMedium& args) {
    BlockBackend::RootState state = backend.root_state();
    if (const BlockNode* node = backend.root()) {
        const BlockNodeSettings& s = node->settings();
        state = {s.read_only, s.cache_direct, s.cache_no_flush, s.unmap, s.detect_zeroes};
    }
    switch (args.read_only_mode.value_or(ReadOnlyMode::retain)) {
        case ReadOnlyMode::retain: break;
        case ReadOnlyMode::read_only: state.read_only = true; break;
        case ReadOnlyMode::read_write: state.read_only = false; break;
    }
    FlatOptions options;
    options.put("read-only", state.read_only);
    options.put("cache.direct", state.cache_direct);
    options.put("cache.no-flush", state.cache_no_flush);
    options.put("discard", state.unmap ? "unmap" : "ignore");
    options.put("detect-zeroes", enum_name(state.detect_zeroes));
    if (args.format) options.put("driver", *args.format);
    return options;
}

Result<Empty> blockdev_change_medium(BlockLayer& layer, const ChangeMedium& args) {
    BlockBackend* backend = RHEA_TRY(layer.find_drive(args.device, args.id));
    const std::string& name = called(args.device, args.id);
    auto node = RHEA_TRY(layer.open_image(args.filename, medium_options(*backend, args)));
    if (RHEA_TRY(open_tray(layer, *backend, name, args.force.value_or(false))) == Tray::locked)
        return fail(locked_error(name));
    RHEA_CHECK(remove_medium(layer, *backend, name));
    RHEA_CHECK(insert_medium(layer, *backend, std::move(node)));
    RHEA_CHECK(close_tray(layer, *backend, name));
    return Empty{};
}

constexpr Command kCommands[] = {
    command<eject>("eject", "Opens the tray and takes the medium out."),
    command<blockdev_open_tray>("blockdev-open-tray", "Opens the tray of a drive, or asks the guest to."),
    command<blockdev_close_tray>("blockdev-close-tray", "Closes the tray of a drive."),
    command<blockdev_remove_medium>("blockdev-remove-medium", "Takes the medium out of an open drive."),
    command<blockdev_insert_medium>("blockdev-insert-medium", "Puts a block node into an open, empty drive."),
    command<blockdev_change_medium>("blockdev-change-medium", "Puts another image file into a drive."),
};

}  // namespace

void add_block_medium_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
