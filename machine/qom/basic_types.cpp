#include "machine/qom/basic_types.h"

#include "machine/qom/object.h"

namespace rhea::qom {

namespace {

QObject type_name(const Object& object) { return QObject(object.type_name()); }

constexpr ValueType kRegionLink{"link<memory-region>"};
constexpr Property kObjectProperties[] = {property("type", kString).from<type_name>().internal()};
constexpr Property kRegionProperties[] = {
    property("container", kRegionLink),
    property("addr", kUint64),
    property("size", kUint64),
    property("priority", kUint32),
};

constexpr Type interface(std::string_view name) { return {.name = name, .parent = &kInterface, .abstract = true}; }

}  // namespace

constinit const Type kObject{.name = "object", .abstract = true, .properties = kObjectProperties};
constinit const Type kContainer{.name = "container", .parent = &kObject};
constinit const Type kMemoryRegion{.name = "memory-region", .parent = &kObject, .instance_properties = kRegionProperties};
constinit const Type kIrq{.name = "irq", .parent = &kObject};

constinit const Type kInterface{.name = "interface", .abstract = true};
constinit const Type kResettable = interface("resettable");
constinit const Type kVmstateIf = interface("vmstate-if");
constinit const Type kHotplugHandler = interface("hotplug-handler");
constinit const Type kNmi = interface("nmi");
constinit const Type kConventionalPci = interface("conventional-pci-device");
constinit const Type kExpressPci = interface("pci-express-device");
constinit const Type kUserCreatable = interface("user-creatable");
constinit const Type kIntctrl = interface("intctrl");
constinit const Type kAcpiAml = interface("acpi-dev-aml-interface");
constinit const Type kAcpiDevice = interface("acpi-device-interface");
constinit const Type kMemoryDevice = interface("memory-device");
constinit const Type kFwPathProvider = interface("fw-path-provider");
constinit const Type kIsaDma = interface("isa-dma");

}  // namespace rhea::qom
