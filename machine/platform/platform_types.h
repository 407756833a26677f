#pragma once
/// What queries and events tell about the board.
#include "machine/schema_features.h"
#include "qobject/describe.h"

namespace rhea {

enum class AcpiSlotType { DIMM, CPU };
template <>
inline constexpr auto description<AcpiSlotType> = enumeration<AcpiSlotType>("ACPISlotType", "DIMM", "CPU");

struct AcpiOstInfo {
    std::optional<std::string> device;
    std::string slot;
    AcpiSlotType slot_type{};
    std::int64_t source = 0, status = 0;
};
template <>
inline constexpr auto description<AcpiOstInfo> = object("ACPIOSTInfo", member<&AcpiOstInfo::device>("device"),
                                                        member<&AcpiOstInfo::slot>("slot"),
                                                        member<&AcpiOstInfo::slot_type>("slot-type"),
                                                        member<&AcpiOstInfo::source>("source"),
                                                        member<&AcpiOstInfo::status>("status"));

struct GuidInfo {
    std::string guid;
};
template <>
inline constexpr auto description<GuidInfo> = object("GuidInfo", member<&GuidInfo::guid>("guid"));

struct PrManagerInfo {
    std::string id;
    bool connected = false;
};
template <>
inline constexpr auto description<PrManagerInfo> = object("PRManagerInfo", member<&PrManagerInfo::id>("id"),
                                                          member<&PrManagerInfo::connected>("connected"));

}  // namespace rhea
