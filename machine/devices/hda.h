#pragma once
/// Intel HD Audio: controllers with a bus of codecs. Nothing is played or recorded.
#include "machine/device.h"

namespace rhea {

extern const qom::Type kHdaBus, kHdaGeneric, kIntelHda, kIch9IntelHda, kHdaCodec, kHdaAudio, kHdaDuplex, kHdaOutput, kHdaMicro;

}  // namespace rhea
