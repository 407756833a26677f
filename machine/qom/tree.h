#pragma once
/// The composition tree of one machine: "/machine" with "peripheral", "peripheral-anon" and "unattached", "/objects", "/chardevs".
/// It owns every device. Loop thread only.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "machine/device.h"
#include "machine/qom/node.h"

namespace rhea::qom {

class Tree {
public:
    Tree();

    const Object& root() const { return root_; }
    Object& objects() { return *objects_; }
    Object& chardevs() { return *chardevs_; }
    Object& machine() { return *machine_; }
    Object& unattached() { return *unattached_; }
    /// What stands at /machine, with the containers below it; `unattached` may be null. Before anything else is put there.
    void set_machine(std::unique_ptr<Object> machine, std::unique_ptr<Object> unattached = nullptr);
    /// What stands at /chardevs and /backend.
    void set_directories(std::unique_ptr<Object> chardevs, std::unique_ptr<Object> backend);

    /// Takes a device in: with an id it is /machine/peripheral/ID, else /machine/peripheral-anon/device[N].
    Device& plug(std::unique_ptr<Device> device, std::string id);
    /// The path that a device will have that is taken in next.
    std::string next_path(std::string_view id) const;
    /// One without an id came to nothing; its number goes with it.
    void skip_anonymous() { ++next_anonymous_; }
    /// A part of the board: /machine/unattached/device[N], or the child `name` of /machine ("i440fx").
    Device& add_onboard(std::unique_ptr<Device> device, std::string name = {});
    /// Leaves out the numbers of parts that are not modelled, so that the paths of those that are stay QEMU's.
    void skip_onboard(unsigned count = 1) { onboard_ += count; }
    /// The name of a new bus of a device: "ID.NUMBER", or for one without id the bus's kind and how many came before ("scsi.0").
    std::string name_bus(std::string_view id, std::string_view kind, unsigned number = 0);
    /// Takes a device out of the tree; null: it is not in it.
    std::unique_ptr<Device> unplug(Device& device);

    Device* find_id(std::string_view id) const;
    /// An object's canonical or partial path; null: nothing there, or more than one.
    Object* find(std::string_view path) const;
    Device* find_path(std::string_view qom_path) const { return dynamic_cast<Device*>(find(qom_path)); }
    /// There is an object, and it is not a device.
    bool is_container(std::string_view path) const;

    /// Every device, parents before their children, the board's first.
    void for_each_device(const std::function<void(Device&)>& visit) const;
    void reset();

private:
    Object root_;
    Object *machine_ = nullptr, *peripheral_ = nullptr, *anonymous_ = nullptr, *unattached_ = nullptr;
    Object *objects_, *chardevs_;
    unsigned next_anonymous_ = 0, onboard_ = 0;
    std::vector<std::pair<std::string, unsigned>> bus_numbers_;      // of kinds
};

}  // namespace rhea::qom
