// blockdev-add, blockdev-del, block_resize, block_set_io_throttle.
#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/driver_options.h"
#include "machine/block/fifo_wait.h"
#include "machine/block/options.h"
#include "monitor/command_table.h"

namespace rhea {
namespace {

constexpr std::string_view kDeprecated[] = {"deprecated"};

}  // namespace

struct BlockdevDel {
    std::string node_name;
};
template <>
inline constexpr auto description<BlockdevDel> = object("q_obj_blockdev-del-arg",
                                                        member<&BlockdevDel::node_name>("node-name"));

struct BlockResize {
    std::optional<std::string> device, node_name;
    std::int64_t size = 0;
};
template <>
inline constexpr auto description<BlockResize> = object("q_obj_block_resize-arg", member<&BlockResize::device>("device"),
                                                        member<&BlockResize::node_name>("node-name"),
                                                        member<&BlockResize::size>("size"));

struct BlockIoThrottle {
    std::optional<std::string> device, id;
    std::int64_t bps = 0, bps_rd = 0, bps_wr = 0, iops = 0, iops_rd = 0, iops_wr = 0;
    std::optional<std::int64_t> bps_max, bps_rd_max, bps_wr_max, iops_max, iops_rd_max, iops_wr_max;
    std::optional<std::int64_t> bps_max_length, bps_rd_max_length, bps_wr_max_length;
    std::optional<std::int64_t> iops_max_length, iops_rd_max_length, iops_wr_max_length;
    std::optional<std::int64_t> iops_size;
    std::optional<std::string> group;
};
template <>
inline constexpr auto description<BlockIoThrottle> =
    object("BlockIOThrottle", member<&BlockIoThrottle::device>("device", kDeprecated), member<&BlockIoThrottle::id>("id"),
           member<&BlockIoThrottle::bps>("bps"), member<&BlockIoThrottle::bps_rd>("bps_rd"),
           member<&BlockIoThrottle::bps_wr>("bps_wr"), member<&BlockIoThrottle::iops>("iops"),
           member<&BlockIoThrottle::iops_rd>("iops_rd"), member<&BlockIoThrottle::iops_wr>("iops_wr"),
           member<&BlockIoThrottle::bps_max>("bps_max"), member<&BlockIoThrottle::bps_rd_max>("bps_rd_max"),
           member<&BlockIoThrottle::bps_wr_max>("bps_wr_max"), member<&BlockIoThrottle::iops_max>("iops_max"),
           member<&BlockIoThrottle::iops_rd_max>("iops_rd_max"), member<&BlockIoThrottle::iops_wr_max>("iops_wr_max"),
           member<&BlockIoThrottle::bps_max_length>("bps_max_length"),
           member<&BlockIoThrottle::bps_rd_max_length>("bps_rd_max_length"),
           member<&BlockIoThrottle::bps_wr_max_length>("bps_wr_max_length"),
           member<&BlockIoThrottle::iops_max_length>("iops_max_length"),
           member<&BlockIoThrottle::iops_rd_max_length>("iops_rd_max_length"),
           member<&BlockIoThrottle::iops_wr_max_length>("iops_wr_max_length"),
           member<&BlockIoThrottle::iops_size>("iops_size"), member<&BlockIoThrottle::group>("group"));

namespace {

/// The rules' file of a "blkdebug" among the nodes that are wanted.
const std::string* rules_file(const BlockdevOptions& options) {
    if (const auto* rules = std::get_if<BlockdevBlkdebug>(&options.u); rules && rules->config) return &*rules->config;
    const BlockdevRef* child = child_of(options);
    return child && child->definition ? rules_file(*child->definition) : nullptr;
}

void blockdev_add(BlockLayer& layer, const BlockdevOptions& args, Reply<Empty> reply) {
    const auto add = [&layer](const BlockdevOptions& options, Reply<Empty>& to) {
        if (auto added = layer.add_node(options); !added) to.fail(added.error());
        else to.succeed();
    };
    const std::string* rules = rules_file(args);
    FifoWait* wait = rules ? layer.wait_for_fifo(*rules) : nullptr;
    if (!wait) return add(args, reply);
    wait->start([add, &layer, wait, args, later = std::make_shared<Reply<Empty>>(std::move(reply))] {
        add(args, *later);
        layer.forget(wait);
    });
}

Result<Empty> blockdev_del(BlockLayer& layer, const BlockdevDel& args) {
    RHEA_CHECK(layer.delete_node(args.node_name));
    return Empty{};
}

void block_resize(BlockLayer& layer, const BlockResize& args, Reply<Empty> reply) {
    auto node = layer.lookup(args.device.value_or(""), args.node_name.value_or(""));
    if (!node) return reply.fail(node.error());
    if (args.size < 0) return reply.fail(Error::invalid_parameter_value("size", "a >0 size"));
    auto later = std::make_shared<Reply<Empty>>(std::move(reply));
    layer.resize(std::move(*node), static_cast<std::uint64_t>(args.size), [later](const Result<void>& done) {
        if (done) later->succeed();
        else later->fail(done.error());
    });
}

ThrottleLimit limit(std::int64_t average, const std::optional<std::int64_t>& max,
                    const std::optional<std::int64_t>& length) {
    // Negative numbers become too large ones, which the check refuses.
    return {static_cast<std::uint64_t>(average), static_cast<std::uint64_t>(max.value_or(0)),
            static_cast<std::uint64_t>(length.value_or(1))};
}

Result<Empty> block_set_io_throttle(BlockLayer& layer, const BlockIoThrottle& args) {
    BlockBackend* backend = RHEA_TRY(layer.find_drive(args.device, args.id));
    if (!backend->inserted()) return fail("Device has no medium");
    ThrottleConfig config;
    config.limits = {limit(args.bps, args.bps_max, args.bps_max_length),
                     limit(args.bps_rd, args.bps_rd_max, args.bps_rd_max_length),
                     limit(args.bps_wr, args.bps_wr_max, args.bps_wr_max_length),
                     limit(args.iops, args.iops_max, args.iops_max_length),
                     limit(args.iops_rd, args.iops_rd_max, args.iops_rd_max_length),
                     limit(args.iops_wr, args.iops_wr_max, args.iops_wr_max_length)};
    config.iops_size = static_cast<std::uint64_t>(args.iops_size.value_or(0));
    RHEA_CHECK(config.check());
    if (!config.enabled()) {
        backend->set_throttle(nullptr);
        return Empty{};
    }
    std::string group = args.device ? *args.device : *args.id;
    if (backend->throttle()) group = backend->throttle()->name();
    if (args.group) group = *args.group;
    auto shared = layer.throttle_group(group);
    shared->set(config);
    backend->set_throttle(std::move(shared));
    return Empty{};
}

constexpr Command kCommands[] = {
    command<blockdev_add>("blockdev-add", "Makes a block node.").preconfig(),
    command<blockdev_del>("blockdev-del", "Ends a block node that blockdev-add made.").preconfig(),
    command<block_resize>("block_resize", "Sets the size of an image.").preconfig(),
    command<block_set_io_throttle>("block_set_io_throttle", "Limits the rate of a drive's requests.").preconfig(),
};

}  // namespace

void add_block_node_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
