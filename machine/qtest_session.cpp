#include "machine/qtest_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <utility>

#include "machine/trace_points.h"
#include "qobject/base64.h"

namespace rhea {

namespace {

// A step of the clock gives way to the rest of the program after so many timers.
constexpr unsigned kTimersAtOnce = 20'000;
// A century; sums of times stay far from the end of 64 bits.
constexpr std::int64_t kLastTime = std::int64_t{1} << 62;
constexpr std::size_t kMaxWords = 8;
constexpr unsigned kMaxWatchedLines = 4096;

}  // namespace

/// A request: its name, how many words may follow it, who answers. Too few are an error; more are ignored.
struct QtestSession::Request {
    std::string_view name;
    std::size_t words;
    void (QtestSession::*handle)(Words);
    bool manual_clock_only = false;
};

const QtestSession::Request QtestSession::kRequests[] = {
    {"inb", 1, &QtestSession::port_in<1>},
    {"inw", 1, &QtestSession::port_in<2>},
    {"inl", 1, &QtestSession::port_in<4>},
    {"outb", 2, &QtestSession::port_out<1>},
    {"outw", 2, &QtestSession::port_out<2>},
    {"outl", 2, &QtestSession::port_out<4>},
    {"readb", 1, &QtestSession::memory_read<1>},
    {"readw", 1, &QtestSession::memory_read<2>},
    {"readl", 1, &QtestSession::memory_read<4>},
    {"readq", 1, &QtestSession::memory_read<8>},
    {"writeb", 2, &QtestSession::memory_write<1>},
    {"writew", 2, &QtestSession::memory_write<2>},
    {"writel", 2, &QtestSession::memory_write<4>},
    {"writeq", 2, &QtestSession::memory_write<8>},
    {"read", 2, &QtestSession::read_block},
    {"write", 3, &QtestSession::write_block},
    {"b64read", 2, &QtestSession::read_base64},
    {"b64write", 3, &QtestSession::write_base64},
    {"memset", 3, &QtestSession::fill},
    {"clock_step", 0, &QtestSession::step, true},
    {"clock_set", 1, &QtestSession::set_clock, true},
    {"endianness", 0, &QtestSession::endianness},
    {"irq_intercept_in", 1, &QtestSession::watch_inputs},
    {"irq_intercept_out", 1, &QtestSession::watch_outputs},
    {"set_irq_in", 4, &QtestSession::drive_input},
    {"module_load", 2, &QtestSession::load_module},
};

QtestSession::QtestSession(Peer& peer, QtestTarget& target, QtestLog& log)
    : peer_(&peer), target_(target), log_(log), continue_(target.clocks(), ClockType::realtime, [this] { go_on(); }) {
    log_.opened();
}

QtestSession::~QtestSession() {
    if (watched_) watched_->watch(nullptr);
    target_.forget(this);
}

void QtestSession::disconnected() {
    peer_ = nullptr;
    if (watched_) watched_->watch(nullptr);
    watched_ = nullptr;
    continue_.cancel();
    target_.forget(this);
    log_.closed();
}

void QtestSession::received(std::string_view bytes) {
    input_ += bytes;
    process();
}

void QtestSession::drained() {
    peer_->set_reading(true);
    process();
}

void QtestSession::process() {
    if (processing_) return;  // reading resumed from within a request
    processing_ = true;
    while (peer_ && !target_ns_ && !waiting_) {
        const auto end = input_.find('\n', scanned_);
        scanned_ = std::min(end, input_.size());
        if (end == std::string::npos) break;
        if (peer_->pending() > kMaxBacklog) peer_->flush();
        if (peer_->pending() > kMaxBacklog) {
            peer_->set_reading(false);  // until drained
            break;
        }
        const auto line = std::string_view(input_).substr(taken_, end - taken_);
        scanned_ = taken_ = end + 1;
        handle(line);
        if (!target_ns_) settle();
    }
    input_.erase(0, taken_);
    scanned_ -= taken_;
    taken_ = 0;
    processing_ = false;
    // While a step of the clock is under way requests wait; a client that sends on without end is cut off as well.
    if (peer_ && input_.size() > kMaxLine && (target_ns_ || waiting_ || scanned_ == input_.size())) {
        send("FAIL Request too long");
        peer_->close();
    }
}

/// What a request set going ends before it is answered, so that a test finds the same each time.
void QtestSession::settle() {
    target_.settle();
    waiting_ = target_.busy();
    if (!waiting_) {
        if (!peer_ || held_.empty()) return;
        peer_->output() += std::exchange(held_, {});
        return peer_->schedule();
    }
    target_.when_idle(this, [this] {
        settle();
        process();
    });
}

void QtestSession::handle(std::string_view line) {
    log_.received(line);
    std::string_view words[kMaxWords];
    std::size_t count = 0;
    for (auto rest = line; count < kMaxWords; ++count) {
        const auto blank = rest.find(' ');
        words[count] = rest.substr(0, blank);
        if (blank == std::string_view::npos) {
            ++count;
            break;
        }
        rest.remove_prefix(blank + 1);
    }
    const auto* request =
        std::find_if(std::begin(kRequests), std::end(kRequests), [&](const Request& r) { return r.name == words[0]; });
    if (request == std::end(kRequests) || (request->manual_clock_only && !target_.clocks().manual()))
        return send(fmt::format("FAIL Unknown command '{}'", words[0]));
    const auto arguments = Words(words, count).subspan(1);
    if (arguments.size() < request->words) return send(fmt::format("FAIL Too few arguments for '{}'", words[0]));
    (this->*request->handle)(arguments);
}

void QtestSession::send(std::string_view line) {
    if (!peer_) return;
    log_.sent(line);
    if (held_.empty() && !waiting_ && !target_.busy()) {
        peer_->output().append(line).append("\n");
        peer_->schedule();
    } else {
        held_.append(line).append("\n");
    }
}

void QtestSession::ok(std::string_view value) { send(value.empty() ? "OK" : fmt::format("OK {}", value)); }

/// A number in C's notation; answers with an error when it is none.
std::optional<std::uint64_t> QtestSession::number(std::string_view text) {
    const std::string copy(text);
    char* end = nullptr;
    errno = 0;
    const auto value = std::strtoull(copy.c_str(), &end, 0);
    if (!copy.empty() && *end == '\0' && errno == 0 && copy.find_first_of(" \t\r\n\v\f") == std::string::npos) return value;
    send(fmt::format("FAIL Bad number '{}'", text.substr(0, 64)));
    return std::nullopt;
}

std::optional<std::uint64_t> QtestSession::length(std::string_view text) {
    const auto value = number(text);
    if (!value || *value <= kMaxTransfer) return value;
    send(fmt::format("FAIL More than {} bytes", kMaxTransfer));
    return std::nullopt;
}

void QtestSession::endianness(Words) { ok("little"); }

namespace {

constexpr std::string_view kWidths = "?bw?l";  // what a trace calls the sizes

}  // namespace

template <unsigned size>
void QtestSession::port_in(Words words) {
    const auto port = number(words[0]);
    if (!port) return;
    const std::uint64_t value = target_.ports().read(*port & 0xffff, size);
    trace_machine<"cpu_in">("addr 0x{:x}({}) value {}", *port & 0xffff, kWidths[size], value);
    ok(fmt::format("0x{:04x}", value));
}

template <unsigned size>
void QtestSession::port_out(Words words) {
    const auto port = number(words[0]);
    const auto value = port ? number(words[1]) : std::nullopt;
    if (!value) return;
    trace_machine<"cpu_out">("addr 0x{:x}({}) value {}", *port & 0xffff, kWidths[size], *value);
    target_.ports().write(*port & 0xffff, *value, size);
    ok();
}

template <unsigned size>
void QtestSession::memory_read(Words words) {
    if (const auto address = number(words[0])) ok(fmt::format("0x{:016x}", target_.memory().read(*address, size)));
}

template <unsigned size>
void QtestSession::memory_write(Words words) {
    const auto address = number(words[0]);
    const auto value = address ? number(words[1]) : std::nullopt;
    if (!value) return;
    target_.memory().write(*address, *value, size);
    ok();
}

void QtestSession::read_block(Words words) {
    const auto address = number(words[0]);
    const auto size = address ? length(words[1]) : std::nullopt;
    if (!size) return;
    std::string bytes(*size, '\0');
    target_.memory().read_bytes(*address, bytes.data(), bytes.size());
    std::string text = "0x";
    text.reserve(2 + 2 * bytes.size());
    for (const char byte : bytes) {
        text += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4];
        text += "0123456789abcdef"[byte & 0x0f];
    }
    ok(text);
}

void QtestSession::write_block(Words words) {
    const auto address = number(words[0]);
    const auto size = address ? length(words[1]) : std::nullopt;
    if (!size) return;
    auto digits = words[2];
    if (!digits.starts_with("0x")) return send("FAIL Data must begin with 0x");
    digits.remove_prefix(2);
    std::string bytes(*size, '\0');  // too short a text is filled up with zeros
    for (std::size_t i = 0; i < bytes.size() && digits.size() >= 2 * i + 2; ++i) {
        unsigned char byte = 0;
        std::from_chars(digits.data() + 2 * i, digits.data() + 2 * i + 2, byte, 16);
        bytes[i] = static_cast<char>(byte);
    }
    target_.memory().write_bytes(*address, bytes.data(), bytes.size());
    ok();
}

void QtestSession::read_base64(Words words) {
    const auto address = number(words[0]);
    const auto size = address ? length(words[1]) : std::nullopt;
    if (!size) return;
    std::string bytes(*size, '\0');
    target_.memory().read_bytes(*address, bytes.data(), bytes.size());
    ok(base64_encode(bytes));
}

void QtestSession::write_base64(Words words) {
    const auto address = number(words[0]);
    const auto size = address ? length(words[1]) : std::nullopt;
    if (!size) return;
    const auto bytes = base64_decode(words[2]);
    target_.memory().write_bytes(*address, bytes.data(), std::min<std::uint64_t>(bytes.size(), *size));
    ok();
}

void QtestSession::fill(Words words) {
    const auto address = number(words[0]);
    const auto size = address ? length(words[1]) : std::nullopt;
    const auto pattern = size ? number(words[2]) : std::nullopt;
    if (!pattern) return;
    target_.memory().fill(*address, static_cast<unsigned char>(*pattern), *size);
    ok();
}

void QtestSession::step(Words words) {
    const auto& clocks = target_.clocks();
    const auto now = clocks.now(ClockType::virtual_time);
    if (words.empty()) return advance_to(clocks.running() ? std::max(now, clocks.next_deadline()) : now);
    if (const auto by = number(words[0]))
        advance_to(*by >= static_cast<std::uint64_t>(kLastTime - now) ? kLastTime : now + static_cast<std::int64_t>(*by));
}

void QtestSession::set_clock(Words words) {
    if (const auto to = number(words[0])) advance_to(static_cast<std::int64_t>(std::min<std::uint64_t>(*to, kLastTime)));
}

void QtestSession::advance_to(std::int64_t target_ns) {
    target_ns_ = target_ns;
    go_on();
}

void QtestSession::go_on() {
    auto& clocks = target_.clocks();
    if (!target_ns_) return;
    unsigned left = kTimersAtOnce;
    if (!clocks.advance_to(*target_ns_, [&] { return --left > 0 && !target_.busy(); })) {
        if (target_.busy()) return target_.when_idle(this, [this] { go_on(); });
        return continue_.set(clocks.now(ClockType::realtime));
    }
    target_ns_.reset();
    ok(fmt::format("{}", clocks.now(ClockType::virtual_time)));
    if (!processing_) settle();
    process();  // does nothing when it is what called
}

void QtestSession::Watcher::set_irq(unsigned line, bool level) {
    if (line >= kMaxWatchedLines) return;
    if (seen.size() <= line) seen.resize(line + 1);
    if (seen[line] == level) return;
    seen[line] = level;
    session.send(fmt::format("IRQ {} {}", level ? "raise" : "lower", line));
}

void QtestSession::watch(const QtestTarget::Pins& found, std::string_view path) {
    if (!found.found) return send("FAIL Unknown device");
    if (!watched_path_.empty() && (watched_path_ != path && watched_ != found.pins))
        return send("FAIL IRQ intercept already enabled");
    if (watched_path_.empty()) {
        watched_path_ = path;
        watched_ = found.pins;
        if (watched_) watched_->watch(&watcher_);
    }
    ok();
}

void QtestSession::watch_inputs(Words words) { watch(target_.input_pins(words[0]), words[0]); }
void QtestSession::watch_outputs(Words words) { watch(target_.output_pins(words[0]), words[0]); }

void QtestSession::drive_input(Words words) {
    const auto found = target_.input_pins(words[0]);
    if (!found.found) return send("FAIL Unknown device");
    const auto line = number(words[2]);
    const auto level = line ? number(words[3]) : std::nullopt;
    if (!level) return;
    if (found.pins && *line <= std::numeric_limits<unsigned>::max())
        found.pins->drive(static_cast<unsigned>(*line), *level != 0);
    ok();
}

void QtestSession::load_module(Words words) {
    if (target_.load_module(words[0], words[1])) ok();
    else send("FAIL");
}

}  // namespace rhea
