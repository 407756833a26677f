#include "machine/input/commands.h"

#include <optional>
#include <string>
#include <vector>

#include "machine/display/screen.h"
#include "machine/machine.h"

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

Result<Empty> send_key(Machine& machine, const SendKey& args) {
    constexpr std::int64_t kHoldMs = 100;
    machine.input().send_keys(args.keys, args.hold_time.value_or(kHoldMs));
    return Empty{};
}

Result<Empty> input_send_event(Machine& machine, const InputSendEvent& args) {
    // No device is bound to a screen of its own: which one it is does not matter.
    if (args.device) RHEA_TRY(find_screen(machine.devices(), *args.device, args.head));
    RHEA_CHECK(machine.input().send(args.events));
    return Empty{};
}

constexpr Command kCommands[] = {
    command<send_key>("send-key", "Presses keys together, and releases them."),
    command<input_send_event>("input-send-event", "Sends key, button and movement events to the guest."),
};

}  // namespace

void add_input_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
