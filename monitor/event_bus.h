#pragma once
/// The event bus. An event is one typed value:
///
///     struct BlockIoError { std::string device; … };
///     template <> inline constexpr auto rhea::description<BlockIoError> = rhea::object("q_obj_BLOCK_IO_ERROR-arg", …);
///     template <> inline constexpr rhea::EventInfo rhea::event<BlockIoError>{"BLOCK_IO_ERROR", "A request of a device failed."};
///
///     events.emit(BlockIoError{…});
///
/// The bus stamps it, applies the rate limit of its kind, and hands it to every session in command mode.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "qobject/convert.h"

namespace rhea {

struct EventInfo {
    std::string_view name;
    std::string_view doc;
    /// At most one in this time (milliseconds); the last of those held back goes out when it is over. 0: no limit.
    unsigned rate_ms = 0;
    /// Member that tells apart what is limited separately (as "qom-path" of MEMORY_DEVICE_SIZE_CHANGE); empty: none.
    std::string_view rate_key = {};
    Features features = {};
};

template <class E>
inline constexpr EventInfo event = {};

/// Time as the bus and its sessions need it. Tests bring their own.
class EventClock {
public:
    virtual ~EventClock() = default;
    virtual std::int64_t wall_time_us() const = 0;        ///< for timestamps: microseconds since 1970
    virtual std::int64_t now_ns() const = 0;              ///< for rate limits
    /// Calls `call` once at `at_ns` (of now_ns) or later; one at a time, a new one replaces the last.
    virtual void call_at(std::int64_t at_ns, std::function<void()> call) = 0;
};

struct EventRecord {
    const EventInfo& info;
    const TypeInfo& type;         ///< of the data; no members: the event has no data
    const void* data;
    std::int64_t wall_time_us;
};

class EventListener {
public:
    virtual ~EventListener() = default;
    virtual void event(const EventRecord& event) = 0;
};

class EventBus {
public:
    explicit EventBus(EventClock& clock) : clock_(&clock) {}

    template <class E>
    void emit(const E& value) {
        static_assert(!rhea::event<E>.name.empty(), "this type has no rhea::event");
        emit(rhea::event<E>, type_of<E>(), &value, [](const void* v) -> std::shared_ptr<const void> {
            return std::make_shared<E>(*static_cast<const E*>(v));
        });
    }
    /// Makes the events known to introspection without one having been sent.
    template <class... Es>
    void declare() { (declare(rhea::event<Es>, &type_ref<Es>), ...); }

    void add_listener(EventListener& listener);
    void remove_listener(EventListener& listener);

    /// The clock of the rate limits (the virtual clock under -accel qtest).
    void set_clock(EventClock& clock) { clock_ = &clock; }
    EventClock& clock() { return *clock_; }

    struct Declared { const EventInfo* info; TypeRef type; };
    const std::vector<Declared>& declared() const { return declared_; }

private:
    using Copy = std::shared_ptr<const void> (*)(const void*);
    struct Held {
        const EventInfo* info;
        const TypeInfo* type;
        std::shared_ptr<const void> data;      // the last one held back; null when there is none
        std::int64_t wall_time_us;
        std::int64_t until_ns;
    };

    void declare(const EventInfo& info, TypeRef type);
    void emit(const EventInfo& info, const TypeInfo& type, const void* data, Copy copy);
    void deliver(const EventRecord& event);
    void arm();
    void expire();

    EventClock* clock_;
    std::vector<EventListener*> listeners_;
    std::vector<Declared> declared_;
    std::map<std::pair<std::string_view, std::string>, Held> held_;
};

}  // namespace rhea
