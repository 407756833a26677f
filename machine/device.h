#pragma once
/// What every part of the machine is: a named node of the composition tree ("/machine/unattached/device[3]"), which a reset
/// reaches. The QOM commands look into this tree.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rhea {

class Device {
public:
    explicit Device(std::string_view type_name) : type_name_(type_name) {}
    virtual ~Device() = default;
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    std::string_view type_name() const { return type_name_; }  ///< "mc146818rtc", "ib700"
    const std::string& id() const { return id_; }              ///< as given with -device; empty: anonymous
    const std::string& qom_path() const { return qom_path_; }  ///< canonical; empty until it is placed

    /// Back to the power-up state, as far as a system reset does that.
    virtual void reset() {}

private:
    friend class DeviceTree;
    std::string_view type_name_;
    std::string id_;
    std::string qom_path_;
};

/// Owns the devices in the order of their creation; resets go in that order too.
class DeviceTree {
public:
    /// Takes a device in: with an id it is /machine/peripheral/ID, else /machine/peripheral-anon/device[N].
    Device& plug(std::unique_ptr<Device> device, std::string id);
    /// A part of the board: /machine/unattached/device[N], or the path given ("/machine/i440fx").
    Device& add_onboard(std::unique_ptr<Device> device, std::string qom_path = {});
    /// Leaves out the numbers of parts that are not modelled, so that the paths of those that are stay QEMU's.
    void skip_onboard(unsigned count = 1) { onboard_ += count; }
    /// Takes a device out of the tree; null: it is not in it.
    std::unique_ptr<Device> unplug(Device& device);
    Device* find_id(std::string_view id) const;
    Device* find_path(std::string_view qom_path) const;
    /// The nodes of the tree that only hold others; the empty path leads to /machine/peripheral.
    static bool is_container(std::string_view qom_path);
    void reset();
    const std::vector<std::unique_ptr<Device>>& devices() const { return devices_; }

private:
    std::vector<std::unique_ptr<Device>> devices_;
    unsigned anonymous_ = 0, onboard_ = 0;
};

}  // namespace rhea
