#include "monitor/chardev_commands.h"

#include <fmt/format.h>

#include "chardev/ringbuf_chardev.h"
#include "monitor/fd_commands.h"
#include "qobject/base64.h"

namespace rhea {

struct ChardevInfo { std::string label, filename; bool frontend_open = false; };
struct ChardevBackendInfo { std::string name; };
struct ChardevId { std::string id; };
struct ChardevAdd { std::string id; ChardevBackend backend; };
struct ChardevReturn { std::optional<std::string> pty; };
enum class DataFormat { utf8, base64 };
struct RingbufWrite { std::string device, data; std::optional<DataFormat> format; };
struct RingbufRead { std::string device; std::int64_t size = 0; std::optional<DataFormat> format; };

template <> inline constexpr auto description<ChardevInfo> =
    object("ChardevInfo", member<&ChardevInfo::label>("label"), member<&ChardevInfo::filename>("filename"),
           member<&ChardevInfo::frontend_open>("frontend-open"));
template <> inline constexpr auto description<ChardevBackendInfo> =
    object("ChardevBackendInfo", member<&ChardevBackendInfo::name>("name"));
template <> inline constexpr auto description<ChardevId> = object("q_obj_chardev-remove-arg", member<&ChardevId::id>("id"));
template <> inline constexpr auto description<ChardevAdd> =
    object("q_obj_chardev-add-arg", member<&ChardevAdd::id>("id"), member<&ChardevAdd::backend>("backend"));
template <> inline constexpr auto description<ChardevReturn> = object("ChardevReturn", member<&ChardevReturn::pty>("pty"));
template <> inline constexpr auto description<DataFormat> = enumeration<DataFormat>("DataFormat", "utf8", "base64");
template <> inline constexpr auto description<RingbufWrite> =
    object("q_obj_ringbuf-write-arg", member<&RingbufWrite::device>("device"), member<&RingbufWrite::data>("data"),
           member<&RingbufWrite::format>("format"));
template <> inline constexpr auto description<RingbufRead> =
    object("q_obj_ringbuf-read-arg", member<&RingbufRead::device>("device"), member<&RingbufRead::size>("size"),
           member<&RingbufRead::format>("format"));

namespace {

Result<std::vector<ChardevInfo>> query_chardev(Chardevs& chardevs, const Empty&) {
    std::vector<ChardevInfo> infos;
    for (const Chardev* chardev : chardevs.all())
        infos.push_back({chardev->label(), chardev->filename(), chardev->frontend_open()});
    return infos;
}

Result<std::vector<ChardevBackendInfo>> query_chardev_backends(Chardevs&, const Empty&) {
    std::vector<ChardevBackendInfo> infos;
    const auto names = chardev_backends();
    for (auto name = names.rbegin(); name != names.rend(); ++name) infos.push_back({std::string(*name)});
    return infos;
}

/// What one of the two ways to make a chardev gives, or its error with the words that QEMU puts in front.
Result<ChardevReturn> made(const std::string& id, Result<Chardev*> chardev) {
    if (!chardev) return fail(std::move(chardev).error().prefixed(fmt::format("Failed to add chardev '{}': ", id)));
    ChardevReturn result;
    if (const auto terminal = (*chardev)->terminal(); !terminal.empty()) result.pty = terminal;
    return result;
}

Result<ChardevReturn> chardev_add(Chardevs& chardevs, const ChardevAdd& args, const Caller& caller) {
    if (chardevs.find(args.id)) return fail(fmt::format("Chardev with id '{}' already exists", args.id));
    return made(args.id, chardevs.create({args.id, args.backend}, named_fds(caller)));
}

Result<ChardevReturn> chardev_change(Chardevs& chardevs, const ChardevAdd& args, const Caller& caller) {
    RHEA_CHECK(chardevs.check_change(args.id));
    return made(args.id, chardevs.change({args.id, args.backend}, named_fds(caller)));
}

Result<Empty> chardev_remove(Chardevs& chardevs, const ChardevId& args) {
    RHEA_CHECK(chardevs.remove(args.id));
    return Empty{};
}

Result<Empty> chardev_send_break(Chardevs& chardevs, const ChardevId& args) {
    Chardev* chardev = chardevs.find(args.id);
    if (!chardev) return fail(fmt::format("Chardev '{}' not found", args.id));
    chardev->send_break();
    return Empty{};
}

Result<RingbufChardev*> find_ringbuf(const Chardevs& chardevs, const std::string& label) {
    Chardev* chardev = chardevs.find(label);
    if (!chardev) return fail(fmt::format("Device '{}' not found", label));
    auto* ringbuf = dynamic_cast<RingbufChardev*>(chardev);
    if (!ringbuf) return fail(fmt::format("{} is not a ringbuf device", label));
    return ringbuf;
}

Result<Empty> ringbuf_write(Chardevs& chardevs, const RingbufWrite& args) {
    RingbufChardev* ringbuf = RHEA_TRY(find_ringbuf(chardevs, args.device));
    if (args.format == DataFormat::base64) {
        if (!is_base64(args.data)) return fail("Base64 data contains invalid characters");
        ringbuf->write(base64_decode(args.data));
    } else {
        ringbuf->write(args.data);
    }
    return Empty{};
}

Result<std::string> ringbuf_read(Chardevs& chardevs, const RingbufRead& args) {
    RingbufChardev* ringbuf = RHEA_TRY(find_ringbuf(chardevs, args.device));
    if (args.size <= 0) return fail("size must be greater than zero");
    std::string bytes = ringbuf->read(static_cast<std::size_t>(args.size));
    if (args.format == DataFormat::base64) return base64_encode(bytes);
    return bytes.substr(0, bytes.find('\0'));  // as QEMU: a text ends at a NUL
}

constexpr Command kCommands[] = {
    command<query_chardev>("query-chardev", "Lists the character devices.").preconfig(),
    command<query_chardev_backends>("query-chardev-backends", "Lists the kinds of character devices."),
    command<chardev_add>("chardev-add", "Makes a character device."),
    command<chardev_change>("chardev-change", "Puts another character device in the place of one, under its user."),
    command<chardev_remove>("chardev-remove", "Removes a character device that nobody uses."),
    command<chardev_send_break>("chardev-send-break", "Gives the user of a character device a break condition."),
    command<ringbuf_write>("ringbuf-write", "Writes into a ring buffer character device."),
    command<ringbuf_read>("ringbuf-read", "Takes the oldest bytes out of a ring buffer character device."),
};

}  // namespace

NamedFds named_fds(const Caller& caller) {
    return [&caller](const std::string& name) -> Result<int> { return RHEA_TRY(take_named_fd(caller, name)).release(); };
}

void add_chardev_commands(CommandTable& table, Chardevs& chardevs) { table.add(kCommands, chardevs); }

}  // namespace rhea
