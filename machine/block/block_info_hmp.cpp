/// The human monitor's views of drives and block nodes.
#include "machine/hmp.h"
#include "machine/machine.h"

namespace rhea {

namespace {

/// "8 MiB", "1.5 GiB": three digits and a unit.
std::string size_text(std::int64_t bytes) {
    static constexpr const char* kUnits[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    double value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1000 && unit + 1 < std::size(kUnits)) value /= 1024, ++unit;
    return fmt::format("{:.3g} {}B", value, kUnits[unit]);
}

void print_throttling(HmpCall& call, const QObject& medium) {
    static constexpr std::string_view kLimits[] = {"bps", "bps_rd", "bps_wr", "iops", "iops_rd", "iops_wr"};
    bool limited = false;
    for (std::string_view key : kLimits) limited = limited || hmp_int(medium, key);
    if (!limited) return;
    call.write("    I/O throttling:  ");
    for (const char* key : {"bps", "bps_rd", "bps_wr", "bps_max", "bps_rd_max", "bps_wr_max", "iops", "iops_rd", "iops_wr", "iops_max",
                            "iops_rd_max", "iops_wr_max", "iops_size"})
        call.print(" {}={}", key, hmp_int(medium, key));
    call.print(" group={}\n", hmp_text(medium, "group"));
}

void print_image(HmpCall& call, const QObject& image) {
    call.print("image: {}\nfile format: {}\nvirtual size: {} ({} bytes)\n", hmp_text(image, "filename"), hmp_text(image, "format"),
               size_text(hmp_int(image, "virtual-size")), hmp_int(image, "virtual-size"));
    call.print("disk size: {}\n", hmp_member(image, "actual-size") ? size_text(hmp_int(image, "actual-size")) : "unavailable");
    if (hmp_bool(image, "encrypted")) call.write("encrypted: yes\n");
    if (hmp_member(image, "cluster-size")) call.print("cluster_size: {}\n", hmp_int(image, "cluster-size"));
    if (hmp_bool(image, "dirty-flag")) call.write("cleanly shut down: no\n");
    if (const std::string_view backing = hmp_text(image, "backing-filename"); !backing.empty()) {
        const std::string_view full = hmp_text(image, "full-backing-filename");
        call.print("backing file: {}", backing);
        if (full.empty()) call.write(" (cannot determine actual path)");
        else if (full != backing) call.print(" (actual path: {})", full);
        call.write("\n");
        if (hmp_member(image, "backing-filename-format")) call.print("backing file format: {}\n", hmp_text(image, "backing-filename-format"));
    }
}

/// One drive, or (`drive` null) one node.
void print_block(HmpCall& call, const QObject* drive, const QObject* medium, bool verbose) {
    if (drive && !hmp_text(*drive, "device").empty()) {
        call.write(hmp_text(*drive, "device"));
        if (medium && hmp_member(*medium, "node-name")) call.print(" ({})", hmp_text(*medium, "node-name"));
    } else if (medium && hmp_member(*medium, "node-name")) {
        call.write(hmp_text(*medium, "node-name"));
    } else {
        call.write(drive && hmp_member(*drive, "qdev") ? hmp_text(*drive, "qdev") : "<anonymous>");
    }
    if (medium)
        call.print(": {} ({}{}{})\n", hmp_text(*medium, "file"), hmp_text(*medium, "drv"), hmp_bool(*medium, "ro") ? ", read-only" : "",
                   hmp_bool(*medium, "encrypted") ? ", encrypted" : "");
    else
        call.write(": [not inserted]\n");
    if (drive) {
        if (hmp_member(*drive, "qdev")) call.print("    Attached to:      {}\n", hmp_text(*drive, "qdev"));
        if (const auto status = hmp_text(*drive, "io-status"); !status.empty() && status != "ok")
            call.print("    I/O status:       {}\n", status);
        if (hmp_bool(*drive, "removable"))
            call.print("    Removable device: {}locked, tray {}\n", hmp_bool(*drive, "locked") ? "" : "not ",
                       hmp_bool(*drive, "tray_open") ? "open" : "closed");
    }
    if (!medium) return;
    call.print("    Cache mode:       {}{}{}\n", hmp_bool(*medium, "cache.writeback") ? "writeback" : "writethrough",
               hmp_bool(*medium, "cache.direct") ? ", direct" : "", hmp_bool(*medium, "cache.no-flush") ? ", ignore flushes" : "");
    if (hmp_member(*medium, "backing_file"))
        call.print("    Backing file:     {} (chain depth: {})\n", hmp_text(*medium, "backing_file"), hmp_int(*medium, "backing_file_depth"));
    if (const auto zeroes = hmp_text(*medium, "detect_zeroes"); !zeroes.empty() && zeroes != "off")
        call.print("    Detect zeroes:    {}\n", zeroes);
    print_throttling(call, *medium);
    if (!verbose) return;
    call.write("\nImages:\n");
    for (const QObject* image = hmp_member(*medium, "image"); image; image = hmp_member(*image, "backing-image")) print_image(call, *image);
}

void block(Machine&, HmpCall& call) {
    const std::string& wanted = call.arguments.text("device");
    const bool verbose = call.arguments.flag("verbose"), nodes_only = call.arguments.flag("nodes");
    bool found = false;
    if (!nodes_only) {
        const auto drives = call.ask("query-block");
        if (!call.ok(drives)) return;
        bool first = true;
        for (const QObject& drive : hmp_list(*drives)) {
            if (wanted.empty() || wanted == hmp_text(drive, "device")) {
                if (!first) call.write("\n");
                print_block(call, &drive, hmp_member(drive, "inserted"), verbose);
                found = true;
            }
            first = false;
        }
        if (wanted.empty() || found) return;
    }
    const auto nodes = call.ask("query-named-block-nodes");
    if (!call.ok(nodes)) return;
    bool first = true;
    for (const QObject& node : hmp_list(*nodes)) {
        if (wanted.empty() || wanted == hmp_text(node, "node-name")) {
            if (!first) call.write("\n");
            print_block(call, nullptr, &node, verbose);
        }
        first = false;
    }
}

void statistics(Machine&, HmpCall& call) {
    struct Field { const char* title; const char* member; };
    static constexpr Field kFields[] = {
        {"rd_bytes", "rd_bytes"}, {"wr_bytes", "wr_bytes"}, {"rd_operations", "rd_operations"}, {"wr_operations", "wr_operations"},
        {"flush_operations", "flush_operations"}, {"wr_total_time_ns", "wr_total_time_ns"}, {"rd_total_time_ns", "rd_total_time_ns"},
        {"flush_total_time_ns", "flush_total_time_ns"}, {"rd_merged", "rd_merged"}, {"wr_merged", "wr_merged"},
        {"idle_time_ns", "idle_time_ns"},
    };
    const auto list = call.ask("query-blockstats");
    if (!call.ok(list)) return;
    for (const QObject& stats : hmp_list(*list)) {
        if (!hmp_member(stats, "device")) continue;
        call.print("{}:", hmp_text(stats, "device"));
        for (const Field& field : kFields) call.print(" {}={}", field.title, hmp_int(stats, std::string("stats.") + field.member));
        call.write("\n");
    }
}

void complete_block(HmpCompletion& completion) {
    const QObject drives = completion.ask("query-block");
    for (const QObject& drive : hmp_list(drives))
        if (const auto name = hmp_text(drive, "device"); !name.empty()) completion.add(name);
}

constexpr HmpCommand kInfo[] = {
    hmp_command<block>("block", "-n nodes, -v verbose, B? device", "[-n] [-v] [device]",
                       "show the drives, or one of them (-n: the named nodes; -v: with details of the images)"),
    hmp_command<statistics>("blockstats", "", "", "show how much the drives were read and written"),
};
constexpr HmpCompleter kCompleters[] = {{"block", complete_block}};

}  // namespace

void add_block_info_hmp(HmpTable& table, Machine& machine) {
    table.add_info(kInfo, machine);
    table.add_completers(kCompleters);
}

}  // namespace rhea
