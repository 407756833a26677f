#include "monitor/fd_commands.h"

#include <fmt/format.h>

#include "monitor/session.h"

namespace rhea {

struct FdName { std::string fdname; };
struct AddFd { std::optional<std::int64_t> fdset_id; std::optional<std::string> opaque; };
struct AddfdInfo { std::int64_t fdset_id = 0, fd = 0; };
struct RemoveFd { std::int64_t fdset_id = 0; std::optional<std::int64_t> fd; };
struct FdsetFdInfo { std::int64_t fd = 0; std::optional<std::string> opaque; };
struct FdsetInfo { std::int64_t fdset_id = 0; std::vector<FdsetFdInfo> fds; };

template <> inline constexpr auto description<FdName> = object("q_obj_getfd-arg", member<&FdName::fdname>("fdname"));
template <> inline constexpr auto description<AddFd> =
    object("q_obj_add-fd-arg", member<&AddFd::fdset_id>("fdset-id"), member<&AddFd::opaque>("opaque"));
template <> inline constexpr auto description<AddfdInfo> =
    object("AddfdInfo", member<&AddfdInfo::fdset_id>("fdset-id"), member<&AddfdInfo::fd>("fd"));
template <> inline constexpr auto description<RemoveFd> =
    object("q_obj_remove-fd-arg", member<&RemoveFd::fdset_id>("fdset-id"), member<&RemoveFd::fd>("fd"));
template <> inline constexpr auto description<FdsetFdInfo> =
    object("FdsetFdInfo", member<&FdsetFdInfo::fd>("fd"), member<&FdsetFdInfo::opaque>("opaque"));
template <> inline constexpr auto description<FdsetInfo> =
    object("FdsetInfo", member<&FdsetInfo::fdset_id>("fdset-id"), member<&FdsetInfo::fds>("fds"));

namespace {

/// The one that came with the command.
Result<FileDescriptor> received_fd(const Caller& caller) {
    FileDescriptor fd(caller.peer ? caller.peer->take_fd() : -1);
    if (!fd) return fail("No file descriptor supplied via SCM_RIGHTS");
    return fd;
}

Result<Empty> getfd(FdSets&, const FdName& args, const Caller& caller) {
    auto fd = RHEA_TRY(received_fd(caller));
    if (!args.fdname.empty() && args.fdname[0] >= '0' && args.fdname[0] <= '9')
        return fail(Error::invalid_parameter_value("fdname", "a name not starting with a digit"));
    caller.fd_names->put(args.fdname, std::move(fd));
    return Empty{};
}

Result<Empty> closefd(FdSets&, const FdName& args, const Caller& caller) {
    if (!take_named_fd(caller, args.fdname)) return fail(fmt::format("File descriptor named '{}' not found", args.fdname));
    return Empty{};
}

Result<AddfdInfo> add_fd(FdSets& sets, const AddFd& args, const Caller& caller) {
    auto fd = RHEA_TRY(received_fd(caller));
    if (args.fdset_id && *args.fdset_id < 0)
        return fail(Error::invalid_parameter_value("fdset-id", "a non-negative value"));
    const int number = fd.get();
    return AddfdInfo{sets.add(std::move(fd), args.fdset_id, args.opaque), number};
}

Result<Empty> remove_fd(FdSets& sets, const RemoveFd& args) {
    RHEA_CHECK(sets.remove(args.fdset_id, args.fd));
    return Empty{};
}

Result<std::vector<FdsetInfo>> query_fdsets(FdSets& sets, const Empty&) {
    std::vector<FdsetInfo> infos;
    for (auto at = sets.sets().rbegin(); at != sets.sets().rend(); ++at) {
        FdsetInfo info{at->first, {}};
        for (const FdSets::Fd& member : at->second.fds) info.fds.push_back({member.fd.get(), member.opaque});
        infos.push_back(std::move(info));
    }
    return infos;
}

constexpr Command kCommands[] = {
    command<getfd>("getfd", "Names the file descriptor that comes with the command, for later commands of this monitor."),
    command<closefd>("closefd", "Closes a file descriptor that was given a name."),
    command<add_fd>("add-fd", "Puts the file descriptor that comes with the command into a set, to be had as /dev/fdset/N."),
    command<remove_fd>("remove-fd", "Takes a file descriptor, or all, out of a set."),
    command<query_fdsets>("query-fdsets", "Lists the sets of file descriptors."),
};

}  // namespace

Result<FileDescriptor> take_named_fd(const Caller& caller, const std::string& name) {
    FdNames none;
    return (caller.fd_names ? *caller.fd_names : none).take(name);
}

void add_fd_commands(CommandTable& table, FdSets& sets) { table.add(kCommands, sets); }

}  // namespace rhea
