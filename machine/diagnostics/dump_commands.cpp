/// Dumps of guest memory. The arguments are checked; the writing is not there yet.
#include <fmt/format.h>

#include "machine/diagnostics/commands.h"
#include "machine/machine.h"
#include "machine/not_yet.h"
#include "monitor/event_bus.h"

namespace rhea {

enum class DumpGuestMemoryFormat { elf, kdump_zlib, kdump_lzo, kdump_snappy, win_dmp };
template <>
inline constexpr auto description<DumpGuestMemoryFormat> = enumeration<DumpGuestMemoryFormat>("DumpGuestMemoryFormat", "elf",
                                                                                              "kdump-zlib", "kdump-lzo",
                                                                                              "kdump-snappy", "win-dmp");

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

enum class DumpStatus { none, active, completed, failed };
template <>
inline constexpr auto description<DumpStatus> = enumeration<DumpStatus>("DumpStatus", "none", "active", "completed",
                                                                        "failed");

struct DumpQueryResult {
    DumpStatus status{};
    std::int64_t completed = 0, total = 0;
};
template <>
inline constexpr auto description<DumpQueryResult> = object("DumpQueryResult", member<&DumpQueryResult::status>("status"),
                                                            member<&DumpQueryResult::completed>("completed"),
                                                            member<&DumpQueryResult::total>("total"));

struct DumpGuestMemoryCapability {
    std::vector<DumpGuestMemoryFormat> formats;
};
template <>
inline constexpr auto description<DumpGuestMemoryCapability> =
    object("DumpGuestMemoryCapability", member<&DumpGuestMemoryCapability::formats>("formats"));

struct DumpCompletedEvent {
    DumpQueryResult result;
    std::optional<std::string> error;
};
template <>
inline constexpr auto description<DumpCompletedEvent> = object("q_obj_DUMP_COMPLETED-arg",
                                                               member<&DumpCompletedEvent::result>("result"),
                                                               member<&DumpCompletedEvent::error>("error"));

template <>
inline constexpr EventInfo event<DumpCompletedEvent>{"DUMP_COMPLETED", "A dump of guest memory came to its end."};

namespace {

Result<Empty> dump_guest_memory(Machine& machine, const DumpGuestMemory& args) {
    using enum DumpGuestMemoryFormat;
    const bool part = args.begin || args.length;
    const DumpGuestMemoryFormat format = args.format.value_or(elf);
    if (machine.life().state() == RunState::inmigrate) return fail("Dump not allowed during incoming migration.");
    if (format != elf && (args.paging || part)) return fail("kdump-compressed format doesn't support paging or filter");
    if (args.begin && !args.length) return fail(Error::missing_parameter("length"));
    if (!args.begin && args.length) return fail(Error::missing_parameter("begin"));
    if (format == kdump_lzo || format == kdump_snappy)
        return fail(fmt::format("{} is not available now", enum_name(format)));
    if (!args.protocol.starts_with("file:") && !args.protocol.starts_with("fd:"))
        return fail(Error::invalid_parameter("protocol"));
    return fail(not_supported("dump-guest-memory"));
}

Result<DumpQueryResult> query_dump(Machine&, const Empty&) { return DumpQueryResult{}; }

Result<DumpGuestMemoryCapability> query_dump_capability(Machine&, const Empty&) {
    using enum DumpGuestMemoryFormat;
    return DumpGuestMemoryCapability{{elf, kdump_zlib, win_dmp}};
}

Result<Empty> dumpdtb(Machine&, const Dumpdtb&) { return fail("This machine doesn't have a FDT"); }

constexpr Command kCommands[] = {
    command<dump_guest_memory>("dump-guest-memory", "Writes the guest's memory and registers into a core file.").not_yet(),
    command<query_dump>("query-dump", "Tells how far a dump is."),
    command<query_dump_capability>("query-dump-guest-memory-capability", "Lists the formats of dumps."),
    command<dumpdtb>("dumpdtb", "Writes the device tree into a file.").absent_hardware(),
};

}  // namespace

void add_dump_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }
void declare_dump_events(EventBus& events) { events.declare<DumpCompletedEvent>(); }

}  // namespace rhea
