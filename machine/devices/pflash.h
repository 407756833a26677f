#pragma once
/// A NOR flash chip of Intel's command set, one byte wide ("cfi.pflash01", JEDEC JESD68 and JEP137; what it answers is QEMU 7.2's): the
/// firmware's, at the end of the first 4 GiB.
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "machine/address_space.h"
#include "machine/block/backend.h"
#include "machine/device.h"

namespace rhea {

class BlockLayer;

class Pflash final : public Device, private IoHandler {
public:
    static const qom::Type kType;
    static constexpr std::uint64_t kSector = 4096;     ///< bytes that are erased at once, and what its size is a multiple of

    /// `name`: its own, under which it is known to people.
    explicit Pflash(std::string name);
    ~Pflash() override;

    /// Takes its drive, whose size is right, reads it as a whole, waiting for the file, and lies in `memory` up to `end`. Errors: QEMU's.
    Result<void> insert(BlockLayer& block, BlockBackend& backend, AddressSpace& memory, std::uint64_t end);
    const BlockBackend* backend() const { return backend_; }
    std::span<const std::uint8_t> bytes() const { return bytes_; }
    std::uint64_t base() const { return base_; }

    void reset() override;
    void list_extras(const std::function<void(Extra)>& visit) const override;

private:
    static constexpr std::uint64_t kBlock = 256;       // what is written through the buffer
    static constexpr std::uint8_t kReady = 0x80, kProgramError = 0x10, kEraseError = 0x20;

    struct Hold;

    std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
    void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
    void begin(std::uint64_t offset, std::uint8_t command);
    void confirm(std::uint64_t offset, std::uint64_t value, unsigned size);
    void fill_buffer(std::uint64_t offset, std::uint64_t value, unsigned size);
    void read_array();
    void done();
    void erase(std::uint64_t offset);
    void save(std::uint64_t offset, std::uint64_t length);
    void put(std::span<std::uint8_t> into, std::uint64_t offset, std::uint64_t value, unsigned size);

    std::unique_ptr<Hold> hold_;
    BlockBackend* backend_ = nullptr;
    BlockLayer* block_layer_ = nullptr;
    std::vector<std::uint8_t> bytes_;
    std::uint64_t base_ = 0;
    std::optional<Mapping> mapping_;
    bool read_only_ = false;

    std::uint8_t command_ = 0, status_ = kReady;       // command 0: reads see the array
    unsigned cycle_ = 0;                               // writes of the command that came
    std::uint32_t left_ = 0;                           // of those to the buffer, after the next
    std::optional<std::uint64_t> block_;               // where the buffer goes; none: it is empty
    std::array<std::uint8_t, kBlock> buffer_{};
};

}  // namespace rhea
