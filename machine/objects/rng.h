#pragma once
/// A source of random bytes.
#include <cstdint>
#include <span>

#include "chardev/file_descriptor.h"
#include "machine/qom/object.h"

namespace rhea {

class RngBackend final : public qom::Object {
public:
    /// Reads `file`, or asks the kernel when it is empty.
    RngBackend(qom::Values values, FileDescriptor file) : Object(std::move(values)), file_(std::move(file)) {}

    /// How many bytes came, without waiting; fewer than asked for when there are no more now.
    std::size_t fill(std::span<std::uint8_t> out);

private:
    FileDescriptor file_;
};

extern const qom::Type kRngBackend, kRngBuiltin, kRngRandom, kRngEgd;

}  // namespace rhea
