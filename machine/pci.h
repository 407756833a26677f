#pragma once
/// PCI: devices with a configuration space, and the bus that they sit on (PCI Local Bus Specification 2.1).
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "machine/address_space.h"
#include "machine/device.h"
#include "machine/qom/basic_types.h"
#include "qobject/error.h"

namespace rhea {

class AcpiPciHotplug;
class PciBus;

/// What a function says of itself in the read-only part of its header.
struct PciIdentity {
    std::uint16_t vendor;
    std::uint16_t device;
    std::uint16_t class_code;  ///< base class and subclass: 0x0601
    std::uint8_t prog_if = 0;
    std::uint8_t revision = 0;
    std::uint16_t status = 0;
    std::uint8_t interrupt_pin = 0;  ///< 1: INTA#; 0: none
    std::uint16_t subsystem_vendor = 0x1af4;
    std::uint16_t subsystem = 0x1100;
};

/// A base address register, and what is behind it.
struct PciBar {
    enum class Kind : std::uint8_t { none, io, memory32, memory64 };
    static constexpr std::uint64_t kUnmapped = ~std::uint64_t{0};

    Kind kind = Kind::none;
    std::uint64_t size = 0;        ///< a power of two, at least 4 (I/O) or 16 (memory)
    IoHandler* handler = nullptr;  ///< null: plain memory at `memory`
    unsigned char* memory = nullptr;
    unsigned min_access = 1, max_access = 4;
    bool prefetch = false;
    bool read_only = false;

    std::uint64_t address = kUnmapped;  ///< where the guest sees it now
    std::uint64_t last_address = 0;     ///< where it saw it last
};

/// One function of a PCI device. Not owned by its bus: the device tree owns it, and it leaves the bus when it is destroyed.
class PciDevice : public Device {
public:
    static const qom::Type kType;
    static constexpr unsigned kConfigSize = 256, kExtendedSize = 4096;
    static constexpr unsigned kBars = 7, kRomBar = 6;  ///< the seventh is the expansion ROM
    static constexpr std::uint64_t kLargestRom = std::uint64_t{2} << 30;  ///< bytes

    PciDevice(qom::Values values, const PciIdentity& identity);
    ~PciDevice() override;

    PciBus* bus() const { return bus_; }  ///< null: not plugged in
    /// Goes to where its properties say. Errors of PciBus::plug.
    Result<void> plug_into(Bus& bus) override;
    unsigned devfn() const { return devfn_; }
    unsigned slot() const { return devfn_ >> 3; }
    unsigned function() const { return devfn_ & 7; }
    /// Other functions may share its slot. Set before it is plugged in.
    void set_multifunction();
    bool multifunction() const { return (config_[0x0e] & 0x80) != 0; }

    /// Bytes of its configuration space: more for one that knows PCI Express and sits on such a bus.
    unsigned config_size() const { return static_cast<unsigned>(config_.size()); }
    /// `reg` < config_size(), `size` 1 to 4, both ends within the space. What a function answers to other than plain storage it
    /// overrides.
    virtual std::uint32_t config_read(unsigned reg, unsigned size);
    virtual void config_write(unsigned reg, std::uint32_t value, unsigned size);
    /// The stored byte, without side effects (for query-pci).
    std::uint8_t config_byte(unsigned reg) const { return config_[reg]; }
    std::uint16_t config_word(unsigned reg) const;
    const PciBar& bar(unsigned index) const { return bars_[index]; }
    std::string_view rom_file() const { return rom_file_; }
    /// Where what is behind a base address register lies.
    qom::Region bar_region(unsigned index) const;

    /// Room for an image of so many bytes in the expansion ROM; 0: there is none any more. Before it is plugged in.
    void resize_rom(std::uint64_t bytes);

    /// Clears the command register, BARs and interrupt line. Overriders call it.
    void reset() override;

protected:
    /// Before it is plugged in. A memory64 bar takes the next register too.
    void add_bar(unsigned index, PciBar bar);
    /// The image in the ROM that the function has unless `romfile` says otherwise; `name` outlives it.
    void set_rom_file(std::string_view name) { rom_file_ = name; }
    /// Adds a capability of `length` bytes (id and link included) at `offset`; the rest of it is read only, zero, and the
    /// device's to fill in. The newest stands first in the list.
    void add_capability(std::uint8_t id, unsigned offset, unsigned length);
    /// Messages instead of the pin (MSI; PCI 3.0, section 6.8.1). `vectors` is a power of two.
    struct Msi {
        bool wide = false, maskable = false;       ///< 64-bit addresses; a mask for each vector
        unsigned vectors = 1;
    };
    void add_msi(unsigned offset, const Msi& msi);
    bool msi_enabled(unsigned offset) const { return (config_[offset + 2] & 1) != 0; }
    void send_msi(unsigned offset, unsigned vector) const;
    /// The capability of a PCI Express endpoint (PCI Express 2.0, section 7.8), of 0x3c bytes.
    struct Express {
        bool resettable = false;      ///< by itself (function level reset)
        bool link_control = false;
        bool error_control = false;   ///< which errors it reports
        bool integrated = false;      ///< into the root complex: no port leads to it
    };
    void add_express(unsigned offset, const Express& express);
    /// Advanced error reporting, the first one of the extended capabilities; `next` is the second one's place, or 0. `several`: it keeps
    /// headers of more than one error.
    static constexpr unsigned kErrorReporting = 0x100, kErrorReportingSize = 0x48;
    void add_error_reporting(unsigned next, bool several);
    /// Drives the interrupt pin; the bus routes it on.
    void set_intx(bool level);

    bool bus_master() const { return (config_[0x04] & 0x04) != 0; }
    /// Access to memory as a bus master; without the right in the command register reads give zeros and writes vanish.
    void dma_read(std::uint64_t address, void* out, std::uint64_t length) const;
    void dma_write(std::uint64_t address, const void* in, std::uint64_t length) const;

    /// Stores past the guest's write mask.
    void set_config(unsigned reg, std::uint32_t value, unsigned size);
    void set_writable(unsigned reg, std::uint32_t mask, unsigned size);
    /// Makes room for extended capabilities, writable at first. Before it is plugged in; else its bus does it.
    void extend_config();

private:
    friend class PciBus;
    void update_bars();
    std::uint64_t bar_address(unsigned index) const;
    void map(unsigned index, std::uint64_t address);
    void update_intx();

    std::vector<std::uint8_t> config_ = std::vector<std::uint8_t>(kConfigSize), writable_ = std::vector<std::uint8_t>(kConfigSize);
    std::array<PciBar, kBars> bars_{};
    std::array<std::optional<AddressSpace::Handle>, kBars> mapped_{};
    PciBus* bus_ = nullptr;
    std::string_view rom_file_;
    unsigned devfn_ = 0;
    std::uint16_t msi_at_ = 0;  // the capability; 0: none
    bool intx_ = false;      // what the device drives
    bool intx_out_ = false;  // what reaches the bus: not while the command register disables it
};

/// Nodes of every function: its way to memory.
inline constexpr qom::Region kBusMasterContainerPlace[] = {{{}, 0, qom::Region::kWhole}},
                             kBusMasterPlace[] = {{"bus master container[0]", 0, qom::Region::kWhole}};
inline constexpr qom::Nodes kBusMasterContainer = qom::regions("bus master container", kBusMasterContainerPlace),
                            kBusMaster = qom::regions("bus master", kBusMasterPlace);
/// The node of what is behind a base address register.
template <unsigned Index>
qom::Region bar_region_of(const PciDevice& device) {
    return device.bar_region(Index);
}
template <unsigned Index>
constexpr qom::Nodes bar_node(std::string_view name) {
    return qom::region<bar_region_of<Index>>(name);
}

/// Where a bus's interrupt lines lead to. A line is high while any function drives it.
class PciIrqRouter {
public:
    static constexpr unsigned kMostLines = 8;
    virtual ~PciIrqRouter() = default;
    /// The line that a pin (0 is INTA#) of a slot drives; below kMostLines.
    virtual unsigned pirq_of(unsigned slot, unsigned pin) const = 0;
    virtual void set_pirq(unsigned pirq, bool level) = 0;
};

/// A bus: 32 slots of 8 functions.
class PciBus : public Bus {
public:
    static constexpr unsigned kFunctions = 256;
    static const qom::Type kType;

    PciBus(std::string name, AddressSpace& ports, AddressSpace& memory, const qom::Type& type = kType)
        : Bus(type, std::move(name)), ports_(ports), memory_(memory) {}
    ~PciBus() override;
    /// PCI Express.
    bool express() const;
    /// It is no host bridge's.
    bool behind_bridge() const;
    /// As the guest numbers it; 0 until it has.
    unsigned number() const;
    std::vector<std::string> details(const Device& device) const override;

    /// Without `devfn` it goes into the first slot whose function 0 is free. `hotplugged`: while the guest is there, which
    /// will not look for new functions of a slot that it knows.
    Result<void> plug(PciDevice& device, std::optional<unsigned> devfn, bool hotplugged = false);
    void unplug(PciDevice& device);
    PciDevice* at(unsigned devfn) const { return devices_[devfn & 0xff]; }

    /// Whose memory regions contain what lies on this bus, and their names; without owner they are paths.
    struct Spaces {
        std::string_view ports = qom::kPortSpace, memory = qom::kPciSpace;
        const qom::Object* owner = nullptr;
    };
    const Spaces& spaces() const { return spaces_; }
    void set_spaces(const Spaces& spaces) { spaces_ = spaces; }

    /// Accesses of configuration mechanism #1: all ones when there is no such function.
    std::uint32_t config_read(unsigned devfn, unsigned reg, unsigned size) const;
    void config_write(unsigned devfn, unsigned reg, std::uint32_t value, unsigned size) const;

    /// What the guest's firmware knows of it for hotplug, and of the buses behind; null: nothing. It is the handler too where devices of
    /// this very bus come and go so.
    AcpiPciHotplug* firmware_hotplug() const { return firmware_hotplug_; }
    void set_firmware_hotplug(AcpiPciHotplug* hotplug) { firmware_hotplug_ = hotplug; }
    void list_extras(const std::function<void(Extra)>& visit) const override;

    /// `router` outlives the bus, or is taken away by null.
    void connect(PciIrqRouter* router) { router_ = router; }
    /// A pin of one of its slots changes, or of a bus behind the bridge there.
    void drive(unsigned slot, unsigned pin, bool level);
    AddressSpace& ports() const { return ports_; }
    AddressSpace& memory() const { return memory_; }

private:
    friend class PciDevice;
    Result<unsigned> choose(const PciDevice& device, std::optional<unsigned> devfn, bool hotplugged) const;
    Result<void> check_functions(const PciDevice& device, unsigned devfn) const;
    void intx_changed(const PciDevice& device, bool level);

    AddressSpace& ports_;
    AddressSpace& memory_;
    std::array<PciDevice*, kFunctions> devices_{};
    std::array<unsigned, PciIrqRouter::kMostLines> pirq_count_{};
    PciIrqRouter* router_ = nullptr;
    AcpiPciHotplug* firmware_hotplug_ = nullptr;
    Spaces spaces_;
};

extern const qom::Type kPcieBus;      // "PCIE", a PciBus too

}  // namespace rhea
