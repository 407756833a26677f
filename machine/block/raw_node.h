#pragma once
/// Format "raw": its child as it is, or a window of it.
#include "machine/block/node.h"
#include "machine/block/options.h"

namespace rhea {

class RawNode final : public BlockNode {
public:
    /// `probed`: nobody said that the image is raw. Its first sector must not become another format's then.
    static Result<std::shared_ptr<BlockNode>> open(const BlockdevOptions& options, BlockNodeSettings settings,
                                                   std::shared_ptr<BlockNode> file, bool probed);
    RawNode(const BlockdevOptions& options, BlockNodeSettings settings, bool probed);

    BlockdevDriver driver() const override { return BlockdevDriver::raw; }
    std::optional<std::uint64_t> allocated_size() const override { return file_.node()->allocated_size(); }
    QDict full_options() const override;
    std::optional<std::string> exact_filename() const override;
    bool has_image_info() const override { return file_.node()->has_image_info(); }
    const BlockNode* child() const override { return file_.node(); }
    const BlockEdge* child_edge() const override { return &file_; }
    Result<void> replace_child(std::shared_ptr<BlockNode> child) override { return file_.replace(std::move(child)); }
    Extent extent(std::uint64_t offset, std::uint64_t bytes) override { return file_.node()->extent(offset_ + offset, bytes); }
    bool immediate() const override { return file_.node()->immediate(); }
    bool can_change(std::string_view option) const override {
        return option == "offset" || option == "size" || option == "file";
    }
    Result<void> change_options(const BlockdevOptions& next, const BlockLayer& layer) override;

protected:
    std::uint64_t byte_size() const override;
    int do_read(std::uint64_t offset, std::span<std::uint8_t> buffer) override;
    int do_write(std::uint64_t offset, std::span<const std::uint8_t> buffer) override;
    int do_write_zeroes(std::uint64_t offset, std::uint64_t bytes, bool may_unmap) override;
    int do_discard(std::uint64_t offset, std::uint64_t bytes) override;
    Result<void> do_truncate(std::uint64_t bytes) override;
    Result<void> apply_permissions(BlockPermissions wanted) override { return file_.set_permissions(wanted); }

private:
    void set_window(const BlockdevOptions& options);
    Result<void> check_window() const;

    BlockEdge file_;
    std::uint64_t offset_ = 0;
    std::optional<std::uint64_t> window_;
    QDict own_options_;
    bool probed_;
};

}  // namespace rhea
