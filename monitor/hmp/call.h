#pragma once
/// One line of the human monitor that is being carried out. Its handler reads the arguments, calls QMP commands, prints; the
/// line is done when nobody holds the call any more, so a handler that finishes later keeps a reference.
///
///     void query_status(Lifecycle&, HmpCall& call) {
///         auto info = call.ask("query-status");
///         if (!info) return call.error(info.error());
///         call.print("VM status: {}\n", …);
///     }
///     void stop(Lifecycle&, HmpCall& call) { call.run("stop"); }
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "monitor/hmp/arguments.h"
#include "monitor/hmp/history.h"
#include "qobject/error.h"

namespace rhea {

class Engine;
class FdNames;
class Peer;

/// What a human monitor remembers from line to line. One for each session; human-monitor-command makes one for its line.
struct HmpState {
    LineHistory* history = nullptr;      ///< null: there is none
    std::int64_t cpu = 0;                ///< the CPU that `cpu` chose
    Peer* peer = nullptr;                ///< where descriptors come from; null: nowhere
    FdNames* fd_names = nullptr;         ///< what getfd named on this monitor; null: it keeps none
};

class HmpCall : public std::enable_shared_from_this<HmpCall> {
public:
    /// `done` gets what was printed (line ends are CR LF), and whether the session ends with it: nothing follows then, not even
    /// a prompt.
    using Done = std::function<void(std::string&& output, bool last)>;
    HmpCall(Engine& engine, HmpState& state, HmpArguments arguments, Done done)
        : arguments(std::move(arguments)), engine_(engine), state_(&state), done_(std::move(done)) {}
    HmpCall(const HmpCall&) = delete;
    HmpCall& operator=(const HmpCall&) = delete;
    ~HmpCall() { done_(std::move(output_), last_); }

    const HmpArguments arguments;
    Engine& engine() { return engine_; }
    /// Valid while the handler runs, not later.
    HmpState& state() { return *state_; }
    void handler_returned() { state_ = nullptr; }
    bool quiet() const { return output_.empty(); }

    /// Text with '\n' as line end.
    void write(std::string_view text);
    /// What another line printed.
    void write_raw(std::string_view output) { output_ += output; }
    template <class... Ts>
    void print(fmt::format_string<Ts...> format, Ts&&... values) {
        write(fmt::format(format, std::forward<Ts>(values)...));
    }
    /// "Error: …", and the hint.
    void error(const Error& error);
    /// Prints the error of a failure.
    template <class T>
    bool ok(const Result<T>& result) {
        if (!result) error(result.error());
        return result.has_value();
    }

    /// A QMP command's result. For commands that answer at once; from one that does not, an error.
    Result<QObject> ask(std::string_view command, const QDict& arguments = {});
    /// Carries a QMP command out; `then` gets the result when it is there. Without it an error is printed, a result is not.
    void run(std::string_view command, const QDict& arguments = {}, std::function<void(HmpCall&, const Result<QObject>&)> then = {});
    bool has_qmp(std::string_view command) const;
    void end_session() { last_ = true; }

private:
    Engine& engine_;
    HmpState* state_;             // null once the handler has returned: the session may be gone before the call is done
    Done done_;
    std::string output_;
    bool last_ = false;
};

// Reading results. A member that is not there reads as empty, 0 or false.
const QObject* hmp_member(const QObject& object, std::string_view path);      ///< "inserted.file"
std::string_view hmp_text(const QObject& object, std::string_view path);
std::int64_t hmp_int(const QObject& object, std::string_view path);
bool hmp_bool(const QObject& object, std::string_view path);
const QList& hmp_list(const QObject& object, std::string_view path = {});

}  // namespace rhea
