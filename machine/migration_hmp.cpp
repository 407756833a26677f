/// The human monitor's commands for migration and dumps.
#include "machine/hmp_forward.h"
#include "machine/machine.h"

namespace rhea {

namespace {

void migrate(Machine&, HmpCall& call) {
    QDict arguments = hmp_arguments(call, "uri blk inc resume");
    const bool detach = call.arguments.flag("detach");
    call.run("migrate", arguments, [detach](HmpCall& later, const Result<QObject>& started) {
        if (later.ok(started) && !detach) later.write("Completed 0 %\n");
    });
}

void cancel_limit(Machine&, HmpCall& call) {
    QDict arguments;
    if (call.arguments.has("cpu_index")) arguments.put("cpu-index", call.arguments.number("cpu_index"));
    call.run("cancel-vcpu-dirty-limit", arguments, [](HmpCall& later, const Result<QObject>& done) {
        if (later.ok(done)) later.write("[Please use 'info vcpu_dirty_limit' to query dirty limit for virtual CPU]\n");
    });
}

void set_capability(Machine&, HmpCall& call) {
    const auto known = call.ask("query-migrate-capabilities");
    const std::string& name = call.arguments.text("capability");
    bool found = !known;
    if (known)
        for (const QObject& capability : hmp_list(*known)) found = found || hmp_text(capability, "capability") == name;
    if (!found) return call.error(Error::generic("invalid parameter value: " + name));
    call.run("migrate-set-capabilities",
             {{"capabilities", QList{QDict{{"capability", name}, {"state", call.arguments.flag("state")}}}}});
}

/// How `info migrate_parameters` shows a parameter, and how migrate_set_parameter reads it.
struct MigrationParameter {
    enum Kind { number, size_mib, size, on_off, text };
    std::string_view name;
    Kind kind;
    std::string_view unit;
};
constexpr MigrationParameter kParameters[] = {
    {"announce-initial", MigrationParameter::number, " ms"}, {"announce-max", MigrationParameter::number, " ms"},
    {"announce-rounds", MigrationParameter::number, ""}, {"announce-step", MigrationParameter::number, " ms"},
    {"compress-level", MigrationParameter::number, ""}, {"compress-threads", MigrationParameter::number, ""},
    {"compress-wait-thread", MigrationParameter::on_off, ""}, {"decompress-threads", MigrationParameter::number, ""},
    {"throttle-trigger-threshold", MigrationParameter::number, ""}, {"cpu-throttle-initial", MigrationParameter::number, ""},
    {"cpu-throttle-increment", MigrationParameter::number, ""}, {"cpu-throttle-tailslow", MigrationParameter::on_off, ""},
    {"max-cpu-throttle", MigrationParameter::number, ""}, {"tls-creds", MigrationParameter::text, ""},
    {"tls-hostname", MigrationParameter::text, ""}, {"max-bandwidth", MigrationParameter::size_mib, " bytes/second"},
    {"downtime-limit", MigrationParameter::number, " ms"}, {"x-checkpoint-delay", MigrationParameter::number, " ms"},
    {"block-incremental", MigrationParameter::on_off, ""}, {"multifd-channels", MigrationParameter::number, ""},
    {"multifd-compression", MigrationParameter::text, ""}, {"xbzrle-cache-size", MigrationParameter::size, " bytes"},
    {"max-postcopy-bandwidth", MigrationParameter::size_mib, ""}, {"tls-authz", MigrationParameter::text, ""},
};

void show_parameters(Machine&, HmpCall& call) {
    const auto values = call.ask("query-migrate-parameters");
    if (!call.ok(values)) return;
    for (const MigrationParameter& p : kParameters) {
        if (!hmp_member(*values, p.name)) continue;
        if (p.kind == MigrationParameter::on_off) call.print("{}: {}\n", p.name, hmp_bool(*values, p.name) ? "on" : "off");
        else if (p.name == "multifd-compression") call.print("{}: {}\n", p.name, hmp_text(*values, p.name));
        else if (p.kind == MigrationParameter::text) call.print("{}: '{}'\n", p.name, hmp_text(*values, p.name));
        else call.print("{}: {}{}\n", p.name, hmp_int(*values, p.name), p.unit);
    }
}

void set_parameter(Machine&, HmpCall& call) {
    const std::string& name = call.arguments.text("parameter");
    const std::string& value = call.arguments.text("value");
    const MigrationParameter* p = nullptr;
    for (const MigrationParameter& known : kParameters)
        if (known.name == name) p = &known;
    if (!p) return call.error(Error::generic("invalid parameter value: " + name));
    QObject typed = value;
    if (p->kind == MigrationParameter::on_off) {
        const auto on = parse_option_bool(name, value);
        if (!call.ok(on)) return;
        typed = *on;
    } else if (p->kind != MigrationParameter::text) {
        const auto number = p->kind == MigrationParameter::number ? parse_option_number(name, value)
                            : parse_size(value, p->kind == MigrationParameter::size_mib ? 1 << 20 : 1);
        if (!call.ok(number)) return;
        typed = *number;
    }
    QDict arguments;
    arguments.put(name, std::move(typed));
    call.run("migrate-set-parameters", arguments);
}

void show_capabilities(Machine&, HmpCall& call) {
    const auto list = call.ask("query-migrate-capabilities");
    if (!call.ok(list)) return;
    for (const QObject& c : hmp_list(*list)) call.print("{}: {}\n", hmp_text(c, "capability"), hmp_bool(c, "state") ? "on" : "off");
}

/// The machine's own settings that migration follows come first, whatever the state.
void show_migration(Machine&, HmpCall& call) {
    call.write("globals:\nstore-global-state: on\nonly-migratable: off\nsend-configuration: on\nsend-section-footer: on\n"
               "decompress-error-check: on\nclear-bitmap-shift: 18\n");
    const auto info = call.ask("query-migrate");
    if (!info || !hmp_member(*info, "status")) return;
    call.print("Migration status: {}", hmp_text(*info, "status"));
    if (hmp_text(*info, "status") == "failed" && hmp_member(*info, "error-desc")) call.print(" ({})", hmp_text(*info, "error-desc"));
    call.write("\n");
    if (hmp_member(*info, "total-time")) call.print("total time: {} ms\n", hmp_int(*info, "total-time"));
    for (const char* key : {"expected-downtime", "downtime"})
        if (hmp_member(*info, key)) call.print("{}: {} ms\n", std::string_view(key) == "downtime" ? "downtime" : "expected downtime", hmp_int(*info, key));
    if (hmp_member(*info, "setup-time")) call.print("setup: {} ms\n", hmp_int(*info, "setup-time"));
    if (!hmp_member(*info, "ram")) return;
    call.print("transferred ram: {} kbytes\n", hmp_int(*info, "ram.transferred") >> 10);
    call.print("remaining ram: {} kbytes\ntotal ram: {} kbytes\n", hmp_int(*info, "ram.remaining") >> 10, hmp_int(*info, "ram.total") >> 10);
    call.print("duplicate: {} pages\nnormal: {} pages\nnormal bytes: {} kbytes\n", hmp_int(*info, "ram.duplicate"), hmp_int(*info, "ram.normal"),
               hmp_int(*info, "ram.normal-bytes") >> 10);
}

void dump_memory(Machine&, HmpCall& call) {
    const HmpArguments& a = call.arguments;
    static constexpr const char* kFormats[][2] = {{"zlib", "kdump-zlib"}, {"lzo", "kdump-lzo"}, {"snappy", "kdump-snappy"}, {"windmp", "win-dmp"}};
    const char* format = "elf";
    unsigned formats = 0;
    for (const auto& [flag, name] : kFormats)
        if (a.flag(flag)) ++formats, format = name;
    if (formats > 1) return call.error(Error::generic("only one of '-z|-l|-s|-w' can be set"));
    QDict arguments = hmp_arguments(call, "paging detach begin length");
    if (!arguments.contains("paging")) arguments.put("paging", false);
    arguments.put("protocol", "file:" + a.text("filename"));
    arguments.put("format", format);
    call.run("dump-guest-memory", arguments);
}

void show_dump(Machine&, HmpCall& call) {
    const auto info = call.ask("query-dump");
    if (!call.ok(info)) return;
    call.print("Status: {}\n", hmp_text(*info, "status"));
    if (hmp_text(*info, "status") == "active" && hmp_int(*info, "total") > 0)
        call.print("Finished: {:.2f} %\n", 100.0 * static_cast<double>(hmp_int(*info, "completed")) / static_cast<double>(hmp_int(*info, "total")));
}

void dirty_rate(Machine&, HmpCall& call) {
    const auto info = call.ask("query-dirty-rate");
    if (!call.ok(info)) return;
    call.print("Status: {}\nStart Time: {} (ms)\n", hmp_text(*info, "status"), hmp_int(*info, "start-time"));
    if (hmp_text(*info, "mode") == "page-sampling") call.print("Sample Pages: {} (per GB)\n", hmp_int(*info, "sample-pages"));
    call.print("Period: {} (sec)\nMode: {}\nDirty rate: ", hmp_int(*info, "calc-time"), hmp_text(*info, "mode"));
    if (hmp_member(*info, "dirty-rate")) call.print("{} (MB/s)\n", hmp_int(*info, "dirty-rate"));
    else call.write("(not ready)\n");
}

void calc_dirty_rate(Machine&, HmpCall& call) {
    const bool ring = call.arguments.flag("ring"), bitmap = call.arguments.flag("bitmap");
    const std::int64_t seconds = call.arguments.number("second");
    if (seconds < 1) return call.write("Incorrect period length specified!\n");
    if (ring && bitmap) return call.write("Either dirty ring or dirty bitmap can be specified!\n");
    QDict arguments = hmp_arguments(call, "calc-time=second sample-pages=sample_pages_per_GB");
    arguments.put("mode", ring ? "dirty-ring" : bitmap ? "dirty-bitmap" : "page-sampling");
    call.run("calc-dirty-rate", arguments, [seconds](HmpCall& later, const Result<QObject>& started) {
        if (later.ok(started))
            later.print("Starting dirty rate measurement with period {} seconds\n[Please use 'info dirty_rate' to check results]\n", seconds);
    });
}

void complete_capability(HmpCompletion& completion) {
    const QObject list = completion.ask("query-migrate-capabilities");
    for (const QObject& capability : hmp_list(list)) completion.add(hmp_text(capability, "capability"));
}
void complete_parameter(HmpCompletion& completion) {
    for (const MigrationParameter& p : kParameters) completion.add(p.name);
}

constexpr HmpCommand kCommands[] = {
    hmp_command<migrate>("migrate", "-d detach, -b blk, -i inc, -r resume, s uri", "[-d] [-b] [-i] [-r] uri",
                         "move the guest to another host (-d: go on at once; -b: with its disks; -i: with what overlays hold; -r: go on with one that was paused)")
        .needing("migrate"),
    hmp_forward<"migrate_cancel">("migrate_cancel", "", "", "give the migration up"),
    hmp_forward<"migrate-continue", "state">("migrate_continue", "s state", "state", "let a migration that paused go on"),
    hmp_forward<"migrate-incoming", "uri">("migrate_incoming", "s uri", "uri", "say where a guest comes from (-incoming defer)"),
    hmp_forward<"migrate-pause">("migrate_pause", "", "", "let a migration rest (postcopy only)"),
    hmp_forward<"migrate-recover", "uri">("migrate_recover", "s uri", "uri", "go on with an incoming migration that was interrupted"),
    hmp_forward<"migrate-start-postcopy">("migrate_start_postcopy", "", "", "let the guest run on the other host before all of it is there"),
    hmp_command<set_capability>("migrate_set_capability", "s capability@migration-capability, b state@on-off", "capability state",
                                "switch a capability of migration").needing("migrate-set-capabilities"),
    hmp_command<set_parameter>("migrate_set_parameter", "s parameter@migration-parameter, s value", "parameter value",
                               "set a parameter of migration").needing("migrate-set-parameters"),
    hmp_command<dump_memory>("dump-guest-memory",
                             "-p paging, -d detach, -w windmp, -z zlib, -l lzo, -s snappy, F filename, l? begin, l? length",
                             "[-p] [-d] [-z|-l|-s|-w] filename [begin length]",
                             "write the guest's memory into a file (-p: as it is paged; -d: go on at once; -z, -l, -s: compressed; -w: for Windows)")
        .needing("dump-guest-memory"),
    hmp_command<calc_dirty_rate>("calc_dirty_rate", "-r ring, -b bitmap, l second, l? sample_pages_per_GB",
                                 "[-r] [-b] second [sample_pages_per_GB]", "measure how fast the guest writes memory").needing("calc-dirty-rate"),
    hmp_forward<"set-vcpu-dirty-limit", "dirty-rate=dirty_rate cpu-index=cpu_index">(
        "set_vcpu_dirty_limit", "l dirty_rate, l? cpu_index", "dirty_rate [cpu_index]", "limit how fast CPUs write memory")
        .otherwise("Error: dirty page limit feature requires KVM with accelerator property 'dirty-ring-size' set'\n"),
    hmp_command<cancel_limit>("cancel_vcpu_dirty_limit", "l? cpu_index", "[cpu_index]", "end that limit").needing("cancel-vcpu-dirty-limit"),
    hmp_forward<"x-colo-lost-heartbeat">("x_colo_lost_heartbeat", "", "", "tell COLO that the other side is lost")
        .otherwise("Error: The feature 'colo' is not enabled\n"),
};

constexpr HmpCommand kInfo[] = {
    hmp_command<show_migration>("migrate", "", "", "show how far the migration has come"),
    hmp_command<show_capabilities>("migrate_capabilities", "", "", "show the capabilities of migration").needing("query-migrate-capabilities"),
    hmp_command<show_parameters>("migrate_parameters", "", "", "show the parameters of migration").needing("query-migrate-parameters"),
    hmp_command<show_dump>("dump", "", "", "show how far the dump has come").needing("query-dump").otherwise("Status: none\n"),
    hmp_command<dirty_rate>("dirty_rate", "", "", "show how fast the guest writes memory").needing("query-dirty-rate")
        .otherwise("Status: unstarted\nStart Time: 0 (ms)\nSample Pages: 0 (per GB)\nPeriod: 0 (sec)\nMode: page-sampling\n"
                   "Dirty rate: (not ready)\n"),
};

constexpr HmpCompleter kCompleters[] = {{"migration-capability", complete_capability}, {"migration-parameter", complete_parameter}};

}  // namespace

void add_migration_hmp(HmpTable& table, Machine& machine) {
    table.add(kCommands, machine);
    table.add_info(kInfo, machine);
    table.add_completers(kCompleters);
}

}  // namespace rhea
