#pragma once
/// A pseudo terminal: whoever opens its other side ("/dev/pts/3") is the client.
#include <memory>
#include <string>

#include "chardev/stream_chardev.h"

namespace rhea {

class PtyChardev final : public StreamChardev, private FdUser {
public:
    static Result<std::unique_ptr<Chardev>> open(const ChardevContext& context, const ChardevOptions& options);
    ~PtyChardev() override;

    std::string filename() const override { return "pty:" + name_; }
    std::string terminal() const override { return name_; }
    void shut_down() override;

private:
    PtyChardev(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log, FileDescriptor master,
               std::string name);
    void opened() override { look(); }
    void peer_left() override { look(); }
    void fd_ready(FdWatch& watch, int events) override;
    void look();

    FileDescriptor master_;
    std::string name_;
    // Nobody tells when the other side is opened, except inotify; without that it is looked at every second.
    FileDescriptor notices_;
    std::unique_ptr<FdWatch> watch_;
    UvHandle<uv_timer_t> timer_;
};

}  // namespace rhea
