/// What the human monitor shows of virtio devices.
#include "machine/hmp_forward.h"
#include "machine/machine.h"

namespace rhea {

namespace {

void list(Machine&, HmpCall& call) {
    const auto infos = call.ask("x-query-virtio");
    if (!call.ok(infos)) return;
    if (hmp_list(*infos).empty()) return call.write("No VirtIO devices\n");
    for (const QObject& info : hmp_list(*infos)) call.print("{} [{}]\n", hmp_text(info, "path"), hmp_text(info, "name"));
}

/// A line for each text, and one line end for none.
void write_list(HmpCall& call, const QObject& object, std::string_view path) {
    std::string_view separator;
    for (const QObject& text : hmp_list(object, path)) {
        call.print("{}\t{}", separator, *text.string());
        separator = ",\n";
    }
    call.write("\n");
}

void write_features(HmpCall& call, const QObject& status, const char* title, const char* path) {
    const std::string members = path;
    call.print("  {}:\n", title);
    write_list(call, status, members + ".transports");
    if (!hmp_list(status, members + ".dev-features").empty()) write_list(call, status, members + ".dev-features");
    if (hmp_member(status, members + ".unknown-dev-features"))
        call.print("  unknown-features(0x{:016x})\n", static_cast<std::uint64_t>(hmp_int(status, members + ".unknown-dev-features")));
}

void status(Machine&, HmpCall& call) {
    const auto shown = call.ask("x-query-virtio-status", hmp_arguments(call, "path"));
    if (!call.ok(shown)) return;
    const auto text = [&](const char* member) { return hmp_text(*shown, member); };
    const auto number = [&](const char* member) { return hmp_int(*shown, member); };
    const auto flag = [&](const char* member) { return hmp_bool(*shown, member); };
    call.print("{}:\n", call.arguments.text("path"));
    call.print("  device_name:             {} {}\n", text("name"), flag("vhost-started") ? "(vhost)" : "");
    call.print("  device_id:               {}\n", number("device-id"));
    call.print("  vhost_started:           {}\n", flag("vhost-started"));
    call.print("  bus_name:                {}\n", text("bus-name").empty() ? "(null)" : text("bus-name"));
    call.print("  broken:                  {}\n", flag("broken"));
    call.print("  disabled:                {}\n", flag("disabled"));
    call.print("  disable_legacy_check:    {}\n", flag("disable-legacy-check"));
    call.print("  started:                 {}\n", flag("started"));
    call.print("  use_started:             {}\n", flag("use-started"));
    call.print("  start_on_kick:           {}\n", flag("start-on-kick"));
    call.print("  use_guest_notifier_mask: {}\n", flag("use-guest-notifier-mask"));
    call.print("  vm_running:              {}\n", flag("vm-running"));
    call.print("  num_vqs:                 {}\n", number("num-vqs"));
    call.print("  queue_sel:               {}\n", number("queue-sel"));
    call.print("  isr:                     {}\n", number("isr"));
    call.print("  endianness:              {}\n", text("device-endian"));
    call.write("  status:\n");
    write_list(call, *shown, "status.statuses");
    if (hmp_member(*shown, "status.unknown-statuses"))
        call.print("  unknown-statuses(0x{:016x})\n", static_cast<std::uint64_t>(number("status.unknown-statuses")));
    write_features(call, *shown, "Guest features", "guest-features");
    write_features(call, *shown, "Host features", "host-features");
    write_features(call, *shown, "Backend features", "backend-features");
}

void queue_status(Machine&, HmpCall& call) {
    const auto shown = call.ask("x-query-virtio-queue-status", hmp_arguments(call, "path queue"));
    if (!call.ok(shown)) return;
    const auto number = [&](const char* member) { return hmp_int(*shown, member); };
    call.print("{}:\n", call.arguments.text("path"));
    call.print("  device_name:          {}\n", hmp_text(*shown, "name"));
    call.print("  queue_index:          {}\n", number("queue-index"));
    call.print("  inuse:                {}\n", number("inuse"));
    call.print("  used_idx:             {}\n", number("used-idx"));
    call.print("  signalled_used:       {}\n", number("signalled-used"));
    call.print("  signalled_used_valid: {}\n", hmp_bool(*shown, "signalled-used-valid"));
    call.print("  last_avail_idx:       {}\n", number("last-avail-idx"));
    call.print("  shadow_avail_idx:     {}\n", number("shadow-avail-idx"));
    call.write("  VRing:\n");
    call.print("    num:          {}\n", number("vring-num"));
    call.print("    num_default:  {}\n", number("vring-num-default"));
    call.print("    align:        {}\n", number("vring-align"));
    call.print("    desc:         0x{:016x}\n", static_cast<std::uint64_t>(number("vring-desc")));
    call.print("    avail:        0x{:016x}\n", static_cast<std::uint64_t>(number("vring-avail")));
    call.print("    used:         0x{:016x}\n", static_cast<std::uint64_t>(number("vring-used")));
}

/// Nothing is served by vhost, so there is an error to show.
void vhost_queue_status(Machine&, HmpCall& call) {
    static_cast<void>(call.ok(call.ask("x-query-virtio-vhost-queue-status", hmp_arguments(call, "path queue"))));
}

void queue_element(Machine&, HmpCall& call) {
    const auto shown = call.ask("x-query-virtio-queue-element", hmp_arguments(call, "path queue index"));
    if (!call.ok(shown)) return;
    call.print("{}:\n", call.arguments.text("path"));
    call.print("  device_name: {}\n", hmp_text(*shown, "name"));
    call.print("  index:   {}\n", hmp_int(*shown, "index"));
    call.write("  desc:\n    descs:\n");
    std::string_view separator;
    for (const QObject& descriptor : hmp_list(*shown, "descs")) {
        call.print("{}        addr 0x{:x} len {}", separator, static_cast<std::uint64_t>(hmp_int(descriptor, "addr")), hmp_int(descriptor, "len"));
        separator = ",\n";
        std::string flags;
        for (const QObject& flag : hmp_list(descriptor, "flags")) flags += (flags.empty() ? "" : ", ") + std::string(*flag.string());
        if (!flags.empty()) call.print(" ({})", flags);
    }
    call.write("\n  avail:\n");
    call.print("    flags: {}\n    idx:   {}\n    ring:  {}\n", hmp_int(*shown, "avail.flags"), hmp_int(*shown, "avail.idx"),
               hmp_int(*shown, "avail.ring"));
    call.print("  used:\n    flags: {}\n    idx:   {}\n", hmp_int(*shown, "used.flags"), hmp_int(*shown, "used.idx"));
}

constexpr HmpCommand kInfo[] = {
    hmp_command<list>("virtio", "", "", "list the virtio devices"),
    hmp_command<status>("virtio-status", "s path", "path", "show the state of a virtio device"),
    hmp_command<queue_status>("virtio-queue-status", "s path, i queue", "path queue", "show the state of a virtio queue"),
    hmp_command<vhost_queue_status>("virtio-vhost-queue-status", "s path, i queue", "path queue", "show the state of a vhost queue"),
    hmp_command<queue_element>("virtio-queue-element", "s path, i queue, i? index", "path queue [index]", "show an element of a virtio queue"),
};

}  // namespace

void add_virtio_hmp(HmpTable& table, Machine& machine) { table.add_info(kInfo, machine); }

}  // namespace rhea
