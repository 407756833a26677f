#pragma once
/// What a guest's panic device reports: GUEST_PANICKED and GUEST_CRASHLOADED.
#include <cstdint>
#include <optional>
#include <variant>

#include "monitor/event_bus.h"

namespace rhea {

enum class GuestPanicAction { pause, poweroff, run };
enum class GuestPanicInfoType { hyper_v, s390 };
enum class S390CrashReason { unknown, disabled_wait, extint_loop, pgmint_loop, opint_loop };

struct GuestPanicHyperV { std::uint64_t arg1 = 0, arg2 = 0, arg3 = 0, arg4 = 0, arg5 = 0; };
struct GuestPanicS390 {
    std::uint32_t core = 0;
    std::uint64_t psw_mask = 0, psw_addr = 0;
    S390CrashReason reason{};
};
/// What the CPU knew of it; a pvpanic device knows nothing.
struct GuestPanicInfo {
    GuestPanicInfoType type{};
    std::variant<std::monostate, GuestPanicHyperV, GuestPanicS390> u;
};
struct GuestPanickedEvent { GuestPanicAction action{}; std::optional<GuestPanicInfo> info = {}; };
struct GuestCrashLoadedEvent { GuestPanicAction action{}; std::optional<GuestPanicInfo> info = {}; };

template <>
inline constexpr auto description<GuestPanicAction> =
    enumeration<GuestPanicAction>("GuestPanicAction", "pause", "poweroff", "run");
template <>
inline constexpr auto description<GuestPanicInfoType> =
    enumeration<GuestPanicInfoType>("GuestPanicInformationType", "hyper-v", "s390");
template <>
inline constexpr auto description<S390CrashReason> = enumeration<S390CrashReason>(
    "S390CrashReason", "unknown", "disabled-wait", "extint-loop", "pgmint-loop", "opint-loop");
template <>
inline constexpr auto description<GuestPanicHyperV> =
    object("GuestPanicInformationHyperV", member<&GuestPanicHyperV::arg1>("arg1"), member<&GuestPanicHyperV::arg2>("arg2"),
           member<&GuestPanicHyperV::arg3>("arg3"), member<&GuestPanicHyperV::arg4>("arg4"),
           member<&GuestPanicHyperV::arg5>("arg5"));
template <>
inline constexpr auto description<GuestPanicS390> =
    object("GuestPanicInformationS390", member<&GuestPanicS390::core>("core"), member<&GuestPanicS390::psw_mask>("psw-mask"),
           member<&GuestPanicS390::psw_addr>("psw-addr"), member<&GuestPanicS390::reason>("reason"));
template <>
inline constexpr auto description<GuestPanicInfo> = flat_union<&GuestPanicInfo::type, &GuestPanicInfo::u>(
    "GuestPanicInformation",
    branches(branch<GuestPanicHyperV>(GuestPanicInfoType::hyper_v), branch<GuestPanicS390>(GuestPanicInfoType::s390)),
    member<&GuestPanicInfo::type>("type"));
template <>
inline constexpr auto description<GuestPanickedEvent> =
    object("q_obj_GUEST_PANICKED-arg", member<&GuestPanickedEvent::action>("action"), member<&GuestPanickedEvent::info>("info"));
template <>
inline constexpr auto description<GuestCrashLoadedEvent> =
    object("q_obj_GUEST_CRASHLOADED-arg", member<&GuestCrashLoadedEvent::action>("action"),
           member<&GuestCrashLoadedEvent::info>("info"));

template <> inline constexpr EventInfo event<GuestPanickedEvent>{"GUEST_PANICKED", "The guest has panicked."};
template <> inline constexpr EventInfo event<GuestCrashLoadedEvent>{"GUEST_CRASHLOADED", "The guest's crash kernel has taken over."};

}  // namespace rhea
