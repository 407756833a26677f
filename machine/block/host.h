#pragma once
/// What the block layer needs of the machine around it.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace rhea {

class Clocks;

/// Loop thread only. Outlives the block layer.
class BlockHost {
public:
    virtual ~BlockHost() = default;

    /// A guest's request failed under the stop policy: stops the machine with run state io-error. The stop (and its STOP
    /// event) may come at once or at the next turn of the loop; the BLOCK_IO_ERROR event has gone out before.
    virtual void vm_stop_io_error() = 0;
    virtual bool running() const = 0;
    /// `call` runs at every `cont` that sets the machine going, after its RESUME event. Registered once, by the block layer.
    virtual void on_cont(std::function<void()> call) = 0;
    /// The same for every `stop`, whether the machine was running or not, and for the machine's end, before anything goes.
    virtual void on_stop(std::function<void()> call) = 0;
    virtual void on_end(std::function<void()> call) = 0;

    /// Some device has this id or QOM path (a device without a medium gets another error than none).
    virtual bool device_exists(std::string_view id_or_path) const = 0;
    /// A QOM path (or the empty string) that leads to something other than a device.
    virtual bool is_container(std::string_view path) const = 0;
    /// There is an I/O thread of this name.
    virtual bool iothread_exists(std::string_view) { return false; }
    /// As open(2), close-on-exec; -1 with errno. What O_CREAT makes everybody may read. Whoever has file descriptor sets opens "/dev/fdset/N" from them.
    virtual int open_file(const std::string& path, int flags);
    /// Those that a test moves that plays the guest; null: time goes by itself. Asked for once.
    virtual Clocks* test_clocks() { return nullptr; }
    /// The clock of statistics and limits, in nanoseconds, and how long every request counts where a test plays the guest and moves that
    /// clock; nothing: as long as it took.
    virtual std::int64_t accounting_now() const;
    virtual std::optional<std::int64_t> accounted_latency() const { return std::nullopt; }
    /// A warning for the one who started the program, lines ended by '\n'; to stderr.
    virtual void warn(std::string_view text);
};

}  // namespace rhea
