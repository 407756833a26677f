#pragma once
/// Texts of "info mtree": what lies in the address spaces of ports and memory.
#include <string>

#include "machine/address_space.h"

namespace rhea {

/// The regions of both, by address, with those that others hide.
std::string memory_tree(const AddressSpace& memory, const AddressSpace& ports);
/// What is seen where ("info mtree -f").
std::string flat_views(AddressSpace& memory, AddressSpace& ports);

}  // namespace rhea
