#include "monitor/session.h"

#include <malloc.h>

#include <fmt/format.h>

#include "monitor/engine.h"

namespace rhea {

namespace {

constexpr std::size_t kLarge = 256 << 10;      // bytes of a reply

}  // namespace

/// A reply owed after the handler returned. Holds the session weakly: a client that has left costs nothing.
class Session::LaterReply final : public PendingReply {
public:
    LaterReply(std::weak_ptr<Session> session, std::optional<QObject> id, bool in_band, bool quiet)
        : session_(std::move(session)), id_(std::move(id)), in_band_(in_band), quiet_(quiet) {}

    void succeed(const TypeInfo& type, const void* value) override {
        finish([&](Session& s) {
            if (!quiet_) s.format_.success(s.out(), id(), type, value);
        });
    }
    void fail(const Error& error) override {
        finish([&](Session& s) { s.format_.error(s.out(), id(), error); });
    }

private:
    const QObject* id() const { return id_ ? &*id_ : nullptr; }

    template <class Write>
    void finish(Write write) {
        auto session = session_.lock();
        if (!session || !session->peer_) return;
        const std::size_t before = session->out().size();
        write(*session);
        session->reply_bytes_ += session->out().size() - before;
        session->peer_->schedule();
        if (in_band_) session->answered_later();
    }

    std::weak_ptr<Session> session_;
    std::optional<QObject> id_;
    bool in_band_, quiet_;
};

/// The answer to a command while its handler runs.
class Session::Answer final : public ResultSink {
public:
    Answer(Session& session, const QObject* id, bool in_band, bool quiet)
        : session_(session), id_(id), in_band_(in_band), quiet_(quiet) {}

    void result(const TypeInfo& type, const void* value) override {
        if (session_.peer_ && !quiet_) session_.format_.success(session_.out(), id_, type, value);
    }
    void prepared(const std::string& json) override {
        if (session_.peer_) session_.format_.prepared(session_.out(), id_, json);
    }
    void error(const Error& error) override {
        if (session_.peer_) session_.format_.error(session_.out(), id_, error);
    }
    std::unique_ptr<PendingReply> later() override {
        if (in_band_) session_.running_ = true;
        return std::make_unique<LaterReply>(session_.weak_from_this(), id_ ? std::optional<QObject>(*id_) : std::nullopt,
                                            in_band_, quiet_);
    }

private:
    Session& session_;
    const QObject* id_;
    bool in_band_, quiet_;
};

Session::Session(Engine& engine, Peer& peer, const WireFormat& format, SessionLimits limits)
    : engine_(engine), peer_(&peer), format_(format), limits_(limits), decoder_(format.decoder(*this, engine.commands())) {}

Session::~Session() { std::erase(engine_.listening_, this); }

void Session::start() {
    engine_.session_begins();
    format_.greeting(out(), engine_.version());
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
    out() += event_line;
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
    if (oob_ && request) {
        if (QDict* dict = request->dict(); dict && dict->contains("exec-oob") && !dict->contains("execute")) {
            execute(*dict, true);
            return !blocked();
        }
    }
    if (running_) queue_.push_back({std::move(request)});
    else dispatch(std::move(request));
    return !blocked();
}

void Session::dispatch(Result<QObject>&& request) {
    const std::size_t before = peer_->output().size();
    if (!request) {
        format_.error(out(), nullptr, request.error());
    } else if (QDict* dict = request->dict()) {
        execute(*dict, false);
    } else {
        format_.error(out(), nullptr, Error::generic("QMP input must be a JSON object").legacy("QMPBadInputObject", {{"expected", "object"}}));
    }
    if (!peer_ || peer_->output().size() <= before) return;
    const std::size_t bytes = peer_->output().size() - before;
    reply_bytes_ += bytes;
    large_ = large_ || bytes > kLarge;
}

void Session::execute(QDict& request, bool oob_message) {
    const QObject* id = request.find("id");
    auto refuse = [&](Error error) { format_.error(out(), id, error); };
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

    Answer answer(*this, id, !oob_message, !command.success_response);
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
