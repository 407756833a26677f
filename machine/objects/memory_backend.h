#pragma once
/// memory-backend-ram, -file and -memfd: memory that a guest, or a DIMM, is made of.
#include <cstdint>

#include "chardev/file_descriptor.h"
#include "machine/qom/object.h"

namespace rhea {

extern const qom::Type kMemoryBackendType;

class MemoryBackend final : public qom::Object {
public:
    static const qom::Type kRam, kFile, kMemfd;

    /// The guest's own RAM, which the machine has made.
    MemoryBackend(qom::Values values, std::uint64_t size) : Object(std::move(values)), size_(size) {}
    ~MemoryBackend() override;

    std::uint64_t size() const { return size_; }
    /// Null: the machine's.
    unsigned char* memory() const { return memory_; }

    static Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation);

private:
    Result<void> map();

    std::uint64_t size_;
    unsigned char* memory_ = nullptr;
    FileDescriptor file_;
};

}  // namespace rhea
