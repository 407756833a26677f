#pragma once
/// The codes that a PS/2 keyboard sends for keys.
#include <cstdint>

#include "machine/display/input_types.h"

namespace rhea {

/// The codes of one key in the three scan code sets (IBM PS/2 hardware reference): 0xe0NN is a code behind the prefix 0xe0;
/// 0: the set has none.
struct KeyScanCodes {
    std::uint16_t set1, set2, set3;
};
KeyScanCodes scan_codes(QKeyCode key);

/// A key by its number as send-key takes it: the code of set 1, plus 0x80 where it has the prefix.
QKeyCode key_from_number(std::int64_t number);
QKeyCode key_code(const KeyValue& key);

}  // namespace rhea
