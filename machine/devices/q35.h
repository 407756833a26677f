#pragma once
/// Intel Q35's memory controller hub: the host bridge of a machine with PCI Express. As function 00.0 ("mch") it decides what is seen in
/// the legacy area (PAM, SMRAM) and where configuration space lies in memory (PCIEXBAR; ECAM, PCI Express 1.1, section 7.2.2).
#include <optional>

#include "machine/devices/legacy_windows.h"
#include "machine/devices/pci_host.h"

namespace rhea {

class Q35Host final : public PciHostBridge {
public:
    static const qom::Type kType;

    Q35Host(AddressSpace& ports, AddressSpace& memory, PciBus& bus);

    /// Configuration space is seen there from now on; nothing: it is not in memory. The size stays known.
    struct Window { std::uint64_t base = 0, size = 0; };
    void map_config(std::optional<Window> window);
    std::optional<std::uint64_t> config_base() const { return mapping_ ? std::optional(window_.base) : std::nullopt; }
    std::uint64_t config_size() const { return window_.size; }
    /// Where the object tree has the RAM.
    void set_ram_path(std::string path) { ram_path_ = std::move(path); }
    const std::string& ram_path() const { return ram_path_; }

private:
    struct ConfigMemory final : IoHandler {
        explicit ConfigMemory(PciBus& on) : root(on) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        PciBus& root;
    };

    AddressSpace& memory_;
    ConfigMemory config_memory_;
    Window window_;
    std::string ram_path_;
    std::optional<Mapping> mapping_;
};

class Mch final : public PciDevice {
public:
    static const qom::Type kType;

    /// All outlive it.
    Mch(qom::Values values, AddressSpace& memory, const GuestMemory& ram, Q35Host& host);
    static Result<void> check(const qom::Values& values);

    void config_write(unsigned reg, std::uint32_t value, unsigned size) override;
    void reset() override;
    std::uint64_t memory_below_4g() const { return ram_.below_4g(); }

private:
    void update_windows();
    void update_config_window();
    void offer_smbase(std::uint8_t before);
    void update_segment();

    /// Memory that is kept from the guest.
    struct BlackHole final : IoHandler {
        std::uint64_t io_read(std::uint64_t, unsigned) override { return ~std::uint64_t{0}; }
        void io_write(std::uint64_t, std::uint64_t, unsigned) override {}
    };

    AddressSpace& memory_;
    const GuestMemory& ram_;
    Q35Host& host_;
    LegacyWindows windows_;
    BlackHole nothing_;
    std::optional<Mapping> smbase_hole_, segment_hole_;
};

extern const qom::Type kPcieHostBridge;      // "pcie-host-bridge"

}  // namespace rhea
