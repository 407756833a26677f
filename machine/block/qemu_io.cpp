#include "machine/block/qemu_io.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "machine/block/blkdebug_node.h"
#include "machine/block/block_layer.h"
#include "qobject/convert.h"

namespace rhea {

namespace {

constexpr std::uint64_t kLargest = 64 << 20;      // bytes of one request: they lie in memory

void say(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

/// Stands in for the device of a backend of its own, so that the node may be written.
class Job final : public BlockDevice {
public:
    Job(BlockLayer& l, BlockBackend* b, std::function<void()> d) : layer(l), backend(b), own_backend(!b), done(std::move(d)) {}
    std::string_view qdev_id() const override { return {}; }
    std::string qom_path() const override { return {}; }

    Result<void> take_node(std::shared_ptr<BlockNode> node, bool writes) {
        backend = &layer.make_empty_backend();
        RHEA_CHECK(layer.insert(*backend, std::move(node)));
        return backend->attach(*this, {.writable = writes, .share_rw = true});
    }

    BlockLayer& layer;
    BlockBackend* backend;
    bool own_backend;
    std::function<void()> done;
    std::vector<std::uint8_t> buffer;
    std::optional<std::uint8_t> pattern;
    std::uint64_t offset = 0, bytes = 0;

    void finish() {
        if (own_backend) layer.remove_backend(*backend);
        done();
    }
    void report(const char* verb) {
        say(fmt::format("{} {}/{} bytes at offset {}\n{} bytes, 1 ops\n", verb, bytes, bytes, offset, bytes));
    }
};

/// "-P 5 0 4k": pattern, offset and length; false after telling what is wrong.
bool parse_request(Job& job, const std::vector<std::string_view>& words) {
    std::vector<std::uint64_t> numbers;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const bool is_pattern = words[i] == "-P";
        if (words[i].substr(0, 1) == "-" && !is_pattern) {
            if (words[i] == "-q" || words[i] == "-f" || words[i] == "-n" || words[i] == "-v") continue;      // how it prints, and waits
            say(fmt::format("{}: invalid option -- '{}'\n", words[0], words[i].substr(1)));
            return false;
        }
        if (is_pattern && ++i == words.size()) break;
        const auto value = parse_size(words[i]);
        if (!value) {
            say(fmt::format("Parsing error: non-numeric argument, or extraneous/unrecognized suffix -- {}\n", words[i]));
            return false;
        }
        if (is_pattern) job.pattern = static_cast<std::uint8_t>(*value);
        else numbers.push_back(*value);
    }
    if (numbers.size() != 2) {
        say(fmt::format("bad argument count {} to {}, expected at least 2 arguments\n", numbers.size(), words[0]));
        return false;
    }
    if (numbers[1] > kLargest) {
        say(fmt::format("length cannot exceed {}, given {}\n", kLargest, numbers[1]));
        return false;
    }
    job.offset = numbers[0];
    job.bytes = numbers[1];
    return true;
}

void completed(const std::shared_ptr<Job>& job, const char* command, const char* verb, const IoOutcome& outcome) {
    if (!outcome.ok()) {
        say(fmt::format("{} failed: {}\n", command, std::strerror(outcome.error)));
    } else {
        const auto differs = [&](std::uint8_t byte) { return byte != job->pattern; };
        if (outcome.kind == IoKind::read && job->pattern && std::any_of(job->buffer.begin(), job->buffer.end(), differs))
            say(fmt::format("Pattern verification failed at offset {}, {} bytes\n", job->offset, job->bytes));
        if (verb) job->report(verb);
    }
    job->finish();
}

/// Commands for a driver "blkdebug" at or below the node: "break EVENT TAG", "resume TAG" and so on. False: it is none of them.
bool run_breakpoint_command(BlockLayer& layer, BlockNode* node, const std::vector<std::string_view>& words) {
    const std::string_view name = words[0];
    const bool sets = name == "break", resumes = name == "resume", removes = name == "remove_break";
    if (!sets && !resumes && !removes) return false;
    const std::size_t wanted = sets ? 2 : 1;
    if (words.size() - 1 != wanted) {
        say(fmt::format("bad argument count {} to {}, expected {} arguments\n", words.size() - 1, name, wanted));
        return true;
    }
    while (node && node->driver() != BlockdevDriver::blkdebug) node = node->below();
    auto* target = static_cast<BlkdebugNode*>(node);
    int error = ENOTSUP;
    if (target && sets) {
        const auto event = enum_from_name<BlkdebugEvent>(words[1]);
        if (event) layer.work().allow_holding();
        error = event ? target->rules().set_breakpoint(*event, std::string(words[2])) : ENOENT;
    } else if (target) {
        error = resumes ? target->rules().resume(words[1]) : target->rules().remove_breakpoint(words[1]);
        layer.work().release();
    }
    if (error == 0) return true;
    const std::string reason = std::strerror(error);
    if (sets) say(fmt::format("Could not set breakpoint: {}\n", reason));
    else if (resumes) say(fmt::format("Could not resume request: {}\n", reason));
    else say(fmt::format("Could not remove breakpoint {}: {}\n", words[1], reason));
    return true;
}

}  // namespace

void run_qemu_io(BlockLayer& layer, BlockBackend* backend, std::shared_ptr<BlockNode> node, std::string_view line,
                 std::function<void()> done) {
    std::vector<std::string_view> words;
    while (!line.empty()) {
        const std::size_t end = line.find(' ');
        if (end != 0) words.push_back(line.substr(0, end));
        line.remove_prefix(end == line.npos ? line.size() : end + 1);
    }
    if (words.empty()) return done();
    const std::string_view name = words[0];
    const bool reads = name == "read" || name == "r", writes = name == "write" || name == "w", flushes = name == "flush" || name == "f",
               discards = name == "discard" || name == "d";
    if (run_breakpoint_command(layer, backend ? backend->root() : node.get(), words)) return done();
    if (!reads && !writes && !flushes && !discards) {
        say(fmt::format("command \"{}\" not found\n", name));
        return done();
    }
    auto job = std::make_shared<Job>(layer, backend, std::move(done));
    if (job->own_backend) {
        if (auto taken = job->take_node(std::move(node), writes || discards); !taken) {
            say(taken.error().description() + "\n");
            return job->finish();
        }
    }
    if (!flushes && !parse_request(*job, words)) return job->finish();
    if (reads) {
        job->buffer.resize(job->bytes);
        job->backend->read(job->offset, job->buffer, [job](const IoOutcome& o) { completed(job, "read", "read", o); });
    } else if (writes) {
        job->buffer.assign(job->bytes, job->pattern.value_or(0xcd));
        job->backend->write(job->offset, job->buffer, [job](const IoOutcome& o) { completed(job, "write", "wrote", o); });
    } else if (discards) {
        job->backend->discard(job->offset, job->bytes, [job](const IoOutcome& o) { completed(job, "discard", "discard", o); });
    } else {
        job->backend->flush([job](const IoOutcome& o) { completed(job, "flush", nullptr, o); });
    }
}

}  // namespace rhea
