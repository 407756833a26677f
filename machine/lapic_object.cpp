#include "machine/lapic_object.h"

#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

QObject id_of(const LapicObject& lapic) { return std::int64_t{lapic.id_number()}; }

constexpr qom::Property kProperties[] = {
    qom::property("version", qom::kUint8, 0x14),
    qom::property("vapic", qom::kBit, true),
    qom::property("legacy-instance-id", qom::kBool, false).internal(),
};
constexpr qom::Property kInstanceProperties[] = {qom::property("id", qom::kUint32).shown_by<id_of>()};
/// The first CPU's shows them all.
qom::Region place_of(const LapicObject& lapic) {
    constexpr std::uint64_t kAddress = 0xfee00000, kSize = 0x100000;
    return lapic.id_number() == 0 ? qom::Region{qom::kMemorySpace, kAddress, kSize, 0x1000} : qom::Region{.size = kSize};
}
constexpr qom::Nodes kNodes[] = {qom::region<place_of>("apic-msi")};

}  // namespace

constinit const qom::Type kApicCommonType{
    .name = "apic-common", .parent = &Device::kType, .abstract = true, .properties = kProperties, .pluggable = false};
constinit const qom::Type LapicObject::kType{.name = "apic",
                                             .parent = &kApicCommonType,
                                             .instance_properties = kInstanceProperties,
                                             .nodes = kNodes,
                                             .pluggable = false};

}  // namespace rhea
