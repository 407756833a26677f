// The options of the flat groups, in the reverse of the order in which query-command-line-options lists them;
// the texts are those of its reply.
#include "machine/cli/option_specs.h"

#include "chardev/options.h"
#include "qobject/tables.h"

namespace rhea::cli {

namespace {

constexpr auto kText = OptionType::string;
constexpr auto kSwitch = OptionType::boolean;
constexpr auto kNumber = OptionType::number;
constexpr auto kSize = OptionType::size;

constexpr OptionSpec kMachine[] = {
    {"type", kText, {}, "emulated machine"},
    {"accel", kText, {}, "accelerator list"},
    {"kernel_irqchip", kSwitch, {}, "use KVM in-kernel irqchip"},
    {"kvm_shadow_mem", kSize, {}, "KVM shadow MMU size"},
    {"kernel", kText, {}, "Linux kernel image file"},
    {"initrd", kText, {}, "Linux initial ramdisk file"},
    {"append", kText, {}, "Linux kernel command line"},
    {"dtb", kText, {}, "Linux kernel device tree file"},
    {"dumpdtb", kText, {}, "Dump current dtb to a file and quit"},
    {"phandle_start", kNumber, {}, "The first phandle ID we may generate dynamically"},
    {"dt_compatible", kText, {}, "Overrides the \"compatible\" property of the dt root node"},
    {"dump-guest-core", kSwitch, {}, "Include guest memory in  a core dump"},
    {"mem-merge", kSwitch, {}, "enable/disable memory merge support"},
    {"usb", kSwitch, {}, "Set on/off to enable/disable usb"},
    {"firmware", kText, {}, "firmware image"},
    {"iommu", kSwitch, {}, "Set on/off to enable/disable Intel IOMMU (VT-d)"},
    {"suppress-vmdesc", kSwitch, {}, "Set on to disable self-describing migration"},
    {"aes-key-wrap", kSwitch, {}, "enable/disable AES key wrapping using the CPACF wrapping key"},
    {"dea-key-wrap", kSwitch, {}, "enable/disable DEA key wrapping using the CPACF wrapping key"},
    {"loadparm",
     kText,
     {},
     "Up to 8 chars in set of [A-Za-z0-9. ](lower case chars converted to upper case) to pass to machine loader, boot "
     "manager, and guest kernel"},
};
constexpr OptionSpec kIscsi[] = {
    {"user", kText, {}, "username for CHAP authentication to target"},
    {"password", kText, {}, "password for CHAP authentication to target"},
    {"password-secret", kText, {}, "ID of the secret providing password for CHAP authentication to target"},
    {"header-digest", kText, {}, "HeaderDigest setting. {CRC32C|CRC32C-NONE|NONE-CRC32C|NONE}"},
    {"initiator-name", kText, {}, "Initiator iqn name to use when connecting"},
    {"timeout", kNumber, {}, "Request timeout in seconds (default 0 = no timeout)"},
};
constexpr OptionSpec kSandbox[] = {
    {"enable", kSwitch}, {"obsolete", kText}, {"elevateprivileges", kText}, {"spawn", kText}, {"resourcecontrol", kText},
};
constexpr OptionSpec kVirtfs[] = {
    {"fsdriver", kText},  {"path", kText},       {"mount_tag", kText}, {"security_model", kText},
    {"writeout", kText},  {"readonly", kSwitch}, {"multidevs", kText}, {"socket", kText},
    {"sock_fd", kNumber}, {"fmode", kNumber},    {"dmode", kNumber},
};
constexpr OptionSpec kThrottling[] = {
    {"throttling.iops-total", kNumber, {}, "limit total I/O operations per second"},
    {"throttling.iops-read", kNumber, {}, "limit read operations per second"},
    {"throttling.iops-write", kNumber, {}, "limit write operations per second"},
    {"throttling.bps-total", kNumber, {}, "limit total bytes per second"},
    {"throttling.bps-read", kNumber, {}, "limit read bytes per second"},
    {"throttling.bps-write", kNumber, {}, "limit write bytes per second"},
    {"throttling.iops-total-max", kNumber, {}, "I/O operations burst"},
    {"throttling.iops-read-max", kNumber, {}, "I/O operations read burst"},
    {"throttling.iops-write-max", kNumber, {}, "I/O operations write burst"},
    {"throttling.bps-total-max", kNumber, {}, "total bytes burst"},
    {"throttling.bps-read-max", kNumber, {}, "total bytes read burst"},
    {"throttling.bps-write-max", kNumber, {}, "total bytes write burst"},
    {"throttling.iops-total-max-length", kNumber, {}, "length of the iops-total-max burst period, in seconds"},
    {"throttling.iops-read-max-length", kNumber, {}, "length of the iops-read-max burst period, in seconds"},
    {"throttling.iops-write-max-length", kNumber, {}, "length of the iops-write-max burst period, in seconds"},
    {"throttling.bps-total-max-length", kNumber, {}, "length of the bps-total-max burst period, in seconds"},
    {"throttling.bps-read-max-length", kNumber, {}, "length of the bps-read-max burst period, in seconds"},
    {"throttling.bps-write-max-length", kNumber, {}, "length of the bps-write-max burst period, in seconds"},
    {"throttling.iops-size", kNumber, {}, "when limiting by iops max size of an I/O in bytes"},
};
constexpr OptionSpec kFsdevAlone[] = {
    {"fsdriver", kText},
    {"path", kText},
    {"security_model", kText},
    {"writeout", kText},
    {"readonly", kSwitch},
    {"multidevs", kText},
    {"socket", kText},
    {"sock_fd", kNumber},
    {"fmode", kNumber},
    {"dmode", kNumber},
};
constexpr auto kFsdev = joined(kFsdevAlone, kThrottling);
constexpr OptionSpec kVnc[] = {
    {"vnc", kText},       {"websocket", kText},       {"tls-creds", kText},      {"share", kText},
    {"display", kText},   {"head", kNumber},          {"connections", kNumber},  {"to", kNumber},
    {"ipv4", kSwitch},    {"ipv6", kSwitch},          {"password", kSwitch},     {"password-secret", kText},
    {"reverse", kSwitch}, {"lock-key-sync", kSwitch}, {"key-delay-ms", kNumber}, {"sasl", kSwitch},
    {"tls-authz", kText}, {"sasl-authz", kText},      {"lossy", kSwitch},        {"non-adaptive", kSwitch},
    {"audiodev", kText},  {"power-control", kSwitch},
};
constexpr OptionSpec kAction[] = {
    {"shutdown", kText},
    {"reboot", kText},
    {"panic", kText},
    {"watchdog", kText},
};
constexpr OptionSpec kFwCfg[] = {
    {"name", kText, {}, "Sets the fw_cfg name of the blob to be inserted"},
    {"file", kText, {}, "Sets the name of the file from which the fw_cfg blob will be loaded"},
    {"string", kText, {}, "Sets content of the blob to be inserted from a string"},
    {"gen_id", kText, {}, "Sets id of the object generating the fw_cfg blob to be inserted"},
};
constexpr OptionSpec kIcount[] = {
    {"shift", kText}, {"align", kSwitch}, {"sleep", kSwitch}, {"rr", kText}, {"rrfile", kText}, {"rrsnapshot", kText},
};
constexpr OptionSpec kName[] = {
    {"guest",
     kText,
     {},
     "Sets the name of the guest.\nThis name will be displayed in the SDL window caption.\nThe name will also be used for "
     "the VNC server"},
    {"process", kText, {}, "Sets the name of the QEMU process, as shown in top etc"},
    {"debug-threads",
     kSwitch,
     {},
     "When enabled, name the individual threads; defaults off.\nNOTE: The thread names are for debugging and not a\nstable "
     "API."},
};
constexpr OptionSpec kMsg[] = {
    {"timestamp", kSwitch},
    {"guest-name",
     kSwitch,
     {},
     "Prepends guest name for error messages but only if -name guest is set otherwise option is ignored\n"},
};
constexpr OptionSpec kOvercommit[] = {
    {"mem-lock", kSwitch},
    {"cpu-pm", kSwitch},
};
constexpr OptionSpec kAddFd[] = {
    {"fd", kNumber, {}, "file descriptor of which a duplicate is added to fd set"},
    {"set", kNumber, {}, "ID of the fd set to add fd to"},
    {"opaque", kText, {}, "free-form string used to describe fd"},
};
constexpr OptionSpec kBootOpts[] = {
    {"order", kText},    {"once", kText},          {"menu", kSwitch},
    {"splash", kText},   {"splash-time", kNumber}, {"reboot-timeout", kNumber},
    {"strict", kSwitch},
};
constexpr OptionSpec kSmpOpts[] = {
    {"cpus", kNumber},  {"sockets", kNumber}, {"dies", kNumber},    {"clusters", kNumber},
    {"cores", kNumber}, {"threads", kNumber}, {"maxcpus", kNumber},
};
constexpr OptionSpec kMemory[] = {
    {"size", kSize},
    {"slots", kNumber},
    {"maxmem", kSize},
};
constexpr OptionSpec kOptionRom[] = {
    {"bootindex", kNumber},
    {"romfile", kText},
};
constexpr OptionSpec kTrace[] = {
    {"enable", kText},
    {"events", kText},
    {"file", kText},
};
constexpr OptionSpec kMon[] = {
    {"mode", kText},
    {"chardev", kText},
    {"pretty", kSwitch},
    {"dialect", kText, {}, {}, true},
};
constexpr OptionSpec kGlobal[] = {
    {"driver", kText},
    {"property", kText},
    {"value", kText},
};
constexpr OptionSpec kRtc[] = {
    {"base", kText},
    {"clock", kText},
    {"driftfix", kText},
};
constexpr OptionSpec kDriveImage[] = {
    {"node-name", kText, {}, "Node name of the block device node"},
    {"driver", kText, {}, "Block driver to use for the node"},
    {"cache.direct", kSwitch, {}, "Bypass software writeback cache on the host"},
    {"cache.no-flush", kSwitch, {}, "Ignore flush requests"},
    {"auto-read-only", kSwitch, {}, "Node can become read-only if opening read-write fails"},
    {"discard", kText, {}, "discard operation (ignore/off, unmap/on)"},
    {"force-share", kSwitch, {}, "always accept other writers (default: off)"},
    {"snapshot", kSwitch, {}, "enable/disable snapshot mode"},
    {"aio", kText, {}, "host AIO implementation (threads, native, io_uring)"},
    {"cache.writeback", kSwitch, {}, "Enable writeback mode"},
    {"format", kText, {}, "disk format (raw, qcow2, ...)"},
    {"werror", kText, {}, "write error action"},
};
constexpr OptionSpec kDriveMore[] = {
    {"throttling.group", kText, {}, "name of the block throttling group"},
    {"detect-zeroes", kText, {}, "try to optimize zero writes (off, on, unmap)"},
    {"stats-account-invalid", kSwitch, {}, "whether to account for invalid I/O operations in the statistics"},
    {"stats-account-failed", kSwitch, {}, "whether to account for failed I/O operations in the statistics"},
    {"bus", kNumber, {}, "bus number"},
    {"unit", kNumber, {}, "unit number (i.e. lun for scsi)"},
    {"index", kNumber, {}, "index number"},
    {"media", kText, {}, "media type (disk, cdrom)"},
    {"if", kText, {}, "interface (ide, scsi, sd, mtd, floppy, pflash, virtio)"},
    {"file", kText, {}, "file name"},
    {"read-only", kSwitch, {}, "open drive file as read-only"},
    {"rerror", kText, {}, "read error action"},
    {"werror", kText, {}, "write error action"},
    {"copy-on-read", kSwitch, {}, "copy read data from backing file into image file"},
};
constexpr auto kDrive = joined(kDriveImage, kThrottling, kDriveMore);
constexpr OptionSpec kSpice[] = {
    {"zlib-glz-wan-compression", kText},
    {"x509-key-password", kText},
    {"x509-key-file", kText},
    {"x509-dir", kText},
    {"x509-dh-key-file", kText},
    {"x509-cert-file", kText},
    {"x509-cacert-file", kText},
    {"unix", kSwitch},
    {"tls-port", kNumber},
    {"tls-ciphers", kText},
    {"tls-channel", kText},
    {"streaming-video", kText},
    {"seamless-migration", kSwitch},
    {"sasl", kSwitch},
    {"rendernode", kText},
    {"port", kNumber},
    {"playback-compression", kSwitch},
    {"plaintext-channel", kText},
    {"password", kText},
    {"password-secret", kText},
    {"jpeg-wan-compression", kText},
    {"ipv6", kSwitch},
    {"ipv4", kSwitch},
    {"image-compression", kText},
    {"head", kNumber},
    {"gl", kSwitch},
    {"display", kText},
    {"disable-ticketing", kSwitch},
    {"disable-copy-paste", kSwitch},
    {"disable-agent-file-xfer", kSwitch},
    {"agent-mouse", kSwitch},
    {"addr", kText},
};

}  // namespace

std::span<const OptionSpec> option_specs(std::string_view group) {
    struct Entry {
        std::string_view group;
        std::span<const OptionSpec> specs;
    };
    static constexpr Entry kEntries[] = {
        {"machine", kMachine},
        {"iscsi", kIscsi},
        {"sandbox", kSandbox},
        {"virtfs", kVirtfs},
        {"fsdev", kFsdev},
        {"vnc", kVnc},
        {"action", kAction},
        {"fw_cfg", kFwCfg},
        {"icount", kIcount},
        {"name", kName},
        {"msg", kMsg},
        {"overcommit", kOvercommit},
        {"add-fd", kAddFd},
        {"boot-opts", kBootOpts},
        {"smp-opts", kSmpOpts},
        {"memory", kMemory},
        {"option-rom", kOptionRom},
        {"trace", kTrace},
        {"mon", kMon},
        {"global", kGlobal},
        {"rtc", kRtc},
        {"drive", kDrive},
        {"spice", kSpice},
    };
    if (group == "chardev") return chardev_option_specs();
    for (const Entry& entry : kEntries)
        if (entry.group == group) return entry.specs;
    return {};
}

}  // namespace rhea::cli
