#include "machine/block/blkdebug_rules.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "chardev/file_descriptor.h"
#include "machine/block/flat_options.h"
#include "machine/block/work_queue.h"
#include "qobject/config_text.h"

namespace rhea {
namespace {

constexpr std::size_t kMaxFile = 1u << 20;
constexpr std::uint64_t kSector = 512;

constexpr unsigned bit(BlkdebugIoType type) { return 1u << static_cast<unsigned>(type); }
constexpr unsigned kRequests = bit(BlkdebugIoType::read) | bit(BlkdebugIoType::write) | bit(BlkdebugIoType::write_zeroes) |
                               bit(BlkdebugIoType::discard) | bit(BlkdebugIoType::flush);

std::size_t index(BlkdebugEvent event) { return static_cast<std::size_t>(event); }

Result<BlkdebugEvent> take_event(FlatOptions& flat) {
    const auto event = RHEA_TRY(flat.take_enum<BlkdebugEvent>("event"));
    if (!event) return fail("Missing event name for rule");
    return *event;
}

Result<std::optional<std::int64_t>> take_integer(FlatOptions& flat, std::string_view key) {
    const auto number = RHEA_TRY(flat.take_number(key));
    if (!number) return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

Result<std::string> read_file(const std::string& path) {
    const auto cannot = [] { return fail(fmt::format("Could not read blkdebug config file: {}", std::strerror(errno))); };
    const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!fd) return cannot();
    std::string text(kMaxFile, '\0');
    std::size_t bytes = 0;
    while (bytes < text.size()) {
        const ssize_t got = ::read(fd.get(), text.data() + bytes, text.size() - bytes);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return cannot();
        if (got == 0) break;
        bytes += static_cast<std::size_t>(got);
    }
    text.resize(bytes);
    return text;
}

template <class Rule>
Result<void> add_section(BlkdebugRules& rules, const Options& options, Result<Rule> (&take)(FlatOptions&)) {
    FlatOptions flat;
    for (const Option& option : options.entries()) {
        const auto& known = type_of<Rule>().members;
        if (std::none_of(known.begin(), known.end(), [&](const Member& member) { return member.name == option.key; }))
            return fail(Error::invalid_parameter(option.key));
        flat.put(option.key, option.value);
    }
    rules.add(RHEA_TRY(take(flat)));
    return {};
}

}  // namespace

Result<BlkdebugInjectError> take_inject_error(FlatOptions& flat) {
    BlkdebugInjectError rule;
    rule.event = RHEA_TRY(take_event(flat));
    rule.state = RHEA_TRY(take_integer(flat, "state"));
    rule.iotype = RHEA_TRY(flat.take_enum<BlkdebugIoType>("iotype"));
    rule.errno_ = RHEA_TRY(take_integer(flat, "errno"));
    rule.sector = RHEA_TRY(take_integer(flat, "sector"));
    rule.once = RHEA_TRY(flat.take_bool("once"));
    rule.immediately = RHEA_TRY(flat.take_bool("immediately"));
    return rule;
}

Result<BlkdebugSetState> take_set_state(FlatOptions& flat) {
    BlkdebugSetState rule;
    rule.event = RHEA_TRY(take_event(flat));
    rule.state = RHEA_TRY(take_integer(flat, "state"));
    rule.new_state = RHEA_TRY(take_integer(flat, "new_state")).value_or(0);
    return rule;
}

void BlkdebugRules::add(const BlkdebugInjectError& rule) {
    Injection one{numbers_++, rule.state.value_or(0), static_cast<int>(rule.errno_.value_or(EIO)), kRequests, {}, false};
    if (rule.iotype) one.io_types = bit(*rule.iotype);
    if (const std::int64_t sector = rule.sector.value_or(-1); sector != -1)
        one.offset = static_cast<std::uint64_t>(sector) * kSector;
    one.once = rule.once.value_or(false);
    injections_[index(rule.event)].push_back(one);
}

void BlkdebugRules::add(const BlkdebugSetState& rule) {
    changes_[index(rule.event)].push_back({rule.state.value_or(0), rule.new_state});
}

Result<void> BlkdebugRules::add_file(const std::string& path) {
    const std::string text = RHEA_TRY(read_file(path));
    unsigned line = 0;
    return read_config_text(text, line, [this](const ConfigSection& section) -> Result<void> {
        if (section.group == "inject-error") return add_section(*this, section.options, take_inject_error);
        if (section.group == "set-state") return add_section(*this, section.options, take_set_state);
        return fail(fmt::format("There is no option group '{}'", section.group));
    });
}

int BlkdebugRules::set_breakpoint(BlkdebugEvent event, std::string tag) {
    const std::lock_guard lock(mutex_);
    if (breakpoints_.size() == WorkQueue::kMostHeld) return EBUSY;
    breakpoints_.push_back({event, std::move(tag)});
    return 0;
}

int BlkdebugRules::resume(std::string_view tag) {
    const std::lock_guard lock(mutex_);
    int error = ENOENT;
    for (Breakpoint& one : breakpoints_) {
        if (one.tag != tag || one.state != Breakpoint::State::waiting) continue;
        one.state = Breakpoint::State::resumed;
        error = 0;
    }
    return error;
}

int BlkdebugRules::remove_breakpoint(std::string_view tag) {
    const std::lock_guard lock(mutex_);
    int error = ENOENT;
    for (auto one = breakpoints_.begin(); one != breakpoints_.end();) {
        if (one->tag != tag || one->state == Breakpoint::State::resumed) {
            ++one;
            continue;
        }
        error = 0;
        if (one->state == Breakpoint::State::waiting) (one++)->state = Breakpoint::State::resumed;
        else one = breakpoints_.erase(one);
    }
    return error;
}

/// A breakpoint is for one request.
void BlkdebugRules::stop_at(BlkdebugEvent event) {
    std::unique_lock lock(mutex_);
    const auto found = std::find_if(breakpoints_.begin(), breakpoints_.end(),
                                    [event](const Breakpoint& one) { return one.event == event && one.state == Breakpoint::State::set; });
    if (found == breakpoints_.end()) return;
    found->state = Breakpoint::State::waiting;
    lock.unlock();
    WorkQueue::hold([this, found] {
        const std::lock_guard guard(mutex_);
        return found->state == Breakpoint::State::resumed;
    });
    lock.lock();
    breakpoints_.erase(found);
}

void BlkdebugRules::event(BlkdebugEvent event) {
    stop_at(event);
    const std::lock_guard lock(mutex_);
    const auto in_state = [this](const auto& rule) { return rule.state == 0 || rule.state == state_; };
    const auto& waiting = injections_[index(event)];
    // Without a rule for it the ones that are active stay.
    if (std::any_of(waiting.begin(), waiting.end(), in_state)) {
        active_.clear();
        std::copy_if(waiting.begin(), waiting.end(), std::back_inserter(active_), in_state);
    }
    // Of several changes the first one counts; all see the state from before.
    const auto& changes = changes_[index(event)];
    const auto change = std::find_if(changes.begin(), changes.end(), in_state);
    if (change != changes.end()) state_ = change->new_state;
}

int BlkdebugRules::check(BlkdebugIoType type, std::uint64_t offset, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    const auto rule = std::find_if(active_.begin(), active_.end(), [&](const Injection& one) {
        const bool hit = !one.offset || (*one.offset >= offset && *one.offset - offset < bytes);
        return hit && (one.io_types & bit(type));
    });
    if (rule == active_.end()) return 0;
    const int error = std::max(rule->error, 0);
    if (error && rule->once) {
        for (auto& waiting : injections_)
            std::erase_if(waiting, [number = rule->number](const Injection& one) { return one.number == number; });
        active_.erase(rule);
    }
    return error;
}

}  // namespace rhea
