#include "machine/devices/vmcoreinfo.h"

#include "machine/address_space.h"
#include "machine/devices/fw_cfg.h"
#include "machine/machine.h"
#include "machine/machine_object.h"
#include "machine/pc_board.h"
#include "machine/platform.h"

namespace rhea {

namespace {

constexpr std::uint16_t kElf = 1;
constexpr std::uint32_t kMostBytes = 1 << 20;
constexpr std::uint32_t kNoteHeader = 12;

std::uint64_t number(std::string_view bytes, std::size_t at, unsigned size) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
    return value;
}

constexpr std::uint64_t padded(std::uint64_t size) { return (size + 3) / 4 * 4; }

Result<std::unique_ptr<qom::Object>> create_vmcoreinfo(qom::Creation& creation) {
    const auto* object = dynamic_cast<const MachineObject*>(&creation.platform.tree.machine());
    if (!object || !object->machine().board() || !object->machine().board()->fw_cfg().has_dma()) return fail("vmcoreinfo device requires fw_cfg with DMA");
    bool another = false;
    creation.platform.tree.for_each_device([&](Device& device) { another |= &device.type() == &VmCoreInfo::kType; });
    if (another) return fail("at most one vmcoreinfo device is permitted");
    return std::make_unique<VmCoreInfo>();
}

}  // namespace

constinit const qom::Type VmCoreInfo::kType{
    .name = "vmcoreinfo", .parent = &Device::kType, .category = "Misc", .hotpluggable = false, .create = create_vmcoreinfo};

void VmCoreInfo::add_file(FwCfg& to) {
    // Host's format, guest's format, size, address.
    std::string bytes(16, '\0');
    bytes[0] = kElf;
    to.add_writable_file("etc/vmcoreinfo", std::move(bytes), [this](const std::string& now) {
        said_ = Said{static_cast<std::uint16_t>(number(now, 2, 2)), static_cast<std::uint32_t>(number(now, 4, 4)), number(now, 8, 8)};
    });
}

std::optional<std::string> VmCoreInfo::note(AddressSpace& memory) const {
    if (!said_ || said_->format != kElf || said_->size < kNoteHeader || said_->size > kMostBytes) return std::nullopt;
    std::string note(said_->size, '\0');
    memory.read_bytes(said_->address, note.data(), note.size());
    const std::uint64_t name = number(note, 0, 4), content = number(note, 4, 4), size = kNoteHeader + padded(name) + padded(content);
    if (size > note.size()) return std::nullopt;
    note.resize(size);
    return note;
}

}  // namespace rhea
