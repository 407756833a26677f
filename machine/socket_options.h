#pragma once
/// A socket address in the schema's flat form: the kind beside what it needs. The form with "data" is in chardev/options.h.
#include "chardev/options.h"

namespace rhea {

struct SocketAddress {
    SocketAddressType type{};
    std::variant<std::monostate, InetSocketAddress, UnixSocketAddress, VsockSocketAddress, FdSocketAddress> u;
};
template <>
inline constexpr auto description<SocketAddress> = flat_union<&SocketAddress::type, &SocketAddress::u>(
    "SocketAddress",
    branches(branch<InetSocketAddress>(SocketAddressType::inet), branch<UnixSocketAddress>(SocketAddressType::unix_path),
             branch<VsockSocketAddress>(SocketAddressType::vsock), branch<FdSocketAddress>(SocketAddressType::fd)),
    member<&SocketAddress::type>("type"));

/// The same in the form with "data".
inline SocketAddressLegacy legacy_form(const SocketAddress& address) {
    SocketAddressLegacy legacy{address.type, {}};
    std::visit(
        [&]<class T>(const T& branch) {
            if constexpr (!std::is_same_v<T, std::monostate>) legacy.u = Data<T>{branch};
        },
        address.u);
    return legacy;
}

}  // namespace rhea
