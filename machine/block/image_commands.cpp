/// Making and changing images, and nodes that are in use.
#include <fmt/format.h>

#include "machine/block/amend_options.h"
#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/jobs/create_job.h"
#include "machine/block/jobs/jobs.h"
#include "monitor/command_table.h"
#include "machine/schema_features.h"

namespace rhea {

struct BlockdevCreate {
    std::string job_id;
    BlockdevCreateOptions options;
};
template <>
inline constexpr auto description<BlockdevCreate> = object("q_obj_blockdev-create-arg",
                                                           member<&BlockdevCreate::job_id>("job-id"),
                                                           member<&BlockdevCreate::options>("options"));

struct XBlockdevAmend {
    std::string job_id, node_name;
    BlockdevAmendOptions options;
    std::optional<bool> force;
};
template <>
inline constexpr auto description<XBlockdevAmend> = object("q_obj_x-blockdev-amend-arg",
                                                           member<&XBlockdevAmend::job_id>("job-id"),
                                                           member<&XBlockdevAmend::node_name>("node-name"),
                                                           member<&XBlockdevAmend::options>("options"),
                                                           member<&XBlockdevAmend::force>("force"));

struct BlockdevReopen {
    std::vector<BlockdevOptions> options;
};
template <>
inline constexpr auto description<BlockdevReopen> = object("q_obj_blockdev-reopen-arg",
                                                           member<&BlockdevReopen::options>("options"));

namespace {

/// Those that QEMU has in modules of their own, which a plain installation lacks.
bool is_missing_module(BlockdevDriver driver) {
    return driver == BlockdevDriver::gluster || driver == BlockdevDriver::nfs || driver == BlockdevDriver::rbd ||
           driver == BlockdevDriver::ssh;
}

Result<Empty> blockdev_create(BlockLayer& layer, const BlockdevCreate& args) {
    if (is_missing_module(args.options.driver))
        return fail(fmt::format("Block driver '{}' not found or not supported", enum_name(args.options.driver)));
    // Only drivers that can create an image have options for it.
    if (std::holds_alternative<std::monostate>(args.options.u)) return fail("Driver does not support blockdev-create");
    RHEA_CHECK(layer.jobs().check_new(args.job_id));
    layer.jobs().add(std::make_unique<CreateJob>(layer, args.job_id, args.options)).start();
    return Empty{};
}

Result<Empty> blockdev_amend(BlockLayer& layer, const XBlockdevAmend& args) {
    auto node = RHEA_TRY(layer.lookup("", args.node_name));
    if (node->driver() != args.options.driver) return fail("x-blockdev-amend doesn't support changing the block driver");
    return fail("Driver does not support x-blockdev-amend");
}

Result<Empty> blockdev_reopen(BlockLayer& layer, const BlockdevReopen& args) {
    RHEA_CHECK(layer.reopen(args.options));
    return Empty{};
}

constexpr Command kCommands[] = {
    command<blockdev_create>("blockdev-create", "Makes an image, as a job.").preconfig(),
    command<blockdev_amend>("x-blockdev-amend", "Changes options of an image, as a job.")
        .preconfig()
        .with_features(feature::kUnstable),
    command<blockdev_reopen>("blockdev-reopen", "Gives nodes that are in use other options.").preconfig(),
};

}  // namespace

void add_block_image_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
