#pragma once
/// The functions behind the rows of the option table, by family. Each takes the option's argument; the error is what the
/// user reads behind the option's name.
#include "machine/cli/command_line.h"
#include "machine/cli/options.h"

namespace rhea::cli {

// help.cpp, process_options.cpp: the program
Result<void> show_help(CommandLine& line, std::string_view);
Result<void> show_version(CommandLine& line, std::string_view);
Result<void> set_uuid(CommandLine& line, std::string_view text);
Result<void> set_run_as(CommandLine& line, std::string_view text);
Result<void> set_seed(CommandLine& line, std::string_view text);
Result<void> set_escape_character(CommandLine& line, std::string_view text);
Result<void> add_data_dir(CommandLine& line, std::string_view text);
Result<void> set_watchdog_action(CommandLine& line, std::string_view text);
Result<void> take_name(CommandLine& line, Options options);
Result<void> take_msg(CommandLine& line, Options options);
Result<void> take_action(CommandLine& line, Options options);
Result<void> take_overcommit(CommandLine& line, Options options);
Result<void> take_sandbox(CommandLine& line, Options options);
Result<void> take_fd(CommandLine& line, Options options);

// log_options.cpp
Result<void> set_log_items(CommandLine& line, std::string_view text);
Result<void> set_log_ranges(CommandLine& line, std::string_view text);
Result<void> set_compat(CommandLine& line, std::string_view text);
Result<void> take_trace(CommandLine& line, Options options);

// machine_options.cpp: the machine
Result<void> take_numa(CommandLine& line, Options options);
Result<void> take_instruction_count(CommandLine& line, Options options);
Result<void> set_machine(CommandLine& line, std::string_view text);
Result<void> set_smp(CommandLine& line, std::string_view text);
Result<void> set_boot(CommandLine& line, std::string_view text);
Result<void> set_cpu(CommandLine& line, std::string_view text);
Result<void> add_accelerator(CommandLine& line, std::string_view text);
Result<void> add_global(CommandLine& line, std::string_view text);
Result<void> take_memory(CommandLine& line, Options options);
Result<void> take_rtc(CommandLine& line, Options options);
Result<void> take_global(CommandLine& line, Options options);
Result<void> take_accelerator(CommandLine& line, Options options);
Result<void> take_machine(CommandLine& line, Options options);
Result<void> take_smp(CommandLine& line, Options options);
Result<void> take_boot(CommandLine& line, Options options);

// device_options.cpp: what hangs on the machine
Result<void> add_device(CommandLine& line, std::string_view text);
Result<void> add_blockdev(CommandLine& line, std::string_view text);
Result<void> add_object(CommandLine& line, std::string_view text);
Result<void> add_netdev(CommandLine& line, std::string_view text);
Result<void> add_audiodev(CommandLine& line, std::string_view text);
Result<void> set_display(CommandLine& line, std::string_view text);
Result<void> add_monitor(CommandLine& line, std::string_view device, Monitor::Mode mode, bool pretty);
/// A drive given by a file name alone, with fixed options ("index=2,media=cdrom").
Result<void> add_drive_file(CommandLine& line, std::string_view file, std::string_view fixed);
Result<void> take_chardev(CommandLine& line, Options options);
Result<void> take_mon(CommandLine& line, Options options);
Result<void> take_drive(CommandLine& line, Options options);
Result<void> take_device(CommandLine& line, Options options);
Result<void> take_netdev(CommandLine& line, Options options);
Result<void> take_nic(CommandLine& line, Options options);
Result<void> take_net(CommandLine& line, Options options);
Result<void> take_object(CommandLine& line, Options options);

// firmware_options.cpp: what the firmware sees
Result<void> take_fw_cfg(CommandLine& line, Options options);
Result<void> take_smbios(CommandLine& line, Options options);
Result<void> take_acpi_table(CommandLine& line, Options options);
Result<void> take_option_rom(CommandLine& line, Options options);

// host_options.cpp: what the host lends the guest
Result<void> take_fsdev(CommandLine& line, Options options);
Result<void> take_virtfs(CommandLine& line, Options options);
Result<void> take_iscsi(CommandLine& line, Options options);
Result<void> add_tpmdev(CommandLine& line, std::string_view text);
Result<void> take_tpmdev(CommandLine& line, Options options);
Result<void> add_usb_device(CommandLine& line, std::string_view text);
Result<void> add_audio(CommandLine& line, std::string_view text);
Result<void> show_audio_help(CommandLine& line, std::string_view);
Result<void> add_vnc(CommandLine& line, std::string_view text);
Result<void> take_vnc(CommandLine& line, Options options);
Result<void> take_spice(CommandLine& line, Options options);
Result<void> add_gdb(CommandLine& line, std::string_view text);
Result<void> add_default_gdb(CommandLine& line, std::string_view);
Result<void> take_plugin(CommandLine& line, Options options);

// config_file.cpp
Result<void> read_config_file(CommandLine& line, std::string_view path);

}  // namespace rhea::cli
