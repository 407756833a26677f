#pragma once
/// The object tree and the device tree as text for people: what "info qom-tree" and "info qtree" print.
#include <string>

#include "machine/device.h"
#include "machine/qom/node.h"

namespace rhea {

/// `node` and everything below it, children sorted by name.
std::string object_tree_text(const qom::Node& node);
/// The buses from `root` (null: there are none), their devices with properties, and the buses of those.
std::string device_tree_text(const Bus* root);

}  // namespace rhea
