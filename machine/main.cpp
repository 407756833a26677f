/// The emulator: from the command line to a machine that is served over its monitors.
#include <sys/prctl.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include <fmt/format.h>

#include "machine/all_commands.h"
#include "machine/char/own_chardevs.h"
#include "machine/cli/command_line.h"
#include "machine/cli/machine_choice.h"
#include "machine/cli/process.h"
#include "machine/cli/sandbox.h"
#include "machine/device_help.h"
#include "machine/diagnostics/trace_switches.h"
#include "machine/display/screen.h"
#include "machine/event_clock.h"
#include "machine/events.h"
#include "machine/hmp.h"
#include "machine/machine.h"
#include "machine/monitors.h"
#include "machine/objects/authz.h"
#include "machine/objects/tls_creds.h"
#include "machine/objects/user_creatable.h"
#include "machine/pc_board.h"
#include "machine/supported.h"
#include "machine/termination.h"
#include "monitor/fd_commands.h"

namespace rhea {

namespace {

/// The reference that is spoken.
constexpr Version kQemuVersion{7, 2, 22, {}};

std::string process_name(int pid) {
    std::ifstream comm(fmt::format("/proc/{}/comm", pid));
    std::string name;
    std::getline(comm, name);
    return name;
}

/// Closes what is left on the loop; handles free themselves.
void close_loop(uv_loop_t& loop) {
    while (uv_run(&loop, UV_RUN_DEFAULT) != 0) {}
    uv_loop_close(&loop);
}

/// -device help and that of one type; nothing: nobody asked.
std::optional<int> show_type_help(const cli::Config& config, const cli::Reporter& reporter) {
    const auto show = [&](const cli::Arguments& asked, const char* key, std::string (*all)(), Result<std::string> (*one)(std::string_view)) {
        const QObject* type = asked.members.find(key);
        const auto text = type && type->string() ? one(*type->string()) : Result<std::string>(all());
        if (!text) return reporter.error(asked.where, text.error()), 1;
        std::fputs(text->c_str(), stdout);
        return 0;
    };
    for (const cli::Arguments& device : config.devices)
        if (device.help) return show(device, "driver", device_types_text, device_options_text);
    return std::nullopt;
}

std::optional<OwnChardevs::ScreenSize> screen_size(Machine& machine) {
    Screen* screen = first_screen(machine.devices());
    if (!screen) return std::nullopt;
    const Picture picture = screen->picture();
    return OwnChardevs::ScreenSize{picture.width, picture.height};
}

class Emulator {
public:
    Emulator(cli::Reporter& reporter, cli::Config config) : reporter_(reporter), config_(std::move(config)) {}

    /// The exit status of the process.
    int run();

private:
    bool serve(uv_loop_t& loop, int& status);

    cli::Reporter& reporter_;
    cli::Config config_;
    uv_timer_t settled_{};
    cli::Location opening_;      // the option whose character device is being made
    std::unique_ptr<cli::Daemon> daemon_;
    std::unique_ptr<cli::PidFile> pid_file_;
};

int Emulator::run() {
    auto die = [&](const Error& error) {
        reporter_.error(error);
        return 1;
    };
    if (config_.sandbox)
        if (auto entered = cli::enter_sandbox(*config_.sandbox); !entered) return die(entered.error());
    if (config_.daemonize) {
        auto daemon = cli::Daemon::fork();
        if (!daemon) return die(daemon.error());
        daemon_ = std::move(*daemon);
    }
    const auto logs = [this](std::string_view item) {
        return std::find(config_.log_items.begin(), config_.log_items.end(), item) != config_.log_items.end();
    };
    if ((logs("tid") || logs("all")) && config_.log_file.find("%d") == std::string::npos)
        return die(Error::generic("Filename template with '%d' required for 'tid'"));
    // Not before the fork: a child has no locks.
    if (config_.lock_memory)
        if (auto locked = cli::lock_memory(); !locked) {
            reporter_.error(locked.error());
            return die(Error::generic("locking memory failed"));
        }
    if (!config_.log_file.empty())
        if (auto opened = cli::open_log(config_.log_file, config_.daemonize); !opened) return die(opened.error());
    if (!config_.pid_file.empty()) {
        auto pid_file = cli::PidFile::create(config_.pid_file);
        if (!pid_file) return die(pid_file.error());
        pid_file_ = std::move(*pid_file);
    }
    if (!config_.process_name.empty()) cli::set_process_name(config_.process_name);

    if (auto chosen = cli::choose_machine(config_, reporter_); !chosen) return chosen.error().status;
    if (const auto status = show_type_help(config_, reporter_)) return *status;
    uv_loop_t loop;
    uv_loop_init(&loop);
    int status = 1;
    serve(loop, status);
    close_loop(loop);
    return status;
}

bool Emulator::serve(uv_loop_t& loop, int& status) {
    ChardevHost host{&loop};
    FdSets fd_sets;
    for (const cli::AddFd& fd : config_.fds)
        if (!add_fd(fd_sets, fd, reporter_)) return false;
    host.open_file = [&fd_sets](const std::string& path, int flags, unsigned mode) { return fd_sets.open(path, flags, mode); };
    host.error = [this](std::string_view text) { reporter_.error(text); };
    std::function<void()> quit;
    host.quit = [&quit] { quit(); };
    host.info = [this](std::string_view text) { reporter_.info(opening_, text); };
    Machine* objects = nullptr;  // while they are there
    host.tls_credentials = [&objects](const std::string& id) -> Result<std::shared_ptr<TlsCredentials>> {
        if (!objects) return fail(fmt::format("No TLS credentials with id '{}'", id));
        return find_tls_credentials(objects->devices(), id);
    };
    host.authorize = [&objects](const std::string& id, const std::string& name) {
        const auto* authz = objects ? find_object<Authz>(objects->devices(), id) : nullptr;
        return authz && authz->allows(name);
    };
    OwnChardevs own_chardevs(host);
    host.open_own = [&own_chardevs](const ChardevOptions& options) { return own_chardevs.open(options); };
    Chardevs chardevs(std::move(host));
    // Those with TLS need objects, which come with the machine.
    const auto add_chardevs = [&](bool with_tls) {
        for (const cli::Group& group : config_.chardevs) {
            if (group.options.has("tls-creds") != with_tls) continue;
            opening_ = group.where;
            if (!add_chardev(chardevs, group, reporter_)) return false;
        }
        return true;
    };
    struct FailedStart {
        Chardevs& chardevs;
        bool failed = true;
        ~FailedStart() {
            if (failed) chardevs.leave_files();
        }
    };
    std::optional<FailedStart> start{chardevs};
    if (!add_chardevs(false)) return false;

    const auto passed = [&](const cli::OrExit<void>& step) {
        if (!step) status = step.error().status;
        return step.has_value();
    };
    if (!passed(cli::check_fsdevs(config_, reporter_)) || !passed(cli::apply_properties(config_, reporter_)) || !passed(cli::resolve_instruction_count(config_, reporter_)))
        return false;
    // Accelerators are tried in order; the clocks depend on which one it is.
    auto accelerator = cli::choose_accelerator(config_, reporter_);
    if (!accelerator) return status = accelerator.error().status, false;
    if (!passed(cli::check_tpmdevs(config_, reporter_)) || !passed(cli::check_board(config_, *accelerator, reporter_)) ||
        !passed(cli::resolve_numa(config_, reporter_)) || !passed(cli::resolve_fw_cfg(config_, reporter_)) ||
        !passed(cli::check_usb_devices(config_, reporter_)) ||
        !check_supported(config_, reporter_))
        return false;

    Clocks clocks(&loop, accelerator->name == "qtest");
    MachineEventClock event_clock(clocks);
    Version version = kQemuVersion;
    version.package = "Rhea " RHEA_VERSION;
    Engine engine(event_clock, {version});
    engine.set_log([this](std::string_view line) { reporter_.warning(line); });
    Machine machine(&loop, engine, chardevs, clocks, config_, accelerator->name);

    objects = &machine;
    own_chardevs.connect({machine.input(), [&machine](int exit_status) { machine.life().exit(exit_status); },
                          [&machine] { return screen_size(machine); }});
    quit = [&machine] { machine.life().quit(ShutdownCause::host_signal); };
    fd_sets.set_running([&machine] { return machine.life().running(); });
    engine.on_last_session_left([&fd_sets] { fd_sets.clients_gone(); });
    add_all_commands(engine, machine, fd_sets);
    for (const cli::TracePattern& pattern : config_.command_traces)
        if (!apply_trace_pattern(command_trace_switches(engine.commands()), pattern.text))
            reporter_.warning(pattern.where, fmt::format("trace event '{}' does not exist", pattern.text));
    bool good = machine.add_objects(reporter_) && add_chardevs(true) && machine.open_drives(reporter_) && machine.open_networks(reporter_) &&
                add_monitors(engine, chardevs, config_, reporter_) && machine.open_ports(reporter_) &&
                (config_.preconfig ? machine.can_be_built(reporter_) : machine.build(reporter_)) && machine.open_screens(reporter_);
    std::unique_ptr<QtestLog> qtest_log;
    std::unique_ptr<QtestServer> qtest;
    if (good && config_.qtest) good = start_qtest(chardevs, machine, config_, reporter_, qtest_log, qtest);
    if (good)
        if (auto dropped = cli::drop_privileges(config_.run_as, config_.chroot_dir); !dropped) {
            reporter_.error(dropped.error());
            good = false;
        }
    if (good && daemon_)
        if (auto ready = daemon_->ready(!config_.log_file.empty()); !ready) {
            reporter_.error(ready.error());
            good = false;
        }
    start->failed = !good;
    start.reset();
    if (good) {
        TerminationSignals signals(&loop, [&](TerminationRequest request) {
            reporter_.error(request.sender == 0
                                ? fmt::format("terminating on signal {}", request.signal)
                                : fmt::format("terminating on signal {} from pid {} ({})", request.signal, request.sender,
                                              process_name(request.sender)));
            machine.life().quit(ShutdownCause::host_signal);
        });
        if (config_.incoming) machine.life().await_migration();
        const auto begin = [&] {
            if (!config_.stopped) machine.life().start();
        };
        if (config_.preconfig) {
            engine.set_preconfig(true);
            machine.preconfig().wait_for([&] {
                if (!machine.build(reporter_)) return machine.life().exit(1), false;
                engine.set_preconfig(false);
                begin();
                return true;
            });
        } else {
            begin();
        }
        // Once its first clients have been greeted.
        constexpr std::uint64_t kSettled = 50;      // ms
        uv_timer_init(&loop, &settled_);
        uv_unref(reinterpret_cast<uv_handle_t*>(&settled_));
        uv_timer_start(&settled_, [](uv_timer_t*) { cli::release_startup_pages(); }, kSettled, 0);
        if (!machine.life().ended()) uv_run(&loop, UV_RUN_DEFAULT);
        uv_close(reinterpret_cast<uv_handle_t*>(&settled_), nullptr);
        status = machine.life().exit_status();
    }
    chardevs.finish();
    chardevs.shut_down();
    objects = nullptr;
    return good;
}

}  // namespace

int run(int argc, char** argv) {
    cli::ignore_sigpipe();
    cli::Reporter reporter(cli::program_name(argc > 0 ? argv[0] : "rhea"));
    const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
    auto config = cli::parse_command_line(arguments, reporter);
    if (!config) return config.error().status;
    return Emulator(reporter, std::move(*config)).run();
}

}  // namespace rhea

int main(int argc, char** argv) { return rhea::run(argc, argv); }
