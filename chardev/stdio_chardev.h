#pragma once
/// Standard input and output. The terminal, and the blocking mode that the shell gave us, are put back at the end, however
/// the program exits.
#include <termios.h>
#include <uv.h>

#include <memory>
#include <string>

#include "chardev/stream_chardev.h"

namespace rhea {

class StdioChardev final : public StreamChardev {
public:
    /// One at a time: "cannot use stdio by multiple character devices".
    static Result<std::unique_ptr<Chardev>> open(const ChardevContext& context, const ChardevOptions& options);
    ~StdioChardev() override;

    std::string filename() const override { return "stdio"; }
    void set_echo(bool on) override;
    void shut_down() override;

private:
    StdioChardev(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log);
    void opened() override;
    void set_terminal() const;

    bool open_ = true;
    bool signals_;  // ^C acts on the program
    bool echo_ = false;
    UvHandle<uv_signal_t> continued_;  // a shell leaves its own settings behind when it continues us
};

}  // namespace rhea
