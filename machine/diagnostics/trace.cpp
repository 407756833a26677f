#include "machine/diagnostics/trace.h"

#include <cstdio>

namespace rhea {

void write_trace(TracePoint point, std::string_view text) {
    fmt::print(stderr, "{} {}\n", kTraceNames[static_cast<std::size_t>(point)], text);
}

}  // namespace rhea
