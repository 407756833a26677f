#include "machine/devices/vmgenid.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "machine/cli/machine_choice_parts.h"
#include "machine/devices/fw_cfg.h"
#include "machine/machine.h"
#include "machine/machine_object.h"
#include "machine/pc_board.h"
#include "machine/platform.h"

namespace rhea {

namespace {

constexpr std::size_t kFileSize = 4096, kGuidOffset = 40, kAddressSize = 8;
constexpr std::string_view kAuto = "auto";

Result<QObject> refine_guid(const qom::Type& type, const qom::Property& property, QObject value) {
    const std::string& text = *value.string();
    if (text == kAuto || cli::parse_uuid(text)) return value;
    return fail(fmt::format("Property '{}.{}' doesn't take value '{}'", type.name, property.name, text));
}

constexpr qom::ValueType kGuid{"str", &type_ref<std::string>, false, "UUID (aka GUID) or \"auto\" for random value (default)", refine_guid};
constexpr qom::Property kProperties[] = {qom::property("guid", kGuid, "auto")};

/// Version 4 of RFC 4122.
VmGenId::Guid random_guid() {
    std::random_device source;
    VmGenId::Guid guid;
    for (std::uint8_t& byte : guid) byte = static_cast<std::uint8_t>(source());
    guid[6] = static_cast<std::uint8_t>((guid[6] & 0x0f) | 0x40);
    guid[8] = static_cast<std::uint8_t>((guid[8] & 0x3f) | 0x80);
    return guid;
}

Result<std::unique_ptr<qom::Object>> create_vmgenid(qom::Creation& creation) {
    const auto* object = dynamic_cast<const MachineObject*>(&creation.platform.tree.machine());
    if (!object || !object->machine().board() || !object->machine().board()->fw_cfg().has_dma())
        return fail("vmgenid requires DMA write support in fw_cfg, which this machine type does not provide");
    bool another = false;
    creation.platform.tree.for_each_device([&](Device& device) { another |= &device.type() == &VmGenId::kType; });
    if (another) return fail("at most one vmgenid device is permitted");
    const std::string text = creation.values.text("guid").value_or(std::string(kAuto));
    return std::make_unique<VmGenId>(text == kAuto ? random_guid() : *cli::parse_uuid(text));
}

}  // namespace

constinit const qom::Type VmGenId::kType{.name = "vmgenid",
                                         .parent = &Device::kType,
                                         .properties = kProperties,
                                         .category = "Misc",
                                         .hotpluggable = false,
                                         .create = create_vmgenid};

QObject VmGenId::read(const qom::Property& property) const {
    return property.name == "guid" ? QObject(text()) : Device::read(property);
}

std::string VmGenId::text() const {
    std::string text;
    for (std::size_t i = 0; i < guid_.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += fmt::format("{:02x}", guid_[i]);
    }
    return text;
}

void VmGenId::add_files(FwCfg& to) const {
    // A GUID's first three fields are little-endian in memory.
    Guid stored = guid_;
    std::reverse(stored.begin(), stored.begin() + 4);
    std::reverse(stored.begin() + 4, stored.begin() + 6);
    std::reverse(stored.begin() + 6, stored.begin() + 8);
    std::string page(kFileSize, '\0');
    std::copy(stored.begin(), stored.end(), page.begin() + kGuidOffset);
    to.add_file("etc/vmgenid_guid", std::move(page));
    // Where the guest has it. Nobody changes the number while a guest runs, so nobody has to know.
    to.add_writable_file("etc/vmgenid_addr", std::string(kAddressSize, '\0'), [](const std::string&) {});
}

}  // namespace rhea
