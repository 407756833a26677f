#pragma once
/// What firmware is told of the devices to boot from: their order (bootindex=) and the logical geometry of disks (lcyls=, …),
/// as lines of fw_cfg's files "bootorder" and "bios-geometry". Devices are named in the manner of Open Firmware:
/// "/pci@i0cf8/ide@1,1/drive@0/disk@0".
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "qobject/error.h"

namespace rhea {

class Device;

class BootOrder {
public:
    struct Geometry { std::uint32_t cylinders = 0, heads = 0, sectors = 0; };

    /// Fails with "The bootindex N has already been used" when another device has it. `path` as above.
    Result<void> add(const Device& device, std::int32_t index, std::string path);
    /// An option ROM.
    void add_rom(std::int32_t index, std::string path);
    /// Geometries that are all zero say nothing.
    void set_geometry(const Device& device, std::string path, Geometry geometry);
    void remove(const Device& device);

    std::string boot_order() const;     ///< lines parted by line feeds, with a NUL at the end; empty when there is none
    std::string geometries() const;

private:
    struct Entry { const Device* device; std::string path; };
    struct Shape { const Device* device; std::string path; Geometry geometry; };
    std::map<std::int32_t, Entry> order_;  // a ROM's device is null
    std::vector<Shape> shapes_;
};

inline constexpr std::string_view kPciRootPath = "/pci@i0cf8";
/// "/NODE@1,1" of a PCI function; its function is left out where it is 0.
std::string pci_boot_node(std::string_view node, unsigned devfn);

}  // namespace rhea
