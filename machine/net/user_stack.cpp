#include "machine/net/user_stack.h"

#include "qobject/module.h"

namespace rhea::net {

bool has_user_stack() { return has_module("slirp"); }

std::unique_ptr<UserStack> make_user_stack(const UserStackConfig& config, UserStackHost& host) {
    static const auto make = reinterpret_cast<UserStackEntry>(module_symbol("slirp", kUserStackEntry));
    std::unique_ptr<UserStack> stack;
    if (make) make(config, host, stack);
    return stack;
}

}  // namespace rhea::net
