#include "chardev/file_chardev.h"

#include <fcntl.h>

namespace rhea {

namespace {

/// A second file descriptor of the same file, for one peer.
FileDescriptor duplicate(const FileDescriptor& fd) {
    return FileDescriptor(fd ? ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0) : -1);
}

}  // namespace

Result<std::unique_ptr<Chardev>> FileChardev::open(const ChardevContext& context, const ChardevOptions& options) {
    const auto& file = std::get<Data<ChardevFile>>(options.backend.u).data;
    auto log = RHEA_TRY(open_chardev_log(context.host, file));
    const int flags = O_WRONLY | O_CREAT | (file.append.value_or(false) ? O_APPEND : O_TRUNC);
    std::unique_ptr<FileChardev> chardev(new FileChardev(context, options, std::move(log), "file"));
    chardev->out_ = RHEA_TRY(open_chardev_file(context.host, file.out, flags));
    if (file.in) chardev->in_ = RHEA_TRY(open_chardev_file(context.host, *file.in, O_RDONLY | O_NONBLOCK));
    return std::unique_ptr<Chardev>(std::move(chardev));
}

Result<std::unique_ptr<Chardev>> FileChardev::open_pipe(const ChardevContext& context, const ChardevOptions& options) {
    const auto& pipe = std::get<Data<ChardevHostdev>>(options.backend.u).data;
    auto log = RHEA_TRY(open_chardev_log(context.host, pipe));
    std::unique_ptr<FileChardev> chardev(new FileChardev(context, options, std::move(log), "pipe"));
    // For reading and writing, so that opening does not wait for the other side, nor reading end when that goes away.
    constexpr int kFlags = O_RDWR | O_NONBLOCK;
    auto in = open_chardev_file(context.host, pipe.device + ".in", kFlags);
    auto out = open_chardev_file(context.host, pipe.device + ".out", kFlags);
    if (in && out) {
        chardev->in_ = std::move(*in);
        chardev->out_ = std::move(*out);
    } else {
        chardev->in_ = RHEA_TRY(open_chardev_file(context.host, pipe.device, kFlags));
        chardev->out_ = duplicate(chardev->in_);
    }
    return std::unique_ptr<Chardev>(std::move(chardev));
}

FileChardev::FileChardev(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log,
                         std::string filename)
    : StreamChardev(options.id, context.turn, std::move(log)), filename_(std::move(filename)) {}

void FileChardev::opened() { adopt(StreamPeer::files(turn(), owner(), duplicate(in_), duplicate(out_))); }

Result<std::unique_ptr<Chardev>> NullChardev::open(const ChardevContext& context, const ChardevOptions& options) {
    auto log = RHEA_TRY(open_chardev_log(context.host, common_options(options.backend)));
    return std::unique_ptr<Chardev>(new NullChardev(context, options, std::move(log)));
}

NullChardev::NullChardev(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log)
    : StreamChardev(options.id, context.turn, std::move(log)), filename_(enum_name(options.backend.type)) {}

}  // namespace rhea
