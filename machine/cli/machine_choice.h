#pragma once
/// From what -M, -smp, -m, -boot, -rtc, -accel and -cpu said to what the machine is. The steps are apart because QEMU opens
/// character devices and drives between them, and its errors come in that order:
///
///     choose_machine        -> early objects, chardevs, check_fsdevs, drives
///     apply_properties      -> resolve_instruction_count -> choose_accelerator -> network, late objects, check_tpmdevs,
///     monitors, serial ports check_board           -> resolve_numa, resolve_fw_cfg, check_usb_devices, devices,
///     screens
///
/// Each prints its errors and gives the exit status.
#include <functional>
#include <string>

#include "machine/cli/command_line.h"

namespace rhea::cli {

/// The RTC, the machine's type, -vga; makes the default devices into entries of the config.
OrExit<void> choose_machine(Config& config, Reporter& reporter);
/// The machine's properties, CPU topology, memory and boot order.
OrExit<void> apply_properties(Config& config, Reporter& reporter);

/// Tries the accelerators in order. `start` sets one up; the description of its error is the whole reason. Where it is
/// empty, `probe_accelerator` decides.
OrExit<Accelerator> choose_accelerator(const Config& config, Reporter& reporter,
                                       const std::function<Result<void>(const Accelerator&)>& start = {});
/// Whether the host has what the accelerator needs: for "kvm" an accessible /dev/kvm.
Result<void> probe_accelerator(const Accelerator& accelerator);

/// -fsdev and -virtfs. After the character devices.
OrExit<void> check_fsdevs(const Config& config, const Reporter& reporter);
/// -tpmdev. After network and objects.
OrExit<void> check_tpmdevs(const Config& config, const Reporter& reporter);
/// -icount. Before the accelerator is chosen, which must be one that has it.
OrExit<void> resolve_instruction_count(Config& config, const Reporter& reporter);
/// -numa and -fw_cfg: what is known of them without objects. After the board's check, in this order.
/// Completes `config.numa`, unless -preconfig leaves room for more.
OrExit<void> resolve_numa(Config& config, const Reporter& reporter);
Numa::Machine numa_machine(const Config& config);
OrExit<void> resolve_fw_cfg(Config& config, const Reporter& reporter);
/// -usbdevice: only the names of such devices.
OrExit<void> check_usb_devices(const Config& config, const Reporter& reporter);

/// The CPU model, memory slots and boot letters that the board takes.
OrExit<void> check_board(const Config& config, const Accelerator& accelerator, Reporter& reporter);

/// The topology that a -smp stands for; `max_cpus` is the machine's limit, `has_dies` whether it knows dies.
struct TopologyLimits {
    std::string machine;
    unsigned max_cpus;
    bool has_dies;
    bool prefers_sockets = false;      ///< CPUs without a place are sockets rather than cores
};
/// `deprecated`: set when a count of zero was given.
Result<Smp> topology(const SmpConfiguration& asked, const TopologyLimits& limits, bool& deprecated);

/// Seconds since 1970 of "2006-06-17T16:01:21" or "2006-06-17"; what follows is ignored, as QEMU does.
std::optional<std::int64_t> parse_date(std::string_view text);

// What "help" lists.
std::string machine_list();
std::string machine_help(std::string_view type);
std::string accelerator_list();

}  // namespace rhea::cli
