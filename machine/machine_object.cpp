#include "machine/machine_object.h"

#include <array>

#include "machine/devices/pflash.h"
#include "machine/machine_table.h"
#include "machine/machine.h"
#include "machine/pc_board.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr qom::ValueType kBootConfiguration{"BootConfiguration"}, kMemoryConfiguration{"MemorySizeConfiguration"},
    kSmpConfiguration{"SMPConfiguration"}, kSgxList{"SgxEPC"}, kCxlList{"CXLFixedMemoryWindow"}, kUint64T{"uint64_t", &type_ref<std::uint64_t>},
    kGuestSupportLink{"link<confidential-guest-support>"}, kBackendLink{"link<memory-backend>"}, kIsaDeviceLink{"link<isa-device>"},
    kHandlerLink{"link<hotplug-handler>"}, kTime{"struct tm"}, kPlainOnOffAuto{"OnOffAuto", &type_ref<OnOffAuto>};

PcBoard* board(const MachineObject& object) { return object.machine().board(); }
const qom::Object* rtc(const MachineObject& object) { return board(object) ? &board(object)->rtc() : nullptr; }
const qom::Object* acpi(const MachineObject& object) { return board(object) ? board(object)->power_management() : nullptr; }
/// The speaker's, which is fixed once the board is there.
QObject speaker_audio(const MachineObject& object) { return object.machine().config().machine.properties.pcspk_audiodev.value_or(""); }
Result<void> set_speaker_audio(MachineObject&, const QObject&) {
    return fail("Attempt to set property 'audiodev' on anonymous device (type 'isa-pcspk') after it was realized");
}
QObject rtc_time(const MachineObject& object) {
    if (!board(object)) return {};
    return board(object)->rtc().date_value();
}

constexpr qom::Property kMachineProperties[] = {
    qom::property("dt-compatible", qom::kString)
        .describe("Overrides the \"compatible\" property of the dt root node").settable(),
    qom::property("kernel", qom::kString)
        .describe("Linux kernel image file").settable(),
    qom::property("boot", kBootConfiguration)
        .describe("Boot configuration").settable(),
    qom::property("memory", kMemoryConfiguration)
        .describe("Memory size configuration").settable(),
    qom::property("phandle-start", qom::kInt, 0)
        .describe("The first phandle ID we may generate dynamically").settable(),
    qom::property("smp", kSmpConfiguration)
        .describe("CPU topology").settable(),
    qom::property("initrd", qom::kString)
        .describe("Linux initial ramdisk file").settable(),
    qom::property("confidential-guest-support", kGuestSupportLink)
        .describe("Set confidential guest scheme to support").settable(),
    qom::property("graphics", qom::kBool, true)
        .describe("Set on/off to enable/disable graphics emulation").settable(),
    qom::property("firmware", qom::kString)
        .describe("Firmware image").settable(),
    qom::property("memory-encryption", qom::kString)
        .describe("Set memory encryption object to use").settable(),
    qom::property("dump-guest-core", qom::kBool, true)
        .describe("Include guest memory in a core dump").settable(),
    qom::property("dumpdtb", qom::kString)
        .describe("Dump current dtb to a file and quit").settable(),
    qom::property("memory-backend", kBackendLink)
        .describe("Set RAM backendValid value is ID of hostmem based backend").settable(),
    qom::property("dtb", qom::kString)
        .describe("Linux kernel device tree file").settable(),
    qom::property("mem-merge", qom::kBool, true)
        .describe("Enable/disable memory merge support").settable(),
    qom::property("usb", qom::kBool, false)
        .describe("Set on/off to enable/disable usb").settable(),
    qom::property("append", qom::kString)
        .describe("Linux kernel command line").settable(),
    qom::property("suppress-vmdesc", qom::kBool, false)
        .describe("Set on to disable self-describing migration").settable(),
};
constexpr qom::Property kX86Properties[] = {
    qom::property("smm", kPlainOnOffAuto, "auto")
        .describe("Enable SMM").settable(),
    qom::property("acpi", kPlainOnOffAuto, "auto")
        .describe("Enable ACPI").settable(),
    qom::property("pit", kPlainOnOffAuto, "auto")
        .describe("Enable i8254 PIT").settable(),
    qom::property("pic", kPlainOnOffAuto, "auto")
        .describe("Enable i8259 PIC").settable(),
    qom::property("x-oem-table-id", qom::kString, "BXPC    ")
        .describe("Override the default value of field OEM Table ID in ACPI table header.The string may be up to 8 bytes in size").settable(),
    qom::property("bus-lock-ratelimit", kUint64T, 0)
        .describe("Set the ratelimit for the bus locks acquired in VMs").settable(),
    qom::property("sgx-epc", kSgxList)
        .describe("SGX EPC device").settable(),
    qom::property("x-oem-id", qom::kString, "BOCHS ")
        .describe("Override the default value of field OEMID in ACPI table header.The string may be up to 6 bytes in size").settable(),
};
constexpr qom::Property kPcProperties[] = {
    qom::property("default-bus-bypass-iommu", qom::kBool, false).settable(),
    qom::property("sata", qom::kBool, true)
        .describe("Enable/disable Serial ATA bus").settable(),
    qom::property("device-memory-region-size", qom::kInt, 0).settable(),
    qom::property("vmport", kPlainOnOffAuto, "on")
        .describe("Enable vmport (pc & q35)").settable(),
    qom::property("i8042", qom::kBool, true).settable(),
    qom::property("hpet", qom::kBool, true)
        .describe("Enable/disable high precision event timer emulation").settable(),
    qom::property("smbios-entry-point-type", qom::kText, "32")
        .describe("SMBIOS Entry Point type [32, 64]").settable(),
    qom::property("max-ram-below-4g", qom::kPlainSize, std::int64_t{3758096384})
        .describe("Maximum ram below the 4G boundary (32bit boundary)").settable(),
    qom::property("max-fw-size", qom::kPlainSize, 8388608)
        .describe("Maximum combined firmware size").settable(),
    qom::property("smbus", qom::kBool, true)
        .describe("Enable/disable system management bus").settable(),
};
constexpr qom::Property kPcInstanceProperties[] = {
    qom::property("hmat", qom::kBool, false)
        .describe("Set on/off to enable/disable ACPI Heterogeneous Memory Attribute Table (HMAT)").settable(),
    qom::property("cxl", qom::kBool, false)
        .describe("Set on/off to enable/disable CXL instantiation").settable(),
    qom::property("pcspk-audiodev", qom::kAudiodev).shown_by<speaker_audio>().to<set_speaker_audio>(),
    qom::property("nvdimm", qom::kBool, false)
        .describe("Set on/off to enable/disable NVDIMM instantiation").settable(),
    qom::property("cxl-fmw", kCxlList)
        .describe("CXL Fixed Memory Windows (array)").settable(),
    qom::property("nvdimm-persistence", qom::kString)
        .describe("Set NVDIMM persistenceValid values are cpu, mem-ctrl").settable(),
};
constexpr const qom::Type* kX86Interfaces[] = {&qom::kNmi};
constexpr const qom::Type* kPcInterfaces[] = {&qom::kHotplugHandler};

/// The member of a described struct that has this name; null: none, or it is not set.
QObject member_of(const TypeInfo& type, const void* object, std::string_view name) {
    for (const Member& member : type.members) {
        if (member.name != name) continue;
        const void* value = member.get(object);
        return value ? to_qobject(member.type(), value) : QObject();
    }
    return {};
}

}  // namespace

constinit const qom::Type kMachineType{
    .name = "machine", .parent = &qom::kObject, .abstract = true, .properties = kMachineProperties};
constinit const qom::Type kX86MachineType{
    .name = "x86-machine", .parent = &kMachineType, .abstract = true, .interfaces = kX86Interfaces, .properties = kX86Properties};
constinit const qom::Type kGenericPcType{.name = "generic-pc-machine",
                                         .parent = &kX86MachineType,
                                         .abstract = true,
                                         .interfaces = kPcInterfaces,
                                         .properties = kPcProperties};

namespace {

constexpr std::size_t kTypes = std::size(detail::kMachineTable);

constexpr std::array<qom::Type, kTypes> object_types() {
    std::array<qom::Type, kTypes> types;
    for (std::size_t i = 0; i < kTypes; ++i) {
        types[i].name = detail::kMachineTable[i].type_name;
        types[i].parent = detail::kMachineTable[i].is_pc() ? &kGenericPcType : &kMachineType;
        if (detail::kMachineTable[i].is_pc()) types[i].instance_properties = kPcInstanceProperties;
    }
    return types;
}
constinit const std::array<qom::Type, kTypes> kObjectTypes = object_types();

const qom::Type& type_for(const MachineType& machine) { return kObjectTypes[static_cast<std::size_t>(&machine - machine_types().data())]; }

}  // namespace

std::span<const qom::Type> machine_object_types() { return kObjectTypes; }

MachineObject::MachineObject(Machine& machine) : Object(type_for(machine.type())), machine_(machine) {}

namespace {

qom::Region device_memory(const MachineObject& object) {
    const DeviceMemory& memory = object.machine().device_memory();
    return {qom::kMemorySpace, memory.base(), memory.size()};
}
constexpr qom::Nodes kDeviceMemory = qom::region<device_memory>("device-memory");
QObject system_management_ram(const MachineObject& object) { return object.machine().board()->memory_controller()->qom_path() + "/smram[0]"; }
constexpr qom::ValueType kRegionLink{"link<memory-region>"};
constexpr qom::Property kBoardProperties[] = {
    qom::property("rtc_state", kIsaDeviceLink).leads_to<rtc>(),
    qom::property("rtc-time", kTime).from<rtc_time>(),
    qom::property("acpi-device", kHandlerLink).leads_to<acpi>(),
};
template <unsigned number>
QObject flash_drive(const MachineObject& object) {
    const Pflash* chip = PcFlash::chip(object, number);
    return chip ? chip->get(*Pflash::kType.find("drive")) : QObject("");
}
/// The chips' own.
constexpr qom::Property kFlash[] = {qom::property("pflash0", qom::kText).shown_by<flash_drive<0>>(),
                                    qom::property("pflash1", qom::kText).shown_by<flash_drive<1>>()};
constexpr qom::Property kSmram = qom::property("smram", kRegionLink).from<system_management_ram>();

}  // namespace

void MachineObject::list_extras(const std::function<void(Extra)>& visit) const {
    for (unsigned number = 0; number < PcFlash::kChips && machine_.type().is_pc(); ++number)
        if (PcFlash::chip(*this, number)) visit({.name = std::string(kFlash[number].name), .property = &kFlash[number]});
    if (!board(*this)) return;
    for (const qom::Property& property : kBoardProperties) visit({.name = std::string(property.name), .property = &property});
    visit({.name = "smram", .property = &kSmram});
    if (machine_.device_memory().size() > 0) visit({.name = "device-memory[0]", .nodes = &kDeviceMemory});
}

QObject MachineObject::read(const qom::Property& property) const {
    if (values().given(property)) return values().get(property);
    const cli::Config& config = machine_.config();
    if (property.type == &kSmpConfiguration) {
        const cli::Smp& smp = config.smp;
        const cli::SmpConfiguration shown{smp.cpus, smp.sockets, smp.dies, 1, smp.cores, smp.threads, smp.max_cpus};
        return to_qobject(shown);
    }
    if (property.type == &kMemoryConfiguration) {
        QDict dict;
        dict.put("size", QObject(machine_.ram() ? machine_.ram()->size() : std::uint64_t{0}));
        if (config.memory.slots > 0) {
            dict.put("slots", QObject(config.memory.slots));
            dict.put("max-size", QObject(config.memory.max_size));
        }
        return dict;
    }
    if (property.name == "device-memory-region-size") return machine_.device_memory().size();
    if (property.type == &kBootConfiguration && machine_.type().is_pc()) {
        QDict dict;
        dict.put("order", QObject(config.boot.order));
        return dict;
    }
    if (property.type == &kBackendLink && machine_.ram()) {
        const std::string id = config.machine.properties.memory_backend.value_or(std::string(machine_.type().default_ram_id));
        const qom::Object* backend = machine_.devices().objects().child(id);
        return backend ? backend->qom_path() : std::string();
    }
    if (property.type == &kSgxList || property.type == &kCxlList) return QList{};
    QObject said = member_of(type_of<cli::MachineProperties>(), &config.machine.properties, property.name);
    if (said.is_null() && property.name == "firmware" && machine_.type().names_firmware()) return machine_.type().firmware();
    if (said.is_null() && property.name == "suppress-vmdesc") return machine_.type().suppresses_description();
    return said.is_null() ? Object::read(property) : said;
}

}  // namespace rhea
