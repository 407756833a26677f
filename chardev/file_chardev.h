#pragma once
/// file, pipe and null: streams that nobody connects to.
#include <memory>
#include <string>

#include "chardev/stream_chardev.h"

namespace rhea {

class FileChardev final : public StreamChardev {
public:
    static Result<std::unique_ptr<Chardev>> open(const ChardevContext& context, const ChardevOptions& options);
    /// Named pipes PATH.in and PATH.out, or one file PATH for both.
    static Result<std::unique_ptr<Chardev>> open_pipe(const ChardevContext& context, const ChardevOptions& options);
    std::string filename() const override { return filename_; }

private:
    FileChardev(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log, std::string filename);
    void opened() override;

    std::string filename_;
    FileDescriptor in_, out_;
};

/// Never has a peer: what its front end would send is lost, and nothing comes. A "vc" is one too: a text console on a
/// screen that nobody has.
class NullChardev final : public StreamChardev {
public:
    static Result<std::unique_ptr<Chardev>> open(const ChardevContext& context, const ChardevOptions& options);
    std::string filename() const override { return filename_; }

private:
    NullChardev(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log);

    std::string filename_;
};

}  // namespace rhea
