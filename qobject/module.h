#pragma once
/// Modules: shared objects with what only few need (TLS, a disassembler, …), so that nobody else carries their libraries about.
/// A module's parts are built in its room and listed in modules/meson.build.

namespace rhea {

/// The address of `symbol` in librhea-MODULE.so: in $RHEA_MODULE_DIR, where modules are installed, or in the build that the
/// program stands in. Null where there is no such module. Modules stay loaded: their libraries are not made to leave.
void* module_symbol(const char* module, const char* symbol);
/// Whether there is such a module; it is not loaded.
bool has_module(const char* module);

}  // namespace rhea
