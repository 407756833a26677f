#pragma once
/// QEMU's configuration files: sections "[group]" or "[group "id"]", lines of key = "value", comments after "#" at the start
/// of a line.
#include <functional>
#include <string>
#include <string_view>

#include "qobject/error.h"
#include "qobject/keyval.h"

namespace rhea {

struct ConfigSection {
    std::string group, id;  ///< without an id: empty
    Options options;        ///< without "id"
};

/// Hands over each section of `text` when it has been read; an error of `take` ends it. `line` counts: afterwards it is the
/// line that was read last (headers of sections, comments and blank lines are no lines here; 0: none).
Result<void> read_config_text(std::string_view text, unsigned& line, const std::function<Result<void>(ConfigSection)>& take);

}  // namespace rhea
