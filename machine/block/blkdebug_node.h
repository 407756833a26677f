#pragma once
/// Driver "blkdebug": its requests fail where rules say so.
#include "machine/block/blkdebug_rules.h"
#include "machine/block/filter_node.h"

namespace rhea {

class BlkdebugNode final : public FilterNode {
public:
    static Result<std::shared_ptr<BlockNode>> open(const BlockdevOptions& options, BlockNodeSettings settings,
                                                   std::shared_ptr<BlockNode> image);
    BlkdebugNode(const BlockdevOptions& options, BlockNodeSettings settings);

    BlockdevDriver driver() const override { return BlockdevDriver::blkdebug; }
    bool is_protocol() const override { return true; }
    std::optional<std::uint64_t> allocated_size() const override { return std::nullopt; }
    /// "blkdebug:CONFIG:IMAGE" when that says it all.
    std::optional<std::string> exact_filename() const override;
    void debug_event(BlkdebugEvent event) override { rules_.event(event); }
    BlkdebugRules& rules() { return rules_; }

protected:
    BlockPermissions child_permissions(BlockPermissions wanted) const override;
    QDict own_options() const override { return own_options_; }
    int do_read(std::uint64_t offset, std::span<std::uint8_t> buffer) override;
    int do_write(std::uint64_t offset, std::span<const std::uint8_t> buffer) override;
    int do_write_zeroes(std::uint64_t offset, std::uint64_t bytes, bool may_unmap) override;
    int do_discard(std::uint64_t offset, std::uint64_t bytes) override;
    int before_flush() override { return rules_.check(BlkdebugIoType::flush, 0, 0); }

private:
    Result<void> check_limits() const;
    int check_transfer(BlkdebugIoType type, std::uint64_t offset, std::uint64_t bytes);
    int read_edges(std::uint64_t offset, std::uint64_t bytes);

    BlockdevBlkdebug options_;
    QDict own_options_;
    BlkdebugRules rules_;
    std::uint64_t align_ = 1;  // of requests
};

}  // namespace rhea
