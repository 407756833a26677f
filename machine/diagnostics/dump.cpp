#include "machine/diagnostics/dump.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "machine/machine.h"

namespace rhea {

namespace {

constexpr std::size_t kSlice = 1 << 20;

/// Writes all, or says with which errno it could not.
int write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return 0;
}

}  // namespace

/// What the worker sees. It outlives the dump's owner while the worker is busy.
struct Dump::Work {
    uv_work_t request{};
    Dump* owner = nullptr;                  // null: gone
    std::shared_ptr<Work> self;             // while the worker has it
    Target target;
    Done started, done;
    bool resume = false;                    // the machine was running
    std::unique_ptr<DumpWriter> writer;
    std::vector<DumpBlock> blocks;
    std::size_t block = 0;
    std::uint64_t at = 0;                   // within the block
    enum class Step { open, begin, slice, end } step = Step::open;
    std::uint64_t address = 0;
    std::string slice, out;
    int error = 0;

    void queue() {
        request.data = this;
        self = owner->work_;
        uv_queue_work(owner->machine_.loop(), &request, [](uv_work_t* work) { static_cast<Work*>(work->data)->run(); },
                      [](uv_work_t* work, int) {
                          const auto keep = std::move(static_cast<Work*>(work->data)->self);
                          if (!keep->owner) return;
                          if (keep->step == Step::open) keep->owner->opened();
                          else keep->owner->written();
                      });
    }
    void run() {      // on a worker
        if (step == Step::open) {
            if (target.file) return;
            target.file = FileDescriptor(::open(target.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR));
            if (!target.file) error = errno;
            return;
        }
        out.clear();
        if (step == Step::begin) out = writer->begin();
        else if (step == Step::slice) writer->add(address, slice, out);
        else out = writer->end();
        error = write_all(target.file.get(), out);
    }
};

Dump::~Dump() {
    if (work_) work_->owner = nullptr;
}

void Dump::start(Target target, Done started, Done done) {
    work_ = std::make_shared<Work>();
    work_->owner = this;
    work_->target = std::move(target);
    work_->started = std::move(started);
    work_->done = std::move(done);
    work_->queue();
}

void Dump::opened() {
    const auto refuse = [this](const Error& error) {
        const auto work = std::move(work_);
        work->started(fail(error));
    };
    if (work_->error)
        return refuse(Error::generic(fmt::format("Could not open '{}': {}", work_->target.path, std::strerror(work_->error))));
    work_->resume = machine_.life().running();
    machine_.life().stop_for_saving();
    result_ = {DumpStatus::active, 0, 0};
    if (auto prepared = prepare(); !prepared) {
        result_ = {DumpStatus::failed, 0, 0};
        resume();
        return refuse(prepared.error());
    }
    work_->started(Empty{});
    if (work_->target.format == DumpGuestMemoryFormat::win_dmp)
        // What Windows' driver would have told of it, by way of the device vmcoreinfo, is not there.
        return finish("win-dump: invalid vmcoreinfo note size");
    work_->step = Work::Step::begin;
    work_->queue();
}

Result<void> Dump::prepare() {
    const Target& target = work_->target;
    work_->blocks = dump_blocks(machine_.memory());
    const bool beyond = beyond_32_bits(work_->blocks);
    if (target.length && *target.length == 0) return fail(Error::invalid_parameter("length"));
    if (target.begin && *target.begin < 0) return fail(Error::invalid_parameter("begin"));
    if (target.begin) work_->blocks = filter_blocks(work_->blocks, static_cast<std::uint64_t>(*target.begin), static_cast<std::uint64_t>(*target.length));
    if (work_->blocks.empty()) return fail("dump: no guest memory to dump");
    result_.total = static_cast<std::int64_t>(total_size(work_->blocks));
    DumpNotes notes = dump_notes(machine_);
    // A guest in 32-bit mode has a 32-bit file, unless its memory does not fit in.
    const bool wide = notes.long_mode || beyond;
    if (target.format == DumpGuestMemoryFormat::kdump_zlib) work_->writer = RHEA_TRY(kdump_zlib(work_->blocks, std::move(notes)));
    else work_->writer = elf_dump(work_->blocks, std::move(notes), wide);
    return {};
}

void Dump::written() {
    if (work_->error) return finish(fmt::format("dump: failed to save memory: {}", std::strerror(work_->error)));
    if (work_->step == Work::Step::end) return finish(std::nullopt);
    if (work_->step == Work::Step::slice) result_.completed += static_cast<std::int64_t>(work_->slice.size());
    next_slice();
}

void Dump::next_slice() {
    Work& work = *work_;
    if (work.block == work.blocks.size()) {
        work.step = Work::Step::end;
        return work.queue();
    }
    const DumpBlock& block = work.blocks[work.block];
    work.step = Work::Step::slice;
    work.address = block.address + work.at;
    work.slice.resize(std::min<std::uint64_t>(block.size - work.at, kSlice));
    machine_.memory().read_bytes(work.address, work.slice.data(), work.slice.size());
    work.at += work.slice.size();
    if (work.at == block.size) ++work.block, work.at = 0;
    work.queue();
}

void Dump::resume() {
    if (work_->resume) machine_.life().resume_after_saving();
}

void Dump::finish(std::optional<std::string> error) {
    result_.status = error ? DumpStatus::failed : DumpStatus::completed;
    work_->target.file.reset();
    machine_.platform().events.emit(DumpCompletedEvent{result_, error});
    resume();
    const auto work = std::move(work_);
    work->done(error ? Result<Empty>(fail(*error)) : Result<Empty>(Empty{}));
}

}  // namespace rhea
