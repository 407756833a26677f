#include "qobject/module.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace rhea {

namespace {

/// The folder that the running program is in.
std::string program_directory() {
    char program[4096];
    const auto size = ::readlink("/proc/self/exe", program, sizeof program);
    if (size <= 0) return ".";
    std::string path(program, static_cast<std::size_t>(size));
    path.erase(path.rfind('/'));
    return path;
}

/// The first of the places where modules are for which `accept` does not give nothing.
template <class Accept>
auto search(const char* module, Accept accept) -> decltype(accept("")) {
    const auto in = [&](const std::string& directory) { return accept(fmt::format("{}/librhea-{}.so", directory, module).c_str()); };
    if (const char* directory = ::secure_getenv("RHEA_MODULE_DIR"))
        if (const auto found = in(directory)) return found;
    if (const auto found = in(RHEA_MODULE_DIR)) return found;
    return in(program_directory() + "/../modules");
}

}  // namespace

void* module_symbol(const char* module, const char* symbol) {
    void* handle = search(module, [](const char* path) { return ::dlopen(path, RTLD_NOW | RTLD_LOCAL); });
    return handle ? ::dlsym(handle, symbol) : nullptr;
}

bool has_module(const char* module) {
    return search(module, [](const char* path) { return ::access(path, R_OK) == 0; });
}

}  // namespace rhea
