// Options about what the firmware sees: fw_cfg, SMBIOS and ACPI tables, option ROMs.
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine/cli/handlers.h"
#include "machine/cli/machine_choice_parts.h"
#include "machine/cli/typed_options.h"

namespace rhea {

namespace cli {
namespace {
/// As the user writes them.
struct AcpiTableOptions {
    std::optional<std::string> sig, oem_id, oem_table_id, asl_compiler_id, file, data;
    std::optional<std::uint8_t> rev;
    std::optional<std::uint32_t> oem_rev, asl_compiler_rev;
};
}  // namespace
}  // namespace cli

template <>
inline constexpr auto description<cli::AcpiTableOptions> = object(
    "AcpiTableOptions", member<&cli::AcpiTableOptions::sig>("sig"), member<&cli::AcpiTableOptions::rev>("rev"),
    member<&cli::AcpiTableOptions::oem_id>("oem_id"), member<&cli::AcpiTableOptions::oem_table_id>("oem_table_id"),
    member<&cli::AcpiTableOptions::oem_rev>("oem_rev"), member<&cli::AcpiTableOptions::asl_compiler_id>("asl_compiler_id"),
    member<&cli::AcpiTableOptions::asl_compiler_rev>("asl_compiler_rev"), member<&cli::AcpiTableOptions::file>("file"),
    member<&cli::AcpiTableOptions::data>("data"));

namespace cli {

namespace {

constexpr std::size_t kAcpiHeader = 36;       // bytes
constexpr std::size_t kMaxTable = 64u << 20;  // bytes of one table's files; a table's length has 32 bits, nobody needs them
constexpr std::size_t kMaxFwCfgName = 55;
constexpr std::uint64_t kMaxCpuSpeed = 65535;  // MHz: 16 bits in the table

Result<void> append_file(std::string& bytes, const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail(fmt::format("can't open file {}: {}", path, std::strerror(errno)));
    char chunk[8192];
    for (;;) {
        const ssize_t got = ::read(fd, chunk, sizeof chunk);
        if (got > 0 && bytes.size() + static_cast<std::size_t>(got) <= kMaxTable) {
            bytes.append(chunk, static_cast<std::size_t>(got));
            continue;
        }
        const int reason = got > 0 ? EFBIG : errno;
        if (got < 0 && reason == EINTR) continue;
        ::close(fd);
        if (got == 0) return {};
        return fail(fmt::format("can't read file {}: {}", path, std::strerror(reason)));
    }
}

/// "a:b", the files of a table; empty names do not count.
Result<std::string> read_files(std::string_view names) {
    std::string bytes;
    bool any = false;
    while (!names.empty()) {
        const auto end = std::min(names.find(':'), names.size());
        if (end > 0) {
            RHEA_CHECK(append_file(bytes, std::string(names.substr(0, end))));
            any = true;
        }
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    if (!any) return fail("'-acpitable' requires at least one pathname");
    return bytes;
}

/// The length that a table's own header states.
std::uint32_t stated_length(const std::string& bytes) {
    std::uint32_t length = 0;
    for (int i = 3; i >= 0; --i) length = length << 8 | static_cast<unsigned char>(bytes[4 + static_cast<std::size_t>(i)]);
    return length;
}

constexpr auto kText = OptionType::string;
constexpr auto kNumber = OptionType::number;
constexpr auto kSwitch = OptionType::boolean;
constexpr OptionSpec kFile[] = {{"file", kText}};
constexpr OptionSpec kBios[] = {{"type", kNumber}, {"vendor", kText},  {"version", kText},
                                {"date", kText},   {"release", kText}, {"uefi", kSwitch}};
constexpr OptionSpec kSystem[] = {{"type", kNumber}, {"manufacturer", kText}, {"product", kText}, {"version", kText},
                                  {"serial", kText}, {"uuid", kText},         {"sku", kText},     {"family", kText}};
constexpr OptionSpec kBaseBoard[] = {{"type", kNumber}, {"manufacturer", kText}, {"product", kText}, {"version", kText},
                                     {"serial", kText}, {"asset", kText},        {"location", kText}};
constexpr OptionSpec kChassis[] = {{"type", kNumber}, {"manufacturer", kText}, {"version", kText},
                                   {"serial", kText}, {"asset", kText},        {"sku", kText}};
constexpr OptionSpec kProcessor[] = {
    {"type", kNumber}, {"sock_pfx", kText}, {"manufacturer", kText}, {"version", kText},         {"serial", kText},
    {"asset", kText},  {"part", kText},     {"max-speed", kNumber},  {"current-speed", kNumber}, {"processor-id", kNumber}};
constexpr OptionSpec kPort[] = {{"type", kNumber},
                                {"internal_reference", kText},
                                {"external_reference", kText},
                                {"connector_type", kNumber},
                                {"port_type", kNumber}};
constexpr OptionSpec kStrings[] = {{"type", kNumber}, {"value", kText}, {"path", kText}};
constexpr OptionSpec kMemoryDevice[] = {{"type", kNumber}, {"loc_pfx", kText}, {"bank", kText}, {"manufacturer", kText},
                                        {"serial", kText}, {"asset", kText},   {"part", kText}, {"speed", kNumber}};
constexpr OptionSpec kOnboard[] = {
    {"type", kNumber}, {"designation", kText}, {"kind", kText}, {"instance", kNumber}, {"pcidev", kText}};

std::span<const OptionSpec> smbios_fields(std::uint64_t type) {
    switch (type) {
        case 0: return kBios;
        case 1: return kSystem;
        case 2: return kBaseBoard;
        case 3: return kChassis;
        case 4: return kProcessor;
        case 8: return kPort;
        case 11: return kStrings;
        case 17: return kMemoryDevice;
        case 41: return kOnboard;
        default: return {};
    }
}

bool is_release(const std::string& text) {
    unsigned major = 0, minor = 0;
    return std::sscanf(text.c_str(), "%u.%u", &major, &minor) == 2;
}

Result<void> check_smbios_file(const Options& options) {
    RHEA_CHECK(options.check(kFile));
    struct stat info {};
    const std::string path = options.get("file");
    // A structure begins with its type, its length and its handle.
    constexpr off_t kHeader = 4;
    if (::stat(path.c_str(), &info) < 0 || info.st_size < kHeader)
        return fail(fmt::format("Cannot read SMBIOS file {}", path));
    return {};
}

Result<void> check_smbios_fields(std::uint64_t type, const Options& options) {
    if (type > 255) return fail("out of range!");
    const auto fields = smbios_fields(type);
    if (fields.empty()) return fail(fmt::format("Don't know how to build fields for SMBIOS type {}", type));
    RHEA_CHECK(options.check(fields));
    if (const std::string* release = options.find("release"); release && !is_release(*release))
        return fail("Invalid release");
    if (const std::string* uuid = options.find("uuid"); uuid && !parse_uuid(*uuid)) return fail("Invalid UUID");
    for (const char* speed : {"max-speed", "current-speed"})
        if (RHEA_TRY(options.get_number(speed, 0)) > kMaxCpuSpeed)
            return fail(fmt::format("SMBIOS CPU speed is too large (> {})", kMaxCpuSpeed));
    if (const std::string* path = options.find("path"); path && ::access(path->c_str(), R_OK) < 0)
        return fail(fmt::format("Could not open '{}': {}", *path, std::strerror(errno)));
    if (const std::string* kind = options.find("kind")) {
        constexpr std::string_view kKinds[] = {"other",     "unknown", "video", "scsi", "ethernet",
                                               "tokenring", "sound",   "pata",  "sata", "sas"};
        if (std::find(std::begin(kKinds), std::end(kKinds), *kind) == std::end(kKinds))
            return fail(fmt::format("invalid parameter value: {}", *kind));
    }
    return {};
}

Result<FwCfg> fw_cfg_entry(const Group& group, const Reporter& reporter) {
    const auto text = [&](const char* key) {
        const std::string* value = group.options.find(key);
        return value && !value->empty() ? std::optional(*value) : std::nullopt;
    };
    FwCfg entry{group.where, group.options.get("name"), text("file"), text("string"), text("gen_id")};
    const int contents = entry.file.has_value() + entry.string.has_value() + entry.gen_id.has_value();
    if (entry.name.empty() || contents != 1) return fail("name, plus exactly one of file, string and gen_id, are needed");
    if (entry.name.size() > kMaxFwCfgName) return fail(fmt::format("name too long (max. {} char)", kMaxFwCfgName));
    if (!entry.name.starts_with("opt/"))
        reporter.warning(group.where, "externally provided fw_cfg item names should be prefixed with \"opt/\"");
    return entry;
}

}  // namespace

Result<void> take_fw_cfg(CommandLine& line, Options options) {
    line.config.unresolved.fw_cfg.push_back({line.where, std::move(options)});
    return {};
}

OrExit<void> resolve_fw_cfg(Config& config, const Reporter& reporter) {
    for (const Group& group : config.unresolved.fw_cfg) {
        auto entry = fw_cfg_entry(group, reporter);
        if (!entry) {
            reporter.error(group.where, entry.error());
            return tl::unexpected(Exit{1});
        }
        config.fw_cfg.push_back(std::move(*entry));
    }
    return {};
}

Result<void> take_smbios(CommandLine& line, Options options) {
    if (options.has("file")) {
        RHEA_CHECK(check_smbios_file(options));
    } else if (const std::string* type = options.find("type")) {
        RHEA_CHECK(check_smbios_fields(RHEA_TRY(parse_option_number("type", *type)), options));
    } else {
        return fail("Must specify type= or file=");
    }
    line.config.smbios.push_back({line.where, std::move(options)});
    return {};
}

Result<void> take_acpi_table(CommandLine& line, Options options) {
    auto given = RHEA_TRY(read_options<AcpiTableOptions>(options));
    if (given.file.has_value() == given.data.has_value()) return fail("'-acpitable' requires one of 'data' or 'file'");
    AcpiTable table;
    table.where = line.where;
    table.has_header = given.file.has_value();
    table.bytes = RHEA_TRY(read_files(table.has_header ? *given.file : *given.data));
    if (table.has_header) {
        if (table.bytes.size() < kAcpiHeader)
            return fail(fmt::format("ACPI table claiming to have header is too short, available: {}, expected: {}",
                                    table.bytes.size(), kAcpiHeader));
        if (const auto stated = stated_length(table.bytes); stated != table.bytes.size())
            line.reporter.warning(line.where,
                                  fmt::format("ACPI table has wrong length, header says {}, actual size {} bytes", stated,
                                              table.bytes.size()));
    } else if (!given.sig && !given.rev && !given.oem_id && !given.oem_table_id && !given.oem_rev &&
               !given.asl_compiler_id && !given.asl_compiler_rev) {
        line.reporter.warning(line.where, "ACPI table: no headers are specified");
    }
    table.signature = given.sig;
    table.oem_id = given.oem_id;
    table.oem_table_id = given.oem_table_id;
    table.asl_compiler_id = given.asl_compiler_id;
    table.revision = given.rev;
    table.oem_revision = given.oem_rev;
    table.asl_compiler_revision = given.asl_compiler_rev;
    line.config.acpi_tables.push_back(std::move(table));
    return {};
}

Result<void> take_option_rom(CommandLine& line, Options options) {
    const auto file = options.take("romfile");
    if (!file) return fail("Option ROM file is not specified");
    OptionRom rom{line.where, *file};
    rom.boot_index = static_cast<std::int64_t>(RHEA_TRY(options.take_number("bootindex", UINT64_MAX)));
    line.config.option_roms.push_back(std::move(rom));
    return {};
}

}  // namespace cli
}  // namespace rhea
