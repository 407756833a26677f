#pragma once
/// Object types that begin with the members of another one, as a struct that derives from another.
#include "qobject/describe.h"

namespace rhea {

/// As `object`, for a struct whose first base is `Base` (which lies at its beginning): Base's members, then its own.
template <class Base, class... Ms>
constexpr auto object_on(std::string_view name, Ms... members) {
    constexpr std::size_t kInherited = description<Base>.members.size();
    std::array<Member, kInherited + sizeof...(Ms)> all{};
    for (std::size_t i = 0; i < kInherited; ++i) all[i] = description<Base>.members[i];
    std::size_t next = kInherited;
    ((all[next++] = static_cast<const Member&>(members)), ...);
    return detail::ObjectDescription<kInherited + sizeof...(Ms)>{name, all, detail::wire_order(all)};
}

}  // namespace rhea
