#include "machine/qom/tree.h"

#include <algorithm>

#include "machine/qom/basic_types.h"

namespace rhea::qom {

namespace {

void visit_devices(const Object& at, const std::function<void(Device&)>& visit) {
    at.for_each_child([&](Object& child) {
        if (auto* device = dynamic_cast<Device*>(&child)) visit(*device);
        visit_devices(child, visit);
    });
}

}  // namespace

Tree::Tree() : root_(kContainer) {
    const auto container = [this](const char* name) { return &root_.add_child(name, std::make_unique<Object>(kContainer)); };
    chardevs_ = container("chardevs");
    objects_ = container("objects");
    set_machine(std::make_unique<Object>(kContainer));
}

void Tree::set_machine(std::unique_ptr<Object> machine, std::unique_ptr<Object> unattached) {
    if (machine_) root_.take_child(*machine_);
    machine_ = &root_.add_child("machine", std::move(machine));
    // The lists of QEMU are in the order of a hash table, which depends on the order of coming.
    objects_ = &root_.add_child("objects", root_.take_child(*objects_));
    const auto container = [this](const char* name) { return &machine_->add_child(name, std::make_unique<Object>(kContainer)); };
    peripheral_ = container("peripheral");
    anonymous_ = container("peripheral-anon");
    if (!unattached) unattached = std::make_unique<Object>(kContainer);
    unattached_ = &machine_->add_child("unattached", std::move(unattached));
}

void Tree::set_directories(std::unique_ptr<Object> chardevs, std::unique_ptr<Object> backend) {
    root_.take_child(*chardevs_);
    chardevs_ = &root_.add_child("chardevs", std::move(chardevs));
    root_.add_child("backend", std::move(backend));
}

Device& Tree::plug(std::unique_ptr<Device> device, std::string id) {
    Device& plugged = *device;
    plugged.set_id(id);
    if (id.empty()) anonymous_->add_child(numbered("device", next_anonymous_++), std::move(device));
    else peripheral_->add_child(std::move(id), std::move(device));
    plugged.set_realized();
    return plugged;
}

std::string Tree::next_path(std::string_view id) const {
    if (id.empty()) return anonymous_->qom_path() + "/" + numbered("device", next_anonymous_);
    return peripheral_->qom_path() + "/" + std::string(id);
}

Device& Tree::add_onboard(std::unique_ptr<Device> device, std::string name) {
    Device& added = *device;
    if (name.empty()) unattached_->add_child(numbered("device", onboard_++), std::move(device));
    else machine_->add_child(std::move(name), std::move(device));
    added.set_realized();
    return added;
}

std::string Tree::name_bus(std::string_view id, std::string_view kind, unsigned number) {
    if (!id.empty()) return std::string(id) + '.' + std::to_string(number);
    auto found = std::find_if(bus_numbers_.begin(), bus_numbers_.end(), [&](const auto& row) { return row.first == kind; });
    if (found == bus_numbers_.end()) found = bus_numbers_.insert(found, {std::string(kind), 0});
    return std::string(kind) + '.' + std::to_string(found->second++);
}

std::unique_ptr<Device> Tree::unplug(Device& device) {
    if (!device.parent()) return nullptr;
    auto owned = device.parent()->take_child(device);
    return std::unique_ptr<Device>(static_cast<Device*>(owned.release()));
}

Device* Tree::find_id(std::string_view id) const {
    return id.empty() ? nullptr : static_cast<Device*>(peripheral_->child(id));
}

Object* Tree::find(std::string_view path) const {
    Node node;
    if (resolve(root_, path, node) != Found::one || !node.is_object()) return nullptr;
    return const_cast<Object*>(node.object);
}

bool Tree::is_container(std::string_view path) const {
    const Object* object = path.empty() ? peripheral_ : find(path);
    return object && !dynamic_cast<const Device*>(object);
}

void Tree::for_each_device(const std::function<void(Device&)>& visit) const { visit_devices(root_, visit); }

void Tree::reset() {
    for_each_device([](Device& device) { device.reset(); });
}

}  // namespace rhea::qom
