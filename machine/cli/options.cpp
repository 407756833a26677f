#include "machine/cli/options.h"

#include <algorithm>

#include "machine/cli/handlers.h"
#include "machine/cli/tree.h"

namespace rhea::cli {

namespace {

/// A string as a template argument.
template <std::size_t N>
struct Fixed {
    char text[N];
    constexpr Fixed(const char (&s)[N]) { std::copy_n(s, N, text); }
    constexpr operator std::string_view() const { return {text, N - 1}; }
};

template <bool Config::*Member, bool Value = true>
Result<void> flag(CommandLine& line, std::string_view) {
    line.config.*Member = Value;
    return {};
}
template <std::string Config::*Member>
Result<void> text(CommandLine& line, std::string_view argument) {
    line.config.*Member = std::string(argument);
    return {};
}
template <Fixed Name>
Result<void> group(CommandLine& line, std::string_view argument) {
    return line.add_group(Name, argument);
}
template <Fixed Name, Fixed Value>
Result<void> machine(CommandLine& line, std::string_view) {
    return line.set_machine(QDict{{Name, QObject(std::string_view(Value))}});
}
template <Fixed Name>
Result<void> machine_text(CommandLine& line, std::string_view argument) {
    return line.set_machine(QDict{{Name, QObject(argument)}});
}
template <Fixed Options>
Result<void> drive(CommandLine& line, std::string_view file) {
    return add_drive_file(line, file, Options);
}
template <std::vector<Text> Config::*List, bool Config::*Default>
Result<void> port(CommandLine& line, std::string_view argument) {
    (line.config.*List).push_back({line.where, std::string(argument)});
    if constexpr (Default != nullptr) {
        line.config.*Default = false;
        if (argument.starts_with("mon:")) line.config.default_monitor = false;
    }
    return {};
}
template <Monitor::Mode Mode, bool Pretty>
Result<void> monitor(CommandLine& line, std::string_view argument) {
    return add_monitor(line, argument, Mode, Pretty);
}
template <std::optional<Text> Config::*Member>
Result<void> one_text(CommandLine& line, std::string_view argument) {
    line.config.*Member = Text{line.where, std::string(argument)};
    return {};
}
Result<void> set(CommandLine& line, std::string_view argument) { return line.set(argument); }
Result<void> no_reboot(CommandLine& line, std::string_view) {
    line.config.actions.reboot = RebootAction::shutdown;
    return {};
}
Result<void> no_shutdown(CommandLine& line, std::string_view) {
    line.config.actions.shutdown = ShutdownAction::pause;
    return {};
}
Result<void> memory_path(CommandLine& line, std::string_view argument) {
    line.config.memory.path = std::string(argument);
    return {};
}
Result<void> memory_preallocate(CommandLine& line, std::string_view) {
    line.config.memory.preallocate = true;
    return {};
}
Result<void> set_vga(CommandLine& line, std::string_view argument) {
    line.config.vga = std::string(argument);
    return {};
}
Result<void> nothing(CommandLine&, std::string_view) { return {}; }
Result<void> refuse(CommandLine& line, std::string_view) {
    line.where.text = line.where.text.substr(0, line.where.text.find(' '));
    return fail("not supported by this build");
}

using enum OptionState;
using enum OptionSection;

constexpr OptionRow kRows[] = {
    {"h", "", standard, works, "show this text and exit", show_help},
    {"help", "", standard, works, "", show_help},
    {"version", "", standard, works, "show the version and exit", show_version},
    {"machine", "[type=]TYPE[,PROPERTY=VALUE]...", standard, in_part,
     "the kind of machine: 'pc' (pc-i440fx-7.2, the default), 'q35' (pc-q35-7.2), an older version of these ('pc-q35-5.2') or 'none', a machine without anything. 'help' lists the types, "
     "'TYPE,help' a type's properties. accel=A:B names accelerators to try in turn; usb=on adds a USB controller",
     set_machine},
    {"M", "[type=]TYPE[,PROPERTY=VALUE]...", standard, in_part, "", set_machine},
    {"cpu", "MODEL[,FEATURE=VALUE][,+FEATURE][,-FEATURE]...", standard, in_part,
     "the CPU model and what to change about it; 'help' lists the models", set_cpu},
    {"accel", "[accel=]NAME[,PROPERTY=VALUE]...", standard, in_part,
     "what runs the guest: 'tcg' (an emulated CPU), 'kvm' (the host's), 'qtest' (none: a test moves time and touches "
     "devices). Several are tried in turn; 'help' lists them",
     add_accelerator},
    {"smp", "[cpus=]N[,maxcpus=N][,sockets=N][,dies=N][,cores=N][,threads=N]", standard, works,
     "number of CPUs and how they are put together; counts that are left out follow from the others", set_smp},
    {"numa", "node|dist|cpu|hmat-lb|hmat-cache[,OPTION=VALUE]...", standard, in_part,
     "a NUMA node, the distance between two, what belongs to one", group<"numa">},
    {"add-fd", "fd=FD,set=SET[,opaque=TEXT]", standard, in_part,
     "puts an inherited file descriptor into a set, which is then to be had as /dev/fdset/SET", group<"add-fd">},
    {"set", "GROUP.ID.KEY=VALUE", standard, works,
     "changes one option of something described before (chardev, device, drive, netdev)", set},
    {"global", "DRIVER.PROPERTY=VALUE | driver=DRIVER,property=PROPERTY,value=VALUE", standard, in_part,
     "default value of a property for all devices of a kind", add_global},
    {"boot",
     "[order=LETTERS][,once=LETTERS][,menu=on|off][,splash=FILE][,splash-time=MS][,reboot-timeout=MS][,strict=on|off]",
     standard, works,
     "what to boot from: a (floppy), c (hard disk), d (CD-ROM), n (network); 'once' counts until the first reboot",
     set_boot},
    {"m", "[size=]MEGABYTES[,slots=N,maxmem=SIZE]", standard, works,
     "guest memory (128 MiB unless said otherwise; suffixes k, M, G, T), and room to plug in more", group<"memory">},
    {"mem-path", "FILE", standard, works, "file that holds the guest's memory", memory_path},
    {"mem-prealloc", "", standard, works, "allocates all guest memory at the start", memory_preallocate},
    {"k", "LANGUAGE", standard, works, "keyboard layout of the clients of -vnc", text<&Config::keyboard_layout>},
    {"audio-help", "", standard, works, "shows the -audiodev form of what the environment says of audio", show_audio_help},
    {"audio", "[driver=]DRIVER[,model=MODEL][,PROPERTY=VALUE]...", standard, refused,
     "a sound card and where its sound goes; model=help lists the cards", add_audio},
    {"audiodev", "[driver=]none|wav,id=ID[,OPTION=VALUE]...", standard, in_part, "where sound goes: nowhere, or into a file when the guest makes some", add_audiodev},
    {"device", "DRIVER[,PROPERTY=VALUE]... | JSON", standard, in_part,
     "adds a device; 'help' lists the drivers, 'DRIVER,help' a driver's properties", add_device},
    {"name", "[guest=]NAME[,process=NAME][,debug-threads=on|off]", standard, works,
     "the guest's name, and the process's as ps shows it", group<"name">},
    {"uuid", "UUID", standard, works, "the machine's UUID", set_uuid},

    {"fda", "FILE", block, in_part, "image in floppy drive A or B", drive<"if=floppy,index=0">},
    {"fdb", "FILE", block, in_part, "", drive<"if=floppy,index=1">},
    {"hda", "FILE", block, in_part, "image of hard disk 0 to 3; an argument without a dash is as -hda",
     drive<"index=0,media=disk">},
    {"hdb", "FILE", block, in_part, "", drive<"index=1,media=disk">},
    {"hdc", "FILE", block, in_part, "", drive<"index=2,media=disk">},
    {"hdd", "FILE", block, in_part, "", drive<"index=3,media=disk">},
    {"cdrom", "FILE", block, in_part, "image in the CD-ROM drive (which is where -hdc would be)",
     drive<"index=2,media=cdrom">},
    {"blockdev", "[driver=]DRIVER[,node-name=NAME][,OPTION=VALUE]... | JSON", block, in_part,
     "a node of the block layer, as the QMP command blockdev-add makes it", add_blockdev},
    {"drive", "[file=FILE][,if=TYPE][,index=N][,media=disk|cdrom][,id=ID][,format=FORMAT][,OPTION=VALUE]...", block, in_part,
     "a disk: image and the drive that it is in", group<"drive">},
    {"mtdblock", "FILE", block, in_part, "image of on-board flash memory, of an SD card", drive<"if=mtd">},
    {"sd", "FILE", block, in_part, "", drive<"if=sd">},
    {"snapshot", "", block, refused, "lets writes go to temporary files, not to the images", flag<&Config::snapshot_drives>},
    {"fsdev", "DRIVER,id=ID[,OPTION=VALUE]...", block, refused, "a folder of the host for the guest", group<"fsdev">},
    {"virtfs", "DRIVER,mount_tag=TAG[,OPTION=VALUE]...", block, refused, "the same with its device", group<"virtfs">},
    {"iscsi", "[OPTION=VALUE]...", block, works,
     "parameters of iSCSI sessions (which images on iSCSI would have; they cannot be opened here)", group<"iscsi">},

    {"usb", "", usb, works, "adds a USB controller (-machine usb=on)", machine<"usb", "on">},
    {"usbdevice", "NAME", usb, works, "adds a USB device", add_usb_device},

    {"display", "none|vnc=HOST:DISPLAY[,OPTION=VALUE]...", display, in_part, "the screen's window on the host: here there is none but by -vnc", set_display},
    {"nographic", "", display, works, "no screen: the serial port and the monitor share the terminal",
     flag<&Config::graphics, false>},
    {"spice", "[OPTION=VALUE]...", display, refused, "serves the screen by SPICE", group<"spice">},
    {"portrait", "", display, ignored, "turns the screen by 90 degrees, or as said"},
    {"rotate", "DEGREES", display, ignored, ""},
    {"vga", "none|std|...", display, in_part, "the graphics card", set_vga},
    {"full-screen", "", display, ignored, "lets the window fill the host's screen"},
    {"g", "WIDTHxHEIGHT[xDEPTH]", display, not_here, "resolution at the start (machines of other targets)"},
    {"vnc", "HOST:DISPLAY|unix:FILE|none[,OPTION=VALUE]...", display, in_part, "serves the screen by VNC, without SASL; none: to nobody", add_vnc},

    {"win2k-hack", "", i386, ignored, "a slow disk for the installer of Windows 2000"},
    {"no-fd-bootchk", "", i386, works, "boots floppies without a boot signature too",
     flag<&Config::floppy_boot_check, false>},
    {"no-acpi", "", i386, works, "no ACPI (-machine acpi=off)", machine<"acpi", "off">},
    {"no-hpet", "", i386, works, "no HPET (-machine hpet=off)", machine<"hpet", "off">},
    {"acpitable", "[sig=TEXT][,rev=N][,OPTION=VALUE]...,data|file=FILE[:FILE]...", i386, works,
     "an ACPI table from files; 'file' has its own header", group<"acpi">},
    {"smbios", "file=FILE | type=N[,FIELD=VALUE]...", i386, works, "an SMBIOS table, or some of its fields",
     group<"smbios">},

    {"netdev", "TYPE,id=ID[,OPTION=VALUE]... | JSON", network, works, "the host's side of a network card", add_netdev},
    {"nic", "[TYPE][,OPTION=VALUE]... | none", network, works,
     "a network card with its host's side; 'none': no default one", group<"nic">},
    {"net", "nic[,OPTION=VALUE]... | TYPE[,OPTION=VALUE]... | none", network, works, "the same in the old way",
     group<"net">},

    {"chardev", "BACKEND,id=ID[,OPTION=VALUE]...", chardev, in_part,
     "a character device: socket, file, pipe, pty, stdio, null, ringbuf, udp and others; 'help' lists them",
     group<"chardev">},

    {"tpmdev", "TYPE,id=ID[,OPTION=VALUE]...", tpm, refused, "the host's side of a TPM", add_tpmdev},

    {"bios", "FILE", boot, in_part, "the firmware's image", machine_text<"firmware">},
    {"pflash", "FILE", boot, works, "image of the firmware's flash memory", drive<"if=pflash">},
    {"kernel", "FILE", boot, works, "a Linux kernel to start, its command line, its initial RAM disk, its device tree",
     machine_text<"kernel">},
    {"append", "TEXT", boot, works, "", machine_text<"append">},
    {"initrd", "FILE", boot, works, "", machine_text<"initrd">},
    {"dtb", "FILE", boot, works, "", machine_text<"dtb">},

    {"compat",
     "[deprecated-input=accept|reject|crash][,deprecated-output=accept|hide][,unstable-input=...][,unstable-output=...]",
     debug, in_part, "what to do about deprecated and unstable commands", set_compat},
    {"fw_cfg", "[name=]NAME,file=FILE | [name=]NAME,string=TEXT", debug, works,
     "an entry of the firmware's configuration device", group<"fw_cfg">},
    {"serial", "DEVICE", debug, in_part,
     "a serial port, and where it leads: unix:PATH, tcp:HOST:PORT, stdio, file:PATH, none, ...",
     port<&Config::serials, &Config::default_serial>},
    {"parallel", "DEVICE", debug, in_part, "a parallel port, likewise", port<&Config::parallels, &Config::default_parallel>},
    {"monitor", "DEVICE", debug, in_part, "a monitor for people, likewise", monitor<Monitor::Mode::readline, false>},
    {"qmp", "DEVICE", debug, works, "a monitor for programs (QMP), likewise", monitor<Monitor::Mode::control, false>},
    {"qmp-pretty", "DEVICE", debug, works, "the same with indented output", monitor<Monitor::Mode::control, true>},
    {"mon", "[chardev=]ID[,mode=readline|control][,pretty=on|off][,dialect=current|0.12|0.1]", debug, works,
     "a monitor on a character device", group<"mon">},
    {"debugcon", "DEVICE", debug, works, "the debug console at port 0xe9", port<&Config::debugcons, nullptr>},
    {"pidfile", "FILE", debug, works, "writes the process's number into a file, which goes at the end",
     text<&Config::pid_file>},
    {"singlestep", "", debug, works, "translates one guest instruction at a time", flag<&Config::single_step>},
    {"preconfig", "", debug, works, "waits in the state 'preconfig' for x-exit-preconfig", flag<&Config::preconfig>},
    {"S", "", debug, works, "does not start the guest: 'cont' does", flag<&Config::stopped>},
    {"overcommit", "[mem-lock=on|off][,cpu-pm=on|off]", debug, works, "locks memory in; lets the guest put CPUs to sleep",
     group<"overcommit">},
    {"gdb", "DEVICE", debug, in_part, "waits for gdb, on tcp::1234 with -s", add_gdb},
    {"s", "", debug, in_part, "", add_default_gdb},
    {"d", "ITEM[,ITEM]...", debug, in_part, "what to log; 'help' lists the items", set_log_items},
    {"D", "FILE", debug, works, "where the log goes (to standard error unless said otherwise); %d is the process's number",
     text<&Config::log_file>},
    {"dfilter", "RANGE[,RANGE]...", debug, works, "addresses that the log is about: LOW..HIGH, LOW+LENGTH, HIGH-LENGTH",
     set_log_ranges},
    {"seed", "NUMBER", debug, works, "start of the random numbers that a guest gets", set_seed},
    {"L", "PATH", debug, works, "where to look for firmware; 'help' lists the folders", add_data_dir},
    {"enable-kvm", "", debug, works, "as -machine accel=kvm", machine<"accel", "kvm">},
    {"xen-domid", "ID", debug, not_here, "for Xen"},
    {"xen-attach", "", debug, not_here, ""},
    {"xen-domid-restrict", "", debug, not_here, ""},
    {"no-reboot", "", debug, works, "exits when the guest reboots (-action reboot=shutdown)", no_reboot},
    {"no-shutdown", "", debug, works, "stops when the guest shuts down, and stays (-action shutdown=pause)", no_shutdown},
    {"action", "EVENT=ACTION[,EVENT=ACTION]...", debug, works,
     "what follows a guest's reboot (reset, shutdown), shutdown (poweroff, pause), panic (pause, shutdown, exit-failure, "
     "none) or "
     "watchdog (as -watchdog-action)",
     group<"action">},
    {"loadvm", "NAME", debug, refused, "starts in a saved state", text<&Config::load_snapshot>},
    {"daemonize", "", debug, works, "goes to the background once everything is there", flag<&Config::daemonize>},
    {"option-rom", "[romfile=]FILE[,bootindex=N]", debug, works, "an option ROM", group<"option-rom">},
    {"rtc", "[base=utc|localtime|DATE][,clock=host|rt|vm][,driftfix=none|slew]", debug, works,
     "what the clock shows at the start (2006-06-17T16:01:21) and what drives it", group<"rtc">},
    {"icount", "[shift=]N|auto[,align=on|off][,sleep=on|off][,rr=record|replay,rrfile=FILE[,rrsnapshot=NAME]]", debug,
     in_part, "lets virtual time follow the instructions that ran", group<"icount">},
    {"watchdog-action", "reset|shutdown|poweroff|inject-nmi|pause|debug|none", debug, works,
     "what follows when the watchdog expires", set_watchdog_action},
    {"echr", "NUMBER", debug, works, "the character that begins a command on a shared terminal (1: ctrl-a)",
     set_escape_character},
    {"incoming", "ADDRESS | defer", debug, in_part, "waits for a migration: tcp:HOST:PORT, unix:PATH, fd:N, exec:COMMAND",
     one_text<&Config::incoming>},
    {"only-migratable", "", debug, works, "refuses devices that cannot migrate", flag<&Config::only_migratable>},
    {"nodefaults", "", debug, works, "no devices but those that the machine cannot be without",
     flag<&Config::defaults, false>},
    {"chroot", "FOLDER", debug, works, "changes the root folder once everything is open", text<&Config::chroot_dir>},
    {"runas", "USER | UID:GID", debug, works, "becomes that user once everything is open", set_run_as},
    {"sandbox",
     "on|off[,obsolete=allow|deny][,elevateprivileges=allow|deny|children][,spawn=allow|deny][,resourcecontrol=allow|deny]",
     debug, works,
     "refuses system calls that the emulator has no use for; what is not denied is allowed, except obsolete ones",
     group<"sandbox">},
    {"readconfig", "FILE", debug, works, "reads options from a file: [GROUP \"ID\"], then lines of KEY = \"VALUE\"",
     read_config_file},
    {"no-user-config", "", debug, works, "does not read the user's configuration files (there are none)", nothing},
    {"trace", "[enable=]PATTERN[,file=FILE]", debug, in_part, "trace points to turn on; 'help' lists them",
     group<"trace">},
    {"plugin", "[file=]FILE[,OPTION=VALUE]...", debug, refused, "loads a plug-in", group<"plugin">},
    {"async-teardown", "", debug, ignored, "frees the guest's memory in another process at the end"},
    {"msg", "[timestamp=on|off][,guest-name=on|off]", debug, works, "puts the time, the guest's name in front of messages",
     group<"msg">},
    {"dump-vmstate", "FILE", debug, refused, "writes a description of the migration stream", refuse},
    {"enable-sync-profile", "", debug, ignored, "measures waiting for locks"},
    {"qtest", "DEVICE", debug, works, "where a test that plays the guest is connected", one_text<&Config::qtest>},
    {"qtest-log", "FILE", debug, works, "where the test's commands are logged; none: nowhere", text<&Config::qtest_log>},
    {"prom-env", "NAME=VALUE", debug, not_here, "for machines of other targets"},
    {"old-param", "", debug, not_here, ""},
    {"semihosting", "", debug, not_here, ""},
    {"semihosting-config", "[OPTION=VALUE]...", debug, not_here, ""},

    {"object", "TYPE,id=ID[,PROPERTY=VALUE]... | JSON", OptionSection::object, in_part,
     "an object for devices to use (memory, secret, throttle-group, iothread, ...); 'help' lists the types", add_object},
};

}  // namespace

std::span<const OptionRow> option_rows() { return kRows; }

const OptionRow* find_option(std::string_view name) {
    const auto* row = std::find_if(std::begin(kRows), std::end(kRows), [&](const OptionRow& r) { return r.name == name; });
    return row == std::end(kRows) ? nullptr : row;
}

std::string_view option_state_text(OptionState state) {
    switch (state) {
        case works: return "works";
        case in_part: return "in part";
        case refused: return "refused";
        case ignored: return "accepted";
        case not_here: return "not on x86";
    }
    return "";
}

std::string_view option_section_title(OptionSection section) {
    switch (section) {
        case standard: return "Standard options";
        case block: return "Block devices";
        case usb: return "USB";
        case display: return "Screen";
        case i386: return "The pc";
        case network: return "Network";
        case chardev: return "Character devices";
        case tpm: return "TPM";
        case boot: return "Firmware and kernel";
        case debug: return "Monitors, process, debugging";
        case OptionSection::object: return "Objects";
        case count: break;
    }
    return "";
}

}  // namespace rhea::cli
