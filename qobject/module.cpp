#include "qobject/module.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace rhea {

namespace {

void* open_module(const std::string& directory, const char* module) {
    return ::dlopen(fmt::format("{}/librhea-{}.so", directory, module).c_str(), RTLD_NOW | RTLD_LOCAL);
}

/// The folder that the running program is in.
std::string program_directory() {
    char program[4096];
    const auto size = ::readlink("/proc/self/exe", program, sizeof program);
    if (size <= 0) return ".";
    std::string path(program, static_cast<std::size_t>(size));
    path.erase(path.rfind('/'));
    return path;
}

}  // namespace

void* module_symbol(const char* module, const char* symbol) {
    void* handle = nullptr;
    if (const char* directory = ::secure_getenv("RHEA_MODULE_DIR")) handle = open_module(directory, module);
    if (!handle) handle = open_module(RHEA_MODULE_DIR, module);
    if (!handle) handle = open_module(program_directory() + "/../modules", module);
    return handle ? ::dlsym(handle, symbol) : nullptr;
}

}  // namespace rhea
