#include "machine/boot_order.h"

#include <fmt/format.h>

#include <algorithm>

namespace rhea {

Result<void> BootOrder::add(const Device& device, std::int32_t index, std::string path) {
    if (index < 0) return {};
    if (!order_.try_emplace(index, Entry{&device, std::move(path)}).second)
        return fail(fmt::format("The bootindex {} has already been used", index));
    return {};
}

void BootOrder::add_rom(std::int32_t index, std::string path) { order_.try_emplace(index, Entry{nullptr, std::move(path)}); }

void BootOrder::set_geometry(const Device& device, std::string path, Geometry geometry) {
    if (geometry.cylinders || geometry.heads || geometry.sectors) shapes_.push_back({&device, std::move(path), geometry});
}

void BootOrder::remove(const Device& device) {
    std::erase_if(order_, [&](const auto& entry) { return entry.second.device == &device; });
    std::erase_if(shapes_, [&](const Shape& shape) { return shape.device == &device; });
}

std::string BootOrder::boot_order() const {
    std::string text;
    for (const auto& [index, entry] : order_) text += (text.empty() ? "" : "\n") + entry.path;
    if (!text.empty()) text += '\0';
    return text;
}

std::string BootOrder::geometries() const {
    std::string text;
    for (const Shape& shape : shapes_) {
        if (!text.empty()) text += '\n';
        text += fmt::format("{} {} {} {}", shape.path, shape.geometry.cylinders, shape.geometry.heads, shape.geometry.sectors);
    }
    if (!text.empty()) text += '\0';
    return text;
}

std::string pci_boot_node(std::string_view node, unsigned devfn) {
    if ((devfn & 7) == 0) return fmt::format("/{}@{:x}", node, devfn >> 3);
    return fmt::format("/{}@{:x},{:x}", node, devfn >> 3, devfn & 7);
}

}  // namespace rhea
