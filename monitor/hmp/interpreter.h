#pragma once
/// From a line of the human monitor to the command that it names: shared by the sessions of an engine.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/hmp/call.h"
#include "monitor/hmp/command.h"
#include "monitor/hmp/line_editor.h"

namespace rhea {

/// The words up to the cursor, for whoever completes the last of them.
class HmpCompletion {
public:
    HmpCompletion(Engine& engine, HmpState& state, std::vector<std::string> words);

    Engine& engine() { return engine_; }
    const std::vector<std::string>& words() const { return words_; }
    /// What is typed of the word that is being completed.
    std::string_view typed() const { return typed_; }
    /// Completes only what follows its first `length` bytes.
    void begin_at(std::size_t length) { typed_.erase(0, length); }
    /// Taken when it begins with what is typed.
    void add(std::string_view candidate) {
        if (candidate.substr(0, typed_.size()) == typed_) candidates_.emplace_back(candidate);
    }
    /// A QMP command's result, as HmpCall::ask; null when it fails.
    QObject ask(std::string_view command, const QDict& arguments = {});
    Completions take() { return {typed_.size(), std::move(candidates_)}; }

private:
    Engine& engine_;
    HmpState& state_;
    std::vector<std::string> words_;
    std::string typed_;
    std::vector<std::string> candidates_;
};

class HmpInterpreter {
public:
    explicit HmpInterpreter(Engine& engine);

    HmpTable& table() { return table_; }
    /// Which CPUs there are to choose among, and the values of `$name` for the one that the state names; none without.
    using CpuExists = std::function<bool(std::int64_t cpu)>;
    using CpuRegisters = std::function<std::optional<std::int64_t>(std::int64_t cpu, std::string_view name)>;
    void set_cpus(CpuExists exists, CpuRegisters registers) {
        cpu_exists_ = std::move(exists);
        cpu_registers_ = std::move(registers);
    }
    bool has_cpu(std::int64_t cpu) const { return cpu_exists_ && cpu_exists_(cpu); }

    /// Carries a line out; `done` is called before this returns, or later. `state` stays until then or until `done` is a no-op.
    void run(std::string_view line, HmpState& state, HmpCall::Done done);
    Completions complete(std::string_view before_cursor, HmpState& state);

private:
    void run_found(const HmpTable::Row& row, std::string_view typed, std::string_view rest, HmpState& state, HmpCall::Done done);

    Engine& engine_;
    HmpTable table_;
    HmpFormat format_;                      // of the last "/…", whoever said it
    CpuExists cpu_exists_;
    CpuRegisters cpu_registers_;
};

}  // namespace rhea
