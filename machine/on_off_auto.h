#pragma once
/// A switch that may leave the choice to whoever reads it.
#include "qobject/describe.h"

namespace rhea {

enum class OnOffAuto { automatic, on, off };
template <> inline constexpr auto description<OnOffAuto> = enumeration<OnOffAuto>("OnOffAuto", "auto", "on", "off");

}  // namespace rhea
