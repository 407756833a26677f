/// Making and changing images, and nodes that are in use.
#include "machine/block/amend_options.h"
#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/create_options.h"
#include "machine/block/transaction.h"
#include "machine/schema_features.h"
#include "machine/not_yet.h"

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

Result<Empty> blockdev_create(BlockLayer&, const BlockdevCreate& args) {
    // Only drivers that can create an image have options for it.
    if (std::holds_alternative<std::monostate>(args.options.u)) return fail("Driver does not support blockdev-create");
    RHEA_CHECK(check_job_id(args.job_id));
    return fail(not_supported("blockdev-create"));
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
    command<blockdev_create>("blockdev-create", "Makes an image, as a job.").preconfig().not_yet(),
    command<blockdev_amend>("x-blockdev-amend", "Changes options of an image, as a job.")
        .preconfig()
        .with_features(feature::kUnstable),
    command<blockdev_reopen>("blockdev-reopen", "Gives nodes that are in use other options.").preconfig(),
};

}  // namespace

void add_block_image_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
