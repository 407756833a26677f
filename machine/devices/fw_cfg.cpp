#include "machine/devices/fw_cfg.h"

#include <algorithm>
#include <utility>
#include "machine/devices/trace_points.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

// The bit of an item's number that once asked for a channel to write.
constexpr std::uint16_t kWriteChannel = 0x4000;
constexpr std::uint32_t kPorts = 0x01, kDma = 0x02;      // features
constexpr std::uint64_t kDmaSignature = 0x51454d5520434647;  // "QEMU CFG"

// Control word of a DMA access.
constexpr std::uint32_t kError = 0x01, kRead = 0x02, kSkip = 0x04, kSelect = 0x08, kWrite = 0x10;

std::uint64_t load_big_endian(const unsigned char* from, unsigned size) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) value = value << 8 | from[i];
    return value;
}

void append_big_endian(std::string& to, std::uint64_t value, unsigned size) {
    for (unsigned i = size; i-- > 0;) to += static_cast<char>(value >> (8 * i));
}

std::uint64_t swap_bytes(std::uint64_t value, unsigned size) {
    std::uint64_t swapped = 0;
    for (unsigned i = 0; i < size; ++i) swapped |= (value >> (8 * i) & 0xff) << (8 * (size - 1 - i));
    return swapped;
}

}  // namespace

FwCfg::FwCfg(AddressSpace& ports, AddressSpace& memory, Fill fill)
    : Device(kType),
      memory_(memory),
      fill_(std::move(fill)),
      data_(*this),
      dma_(*this),
      data_mapping_(ports, {.name = "fwcfg", .base = 0x510, .size = 2, .handler = &data_, .max_access = 4}),
      dma_mapping_(std::in_place, ports, AddressSpace::Region{.name = "fwcfg.dma", .base = 0x514, .size = 8, .handler = &dma_, .max_access = 8}) {
    FwCfg::reset();
}

bool FwCfg::has_dma() const { return values().boolean("dma_enabled"); }

std::size_t FwCfg::most_files() const { return static_cast<std::size_t>(values().integer("x-file-slots")); }

void FwCfg::realize() {
    if (!has_dma()) dma_mapping_.reset();
}

void FwCfg::reset() {
    // What the items tell may have changed: drives come and go, and with them the order to boot from.
    items_.clear();
    files_.clear();
    filled_ = false;
    items_[kSignature] = "QEMU";
    selected_ = &items_[kSignature];
    position_ = 0;
    dma_.address = 0;
}

void FwCfg::set_number(std::uint16_t item, std::uint64_t value, unsigned size) {
    std::string bytes;
    for (unsigned i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i));
    set(item, std::move(bytes));
}

void FwCfg::add_file(std::string name, std::string bytes) {
    add_writable_file(std::move(name), std::move(bytes), {});
}

void FwCfg::add_writable_file(std::string name, std::string bytes, Written written) {
    if (files_.size() < most_files() && name.size() <= kMaxName) files_.insert_or_assign(std::move(name), File{std::move(bytes), std::move(written)});
}

void FwCfg::select(std::uint16_t item) {
    if (!filled_) {
        filled_ = true;
        set_number(kId, has_dma() ? kPorts | kDma : kPorts, 4);
        if (fill_) fill_(*this);
        std::string directory;
        append_big_endian(directory, files_.size(), 4);
        std::uint16_t number = kFirstFile;
        for (auto& [name, file] : files_) {
            append_big_endian(directory, file.bytes.size(), 4);
            append_big_endian(directory, number, 2);
            append_big_endian(directory, 0, 2);
            directory += name;
            directory.append(kMaxName + 1 - name.size(), '\0');
            if (file.written) writable_[number] = std::move(file.written);
            items_[number++] = std::move(file.bytes);
        }
        files_.clear();
        items_[kDirectory] = std::move(directory);
    }
    selected_item_ = static_cast<std::uint16_t>(item & ~kWriteChannel);
    const auto found = items_.find(selected_item_);
    trace_device<"fw_cfg_select">("{} key {:#06x}, ret: {}", fmt::ptr(this), item, int{found != items_.end()});
    selected_ = found == items_.end() ? nullptr : &found->second;
    position_ = 0;
}

std::string_view FwCfg::rest() const {
    if (!selected_) return {};
    return std::string_view(*selected_).substr(std::min<std::uint64_t>(position_, selected_->size()));
}

std::uint8_t FwCfg::read_byte() {
    const auto left = rest();
    if (left.empty()) return 0;
    ++position_;
    return static_cast<std::uint8_t>(left.front());
}

/// Nothing is written past the end, or into what is not the guest's to write.
bool FwCfg::write_dma(std::uint64_t from, std::uint64_t length) {
    if (length == 0) return true;
    const auto writable = writable_.find(selected_item_);
    if (writable == writable_.end() || length > rest().size()) return false;
    std::string& bytes = items_[selected_item_];
    memory_.read_bytes(from, bytes.data() + position_, length);
    position_ += length;
    writable->second(bytes);
    return true;
}

void FwCfg::run_dma(std::uint64_t address) {
    unsigned char block[16];
    memory_.read_bytes(address, block, sizeof block);
    const auto control = static_cast<std::uint32_t>(load_big_endian(block, 4));
    std::uint64_t length = load_big_endian(block + 4, 4), target = load_big_endian(block + 8, 8);
    if (control & kSelect) select(static_cast<std::uint16_t>(control >> 16));
    bool error = false;
    if (control & kRead) {
        const auto part = rest().substr(0, length);
        memory_.write_bytes(target, part.data(), part.size());
        position_ += part.size();
        memory_.fill(target + part.size(), 0, length - part.size());  // past an item's end there are zeros
    } else if (control & kWrite) {
        error = !write_dma(target, length);
    } else if (control & kSkip) {
        position_ += std::min<std::uint64_t>(length, rest().size());
    }
    // The guest waits for the control word to become zero.
    memory_.write(address, swap_bytes(error ? kError : 0, 4), 4);
}

// Every byte read from either port is the next one; a wider read gets nothing, a write of a word selects.
std::uint64_t FwCfg::DataPorts::io_read(std::uint64_t, unsigned size) {
    const std::uint8_t value = size == 1 ? config.read_byte() : 0;
    trace_device<"fw_cfg_read">("{} = {:#x}", fmt::ptr(&config), value);
    return value;
}

void FwCfg::DataPorts::io_write(std::uint64_t, std::uint64_t value, unsigned size) {
    if (size == 2) config.select(static_cast<std::uint16_t>(value));
}

std::uint64_t FwCfg::DmaPorts::io_read(std::uint64_t offset, unsigned size) {
    return swap_bytes(kDmaSignature >> (8 * (8 - offset - size)), size);
}

void FwCfg::DmaPorts::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (size == 8 && offset == 0) address = swap_bytes(value, 8);
    else if (size == 4 && offset == 0) address = swap_bytes(value, 4) << 32;
    else if (size == 4 && offset == 4) address |= swap_bytes(value, 4);
    else return;
    if (size == 4 && offset == 0) return;
    config.run_dma(std::exchange(address, 0));
}

// --- QOM

namespace {

constexpr qom::Property kCommonProperties[] = {qom::property("acpi-mr-restore", qom::kBool, true)};
constexpr qom::Property kProperties[] = {
    qom::property("dma_enabled", qom::kBool, true),
    qom::property("x-file-slots", qom::kUint16, 32),
};
constexpr qom::Region kDataPlace[] = {{qom::kPortSpace, 0x510, 2}}, kDmaPlace[] = {{qom::kPortSpace, 0x514, 8}};
constexpr qom::Region kTablesPlace[] = {{{}, 0, 0x20000}}, kLoaderPlace[] = {{{}, 0, 0x1000}}, kRsdpPlace[] = {{{}, 0, 20}};
constexpr qom::Nodes kNodes[] = {qom::regions("fwcfg", kDataPlace), qom::regions("fwcfg.dma", kDmaPlace),
                                 // Slashes of a name would be those of a path.
                                 qom::regions("\\x2from@etc\\x2facpi\\x2ftables", kTablesPlace),
                                 qom::regions("\\x2from@etc\\x2ftable-loader", kLoaderPlace),
                                 qom::regions("\\x2from@etc\\x2facpi\\x2frsdp", kRsdpPlace)};

}  // namespace

constinit const qom::Type kFwCfgCommon{
    .name = "fw_cfg", .parent = &kSystemDevice, .abstract = true, .properties = kCommonProperties, .pluggable = false};
constinit const qom::Type FwCfg::kType{
    .name = "fw_cfg_io", .parent = &kFwCfgCommon, .properties = kProperties, .nodes = kNodes, .pluggable = false};

}  // namespace rhea
