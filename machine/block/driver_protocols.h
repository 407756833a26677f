#pragma once
/// The options of drivers that reach storage over a network, or in other places than a file.
#include "machine/block/blockdev_ref.h"
#include "machine/schema_features.h"
#include "machine/socket_options.h"

namespace rhea {

struct BlockdevCurlFtp {
    std::string url;
    std::optional<std::int64_t> readahead, timeout;
    std::optional<std::string> username, password_secret, proxy_username, proxy_password_secret;
};
template <>
inline constexpr auto description<BlockdevCurlFtp> = object(
    "BlockdevOptionsCurlFtp", member<&BlockdevCurlFtp::url>("url"), member<&BlockdevCurlFtp::readahead>("readahead"),
    member<&BlockdevCurlFtp::timeout>("timeout"), member<&BlockdevCurlFtp::username>("username"),
    member<&BlockdevCurlFtp::password_secret>("password-secret"), member<&BlockdevCurlFtp::proxy_username>("proxy-username"),
    member<&BlockdevCurlFtp::proxy_password_secret>("proxy-password-secret"));

struct BlockdevCurlFtps {
    std::string url;
    std::optional<std::int64_t> readahead, timeout;
    std::optional<std::string> username, password_secret, proxy_username, proxy_password_secret;
    std::optional<bool> sslverify;
};
template <>
inline constexpr auto description<BlockdevCurlFtps> =
    object("BlockdevOptionsCurlFtps", member<&BlockdevCurlFtps::url>("url"),
           member<&BlockdevCurlFtps::readahead>("readahead"), member<&BlockdevCurlFtps::timeout>("timeout"),
           member<&BlockdevCurlFtps::username>("username"), member<&BlockdevCurlFtps::password_secret>("password-secret"),
           member<&BlockdevCurlFtps::proxy_username>("proxy-username"),
           member<&BlockdevCurlFtps::proxy_password_secret>("proxy-password-secret"),
           member<&BlockdevCurlFtps::sslverify>("sslverify"));

struct BlockdevCurlHttp {
    std::string url;
    std::optional<std::int64_t> readahead, timeout;
    std::optional<std::string> username, password_secret, proxy_username, proxy_password_secret, cookie, cookie_secret;
};
template <>
inline constexpr auto description<BlockdevCurlHttp> =
    object("BlockdevOptionsCurlHttp", member<&BlockdevCurlHttp::url>("url"),
           member<&BlockdevCurlHttp::readahead>("readahead"), member<&BlockdevCurlHttp::timeout>("timeout"),
           member<&BlockdevCurlHttp::username>("username"), member<&BlockdevCurlHttp::password_secret>("password-secret"),
           member<&BlockdevCurlHttp::proxy_username>("proxy-username"),
           member<&BlockdevCurlHttp::proxy_password_secret>("proxy-password-secret"),
           member<&BlockdevCurlHttp::cookie>("cookie"), member<&BlockdevCurlHttp::cookie_secret>("cookie-secret"));

struct BlockdevCurlHttps {
    std::string url;
    std::optional<std::int64_t> readahead, timeout;
    std::optional<std::string> username, password_secret, proxy_username, proxy_password_secret, cookie;
    std::optional<bool> sslverify;
    std::optional<std::string> cookie_secret;
};
template <>
inline constexpr auto description<BlockdevCurlHttps> = object(
    "BlockdevOptionsCurlHttps", member<&BlockdevCurlHttps::url>("url"), member<&BlockdevCurlHttps::readahead>("readahead"),
    member<&BlockdevCurlHttps::timeout>("timeout"), member<&BlockdevCurlHttps::username>("username"),
    member<&BlockdevCurlHttps::password_secret>("password-secret"),
    member<&BlockdevCurlHttps::proxy_username>("proxy-username"),
    member<&BlockdevCurlHttps::proxy_password_secret>("proxy-password-secret"), member<&BlockdevCurlHttps::cookie>("cookie"),
    member<&BlockdevCurlHttps::sslverify>("sslverify"), member<&BlockdevCurlHttps::cookie_secret>("cookie-secret"));

struct BlockdevGluster {
    std::string volume, path;
    std::vector<SocketAddress> server;
    std::optional<std::int64_t> debug;
    std::optional<std::string> logfile;
};
template <>
inline constexpr auto description<BlockdevGluster> = object("BlockdevOptionsGluster",
                                                            member<&BlockdevGluster::volume>("volume"),
                                                            member<&BlockdevGluster::path>("path"),
                                                            member<&BlockdevGluster::server>("server"),
                                                            member<&BlockdevGluster::debug>("debug"),
                                                            member<&BlockdevGluster::logfile>("logfile"));

enum class IscsiTransport { tcp, iser };
template <>
inline constexpr auto description<IscsiTransport> = enumeration<IscsiTransport>("IscsiTransport", "tcp", "iser");

enum class IscsiHeaderDigest { crc32c, none, crc32c_none, none_crc32c };
template <>
inline constexpr auto description<IscsiHeaderDigest> = enumeration<IscsiHeaderDigest>("IscsiHeaderDigest", "crc32c", "none",
                                                                                      "crc32c-none", "none-crc32c");

struct BlockdevIscsi {
    IscsiTransport transport{};
    std::string portal, target;
    std::optional<std::int64_t> lun;
    std::optional<std::string> user, password_secret, initiator_name;
    std::optional<IscsiHeaderDigest> header_digest;
    std::optional<std::int64_t> timeout;
};
template <>
inline constexpr auto description<BlockdevIscsi> = object(
    "BlockdevOptionsIscsi", member<&BlockdevIscsi::transport>("transport"), member<&BlockdevIscsi::portal>("portal"),
    member<&BlockdevIscsi::target>("target"), member<&BlockdevIscsi::lun>("lun"), member<&BlockdevIscsi::user>("user"),
    member<&BlockdevIscsi::password_secret>("password-secret"), member<&BlockdevIscsi::initiator_name>("initiator-name"),
    member<&BlockdevIscsi::header_digest>("header-digest"), member<&BlockdevIscsi::timeout>("timeout"));

struct BlockdevNbd {
    SocketAddress server;
    std::optional<std::string> export_, tls_creds, tls_hostname, x_dirty_bitmap;
    std::optional<std::uint32_t> reconnect_delay, open_timeout;
};
template <>
inline constexpr auto description<BlockdevNbd> =
    object("BlockdevOptionsNbd", member<&BlockdevNbd::server>("server"), member<&BlockdevNbd::export_>("export"),
           member<&BlockdevNbd::tls_creds>("tls-creds"), member<&BlockdevNbd::tls_hostname>("tls-hostname"),
           member<&BlockdevNbd::x_dirty_bitmap>("x-dirty-bitmap", feature::kUnstable),
           member<&BlockdevNbd::reconnect_delay>("reconnect-delay"), member<&BlockdevNbd::open_timeout>("open-timeout"));

enum class NfsTransport { inet };
template <>
inline constexpr auto description<NfsTransport> = enumeration<NfsTransport>("NFSTransport", "inet");

struct NfsServer {
    NfsTransport type{};
    std::string host;
};
template <>
inline constexpr auto description<NfsServer> = object("NFSServer", member<&NfsServer::type>("type"),
                                                      member<&NfsServer::host>("host"));

struct BlockdevNfs {
    NfsServer server;
    std::string path;
    std::optional<std::int64_t> user, group, tcp_syn_count, readahead_size, page_cache_size, debug;
};
template <>
inline constexpr auto description<BlockdevNfs> =
    object("BlockdevOptionsNfs", member<&BlockdevNfs::server>("server"), member<&BlockdevNfs::path>("path"),
           member<&BlockdevNfs::user>("user"), member<&BlockdevNfs::group>("group"),
           member<&BlockdevNfs::tcp_syn_count>("tcp-syn-count"), member<&BlockdevNfs::readahead_size>("readahead-size"),
           member<&BlockdevNfs::page_cache_size>("page-cache-size"), member<&BlockdevNfs::debug>("debug"));

struct BlockdevNvme {
    std::string device;
    std::int64_t namespace_ = 0;
};
template <>
inline constexpr auto description<BlockdevNvme> = object("BlockdevOptionsNVMe", member<&BlockdevNvme::device>("device"),
                                                         member<&BlockdevNvme::namespace_>("namespace"));

enum class RbdImageEncryptionFormat { luks, luks2 };
template <>
inline constexpr auto description<RbdImageEncryptionFormat> =
    enumeration<RbdImageEncryptionFormat>("RbdImageEncryptionFormat", "luks", "luks2");

struct RbdEncryptionLuks {
    std::string key_secret;
};
template <>
inline constexpr auto description<RbdEncryptionLuks> = object("RbdEncryptionOptionsLUKS",
                                                              member<&RbdEncryptionLuks::key_secret>("key-secret"));

struct RbdEncryptionLuks2 {
    std::string key_secret;
};
template <>
inline constexpr auto description<RbdEncryptionLuks2> = object("RbdEncryptionOptionsLUKS2",
                                                               member<&RbdEncryptionLuks2::key_secret>("key-secret"));

struct RbdEncryption {
    RbdImageEncryptionFormat format{};
    std::variant<std::monostate, RbdEncryptionLuks, RbdEncryptionLuks2> u;
};
template <>
inline constexpr auto description<RbdEncryption> = flat_union<&RbdEncryption::format, &RbdEncryption::u>(
    "RbdEncryptionOptions",
    branches(branch<RbdEncryptionLuks>(RbdImageEncryptionFormat::luks),
             branch<RbdEncryptionLuks2>(RbdImageEncryptionFormat::luks2)),
    member<&RbdEncryption::format>("format"));

enum class RbdAuthMode { cephx, none };
template <>
inline constexpr auto description<RbdAuthMode> = enumeration<RbdAuthMode>("RbdAuthMode", "cephx", "none");

struct InetSocketAddressBase {
    std::string host, port;
};
template <>
inline constexpr auto description<InetSocketAddressBase> = object("InetSocketAddressBase",
                                                                  member<&InetSocketAddressBase::host>("host"),
                                                                  member<&InetSocketAddressBase::port>("port"));

struct BlockdevRbd {
    std::string pool;
    std::optional<std::string> namespace_;
    std::string image;
    std::optional<std::string> conf, snapshot;
    std::optional<RbdEncryption> encrypt;
    std::optional<std::string> user;
    std::optional<std::vector<RbdAuthMode>> auth_client_required;
    std::optional<std::string> key_secret;
    std::optional<std::vector<InetSocketAddressBase>> server;
};
template <>
inline constexpr auto description<BlockdevRbd> =
    object("BlockdevOptionsRbd", member<&BlockdevRbd::pool>("pool"), member<&BlockdevRbd::namespace_>("namespace"),
           member<&BlockdevRbd::image>("image"), member<&BlockdevRbd::conf>("conf"),
           member<&BlockdevRbd::snapshot>("snapshot"), member<&BlockdevRbd::encrypt>("encrypt"),
           member<&BlockdevRbd::user>("user"), member<&BlockdevRbd::auth_client_required>("auth-client-required"),
           member<&BlockdevRbd::key_secret>("key-secret"), member<&BlockdevRbd::server>("server"));

enum class SshHostKeyCheckMode { none, hash, known_hosts };
template <>
inline constexpr auto description<SshHostKeyCheckMode> = enumeration<SshHostKeyCheckMode>("SshHostKeyCheckMode", "none",
                                                                                          "hash", "known_hosts");

enum class SshHostKeyCheckHashType { md5, sha1, sha256 };
template <>
inline constexpr auto description<SshHostKeyCheckHashType> = enumeration<SshHostKeyCheckHashType>("SshHostKeyCheckHashType",
                                                                                                  "md5", "sha1", "sha256");

struct SshHostKeyHash {
    SshHostKeyCheckHashType type{};
    std::string hash;
};
template <>
inline constexpr auto description<SshHostKeyHash> = object("SshHostKeyHash", member<&SshHostKeyHash::type>("type"),
                                                           member<&SshHostKeyHash::hash>("hash"));

struct SshHostKeyCheck {
    SshHostKeyCheckMode mode{};
    std::variant<std::monostate, SshHostKeyHash> u;
};
template <>
inline constexpr auto description<SshHostKeyCheck> = flat_union<&SshHostKeyCheck::mode, &SshHostKeyCheck::u>(
    "SshHostKeyCheck", branches(branch<SshHostKeyHash>(SshHostKeyCheckMode::hash)), member<&SshHostKeyCheck::mode>("mode"));

struct BlockdevSsh {
    InetSocketAddress server;
    std::string path;
    std::optional<std::string> user;
    std::optional<SshHostKeyCheck> host_key_check;
};
template <>
inline constexpr auto description<BlockdevSsh> = object("BlockdevOptionsSsh", member<&BlockdevSsh::server>("server"),
                                                        member<&BlockdevSsh::path>("path"),
                                                        member<&BlockdevSsh::user>("user"),
                                                        member<&BlockdevSsh::host_key_check>("host-key-check"));

struct BlockdevVvfat {
    std::string dir;
    std::optional<std::int64_t> fat_type;
    std::optional<bool> floppy;
    std::optional<std::string> label;
    std::optional<bool> rw;
};
template <>
inline constexpr auto description<BlockdevVvfat> = object("BlockdevOptionsVVFAT", member<&BlockdevVvfat::dir>("dir"),
                                                          member<&BlockdevVvfat::fat_type>("fat-type"),
                                                          member<&BlockdevVvfat::floppy>("floppy"),
                                                          member<&BlockdevVvfat::label>("label"),
                                                          member<&BlockdevVvfat::rw>("rw"));

}  // namespace rhea
