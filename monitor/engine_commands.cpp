#include "monitor/engine_commands.h"

#include "monitor/engine.h"
#include "monitor/introspection.h"

namespace rhea {

enum class QmpCapability { oob };
struct QmpCapabilities { std::optional<std::vector<QmpCapability>> enable; };
struct VersionTriple { std::int64_t major = 0, minor = 0, micro = 0; };
struct VersionInfo { VersionTriple qemu; std::string package; };
struct CommandName { std::string name; };

template <> inline constexpr auto description<QmpCapability> = enumeration<QmpCapability>("QMPCapability", "oob");
template <> inline constexpr auto description<QmpCapabilities> =
    object("q_obj_qmp_capabilities-arg", member<&QmpCapabilities::enable>("enable"));
template <> inline constexpr auto description<VersionTriple> =
    object("VersionTriple", member<&VersionTriple::major>("major"), member<&VersionTriple::minor>("minor"),
           member<&VersionTriple::micro>("micro"));
template <> inline constexpr auto description<VersionInfo> =
    object("VersionInfo", member<&VersionInfo::qemu>("qemu"), member<&VersionInfo::package>("package"));
template <> inline constexpr auto description<CommandName> = object("CommandInfo", member<&CommandName::name>("name"));

namespace {

Result<Empty> qmp_capabilities(Engine&, const QmpCapabilities& args, const Caller& caller) {
    if (!caller.session) return fail("qmp_capabilities needs a QMP session");
    const bool oob = args.enable && !args.enable->empty();
    if (oob && !caller.session->in_command_mode() && !caller.session->format().offers_oob())
        return fail(Error::invalid_parameter("enable"));
    RHEA_CHECK(caller.session->negotiate(oob));
    return Empty{};
}

Result<VersionInfo> query_version(Engine& engine, const Empty&) {
    const Version& v = engine.version();
    return VersionInfo{{v.major, v.minor, v.micro}, v.package};
}

Result<std::vector<CommandName>> query_commands(Engine& engine, const Empty&) {
    std::vector<CommandName> commands;
    for (const std::string_view name : engine.commands().listing()) commands.push_back({std::string(name)});
    return commands;
}

/// The text is kept by the engine: answered without making the tree again.
constexpr Command query_qmp_schema() {
    Command c;
    c.name = "query-qmp-schema";
    c.doc = "Describes every command, event and type.";
    c.arguments = &type_ref<Empty>;
    c.result = &type_ref<std::vector<SchemaInfo>>;
    c.invoke = [](const Command&, void* engine, const QDict& arguments, const Caller&, ResultSink& sink) {
        if (auto none = from_qdict<Empty>(arguments); !none) return sink.error(none.error());
        sink.prepared(static_cast<Engine*>(engine)->schema());
    };
    return c;
}

constexpr Command kCommands[] = {
    command<qmp_capabilities>("qmp_capabilities", "Ends the negotiation of a session; enables the capabilities named.").preconfig(),
    command<query_version>("query-version", "Tells the version that is spoken and the package that speaks it.").preconfig(),
    command<query_commands>("query-commands", "Lists the commands.").preconfig(),
    query_qmp_schema().preconfig(),
};

}  // namespace

void add_engine_commands(CommandTable& table, Engine& engine) { table.add(kCommands, engine); }

}  // namespace rhea
