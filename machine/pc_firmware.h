#pragma once
/// The pc's firmware: the BIOS image at the top of the first 4 GiB and of the first MiB, the place for option ROMs, and what
/// fw_cfg tells the BIOS of the machine.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "machine/cli/config.h"
#include "machine/data_files.h"
#include "machine/devices/fw_cfg.h"
#include "machine/linux_image.h"

namespace rhea {

class Machine;

/// One line of "info roms".
struct RomInfo {
    enum class Kind { memory, fw_cfg, acpi };
    Kind kind;
    std::uint64_t address = 0;  ///< of one in memory
    std::uint64_t size = 0;     ///< bytes
    std::string name, path;     ///< "kvmvapic.bin"; "genroms/kvmvapic.bin" of one in fw_cfg
    std::uint64_t used = 0;     ///< of an ACPI file, now
};

class PcFirmware {
public:
    static constexpr std::uint64_t kBiosUnit = 64 << 10;

    /// `machine` outlives it.
    explicit PcFirmware(Machine& machine);
    ~PcFirmware();
    PcFirmware(const PcFirmware&) = delete;
    PcFirmware& operator=(const PcFirmware&) = delete;

    /// Maps the BIOS of -bios, or SeaBIOS where it is installed. Fails when -bios leads to no firmware.
    Result<void> load_bios();
    /// Reads what -kernel, -initrd and -dtb name. Fails with a whole message, as QEMU prints it.
    Result<void> load_kernel();
    /// Reads the files of -option-rom; those that cannot be read are left out, and `complain` is told.
    void load_option_roms(const std::function<void(const std::string&)>& complain);
    /// Reads the file of a -fw_cfg, or takes its string. The file system is asked now, the guest later.
    Result<void> add_user_file(const cli::FwCfg& file);
    /// For fw_cfg: everything that it tells the guest.
    void fill(FwCfg& config) const;

    /// The places in the boot order that ROMs have.
    std::vector<std::int64_t> boot_indexes() const;
    /// As "info roms" lists them.
    std::vector<RomInfo> roms() const;
    /// The BIOS image; null: there is none.
    const FileImage* bios() const { return bios_.get(); }

private:
    /// Nothing is there but zeros that cannot be written.
    struct EmptyRom final : IoHandler {
        std::uint64_t io_read(std::uint64_t, unsigned) override { return 0; }
        void io_write(std::uint64_t, std::uint64_t, unsigned) override {}
    };

    struct OptionRom {
        std::string name;        ///< "kvmvapic.bin"; in fw_cfg, "genroms/" stands before it
        std::string bytes;
        std::int64_t boot_index = -1;

        std::string path() const { return "genroms/" + name; }
    };

    /// One of the firmware's own, where it is installed.
    std::optional<OptionRom> own_rom(std::string_view name, std::int64_t boot_index = -1) const;
    std::vector<OptionRom> option_roms() const;
    std::string e820() const;
    bool has_acpi() const;
    std::string hpet() const;
    std::string numa(std::size_t apic_ids) const;

    Machine& machine_;
    std::unique_ptr<FileImage> bios_;
    std::string bios_name_;
    EmptyRom option_rom_area_;
    std::vector<std::unique_ptr<Mapping>> mappings_;
    std::vector<std::pair<std::string, std::string>> user_files_;
    std::vector<OptionRom> user_roms_;
    std::optional<LinuxImage> linux_;
};

}  // namespace rhea
