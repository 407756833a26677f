#include "monitor/event_bus.h"

#include <algorithm>

#include "monitor/trace_points.h"

namespace rhea {

void EventBus::add_listener(EventListener& listener) { listeners_.push_back(&listener); }

void EventBus::remove_listener(EventListener& listener) { std::erase(listeners_, &listener); }

void EventBus::declare(const EventInfo& info, TypeRef type) { declared_.push_back({&info, type}); }

void EventBus::deliver(const EventRecord& event) {
    trace_monitor<"monitor_protocol_event_emit">("event={} data={}", event.info.name, event.data);
    for (EventListener* listener : listeners_) listener->event(event);
}

void EventBus::emit(const EventInfo& info, const TypeInfo& type, const void* data, Copy copy) {
    trace_monitor<"monitor_protocol_event_queue">("event={} data={} rate={}", info.name, data, std::uint64_t{info.rate_ms} * 1'000'000);
    const std::int64_t wall = clock_->wall_time_us();
    if (info.rate_ms == 0) return deliver({info, type, data, wall});

    std::string key;
    if (!info.rate_key.empty()) {
        for (const Member& m : type.members)
            if (m.name == info.rate_key)
                if (const void* value = m.get(data); value && m.type().kind == TypeKind::string)
                    key = *static_cast<const std::string*>(value);
    }
    const std::int64_t now = clock_->now_ns();
    auto [at, is_new] = held_.try_emplace({info.name, key});
    Held& held = at->second;
    if (is_new) {
        held = {&info, &type, nullptr, 0, now + std::int64_t{info.rate_ms} * 1'000'000};
        deliver({info, type, data, wall});
        arm();
    } else {
        held.data = copy(data);      // the last one wins
        held.wall_time_us = wall;
    }
}

void EventBus::arm() {
    if (held_.empty()) return;
    auto first = std::min_element(held_.begin(), held_.end(), [](const auto& a, const auto& b) {
        return a.second.until_ns < b.second.until_ns;
    });
    clock_->call_at(first->second.until_ns, [this] { expire(); });
}

void EventBus::expire() {
    const std::int64_t now = clock_->now_ns();
    std::vector<Held> due;
    for (auto at = held_.begin(); at != held_.end();) {
        Held& held = at->second;
        if (held.until_ns > now) {
            ++at;
        } else if (!held.data) {
            trace_monitor<"monitor_protocol_event_handler">("event={} data=(nil) last={} now={}", held.info->name, held.until_ns, now);
            at = held_.erase(at);
        } else {
            trace_monitor<"monitor_protocol_event_handler">("event={} data={} last={} now={}", held.info->name,
                                                            held.data.get(), held.until_ns, now);
            due.push_back(held);
            held.data = nullptr;
            held.until_ns = now + std::int64_t{held.info->rate_ms} * 1'000'000;
            ++at;
        }
    }
    for (const Held& held : due) deliver({*held.info, *held.type, held.data.get(), held.wall_time_us});
    arm();
}

}  // namespace rhea
