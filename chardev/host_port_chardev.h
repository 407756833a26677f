#pragma once
/// A serial line or a parallel port of this machine.
#include <memory>
#include <string>

#include "chardev/stream_chardev.h"

namespace rhea {

class SerialPortChardev final : public StreamChardev, private PortLines {
public:
    /// Set to 115200 bits per second, 8N1. What is no terminal is used as it is.
    static Result<std::unique_ptr<Chardev>> open(const ChardevContext& context, const ChardevOptions& options);
    std::string filename() const override { return "serial"; }
    PortLines* port_lines() override { return this; }

private:
    SerialPortChardev(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log, FileDescriptor port);
    void opened() override;
    void set_parameters(const SerialParameters& parameters) override;
    void set_break(bool on) override;
    std::optional<int> modem_lines() override;
    void set_modem_lines(int lines) override;

    FileDescriptor port_;
};

/// Bytes are not its business: a parallel port moves them with its registers (PortLines).
class ParallelPortChardev final : public StreamChardev, private PortLines {
public:
    static Result<std::unique_ptr<Chardev>> open(const ChardevContext& context, const ChardevOptions& options);
    ~ParallelPortChardev() override;
    std::string filename() const override { return "parallel"; }
    PortLines* port_lines() override { return this; }

private:
    ParallelPortChardev(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log,
                        FileDescriptor port);
    std::optional<unsigned char> read(ParallelRegister which) override;
    bool write(ParallelRegister which, unsigned char value) override;

    FileDescriptor port_;
};

}  // namespace rhea
