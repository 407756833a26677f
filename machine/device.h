#pragma once
/// Devices and the buses that they sit on: nodes of the composition tree that a reset reaches.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "machine/qom/object.h"
#include "qobject/error.h"

namespace rhea {

class Bus;
class HotplugHandler;

class Device : public qom::Object {
public:
    static const qom::Type kType;

    explicit Device(qom::Values values) : Object(std::move(values)) {}
    ~Device() override;

    const std::string& id() const { return id_; }              ///< as given with -device; empty: anonymous
    Bus* parent_bus() const { return bus_; }                   ///< null: on none
    /// Who brings it to a running guest and takes it away again: of its own, or its bus's. Null: nobody.
    HotplugHandler* hotplug_handler() const;
    bool realized() const { return realized_; }
    bool hotplugged() const { return hotplugged_; }

    /// Takes its place on a bus of its type's kind, or says why it cannot.
    virtual Result<void> plug_into(Bus& bus);
    /// Back to the power-up state, as far as a system reset does that.
    virtual void reset() {}

    Result<void> check_settable(const qom::Property& property) const override;

    // --- for whoever plugs it in
    void set_id(std::string id) { id_ = std::move(id); }
    void set_hotplugged() { hotplugged_ = true; }
    void set_realized() { realized_ = true; }
    void set_hotplug_handler(HotplugHandler* handler) { hotplug_ = handler; }
    /// The guest has been asked to let go of it.
    bool unplug_pending() const { return unplug_pending_; }
    void set_unplug_pending(bool pending) { unplug_pending_ = pending; }

private:
    friend class Bus;
    std::string id_;
    Bus* bus_ = nullptr;
    HotplugHandler* hotplug_ = nullptr;
    bool realized_ = false, hotplugged_ = false, unplug_pending_ = false;
};

/// A bus does not own its devices; it knows them in the order of their coming.
class Bus : public qom::Object {
public:
    static const qom::Type kType;

    Bus(const qom::Type& type, std::string name) : Object(type), bus_name_(std::move(name)) {}
    ~Bus() override;

    const std::string& bus_name() const { return bus_name_; }  ///< "pci.0"
    struct Entry {
        Device* device;
        unsigned index;              ///< of "child[N]", never used again
    };
    const std::vector<Entry>& entries() const { return entries_; }

    /// What `info qtree` tells of a device on it beside its properties.
    virtual std::vector<std::string> details(const Device& device) const;
    /// There is no room for another one.
    virtual bool full() const { return false; }
    virtual bool hotpluggable() const { return hotplug_ != nullptr; }

    void add(Device& device);
    void remove(Device& device);

    /// Who brings devices to a running guest and takes them away again, and the object that it is to clients. Null: nobody.
    HotplugHandler* hotplug_handler() const { return hotplug_; }
    const qom::Object* hotplug_object() const { return hotplug_object_; }
    void set_hotplug_handler(HotplugHandler* handler, const qom::Object* object) { hotplug_ = handler, hotplug_object_ = object; }

    void list_extras(const std::function<void(Extra)>& visit) const override;

private:
    std::string bus_name_;
    std::vector<Entry> entries_;
    unsigned next_index_ = 0;
    HotplugHandler* hotplug_ = nullptr;
    const qom::Object* hotplug_object_ = nullptr;
};

/// Parents of the types of devices on simple buses, and those buses' types.
extern const qom::Type kSystemDevice, kIsaDevice, kIdeDevice;
extern const qom::Type kSystemBus, kIsaBus, kIdeBus, kFloppyBus, kI2cBus;

}  // namespace rhea
