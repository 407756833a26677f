#pragma once
/// What a chardev is to be: typed, in the shape of the QMP schema (ChardevBackend, SocketAddressLegacy), and made out of
/// `-chardev` options or of the short strings of `-qmp`, `-monitor` and `-serial`.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "qobject/data.h"
#include "qobject/describe.h"
#include "qobject/error.h"
#include "qobject/keyval.h"

namespace rhea {

// --- Socket addresses

struct InetSocketAddress {
    std::string host;
    std::string port;  ///< number or service name
    std::optional<bool> numeric;
    std::optional<std::uint16_t> to;  ///< last port to try to listen on
    std::optional<bool> ipv4, ipv6;
    std::optional<bool> keep_alive;
    std::optional<bool> mptcp;
};
struct UnixSocketAddress {
    std::string path;
    std::optional<bool> abstract, tight;
};
struct VsockSocketAddress {
    std::string cid, port;
};
struct FdSocketAddress {
    std::string str;  ///< a number, or a name given by getfd
};

enum class SocketAddressType { inet, unix_path, vsock, fd };
struct SocketAddressLegacy {
    SocketAddressType type{};
    std::variant<std::monostate, Data<InetSocketAddress>, Data<UnixSocketAddress>, Data<VsockSocketAddress>,
                 Data<FdSocketAddress>>
        u;
};

// --- Backends

struct ChardevCommon {
    std::optional<std::string> logfile;  ///< a copy of all output goes there
    std::optional<bool> logappend;
};
struct ChardevFile : ChardevCommon {
    std::optional<std::string> in;
    std::string out;
    std::optional<bool> append;
};
struct ChardevHostdev : ChardevCommon {
    std::string device;
};
struct ChardevSocket : ChardevCommon {
    SocketAddressLegacy addr;
    std::optional<std::string> tls_creds, tls_authz;
    std::optional<bool> server;  ///< default: on
    std::optional<bool> wait;    ///< default: off
    std::optional<bool> nodelay;
    std::optional<bool> telnet, tn3270, websocket;
    std::optional<std::int64_t> reconnect;  ///< seconds between attempts; 0: none
};
struct ChardevUdp : ChardevCommon {
    SocketAddressLegacy remote;
    std::optional<SocketAddressLegacy> local;
};
struct ChardevMux : ChardevCommon {
    std::string chardev;
};
struct ChardevStdio : ChardevCommon {
    std::optional<bool> signal;  ///< ^C and the like act on the process (default: on)
};
struct ChardevSpiceChannel : ChardevCommon {
    std::string type;
};
struct ChardevSpicePort : ChardevCommon {
    std::string fqdn;
};
struct ChardevVdagent : ChardevCommon {
    std::optional<bool> mouse, clipboard;
};
struct ChardevDbus : ChardevCommon {
    std::string name;
};
struct ChardevVc : ChardevCommon {
    std::optional<std::int64_t> width, height, cols, rows;
};
struct ChardevRingbuf : ChardevCommon {
    std::optional<std::int64_t> size;
};

/// Every kind that the schema knows; `chardev_backends` tells which of them exist here.
enum class ChardevKind {
    file,
    serial,
    parallel,
    pipe,
    socket,
    udp,
    pty,
    null,
    mux,
    msmouse,
    wctablet,
    braille,
    testdev,
    stdio,
    console,
    spicevmc,
    spiceport,
    vdagent,
    dbus,
    vc,
    ringbuf,
    memory,
};
struct ChardevBackend {
    ChardevKind type{};
    std::variant<std::monostate, Data<ChardevFile>, Data<ChardevHostdev>, Data<ChardevSocket>, Data<ChardevUdp>,
                 Data<ChardevCommon>, Data<ChardevMux>, Data<ChardevStdio>, Data<ChardevSpiceChannel>,
                 Data<ChardevSpicePort>, Data<ChardevVdagent>, Data<ChardevDbus>, Data<ChardevVc>, Data<ChardevRingbuf>>
        u;
};

/// The members that every backend has.
const ChardevCommon& common_options(const ChardevBackend& backend);

struct ChardevOptions {
    std::string id;
    ChardevBackend backend;
    unsigned max_clients = 1;  ///< ours: how many clients a server socket serves at once
    bool mux = false;          ///< several front ends share it; the backend is then made as "ID-base"
};

/// The names that `-chardev help` lists, in that order; query-chardev-backends has them backwards.
std::span<const std::string_view> chardev_backends();

/// The options that the group "chardev" has, "max-clients" (ours) last.
std::span<const OptionSpec> chardev_option_specs();

// From text to ChardevOptions it is two steps, because QEMU's command line does them at two times, and complains of each in
// its own way: first all of the command line is parsed, then the chardevs are made.

/// `-chardev TEXT` (implied key "backend"). Its warnings are to be shown before it is checked against
/// `chardev_option_specs`.
Result<Options> parse_chardev(std::string_view text);
/// "unix:PATH,server=on,wait=off", "tcp:HOST:PORT,…", "stdio", "null", "file:PATH", as `-qmp`, `-monitor` and `-serial` take
/// them. An error without a description is one of which QEMU says no more than its caller does ("parse error: tcp:").
/// With a "mon:" in front it is a multiplexer, for a monitor beside whoever else uses it. "chardev:ID" is for the caller to
/// see first (`chardev_reference`).
Result<Options> parse_legacy_chardev(std::string_view id, std::string_view text);
/// The second step.
Result<ChardevOptions> chardev_options(const Options& options);
/// What QEMU warns of before it looks at the rest: a backend's old name.
std::optional<std::string> chardev_warning(const Options& options);

/// The ID of "chardev:ID".
std::optional<std::string_view> chardev_reference(std::string_view text);

// --- Descriptions

template <>
inline constexpr auto description<InetSocketAddress> =
    object("InetSocketAddress", member<&InetSocketAddress::host>("host"), member<&InetSocketAddress::port>("port"),
           member<&InetSocketAddress::numeric>("numeric"), member<&InetSocketAddress::to>("to"),
           member<&InetSocketAddress::ipv4>("ipv4"), member<&InetSocketAddress::ipv6>("ipv6"),
           member<&InetSocketAddress::keep_alive>("keep-alive"), member<&InetSocketAddress::mptcp>("mptcp"));
template <>
inline constexpr auto description<UnixSocketAddress> = object("UnixSocketAddress", member<&UnixSocketAddress::path>("path"),
                                                              member<&UnixSocketAddress::abstract>("abstract"),
                                                              member<&UnixSocketAddress::tight>("tight"));
template <>
inline constexpr auto description<VsockSocketAddress> = object("VsockSocketAddress", member<&VsockSocketAddress::cid>("cid"),
                                                               member<&VsockSocketAddress::port>("port"));
template <>
inline constexpr auto description<FdSocketAddress> = object("String", member<&FdSocketAddress::str>("str"));
template <>
inline constexpr auto description<SocketAddressType> = enumeration<SocketAddressType>("SocketAddressType", "inet", "unix",
                                                                                      "vsock", "fd");
template <>
inline constexpr auto description<SocketAddressLegacy> = flat_union<&SocketAddressLegacy::type, &SocketAddressLegacy::u>(
    "SocketAddressLegacy",
    branches(branch<Data<InetSocketAddress>>(SocketAddressType::inet),
             branch<Data<UnixSocketAddress>>(SocketAddressType::unix_path),
             branch<Data<VsockSocketAddress>>(SocketAddressType::vsock),
             branch<Data<FdSocketAddress>>(SocketAddressType::fd)),
    member<&SocketAddressLegacy::type>("type"));

namespace detail {
template <class... Ms>
constexpr auto chardev_object(std::string_view name, Ms... members) {
    return object(name, member<&ChardevCommon::logfile>("logfile"), member<&ChardevCommon::logappend>("logappend"),
                  members...);
}
}  // namespace detail

template <>
inline constexpr auto description<ChardevCommon> = detail::chardev_object("ChardevCommon");
template <>
inline constexpr auto description<ChardevFile> = detail::chardev_object("ChardevFile", member<&ChardevFile::in>("in"),
                                                                        member<&ChardevFile::out>("out"),
                                                                        member<&ChardevFile::append>("append"));
template <>
inline constexpr auto description<ChardevHostdev> = detail::chardev_object("ChardevHostdev",
                                                                           member<&ChardevHostdev::device>("device"));
template <>
inline constexpr auto description<ChardevSocket> = detail::chardev_object(
    "ChardevSocket", member<&ChardevSocket::addr>("addr"), member<&ChardevSocket::tls_creds>("tls-creds"),
    member<&ChardevSocket::tls_authz>("tls-authz"), member<&ChardevSocket::server>("server"),
    member<&ChardevSocket::wait>("wait"), member<&ChardevSocket::nodelay>("nodelay"),
    member<&ChardevSocket::telnet>("telnet"), member<&ChardevSocket::tn3270>("tn3270"),
    member<&ChardevSocket::websocket>("websocket"), member<&ChardevSocket::reconnect>("reconnect"));
template <>
inline constexpr auto description<ChardevUdp> = detail::chardev_object("ChardevUdp", member<&ChardevUdp::remote>("remote"),
                                                                       member<&ChardevUdp::local>("local"));
template <>
inline constexpr auto description<ChardevMux> = detail::chardev_object("ChardevMux",
                                                                       member<&ChardevMux::chardev>("chardev"));
template <>
inline constexpr auto description<ChardevStdio> = detail::chardev_object("ChardevStdio",
                                                                         member<&ChardevStdio::signal>("signal"));
template <>
inline constexpr auto description<ChardevSpiceChannel> = detail::chardev_object("ChardevSpiceChannel",
                                                                                member<&ChardevSpiceChannel::type>("type"));
template <>
inline constexpr auto description<ChardevSpicePort> = detail::chardev_object("ChardevSpicePort",
                                                                             member<&ChardevSpicePort::fqdn>("fqdn"));
template <>
inline constexpr auto description<ChardevVdagent> = detail::chardev_object("ChardevQemuVDAgent",
                                                                           member<&ChardevVdagent::mouse>("mouse"),
                                                                           member<&ChardevVdagent::clipboard>("clipboard"));
template <>
inline constexpr auto description<ChardevDbus> = detail::chardev_object("ChardevDBus", member<&ChardevDbus::name>("name"));
template <>
inline constexpr auto description<ChardevVc> = detail::chardev_object("ChardevVC", member<&ChardevVc::width>("width"),
                                                                      member<&ChardevVc::height>("height"),
                                                                      member<&ChardevVc::cols>("cols"),
                                                                      member<&ChardevVc::rows>("rows"));
template <>
inline constexpr auto description<ChardevRingbuf> = detail::chardev_object("ChardevRingbuf",
                                                                           member<&ChardevRingbuf::size>("size"));
template <>
inline constexpr auto description<ChardevKind> = enumeration<ChardevKind>("ChardevBackendKind", "file", "serial", "parallel",
                                                                          "pipe", "socket", "udp", "pty", "null", "mux",
                                                                          "msmouse", "wctablet", "braille", "testdev",
                                                                          "stdio", "console", "spicevmc", "spiceport",
                                                                          "qemu-vdagent", "dbus", "vc", "ringbuf", "memory");
template <>
inline constexpr auto description<ChardevBackend> = flat_union<&ChardevBackend::type, &ChardevBackend::u>(
    "ChardevBackend",
    branches(branch<Data<ChardevFile>>(ChardevKind::file), branch<Data<ChardevHostdev>>(ChardevKind::serial),
             branch<Data<ChardevHostdev>>(ChardevKind::parallel), branch<Data<ChardevHostdev>>(ChardevKind::pipe),
             branch<Data<ChardevSocket>>(ChardevKind::socket), branch<Data<ChardevUdp>>(ChardevKind::udp),
             branch<Data<ChardevCommon>>(ChardevKind::pty), branch<Data<ChardevCommon>>(ChardevKind::null),
             branch<Data<ChardevMux>>(ChardevKind::mux), branch<Data<ChardevCommon>>(ChardevKind::msmouse),
             branch<Data<ChardevCommon>>(ChardevKind::wctablet), branch<Data<ChardevCommon>>(ChardevKind::braille),
             branch<Data<ChardevCommon>>(ChardevKind::testdev), branch<Data<ChardevStdio>>(ChardevKind::stdio),
             branch<Data<ChardevCommon>>(ChardevKind::console), branch<Data<ChardevSpiceChannel>>(ChardevKind::spicevmc),
             branch<Data<ChardevSpicePort>>(ChardevKind::spiceport), branch<Data<ChardevVdagent>>(ChardevKind::vdagent),
             branch<Data<ChardevDbus>>(ChardevKind::dbus), branch<Data<ChardevVc>>(ChardevKind::vc),
             branch<Data<ChardevRingbuf>>(ChardevKind::ringbuf), branch<Data<ChardevRingbuf>>(ChardevKind::memory)),
    member<&ChardevBackend::type>("type"));

}  // namespace rhea
