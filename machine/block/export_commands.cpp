/// Exports of block nodes, and the NBD server. The server is never running, and there is no other way to export yet.
#include <fmt/format.h>

#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/export_types.h"
#include "machine/block/transaction.h"
#include "machine/schema_features.h"
#include "machine/not_yet.h"
#include "qobject/keyval.h"

namespace rhea {

struct BlockExportDel {
    std::string id;
    std::optional<BlockExportRemoveMode> mode;
};
template <>
inline constexpr auto description<BlockExportDel> = object("q_obj_block-export-del-arg", member<&BlockExportDel::id>("id"),
                                                           member<&BlockExportDel::mode>("mode"));

struct NbdServerStart {
    SocketAddressLegacy addr;
    std::optional<std::string> tls_creds, tls_authz;
    std::optional<std::uint32_t> max_connections;
};
template <>
inline constexpr auto description<NbdServerStart> = object("q_obj_nbd-server-start-arg",
                                                           member<&NbdServerStart::addr>("addr"),
                                                           member<&NbdServerStart::tls_creds>("tls-creds"),
                                                           member<&NbdServerStart::tls_authz>("tls-authz"),
                                                           member<&NbdServerStart::max_connections>("max-connections"));

struct NbdServerAdd {
    std::optional<std::string> name, description;
    std::string device;
    std::optional<bool> writable;
    std::optional<std::string> bitmap;
};
template <>
inline constexpr auto description<NbdServerAdd> = object("q_obj_nbd-server-add-arg", member<&NbdServerAdd::name>("name"),
                                                         member<&NbdServerAdd::description>("description"),
                                                         member<&NbdServerAdd::device>("device"),
                                                         member<&NbdServerAdd::writable>("writable"),
                                                         member<&NbdServerAdd::bitmap>("bitmap"));

struct NbdServerRemove {
    std::string name;
    std::optional<BlockExportRemoveMode> mode;
};
template <>
inline constexpr auto description<NbdServerRemove> = object("q_obj_nbd-server-remove-arg",
                                                            member<&NbdServerRemove::name>("name"),
                                                            member<&NbdServerRemove::mode>("mode"));

namespace {

Fail no_server() { return fail("NBD server not running"); }
Fail no_export(const std::string& id) { return fail(fmt::format("Export '{}' is not found", id)); }

Result<Empty> block_export_add(BlockLayer& layer, const BlockExportOptions& args) {
    if (!is_well_formed_id(args.id)) return fail("Invalid block export id");
    (void)RHEA_TRY(layer.lookup("", args.node_name));
    if (args.type == BlockExportType::nbd) return no_server();
    return fail(not_supported(fmt::format("Export type '{}'", enum_name(args.type))));
}

Result<Empty> block_export_del(BlockLayer&, const BlockExportDel& args) { return no_export(args.id); }
Result<std::vector<BlockExportInfo>> query_block_exports(BlockLayer&, const Empty&) {
    return std::vector<BlockExportInfo>{};
}

Result<Empty> nbd_server_add(BlockLayer& layer, const NbdServerAdd& args) {
    (void)RHEA_TRY(layer.lookup(args.device, args.device));
    return no_server();
}

Result<Empty> nbd_server_remove(BlockLayer&, const NbdServerRemove& args) { return no_export(args.name); }
Result<Empty> nbd_server_stop(BlockLayer&, const Empty&) { return no_server(); }

constexpr Command kCommands[] = {
    command<block_export_add>("block-export-add", "Lets other programs use a node.").preconfig().not_yet(),
    command<block_export_del>("block-export-del", "Ends an export.").preconfig(),
    command<query_block_exports>("query-block-exports", "Lists the exports.").preconfig(),
    command_not_yet<NbdServerStart>("nbd-server-start", "Starts the NBD server.").preconfig(),
    command<nbd_server_add>("nbd-server-add", "Lets NBD clients use a node.")
        .preconfig()
        .with_features(feature::kDeprecated),
    command<nbd_server_remove>("nbd-server-remove", "Ends an export to NBD clients.")
        .preconfig()
        .with_features(feature::kDeprecated),
    command<nbd_server_stop>("nbd-server-stop", "Stops the NBD server and ends its exports.").preconfig(),
};

}  // namespace

void add_block_export_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
