#pragma once
/// memory-backend-ram, -file and -memfd: memory that a guest, or a DIMM, is made of.
#include <cstdint>
#include <vector>

#include "chardev/file_descriptor.h"
#include "machine/guest_memory.h"
#include "machine/qom/basic_types.h"
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

    /// Where its memory lies: by itself, or, as long as it is plugged in, in a region of that path.
    const qom::Region& place() const { return place_; }
    void set_place(const qom::Region& place) { place_ = place; }
    /// Its memory, as a node.
    void list_extras(const std::function<void(Extra)>& visit) const override {
        visit({.name = qom::numbered(name(), 0), .nodes = &kRegion});
    }

    static Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation);
    /// Brings the memory of several together, one behind the other; they keep it. Their sizes are whole pages.
    static Result<std::unique_ptr<GuestMemory>> join(const std::vector<MemoryBackend*>& backends);

private:
    static const qom::Nodes kRegion;
    Result<void> map(std::string_view name);

    std::uint64_t size_;
    qom::Region place_;
    unsigned char* memory_ = nullptr;
    FileDescriptor file_;
};

}  // namespace rhea
