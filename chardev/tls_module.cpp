#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "chardev/tls.h"

namespace rhea {

namespace {

constexpr const char* kName = "librhea-tls.so";

/// Where modules are: $RHEA_MODULE_DIR, beside the program's build, where they are installed.
void* open_module() {
    if (const char* directory = ::secure_getenv("RHEA_MODULE_DIR"))
        if (void* module = ::dlopen(fmt::format("{}/{}", directory, kName).c_str(), RTLD_NOW | RTLD_LOCAL)) return module;
    if (void* module = ::dlopen((std::string(RHEA_MODULE_DIR "/") + kName).c_str(), RTLD_NOW | RTLD_LOCAL)) return module;
    char program[4096];
    const auto size = ::readlink("/proc/self/exe", program, sizeof program);
    if (size <= 0) return nullptr;
    std::string path(program, static_cast<std::size_t>(size));
    path.erase(path.rfind('/'));
    return ::dlopen(fmt::format("{}/../chardev/{}", path, kName).c_str(), RTLD_NOW | RTLD_LOCAL);
}

TlsModuleEntry entry() {
    // For good: GnuTLS is not made to be unloaded.
    static void* const module = open_module();
    return module ? reinterpret_cast<TlsModuleEntry>(::dlsym(module, kTlsModuleEntry)) : nullptr;
}

}  // namespace

Result<std::shared_ptr<TlsCredentials>> load_tls_credentials(const TlsOptions& options) {
    const auto load = entry();
    if (!load) return fail("TLS credentials support requires GNUTLS");
    Result<std::shared_ptr<TlsCredentials>> result;
    load(options, result);
    return result;
}

}  // namespace rhea
