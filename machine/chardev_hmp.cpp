/// The human monitor's commands for character devices and passed descriptors.
#include "chardev/options.h"
#include "machine/device_help.h"
#include "machine/hmp_forward.h"
#include "machine/machine.h"

namespace rhea {

namespace {

/// An option as -chardev takes it; nothing after an error was printed.
std::optional<ChardevOptions> parse_chardev(HmpCall& call, const std::string& text) {
    const auto parsed = Options::parse(text, "backend");
    if (!call.ok(parsed)) return std::nullopt;
    auto typed = chardev_options(*parsed);
    if (!call.ok(typed)) return std::nullopt;
    return std::move(*typed);
}

void chardev_add(Machine& machine, HmpCall& call) {
    const std::string& text = call.arguments.text("args");
    if (text == "help" || text == "?") return call.write(chardev_types_text());
    const auto options = parse_chardev(call, text);
    if (options) call.ok(machine.chardevs().create(*options));
}

void chardev_change(Machine& machine, HmpCall& call) {
    std::string id = call.arguments.text("id");
    const std::string& text = call.arguments.text("args");
    const auto given = Options::parse(text, "backend");
    if (!call.ok(given)) return;
    if (given->id()) return call.error(Error::generic("Unexpected 'id' parameter"));
    if (!call.ok(machine.chardevs().check_change(id))) return;
    for (std::size_t at = 0; (at = id.find(',', at)) != id.npos; at += 2) id.insert(at, 1, ',');      // as options have it
    const auto options = parse_chardev(call, text + ",id=" + id);
    if (options) call.ok(machine.chardevs().change(*options));
}

void ringbuf_read(Machine&, HmpCall& call) {
    QDict arguments = hmp_arguments(call, "device size");
    call.run("ringbuf-read", arguments, [](HmpCall& later, const Result<QObject>& data) {
        if (!later.ok(data)) return;
        // What is no text is shown by its code; a backslash so that the two cannot be mistaken.
        for (const char c : *data->string()) {
            if (c == '\\') later.write("\\\\");
            else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) later.print("\\u{:04X}", static_cast<unsigned>(c));
            else later.write(std::string_view(&c, 1));
        }
        later.write("\n");
    });
}

void complete_chardev(HmpCompletion& completion) {
    const QObject list = completion.ask("query-chardev");
    for (const QObject& chardev : hmp_list(list)) completion.add(hmp_text(chardev, "label"));
}
void complete_backend(HmpCompletion& completion) {
    for (std::string_view name : chardev_backends()) completion.add(name);
}
void complete_ringbuf(HmpCompletion& completion) {
    const QObject list = completion.ask("query-chardev");
    for (const QObject& chardev : hmp_list(list))
        if (hmp_text(chardev, "filename") == "ringbuf") completion.add(hmp_text(chardev, "label"));
}

constexpr HmpCommand kCommands[] = {
    hmp_command<chardev_add>("chardev-add", "s args@chardev-backend", "args", "make a character device"),
    hmp_command<chardev_change>("chardev-change", "s id@chardev, s args@chardev-backend", "id args",
                                "put another back end under a character device"),
    hmp_forward<"chardev-remove", "id">("chardev-remove", "s id@chardev", "id", "end a character device"),
    hmp_forward<"chardev-send-break", "id">("chardev-send-break", "s id@chardev", "id", "send a break"),
    hmp_command<ringbuf_read>("ringbuf_read", "s device@ringbuf, i size", "device size", "read from a ring buffer").needing("ringbuf-read"),
    hmp_forward<"ringbuf-write", "device data">("ringbuf_write", "s device@ringbuf, s data", "device data", "write into a ring buffer"),
    hmp_forward<"getfd", "fdname">("getfd", "s fdname", "getfd name", "take a file descriptor that came along and name it"),
    hmp_forward<"closefd", "fdname">("closefd", "s fdname", "closefd name", "close a file descriptor by its name"),
};
constexpr HmpCompleter kCompleters[] = {
    {"chardev", complete_chardev}, {"chardev-backend", complete_backend}, {"ringbuf", complete_ringbuf}};

}  // namespace

void add_chardev_hmp(HmpTable& table, Machine& machine) {
    table.add(kCommands, machine);
    table.add_completers(kCompleters);
}

}  // namespace rhea
