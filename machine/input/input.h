#pragma once
/// Where input events meet the devices that take them: each kind of event goes to the newest device that takes it and was
/// chosen last. Loop thread only.
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "machine/clock.h"
#include "machine/input/input_event.h"
#include "machine/input/key_codes.h"
#include "qobject/error.h"

namespace rhea {

/// A keyboard, mouse or tablet.
class InputDevice {
public:
    static constexpr unsigned kind_bit(InputEventKind kind) { return 1u << static_cast<unsigned>(kind); }

    virtual ~InputDevice() = default;
    virtual std::string_view input_name() const = 0;  ///< "QEMU PS/2 Mouse"
    virtual unsigned input_kinds() const = 0;         ///< bits of InputEventKind
    virtual void input(const InputEvent& event) = 0;
    /// The events since the last time belong together, and are all there.
    virtual void input_done() {}
};

/// Who wants to know when the keyboard's lights or the kind of the current pointer have changed.
class InputWatcher {
public:
    virtual void input_changed() = 0;

protected:
    ~InputWatcher() = default;
};

class Input {
public:
    /// Keys that wait for their time in send_keys; more are dropped.
    static constexpr std::size_t kMaxWaiting = 1024;

    /// `clocks` outlives it. `running` tells whether the machine takes input now.
    Input(Clocks& clocks, std::function<bool()> running);

    /// Numbered from 1 in the order of coming. `device` outlives this, or is removed.
    void add(InputDevice& device);
    void remove(InputDevice& device);

    /// input-send-event: all of them or none. Fails when the machine stands still, or nobody takes a kind.
    Result<void> send(std::span<const InputEvent> events);
    /// send-key: presses the keys in turn and releases them after `hold_ms`. A machine that stands still loses them.
    void send_keys(std::span<const KeyValue> keys, std::int64_t hold_ms);

    // What a person does at a remote screen: lost where nobody takes it, or while the machine stands still.
    void play(std::span<const InputEvent> events);
    /// Keys that came sooner than `delay_ms` after each other leave that far apart.
    void play_key(QKeyCode key, bool down, std::int64_t delay_ms);
    /// Whether a pointer is told places rather than ways.
    bool pointer_is_absolute() const;
    /// The lights of the keyboard: bits 1 Scroll Lock, 2 Num Lock, 4 Caps Lock.
    unsigned leds() const { return leds_; }
    void set_leds(unsigned leds);
    void watch(InputWatcher& watcher) { watchers_.push_back(&watcher); }
    void unwatch(InputWatcher& watcher) { std::erase(watchers_, &watcher); }

    // mouse_move and mouse_button: lost where nobody takes them.
    void move(std::int64_t dx, std::int64_t dy, std::int64_t dz);
    /// Bits: 1 left, 2 right, 4 middle.
    void set_buttons(unsigned buttons);

    struct Pointer {
        std::int64_t index;
        std::string_view name;
        bool absolute;
    };
    /// In the order in which they are asked: the current one first.
    std::vector<Pointer> pointers() const;
    /// Makes it the current one. False: there is no such pointer.
    bool select_pointer(std::int64_t index);

private:
    struct Entry {
        InputDevice* device;
        std::int64_t index;
        bool has_news = false;  // since the last input_done
    };
    struct Waiting {
        std::int64_t delay_ns;  // > 0: nothing but that
        InputEvent event;
    };

    Entry* taker(InputEventKind kind);
    void tell_watchers();
    void deliver(const InputEvent& event);
    void done();
    void deliver_or_wait(const InputEvent& event);
    void wait(std::int64_t delay_ns);
    void run_waiting();

    Clocks& clocks_;
    std::function<bool()> running_;
    std::vector<Entry> devices_;  // the one that is asked first stands first
    std::int64_t next_index_ = 1;
    unsigned buttons_ = 0, leds_ = 0;
    std::vector<InputWatcher*> watchers_;
    std::deque<Waiting> waiting_;
    Timer timer_;
};

}  // namespace rhea
