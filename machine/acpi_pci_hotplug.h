#pragma once
/// The state behind the ACPI registers of PCI hotplug, for one bus: slots that have a new device, slots that the
/// guest is asked to let go, and its eject. Whoever maps the registers reads and writes them through this.
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "machine/hotplug.h"
#include "machine/pci.h"

namespace rhea {

class AcpiPciHotplug final : public HotplugHandler {
public:
    /// `notify` raises the guest's attention (GPE 1, then the SCI). `own_slots`: devices of this bus come and go; else only those behind
    /// its bridges do. All outlive it.
    AcpiPciHotplug(PciBus& bus, DeviceRemoval& removal, std::function<void()> notify, bool own_slots = true)
        : bus_(bus), removal_(removal), notify_(std::move(notify)), own_slots_(own_slots) {}

    /// Of a bus behind a bridge: `parent` is that of the bridge's own bus, and may go first.
    AcpiPciHotplug(PciBus& bus, DeviceRemoval& removal, AcpiPciHotplug& parent) : bus_(bus), removal_(removal), parent_(&parent) {
        parent.behind_.insert(parent.behind_.begin(), this);
    }
    ~AcpiPciHotplug() override;
    AcpiPciHotplug(const AcpiPciHotplug&) = delete;
    AcpiPciHotplug& operator=(const AcpiPciHotplug&) = delete;

    /// 0 is this bus, unless its own slots do not count; the others are behind it, the newest first, each before what is behind it in
    /// turn. Counts `number` down. Null: there is none.
    AcpiPciHotplug* select(unsigned& number);
    /// By which the registers choose this bus.
    std::optional<unsigned> number() const;
    /// What is the handler of its buses to clients.
    void set_object(const qom::Object* object) { object_ = object; }
    const qom::Object* object() const { return parent_ ? parent_->object() : object_; }

    PciBus& bus() const { return bus_; }
    /// How many there are with those behind it.
    unsigned count() const;

    void plugged(Device& device) override;
    Result<void> request_unplug(Device& device) override;

    /// A bit for each slot. Reading `up` forgets it, as the register does.
    std::uint32_t take_up() { return std::exchange(up_, 0); }
    std::uint32_t down() const { return down_; }
    /// Slots whose devices may go.
    std::uint32_t removable() const;
    /// The number that the user gave a device in the lowest slot named (acpi-index); 0: none.
    std::uint32_t index_of(std::uint32_t slots) const;
    /// The guest lets go of the devices in the lowest slot named, asked or not.
    void eject(std::uint32_t slots);
    /// A reset: what is asked to go, goes.
    void reset();

private:
    void notify() const;

    PciBus& bus_;
    DeviceRemoval& removal_;
    std::function<void()> notify_;
    AcpiPciHotplug* parent_ = nullptr;
    std::vector<AcpiPciHotplug*> behind_;        // the newest first
    const qom::Object* object_ = nullptr;
    const bool own_slots_ = true;
    std::uint32_t up_ = 0, down_ = 0;
};

}  // namespace rhea
