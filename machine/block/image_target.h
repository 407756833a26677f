#pragma once
/// The image that drive-mirror and drive-backup copy to.
#include <memory>
#include <optional>
#include <string>

#include "machine/block/job_types.h"
#include "machine/block/node.h"

namespace rhea {

class BlockLayer;

struct ImageTarget {
    std::string filename;
    std::optional<std::string> format;  ///< none: the source's for a new image, found out of one that is there
    NewImageMode mode = NewImageMode::absolute_paths;
    std::optional<std::string> node_name;
    bool unmap = true, detect_zeroes = false;
};

/// Makes the image in the size of `source` unless it is there, and opens it.
Result<std::shared_ptr<BlockNode>> open_image_target(BlockLayer& layer, const BlockNode& source, const ImageTarget& target);

}  // namespace rhea
