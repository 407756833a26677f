#pragma once
/// The command table: one typed description of a command gives its parsing, errors, introspection and reference page.
///
/// A family of commands is a constant table beside the subsystem that it steers:
///
///     Result<Empty> set_link(Machine& machine, const SetLink& args);
///     Result<StatusInfo> query_status(Machine& machine, const Empty&);
///     void migrate(Machine& machine, const Migrate& args, Reply<Empty> reply);        // finishes later
///
///     constexpr Command kNetCommands[] = {
///         command<set_link>("set_link", "Sets the link state of a network device."),
///         command<query_status>("query-status", "Tells the run state."),
///         command<migrate>("migrate", "Starts a migration."),
///     };
///     void add_net_commands(CommandTable& table, Machine& machine) { table.add(kNetCommands, machine); }
///
/// An embedder may also add one command with a lambda:
///
///     table.add("hello", "Greets.", [&](const Hello& args) -> Result<Greeting> { … });
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "qobject/convert.h"

namespace rhea {

/// The answer to one command, owed to one session. Moves; answered once; a session that is gone makes it a no-op. Dropping it
/// unanswered answers with an error.
class PendingReply {
public:
    virtual ~PendingReply() = default;
    /// `value` is of the command's result type.
    virtual void succeed(const TypeInfo& type, const void* value) = 0;
    virtual void fail(const Error& error) = 0;
};

template <class R>
class Reply {
public:
    explicit Reply(std::unique_ptr<PendingReply> pending) : pending_(std::move(pending)) {}
    Reply(Reply&&) noexcept = default;
    Reply& operator=(Reply&&) noexcept = default;
    ~Reply() {
        if (pending_) pending_->fail(Error::generic("The command was abandoned"));
    }
    void succeed(const R& value = {}) {
        if (auto pending = std::move(pending_)) pending->succeed(type_of<R>(), &value);
    }
    void fail(const Error& error) {
        if (auto pending = std::move(pending_)) pending->fail(error);
    }
    void finish(const Result<R>& result) {
        if (result) succeed(*result);
        else fail(result.error());
    }

private:
    std::unique_ptr<PendingReply> pending_;
};

class FdNames;
class Peer;
class Session;

/// What a command may know of its caller. Only handlers that ask for it (`const Caller&` as last argument) see it.
struct Caller {
    Session* session = nullptr;      ///< null when no QMP client calls (HMP, tests)
    Peer* peer = nullptr;            ///< the client's connection, which brings file descriptors; null: there is none
    FdNames* fd_names = nullptr;     ///< of the client's monitor; null: it has none
};

/// Where a synchronous handler's result goes; set by the session for the time of the call.
class ResultSink {
public:
    virtual ~ResultSink() = default;
    virtual void result(const TypeInfo& type, const void* value) = 0;
    /// A result that is JSON text already, kept by its owner (query-qmp-schema).
    virtual void prepared(const std::string& json) = 0;
    virtual void error(const Error& error) = 0;
    /// Makes the answer asynchronous.
    virtual std::unique_ptr<PendingReply> later() = 0;
};

/// How much of a command there is, for the compatibility page.
enum class CommandState : std::uint8_t {
    works,
    absent_hardware,      ///< answers what QEMU answers where the device or host feature is missing
    not_yet,              ///< arguments are checked in full; then it says that this build has no more of it
};

/// One command. A constant: made by `command<handler>(…)`.
struct Command {
    std::string_view name;
    std::string_view doc;                              ///< one sentence for people
    TypeRef arguments = nullptr;
    TypeRef result = nullptr;
    void (*invoke)(const Command& command, void* context, const QDict& arguments, const Caller& caller, ResultSink& sink) = nullptr;
    bool allow_oob = false;
    bool allow_preconfig = false;
    bool success_response = true;
    bool coroutine = false;
    CommandState state = CommandState::works;
    Features features = {};

    constexpr Command oob() const { Command c = *this; c.allow_oob = true; return c; }
    constexpr Command preconfig() const { Command c = *this; c.allow_preconfig = true; return c; }
    constexpr Command with_features(Features f) const { Command c = *this; c.features = f; return c; }
    constexpr Command absent_hardware() const { Command c = *this; c.state = CommandState::absent_hardware; return c; }
    constexpr Command not_yet() const { Command c = *this; c.state = CommandState::not_yet; return c; }
};

namespace detail {

template <class F> struct HandlerTraits;
template <class C, class A, class R>
struct HandlerTraits<Result<R> (*)(C&, const A&)> { using Context = C; using Arguments = A; using Value = R; static constexpr bool async = false, caller = false; };
template <class C, class A, class R>
struct HandlerTraits<Result<R> (*)(C&, const A&, const Caller&)> { using Context = C; using Arguments = A; using Value = R; static constexpr bool async = false, caller = true; };
template <class C, class A, class R>
struct HandlerTraits<void (*)(C&, const A&, Reply<R>)> { using Context = C; using Arguments = A; using Value = R; static constexpr bool async = true, caller = false; };
template <class C, class A, class R>
struct HandlerTraits<void (*)(C&, const A&, Reply<R>, const Caller&)> { using Context = C; using Arguments = A; using Value = R; static constexpr bool async = true, caller = true; };

template <auto Handler>
void invoke(const Command&, void* context, const QDict& arguments, const Caller& caller, ResultSink& sink) {
    using Traits = HandlerTraits<decltype(Handler)>;
    typename Traits::Arguments args{};
    if (auto parsed = from_qdict(type_of<typename Traits::Arguments>(), &args, arguments); !parsed) return sink.error(parsed.error());
    auto& cx = *static_cast<typename Traits::Context*>(context);
    if constexpr (Traits::async) {
        Reply<typename Traits::Value> reply(sink.later());
        if constexpr (Traits::caller) Handler(cx, args, std::move(reply), caller);
        else Handler(cx, args, std::move(reply));
    } else {
        auto result = [&] {
            if constexpr (Traits::caller) return Handler(cx, args, caller);
            else return Handler(cx, args);
        }();
        if (result) sink.result(type_of<typename Traits::Value>(), &*result);
        else sink.error(result.error());
    }
}

template <class F> struct CallableTraits : CallableTraits<decltype(&F::operator())> {};
template <class F, class A, class R>
struct CallableTraits<Result<R> (F::*)(const A&) const> { using Arguments = A; using Value = R; };
template <class F, class A, class R>
struct CallableTraits<Result<R> (F::*)(const A&)> { using Arguments = A; using Value = R; };

}  // namespace detail

template <auto Handler>
constexpr Command command(std::string_view name, std::string_view doc) {
    using Traits = detail::HandlerTraits<decltype(Handler)>;
    Command c;
    c.name = name;
    c.doc = doc;
    c.arguments = &type_ref<typename Traits::Arguments>;
    c.result = &type_ref<typename Traits::Value>;
    c.invoke = &detail::invoke<Handler>;
    return c;
}

class CommandTable {
public:
    struct Row {
        const Command* command;
        void* context;
        bool enabled = true;
        bool trace_enter = false, trace_exit = false;  ///< its trace points, qmp_enter_NAME and qmp_exit_NAME, are on
    };

    /// `commands` are constants that outlive the table; every one of their handlers takes a `Context&`, which does too.
    template <class Context>
    void add(std::span<const Command> commands, Context& context) {
        for (const Command& c : commands) add_row(c, &context);
    }
    /// One command of an embedder's: a lambda `Result<R>(const A&)`.
    template <class F>
    Command& add(std::string name, std::string doc, F function);

    const Row* find(std::string_view name) const;
    /// In the order of their registration.
    const std::vector<Row>& rows() const { return rows_; }
    std::vector<Row>& rows() { return rows_; }

    /// The order in which clients are told the names: `names`, a constant, has blanks between them.
    void list_as(std::string_view names) { order_ = names; }
    /// The newest first, then those that have a place in that order.
    std::vector<std::string_view> listing() const;

private:
    void add_row(const Command& command, void* context);

    struct Owned {
        std::string name, doc;
        Command command;
        std::function<void()> destroy;
        ~Owned() { if (destroy) destroy(); }
    };

    std::vector<Row> rows_;
    std::unordered_map<std::string_view, std::size_t> by_name_;
    std::vector<std::unique_ptr<Owned>> owned_;
    std::string_view order_;
};

template <class F>
Command& CommandTable::add(std::string name, std::string doc, F function) {
    using Traits = detail::CallableTraits<F>;
    auto owned = std::make_unique<Owned>();
    owned->name = std::move(name);
    owned->doc = std::move(doc);
    auto* context = new F(std::move(function));
    owned->destroy = [context] { delete context; };
    Command& c = owned->command;
    c.name = owned->name;
    c.doc = owned->doc;
    c.arguments = &type_ref<typename Traits::Arguments>;
    c.result = &type_ref<typename Traits::Value>;
    c.invoke = [](const Command&, void* f, const QDict& arguments, const Caller&, ResultSink& sink) {
        auto args = from_qdict<typename Traits::Arguments>(arguments);
        if (!args) return sink.error(args.error());
        auto result = (*static_cast<F*>(f))(*args);
        if (result) sink.result(type_of<typename Traits::Value>(), &*result);
        else sink.error(result.error());
    };
    owned_.push_back(std::move(owned));
    add_row(c, context);
    return c;
}

}  // namespace rhea
