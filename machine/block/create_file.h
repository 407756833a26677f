#pragma once
/// Making image files.
#include <string>

#include "chardev/file_descriptor.h"
#include "machine/block/create_options.h"
#include "qobject/error.h"

namespace rhea {

class BlockHost;

/// Opens or makes the file; what was in it is still there. "Could not create 'x': …"
Result<FileDescriptor> open_for_creation(BlockHost& host, const std::string& path);
/// Empties the file and gives it its size. Blocks; any thread. Refused while another process uses the image.
Result<void> fill_created(int fd, const CreateFile& options);

}  // namespace rhea
