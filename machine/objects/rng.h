#pragma once
/// A source of random bytes.
#include <cstdint>
#include <memory>
#include <span>

#include "chardev/file_descriptor.h"
#include "machine/qom/object.h"

namespace rhea {

/// Where the bytes come from.
class RngSource {
public:
    /// Reads `file`, or asks the kernel when it is empty.
    explicit RngSource(FileDescriptor file) : file_(std::move(file)) {}
    /// How many bytes came, without waiting; fewer than asked for when there are no more now.
    std::size_t fill(std::span<std::uint8_t> out);

private:
    FileDescriptor file_;
};

class RngBackend final : public qom::Object {
public:
    RngBackend(qom::Values values, FileDescriptor file)
        : Object(std::move(values)), source_(std::make_shared<RngSource>(std::move(file))) {}

    /// A device that has it goes on when the object is gone.
    const std::shared_ptr<RngSource>& source() const { return source_; }

private:
    std::shared_ptr<RngSource> source_;
};

extern const qom::Type kRngBackend, kRngBuiltin, kRngRandom, kRngEgd;

}  // namespace rhea
