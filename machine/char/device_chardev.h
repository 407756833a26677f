#pragma once
/// A character device that is a part of the program: a device on the other end of the cable. Loop thread only.
#include <string>
#include <string_view>

#include "chardev/stream_chardev.h"

namespace rhea {

class DeviceChardev : public Chardev, private Peer {
public:
    /// Bytes for the front end that it has not read; more are lost.
    static constexpr std::size_t kMaxWaiting = 4 << 20;

    /// `filename`: as query-chardev tells it; outlives it. The front end's bytes are lost.
    DeviceChardev(const ChardevOptions& options, FileDescriptor log, std::string_view filename)
        : Chardev(options.id), filename_(filename), log_(std::move(log)) {}

    std::string filename() const override { return std::string(filename_); }
    void attach(CharFrontend* frontend) override;
    CharFrontend* frontend() const override { return frontend_; }
    void shut_down() override { attach(nullptr); }

protected:
    /// The front end has written.
    virtual void received(std::string_view bytes) { static_cast<void>(bytes); }
    /// A front end has gone: what was being said is over.
    virtual void left() {}
    void send(std::string_view bytes);
    /// How many bytes the front end has not read yet.
    std::size_t waiting() const { return waiting_.size(); }
    void forget_waiting() { waiting_.clear(); }

private:
    void schedule() override { flush(); }
    void flush() override;
    void set_reading(bool on) override;
    void close() override {}
    void deliver();

    std::string_view filename_;
    FileDescriptor log_;
    CharFrontend* frontend_ = nullptr;
    PeerUser* user_ = nullptr;
    std::string waiting_;
    bool reading_ = true, delivering_ = false;
};

}  // namespace rhea
