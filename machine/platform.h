#pragma once
/// What a device may reach of the machine that it is plugged into.
#include <cstdint>
#include <memory>

#include "machine/qom/object.h"

struct uv_loop_s;

namespace rhea {

namespace qom {
class Tree;
}
class AddressSpace;
class BlockLayer;
class Bus;
class Chardevs;
class Clocks;
class DeviceRemoval;
class EventBus;
class Input;
class MachineControl;
namespace net {
class Network;
}

/// Sizes of the machine that a device fits itself to.
class MachineSizes {
public:
    virtual ~MachineSizes() = default;
    virtual unsigned boot_cpus() const = 0;
    virtual std::uint64_t ram_bytes() const = 0;     ///< with the modules that are plugged in
};

struct Platform {
    uv_loop_s* loop;
    AddressSpace& ports;
    AddressSpace& memory;
    Clocks& clocks;
    MachineControl& control;
    EventBus& events;
    BlockLayer& block;
    Chardevs& chardevs;
    DeviceRemoval& removal;
    qom::Tree& tree;
    net::Network& network;
    Input& input;
    const MachineSizes* sizes = nullptr;
};

/// An object that is being made: with what, and for where.
struct qom::Creation {
    Platform& platform;
    Values values;
    std::string id;
    Bus* bus = nullptr;          ///< of a device: one of its type's kind, or null when it needs none
    bool hotplugged = false;
    const Type* proxy = nullptr; ///< of a part: the type of the device around it
};

}  // namespace rhea
