#include <catch2/catch.hpp>

#include "machine/cli/machine_choice.h"
#include "machine/cli/options.h"

using namespace rhea;
using namespace rhea::cli;

namespace {

std::string warnings;

Config parse(std::vector<std::string> arguments) {
    warnings.clear();
    Reporter reporter("rhea", [](std::string_view text) { warnings += text; });
    auto config = parse_command_line(arguments, reporter);
    INFO(warnings);
    REQUIRE(config);
    return std::move(*config);
}

Config resolve(std::vector<std::string> arguments) {
    Config config = parse(std::move(arguments));
    Reporter reporter("rhea", [](std::string_view text) { warnings += text; });
    const bool done = choose_machine(config, reporter) && apply_properties(config, reporter);
    INFO(warnings);
    REQUIRE(done);
    return config;
}

std::string counts(const Smp& smp) {
    return std::to_string(smp.cpus) + " of " + std::to_string(smp.max_cpus) + ": " + std::to_string(smp.sockets) + "x" +
           std::to_string(smp.dies) + "x" + std::to_string(smp.cores) + "x" + std::to_string(smp.threads);
}

}  // namespace

TEST_CASE("options begin with one dash or two", "[cli]") {
    CHECK(parse({"-S"}).stopped);
    CHECK(parse({"--S"}).stopped);
    CHECK_FALSE(parse({}).stopped);
}

TEST_CASE("messages begin with the last part of argv[0]", "[cli]") {
    CHECK(program_name("/usr/bin/rhea") == "rhea");
    CHECK(program_name("../x/rhea") == "rhea");
    CHECK(program_name("rhea") == "rhea");
    CHECK(program_name("") == "");
}

TEST_CASE("drives keep the order of the command line, short forms are spelt out", "[cli]") {
    const Config config = parse({"-cdrom", "cd.iso", "first.img", "-drive", "file=a,,b,if=none,id=d", "-fdb", "f,x.img"});
    REQUIRE(config.drives.size() == 4);
    CHECK(config.drives[0].where.text == "-cdrom cd.iso");
    CHECK(config.drives[0].options.get("media") == "cdrom");
    CHECK(config.drives[0].options.get("index") == "2");
    CHECK(config.drives[0].options.get("file") == "cd.iso");
    CHECK(config.drives[1].where.text == "first.img");
    CHECK(config.drives[1].options.get("index") == "0");
    CHECK(config.drives[2].options.id() == "d");
    CHECK(config.drives[2].options.get("file") == "a,b");
    CHECK(config.drives[3].options.get("if") == "floppy");
    CHECK(config.drives[3].options.get("file") == "f,x.img");
}

TEST_CASE("devices come as key=value or as JSON", "[cli]") {
    const Config config = parse({"-device", "ide-hd,id=x,drive=d", "-device", R"({"driver": "ide-cd", "unit": 1})",
                                 "-device", "help", "-device", "e1000,help"});
    REQUIRE(config.devices.size() == 4);
    CHECK(config.devices[0].members == QDict{{"driver", "ide-hd"}, {"id", "x"}, {"drive", "d"}});
    CHECK(config.devices[0].mode == InputMode::keyval);
    CHECK(config.devices[1].members == QDict{{"driver", "ide-cd"}, {"unit", 1}});
    CHECK(config.devices[1].mode == InputMode::json);
    CHECK(config.devices[2].help);
    CHECK_FALSE(config.devices[2].members.contains("driver"));
    CHECK(config.devices[3].help);
    CHECK(config.devices[3].members == QDict{{"driver", "e1000"}});
    CHECK(warnings.empty());
}

TEST_CASE("block nodes take dotted keys, objects take ranges and sizes, both take JSON", "[cli]") {
    const Config config = parse({"-blockdev", "qcow2,node-name=q,file.driver=file,file.filename=a,,b", "-object",
                                 "memory-backend-ram,id=m,size=1M,host-nodes=1-2,host-nodes=4", "-object",
                                 R"({"qom-type": "iothread", "id": "i"})"});
    REQUIRE(config.blockdevs.size() == 1);
    CHECK(config.blockdevs[0].members ==
          QDict{{"driver", "qcow2"}, {"node-name", "q"}, {"file", QDict{{"driver", "file"}, {"filename", "a,b"}}}});
    REQUIRE(config.objects.size() == 2);
    CHECK(*config.objects[0].members.find("host-nodes") == QObject(QList{1, 2, 4}));
    CHECK(*config.objects[0].members.find("size") == QObject(1 << 20));
    CHECK(config.objects[1].mode == InputMode::json);
}

TEST_CASE("-monitor and -qmp are a chardev and a monitor on it", "[cli]") {
    const Config config =
        parse({"-qmp", "unix:/tmp/m,server=on,wait=off", "-monitor", "none", "-chardev", "null,id=c", "-monitor",
               "chardev:c", "-qmp-pretty", "stdio", "-mon", "chardev=c,mode=control,pretty=on"});
    REQUIRE(config.chardevs.size() == 3);
    CHECK(config.chardevs[0].options.id() == "compat_monitor0");
    CHECK(config.chardevs[0].options.get("backend") == "socket");
    CHECK(config.chardevs[0].options.get("path") == "/tmp/m");
    CHECK(config.chardevs[1].options.id() == "c");
    CHECK(config.chardevs[2].options.id() == "compat_monitor1");
    REQUIRE(config.monitors.size() == 4);
    CHECK(config.monitors[0].chardev == "compat_monitor0");
    CHECK(config.monitors[0].mode == Monitor::Mode::control);
    CHECK_FALSE(config.monitors[0].pretty);
    CHECK(config.monitors[1].chardev == "c");
    CHECK(config.monitors[1].mode == Monitor::Mode::readline);
    CHECK(config.monitors[2].pretty);
    CHECK(config.monitors[3].pretty);
    CHECK_FALSE(config.default_monitor);
}

TEST_CASE("the same chardev id twice is refused, also from -qmp", "[cli]") {
    std::string errors;
    Reporter reporter("rhea", [&](std::string_view text) { errors += text; });
    const std::vector<std::string> arguments{"-chardev", "null,id=compat_monitor0", "-qmp", "stdio"};
    CHECK_FALSE(parse_command_line(arguments, reporter));
    CHECK(errors ==
          "rhea: -qmp stdio: Duplicate ID 'compat_monitor0' for chardev\n"
          "rhea: -qmp stdio: parse error: stdio\n");
}

TEST_CASE("a name, a UUID and actions are typed", "[cli]") {
    const Config config = parse({"-name", "guest=vm,process=p,debug-threads=on", "-uuid",
                                 "00112233-4455-6677-8899-aabbccddeeff", "-no-reboot", "-no-shutdown", "-action",
                                 "panic=exit-failure", "-watchdog-action", "inject-nmi", "-overcommit", "mem-lock=on"});
    CHECK(config.guest_name == "vm");
    CHECK(config.process_name == "p");
    CHECK(config.debug_threads);
    REQUIRE(config.uuid);
    CHECK((*config.uuid)[1] == 0x11);
    CHECK((*config.uuid)[15] == 0xff);
    CHECK(config.actions.reboot == RebootAction::shutdown);
    CHECK(config.actions.shutdown == ShutdownAction::pause);
    CHECK(config.actions.panic == PanicAction::exit_failure);
    CHECK(config.actions.watchdog == WatchdogAction::inject_nmi);
    CHECK(config.lock_memory);
}

TEST_CASE("globals split at the first dot", "[cli]") {
    const Config config = parse({"-global", "ide-hd.serial=a.b=c", "-global", "driver=virtio.x,property=p,value=v"});
    REQUIRE(config.globals.size() == 2);
    CHECK(config.globals[0].driver == "ide-hd");
    CHECK(config.globals[0].property == "serial");
    CHECK(config.globals[0].value == "a.b=c");
    CHECK(config.globals[1].driver == "virtio.x");
}

TEST_CASE("-set changes what was described before", "[cli]") {
    const Config config = parse({"-drive", "id=d,if=none,file=a", "-device", "ide-hd,id=x", "-chardev", "null,id=c", "-set",
                                 "drive.d.file=b", "-set", "device.x.serial=1", "-set", "chardev.c.logfile=l"});
    CHECK(config.drives[0].options.get("file") == "b");
    CHECK(config.devices[0].members.find("serial")->string());
    CHECK(config.chardevs[0].options.get("logfile") == "l");
}

TEST_CASE("a CPU model comes with features in order", "[cli]") {
    const Config config = parse({"-cpu", "qemu64,+avx,check,-sse,phys-bits=40"});
    REQUIRE(config.cpu);
    CHECK(config.cpu->model == "qemu64");
    REQUIRE(config.cpu->features.size() == 4);
    CHECK(config.cpu->features[0].plus_minus);
    CHECK(config.cpu->features[1].value == "on");
    CHECK(config.cpu->features[2].value == "off");
    CHECK(config.cpu->features[3].name == "phys-bits");
}

TEST_CASE("deprecated switches are warned of where they stand", "[cli]") {
    parse({"-msg", "timestamp"});
    CHECK(warnings ==
          "rhea: -msg timestamp: warning: short-form boolean option 'timestamp' deprecated\n"
          "Please use timestamp=on instead\n");
}

TEST_CASE("later -M options add to earlier ones", "[cli]") {
    const Config config = resolve({"-nodefaults", "-M", "pc,usb=on,vmport=off", "-M", "hpet=off,usb=off", "-no-acpi"});
    CHECK(config.machine.type == "pc-i440fx-7.2");
    CHECK(config.machine.properties.usb == false);
    CHECK(config.machine.properties.hpet == false);
    CHECK(config.machine.properties.vmport == OnOffAuto::off);
    CHECK(config.machine.properties.acpi == OnOffAuto::off);
    CHECK_FALSE(config.machine.properties.smm);
}

TEST_CASE("memory counts in MiB, is rounded to 8 KiB, and has room for more only when asked", "[cli]") {
    CHECK(resolve({"-nodefaults"}).memory.size == 128u << 20);
    CHECK(resolve({"-nodefaults", "-M", "none"}).memory.size == 0);
    CHECK(resolve({"-nodefaults", "-m", "0"}).memory.size == 128u << 20);
    CHECK(resolve({"-nodefaults", "-m", "64"}).memory.size == 64u << 20);
    CHECK(resolve({"-nodefaults", "-m", "1.5G"}).memory.size == 3ull << 29);
    CHECK(resolve({"-nodefaults", "-m", "8193b"}).memory.size == 16384);
    const Memory memory = resolve({"-nodefaults", "-m", "64,slots=2,maxmem=1G", "-m", "size=32M"}).memory;
    CHECK(memory.size == 32u << 20);
    CHECK(memory.slots == 2);
    CHECK(memory.max_size == 1u << 30);
    CHECK(resolve({"-nodefaults", "-m", "64"}).memory.max_size == 64u << 20);
}

TEST_CASE("what -smp leaves out follows from the rest, cores first", "[cli]") {
    const auto smp = [](const char* text) { return counts(resolve({"-nodefaults", "-smp", text}).smp); };
    CHECK(counts(resolve({"-nodefaults"}).smp) == "1 of 1: 1x1x1x1");
    CHECK(smp("4") == "4 of 4: 1x1x4x1");
    CHECK(smp("8,sockets=2,cores=2") == "8 of 8: 2x1x2x2");
    CHECK(smp("sockets=2") == "2 of 2: 2x1x1x1");
    CHECK(smp("cores=2,threads=2") == "4 of 4: 1x1x2x2");
    CHECK(smp("2,maxcpus=8,threads=2") == "2 of 8: 1x1x4x2");
    CHECK(smp("4,cores=2") == "4 of 4: 2x1x2x1");
    CHECK(smp("cpus=4,dies=2") == "4 of 4: 1x2x2x1");
    CHECK(smp("0x2") == "2 of 2: 1x1x2x1");
    CHECK(smp("0") == "1 of 1: 1x1x1x1");
    CHECK(warnings ==
          "rhea: warning: Deprecated CPU topology (considered invalid): CPU topology parameters must be greater "
          "than zero\n");
}

TEST_CASE("a topology too large to count is refused", "[cli]") {
    bool deprecated = false;
    SmpConfiguration asked;
    asked.maxcpus = 1;
    asked.sockets = asked.dies = 65536;
    asked.cores = 1;
    CHECK_FALSE(topology(asked, {"pc", 255, true}, deprecated));
    asked = {};
    asked.sockets = 3;
    asked.cores = 2863311531;  // 3 * this is 1 in 32 bits
    CHECK_FALSE(topology(asked, {"pc", 255, true}, deprecated));
}

TEST_CASE("boot order and clock", "[cli]") {
    CHECK(resolve({"-nodefaults"}).boot.order == "cad");
    const Config config = resolve({"-nodefaults", "-boot", "order=nc,once=d,menu=on,splash-time=5", "-boot", "strict=on",
                                   "-rtc", "base=2006-06-17T16:01:21,clock=vm,driftfix=slew"});
    CHECK(config.boot.order == "nc");
    CHECK(config.boot.once == "d");
    CHECK(config.boot.menu);
    CHECK(config.boot.strict);
    CHECK(config.boot.splash_time == 5);
    CHECK(config.rtc.base == Rtc::Base::date);
    CHECK(config.rtc.date == 1150560081);
    CHECK(config.rtc.clock == RtcClock::virtual_time);
    CHECK(config.rtc.slew);
    CHECK(parse_date("1970-01-02") == 86400);
    CHECK_FALSE(parse_date("1970-01"));
}

TEST_CASE("without -nodefaults there are a serial port, a parallel port and a monitor", "[cli]") {
    Config config = resolve({});
    REQUIRE(config.serials.size() == 1);
    const bool console = std::string_view(config.serials[0].value) == "vc:80Cx24C";
    CHECK((console || config.serials[0].value == "null"));      // as the chardevs of this build allow
    CHECK(config.chardevs[0].options.get("backend") == (console ? "vc" : "null"));
    REQUIRE(config.parallels.size() == 1);
    REQUIRE(config.monitors.size() == 1);
    CHECK(config.monitors[0].chardev == "compat_monitor0");
    CHECK(config.default_cdrom);

    config = resolve({"-nographic"});
    CHECK(config.serials[0].value == "mon:stdio");
    CHECK(config.parallels[0].value == "null");
    CHECK(config.monitors.empty());

    config = resolve({"-nographic", "-serial", "null", "-device", "ide-cd"});
    CHECK(config.serials[0].value == "null");
    CHECK(config.monitors.size() == 1);
    CHECK_FALSE(config.default_cdrom);

    config = resolve({"-nodefaults"});
    CHECK(config.serials.empty());
    CHECK(config.parallels.empty());
    CHECK(config.monitors.empty());
    CHECK_FALSE(config.default_net);
    CHECK(resolve({"-M", "none"}).serials.empty());
}

TEST_CASE("-nic none and -net none only say that there is no default card", "[cli]") {
    for (const char* option : {"-nic", "-net"}) {
        const Config config = parse({option, "none"});
        CHECK_FALSE(config.default_net);
        CHECK(config.nics.empty());
        CHECK(config.nets.empty());
    }
    CHECK(parse({"-nic", "user,model=e1000"}).nics.size() == 1);
}

TEST_CASE("help is complete and fits into 100 columns", "[cli]") {
    const std::string help = help_text("rhea");
    CHECK(help.starts_with("QEMU emulator version 7.2.22 (Rhea "));
    for (const OptionRow& row : option_rows()) {
        INFO(row.name);
        const bool there =
            help.find("\n-" + std::string(row.name) + (row.takes_argument() ? " " : "\n")) != std::string::npos;
        CHECK(there == (row.state != OptionState::not_here));
    }
    std::size_t start = 0;
    for (std::size_t end; (end = help.find('\n', start)) != std::string::npos; start = end + 1) {
        INFO(help.substr(start, end - start));
        CHECK(end - start <= 100);
    }
}
