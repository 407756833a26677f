#include "machine/cli/sandbox.h"

#if __has_include(<seccomp.h>)
#include <cerrno>
#include <cstring>

#include <dlfcn.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>

namespace rhea::cli {

namespace {

/// The functions of libseccomp that are needed, found in the library when it is loaded.
struct Library {
    decltype(&seccomp_init) init = nullptr;
    decltype(&seccomp_attr_set) attr_set = nullptr;
    decltype(&seccomp_rule_add_array) rule_add_array = nullptr;
    decltype(&seccomp_load) load = nullptr;
    decltype(&seccomp_release) release = nullptr;

    bool find() {
        void* handle = ::dlopen("libseccomp.so.2", RTLD_NOW | RTLD_LOCAL);
        if (!handle) return false;
        const auto symbol = [&](const char* name, auto& function) {
            function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(handle, name));
            return function != nullptr;
        };
        return symbol("seccomp_init", init) && symbol("seccomp_attr_set", attr_set) &&
               symbol("seccomp_rule_add_array", rule_add_array) && symbol("seccomp_load", load) &&
               symbol("seccomp_release", release);
    }
};

/// Calls that no emulator makes: those of administrators, and some that no kernel has had for long.
constexpr int kForeign[] = {
    SCMP_SYS(reboot),   SCMP_SYS(swapon),     SCMP_SYS(swapoff),     SCMP_SYS(syslog), SCMP_SYS(mount),   SCMP_SYS(umount),
    SCMP_SYS(umount2),  SCMP_SYS(kexec_load), SCMP_SYS(afs_syscall), SCMP_SYS(break),  SCMP_SYS(ftime),   SCMP_SYS(getpmsg),
    SCMP_SYS(gtty),     SCMP_SYS(lock),       SCMP_SYS(mpx),         SCMP_SYS(prof),   SCMP_SYS(profil),  SCMP_SYS(putpmsg),
    SCMP_SYS(security), SCMP_SYS(stty),       SCMP_SYS(tuxcall),     SCMP_SYS(ulimit), SCMP_SYS(vserver),
};
constexpr int kObsolete[] = {
    SCMP_SYS(readdir),         SCMP_SYS(_sysctl),      SCMP_SYS(bdflush),  SCMP_SYS(create_module),
    SCMP_SYS(get_kernel_syms), SCMP_SYS(query_module), SCMP_SYS(sgetmask), SCMP_SYS(ssetmask),
    SCMP_SYS(sysfs),           SCMP_SYS(uselib),       SCMP_SYS(ustat),
};
constexpr int kElevating[] = {
    SCMP_SYS(setuid),   SCMP_SYS(setgid),    SCMP_SYS(setpgid),   SCMP_SYS(setsid),   SCMP_SYS(setreuid),
    SCMP_SYS(setregid), SCMP_SYS(setresuid), SCMP_SYS(setresgid), SCMP_SYS(setfsuid), SCMP_SYS(setfsgid),
};
constexpr int kSpawning[] = {SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(execve), SCMP_SYS(execveat)};
constexpr int kResources[] = {SCMP_SYS(setpriority), SCMP_SYS(sched_setparam), SCMP_SYS(sched_setattr),
                              SCMP_SYS(sched_setaffinity)};

/// A filter while it is being put together.
class Filter {
public:
    explicit Filter(const Library& library) : library_(library), context_(library.init(SCMP_ACT_ALLOW)) {}
    ~Filter() {
        if (context_) library_.release(context_);
    }
    Filter(const Filter&) = delete;
    Filter& operator=(const Filter&) = delete;

    template <std::size_t N>
    void deny(const int (&calls)[N], std::uint32_t how = SCMP_ACT_KILL_PROCESS) {
        for (int call : calls) add(call, how, {});
    }
    void deny_one(int call, std::uint32_t how, std::optional<scmp_arg_cmp> when = {}) { add(call, how, when); }
    /// Puts it in force, for all threads.
    bool load() {
        if (!good_ || library_.attr_set(context_, SCMP_FLTATR_CTL_TSYNC, 1) != 0) return false;
        return library_.load(context_) == 0;
    }

private:
    void add(int call, std::uint32_t how, const std::optional<scmp_arg_cmp>& when) {
        if (context_ && good_)
            good_ = library_.rule_add_array(context_, how, call, when ? 1 : 0, when ? &*when : nullptr) == 0;
        else good_ = false;
    }

    const Library& library_;
    scmp_filter_ctx context_;
    bool good_ = true;
};

}  // namespace

Result<void> enter_sandbox(const Sandbox& sandbox) {
    const auto failed = [] { return fail("failed to install seccomp syscall filter in the kernel"); };
    if (sandbox.elevate == Sandbox::Privileges::children && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fail("failed to set no_new_privs aborting");
    Library library;
    if (!library.find()) return fail("-sandbox needs the library libseccomp.so.2, which is not installed");
    Filter filter(library);
    filter.deny(kForeign);
    if (!sandbox.obsolete) filter.deny(kObsolete);
    if (sandbox.elevate != Sandbox::Privileges::allow) filter.deny(kElevating);
    if (!sandbox.spawn) {
        filter.deny(kSpawning);
        // A clone that makes a thread is fine. What clone3 makes cannot be seen from here: libraries try clone then.
        filter.deny_one(SCMP_SYS(clone), SCMP_ACT_KILL_PROCESS, scmp_arg_cmp{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0});
        filter.deny_one(SCMP_SYS(clone3), SCMP_ACT_ERRNO(ENOSYS));
    }
    if (!sandbox.resource_control) {
        filter.deny(kResources, SCMP_ACT_ERRNO(EPERM));
        // To become idle is no privilege.
        filter.deny_one(SCMP_SYS(sched_setscheduler), SCMP_ACT_ERRNO(EPERM), scmp_arg_cmp{1, SCMP_CMP_NE, SCHED_IDLE, 0});
    }
    return filter.load() ? Result<void>{} : failed();
}

}  // namespace rhea::cli

#else

namespace rhea::cli {

Result<void> enter_sandbox(const Sandbox&) {
    return fail("-sandbox: not supported by this build, which was made without libseccomp");
}

}  // namespace rhea::cli

#endif
