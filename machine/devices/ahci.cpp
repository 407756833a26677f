#include "machine/devices/ahci.h"

#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr PciIdentity kIdentity{.vendor = 0x8086, .device = 0x2922, .class_code = 0x0106, .prog_if = 1, .revision = 2, .interrupt_pin = 1};

constexpr unsigned kIndexBar = 4, kIndexSize = 32, kMemoryBar = 5, kMemorySize = 4096;
constexpr unsigned kMsi = 0x80, kModeMap = 0x90, kSata = 0xa8;

// Registers of the whole controller.
constexpr unsigned kCapabilities = 0x00, kControl = 0x04, kPending = 0x08, kPortsThere = 0x0c, kVersion = 0x10, kFirstPort = 0x100;
constexpr std::uint32_t kCapable = 0xc0141f05, kVersion10 = 0x00010000;      // 64-bit addresses, queues, 1.5 Gb/s, 32 slots, 6 ports
constexpr std::uint32_t kReset = 0x1, kInterrupts = 0x2, kAhciMode = 0x80000000;

constexpr unsigned kIndexRegister = 0x10, kDataRegister = 0x14;

}  // namespace

Ahci::Ahci(qom::Values values, const IdeNumbering& numbers, const std::string& id) : PciDevice(std::move(values), kIdentity) {
    set_config(kModeMap, 0x40, 1);      // AHCI, not IDE
    add_capability(0x12, kSata, 8);
    set_config(kSata + 2, 0x0010, 2);
    set_config(kSata + 4, 0x48, 4);     // the index is in BAR 4, at 0x10
    add_msi(kMsi, {.wide = true});
    add_bar(kIndexBar, {.kind = PciBar::Kind::io, .size = kIndexSize, .handler = &index_ports_});
    add_bar(kMemoryBar, {.kind = PciBar::Kind::memory32, .size = kMemorySize, .handler = this});
    for (unsigned port = 0; port < kPorts; ++port) {
        ports_[port] = std::make_unique<AhciPort>(memory_, [this] { update_interrupt(); });
        buses_[port] = std::make_unique<IdeBus>(numbers.bus_name(id, port), *ports_[port], port, numbers.first_serial + port * IdeCable::kMostUnits);
        add_part(buses_[port]->bus_name(), *buses_[port]);
    }
    reset_controller();
}

Ahci::~Ahci() = default;

void Ahci::reset() {
    PciDevice::reset();
    reset_controller();
}

void Ahci::reset_controller() {
    control_ = kAhciMode;
    for (auto& port : ports_) port->reset();
    update_interrupt();
}

std::uint32_t Ahci::pending_ports() const {
    std::uint32_t ports = 0;
    for (unsigned port = 0; port < kPorts; ++port) ports |= std::uint32_t{ports_[port] && ports_[port]->pending()} << port;
    return ports;
}

void Ahci::update_interrupt() {
    pending_ = pending_ports();
    const bool wanted = pending_ != 0 && (control_ & kInterrupts);
    if (msi_enabled(kMsi)) {
        if (wanted) send_msi(kMsi, 0);
    } else {
        set_intx(wanted);
    }
}

std::uint32_t Ahci::read_register(unsigned offset) const {
    if (offset >= kFirstPort) {
        const unsigned port = (offset - kFirstPort) / AhciPort::kRegistersSize;
        return port < kPorts ? ports_[port]->read(offset % AhciPort::kRegistersSize) : 0;
    }
    switch (offset) {
        case kCapabilities: return kCapable;
        case kControl: return control_;
        case kPending: return pending_;
        case kPortsThere: return (1u << kPorts) - 1;
        case kVersion: return kVersion10;
        default: return 0;
    }
}

void Ahci::write_register(unsigned offset, std::uint32_t value) {
    if (offset >= kFirstPort) {
        const unsigned port = (offset - kFirstPort) / AhciPort::kRegistersSize;
        if (port < kPorts) ports_[port]->write(offset % AhciPort::kRegistersSize, value);
    } else if (offset == kControl) {
        if (value & kReset) return reset_controller();
        control_ = (value & kInterrupts) | kAhciMode;
        update_interrupt();
    } else if (offset == kPending) {
        update_interrupt();      // what a port still has comes back
    }
}

std::uint64_t Ahci::io_read(std::uint64_t offset, unsigned size) {
    const auto at = static_cast<unsigned>(offset);
    const std::uint32_t value = read_register(at & ~3u) >> (8 * (at & 3));
    return size >= 4 ? value : value & ((1u << (8 * size)) - 1);
}

void Ahci::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    if (offset & 3) return;
    write_register(static_cast<unsigned>(offset), static_cast<std::uint32_t>(value));
}

std::uint64_t Ahci::IndexPorts::io_read(std::uint64_t offset, unsigned) {
    if (offset == kIndexRegister) return index;
    return offset == kDataRegister ? ahci.read_register(index & ~3u) : 0;
}

void Ahci::IndexPorts::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    if (offset == kIndexRegister) index = static_cast<std::uint32_t>(value) & (kMemorySize - 1);
    else if (offset == kDataRegister) ahci.write_register(index & ~3u, static_cast<std::uint32_t>(value));
}

// --- QOM

namespace {

constexpr const qom::Type* kInterfaces[] = {&qom::kConventionalPci};
constexpr qom::Nodes kNodes[] = {bar_node<kMemoryBar>("ahci").early(), bar_node<kIndexBar>("ahci-idp").early(), kBusMasterContainer, kBusMaster};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    return std::make_unique<Ahci>(creation.values, next_ide_numbers(creation.platform.tree), creation.id);
}

}  // namespace

constinit const qom::Type Ahci::kType{.name = "ich9-ahci",
    .parent = &PciDevice::kType,
    .interfaces = kInterfaces,
    .nodes = kNodes,
    .category = "Storage",
    .alias = "ahci",
    .create = create};

}  // namespace rhea
