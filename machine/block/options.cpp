#include "machine/block/options.h"

namespace rhea::detail {

void* make_blockdev_definition(std::shared_ptr<BlockdevOptions>& definition) {
    definition = std::make_shared<BlockdevOptions>();
    return definition.get();
}

}  // namespace rhea::detail
