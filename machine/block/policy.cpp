#include "machine/block/policy.h"

#include <cerrno>

namespace rhea {

BlockErrorAction decide(BlockdevOnError policy, int error) {
    switch (policy) {
        case BlockdevOnError::enospc: return error == ENOSPC ? BlockErrorAction::stop : BlockErrorAction::report;
        case BlockdevOnError::stop: return BlockErrorAction::stop;
        case BlockdevOnError::ignore: return BlockErrorAction::ignore;
        case BlockdevOnError::report:
        case BlockdevOnError::automatic: break;
    }
    return BlockErrorAction::report;
}

BlockdevOnError resolve_read_policy(BlockdevOnError asked) {
    return asked == BlockdevOnError::automatic ? BlockdevOnError::report : asked;
}

BlockdevOnError resolve_write_policy(BlockdevOnError asked) {
    return asked == BlockdevOnError::automatic ? BlockdevOnError::enospc : asked;
}

}  // namespace rhea
