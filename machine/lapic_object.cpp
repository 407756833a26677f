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
constexpr qom::Nodes kNodes[] = {{"apic-msi", &qom::kMemoryRegion}};

}  // namespace

constinit const qom::Type kApicCommonType{
    .name = "apic-common", .parent = &Device::kType, .abstract = true, .properties = kProperties, .pluggable = false};
constinit const qom::Type LapicObject::kType{.name = "apic",
                                             .parent = &kApicCommonType,
                                             .instance_properties = kInstanceProperties,
                                             .nodes = kNodes,
                                             .pluggable = false};

}  // namespace rhea
