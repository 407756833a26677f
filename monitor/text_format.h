#pragma once
/// The text protocol of June 2009 (QEMU Monitor Protocol 0.1): lines of ASCII ended by CRLF.
#include "monitor/wire_format.h"

namespace rhea {

const WireFormat& text_format();

}  // namespace rhea
