#include "machine/input/commands.h"

#include <optional>
#include <string>
#include <vector>

#include "machine/input/input.h"

namespace rhea {

struct SendKey {
    std::vector<KeyValue> keys;
    std::optional<std::int64_t> hold_time;
};
struct InputSendEvent {
    std::optional<std::string> device;
    std::optional<std::int64_t> head;
    std::vector<InputEvent> events;
};

template <>
inline constexpr auto description<SendKey> =
    object("q_obj_send-key-arg", member<&SendKey::keys>("keys"), member<&SendKey::hold_time>("hold-time"));
template <>
inline constexpr auto description<InputSendEvent> =
    object("q_obj_input-send-event-arg", member<&InputSendEvent::device>("device"), member<&InputSendEvent::head>("head"),
           member<&InputSendEvent::events>("events"));

namespace {

Result<Empty> send_key(Input& input, const SendKey& args) {
    constexpr std::int64_t kHoldMs = 100;
    input.send_keys(args.keys, args.hold_time.value_or(kHoldMs));
    return Empty{};
}

Result<Empty> input_send_event(Input& input, const InputSendEvent& args) {
    // Consoles have no devices of their own to send to.
    if (args.device) return fail(Error::device_not_found(*args.device));
    RHEA_CHECK(input.send(args.events));
    return Empty{};
}

constexpr Command kCommands[] = {
    command<send_key>("send-key", "Presses keys together, and releases them."),
    command<input_send_event>("input-send-event", "Sends key, button and movement events to the guest."),
};

}  // namespace

void add_input_commands(CommandTable& table, Input& input) { table.add(kCommands, input); }

}  // namespace rhea
