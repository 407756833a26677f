#include "machine/input/input.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace rhea {

namespace {

constexpr std::int64_t kMsNs = 1'000'000;

unsigned pointer_kinds() {
    return InputDevice::kind_bit(InputEventKind::rel) | InputDevice::kind_bit(InputEventKind::abs);
}

}  // namespace

Input::Input(Clocks& clocks, std::function<bool()> running)
    : clocks_(clocks), running_(std::move(running)), timer_(clocks, ClockType::virtual_time, [this] { run_waiting(); }) {}

void Input::add(InputDevice& device) {
    devices_.push_back({&device, next_index_++});
    tell_watchers();
}

void Input::remove(InputDevice& device) {
    std::erase_if(devices_, [&](const Entry& entry) { return entry.device == &device; });
    tell_watchers();
}

void Input::tell_watchers() {
    for (InputWatcher* watcher : watchers_) watcher->input_changed();
}

bool Input::pointer_is_absolute() const {
    for (const Entry& entry : devices_)
        if (const unsigned kinds = entry.device->input_kinds(); kinds & pointer_kinds())
            return kinds & InputDevice::kind_bit(InputEventKind::abs);
    return false;
}

void Input::set_leds(unsigned leds) {
    if (std::exchange(leds_, leds) != leds) tell_watchers();
}

Input::Entry* Input::taker(InputEventKind kind) {
    for (Entry& entry : devices_)
        if (entry.device->input_kinds() & InputDevice::kind_bit(kind)) return &entry;
    return nullptr;
}

void Input::deliver(const InputEvent& event) {
    if (!running_()) return;
    if (Entry* entry = taker(event.type)) {
        entry->has_news = true;
        entry->device->input(event);
    }
}

void Input::done() {
    if (!running_()) return;
    for (Entry& entry : devices_)
        if (std::exchange(entry.has_news, false)) entry.device->input_done();
}

Result<void> Input::send(std::span<const InputEvent> events) {
    if (!running_()) return fail("VM not running");
    for (const InputEvent& event : events)
        if (!taker(event.type))
            return fail(fmt::format("Input handler not found for event type {}", enum_name(event.type)));
    for (const InputEvent& event : events) deliver(event);
    done();
    return {};
}

void Input::play(std::span<const InputEvent> events) {
    for (const InputEvent& event : events) deliver(event);
    done();
}

void Input::play_key(QKeyCode key, bool down, std::int64_t delay_ms) {
    if (!running_()) return;
    deliver_or_wait(input_key(key, down));
    if (delay_ms > 0) wait(delay_ms * kMsNs);
}

void Input::deliver_or_wait(const InputEvent& event) {
    if (waiting_.empty()) {
        deliver(event);
        done();
    } else if (waiting_.size() < kMaxWaiting) {
        waiting_.push_back({0, event});
    }
}

void Input::wait(std::int64_t delay_ns) {
    if (waiting_.size() >= kMaxWaiting) return;
    if (waiting_.empty()) timer_.set(clocks_.now(ClockType::virtual_time) + delay_ns);
    waiting_.push_back({delay_ns, {}});
}

void Input::run_waiting() {
    if (!waiting_.empty()) waiting_.pop_front();  // the delay that is over
    while (!waiting_.empty()) {
        if (waiting_.front().delay_ns > 0)
            return timer_.set(clocks_.now(ClockType::virtual_time) + waiting_.front().delay_ns);
        deliver(waiting_.front().event);
        done();
        waiting_.pop_front();
    }
}

void Input::send_keys(std::span<const KeyValue> keys, std::int64_t hold_ms) {
    const auto hold_ns = std::clamp<std::int64_t>(hold_ms, 1, 1'000'000'000) * kMsNs;
    for (const KeyValue& key : keys) {
        deliver_or_wait(input_key(key_code(key), true));
        wait(hold_ns);
    }
    for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
        deliver_or_wait(input_key(key_code(*key), false));
        wait(hold_ns);
    }
}

void Input::move(std::int64_t dx, std::int64_t dy, std::int64_t dz) {
    deliver(input_move(InputAxis::x, dx));
    deliver(input_move(InputAxis::y, dy));
    if (dz != 0) {
        const auto wheel = dz > 0 ? InputButton::wheel_up : InputButton::wheel_down;
        deliver(input_press(wheel, true));
        done();
        deliver(input_press(wheel, false));
    }
    done();
}

void Input::set_buttons(unsigned buttons) {
    constexpr InputButton kButtons[] = {InputButton::left, InputButton::right, InputButton::middle};
    for (unsigned i = 0; i < std::size(kButtons); ++i)
        if ((buttons ^ buttons_) & 1u << i) deliver(input_press(kButtons[i], (buttons & 1u << i) != 0));
    buttons_ = buttons;
    done();
}

std::vector<Input::Pointer> Input::pointers() const {
    std::vector<Pointer> list;
    for (const Entry& entry : devices_) {
        const unsigned kinds = entry.device->input_kinds();
        if (kinds & pointer_kinds())
            list.push_back({entry.index, entry.device->input_name(), (kinds & InputDevice::kind_bit(InputEventKind::abs)) != 0});
    }
    return list;
}

bool Input::select_pointer(std::int64_t index) {
    const auto found = std::find_if(devices_.begin(), devices_.end(), [&](const Entry& entry) {
        return entry.index == index && (entry.device->input_kinds() & pointer_kinds());
    });
    if (found == devices_.end()) return false;
    std::rotate(devices_.begin(), found, found + 1);
    tell_watchers();
    return true;
}

}  // namespace rhea
