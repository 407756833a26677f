// The flat option groups, as -readconfig and the options themselves know them.
#include <algorithm>

#include "chardev/options.h"
#include "machine/cli/handlers.h"

namespace rhea::cli {

namespace {

constexpr auto kText = OptionType::string;
constexpr auto kSwitch = OptionType::boolean;
constexpr auto kNumber = OptionType::number;
constexpr auto kSize = OptionType::size;

constexpr OptionSpec kMemory[] = {{"size", kSize}, {"slots", kNumber}, {"maxmem", kSize}};
constexpr OptionSpec kSmp[] = {{"cpus", kNumber},  {"sockets", kNumber}, {"dies", kNumber},   {"clusters", kNumber},
                               {"cores", kNumber}, {"threads", kNumber}, {"maxcpus", kNumber}};
constexpr OptionSpec kBoot[] = {{"order", kText},   {"once", kText},          {"menu", kSwitch},
                                {"splash", kText},  {"splash-time", kNumber}, {"reboot-timeout", kNumber},
                                {"strict", kSwitch}};
constexpr OptionSpec kName[] = {{"guest", kText}, {"process", kText}, {"debug-threads", kSwitch}};
constexpr OptionSpec kMsg[] = {{"timestamp", kSwitch}, {"guest-name", kSwitch}};
constexpr OptionSpec kAction[] = {{"shutdown", kText}, {"reboot", kText}, {"panic", kText}, {"watchdog", kText}};
constexpr OptionSpec kOvercommit[] = {{"mem-lock", kSwitch}, {"cpu-pm", kSwitch}};
constexpr OptionSpec kSandbox[] = {
    {"enable", kSwitch}, {"obsolete", kText}, {"elevateprivileges", kText}, {"spawn", kText}, {"resourcecontrol", kText}};
constexpr OptionSpec kTrace[] = {{"enable", kText}, {"events", kText}, {"file", kText}};
constexpr OptionSpec kAddFd[] = {{"fd", kNumber}, {"set", kNumber}, {"opaque", kText}};
constexpr OptionSpec kRtc[] = {{"base", kText}, {"clock", kText}, {"driftfix", kText}};
constexpr OptionSpec kGlobal[] = {{"driver", kText}, {"property", kText}, {"value", kText}};
constexpr OptionSpec kMon[] = {{"mode", kText}, {"chardev", kText}, {"pretty", kSwitch}, {"dialect", kText}};
constexpr OptionSpec kFwCfg[] = {{"name", kText}, {"file", kText}, {"string", kText}, {"gen_id", kText}};

template <const auto& Specs>
std::span<const OptionSpec> specs() {
    return Specs;
}

constexpr GroupRow kGroups[] = {
    {"machine", "type", nullptr, false, take_machine},
    {"memory", "size", specs<kMemory>, false, take_memory},
    {"smp-opts", "cpus", nullptr, false, take_smp},
    {"boot-opts", "order", nullptr, false, take_boot},
    {"accel", "accel", nullptr, false, take_accelerator},
    {"name", "guest", specs<kName>, false, take_name},
    {"msg", "", specs<kMsg>, false, take_msg},
    {"action", "", specs<kAction>, false, take_action},
    {"overcommit", "", specs<kOvercommit>, false, take_overcommit},
    {"sandbox", "enable", specs<kSandbox>, false, take_sandbox},
    {"trace", "enable", specs<kTrace>, false, take_trace},
    {"add-fd", "", specs<kAddFd>, true, take_fd},
    {"rtc", "", specs<kRtc>, false, take_rtc},
    {"global", "", specs<kGlobal>, false, take_global},
    {"chardev", "backend", chardev_option_specs, true, take_chardev},
    {"mon", "chardev", specs<kMon>, true, take_mon},
    {"drive", "", nullptr, true, take_drive},
    {"device", "driver", nullptr, true, take_device},
    {"netdev", "type", nullptr, true, take_netdev},
    {"nic", "type", nullptr, false, take_nic},
    {"net", "type", nullptr, false, take_net},
    {"object", "qom-type", nullptr, false, take_object},
    {"fw_cfg", "name", specs<kFwCfg>, false, take_fw_cfg},
    {"smbios", "", nullptr, false, take_smbios},
};

}  // namespace

std::span<const GroupRow> option_groups() { return kGroups; }

const GroupRow* find_group(std::string_view name) {
    const auto* row =
        std::find_if(std::begin(kGroups), std::end(kGroups), [&](const GroupRow& r) { return r.name == name; });
    return row == std::end(kGroups) ? nullptr : row;
}

std::span<const OptionSpec> smp_options() { return kSmp; }
std::span<const OptionSpec> boot_options() { return kBoot; }

}  // namespace rhea::cli
