/// Dumps of guest memory.
#include <fmt/format.h>

#include "machine/diagnostics/commands.h"
#include "machine/diagnostics/dump.h"
#include "machine/machine.h"
#include "monitor/fd_commands.h"

namespace rhea {

struct DumpGuestMemory {
    bool paging = false;
    std::string protocol;
    std::optional<bool> detach;
    std::optional<std::int64_t> begin, length;
    std::optional<DumpGuestMemoryFormat> format;
};
template <>
inline constexpr auto description<DumpGuestMemory> = object("q_obj_dump-guest-memory-arg",
                                                            member<&DumpGuestMemory::paging>("paging"),
                                                            member<&DumpGuestMemory::protocol>("protocol"),
                                                            member<&DumpGuestMemory::detach>("detach"),
                                                            member<&DumpGuestMemory::begin>("begin"),
                                                            member<&DumpGuestMemory::length>("length"),
                                                            member<&DumpGuestMemory::format>("format"));

struct Dumpdtb {
    std::string filename;
};
template <>
inline constexpr auto description<Dumpdtb> = object("q_obj_dumpdtb-arg", member<&Dumpdtb::filename>("filename"));

struct DumpGuestMemoryCapability {
    std::vector<DumpGuestMemoryFormat> formats;
};
template <>
inline constexpr auto description<DumpGuestMemoryCapability> =
    object("DumpGuestMemoryCapability", member<&DumpGuestMemoryCapability::formats>("formats"));

namespace {

void dump_guest_memory(Machine& machine, const DumpGuestMemory& args, Reply<Empty> reply, const Caller& caller) {
    using enum DumpGuestMemoryFormat;
    const bool part = args.begin || args.length;
    Dump::Target target;
    target.format = args.format.value_or(elf);
    target.begin = args.begin;
    target.length = args.length;
    const auto refuse = [&](std::string text) { reply.fail(Error::generic(std::move(text))); };
    if (machine.life().state() == RunState::inmigrate) return refuse("Dump not allowed during incoming migration.");
    if (machine.dump().active()) return refuse("There is a dump in process, please wait.");
    if ((target.format == kdump_zlib || target.format == kdump_lzo || target.format == kdump_snappy) && (args.paging || part))
        return refuse("kdump-compressed format doesn't support paging or filter");
    if (args.begin && !args.length) return reply.fail(Error::missing_parameter("length"));
    if (!args.begin && args.length) return reply.fail(Error::missing_parameter("begin"));
    if (target.format == kdump_lzo || target.format == kdump_snappy || (target.format == kdump_zlib && !has_zlib()))
        return refuse(fmt::format("{} is not available now", enum_name(target.format)));
    if (args.protocol.starts_with("fd:")) {
        auto file = take_named_fd(caller, args.protocol.substr(3));
        if (!file) return reply.fail(file.error());
        target.file = std::move(*file);
    } else if (args.protocol.starts_with("file:")) {
        target.path = args.protocol.substr(5);
    } else {
        return reply.fail(Error::invalid_parameter("protocol"));
    }
    // A detached one is answered when it begins, another when it is done; what is against it is the answer to both.
    auto answer = std::make_shared<Reply<Empty>>(std::move(reply));
    const bool detach = args.detach.value_or(false);
    machine.dump().start(
        std::move(target),
        [answer, detach](const Result<Empty>& started) {
            if (detach || !started) answer->finish(started);
        },
        [answer](const Result<Empty>& done) { answer->finish(done); });
}

Result<DumpQueryResult> query_dump(Machine& machine, const Empty&) { return machine.dump().result(); }

Result<DumpGuestMemoryCapability> query_dump_capability(Machine&, const Empty&) {
    using enum DumpGuestMemoryFormat;
    DumpGuestMemoryCapability capability{{elf}};
    if (has_zlib()) capability.formats.push_back(kdump_zlib);
    capability.formats.push_back(win_dmp);
    return capability;
}

Result<Empty> dumpdtb(Machine&, const Dumpdtb&) { return fail("This machine doesn't have a FDT"); }

constexpr Command kCommands[] = {
    command<dump_guest_memory>("dump-guest-memory", "Writes the guest's memory and registers into a core file."),
    command<query_dump>("query-dump", "Tells how far a dump is."),
    command<query_dump_capability>("query-dump-guest-memory-capability", "Lists the formats of dumps."),
    command<dumpdtb>("dumpdtb", "Writes the device tree into a file.").absent_hardware(),
};

}  // namespace

void add_dump_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }
void declare_dump_events(EventBus& events) { events.declare<DumpCompletedEvent>(); }

}  // namespace rhea
