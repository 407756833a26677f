#pragma once
/// Intel 440FX: the host bridge. As function 00.0 it decides whether RAM or the bus is seen between 0xa0000 and 0xfffff
/// (PAM, SMRAM); its ports are configuration mechanism #1.
#include <array>
#include <optional>

#include "machine/guest_memory.h"
#include "machine/pci.h"

namespace rhea {

/// Ports 0xcf8 (address, 32 bits only) and 0xcfc (data).
class PciConfigPorts final : public Device {
public:
    static const qom::Type kType;

    /// All outlive it.
    PciConfigPorts(AddressSpace& ports, PciBus& bus);

    /// Where memory ends below 4 GiB, and above it: from there on there are holes for PCI.
    struct MemoryEnds { std::uint64_t low = 0, high = 0; };
    void set_memory_ends(const MemoryEnds& ends) { ends_ = ends; }
    const MemoryEnds& memory_ends() const { return ends_; }

private:
    struct AddressPort final : IoHandler {
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        std::uint32_t value = 0;
    };
    struct DataPort final : IoHandler {
        DataPort(const AddressPort& where, PciBus& on) : address(where), root(on) {}
        /// The bus that the address names; null: none.
        PciBus* selected() const;
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        const AddressPort& address;
        PciBus& root;
    };

    MemoryEnds ends_;
    AddressPort address_;
    DataPort data_;
    Mapping address_mapping_, data_mapping_;
};

class I440fx final : public PciDevice {
public:
    static const qom::Type kType;

    I440fx(AddressSpace& memory, const GuestMemory& ram);

    void config_write(unsigned reg, std::uint32_t value, unsigned size) override;

private:
    enum class Shown { bus, ram_read_only, ram };
    /// A stretch of the legacy area, and what is seen in it. The bus is seen through to RAM where nobody on it answers.
    struct Window {
        const char* name = "pam-ram";
        std::uint64_t base = 0, size = 0;
        Shown shown = Shown::bus;
        std::optional<Mapping> region = {};
    };
    static constexpr unsigned kWindows = 13;

    void update_windows();
    void show(Window& window, Shown what);

    AddressSpace& memory_;
    const GuestMemory& ram_;
    std::array<Window, kWindows> shadow_;
    Window smram_;
};

extern const qom::Type kPciHostBridge;      // "pci-host-bridge", its parent

}  // namespace rhea
