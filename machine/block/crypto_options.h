#pragma once
/// How an image is encrypted: the options that several formats share.
#include "qobject/describe.h"

namespace rhea {

enum class QcryptoCipherAlgorithm {
    aes_128,
    aes_192,
    aes_256,
    des,
    k3des,
    cast5_128,
    serpent_128,
    serpent_192,
    serpent_256,
    twofish_128,
    twofish_192,
    twofish_256
};
template <>
inline constexpr auto description<QcryptoCipherAlgorithm> = enumeration<QcryptoCipherAlgorithm>(
    "QCryptoCipherAlgorithm", "aes-128", "aes-192", "aes-256", "des", "3des", "cast5-128", "serpent-128", "serpent-192",
    "serpent-256", "twofish-128", "twofish-192", "twofish-256");

enum class QcryptoCipherMode { ecb, cbc, xts, ctr };
template <>
inline constexpr auto description<QcryptoCipherMode> = enumeration<QcryptoCipherMode>("QCryptoCipherMode", "ecb", "cbc",
                                                                                      "xts", "ctr");

enum class QcryptoIvgenAlgorithm { plain, plain64, essiv };
template <>
inline constexpr auto description<QcryptoIvgenAlgorithm> = enumeration<QcryptoIvgenAlgorithm>("QCryptoIVGenAlgorithm",
                                                                                              "plain", "plain64", "essiv");

enum class QcryptoHashAlgorithm { md5, sha1, sha224, sha256, sha384, sha512, ripemd160 };
template <>
inline constexpr auto description<QcryptoHashAlgorithm> = enumeration<QcryptoHashAlgorithm>("QCryptoHashAlgorithm", "md5",
                                                                                            "sha1", "sha224", "sha256",
                                                                                            "sha384", "sha512", "ripemd160");

struct QcryptoQcow {
    std::optional<std::string> key_secret;
};
template <>
inline constexpr auto description<QcryptoQcow> = object("QCryptoBlockOptionsQCow",
                                                        member<&QcryptoQcow::key_secret>("key-secret"));

struct QcryptoLuks {
    std::optional<std::string> key_secret;
};
template <>
inline constexpr auto description<QcryptoLuks> = object("QCryptoBlockOptionsLUKS",
                                                        member<&QcryptoLuks::key_secret>("key-secret"));

enum class QcryptoFormat { qcow, luks };
template <>
inline constexpr auto description<QcryptoFormat> = enumeration<QcryptoFormat>("QCryptoBlockFormat", "qcow", "luks");

struct QcryptoCreateLuks {
    std::optional<std::string> key_secret;
    std::optional<QcryptoCipherAlgorithm> cipher_alg;
    std::optional<QcryptoCipherMode> cipher_mode;
    std::optional<QcryptoIvgenAlgorithm> ivgen_alg;
    std::optional<QcryptoHashAlgorithm> ivgen_hash_alg, hash_alg;
    std::optional<std::int64_t> iter_time;
};
template <>
inline constexpr auto description<QcryptoCreateLuks> =
    object("QCryptoBlockCreateOptionsLUKS", member<&QcryptoCreateLuks::key_secret>("key-secret"),
           member<&QcryptoCreateLuks::cipher_alg>("cipher-alg"), member<&QcryptoCreateLuks::cipher_mode>("cipher-mode"),
           member<&QcryptoCreateLuks::ivgen_alg>("ivgen-alg"), member<&QcryptoCreateLuks::ivgen_hash_alg>("ivgen-hash-alg"),
           member<&QcryptoCreateLuks::hash_alg>("hash-alg"), member<&QcryptoCreateLuks::iter_time>("iter-time"));

struct QcryptoCreate {
    QcryptoFormat format{};
    std::variant<std::monostate, QcryptoQcow, QcryptoCreateLuks> u;
};
template <>
inline constexpr auto description<QcryptoCreate> = flat_union<&QcryptoCreate::format, &QcryptoCreate::u>(
    "QCryptoBlockCreateOptions",
    branches(branch<QcryptoQcow>(QcryptoFormat::qcow), branch<QcryptoCreateLuks>(QcryptoFormat::luks)),
    member<&QcryptoCreate::format>("format"));

enum class LuksKeyslotState { active, inactive };
template <>
inline constexpr auto description<LuksKeyslotState> = enumeration<LuksKeyslotState>("QCryptoBlockLUKSKeyslotState", "active",
                                                                                    "inactive");

struct QcryptoAmendLuks {
    LuksKeyslotState state{};
    std::optional<std::string> new_secret, old_secret;
    std::optional<std::int64_t> keyslot, iter_time;
    std::optional<std::string> secret;
};
template <>
inline constexpr auto description<QcryptoAmendLuks> = object("QCryptoBlockAmendOptionsLUKS",
                                                             member<&QcryptoAmendLuks::state>("state"),
                                                             member<&QcryptoAmendLuks::new_secret>("new-secret"),
                                                             member<&QcryptoAmendLuks::old_secret>("old-secret"),
                                                             member<&QcryptoAmendLuks::keyslot>("keyslot"),
                                                             member<&QcryptoAmendLuks::iter_time>("iter-time"),
                                                             member<&QcryptoAmendLuks::secret>("secret"));

struct QcryptoAmend {
    QcryptoFormat format{};
    std::variant<std::monostate, QcryptoAmendLuks> u;
};
template <>
inline constexpr auto description<QcryptoAmend> = flat_union<&QcryptoAmend::format, &QcryptoAmend::u>(
    "QCryptoBlockAmendOptions", branches(branch<QcryptoAmendLuks>(QcryptoFormat::luks)),
    member<&QcryptoAmend::format>("format"));

}  // namespace rhea
