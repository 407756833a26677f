#pragma once
#include "monitor/command_table.h"
#include "monitor/fd_sets.h"

namespace rhea {

/// getfd, closefd, add-fd, remove-fd, query-fdsets.
void add_fd_commands(CommandTable& table, FdSets& sets);

/// The file descriptor that `name` means to whoever calls: what getfd gave that name there.
Result<FileDescriptor> take_named_fd(const Caller& caller, const std::string& name);

}  // namespace rhea
