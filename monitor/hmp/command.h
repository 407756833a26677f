#pragma once
/// The commands of the human monitor. A family of them is a constant table beside the subsystem that it steers, as for QMP:
///
///     void eject(Machine& machine, HmpCall& call) { call.run("eject", …); }
///
///     constexpr HmpCommand kBlockCommands[] = {
///         hmp_command<eject>("eject", "-f force, B device", "[-f] device", "takes a medium out (-f: even when it is locked)"),
///     };
///     void add_block_hmp(HmpTable& table, Machine& machine) { table.add(kBlockCommands, machine); }
///
/// A row gives parsing, errors, help and completion. Nothing is built for it: finding a command walks the tables.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/hmp/arguments.h"

namespace rhea {

class HmpCall;
class HmpTable;

struct HmpCommand {
    std::string_view names;      ///< "quit|q"
    HmpSyntax syntax;
    std::string_view usage;      ///< its arguments as help shows them
    std::string_view help;
    void (*run)(void* context, HmpCall& call) = nullptr;
    bool allow_preconfig = false;
    bool listed = true;                       ///< by help and completion
    std::string_view qmp = {};                ///< the QMP command without which it cannot do anything
    std::optional<std::string_view> without = {};      ///< what it prints when that is not there

    constexpr HmpCommand preconfig() const { HmpCommand c = *this; c.allow_preconfig = true; return c; }
    constexpr HmpCommand hidden() const { HmpCommand c = *this; c.listed = false; return c; }
    constexpr HmpCommand needing(std::string_view command) const { HmpCommand c = *this; c.qmp = command; return c; }
    constexpr HmpCommand otherwise(std::string_view text) const { HmpCommand c = *this; c.without = text; return c; }
    bool has_name(std::string_view name) const;
    std::string_view name() const { return names.substr(0, names.find('|')); }
};

/// What completes "@what" of a description: adds candidates.
class HmpCompletion;
struct HmpCompleter {
    std::string_view what;
    void (*complete)(HmpCompletion& completion);
};

namespace detail {
template <class F> struct HmpHandlerTraits;
template <class C>
struct HmpHandlerTraits<void (*)(C&, HmpCall&)> { using Context = C; };
}  // namespace detail

template <auto Handler>
constexpr HmpCommand hmp_command(std::string_view names, HmpSyntax syntax, std::string_view usage, std::string_view help) {
    using Context = typename detail::HmpHandlerTraits<decltype(Handler)>::Context;
    return {names, syntax, usage, help, [](void* context, HmpCall& call) { Handler(*static_cast<Context*>(context), call); }};
}

/// The commands, the subcommands of `info`, and what completes their arguments. All tables are constants; they and the contexts
/// outlive this.
class HmpTable {
public:
    struct Row {
        const HmpCommand* command = nullptr;
        void* context = nullptr;
    };

    template <class Context>
    void add(std::span<const HmpCommand> commands, Context& context) { families_.push_back({commands, &context}); }
    template <class Context>
    void add_info(std::span<const HmpCommand> commands, Context& context) { info_.push_back({commands, &context}); }
    void add_completers(std::span<const HmpCompleter> completers) { completers_.push_back(completers); }

    /// Null command: there is none.
    Row find(std::string_view name) const { return find(families_, name); }
    Row find_info(std::string_view name) const { return find(info_, name); }
    const HmpCompleter* find_completer(std::string_view what) const;
    /// Those that are listed, by name.
    std::vector<Row> commands() const { return sorted(families_); }
    std::vector<Row> info() const { return sorted(info_); }

private:
    struct Family {
        std::span<const HmpCommand> commands;
        void* context;
    };
    static Row find(const std::vector<Family>& families, std::string_view name);
    static std::vector<Row> sorted(const std::vector<Family>& families);

    std::vector<Family> families_, info_;
    std::vector<std::span<const HmpCompleter>> completers_;
};

}  // namespace rhea
