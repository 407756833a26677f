#include "machine/block/raw_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "machine/block/probe.h"

namespace rhea {

namespace {

Result<void> check_signs(const BlockdevRaw& raw) {
    if (raw.offset && *raw.offset < 0) return fail("Parameter 'offset' expects a non-negative number below 2^64");
    if (raw.size && *raw.size < 0) return fail("Parameter 'size' expects a non-negative number below 2^64");
    return {};
}

}  // namespace

RawNode::RawNode(const BlockdevOptions& options, BlockNodeSettings settings, bool probed)
    : BlockNode(std::move(settings)),
      file_("file", false, [this] { return fmt::format("node '{}'", name()); }),
      probed_(probed) {
    set_window(options);
}

void RawNode::set_window(const BlockdevOptions& options) {
    const auto& raw = std::get<BlockdevRaw>(options.u);
    own_options_ = {};
    own_options_.put("driver", "raw");
    const auto put = [&](const char* key, const std::optional<std::int64_t>& value) {
        if (!value) return;
        const QObject* written = options.written.find(key);
        own_options_.put(key, written ? *written : QObject(*value));
    };
    put("offset", raw.offset);
    put("size", raw.size);
    offset_ = static_cast<std::uint64_t>(raw.offset.value_or(0));
    window_.reset();
    if (raw.size) window_ = static_cast<std::uint64_t>(*raw.size);
}

Result<std::shared_ptr<BlockNode>> RawNode::open(const BlockdevOptions& options, BlockNodeSettings settings,
                                                 std::shared_ptr<BlockNode> file, bool probed) {
    const auto& raw = std::get<BlockdevRaw>(options.u);
    RHEA_CHECK(check_signs(raw));
    auto node = std::make_shared<RawNode>(options, std::move(settings), probed);
    RHEA_CHECK(node->file_.attach(std::move(file), {}));
    RHEA_CHECK(node->check_window());
    return node;
}

Result<void> RawNode::check_window() const {
    const std::uint64_t whole = file_.node()->size();
    if (offset_ > whole)
        return fail(fmt::format("Offset ({}) cannot be greater than size of the containing file ({})", offset_, whole));
    if (!window_) return {};
    if (*window_ % 512 != 0) return fail("Specified size is not multiple of 512");
    if (*window_ > whole - offset_)
        return fail(
            fmt::format("The sum of offset ({}) and size ({}) has to be smaller or equal to the  actual size of the "
                        "containing file ({})",
                        offset_, *window_, whole));
    return {};
}

Result<void> RawNode::change_options(const BlockdevOptions& next, const BlockLayer&) {
    RHEA_CHECK(check_signs(std::get<BlockdevRaw>(next.u)));
    const auto before = options();
    set_window(next);
    auto done = check_window();
    if (!done) set_window(*before);
    return done;
}

QDict RawNode::full_options() const {
    QDict options = own_options_;
    options.put("file", file_.node()->full_options());
    return options;
}

std::optional<std::string> RawNode::exact_filename() const {
    // A path alone opens the same thing only when the protocol lies right below and the window is all of it.
    if (own_options_.size() > 1 || !file_.node()->is_protocol()) return std::nullopt;
    return file_.node()->exact_filename();
}

std::uint64_t RawNode::byte_size() const {
    if (window_) return *window_;
    const std::uint64_t whole = file_.node()->size();
    return whole > offset_ ? whole - offset_ : 0;
}

int RawNode::do_read(std::uint64_t offset, std::span<std::uint8_t> buffer) {
    // The last sector may lie partly beyond the child's end (an odd offset): nothing but zeroes there.
    const std::uint64_t left = byte_size() - std::min(offset, byte_size());
    const std::size_t inside = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left));
    std::fill(buffer.begin() + static_cast<std::ptrdiff_t>(inside), buffer.end(), std::uint8_t{0});
    if (inside == 0) return 0;
    file_.node()->debug_event(BlkdebugEvent::read_aio);
    return file_.node()->pread(offset_ + offset, buffer.first(inside));
}

int RawNode::do_write(std::uint64_t offset, std::span<const std::uint8_t> buffer) {
    if (probed_ && offset < kProbeBytes && !buffer.empty()) {
        std::array<std::uint8_t, kProbeBytes> head{};
        if (const int error = do_read(0, std::span(head).first(std::min<std::size_t>(kProbeBytes, size())))) return error;
        const std::size_t at = static_cast<std::size_t>(offset);
        std::copy_n(buffer.begin(), std::min(buffer.size(), kProbeBytes - at),
                    head.begin() + static_cast<std::ptrdiff_t>(at));
        if (probe_format(head) != "raw") return EPERM;
    }
    file_.node()->debug_event(BlkdebugEvent::write_aio);
    return file_.node()->pwrite(offset_ + offset, buffer);
}

int RawNode::do_write_zeroes(std::uint64_t offset, std::uint64_t bytes, bool may_unmap) {
    return file_.node()->write_zeroes(offset_ + offset, bytes, may_unmap);
}

int RawNode::do_discard(std::uint64_t offset, std::uint64_t bytes) { return file_.node()->discard(offset_ + offset, bytes); }

Result<void> RawNode::do_truncate(std::uint64_t bytes) {
    if (window_) return fail("Cannot resize fixed-size raw disks");
    if (offset_ > INT64_MAX - bytes) return fail("Disk size too large for the chosen offset");
    return file_.node()->truncate(bytes + offset_);
}

}  // namespace rhea
