#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <catch2/catch.hpp>

#include "chardev/options.h"
#include "cli_recorded.h"
#include "machine/cli/machine_choice.h"
#include "machine/cli/options.h"

using namespace rhea;
using namespace rhea::cli;

namespace {

struct Outcome {
    int status = 0;
    std::string errors, output;
};

/// All that happens before the machine is made.
Outcome run(std::vector<std::string> arguments) {
    Outcome outcome;
    Reporter reporter("rhea", [&](std::string_view text) { outcome.errors += text; });
    const Printer print = [&](std::string_view text) { outcome.output += text; };
    arguments.insert(arguments.begin(), {"-display", "none", "-nodefaults", "-S"});
    outcome.status = [&] {
        auto config = parse_command_line(arguments, reporter, print);
        if (!config) return config.error().status;
        if (auto done = choose_machine(*config, reporter); !done) return done.error().status;
        if (auto done = check_fsdevs(*config, reporter); !done) return done.error().status;
        if (auto done = apply_properties(*config, reporter); !done) return done.error().status;
        if (auto done = resolve_instruction_count(*config, reporter); !done) return done.error().status;
        const auto available = [](const Accelerator&) -> Result<void> { return {}; };
        auto accelerator = choose_accelerator(*config, reporter, available);
        if (!accelerator) return accelerator.error().status;
        if (auto done = check_tpmdevs(*config, reporter); !done) return done.error().status;
        if (auto done = check_board(*config, *accelerator, reporter); !done) return done.error().status;
        if (auto done = resolve_numa(*config, reporter); !done) return done.error().status;
        if (auto done = resolve_fw_cfg(*config, reporter); !done) return done.error().status;
        return 0;
    }();
    if (outcome.errors.ends_with('\n')) outcome.errors.pop_back();
    return outcome;
}

/// A file in an empty folder, which is the working folder as long as this lives.
class WorkFile {
public:
    WorkFile(const std::string& name, std::string_view content) : name_(name) {
        char pattern[] = "/tmp/rhea-cli-XXXXXX";
        folder_ = ::mkdtemp(pattern);
        REQUIRE(::getcwd(before_, sizeof before_));
        REQUIRE(::chdir(folder_.c_str()) == 0);
        std::ofstream(name, std::ios::binary) << content;
    }
    ~WorkFile() {
        std::remove(name_.c_str());
        if (::chdir(before_) == 0) ::rmdir(folder_.c_str());
    }

private:
    std::string name_, folder_;
    char before_[4096];
};

}  // namespace

TEST_CASE("a wrong command line gets QEMU's message and exit status", "[cli]") {
    for (const RecordedError& recorded : kRecordedErrors) {
        std::string shown;
        for (const char* argument : recorded.arguments) shown.append(" ").append(argument);
        INFO("rhea" << shown);
        const Outcome outcome = run({recorded.arguments.begin(), recorded.arguments.end()});
        CHECK(outcome.errors == recorded.text);
        CHECK(outcome.status == recorded.status);
    }
}

TEST_CASE("a wrong configuration file gets QEMU's message", "[cli]") {
    for (const RecordedFile& recorded : kRecordedFiles) {
        INFO(recorded.file);
        WorkFile file("run.cfg", recorded.file);
        const Outcome outcome = run({"-readconfig", "run.cfg"});
        CHECK(outcome.errors == recorded.text);
        CHECK(outcome.status == 1);
    }
}

TEST_CASE("a configuration file that is not there is named", "[cli]") {
    CHECK(run({"-readconfig", "/nonexistent/x"}).errors ==
          "rhea: -readconfig /nonexistent/x: Could not open '/nonexistent/x': No such file or directory");
    CHECK(run({"-readconfig", "/"}).errors == "rhea: -readconfig /: Cannot read config file: Is a directory");
}

TEST_CASE("an option that only exists elsewhere so far says so", "[cli]") {
    const Outcome outcome = run({"-dump-vmstate", "x"});
    CHECK(outcome.errors == "rhea: -dump-vmstate: not supported by this build");
    CHECK(outcome.status == 1);
    CHECK(run({"-M", "pc,nvdimm=on"}).errors == "rhea: -machine nvdimm: not supported by this build");
}

TEST_CASE("an absent display is refused as QEMU without that module refuses it", "[cli]") {
    const Outcome outcome = run({"-display", "gtk"});
    CHECK(outcome.errors == "rhea: Display 'gtk' is not available.");
    CHECK(outcome.status == 1);
}

TEST_CASE("every option without a handler is refused or cannot matter", "[cli]") {
    for (const OptionRow& row : option_rows()) {
        INFO(row.name);
        const bool handled = row.state != OptionState::ignored && row.state != OptionState::not_here;
        CHECK(handled == (row.handle != nullptr));
        if (handled) continue;
        std::vector<std::string> arguments{"-" + std::string(row.name)};
        if (row.takes_argument()) arguments.push_back("x");
        const Outcome outcome = run(arguments);
        CHECK(outcome.status == (row.state == OptionState::ignored ? 0 : 1));
        CHECK(outcome.errors.empty() == (row.state == OptionState::ignored));
    }
}

TEST_CASE("an accelerator that cannot start gives way to the next", "[cli]") {
    std::string errors;
    Reporter reporter("rhea", [&](std::string_view text) { errors += text; });
    const auto choose = [&](std::vector<std::string> arguments) {
        errors.clear();
        auto config = parse_command_line(arguments, reporter);
        REQUIRE(config);
        REQUIRE(choose_machine(*config, reporter));
        REQUIRE(apply_properties(*config, reporter));
        return choose_accelerator(*config, reporter, [](const Accelerator& a) -> Result<void> {
            if (a.name == "kvm") return fail("failed to initialize kvm: No such file or directory");
            return {};
        });
    };
    auto chosen = choose({"-nodefaults", "-M", "pc,accel=kvm:tcg"});
    REQUIRE(chosen);
    CHECK(chosen->name == "tcg");
    CHECK(errors == "rhea: failed to initialize kvm: No such file or directory\nrhea: falling back to tcg\n");

    CHECK_FALSE(choose({"-nodefaults", "-accel", "kvm"}));
    CHECK(errors == "rhea: -accel kvm: failed to initialize kvm: No such file or directory\n");

    CHECK(choose({"-nodefaults", "-accel", "foo", "-accel", "qtest"})->name == "qtest");
    CHECK(errors == "rhea: -accel foo: invalid accelerator foo\nrhea: falling back to qtest\n");
    CHECK(choose({"-nodefaults"})->name == "tcg");
}

TEST_CASE("lists that are asked for go to standard output", "[cli]") {
    const auto output = [&](std::vector<std::string> arguments, int status) {
        const Outcome outcome = run(std::move(arguments));
        CHECK(outcome.errors.empty());
        CHECK(outcome.status == status);
        return outcome.output;
    };
    const std::string machines = output({"-M", "help"}, 0);
    CHECK(machines.starts_with("Supported machines are:\n"
                               "pc                   Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-7.2)\n"
                               "pc-i440fx-7.2        Standard PC (i440FX + PIIX, 1996) (default)\n"
                               "pc-i440fx-7.1        Standard PC (i440FX + PIIX, 1996)\n"));
    CHECK(machines.ends_with("pc-q35-2.4           Standard PC (Q35 + ICH9, 2009)\n"
                             "pc-q35-2.12          Standard PC (Q35 + ICH9, 2009)\n"
                             "pc-q35-2.11          Standard PC (Q35 + ICH9, 2009)\n"
                             "pc-q35-2.10          Standard PC (Q35 + ICH9, 2009)\n"
                             "none                 empty machine\n"));
    CHECK(machines.find("pc-i440fx-1.4        Standard PC (i440FX + PIIX, 1996) (deprecated)\n"
                        "q35                  Standard PC (Q35 + ICH9, 2009) (alias of pc-q35-7.2)\n") != std::string::npos);
    CHECK(output({"-M", "none,help"}, 0).find("\n  smp=<SMPConfiguration> - CPU topology\n") != std::string::npos);
    CHECK(output({"-M", "none,help"}, 0).find("hpet") == std::string::npos);
    CHECK(output({"-smp", "1,help"}, 0) ==
          "smp-opts options:\n  clusters=<num>\n  cores=<num>\n  cpus=<num>\n  dies=<num>\n  maxcpus=<num>\n"
          "  sockets=<num>\n  threads=<num>\n");
    CHECK(output({"-m", "1,help"}, 1) == "memory options:\n  maxmem=<size>\n  size=<size>\n  slots=<num>\n");
    CHECK(output({"-cpu", "help"}, 0).find("\nx86 qemu64                (alias configured by machine type)\n") != std::string::npos);
    CHECK(output({"-accel", "help"}, 0) == "Accelerators supported in QEMU binary:\nqtest\ntcg\nkvm\n");
    CHECK(output({"-d", "nonsense"}, 1).starts_with("Log items (comma separated):\n"));
}

TEST_CASE("CPU features are checked when the board is there", "[cli]") {
    CHECK(run({"-cpu", "qemu64,+avx,avx=on"}).errors ==
          "rhea: warning: Ambiguous CPU model string. Don't mix both \"+avx\" and \"avx=on\"\n"
          "rhea: warning: Compatibility of ambiguous CPU model strings won't be kept on future QEMU versions");
    CHECK(run({"-cpu", "qemu64,foo=bar"}).errors ==
          "rhea: can't apply global qemu64-x86_64-cpu.foo=bar: Property 'qemu64-x86_64-cpu.foo' not found");
    CHECK(run({"-cpu", "qemu64,-foo"}).errors == "rhea: Property 'qemu64-x86_64-cpu.foo' not found");
    CHECK(run({"-cpu", "qemu64,stepping=99"}).errors ==
          "rhea: can't apply global qemu64-x86_64-cpu.stepping=99: Property .stepping doesn't take value 99 (minimum: 0, "
          "maximum: 15)");
}

TEST_CASE("NUMA nodes, instruction counts and NUMA ranges are checked in their place", "[cli]") {
    CHECK(run({"-numa", "node,cpus=1-0"}).errors ==
          "rhea: -numa node,cpus=1-0: Parameter 'cpus' expects a uint64 value or range");
    CHECK(run({"-numa", "node", "-m", "64"}).errors ==
          "rhea: total memory for NUMA nodes (0x0) should equal RAM size (0x4000000)");
    CHECK(run({"-icount", "11", "-accel", "foo"}).errors == "rhea: -icount 11: icount: Invalid shift value");
    CHECK(run({"-icount", "3", "-accel", "kvm"}).errors == "rhea: -icount is not allowed with hardware virtualization");
}
