#pragma once
/// Drivers "null-co" and "null-aio": takes everything, gives zeroes.
#include "machine/block/node.h"
#include "machine/block/options.h"

namespace rhea {

class NullNode final : public BlockNode {
public:
    static Result<std::shared_ptr<BlockNode>> open(const BlockdevOptions& options, BlockNodeSettings settings);
    NullNode(const BlockdevOptions& options, BlockNodeSettings settings);

    BlockdevDriver driver() const override { return driver_; }
    QDict full_options() const override { return full_options_; }
    std::optional<std::string> exact_filename() const override;
    bool is_protocol() const override { return true; }
    Extent extent(std::uint64_t, std::uint64_t bytes) override { return {read_zeroes_, bytes}; }
    bool immediate() const override { return latency_ns_ == 0; }
    std::uint64_t latency_ns() const override { return latency_ns_; }

protected:
    std::uint64_t byte_size() const override { return bytes_; }
    int do_read(std::uint64_t offset, std::span<std::uint8_t> buffer) override;
    int do_write(std::uint64_t, std::span<const std::uint8_t>) override { return 0; }
    int do_write_zeroes(std::uint64_t, std::uint64_t, bool) override { return 0; }

private:
    BlockdevDriver driver_;
    QDict full_options_;
    std::uint64_t bytes_, latency_ns_;
    bool read_zeroes_ = false;
};

}  // namespace rhea
