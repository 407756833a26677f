#pragma once
/// What the command line asks for, as typed values: texts are checked and converted, nothing is created or opened yet.
/// Lists keep the order of the command line. A plain value: it copies, and belongs to whoever holds it.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "machine/cli/compat_policy.h"
#include "machine/cli/machine_properties.h"
#include "machine/cli/numa.h"
#include "machine/cli/smp.h"
#include "monitor/wire_format.h"
#include "qobject/convert.h"
#include "qobject/keyval.h"
#include "qobject/qobject.h"

namespace rhea::cli {

/// Where in the command line (or in a -readconfig file) something was said, as error messages name it: "-drive file=x",
/// "run.cfg:3". Empty: nowhere in particular.
struct Location {
    std::string text;
    bool in_file = false;  ///< "PROGRAM:run.cfg:3: …" instead of "PROGRAM: -drive file=x: …"
};

/// A group of the flat kind (-chardev, -drive, -mon): key=value options in order.
struct Group {
    Location where;
    Options options;
};

/// A group of the nested kind (-blockdev, -object, -device): what the corresponding QMP command would take. Of a
/// key that was given more than once in the flat form the last value is there.
struct Arguments {
    Location where;
    QDict members;
    InputMode mode = InputMode::keyval;  ///< keyval: every scalar is a string; json: it was given as JSON
    bool help = false;                   ///< the user asks what there is instead: types, or the type's properties
};

/// An option whose argument is one text ("-serial stdio", "-monitor unix:/tmp/m,server=on").
struct Text {
    Location where;
    std::string value;
};

struct Machine {
    std::string type = "pc-i440fx-7.2";  ///< aliases resolved
    MachineProperties properties;        ///< those that were given
};

struct Accelerator {
    Location where;
    std::string name;  ///< "qtest", "tcg", "kvm"
    Options options;   ///< "kernel-irqchip", "thread", "tb-size", …
};

struct CpuFeature {
    std::string name, value;  ///< "+avx" is {"avx", "on"}
    bool plus_minus = false;  ///< given as "+avx" or "-avx": set after all others
};

struct Cpu {
    std::string model;  ///< "qemu64"
    std::vector<CpuFeature> features;
};

/// Bytes.
struct Memory {
    std::uint64_t size = 0;  ///< a multiple of 8 KiB
    std::uint64_t slots = 0;
    std::uint64_t max_size = 0;  ///< equals `size` where nothing can be added
    std::string path;            ///< -mem-path
    bool preallocate = false;
};

struct Boot {
    std::string order;  ///< "cad" on a pc unless said otherwise
    std::string once;
    std::string splash;
    std::optional<std::int64_t> splash_time, reboot_timeout;  ///< milliseconds
    bool menu = false;
    bool strict = false;
};

enum class RebootAction { reset, shutdown };
enum class ShutdownAction { poweroff, pause };
enum class PanicAction { pause, shutdown, exit_failure, none };
enum class WatchdogAction { reset, shutdown, poweroff, pause, debug, none, inject_nmi };

struct Actions {
    RebootAction reboot = RebootAction::reset;
    ShutdownAction shutdown = ShutdownAction::poweroff;
    PanicAction panic = PanicAction::shutdown;
    WatchdogAction watchdog = WatchdogAction::reset;
};

enum class RtcClock { host, realtime, virtual_time };

struct Rtc {
    enum class Base { utc, localtime, date };
    Base base = Base::utc;
    std::int64_t date = 0;  ///< seconds since 1970, UTC, when base is `date`
    RtcClock clock = RtcClock::host;
    bool slew = false;  ///< driftfix=slew
};

struct Global {
    Location where;
    std::string driver, property, value;
};

/// -mon; -monitor, -qmp and -qmp-pretty are spelt out as a chardev "compat_monitorN" and this.
struct Monitor {
    Location where;
    enum class Mode { readline, control } mode = Mode::readline;
    bool pretty = false;
    std::string chardev;                 ///< id
    Dialect dialect = Dialect::current;  ///< ours: the wire format of a control monitor
};

struct AddFd {
    Location where;
    int fd = -1;
    std::int64_t set = 0;
    std::string opaque;
};

/// -fw_cfg: exactly one of the three contents is given.
struct FwCfg {
    Location where;
    std::string name;
    std::optional<std::string> file, string, gen_id;  ///< a file's path; text; id of an object that generates it
};

/// -acpitable, read: header fields that were given, and the bytes behind the header. With `has_header` the bytes begin with
/// the table's own header (36 bytes at least), and fields given replace those in it.
struct AcpiTable {
    Location where;
    std::optional<std::string> signature, oem_id, oem_table_id, asl_compiler_id;
    std::optional<std::uint8_t> revision;
    std::optional<std::uint32_t> oem_revision, asl_compiler_revision;
    std::string bytes;
    bool has_header = false;
};

/// -option-rom
struct OptionRom {
    Location where;
    std::string file;
    std::int64_t boot_index = -1;  ///< -1: none
};

/// -icount
struct InstructionCount {
    int shift = 0;           ///< virtual time advances 2^shift ns with each instruction
    bool automatic = false;  ///< shift=auto
    bool align = false, sleep = true;
};

/// -sandbox on. What is not denied stays allowed; obsolete system calls are denied unless allowed.
struct Sandbox {
    enum class Privileges { allow, deny, children };
    bool obsolete = false;
    Privileges elevate = Privileges::allow;
    bool spawn = true;
    bool resource_control = true;
};

/// Of -trace and -d trace:…, what may mean the trace points of commands, which come later.
struct TracePattern {
    std::string text;
    Location where;
};

/// -dfilter: addresses from `low` to `high`, both included.
struct AddressRange {
    std::uint64_t low = 0, high = 0;
};

/// -drive and its short forms, which are spelt out: -cdrom x is media=cdrom,index=2,file=x.
using Drive = Group;

struct Config {
    std::string program;  ///< the last part of argv[0], as error messages begin

    // process
    bool daemonize = false;
    std::string pid_file, log_file, run_as, chroot_dir, process_name;
    std::vector<std::string> log_items;    ///< -d
    std::vector<AddressRange> log_ranges;  ///< -dfilter; empty: all addresses
    std::vector<TracePattern> command_traces;
    std::vector<std::string> data_dirs;  ///< -L
    std::optional<Sandbox> sandbox;
    CompatPolicy compat;
    bool timestamp_messages = false, guest_name_in_messages = false;
    bool lock_memory = false, cpu_pm = false;  ///< -overcommit
    bool debug_threads = false;

    // machine
    std::string guest_name;
    std::optional<std::array<std::uint8_t, 16>> uuid;
    Machine machine;  ///< this, smp, memory, boot and rtc: final after the steps of machine_choice.h
    Smp smp;
    Memory memory;
    Boot boot;
    Rtc rtc;
    std::vector<Accelerator> accelerators;  ///< in the order to try
    std::optional<Cpu> cpu;
    Actions actions;
    bool stopped = false;  ///< -S
    bool preconfig = false;
    bool defaults = true;  ///< false: -nodefaults
    /// What the machine makes of its own accord; final after choose_machine.
    bool default_serial = true, default_parallel = true, default_monitor = true, default_net = true, default_floppy = true,
         default_cdrom = true, default_vga = true;
    bool graphics = true;          ///< false: -nographic
    std::string display = "none";  ///< no other is to be had
    bool display_gl = false;
    std::optional<std::string> vga;  ///< "std", "none", …; absent: the machine's own choice
    bool snapshot_drives = false;    ///< -snapshot
    bool single_step = false;
    int escape_character = 1;  ///< -echr
    std::optional<std::uint64_t> seed;
    std::string keyboard_layout;
    std::optional<Text> incoming;  ///< URI or "defer"
    bool only_migratable = false;
    std::string load_snapshot;  ///< -loadvm
    std::optional<InstructionCount> instruction_count;
    bool floppy_boot_check = true;  ///< false: -no-fd-bootchk

    // things to make, each list in order
    std::vector<Group> chardevs;
    std::vector<Monitor> monitors;
    /// "none" takes a number of its kind and makes no port. "mon:DEVICE" shares the device with a human monitor. What is
    /// there unless said otherwise (an empty Location) is added by choose_machine: "vc:80Cx24C", with -nographic
    /// "mon:stdio".
    std::vector<Text> serials, parallels;
    std::vector<Text> debugcons, gdbs, usb_devices;
    std::vector<Arguments> objects, blockdevs, devices, audiodevs;
    std::vector<Group> netdevs;
    std::vector<Arguments> nested_netdevs;  ///< as JSON, or of the types stream and dgram; made before the others
    std::vector<Group> nics, nets;  ///< "none" is not among them: it only clears default_net
    std::vector<Drive> drives;
    std::vector<Global> globals;
    std::vector<AddFd> fds;
    std::vector<FwCfg> fw_cfg;
    std::vector<Group> smbios;  ///< checked: known fields of the right type only
    std::vector<AcpiTable> acpi_tables;
    std::vector<OptionRom> option_roms;
    Numa numa;      ///< what -numa said; set-numa-node may follow
    std::vector<Group> fsdevs, virtfs, tpmdevs, vncs, plugins;
    std::optional<Group> spice;

    /// What -M, -smp, -m, -boot, -rtc and the like said, before the steps of machine_choice.h turn it into the members
    /// above.
    struct Unresolved {
        QDict machine;  ///< as -M would take it, nested: {"type": "pc", "smp": {"cpus": "2"}}
        Options rtc;
        std::vector<Group> numa, fw_cfg, option_roms;
        std::optional<Group> instruction_count;
    } unresolved;

    // the test's own monitor
    std::optional<Text> qtest;  ///< character device of -qtest
    std::string qtest_log;      ///< file; empty: stderr, when `qtest` is set
};

}  // namespace rhea::cli
