#pragma once
/// The commands that the human monitor has of itself: help, info alone, info history, info version.
#include <string_view>

namespace rhea {

class HmpCall;
class HmpInterpreter;
class HmpTable;

void add_hmp_basics(HmpTable& table, HmpInterpreter& interpreter);

}  // namespace rhea
