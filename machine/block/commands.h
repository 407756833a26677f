#pragma once
/// The commands that steer the block layer.

namespace rhea {

class BlockLayer;
class CommandTable;

void add_block_query_commands(CommandTable& table, BlockLayer& layer);
void add_block_medium_commands(CommandTable& table, BlockLayer& layer);
void add_block_node_commands(CommandTable& table, BlockLayer& layer);
void add_block_accounting_commands(CommandTable& table, BlockLayer& layer);
void add_block_bitmap_commands(CommandTable& table, BlockLayer& layer);
void add_block_backup_commands(CommandTable& table, BlockLayer& layer);
void add_block_mirror_commands(CommandTable& table, BlockLayer& layer);
void add_block_copy_commands(CommandTable& table, BlockLayer& layer);
void add_block_export_commands(CommandTable& table, BlockLayer& layer);
void add_block_graph_commands(CommandTable& table, BlockLayer& layer);
void add_block_image_commands(CommandTable& table, BlockLayer& layer);
void add_block_job_commands(CommandTable& table, BlockLayer& layer);
void add_block_snapshot_commands(CommandTable& table, BlockLayer& layer);
void add_block_transaction_commands(CommandTable& table, BlockLayer& layer);
/// All of them.
void add_block_commands(CommandTable& table, BlockLayer& layer);

}  // namespace rhea
