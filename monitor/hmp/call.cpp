#include "monitor/hmp/call.h"

#include "monitor/engine.h"

namespace rhea {

namespace {

using Then = std::function<void(HmpCall&, const Result<QObject>&)>;

/// Takes a result that comes when the handler has returned.
class LaterResult final : public PendingReply {
public:
    LaterResult(std::shared_ptr<HmpCall> call, Then then) : call_(std::move(call)), then_(std::move(then)) {}
    void succeed(const TypeInfo& type, const void* value) override { then_(*call_, to_qobject(type, value)); }
    void fail(const Error& error) override { then_(*call_, rhea::fail(error)); }

private:
    std::shared_ptr<HmpCall> call_;
    Then then_;
};

class CallSink final : public ResultSink {
public:
    CallSink(HmpCall& call, Then then) : call_(call), then_(std::move(then)) {}
    void result(const TypeInfo& type, const void* value) override { then_(call_, to_qobject(type, value)); }
    void prepared(const std::string& json) override { then_(call_, QObject(json)); }
    void error(const Error& error) override { then_(call_, fail(error)); }
    std::unique_ptr<PendingReply> later() override { return std::make_unique<LaterResult>(call_.shared_from_this(), then_); }

private:
    HmpCall& call_;
    Then then_;
};

}  // namespace

void HmpCall::write(std::string_view text) {
    for (std::size_t at; (at = text.find('\n')) != text.npos; text.remove_prefix(at + 1)) {
        output_ += text.substr(0, at);
        output_ += "\r\n";
    }
    output_ += text;
}

void HmpCall::error(const Error& error) {
    print("Error: {}\n", error.description());
    if (!error.hint().empty()) print("{}\n", error.hint());
}

bool HmpCall::has_qmp(std::string_view command) const {
    const CommandTable::Row* row = engine_.commands().find(command);
    return row && row->command->state != CommandState::not_yet;
}

void HmpCall::run(std::string_view command, const QDict& args, Then then) {
    if (!then) then = [](HmpCall& call, const Result<QObject>& result) { call.ok(result); };
    const CommandTable::Row* row = engine_.commands().find(command);
    if (!row) return then(*this, fail(Error::command_not_found(command)));
    CallSink sink(*this, std::move(then));
    row->command->invoke(*row->command, row->context, args, state_ ? Caller{nullptr, state_->peer, state_->fd_names} : Caller{}, sink);
}

Result<QObject> HmpCall::ask(std::string_view command, const QDict& args) {
    auto answer = std::make_shared<Result<QObject>>(fail(fmt::format("The command {} answers later", command)));
    run(command, args, [answer](HmpCall&, const Result<QObject>& result) { *answer = result; });
    return std::move(*answer);
}

const QObject* hmp_member(const QObject& object, std::string_view path) {
    const QObject* at = &object;
    while (at && !path.empty()) {
        const std::size_t dot = path.find('.');
        at = at->dict() ? at->dict()->find(path.substr(0, dot)) : nullptr;
        path.remove_prefix(dot == path.npos ? path.size() : dot + 1);
    }
    return at;
}

std::string_view hmp_text(const QObject& object, std::string_view path) {
    const QObject* found = hmp_member(object, path);
    return found && found->string() ? std::string_view(*found->string()) : std::string_view();
}

std::int64_t hmp_int(const QObject& object, std::string_view path) {
    const QObject* found = hmp_member(object, path);
    std::int64_t value = 0;
    std::uint64_t large = 0;
    if (!found || !found->number()) return 0;
    if (found->number()->get_int(value)) return value;
    return found->number()->get_uint(large) ? static_cast<std::int64_t>(large) : 0;
}

bool hmp_bool(const QObject& object, std::string_view path) {
    const QObject* found = hmp_member(object, path);
    return found && found->boolean() && *found->boolean();
}

const QList& hmp_list(const QObject& object, std::string_view path) {
    static const QList kNone;
    const QObject* found = hmp_member(object, path);
    return found && found->list() ? *found->list() : kNone;
}

}  // namespace rhea
