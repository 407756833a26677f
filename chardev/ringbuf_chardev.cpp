#include "chardev/ringbuf_chardev.h"

#include <algorithm>

namespace rhea {

namespace {

constexpr std::int64_t kDefaultSize = 64 << 10;

}  // namespace

Result<std::unique_ptr<Chardev>> RingbufChardev::open(const ChardevContext& context, const ChardevOptions& options) {
    const auto& ringbuf = std::get<Data<ChardevRingbuf>>(options.backend.u).data;
    auto log = RHEA_TRY(open_chardev_log(context.host, ringbuf));
    const std::int64_t size = ringbuf.size.value_or(kDefaultSize);
    if (size < 0 || (size & (size - 1)) != 0) return fail("size of ringbuf chardev must be power of two");
    return std::unique_ptr<Chardev>(new RingbufChardev(options, std::move(log), static_cast<std::size_t>(size)));
}

RingbufChardev::RingbufChardev(const ChardevOptions& options, FileDescriptor log, std::size_t size)
    : Chardev(options.id), filename_(enum_name(options.backend.type)), log_(std::move(log)), size_(size) {}

void RingbufChardev::attach(CharFrontend* frontend) {
    frontend_ = frontend;
    Peer& peer = *this;
    if (frontend) frontend->connected(peer);
}

void RingbufChardev::write(std::string_view bytes) {
    if (bytes.size() > size_) bytes.remove_prefix(bytes.size() - size_);
    bytes_ += bytes;
    if (bytes_.size() - start_ > size_) start_ = bytes_.size() - size_;
    // Seldom, and then for many bytes at once.
    if (start_ < size_) return;
    bytes_.erase(0, start_);
    start_ = 0;
}

std::string RingbufChardev::read(std::size_t size) {
    std::string out = bytes_.substr(start_, size);
    start_ += out.size();
    if (start_ == bytes_.size()) {
        bytes_.clear();
        start_ = 0;
    }
    return out;
}

void RingbufChardev::flush() {
    write_chardev_log(log_, output_);
    write(output_);
    output_.clear();
}

}  // namespace rhea
