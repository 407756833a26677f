#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "machine/commands.h"
#include "machine/machine.h"
#include "machine/virtio/virtio_balloon.h"
#include "monitor/command_table.h"

namespace rhea {

struct MemSave {
    std::int64_t val = 0, size = 0;
    std::string filename;
    std::optional<std::int64_t> cpu_index;
};
struct PhysMemSave {
    std::int64_t val = 0, size = 0;
    std::string filename;
};
struct MemoryInfo {
    std::uint64_t base_memory = 0;
    std::optional<std::uint64_t> plugged_memory;
};
struct Balloon { std::int64_t value = 0; };
struct BalloonInfo { std::int64_t actual = 0; };

template <>
inline constexpr auto description<MemSave> =
    object("q_obj_memsave-arg", member<&MemSave::val>("val"), member<&MemSave::size>("size"),
           member<&MemSave::filename>("filename"), member<&MemSave::cpu_index>("cpu-index"));
template <>
inline constexpr auto description<PhysMemSave> =
    object("q_obj_pmemsave-arg", member<&PhysMemSave::val>("val"), member<&PhysMemSave::size>("size"),
           member<&PhysMemSave::filename>("filename"));
template <>
inline constexpr auto description<MemoryInfo> =
    object("MemoryInfo", member<&MemoryInfo::base_memory>("base-memory"), member<&MemoryInfo::plugged_memory>("plugged-memory"));
template <> inline constexpr auto description<Balloon> = object("q_obj_balloon-arg", member<&Balloon::value>("value"));
template <> inline constexpr auto description<BalloonInfo> = object("BalloonInfo", member<&BalloonInfo::actual>("actual"));

namespace {

constexpr std::size_t kSlice = 1 << 20;

/// Writes guest memory into a file. Opening and writing may block (a FIFO, a slow disk): a worker does both, slice by slice; the
/// loop copies each slice out of the machine.
class MemoryWriter {
public:
    /// `refusal` is told once the file has been opened, as QEMU does it.
    static void start(Machine& machine, std::string path, std::uint64_t address, std::uint64_t size, Reply<Empty> reply,
                      std::optional<Error> refusal = std::nullopt) {
        auto* writer = new MemoryWriter(machine, std::move(path), address, size, std::move(reply));
        writer->refusal_ = std::move(refusal);
        writer->queue();
    }

private:
    MemoryWriter(Machine& machine, std::string path, std::uint64_t address, std::uint64_t size, Reply<Empty> reply)
        : machine_(machine), path_(std::move(path)), address_(address), left_(size), reply_(std::move(reply)) {
        work_.data = this;
    }
    ~MemoryWriter() {
        if (fd_ >= 0) ::close(fd_);
    }

    void queue() { uv_queue_work(machine_.loop(), &work_, &MemoryWriter::run, &MemoryWriter::done); }

    static void run(uv_work_t* work) {      // on a worker
        auto& self = *static_cast<MemoryWriter*>(work->data);
        if (self.fd_ < 0) {
            self.fd_ = ::open(self.path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
            if (self.fd_ < 0) self.open_error_ = errno;
            return;
        }
        std::string_view rest = self.slice_;
        while (!rest.empty()) {
            const ssize_t n = ::write(self.fd_, rest.data(), rest.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) {
                self.write_failed_ = true;
                return;
            }
            rest.remove_prefix(static_cast<std::size_t>(n));
        }
    }

    static void done(uv_work_t* work, int status) {
        auto* self = static_cast<MemoryWriter*>(work->data);
        if (status == UV_ECANCELED) return self->finish(fail("The command was abandoned"));
        if (self->open_error_)
            return self->finish(fail(fmt::format("Could not open '{}': {}", self->path_, std::strerror(self->open_error_))));
        if (self->refusal_) return self->finish(fail(*self->refusal_));
        if (self->write_failed_)
            return self->finish(fail(Error::generic("An IO error has occurred").legacy("IOError")));
        if (self->left_ == 0) return self->finish(Empty{});
        self->slice_.resize(std::min<std::uint64_t>(self->left_, kSlice));
        self->machine_.memory().read_bytes(self->address_, self->slice_.data(), self->slice_.size());
        self->address_ += self->slice_.size();
        self->left_ -= self->slice_.size();
        self->queue();
    }

    void finish(const Result<Empty>& result) {
        reply_.finish(result);
        delete this;
    }

    Machine& machine_;
    std::string path_;
    std::uint64_t address_, left_;
    Reply<Empty> reply_;
    uv_work_t work_{};
    int fd_ = -1;
    int open_error_ = 0;
    bool write_failed_ = false;
    std::string slice_;
    std::optional<Error> refusal_;
};

Error invalid_address(std::uint64_t address, std::int64_t size) {
    return Error::generic(fmt::format("Invalid addr 0x{:016x}/size {} specified", address, size));
}

void memsave(Machine& machine, const MemSave& args, Reply<Empty> reply) {
    const std::int64_t index = args.cpu_index.value_or(0);
    if (!machine.find_cpu(index))
        return reply.fail(Error::invalid_parameter_value("cpu-index", "a CPU number"));
    // No CPU has paging on: what a program addresses is what the bus sees. RAM and ROM answer there, nothing else does.
    const auto address = static_cast<std::uint64_t>(args.val);
    const std::uint64_t ram_end = machine.ram() ? machine.ram()->below_4g() : 0;
    const auto size = static_cast<std::uint64_t>(args.size);
    const std::uint64_t four_gib = std::uint64_t{1} << 32;
    const std::uint64_t high_end = four_gib + (machine.ram() ? machine.ram()->above_4g() : 0);
    const bool low = address <= ram_end && size <= ram_end - address;
    const bool high = address >= four_gib && address <= high_end && size <= high_end - address;
    std::optional<Error> refusal;
    if (size != 0 && !low && !high) refusal = invalid_address(address, args.size);
    MemoryWriter::start(machine, args.filename, address, size, std::move(reply), std::move(refusal));
}

void pmemsave(Machine& machine, const PhysMemSave& args, Reply<Empty> reply) {
    // A negative size makes QEMU 7.2 run away; here it is an error.
    const auto address = static_cast<std::uint64_t>(args.val);
    std::optional<Error> refusal;
    if (args.size < 0) refusal = invalid_address(address, args.size);
    MemoryWriter::start(machine, args.filename, address, static_cast<std::uint64_t>(args.size), std::move(reply), std::move(refusal));
}

Result<MemoryInfo> query_memory_size_summary(Machine& machine, const Empty&) {
    MemoryInfo info;
    info.base_memory = machine.config().memory.size;
    info.plugged_memory = machine.device_memory().plugged_size();
    return info;
}

Result<Empty> balloon(Machine& machine, const Balloon& args) {
    VirtioBalloon* device = find_balloon(machine.devices());
    if (!device) return fail(Error::device_not_active("balloon"));
    if (args.value <= 0) return fail(Error::invalid_parameter_value("target", "a size"));
    device->set_target(static_cast<std::uint64_t>(args.value));
    return Empty{};
}

Result<BalloonInfo> query_balloon(Machine& machine, const Empty&) {
    const VirtioBalloon* device = find_balloon(machine.devices());
    if (!device) return fail(Error::device_not_active("balloon"));
    return BalloonInfo{static_cast<std::int64_t>(device->actual_bytes())};
}

constexpr Command kCommands[] = {
    command<memsave>("memsave", "Writes memory, as a CPU addresses it, into a file."),
    command<pmemsave>("pmemsave", "Writes physical memory into a file."),
    command<balloon>("balloon", "Asks the guest to give memory back."),
    command<query_balloon>("query-balloon", "Tells how much memory the guest has left itself."),
    command<query_memory_size_summary>("query-memory-size-summary", "Tells the amount of memory, built in and plugged in."),
};

}  // namespace

void add_memory_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
