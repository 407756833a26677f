/// The human monitor's commands for drives, media, block jobs and snapshots.
#include "machine/block/options.h"
#include "machine/block/qemu_io.h"
#include "machine/hmp_forward.h"
#include "machine/machine.h"
#include "machine/vnc/servers.h"

namespace rhea {

namespace {

void change(Machine& machine, HmpCall& call) {
    static constexpr std::string_view kModes[] = {"retain", "read-only", "read-write"};
    const HmpArguments& a = call.arguments;
    if (a.text("device") == "vnc") {
        const std::string& what = a.text("target");
        if (what != "passwd" && what != "password") return call.write("Expected 'password' after 'vnc'\n");
        if (!a.has("arg")) return call.write("terminal does not support password prompting\n");
        call.write(password_advice(machine, ""));
        if (!call.has_qmp("change-vnc-password")) return call.write("Error: Could not set password\n");
        return call.run("change-vnc-password", {{"password", a.text("arg")}});
    }
    QDict arguments = hmp_arguments(call, "device filename=target format=arg force");
    if (const std::string& mode = a.text("read-only-mode"); !mode.empty()) {
        if (std::find(std::begin(kModes), std::end(kModes), mode) == std::end(kModes))
            return call.error(Error::generic("invalid parameter value: " + mode));
        arguments.put("read-only-mode", mode);
    }
    call.run("blockdev-change-medium", arguments);
}

/// Writes what overlays hold into the images that they lie over. None of the formats that are there has overlays.
void commit(Machine& machine, HmpCall& call) {
    const std::string& device = call.arguments.text("device");
    if (device == "all") return;      // those with an overlay: none
    const BlockBackend* backend = machine.block().find_backend(device);
    if (!backend) return call.print("Device '{}' not found\n", device);
    if (!backend->available()) return call.print("Device '{}' has no medium\n", device);
    call.print("'commit' error for '{}': Operation not supported\n", device);
}

void block_resize(Machine&, HmpCall& call) { call.run("block_resize", hmp_arguments(call, "device size")); }

void drive_del(Machine& machine, HmpCall& call) {
    const std::string& id = call.arguments.text("id");
    BlockBackend* backend = machine.block().find_backend(id);
    if (!backend) return call.print("Device '{}' not found\n", id);
    if (const BlockNode* medium = backend->root())
        if (const auto freely = machine.block().check_free(*medium); !freely) return call.print("{}\n", freely.error().description());
    machine.block().delete_drive(*backend);
}

void drive_add(Machine& machine, HmpCall& call) {
    const auto parsed = Options::parse(call.arguments.text("opts"));
    if (!parsed) return call.print("{}\n", parsed.error().description());
    for (const std::string& warning : parsed->warnings()) call.print("warning: {}\n", warning);
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const Option& option : parsed->entries()) pairs.emplace_back(option.key, option.value);
    if (parsed->id()) pairs.emplace_back("id", *parsed->id());
    if (call.arguments.flag("node")) {
        QDict options;
        for (auto& [key, value] : pairs) options.put(key, value);
        if (!options.contains("node-name")) return call.write("'node-name' needs to be specified\n");
        const auto typed = from_qdict<BlockdevOptions>(options, InputMode::keyval);
        const auto added = typed ? machine.block().add_node(*typed) : fail(typed.error());
        if (!added) call.print("{}\n", added.error().description());
        return;
    }
    const auto options = DriveOptions::parse(pairs);
    const auto added = options ? machine.block().add_drive(*options) : fail(options.error());
    if (!added) return call.print("{}\n", added.error().description());
    if (options->interface == DriveInterface::none) return call.write("OK\n");
    machine.block().delete_drive(*(*added)->backend);
    call.print("Can't hot-add drive to type {}\n", static_cast<int>(options->interface));
}

void snapshot_blkdev(Machine&, HmpCall& call) {
    if (!call.arguments.has("snapshot-file")) return call.error(Error::missing_parameter("snapshot-file"));
    QDict arguments = hmp_arguments(call, "device snapshot-file format");
    arguments.put("mode", call.arguments.flag("reuse") ? "existing" : "absolute-paths");
    call.run("blockdev-snapshot-sync", arguments);
}

/// drive_mirror and drive_backup.
void copy_drive(HmpCall& call, std::string_view command) {
    if (!call.arguments.has("target")) return call.error(Error::missing_parameter("target"));
    QDict arguments = hmp_arguments(call, "job-id=device device target format compress");
    arguments.put("mode", call.arguments.flag("reuse") ? "existing" : "absolute-paths");
    arguments.put("sync", call.arguments.flag("full") ? "full" : "top");
    call.run(command, arguments);
}
void drive_mirror(Machine&, HmpCall& call) { copy_drive(call, "drive-mirror"); }
void drive_backup(Machine&, HmpCall& call) { copy_drive(call, "drive-backup"); }

void block_stream(Machine&, HmpCall& call) {
    QDict arguments = hmp_arguments(call, "job-id=device device base speed");
    arguments.put("on-error", "report");
    call.run("block-stream", arguments);
}

void nbd_server_add(Machine&, HmpCall& call) { call.run("nbd-server-add", hmp_arguments(call, "device name writable")); }

void nbd_server_remove(Machine&, HmpCall& call) {
    QDict arguments = hmp_arguments(call, "name");
    arguments.put("mode", call.arguments.flag("force") ? "hard" : "safe");
    call.run("nbd-server-remove", arguments);
}

void nbd_server_start(Machine& machine, HmpCall& call) {
    if (call.arguments.flag("writable") && !call.arguments.flag("all"))
        return call.error(Error::generic("-w only valid together with -a"));
    const std::string& where = call.arguments.text("uri");
    QDict address;
    const std::size_t colon = where.rfind(':');
    if (where.compare(0, 5, "unix:") == 0) {
        address = {{"type", "unix"}, {"data", QDict{{"path", where.substr(5)}}}};
    } else if (colon == where.npos || colon + 1 == where.size()) {
        return call.error(Error::generic(fmt::format("error parsing address '{}'", where)));
    } else {
        address = {{"type", "inet"}, {"data", QDict{{"host", where.substr(0, colon)}, {"port", where.substr(colon + 1)}}}};
    }
    call.run("nbd-server-start", {{"addr", std::move(address)}}, [&machine, all = call.arguments.flag("all"),
             writable = call.arguments.flag("writable")](HmpCall& later, const Result<QObject>& started) {
        if (!later.ok(started) || !all) return;
        for (const auto& backend : machine.block().backends())
            if (backend->inserted() && !backend->name().empty())
                later.run("nbd-server-add", {{"device", backend->name()}, {"writable", writable}});
    });
}

/// A command about one block job.
template <HmpText Qmp, HmpText Names>
void job(Machine&, HmpCall& call) {
    const std::string& id = call.arguments.text("device");
    if (!call.has_qmp(Qmp.view())) return call.error(Error::generic(fmt::format("Block job '{}' not found", id)));
    call.run(Qmp.view(), hmp_arguments(call, Names.view()));
}

/// savevm, loadvm and delvm: every image that can be written must be able to keep the state; raw ones cannot.
bool can_snapshot(Machine& machine, HmpCall& call) {
    const auto refuse = [&](const std::string& name) {
        call.error(Error::generic(fmt::format("Device '{}' is writable but does not support snapshots", name)));
        return false;
    };
    for (const auto& backend : machine.block().backends()) {
        if (!backend->inserted()) continue;
        if (!backend->read_only()) return refuse(backend->name().empty() ? backend->root()->name() : backend->name());
    }
    const auto nodes = call.ask("query-named-block-nodes");
    if (!nodes) return true;
    for (const QObject& node : hmp_list(*nodes)) {
        const std::string name(hmp_text(node, "node-name"));
        if (!name.empty() && name.front() != '#' && !hmp_bool(node, "ro")) return refuse(name);
    }
    return true;
}
void save_or_load(Machine& machine, HmpCall& call) {
    if (can_snapshot(machine, call)) call.error(Error::generic("no block device can store vmstate for snapshot"));
}
void delete_snapshot(Machine& machine, HmpCall& call) { can_snapshot(machine, call); }

void qemu_io(Machine& machine, HmpCall& call) {
    const std::string& device = call.arguments.text("device");
    BlockLayer& block = machine.block();
    BlockBackend* backend = block.find_backend(device);
    std::shared_ptr<BlockNode> node;
    if (call.arguments.flag("qdev")) {
        const auto drive = block.find_drive(std::nullopt, device);
        if (!call.ok(drive)) return;
        backend = *drive;
    } else if (!backend) {
        auto found = block.lookup({}, device);
        if (!call.ok(found)) return;
        node = std::move(*found);
    }
    if (backend && !backend->device()) {
        // Nobody has asked for more than to read it.
        auto medium = block.lookup(device, {});
        if (!medium) return;
        node = std::move(*medium);
        backend = nullptr;
    }
    run_qemu_io(block, backend, std::move(node), call.arguments.text("command"), [held = call.shared_from_this()] {});
}

constexpr HmpCommand kCommands[] = {
    hmp_forward<"eject", "device force">("eject", "-f force, B device", "[-f] device", "take a medium out (-f: even when the guest locks it)"),
    hmp_command<change>("change", "B device, -f force, F target, s? arg, s? read-only-mode",
                        "device [-f] filename [format [read-only-mode]]", "put another medium into a drive (-f: even when it is locked)"),
    hmp_command<commit>("commit", "B device", "device|all", "write what overlays hold into the images below them"),
    hmp_command<block_resize>("block_resize", "B device, o size", "device size", "set the size of an image"),
    hmp_command<drive_add>("drive_add", "-n node, s pci_addr, s opts",
                           "[-n] [[<domain>:]<bus>:]<slot>\n[file=file][,if=type][,bus=n]\n[,unit=m][,media=d][,index=i]\n"
                           "[,snapshot=on|off][,cache=on|off]\n[,readonly=on|off][,copy-on-read=on|off]",
                           "add a drive that a device can be put on"),
    hmp_command<drive_del>("drive_del", "B id", "device", "end a drive; its device is left without"),
    hmp_forward<"block_set_io_throttle", "device bps bps_rd bps_wr iops iops_rd iops_wr">(
        "block_set_io_throttle", "B device, l bps, l bps_rd, l bps_wr, l iops, l iops_rd, l iops_wr",
        "device bps bps_rd bps_wr iops iops_rd iops_wr", "limit the rate of a drive's requests"),
    hmp_command<block_stream>("block_stream", "B device, o? speed, s? base", "device [speed [base]]",
                              "copy what an image takes from those below it into the image").needing("block-stream"),
    hmp_command<job<"block-job-cancel", "device force">>("block_job_cancel", "-f force, B device", "[-f] device",
                                                    "end a block job (-f: at once, whatever its state)"),
    hmp_command<job<"block-job-complete", "device">>("block_job_complete", "B device", "device", "bring a block job to its end"),
    hmp_command<job<"block-job-pause", "device">>("block_job_pause", "B device", "device", "let a block job rest"),
    hmp_command<job<"block-job-resume", "device">>("block_job_resume", "B device", "device", "let a block job go on"),
    hmp_command<job<"block-job-set-speed", "device speed">>("block_job_set_speed", "B device, o speed", "device speed", "limit the speed of a block job"),
    hmp_command<drive_mirror>("drive_mirror", "-n reuse, -f full, B device, s target, s? format", "[-n] [-f] device target [format]",
                              "copy a drive to another image while it is written (-n: into one that exists; -f: all of it)")
        .needing("drive-mirror"),
    hmp_command<drive_backup>("drive_backup", "-n reuse, -f full, -c compress, B device, s target, s? format",
                              "[-n] [-f] [-c] device target [format]",
                              "copy a drive as it is now (-n: into an image that exists; -f: all of it; -c: compressed)")
        .needing("drive-backup"),
    hmp_command<snapshot_blkdev>("snapshot_blkdev", "-n reuse, B device, s? snapshot-file, s? format",
                                 "[-n] device [new-image-file] [format]", "put a new image over a drive's, and write there from now on")
        .needing("blockdev-snapshot-sync"),
    hmp_forward<"blockdev-snapshot-internal-sync", "device name">("snapshot_blkdev_internal", "B device, s name", "device name",
                                                                  "take a snapshot within a drive's image"),
    hmp_forward<"blockdev-snapshot-delete-internal-sync", "device name id">(
        "snapshot_delete_blkdev_internal", "B device, s name, s? id", "device name [id]", "delete a snapshot within a drive's image"),
    hmp_command<nbd_server_start>("nbd_server_start", "-a all, -w writable, s uri", "nbd_server_start [-a] [-w] host:port",
                                  "serve drives by NBD (-a: all of them; -w: writable)").needing("nbd-server-start"),
    hmp_command<nbd_server_add>("nbd_server_add", "-w writable, B device, s? name", "nbd_server_add [-w] device [name]",
                                "offer a drive by NBD").needing("nbd-server-add"),
    hmp_command<nbd_server_remove>("nbd_server_remove", "-f force, s name", "nbd_server_remove [-f] name",
                                   "offer a drive no more (-f: cut its clients off)").needing("nbd-server-remove"),
    hmp_forward<"nbd-server-stop">("nbd_server_stop", "", "nbd_server_stop", "end the NBD server")
        .otherwise("Error: NBD server not running\n"),
    hmp_command<qemu_io>("qemu-io", "-d qdev, B device, s command", "[-d] [device] \"[command]\"",
                         "carry out a request on a drive (-d: by its device's id)"),
    hmp_command<save_or_load>("savevm", "s? name", "tag", "keep the machine's state in its images").needing("snapshot-save"),
    hmp_command<save_or_load>("loadvm", "s name@snapshot", "tag", "bring the machine into a state that was kept").needing("snapshot-load"),
    hmp_command<delete_snapshot>("delvm", "s name@snapshot", "tag", "delete a state that was kept").needing("snapshot-delete"),
};

void snapshots(Machine&, HmpCall& call) { call.write("no block device can store vmstate for snapshot\n"); }

constexpr HmpCommand kInfo[] = {
    hmp_command<snapshots>("snapshots", "", "", "show the states that were kept"),
};

}  // namespace

void add_block_hmp(HmpTable& table, Machine& machine) {
    table.add(kCommands, machine);
    table.add_info(kInfo, machine);
}

}  // namespace rhea
