#pragma once
/// What object-add and -object take, in the shape of the QMP schema (ObjectOptions): the type's name chooses the members.
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "machine/schema_features.h"
#include "machine/socket_options.h"
#include "qobject/describe_base.h"

namespace rhea::objects {

enum class HostMemPolicy { default_, preferred, bind, interleave };
enum class AuthzPolicy { deny, allow };
enum class AuthzFormat { exact, glob };
enum class TlsEndpoint { client, server };
enum class SecretFormat { raw, base64 };
enum class GrabToggle { ctrl_ctrl, alt_alt, shift_shift, meta_meta, scrolllock, ctrl_scrolllock };
enum class FilterPlace { before, behind };
enum class FilterDirection { all, rx, tx };
struct AuthzRule {
    std::string match;
    AuthzPolicy policy{};
    std::optional<AuthzFormat> format;
};
struct ThrottleLimits {
    std::optional<std::int64_t> iops_total, iops_total_max, iops_total_max_length, iops_read, iops_read_max,
        iops_read_max_length, iops_write, iops_write_max, iops_write_max_length, bps_total, bps_total_max,
        bps_total_max_length, bps_read, bps_read_max, bps_read_max_length, bps_write, bps_write_max, bps_write_max_length,
        iops_size;
};
struct AuthzListOptions {
    std::optional<AuthzPolicy> policy;
    std::optional<std::vector<AuthzRule>> rules;
};
struct AuthzListfileOptions {
    std::string filename;
    std::optional<bool> refresh;
};
struct AuthzPamOptions {
    std::string service;
};
struct AuthzSimpleOptions {
    std::string identity;
};
struct CanHostSocketcanOptions {
    std::string if_;
    std::string canbus;
};
struct ColoCompareOptions {
    std::string primary_in;
    std::string secondary_in;
    std::string outdev;
    std::string iothread;
    std::optional<std::string> notify_dev;
    std::optional<std::uint64_t> compare_timeout;
    std::optional<std::uint32_t> expired_scan_cycle;
    std::optional<std::uint32_t> max_queue_size;
    std::optional<bool> vnet_hdr_support;
};
struct CryptodevBackendOptions {
    std::optional<std::uint32_t> queues;
};
struct CryptodevVhostUserOptions : CryptodevBackendOptions {
    std::string chardev;
};
struct DbusVmstateOptions {
    std::string addr;
    std::optional<std::string> id_list;
};
struct FilterReplayOptions {
    std::string netdev;
    std::optional<FilterDirection> queue;
    std::optional<std::string> status;
    std::optional<std::string> position;
    std::optional<FilterPlace> insert;
};
struct FilterBufferOptions : FilterReplayOptions {
    std::uint32_t interval{};
};
struct FilterDumpOptions : FilterReplayOptions {
    std::string file;
    std::optional<std::uint32_t> maxlen;
};
struct FilterMirrorOptions : FilterReplayOptions {
    std::string outdev;
    std::optional<bool> vnet_hdr_support;
};
struct FilterRedirectorOptions : FilterReplayOptions {
    std::optional<std::string> indev;
    std::optional<std::string> outdev;
    std::optional<bool> vnet_hdr_support;
};
struct FilterRewriterOptions : FilterReplayOptions {
    std::optional<bool> vnet_hdr_support;
};
struct InputBarrierOptions {
    std::string name;
    std::optional<std::string> server;
    std::optional<std::string> port;
    std::optional<std::string> x_origin;
    std::optional<std::string> y_origin;
    std::optional<std::string> width;
    std::optional<std::string> height;
};
struct InputLinuxOptions {
    std::string evdev;
    std::optional<bool> grab_all;
    std::optional<bool> repeat;
    std::optional<GrabToggle> grab_toggle;
};
struct MainLoopOptions {
    std::optional<std::int64_t> aio_max_batch;
    std::optional<std::int64_t> thread_pool_min;
    std::optional<std::int64_t> thread_pool_max;
};
struct IothreadOptions : MainLoopOptions {
    std::optional<std::int64_t> poll_max_ns;
    std::optional<std::int64_t> poll_grow;
    std::optional<std::int64_t> poll_shrink;
};
struct MemoryBackendOptions {
    std::optional<bool> dump;
    std::optional<std::vector<std::uint16_t>> host_nodes;
    std::optional<bool> merge;
    std::optional<HostMemPolicy> policy;
    std::optional<bool> prealloc;
    std::optional<std::uint32_t> prealloc_threads;
    std::optional<std::string> prealloc_context;
    std::optional<bool> share;
    std::optional<bool> reserve;
    std::uint64_t size{};
    std::optional<bool> x_use_canonical_path_for_ramblock_id;
};
struct MemoryBackendFileOptions : MemoryBackendOptions {
    std::optional<std::uint64_t> align;
    std::optional<bool> discard_data;
    std::string mem_path;
    std::optional<bool> pmem;
    std::optional<bool> readonly;
};
struct MemoryBackendMemfdOptions : MemoryBackendOptions {
    std::optional<bool> hugetlb;
    std::optional<std::uint64_t> hugetlbsize;
    std::optional<bool> seal;
};
struct MemoryBackendRamOptions : MemoryBackendOptions {};
struct PrManagerHelperOptions {
    std::string path;
};
struct QtestOptions {
    std::string chardev;
    std::optional<std::string> log;
};
struct RngBuiltinOptions {
    std::optional<bool> opened;
};
struct RngEgdOptions : RngBuiltinOptions {
    std::string chardev;
};
struct RngRandomOptions : RngBuiltinOptions {
    std::optional<std::string> filename;
};
struct SecretOptions {
    std::optional<bool> loaded;
    std::optional<SecretFormat> format;
    std::optional<std::string> keyid;
    std::optional<std::string> iv;
    std::optional<std::string> data;
    std::optional<std::string> file;
};
struct SecretKeyringOptions {
    std::optional<bool> loaded;
    std::optional<SecretFormat> format;
    std::optional<std::string> keyid;
    std::optional<std::string> iv;
    std::int32_t serial{};
};
struct SevGuestOptions {
    std::optional<std::string> sev_device;
    std::optional<std::string> dh_cert_file;
    std::optional<std::string> session_file;
    std::optional<std::uint32_t> policy;
    std::optional<std::uint32_t> handle;
    std::optional<std::uint32_t> cbitpos;
    std::uint32_t reduced_phys_bits{};
    std::optional<bool> kernel_hashes;
};
struct ThreadContextOptions {
    std::optional<std::vector<std::uint16_t>> cpu_affinity;
    std::optional<std::vector<std::uint16_t>> node_affinity;
};
struct ThrottleGroupOptions {
    std::optional<ThrottleLimits> limits;
    std::optional<std::int64_t> x_iops_total;
    std::optional<std::int64_t> x_iops_total_max;
    std::optional<std::int64_t> x_iops_total_max_length;
    std::optional<std::int64_t> x_iops_read;
    std::optional<std::int64_t> x_iops_read_max;
    std::optional<std::int64_t> x_iops_read_max_length;
    std::optional<std::int64_t> x_iops_write;
    std::optional<std::int64_t> x_iops_write_max;
    std::optional<std::int64_t> x_iops_write_max_length;
    std::optional<std::int64_t> x_bps_total;
    std::optional<std::int64_t> x_bps_total_max;
    std::optional<std::int64_t> x_bps_total_max_length;
    std::optional<std::int64_t> x_bps_read;
    std::optional<std::int64_t> x_bps_read_max;
    std::optional<std::int64_t> x_bps_read_max_length;
    std::optional<std::int64_t> x_bps_write;
    std::optional<std::int64_t> x_bps_write_max;
    std::optional<std::int64_t> x_bps_write_max_length;
    std::optional<std::int64_t> x_iops_size;
};
struct TlsCipherSuitesOptions {
    std::optional<bool> verify_peer;
    std::optional<std::string> dir;
    std::optional<TlsEndpoint> endpoint;
    std::optional<std::string> priority;
};
struct TlsCredsAnonOptions : TlsCipherSuitesOptions {
    std::optional<bool> loaded;
};
struct TlsCredsPskOptions : TlsCredsAnonOptions {
    std::optional<std::string> username;
};
struct TlsCredsX509Options : TlsCredsAnonOptions {
    std::optional<bool> sanity_check;
    std::optional<std::string> passwordid;
};
struct XRemoteObjectOptions {
    std::string fd;
    std::string devid;
};
struct XVfioUserServerOptions {
    SocketAddress socket;
    std::string device;
};

enum class ObjectType {
    authz_list,
    authz_listfile,
    authz_pam,
    authz_simple,
    can_bus,
    can_host_socketcan,
    colo_compare,
    cryptodev_backend,
    cryptodev_backend_builtin,
    cryptodev_backend_lkcf,
    cryptodev_vhost_user,
    dbus_vmstate,
    filter_buffer,
    filter_dump,
    filter_mirror,
    filter_redirector,
    filter_replay,
    filter_rewriter,
    input_barrier,
    input_linux,
    iothread,
    main_loop,
    memory_backend_epc,
    memory_backend_file,
    memory_backend_memfd,
    memory_backend_ram,
    pef_guest,
    pr_manager_helper,
    qtest,
    rng_builtin,
    rng_egd,
    rng_random,
    secret,
    secret_keyring,
    sev_guest,
    thread_context,
    s390_pv_guest,
    throttle_group,
    tls_creds_anon,
    tls_creds_psk,
    tls_creds_x509,
    tls_cipher_suites,
    x_remote_object,
    x_vfio_user_server
};
struct ObjectOptions {
    ObjectType qom_type{};
    std::string id;
    std::variant<std::monostate, AuthzListOptions, AuthzListfileOptions, AuthzPamOptions, AuthzSimpleOptions,
                 CanHostSocketcanOptions, ColoCompareOptions, CryptodevBackendOptions, CryptodevVhostUserOptions,
                 DbusVmstateOptions, FilterBufferOptions, FilterDumpOptions, FilterMirrorOptions, FilterRedirectorOptions,
                 FilterReplayOptions, FilterRewriterOptions, InputBarrierOptions, InputLinuxOptions, IothreadOptions,
                 MainLoopOptions, MemoryBackendOptions, MemoryBackendFileOptions, MemoryBackendMemfdOptions,
                 MemoryBackendRamOptions, PrManagerHelperOptions, QtestOptions, RngBuiltinOptions, RngEgdOptions,
                 RngRandomOptions, SecretOptions, SecretKeyringOptions, SevGuestOptions, ThreadContextOptions,
                 ThrottleGroupOptions, TlsCredsAnonOptions, TlsCredsPskOptions, TlsCredsX509Options, TlsCipherSuitesOptions,
                 XRemoteObjectOptions, XVfioUserServerOptions>
        u;
};

inline constexpr std::string_view kDeprecated[] = {"deprecated"}, kUnstable[] = {"unstable"};

}  // namespace rhea::objects

namespace rhea {

template <>
inline constexpr auto description<objects::HostMemPolicy> = enumeration<objects::HostMemPolicy>("HostMemPolicy", "default",
                                                                                                "preferred", "bind",
                                                                                                "interleave");
template <>
inline constexpr auto description<objects::AuthzPolicy> = enumeration<objects::AuthzPolicy>("QAuthZListPolicy", "deny",
                                                                                            "allow");
template <>
inline constexpr auto description<objects::AuthzFormat> = enumeration<objects::AuthzFormat>("QAuthZListFormat", "exact",
                                                                                            "glob");
template <>
inline constexpr auto description<objects::TlsEndpoint> = enumeration<objects::TlsEndpoint>("QCryptoTLSCredsEndpoint",
                                                                                            "client", "server");
template <>
inline constexpr auto description<objects::SecretFormat> = enumeration<objects::SecretFormat>("QCryptoSecretFormat", "raw",
                                                                                              "base64");
template <>
inline constexpr auto description<objects::GrabToggle> = enumeration<objects::GrabToggle>("GrabToggleKeys", "ctrl-ctrl",
                                                                                          "alt-alt", "shift-shift",
                                                                                          "meta-meta", "scrolllock",
                                                                                          "ctrl-scrolllock");
template <>
inline constexpr auto description<objects::FilterPlace> = enumeration<objects::FilterPlace>("NetfilterInsert", "before",
                                                                                            "behind");
template <>
inline constexpr auto description<objects::FilterDirection> = enumeration<objects::FilterDirection>("NetFilterDirection",
                                                                                                    "all", "rx", "tx");
template <>
inline constexpr auto description<objects::ObjectType> = enumeration<objects::ObjectType>(
    "ObjectType", "authz-list", "authz-listfile", "authz-pam", "authz-simple", "can-bus", "can-host-socketcan",
    "colo-compare", "cryptodev-backend", "cryptodev-backend-builtin", "cryptodev-backend-lkcf", "cryptodev-vhost-user",
    "dbus-vmstate", "filter-buffer", "filter-dump", "filter-mirror", "filter-redirector", "filter-replay", "filter-rewriter",
    "input-barrier", "input-linux", "iothread", "main-loop", "memory-backend-epc", "memory-backend-file",
    "memory-backend-memfd", "memory-backend-ram", "pef-guest", "pr-manager-helper", "qtest", "rng-builtin", "rng-egd",
    "rng-random", "secret", "secret_keyring", "sev-guest", "thread-context", "s390-pv-guest", "throttle-group",
    "tls-creds-anon", "tls-creds-psk", "tls-creds-x509", "tls-cipher-suites",
    EnumValue("x-remote-object", feature::kUnstable), EnumValue("x-vfio-user-server", feature::kUnstable));
template <>
inline constexpr auto description<objects::AuthzRule> = object("QAuthZListRule", member<&objects::AuthzRule::match>("match"),
                                                               member<&objects::AuthzRule::policy>("policy"),
                                                               member<&objects::AuthzRule::format>("format"));
template <>
inline constexpr auto description<objects::ThrottleLimits> = object(
    "ThrottleLimits", member<&objects::ThrottleLimits::iops_total>("iops-total"),
    member<&objects::ThrottleLimits::iops_total_max>("iops-total-max"),
    member<&objects::ThrottleLimits::iops_total_max_length>("iops-total-max-length"),
    member<&objects::ThrottleLimits::iops_read>("iops-read"),
    member<&objects::ThrottleLimits::iops_read_max>("iops-read-max"),
    member<&objects::ThrottleLimits::iops_read_max_length>("iops-read-max-length"),
    member<&objects::ThrottleLimits::iops_write>("iops-write"),
    member<&objects::ThrottleLimits::iops_write_max>("iops-write-max"),
    member<&objects::ThrottleLimits::iops_write_max_length>("iops-write-max-length"),
    member<&objects::ThrottleLimits::bps_total>("bps-total"),
    member<&objects::ThrottleLimits::bps_total_max>("bps-total-max"),
    member<&objects::ThrottleLimits::bps_total_max_length>("bps-total-max-length"),
    member<&objects::ThrottleLimits::bps_read>("bps-read"), member<&objects::ThrottleLimits::bps_read_max>("bps-read-max"),
    member<&objects::ThrottleLimits::bps_read_max_length>("bps-read-max-length"),
    member<&objects::ThrottleLimits::bps_write>("bps-write"),
    member<&objects::ThrottleLimits::bps_write_max>("bps-write-max"),
    member<&objects::ThrottleLimits::bps_write_max_length>("bps-write-max-length"),
    member<&objects::ThrottleLimits::iops_size>("iops-size"));
template <>
inline constexpr auto description<objects::AuthzListOptions> = object("AuthzListOptions",
                                                                      member<&objects::AuthzListOptions::policy>("policy"),
                                                                      member<&objects::AuthzListOptions::rules>("rules"));
template <>
inline constexpr auto description<objects::AuthzListfileOptions> =
    object("AuthzListfileOptions", member<&objects::AuthzListfileOptions::filename>("filename"),
           member<&objects::AuthzListfileOptions::refresh>("refresh"));
template <>
inline constexpr auto description<objects::AuthzPamOptions> = object("AuthzPamOptions",
                                                                     member<&objects::AuthzPamOptions::service>("service"));
template <>
inline constexpr auto description<objects::AuthzSimpleOptions> =
    object("AuthzSimpleOptions", member<&objects::AuthzSimpleOptions::identity>("identity"));
template <>
inline constexpr auto description<objects::CanHostSocketcanOptions> =
    object("CanHostSocketcanOptions", member<&objects::CanHostSocketcanOptions::if_>("if"),
           member<&objects::CanHostSocketcanOptions::canbus>("canbus"));
template <>
inline constexpr auto description<objects::ColoCompareOptions> = object(
    "ColoCompareOptions", member<&objects::ColoCompareOptions::primary_in>("primary_in"),
    member<&objects::ColoCompareOptions::secondary_in>("secondary_in"),
    member<&objects::ColoCompareOptions::outdev>("outdev"), member<&objects::ColoCompareOptions::iothread>("iothread"),
    member<&objects::ColoCompareOptions::notify_dev>("notify_dev"),
    member<&objects::ColoCompareOptions::compare_timeout>("compare_timeout"),
    member<&objects::ColoCompareOptions::expired_scan_cycle>("expired_scan_cycle"),
    member<&objects::ColoCompareOptions::max_queue_size>("max_queue_size"),
    member<&objects::ColoCompareOptions::vnet_hdr_support>("vnet_hdr_support"));
template <>
inline constexpr auto description<objects::CryptodevBackendOptions> =
    object("CryptodevBackendOptions", member<&objects::CryptodevBackendOptions::queues>("queues"));
template <>
inline constexpr auto description<objects::CryptodevVhostUserOptions> = object_on<objects::CryptodevBackendOptions>(
    "CryptodevVhostUserOptions", member<&objects::CryptodevVhostUserOptions::chardev>("chardev"));
template <>
inline constexpr auto description<objects::DbusVmstateOptions> =
    object("DbusVmstateOptions", member<&objects::DbusVmstateOptions::addr>("addr"),
           member<&objects::DbusVmstateOptions::id_list>("id-list"));
template <>
inline constexpr auto description<objects::FilterReplayOptions> = object(
    "FilterReplayOptions", member<&objects::FilterReplayOptions::netdev>("netdev"),
    member<&objects::FilterReplayOptions::queue>("queue"), member<&objects::FilterReplayOptions::status>("status"),
    member<&objects::FilterReplayOptions::position>("position"), member<&objects::FilterReplayOptions::insert>("insert"));
template <>
inline constexpr auto description<objects::FilterBufferOptions> = object_on<objects::FilterReplayOptions>(
    "FilterBufferOptions", member<&objects::FilterBufferOptions::interval>("interval"));
template <>
inline constexpr auto description<objects::FilterDumpOptions> =
    object_on<objects::FilterReplayOptions>("FilterDumpOptions", member<&objects::FilterDumpOptions::file>("file"),
                                            member<&objects::FilterDumpOptions::maxlen>("maxlen"));
template <>
inline constexpr auto description<objects::FilterMirrorOptions> =
    object_on<objects::FilterReplayOptions>("FilterMirrorOptions", member<&objects::FilterMirrorOptions::outdev>("outdev"),
                                            member<&objects::FilterMirrorOptions::vnet_hdr_support>("vnet_hdr_support"));
template <>
inline constexpr auto description<objects::FilterRedirectorOptions> = object_on<objects::FilterReplayOptions>(
    "FilterRedirectorOptions", member<&objects::FilterRedirectorOptions::indev>("indev"),
    member<&objects::FilterRedirectorOptions::outdev>("outdev"),
    member<&objects::FilterRedirectorOptions::vnet_hdr_support>("vnet_hdr_support"));
template <>
inline constexpr auto description<objects::FilterRewriterOptions> = object_on<objects::FilterReplayOptions>(
    "FilterRewriterOptions", member<&objects::FilterRewriterOptions::vnet_hdr_support>("vnet_hdr_support"));
template <>
inline constexpr auto description<objects::InputBarrierOptions> = object(
    "InputBarrierOptions", member<&objects::InputBarrierOptions::name>("name"),
    member<&objects::InputBarrierOptions::server>("server"), member<&objects::InputBarrierOptions::port>("port"),
    member<&objects::InputBarrierOptions::x_origin>("x-origin"), member<&objects::InputBarrierOptions::y_origin>("y-origin"),
    member<&objects::InputBarrierOptions::width>("width"), member<&objects::InputBarrierOptions::height>("height"));
template <>
inline constexpr auto description<objects::InputLinuxOptions> =
    object("InputLinuxOptions", member<&objects::InputLinuxOptions::evdev>("evdev"),
           member<&objects::InputLinuxOptions::grab_all>("grab_all"), member<&objects::InputLinuxOptions::repeat>("repeat"),
           member<&objects::InputLinuxOptions::grab_toggle>("grab-toggle"));
template <>
inline constexpr auto description<objects::MainLoopOptions> =
    object("MainLoopOptions", member<&objects::MainLoopOptions::aio_max_batch>("aio-max-batch"),
           member<&objects::MainLoopOptions::thread_pool_min>("thread-pool-min"),
           member<&objects::MainLoopOptions::thread_pool_max>("thread-pool-max"));
template <>
inline constexpr auto description<objects::IothreadOptions> =
    object_on<objects::MainLoopOptions>("IothreadOptions", member<&objects::IothreadOptions::poll_max_ns>("poll-max-ns"),
                                        member<&objects::IothreadOptions::poll_grow>("poll-grow"),
                                        member<&objects::IothreadOptions::poll_shrink>("poll-shrink"));
template <>
inline constexpr auto description<objects::MemoryBackendOptions> = object(
    "MemoryBackendOptions", member<&objects::MemoryBackendOptions::dump>("dump"),
    member<&objects::MemoryBackendOptions::host_nodes>("host-nodes"), member<&objects::MemoryBackendOptions::merge>("merge"),
    member<&objects::MemoryBackendOptions::policy>("policy"), member<&objects::MemoryBackendOptions::prealloc>("prealloc"),
    member<&objects::MemoryBackendOptions::prealloc_threads>("prealloc-threads"),
    member<&objects::MemoryBackendOptions::prealloc_context>("prealloc-context"),
    member<&objects::MemoryBackendOptions::share>("share"), member<&objects::MemoryBackendOptions::reserve>("reserve"),
    member<&objects::MemoryBackendOptions::size>("size"),
    member<&objects::MemoryBackendOptions::x_use_canonical_path_for_ramblock_id>("x-use-canonical-path-for-ramblock-id"));
template <>
inline constexpr auto description<objects::MemoryBackendFileOptions> = object_on<objects::MemoryBackendOptions>(
    "MemoryBackendFileOptions", member<&objects::MemoryBackendFileOptions::align>("align"),
    member<&objects::MemoryBackendFileOptions::discard_data>("discard-data"),
    member<&objects::MemoryBackendFileOptions::mem_path>("mem-path"),
    member<&objects::MemoryBackendFileOptions::pmem>("pmem"),
    member<&objects::MemoryBackendFileOptions::readonly>("readonly"));
template <>
inline constexpr auto description<objects::MemoryBackendMemfdOptions> = object_on<objects::MemoryBackendOptions>(
    "MemoryBackendMemfdOptions", member<&objects::MemoryBackendMemfdOptions::hugetlb>("hugetlb"),
    member<&objects::MemoryBackendMemfdOptions::hugetlbsize>("hugetlbsize"),
    member<&objects::MemoryBackendMemfdOptions::seal>("seal"));
template <>
inline constexpr auto description<objects::MemoryBackendRamOptions> =
    object_on<objects::MemoryBackendOptions>("MemoryBackendRamOptions");
template <>
inline constexpr auto description<objects::PrManagerHelperOptions> =
    object("PrManagerHelperOptions", member<&objects::PrManagerHelperOptions::path>("path"));
template <>
inline constexpr auto description<objects::QtestOptions> = object("QtestOptions",
                                                                  member<&objects::QtestOptions::chardev>("chardev"),
                                                                  member<&objects::QtestOptions::log>("log"));
template <>
inline constexpr auto description<objects::RngBuiltinOptions> =
    object("RngBuiltinOptions", member<&objects::RngBuiltinOptions::opened>("opened", objects::kDeprecated));
template <>
inline constexpr auto description<objects::RngEgdOptions> =
    object_on<objects::RngBuiltinOptions>("RngEgdOptions", member<&objects::RngEgdOptions::chardev>("chardev"));
template <>
inline constexpr auto description<objects::RngRandomOptions> =
    object_on<objects::RngBuiltinOptions>("RngRandomOptions", member<&objects::RngRandomOptions::filename>("filename"));
template <>
inline constexpr auto description<objects::SecretOptions> =
    object("SecretOptions", member<&objects::SecretOptions::loaded>("loaded", objects::kDeprecated),
           member<&objects::SecretOptions::format>("format"), member<&objects::SecretOptions::keyid>("keyid"),
           member<&objects::SecretOptions::iv>("iv"), member<&objects::SecretOptions::data>("data"),
           member<&objects::SecretOptions::file>("file"));
template <>
inline constexpr auto description<objects::SecretKeyringOptions> =
    object("SecretKeyringOptions", member<&objects::SecretKeyringOptions::loaded>("loaded", objects::kDeprecated),
           member<&objects::SecretKeyringOptions::format>("format"), member<&objects::SecretKeyringOptions::keyid>("keyid"),
           member<&objects::SecretKeyringOptions::iv>("iv"), member<&objects::SecretKeyringOptions::serial>("serial"));
template <>
inline constexpr auto description<objects::SevGuestOptions> = object(
    "SevGuestOptions", member<&objects::SevGuestOptions::sev_device>("sev-device"),
    member<&objects::SevGuestOptions::dh_cert_file>("dh-cert-file"),
    member<&objects::SevGuestOptions::session_file>("session-file"), member<&objects::SevGuestOptions::policy>("policy"),
    member<&objects::SevGuestOptions::handle>("handle"), member<&objects::SevGuestOptions::cbitpos>("cbitpos"),
    member<&objects::SevGuestOptions::reduced_phys_bits>("reduced-phys-bits"),
    member<&objects::SevGuestOptions::kernel_hashes>("kernel-hashes"));
template <>
inline constexpr auto description<objects::ThreadContextOptions> =
    object("ThreadContextOptions", member<&objects::ThreadContextOptions::cpu_affinity>("cpu-affinity"),
           member<&objects::ThreadContextOptions::node_affinity>("node-affinity"));
template <>
inline constexpr auto description<objects::ThrottleGroupOptions> =
    object("ThrottleGroupOptions", member<&objects::ThrottleGroupOptions::limits>("limits"),
           member<&objects::ThrottleGroupOptions::x_iops_total>("x-iops-total", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_iops_total_max>("x-iops-total-max", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_iops_total_max_length>("x-iops-total-max-length", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_iops_read>("x-iops-read", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_iops_read_max>("x-iops-read-max", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_iops_read_max_length>("x-iops-read-max-length", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_iops_write>("x-iops-write", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_iops_write_max>("x-iops-write-max", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_iops_write_max_length>("x-iops-write-max-length", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_bps_total>("x-bps-total", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_bps_total_max>("x-bps-total-max", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_bps_total_max_length>("x-bps-total-max-length", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_bps_read>("x-bps-read", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_bps_read_max>("x-bps-read-max", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_bps_read_max_length>("x-bps-read-max-length", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_bps_write>("x-bps-write", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_bps_write_max>("x-bps-write-max", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_bps_write_max_length>("x-bps-write-max-length", objects::kUnstable),
           member<&objects::ThrottleGroupOptions::x_iops_size>("x-iops-size", objects::kUnstable));
template <>
inline constexpr auto description<objects::TlsCipherSuitesOptions> = object(
    "TlsCipherSuitesOptions", member<&objects::TlsCipherSuitesOptions::verify_peer>("verify-peer"),
    member<&objects::TlsCipherSuitesOptions::dir>("dir"), member<&objects::TlsCipherSuitesOptions::endpoint>("endpoint"),
    member<&objects::TlsCipherSuitesOptions::priority>("priority"));
template <>
inline constexpr auto description<objects::TlsCredsAnonOptions> = object_on<objects::TlsCipherSuitesOptions>(
    "TlsCredsAnonOptions", member<&objects::TlsCredsAnonOptions::loaded>("loaded", objects::kDeprecated));
template <>
inline constexpr auto description<objects::TlsCredsPskOptions> = object_on<objects::TlsCredsAnonOptions>(
    "TlsCredsPskOptions", member<&objects::TlsCredsPskOptions::username>("username"));
template <>
inline constexpr auto description<objects::TlsCredsX509Options> = object_on<objects::TlsCredsAnonOptions>(
    "TlsCredsX509Options", member<&objects::TlsCredsX509Options::sanity_check>("sanity-check"),
    member<&objects::TlsCredsX509Options::passwordid>("passwordid"));
template <>
inline constexpr auto description<objects::XRemoteObjectOptions> =
    object("XRemoteObjectOptions", member<&objects::XRemoteObjectOptions::fd>("fd"),
           member<&objects::XRemoteObjectOptions::devid>("devid"));
template <>
inline constexpr auto description<objects::XVfioUserServerOptions> =
    object("XVfioUserServerOptions", member<&objects::XVfioUserServerOptions::socket>("socket"),
           member<&objects::XVfioUserServerOptions::device>("device"));
template <>
inline constexpr auto description<objects::ObjectOptions> =
    flat_union<&objects::ObjectOptions::qom_type, &objects::ObjectOptions::u>(
        "ObjectOptions",
        branches(branch<objects::AuthzListOptions>(objects::ObjectType::authz_list),
                 branch<objects::AuthzListfileOptions>(objects::ObjectType::authz_listfile),
                 branch<objects::AuthzPamOptions>(objects::ObjectType::authz_pam),
                 branch<objects::AuthzSimpleOptions>(objects::ObjectType::authz_simple),
                 branch<objects::CanHostSocketcanOptions>(objects::ObjectType::can_host_socketcan),
                 branch<objects::ColoCompareOptions>(objects::ObjectType::colo_compare),
                 branch<objects::CryptodevBackendOptions>(objects::ObjectType::cryptodev_backend),
                 branch<objects::CryptodevBackendOptions>(objects::ObjectType::cryptodev_backend_builtin),
                 branch<objects::CryptodevBackendOptions>(objects::ObjectType::cryptodev_backend_lkcf),
                 branch<objects::CryptodevVhostUserOptions>(objects::ObjectType::cryptodev_vhost_user),
                 branch<objects::DbusVmstateOptions>(objects::ObjectType::dbus_vmstate),
                 branch<objects::FilterBufferOptions>(objects::ObjectType::filter_buffer),
                 branch<objects::FilterDumpOptions>(objects::ObjectType::filter_dump),
                 branch<objects::FilterMirrorOptions>(objects::ObjectType::filter_mirror),
                 branch<objects::FilterRedirectorOptions>(objects::ObjectType::filter_redirector),
                 branch<objects::FilterReplayOptions>(objects::ObjectType::filter_replay),
                 branch<objects::FilterRewriterOptions>(objects::ObjectType::filter_rewriter),
                 branch<objects::InputBarrierOptions>(objects::ObjectType::input_barrier),
                 branch<objects::InputLinuxOptions>(objects::ObjectType::input_linux),
                 branch<objects::IothreadOptions>(objects::ObjectType::iothread),
                 branch<objects::MainLoopOptions>(objects::ObjectType::main_loop),
                 branch<objects::MemoryBackendOptions>(objects::ObjectType::memory_backend_epc),
                 branch<objects::MemoryBackendFileOptions>(objects::ObjectType::memory_backend_file),
                 branch<objects::MemoryBackendMemfdOptions>(objects::ObjectType::memory_backend_memfd),
                 branch<objects::MemoryBackendRamOptions>(objects::ObjectType::memory_backend_ram),
                 branch<objects::PrManagerHelperOptions>(objects::ObjectType::pr_manager_helper),
                 branch<objects::QtestOptions>(objects::ObjectType::qtest),
                 branch<objects::RngBuiltinOptions>(objects::ObjectType::rng_builtin),
                 branch<objects::RngEgdOptions>(objects::ObjectType::rng_egd),
                 branch<objects::RngRandomOptions>(objects::ObjectType::rng_random),
                 branch<objects::SecretOptions>(objects::ObjectType::secret),
                 branch<objects::SecretKeyringOptions>(objects::ObjectType::secret_keyring),
                 branch<objects::SevGuestOptions>(objects::ObjectType::sev_guest),
                 branch<objects::ThreadContextOptions>(objects::ObjectType::thread_context),
                 branch<objects::ThrottleGroupOptions>(objects::ObjectType::throttle_group),
                 branch<objects::TlsCredsAnonOptions>(objects::ObjectType::tls_creds_anon),
                 branch<objects::TlsCredsPskOptions>(objects::ObjectType::tls_creds_psk),
                 branch<objects::TlsCredsX509Options>(objects::ObjectType::tls_creds_x509),
                 branch<objects::TlsCipherSuitesOptions>(objects::ObjectType::tls_cipher_suites),
                 branch<objects::XRemoteObjectOptions>(objects::ObjectType::x_remote_object),
                 branch<objects::XVfioUserServerOptions>(objects::ObjectType::x_vfio_user_server)),
        member<&objects::ObjectOptions::qom_type>("qom-type"), member<&objects::ObjectOptions::id>("id"));

}  // namespace rhea
