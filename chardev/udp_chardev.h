#pragma once
/// Datagrams to and from one other place.
#include <memory>
#include <string>

#include "chardev/stream_chardev.h"

namespace rhea {

class UdpChardev final : public StreamChardev {
public:
    /// Blocks for name resolution.
    static Result<std::unique_ptr<Chardev>> open(const ChardevContext& context, const ChardevOptions& options);
    std::string filename() const override { return "udp"; }

private:
    UdpChardev(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log, FileDescriptor socket);
    void opened() override;

    FileDescriptor socket_;
};

}  // namespace rhea
