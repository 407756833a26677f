#include "machine/objects/secret.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "chardev/file_descriptor.h"
#include "qobject/base64.h"
#include "machine/objects/options.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"
#include "machine/qom/tree.h"

namespace rhea {

namespace {

constexpr std::size_t kKeyBytes = 32, kBlockBytes = 16, kMostBytes = 1 << 24;

void wipe(std::string& bytes) { ::explicit_bzero(bytes.data(), bytes.size()); }

/// AES-256-CBC by GnuTLS, which is loaded when the first encrypted secret comes.
class Cipher {
public:
    static Result<Cipher> load() {
        Cipher cipher;
        cipher.library_ = ::dlopen("libgnutls.so.30", RTLD_NOW | RTLD_LOCAL);
        if (!cipher.library_) return fail(fmt::format("Unable to initialize cipher: {}", ::dlerror()));
        const auto find = [&](auto& function, const char* name) {
            function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(cipher.library_, name));
            return function != nullptr;
        };
        if (!find(cipher.init_, "gnutls_cipher_init") || !find(cipher.decrypt_, "gnutls_cipher_decrypt") ||
            !find(cipher.deinit_, "gnutls_cipher_deinit"))
            return fail("Unable to initialize cipher");
        return cipher;
    }
    /// In place; `data` is whole blocks.
    Result<void> decrypt(std::string& key, std::string& iv, std::string& data) const {
        gnutls_datum_t key_datum{reinterpret_cast<unsigned char*>(key.data()), static_cast<unsigned>(key.size())};
        gnutls_datum_t iv_datum{reinterpret_cast<unsigned char*>(iv.data()), static_cast<unsigned>(iv.size())};
        gnutls_cipher_hd_t handle = nullptr;
        if (init_(&handle, GNUTLS_CIPHER_AES_256_CBC, &key_datum, &iv_datum) < 0) return fail("Unable to initialize cipher");
        const int failed = decrypt_(handle, data.data(), data.size());
        deinit_(handle);
        if (failed < 0) return fail("Unable to decrypt data");
        return {};
    }

private:
    void* library_ = nullptr;      // stays: TLS will want it too
    decltype(&gnutls_cipher_init) init_ = nullptr;
    decltype(&gnutls_cipher_decrypt) decrypt_ = nullptr;
    decltype(&gnutls_cipher_deinit) deinit_ = nullptr;
};

Result<std::string> from_base64(std::string_view text) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\n\r";
    if (text.find_first_not_of(kAlphabet) != text.npos) return fail("Base64 data contains invalid characters");
    if (text.size() != text.find_last_not_of("\r\n") + 1) text = text.substr(0, text.find_last_not_of("\r\n") + 1);
    return base64_decode(text);
}

Result<std::string> read_file(const std::string& path) {
    const auto unreadable = [&](std::string_view what) {
        return fail(fmt::format("Unable to read {}: Failed to {} file “{}”: {}", path, what, path, std::strerror(errno)));
    };
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return unreadable("open");
    std::string bytes;
    std::array<char, 4096> block{};
    while (bytes.size() < kMostBytes) {
        const ssize_t got = ::read(file.get(), block.data(), block.size());
        if (got < 0) return unreadable("read from");
        if (got == 0) break;
        bytes.append(block.data(), static_cast<std::size_t>(got));
    }
    return bytes;
}

/// `text` is encrypted with the secret `key_id`.
Result<std::string> decrypt(qom::Tree& tree, const qom::Values& values, const std::string& key_id, const std::string& text) {
    std::string key = RHEA_TRY(secret_bytes(tree, key_id));
    key = RHEA_TRY(from_base64(key));
    if (key.size() != kKeyBytes) return fail(fmt::format("Key should be {} bytes in length not {}", kKeyBytes, key.size()));
    const auto said = values.text("iv");
    if (!said) return fail("IV is required to decrypt secret");
    std::string iv = RHEA_TRY(from_base64(*said));
    if (iv.size() != kBlockBytes) return fail(fmt::format("IV should be {} bytes in length not {}", kBlockBytes, iv.size()));
    std::string data = values.text("format") == "base64" ? RHEA_TRY(from_base64(text)) : text;
    if (data.size() % kBlockBytes != 0)
        return fail(fmt::format("Length {} must be a multiple of block size {}", data.size(), kBlockBytes));
    const Cipher cipher = RHEA_TRY(Cipher::load());
    RHEA_CHECK(cipher.decrypt(key, iv, data));
    wipe(key);
    const auto padding = data.empty() ? 0u : static_cast<unsigned char>(data.back());
    if (data.empty() || padding == 0 || padding > kBlockBytes) return fail("Incorrect number of padding bytes found on decrypted data");
    data.resize(data.size() - padding);
    return data;
}

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    qom::Values& values = creation.values;
    const auto file = values.text("file"), data = values.text("data");
    if (file && data) return fail("'file' and 'data' are mutually exclusive");
    if (!file && !data) return fail("Either 'file' or 'data' must be provided");
    std::string text = file ? RHEA_TRY(read_file(*file)) : *data;
    const auto key = values.text("keyid");
    if (key) text = RHEA_TRY(decrypt(creation.platform.tree, values, *key, text));
    else if (values.text("format") == "base64") text = RHEA_TRY(from_base64(text));
    return std::make_unique<Secret>(std::move(values), std::move(text));
}

QObject loaded(const Secret&) { return true; }

constexpr qom::ValueType kFormat{"QCryptoSecretFormat", &type_ref<objects::SecretFormat>};
constexpr qom::Property kCommonProperties[] = {
    qom::property("format", kFormat, "raw"),
    qom::property("loaded", qom::kBool).from<loaded>(),
    qom::property("keyid", qom::kString),
    qom::property("iv", qom::kString),
};
constexpr qom::Property kProperties[] = {qom::property("data", qom::kString), qom::property("file", qom::kString)};
constexpr const qom::Type* kInterfaces[] = {&qom::kUserCreatable};

}  // namespace

constinit const qom::Type kSecretCommon{.name = "secret_common",
                                        .parent = &qom::kObject,
                                        .abstract = true,
                                        .interfaces = kInterfaces,
                                        .properties = kCommonProperties};
constinit const qom::Type Secret::kType{.name = "secret", .parent = &kSecretCommon, .properties = kProperties, .create = create};

Secret::~Secret() { wipe(bytes_); }

Result<std::string> secret_bytes(qom::Tree& tree, std::string_view id) {
    const auto* secret = dynamic_cast<const Secret*>(tree.objects().child(id));
    if (!secret) return fail(fmt::format("No secret with id '{}'", id));
    return secret->bytes();
}

}  // namespace rhea
