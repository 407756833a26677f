#pragma once
/// JSON numbers as QEMU keeps them.
#include <string_view>

#include "qobject/qobject.h"

namespace rhea::json {

/// `text` is a number by JSON's grammar. int64 when it is an integer that fits, else uint64, else double, which is infinite
/// when it is out of range.
QNum parse_number(std::string_view text);

}  // namespace rhea::json
