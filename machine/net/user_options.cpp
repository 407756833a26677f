#include "machine/net/user_options.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <charconv>
#include <cstring>

#include <fmt/format.h>

#include "machine/net/options.h"

namespace rhea::net {

namespace {

constexpr std::size_t kLongest = 255;         // bytes of a DHCP option
constexpr std::size_t kLongestBootFile = 127;  // and of its field for a boot file

/// An IPv4 address in the host's byte order.
std::optional<std::uint32_t> address(const std::string& text) {
    in_addr parsed{};
    if (::inet_aton(text.c_str(), &parsed) == 0) return std::nullopt;
    return ntohl(parsed.s_addr);
}

in_addr to_wire(std::uint32_t host_order) { return {htonl(host_order)}; }

std::optional<long> number(std::string_view text) {
    long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Takes what stands before the separator off the front.
std::optional<std::string> take_until(std::string_view& text, char separator) {
    const auto at = text.find(separator);
    if (at == text.npos) return std::nullopt;
    std::string part(text.substr(0, at));
    text.remove_prefix(at + 1);
    return part;
}

/// The mask of the class or of the block that a network without one belongs to.
std::uint32_t usual_mask(std::uint32_t network) {
    struct Block { std::uint32_t bits, value, mask; };
    static constexpr Block kBlocks[] = {
        {0x80000000, 0x00000000, 0xff000000},      // class A
        {0xfff00000, 0xac100000, 0xfff00000},      // 172.16
        {0xc0000000, 0x80000000, 0xffff0000},      // class B
        {0xffff0000, 0xc0a80000, 0xffff0000},      // 192.168
        {0xffff0000, 0xc6120000, 0xfffe0000},      // 198.18
        {0xe0000000, 0xe0000000, 0xfffffff0},      // class D
    };
    for (const Block& block : kBlocks)
        if ((network & block.bits) == block.value) return block.mask;
    return 0xffffff00;
}

struct Network4 { std::uint32_t network = 0x0a000200, mask = 0xffffff00; };

Result<Network4> parse_network(const std::string& text) {
    constexpr const char* kBad = "Failed to parse netmask";
    Network4 net;
    std::string_view mask = text;
    const auto before = take_until(mask, '/');
    const auto network = address(before.value_or(text));
    if (!network) return fail(kBad);
    net.mask = usual_mask(*network);
    if (before) {
        if (const auto shift = number(mask)) {
            if (*shift < 4 || *shift > 32) return fail("Invalid netmask provided (must be in range 4-32)");
            net.mask = 0xffffffffu << (32 - *shift);
        } else if (const auto given = address(std::string(mask))) {
            net.mask = *given;
        } else {
            return fail(kBad);
        }
    }
    net.network = *network & net.mask;
    return net;
}

Result<void> read_ipv4(UserStackConfig& config, const UserOptions& options) {
    // "ip" is what "net" was called.
    std::optional<std::string> said = options.net;
    if (!said && options.ip) said = *options.ip + "/24";
    if (!config.ipv4 && (said || options.host || options.dns)) return fail("IPv4 disabled but netmask/host/dns provided");
    const Network4 net = said ? RHEA_TRY(parse_network(*said)) : Network4{};
    std::uint32_t host = net.network | (2 & ~net.mask), dhcp = net.network | (15 & ~net.mask), dns = net.network | (3 & ~net.mask);
    const auto outside = [&](std::uint32_t which) { return (which & net.mask) != net.network; };
    const auto read = [](const std::optional<std::string>& text, std::uint32_t& into, const char* error) -> Result<void> {
        if (!text) return {};
        const auto parsed = address(*text);
        if (!parsed) return fail(error);
        into = *parsed;
        return {};
    };
    RHEA_CHECK(read(options.host, host, "Failed to parse host"));
    if (outside(host)) return fail("Host doesn't belong to network");
    RHEA_CHECK(read(options.dns, dns, "Failed to parse DNS"));
    if (config.restricted && outside(dns)) return fail("DNS doesn't belong to network");
    if (dns == host) return fail("DNS must be different from host");
    RHEA_CHECK(read(options.dhcpstart, dhcp, "Failed to parse DHCP start address"));
    if (outside(dhcp)) return fail("DHCP doesn't belong to network");
    if (dhcp == host || dhcp == dns) return fail("DHCP must be different from host and DNS");
    config.network = to_wire(net.network);
    config.netmask = to_wire(net.mask);
    config.host = to_wire(host);
    config.dhcp_start = to_wire(dhcp);
    config.dns = to_wire(dns);
    return {};
}

bool same_network(const in6_addr& a, const in6_addr& b, unsigned bits) {
    if (std::memcmp(&a, &b, bits / 8) != 0) return false;
    if (bits % 8 == 0) return true;
    const unsigned shift = 8 - bits % 8;
    return a.s6_addr[bits / 8] >> shift == b.s6_addr[bits / 8] >> shift;
}

Result<void> read_ipv6(UserStackConfig& config, const UserOptions& options) {
    if (!config.ipv6 && (options.ipv6_prefix || options.ipv6_host || options.ipv6_dns)) return fail("IPv6 disabled but prefix/host6/dns6 provided");
    if (::inet_pton(AF_INET6, options.ipv6_prefix.value_or("fec0::").c_str(), &config.prefix6) != 1) return fail("Failed to parse IPv6 prefix");
    const std::int64_t length = options.ipv6_prefixlen.value_or(64);
    if (length < 0 || length > 126) return fail("Invalid IPv6 prefix provided (IPv6 prefix length must be between 0 and 126)");
    config.prefix6_length = static_cast<std::uint8_t>(length);
    const auto read = [&](const std::optional<std::string>& text, in6_addr& into, std::uint8_t otherwise, const char* error) -> Result<void> {
        into = config.prefix6;
        into.s6_addr[15] |= otherwise;
        if (text && ::inet_pton(AF_INET6, text->c_str(), &into) != 1) return fail(error);
        return {};
    };
    RHEA_CHECK(read(options.ipv6_host, config.host6, 2, "Failed to parse IPv6 host"));
    if (!same_network(config.prefix6, config.host6, config.prefix6_length)) return fail("IPv6 Host doesn't belong to network");
    RHEA_CHECK(read(options.ipv6_dns, config.dns6, 3, "Failed to parse IPv6 DNS"));
    if (config.restricted && !same_network(config.prefix6, config.dns6, config.prefix6_length)) return fail("IPv6 DNS doesn't belong to network");
    return {};
}

Result<void> check_length(const std::optional<std::string>& text, const char* name, std::size_t longest) {
    if (text && text->size() > longest) return fail(fmt::format("'{}' parameter cannot exceed {} bytes", name, longest));
    return {};
}

std::optional<bool> protocol_of(const std::string& text) {
    if (text.empty() || text == "tcp") return false;
    return text == "udp" ? std::optional(true) : std::nullopt;
}

/// Nothing stands for any address.
bool read_address(const std::string& text, in_addr& into) { return text.empty() || ::inet_aton(text.c_str(), &into) != 0; }

bool read_port(std::string_view text, int least, int& into) {
    const auto parsed = number(text);
    if (!parsed || *parsed < least || *parsed > 65535) return false;
    into = static_cast<int>(*parsed);
    return true;
}

}  // namespace

Result<UserStackConfig> user_config(const UserOptions& options) {
    UserStackConfig config;
    config.restricted = options.restrict.value_or(false);
    // One that is asked for alone is alone; one that is unwanted leaves the other.
    config.ipv4 = options.ipv4.value_or(!options.ipv6.value_or(false));
    config.ipv6 = options.ipv6.value_or(!options.ipv4.value_or(false));
    if (!config.ipv4 && !config.ipv6) return fail("IPv4 and IPv6 disabled");
    RHEA_CHECK(read_ipv4(config, options));
    RHEA_CHECK(read_ipv6(config, options));
    RHEA_CHECK(check_length(options.tftp_server_name, "tftp-server-name", kLongest));
    if (options.domainname && options.domainname->empty()) return fail("'domainname' parameter cannot be empty");
    RHEA_CHECK(check_length(options.domainname, "domainname", kLongest));
    RHEA_CHECK(check_length(options.hostname, "vhostname", kLongest));
    RHEA_CHECK(check_length(options.bootfile, "bootfile", kLongestBootFile));      // QEMU crashes
    if (options.smb) {
        constexpr const char* kServer = "/usr/sbin/smbd";
        if (::access(kServer, X_OK) != 0) return fail(fmt::format("Could not find '{}', please install it", kServer));
        return fail("smb= is not supported by this build");
    }
    config.hostname = options.hostname;
    config.tftp_server_name = options.tftp_server_name;
    config.tftp = options.tftp;
    config.bootfile = options.bootfile;
    config.domainname = options.domainname;
    if (options.dnssearch)
        for (const Line& domain : *options.dnssearch) config.dnssearch.push_back(domain.str);
    return config;
}

Result<HostForward> parse_host_forward(const std::string& rule) {
    const auto bad = [&](const char* why) { return fail(fmt::format("Invalid host forwarding rule '{}' ({})", rule, why)); };
    HostForward forward;
    std::string_view rest = rule;
    const auto protocol = take_until(rest, ':');
    if (!protocol) return bad("No : separators");
    const auto udp = protocol_of(*protocol);
    if (!udp) return bad("Bad protocol name");
    forward.udp = *udp;
    const auto host = take_until(rest, ':');
    if (!host) return bad("Missing : separator");
    if (!read_address(*host, forward.host)) return bad("Bad host address");
    const auto host_port = take_until(rest, '-');
    if (!host_port) return bad("Bad host port separator");
    if (!read_port(*host_port, 0, forward.host_port)) return bad("Bad host port");
    const auto guest = take_until(rest, ':');
    if (!guest) return bad("Missing guest address");
    if (!read_address(*guest, forward.guest)) return bad("Bad guest address");
    if (!read_port(rest, 1, forward.guest_port)) return bad("Bad guest port");
    return forward;
}

std::optional<HostForward> parse_host_end(std::string_view text) {
    HostForward forward;
    const auto protocol = take_until(text, ':');
    const auto udp = protocol ? protocol_of(*protocol) : std::nullopt;
    const auto host = udp ? take_until(text, ':') : std::nullopt;
    if (!host || !read_address(*host, forward.host)) return std::nullopt;
    forward.udp = *udp;
    if (!read_port(text, 0, forward.host_port)) return std::nullopt;
    return forward;
}

Result<GuestForward> parse_guest_forward(const std::string& rule) {
    const auto bad = [&] { return fail(fmt::format("Invalid guest forwarding rule '{}'", rule)); };
    GuestForward forward;
    std::string_view rest = rule;
    const auto protocol = take_until(rest, ':');
    if (!protocol || protocol_of(*protocol) != false) return bad();
    const auto server = take_until(rest, ':');
    if (!server || !read_address(*server, forward.server)) return bad();
    const auto port = take_until(rest, '-');
    if (!port || !read_port(*port, 1, forward.port)) return bad();
    forward.target = rest;
    return forward;
}

}  // namespace rhea::net
