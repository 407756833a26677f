#pragma once
#include "chardev/registry.h"
#include "monitor/command_table.h"

namespace rhea {

/// query-chardev, query-chardev-backends, chardev-add, -change, -remove and -send-break, ringbuf-read and -write, query-yank
/// and yank.
void add_chardev_commands(CommandTable& table, Chardevs& chardevs);

}  // namespace rhea
