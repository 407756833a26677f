#pragma once
#include "chardev/registry.h"
#include "monitor/command_table.h"

namespace rhea {

/// query-chardev, query-chardev-backends, chardev-add, -change, -remove and -send-break, ringbuf-read and -write, query-yank
/// and yank.
void add_chardev_commands(CommandTable& table, Chardevs& chardevs);

/// What names of file descriptors mean to whoever calls; only while the call lasts.
NamedFds named_fds(const Caller& caller);

}  // namespace rhea
