#pragma once
/// stdio, file and null: streams that nobody connects to.
#include <memory>
#include <string>

#include "chardev/stream_chardev.h"

namespace rhea {

class FileChardev final : public StreamChardev {
public:
    static Result<std::unique_ptr<Chardev>> open(const ChardevContext& context, const ChardevOptions& options);
    std::string filename() const override { return "file"; }

private:
    FileChardev(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log);
    void opened() override;

    FileDescriptor in_, out_;
};

/// Never has a peer: what its front end would send is lost, and nothing comes.
class NullChardev final : public StreamChardev {
public:
    static Result<std::unique_ptr<Chardev>> open(const ChardevContext& context, const ChardevOptions& options);
    std::string filename() const override { return "null"; }

private:
    using StreamChardev::StreamChardev;
};

}  // namespace rhea
