#include "machine/devices/vmport.h"

#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

const qom::Object* controller_of(const VmMouse& mouse) { return &mouse.controller(); }

constexpr qom::ValueType kControllerLink{"link<i8042>"};
constexpr qom::Property kPortProperties[] = {
    qom::property("x-read-set-eax", qom::kBit, true),
    qom::property("x-signal-unsupported-cmd", qom::kBit, true),
    qom::property("x-report-vmx-type", qom::kBit, true),
    qom::property("x-cmds-v2", qom::kBit, true),
    qom::property("vmware-vmx-version", qom::kUint32, 6),
    qom::property("vmware-vmx-type", qom::kUint8, 2),
};
constexpr qom::Property kMouseProperties[] = {
    qom::property("legacy-i8042", qom::kText).write_only().internal(),
    qom::property("i8042", kControllerLink).leads_to<controller_of>(),
};
constexpr qom::Region kPortPlace[] = {{qom::kPortSpace, VmPort::kPort, 1}}, kVapicPlace[] = {{qom::kPortSpace, KvmVapic::kPort, KvmVapic::kPorts}};
constexpr qom::Nodes kPortNodes[] = {qom::regions("vmport", kPortPlace)}, kVapicNodes[] = {qom::regions("kvmvapic", kVapicPlace)};

}  // namespace

constinit const qom::Type VmPort::kType{
    .name = "vmport", .parent = &kIsaDevice, .properties = kPortProperties, .nodes = kPortNodes, .pluggable = false};
constinit const qom::Type VmMouse::kType{
    .name = "vmmouse", .parent = &kIsaDevice, .properties = kMouseProperties, .category = "Input", .pluggable = false};
constinit const qom::Type KvmVapic::kType{.name = "kvmvapic", .parent = &kSystemDevice, .nodes = kVapicNodes, .pluggable = false};

}  // namespace rhea
