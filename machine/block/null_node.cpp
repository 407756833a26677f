#include "machine/block/null_node.h"

#include <fmt/format.h>

#include <cstring>

namespace rhea {

Result<std::shared_ptr<BlockNode>> NullNode::open(const BlockdevOptions& options, BlockNodeSettings settings) {
    const auto& null = std::get<BlockdevNull>(options.u);
    // QEMU itself does not survive a negative size.
    if (null.size && *null.size < 0) return fail("Parameter 'size' expects a non-negative number below 2^64");
    if (null.latency_ns && *null.latency_ns > INT64_MAX) return fail("latency-ns is invalid");
    return std::make_shared<NullNode>(options, std::move(settings));
}

NullNode::NullNode(const BlockdevOptions& options, BlockNodeSettings settings)
    : BlockNode(std::move(settings)), driver_(options.driver) {
    const auto& null = std::get<BlockdevNull>(options.u);
    bytes_ = static_cast<std::uint64_t>(null.size.value_or(1 << 30));
    latency_ns_ = null.latency_ns.value_or(0);
    read_zeroes_ = null.read_zeroes.value_or(false);
    full_options_.put("driver", enum_name(driver_));
    const auto put = [&](const char* key, QObject value) {
        const QObject* written = options.written.find(key);
        full_options_.put(key, written ? *written : std::move(value));
    };
    if (null.size) put("size", *null.size);
    if (null.read_zeroes) put("read-zeroes", *null.read_zeroes);
}

std::optional<std::string> NullNode::exact_filename() const {
    if (full_options_.size() > 1) return std::nullopt;
    return fmt::format("{}://", enum_name(driver_));
}

int NullNode::do_read(std::uint64_t, std::span<std::uint8_t> buffer) {
    if (!buffer.empty()) std::memset(buffer.data(), 0, buffer.size());
    return 0;
}

}  // namespace rhea
