#include "monitor/session.h"

#include <malloc.h>

#include <fmt/format.h>

#include "json/writer.h"
#include "monitor/engine.h"
#include "monitor/trace_points.h"
#include "qobject/convert.h"

namespace rhea {

namespace {

constexpr std::size_t kLarge = 256 << 10;      // bytes of a reply

std::string_view without_line_end(std::string_view text) {
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

/// What qmp_exit_COMMAND tells: the result or the error's text, and which of them.
void trace_exit(std::string_view command, const TypeInfo& type, const void* value) {
    write_trace(command_trace_name("qmp_exit_", command), json::to_string(to_qobject(type, value)) + " 1");
}
void trace_exit(std::string_view command, const Error& error) {
    write_trace(command_trace_name("qmp_exit_", command), error.description() + " 0");
}

}  // namespace

/// A reply owed after the handler returned. Holds the session weakly: a client that has left costs nothing.
class Session::LaterReply final : public PendingReply {
public:
    LaterReply(std::weak_ptr<Session> session, const Command& command, std::optional<QObject> id, bool in_band)
        : session_(std::move(session)), command_(command), id_(std::move(id)), in_band_(in_band) {}

    void succeed(const TypeInfo& type, const void* value) override {
        finish([&](Session& s) {
            if (traced(s)) trace_exit(command_.name, type, value);
            if (command_.success_response) s.format_.success(s.out(), id(), type, value);
        });
    }
    void fail(const Error& error) override {
        finish([&](Session& s) {
            if (traced(s)) trace_exit(command_.name, error);
            s.format_.error(s.out(), id(), error);
        });
    }

private:
    const QObject* id() const { return id_ ? &*id_ : nullptr; }
    bool traced(const Session& session) const {
        const CommandTable::Row* row = session.engine_.commands_.find(command_.name);
        return row && row->trace_exit;
    }

    template <class Write>
    void finish(Write write) {
        auto session = session_.lock();
        if (!session || !session->peer_) return;
        session->reply_bytes_ += session->respond([&] { write(*session); });
        session->peer_->schedule();
        if (in_band_) session->answered_later();
    }

    std::weak_ptr<Session> session_;
    const Command& command_;
    std::optional<QObject> id_;
    bool in_band_;
};

/// The answer to a command while its handler runs.
class Session::Answer final : public ResultSink {
public:
    Answer(Session& session, const CommandTable::Row& row, const QObject* id, bool in_band)
        : session_(session), row_(row), id_(id), in_band_(in_band) {}

    void result(const TypeInfo& type, const void* value) override {
        if (row_.trace_exit) [[unlikely]] trace_exit(row_.command->name, type, value);
        if (!session_.peer_ || !row_.command->success_response) return;
        session_.respond([&] { session_.format_.success(session_.out(), id_, type, value); });
    }
    void prepared(const std::string& json) override {
        if (row_.trace_exit) [[unlikely]] write_trace(command_trace_name("qmp_exit_", row_.command->name), json + " 1");
        if (session_.peer_) session_.respond([&] { session_.format_.prepared(session_.out(), id_, json); });
    }
    void error(const Error& error) override {
        if (row_.trace_exit) [[unlikely]] trace_exit(row_.command->name, error);
        if (session_.peer_) session_.respond([&] { session_.format_.error(session_.out(), id_, error); });
    }
    std::unique_ptr<PendingReply> later() override {
        if (in_band_) session_.running_ = true;
        return std::make_unique<LaterReply>(session_.weak_from_this(), *row_.command,
                                            id_ ? std::optional<QObject>(*id_) : std::nullopt, in_band_);
    }

private:
    Session& session_;
    const CommandTable::Row& row_;
    const QObject* id_;
    bool in_band_;
};

Session::Session(Engine& engine, Peer& peer, const WireFormat& format, SessionLimits limits)
    : engine_(engine), peer_(&peer), format_(format), limits_(limits), decoder_(format.decoder(*this, engine.commands())) {}

Session::~Session() { std::erase(engine_.listening_, this); }

template <class Write>
std::size_t Session::respond(Write write) {
    const std::size_t before = out().size();
    write();
    const std::string_view written = std::string_view(out()).substr(before);
    if (!written.empty())
        trace_monitor<"monitor_qmp_respond">("mon {} resp: {}", fmt::ptr(this), without_line_end(written));
    return written.size();
}

void Session::start() {
    engine_.session_begins();
    respond([&] { format_.greeting(out(), engine_.version()); });
    peer_->schedule();
    if (!format_.negotiates()) (void)negotiate(false);
}

Result<void> Session::negotiate(bool enable_oob) {
    if (command_mode_)
        return fail(Error("Capabilities negotiation is already complete, command ignored", ErrorClass::command_not_found)
                        .legacy("CommandNotFound", {{"name", "qmp_capabilities"}}));
    command_mode_ = true;
    oob_ = enable_oob;
    engine_.listening_.push_back(this);
    return {};
}

void Session::deliver(const std::string& event_line) {
    if (!peer_) return;
    const std::size_t pending = peer_->pending();
    if (pending < limits_.output_soft) reply_bytes_ = 0;
    if (limits_.output_hard && pending > limits_.output_hard + reply_bytes_) {
        engine_.log(fmt::format("QMP client closed: it does not read, and {} bytes of events wait for it", pending));
        command_mode_ = false;
        std::erase(engine_.listening_, this);
        peer_->discard();
        peer_->close();
        return;
    }
    respond([&] { out() += event_line; });
    backlog_ = backlog_ || pending > kLarge;
    peer_->schedule();
}

void Session::received(std::string_view bytes) {
    if (!held_.empty()) {
        held_ += bytes;      // bounded: reading stops as long as something is held
        return;
    }
    feeding_ = true;
    while (!bytes.empty() && peer_) {
        // Only what the client really leaves unread holds its input up, not what one chunk of it produced.
        if (peer_->pending() > limits_.output_soft) peer_->flush();
        if (blocked()) break;
        bytes.remove_prefix(decoder_->feed(bytes));
    }
    feeding_ = false;
    if (!peer_) return;
    held_.assign(bytes);
    if (!peer_->output().empty()) peer_->schedule();
    update_reading();
    give_memory_back();
}

/// The C library keeps what a large message or backlog took; an emulator that is one of hundreds must not.
void Session::give_memory_back() {
    if (!large_ || !peer_ || peer_->pending() > 0) return;
    large_ = false;
    malloc_trim(0);
}

void Session::disconnected() {
    peer_->discard();
    std::string().swap(held_);
    if (large_ || backlog_) malloc_trim(0);
    peer_ = nullptr;
    command_mode_ = false;
    queue_.clear();
    std::erase(engine_.listening_, this);
    engine_.session_ends();
}

void Session::drained() {
    reply_bytes_ = 0;
    if (!feeding_) feed_held();
    give_memory_back();
}

bool Session::input_ended() {
    input_ended_ = running_ || !queue_.empty() || !held_.empty();
    return input_ended_;
}

void Session::close_when_answered() {
    if (input_ended_ && peer_ && !running_ && queue_.empty() && held_.empty()) peer_->close();
}

/// No further request can be taken in now.
bool Session::blocked() const {
    if (!peer_) return true;
    if (running_ && queue_.size() >= (oob_ ? limits_.queue : 0)) return true;
    return peer_->pending() > limits_.output_soft;
}

void Session::update_reading() {
    if (!peer_) return;
    // What the client really leaves unread counts, not what one reply put there: only a backlog ends in `drained`.
    if (peer_->pending() > limits_.output_soft) peer_->flush();
    const bool wanted = held_.empty() && !blocked();
    if (wanted == reading_) return;
    reading_ = wanted;
    peer_->set_reading(wanted);
}

bool Session::input(Result<QObject>&& request) {
    if (!peer_) return false;
    if (request && tracing<kMonitorTracePoints, "handle_qmp_command">())
        trace_monitor<"handle_qmp_command">("mon {} req: {}", fmt::ptr(this), json::to_string(*request));
    if (oob_ && request) {
        if (QDict* dict = request->dict(); dict && dict->contains("exec-oob") && !dict->contains("execute")) {
            execute(*dict, true);
            return !blocked();
        }
    }
    if (running_) {
        trace_monitor<"monitor_qmp_in_band_enqueue">("mon {} len {}", fmt::ptr(this), queue_.size());
        queue_.push_back({std::move(request)});
    } else {
        dispatch(std::move(request));
    }
    return !blocked();
}

void Session::dispatch(Result<QObject>&& request) {
    const std::size_t before = peer_->output().size();
    if (!request) {
        trace_monitor<"monitor_qmp_err_in_band">("{}", request.error().description());
        respond([&] { format_.error(out(), nullptr, request.error()); });
    } else if (QDict* dict = request->dict()) {
        execute(*dict, false);
    } else {
        const Error error = Error::generic("QMP input must be a JSON object").legacy("QMPBadInputObject", {{"expected", "object"}});
        respond([&] { format_.error(out(), nullptr, error); });
    }
    if (!peer_ || peer_->output().size() <= before) return;
    const std::size_t bytes = peer_->output().size() - before;
    reply_bytes_ += bytes;
    large_ = large_ || bytes > kLarge;
}

void Session::execute(QDict& request, bool oob_message) {
    const QObject* id = request.find("id");
    if (tracing<kMonitorTracePoints, "monitor_qmp_cmd_in_band">() || tracing<kMonitorTracePoints, "monitor_qmp_cmd_out_of_band">()) {
        const std::string text = id ? json::to_string(*id) : std::string();
        if (oob_message) trace_monitor<"monitor_qmp_cmd_out_of_band">("{}", text);
        else trace_monitor<"monitor_qmp_cmd_in_band">("{}", text);
    }
    auto refuse = [&](Error error) { respond([&] { format_.error(out(), id, error); }); };
    auto bad_member = [](std::string_view member, std::string_view what) {
        return Error::generic(fmt::format("QMP input member '{}' {}", member, what))
            .legacy("QMPBadInputObjectMember", {{"member", std::string(member)}});
    };

    // The first offence in the order of the members is the one that is told.
    static const QDict kNoArguments;
    const QDict* arguments = &kNoArguments;
    const std::string* name = nullptr;
    std::string_view command_member;
    for (const QDictEntry& entry : request) {
        if (entry.key == "execute" || (oob_ && entry.key == "exec-oob")) {
            if (!entry.value.string()) return refuse(bad_member(entry.key, "must be a string"));
            if (name)
                return refuse(Error::generic(fmt::format("QMP input member '{}' clashes with '{}'", entry.key, command_member)));
            name = entry.value.string();
            command_member = entry.key;
        } else if (entry.key == "arguments") {
            if (!entry.value.dict()) return refuse(bad_member(entry.key, "must be an object"));
            arguments = entry.value.dict();
        } else if (entry.key != "id") {
            return refuse(Error::generic(fmt::format("QMP input member '{}' is unexpected", entry.key))
                              .legacy("QMPExtraInputObjectMember", {{"member", entry.key}}));
        }
    }
    if (!name)
        return refuse(Error::generic("QMP input lacks member 'execute'").legacy("QMPBadInputObject", {{"expected", "execute"}}));

    if (!command_mode_ && *name != "qmp_capabilities")
        return refuse(Error("Expecting capabilities negotiation with 'qmp_capabilities'", ErrorClass::command_not_found)
                          .legacy("CommandNotFound", {{"name", *name}}));
    const CommandTable::Row* row = engine_.commands_.find(*name);
    if (!row) return refuse(Error::command_not_found(*name));
    const Command& command = *row->command;
    if (oob_message && !command.allow_oob)
        return refuse(Error::generic(fmt::format("The command {} does not support OOB", *name)));
    if (engine_.preconfig_ && !command.allow_preconfig)
        return refuse(Error::generic(
            fmt::format("The command '{}' is permitted only after machine initialization has completed", *name)));

    if (row->trace_enter) [[unlikely]]
        write_trace(command_trace_name("qmp_enter_", *name), json::to_string(QObject(*arguments)));
    Answer answer(*this, *row, id, !oob_message);
    command.invoke(command, row->context, *arguments, Caller{this, peer_, named_fds_}, answer);
}

void Session::answered_later() {
    running_ = false;
    if (!feeding_) pump();      // otherwise the answer came before the handler returned, and the feed goes on
}

void Session::pump() {
    while (!running_ && !queue_.empty() && peer_) {
        Result<QObject> request = std::move(queue_.front().request);
        queue_.pop_front();
        trace_monitor<"monitor_qmp_in_band_dequeue">("mon {} len {}", fmt::ptr(this), queue_.size());
        dispatch(std::move(request));
    }
    if (!peer_) return;
    peer_->schedule();
    feed_held();
    close_when_answered();
}

void Session::feed_held() {
    if (!peer_) return;
    if (!held_.empty() && !blocked()) {
        const std::string bytes = std::exchange(held_, {});
        received(bytes);
    } else {
        update_reading();
    }
}

}  // namespace rhea
