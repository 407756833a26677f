/// Pictures of the guest's screen.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "chardev/file_descriptor.h"
#include "machine/display/commands.h"
#include "machine/display/image_file.h"
#include "machine/machine.h"

namespace rhea {

enum class ImageFormat { ppm, png };
template <>
inline constexpr auto description<ImageFormat> = enumeration<ImageFormat>("ImageFormat", "ppm", "png");

struct Screendump {
    std::string filename;
    std::optional<std::string> device;
    std::optional<std::int64_t> head;
    std::optional<ImageFormat> format;
};
template <>
inline constexpr auto description<Screendump> = object("q_obj_screendump-arg", member<&Screendump::filename>("filename"),
                                                       member<&Screendump::device>("device"),
                                                       member<&Screendump::head>("head"),
                                                       member<&Screendump::format>("format"));

namespace {

/// The screen that is meant: a device's, or the first one.
Result<Screen*> chosen_screen(Machine& machine, const Screendump& args) {
    if (args.device) return find_screen(machine.devices(), *args.device, args.head);
    if (args.head) return fail("'head' must be specified together with 'device'");
    Screen* first = first_screen(machine.devices());
    if (!first) return fail("There is no console to take a screendump from");
    return first;
}

int write_image(int fd, ImageFormat format, const Picture& picture, PngWriter png) {
    int error = 0;
    const ByteTaker take = [&](const void* data, std::size_t bytes) {
        const auto* at = static_cast<const char*>(data);
        while (bytes) {
            const ssize_t put = ::write(fd, at, bytes);
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) return error = errno, false;
            at += put;
            bytes -= static_cast<std::size_t>(put);
        }
        return true;
    };
    const bool written = format == ImageFormat::png ? png(picture, take) : write_ppm(picture, take);
    return written ? 0 : error ? error : EIO;
}

/// One picture on its way into a file, which may have to wait (a FIFO without a reader): on a worker's thread.
class PictureWriter {
public:
    static void start(Machine& machine, const std::string& filename, ImageFormat format, PngWriter png, Picture picture, Reply<Empty> reply) {
        auto* writer = new PictureWriter(filename, format, png, std::move(picture), std::move(reply));
        if (filename.starts_with("/dev/fdset/")) {  // whose sets belong to the loop's thread
            writer->fd_ = FileDescriptor(machine.chardevs().open_file(filename, O_WRONLY));
            if (!writer->fd_) writer->open_error_ = errno;
        }
        uv_queue_work(machine.loop(), &writer->work_, &PictureWriter::run, &PictureWriter::done);
    }

private:
    PictureWriter(const std::string& filename, ImageFormat format, PngWriter png, Picture picture, Reply<Empty> reply)
        : filename_(filename), format_(format), png_(png), picture_(std::move(picture)), reply_(std::move(reply)) {
        work_.data = this;
    }

    static void run(uv_work_t* work) {
        auto& self = *static_cast<PictureWriter*>(work->data);
        if (!self.fd_ && !self.open_error_) {
            self.fd_ = FileDescriptor(::open(self.filename_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
            if (!self.fd_) self.open_error_ = errno;
        }
        if (self.fd_) self.write_error_ = write_image(self.fd_.get(), self.format_, self.picture_, self.png_);
    }

    static void done(uv_work_t* work, int status) {
        const std::unique_ptr<PictureWriter> self(static_cast<PictureWriter*>(work->data));
        if (status == UV_ECANCELED) return;
        if (self->open_error_)
            return self->reply_.fail(Error::generic(fmt::format("failed to open file '{}': {}", self->filename_, std::strerror(self->open_error_))));
        if (self->write_error_) return self->reply_.fail(Error::generic(std::strerror(self->write_error_)));
        self->reply_.succeed();
    }

    std::string filename_;
    ImageFormat format_;
    PngWriter png_;
    Picture picture_;
    Reply<Empty> reply_;
    uv_work_t work_{};
    FileDescriptor fd_;
    int open_error_ = 0, write_error_ = 0;
};

void screendump(Machine& machine, const Screendump& args, Reply<Empty> reply) {
    auto screen = chosen_screen(machine, args);
    if (!screen) return reply.fail(screen.error());
    const ImageFormat format = args.format.value_or(ImageFormat::ppm);
    const PngWriter png = format == ImageFormat::png ? png_writer() : nullptr;
    if (format == ImageFormat::png && !png) return reply.fail(Error::generic("Enable PNG support with libpng for screendump"));
    PictureWriter::start(machine, args.filename, format, png, (*screen)->picture(), std::move(reply));
}

constexpr Command kCommands[] = {
    command<screendump>("screendump", "Writes what the guest's screen shows into a file."),
};

}  // namespace

void add_screendump_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
