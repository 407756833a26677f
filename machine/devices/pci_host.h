#pragma once
/// What the host bridges have in common: configuration mechanism #1, and where memory leaves room for the PCI bus.
#include "machine/pci.h"

namespace rhea {

/// Ports 0xcf8 (address, 32 bits only) and 0xcfc (data).
class PciHostBridge : public Device {
public:
    /// Where memory ends below 4 GiB, and above it: from there on there are holes for PCI.
    /// `above`: bytes of RAM there.
    struct MemoryEnds { std::uint64_t low = 0, high = 0, above = 0; };
    void set_memory_ends(const MemoryEnds& ends) { ends_ = ends; }
    const MemoryEnds& memory_ends() const { return ends_; }

protected:
    /// All outlive it.
    PciHostBridge(const qom::Type& type, AddressSpace& ports, PciBus& bus);

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

extern const qom::Type kPciHostBridge;      // "pci-host-bridge"

// For their types: the holes, and the ports.
QObject pci_hole_start(const PciHostBridge& host);
QObject pci_hole_end(const PciHostBridge& host);
QObject pci_hole64_start(const PciHostBridge& host);
QObject pci_hole64_end(const PciHostBridge& host);
inline constexpr qom::Property kPciHoleProperties[] = {
    qom::property("pci-hole-end", qom::kUint32).from<pci_hole_end>(),
    qom::property("pci-hole64-start", qom::kUint64).from<pci_hole64_start>(),
    qom::property("pci-hole64-end", qom::kUint64).from<pci_hole64_end>(),
    qom::property("pci-hole-start", qom::kUint32).from<pci_hole_start>(),
};
inline constexpr qom::Region kPciAddressPlace[] = {{qom::kPortSpace, 0xcf8, 4}}, kPciDataPlace[] = {{qom::kPortSpace, 0xcfc, 4}};
inline constexpr qom::Nodes kPciPortNodes[] = {qom::regions("pci-conf-idx", kPciAddressPlace).early(),
                                               qom::regions("pci-conf-data", kPciDataPlace).early()};

}  // namespace rhea
