#pragma once
/// "fw_cfg_io" (the published specification "QEMU Firmware Configuration (fw_cfg) Device"): items by number and files by name,
/// which a guest's firmware reads through ports 0x510 and 0x511 or by DMA at 0x514.
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "machine/address_space.h"
#include "machine/device.h"

namespace rhea {

class FwCfg final : public Device {
public:
    static const qom::Type kType;

    enum Item : std::uint16_t {
        kSignature = 0x00, kId = 0x01, kUuid = 0x02, kRamSize = 0x03, kNoGraphics = 0x04, kCpus = 0x05,
        kKernelAddress = 0x07, kKernelSize = 0x08, kInitrdAddress = 0x0a, kInitrdSize = 0x0b, kNuma = 0x0d,
        kBootMenu = 0x0e, kMaxCpus = 0x0f, kKernelData = 0x11, kInitrdData = 0x12, kCommandLineAddress = 0x13, kCommandLineSize = 0x14,
        kCommandLineData = 0x15, kSetupAddress = 0x16, kSetupSize = 0x17, kSetupData = 0x18, kDirectory = 0x19, kFirstFile = 0x20,
        kAcpiTables = 0x8000, kIrq0Override = 0x8002, kHpet = 0x8004,
    };
    static constexpr std::size_t kMaxName = 55;     ///< bytes

    /// Makes the items, in a FwCfg that has none but the signature.
    using Fill = std::function<void(FwCfg&)>;

    /// All outlive it. `fill` is called when the guest first looks, and again when it looks after a reset.
    FwCfg(AddressSpace& ports, AddressSpace& memory, Fill fill);

    void set(std::uint16_t item, std::string bytes) { items_[item] = std::move(bytes); }
    /// Little endian, `size` bytes.
    void set_number(std::uint16_t item, std::uint64_t value, unsigned size);
    /// Files are numbered in the order of their names. One too many, or one whose name is too long, is left out.
    void add_file(std::string name, std::string bytes);
    /// One that the guest may write into, by DMA; `written` is then told what it has become. Until a reset.
    using Written = std::function<void(const std::string& bytes)>;
    void add_writable_file(std::string name, std::string bytes, Written written);

    /// Its values are what they will be.
    void realize();
    void reset() override;
    /// Guests may read and write items without a CPU copying them.
    bool has_dma() const;

private:
    struct DataPorts final : IoHandler {
        explicit DataPorts(FwCfg& c) : config(c) {}
        std::uint64_t io_read(std::uint64_t, unsigned size) override;
        void io_write(std::uint64_t, std::uint64_t value, unsigned size) override;
        FwCfg& config;
    };
    struct DmaPorts final : IoHandler {
        explicit DmaPorts(FwCfg& c) : config(c) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        FwCfg& config;
        std::uint64_t address = 0;
    };

    std::size_t most_files() const;
    void select(std::uint16_t item);
    std::string_view rest() const;
    std::uint8_t read_byte();
    void run_dma(std::uint64_t address);
    bool write_dma(std::uint64_t from, std::uint64_t length);

    AddressSpace& memory_;
    Fill fill_;
    DataPorts data_;
    DmaPorts dma_;
    Mapping data_mapping_;
    std::optional<Mapping> dma_mapping_;
    std::map<std::uint16_t, std::string> items_;
    struct File {
        std::string bytes;
        Written written;
    };
    std::map<std::string, File> files_;         // until they have their numbers
    std::map<std::uint16_t, Written> writable_;
    std::uint16_t selected_item_ = 0;
    bool filled_ = false;
    const std::string* selected_ = nullptr;     // null: there is no such item
    std::uint64_t position_ = 0;
};

extern const qom::Type kFwCfgCommon;      // "fw_cfg", its parent

}  // namespace rhea
