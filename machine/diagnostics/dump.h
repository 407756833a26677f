#pragma once
/// A dump of the guest's memory, under way or done. One at a time; the machine stands still for it. Loop thread only.
#include <uv.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "chardev/file_descriptor.h"
#include "machine/diagnostics/dump_format.h"
#include "machine/diagnostics/dump_types.h"

namespace rhea {

class Machine;

class Dump {
public:
    using Done = std::function<void(const Result<Empty>& result)>;
    struct Target {
        FileDescriptor file;      ///< open; else `path`
        std::string path;
        DumpGuestMemoryFormat format = DumpGuestMemoryFormat::elf;
        std::optional<std::int64_t> begin, length;      ///< bytes
    };

    explicit Dump(Machine& machine) : machine_(machine) {}
    ~Dump();
    Dump(const Dump&) = delete;
    Dump& operator=(const Dump&) = delete;

    bool active() const { return work_ != nullptr; }
    const DumpQueryResult& result() const { return result_; }
    /// None is active. `started` is called when the file is open and the dump begins, or with what is against it; `done` after
    /// DUMP_COMPLETED. Without `started` succeeding, `done` is not called.
    void start(Target target, Done started, Done done);

private:
    struct Work;
    void opened();
    Result<void> prepare();
    void written();
    void next_slice();
    void finish(std::optional<std::string> error);
    void resume();

    Machine& machine_;
    DumpQueryResult result_;
    std::shared_ptr<Work> work_;      // null: nothing is under way
};

}  // namespace rhea
