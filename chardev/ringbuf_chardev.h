#pragma once
/// Keeps the last bytes of its front end's output in memory; ringbuf-read takes them out.
#include <memory>
#include <string>
#include <string_view>

#include "chardev/stream_chardev.h"

namespace rhea {

class RingbufChardev final : public Chardev, private Peer {
public:
    static Result<std::unique_ptr<Chardev>> open(const ChardevContext& context, const ChardevOptions& options);

    std::string filename() const override { return filename_; }
    void attach(CharFrontend* frontend) override;
    CharFrontend* frontend() const override { return frontend_; }
    void shut_down() override { attach(nullptr); }

    /// The oldest bytes give way to the new.
    void write(std::string_view bytes);
    /// Takes out the oldest bytes, `size` at most.
    std::string read(std::size_t size);

private:
    RingbufChardev(const ChardevOptions& options, FileDescriptor log, std::size_t size);

    // The peer of the front end: nobody ever sends it anything.
    void schedule() override { flush(); }
    void flush() override;
    void set_reading(bool) override {}
    void close() override {}

    std::string filename_;
    FileDescriptor log_;
    CharFrontend* frontend_ = nullptr;
    std::size_t size_;
    std::string bytes_;
    std::size_t start_ = 0;  // of what is held in bytes_
};

}  // namespace rhea
