#include <catch2/catch.hpp>

#include <set>

#include "machine/acpi_pci_hotplug.h"
#include "machine/devices/i6300esb.h"
#include "machine/devices/ib700.h"
#include "machine/qom/basic_types.h"
#include "machine/qom/node.h"
#include "machine/qom/tree.h"
#include "machine/qom/tree_text.h"
#include "tests/unit/machine_rig.h"

using namespace rhea;

namespace {

std::string text_of(const Result<void>& result) { return result ? "" : result.error().description(); }

std::string set(qom::Values& values, const char* name, const char* value) {
    return text_of(values.set(name, QObject(value), InputMode::keyval));
}

Texts names(const std::vector<qom::Listed>& lines) {
    Texts out;
    for (const qom::Listed& line : lines) out.push_back(line.name + " " + line.type);
    return out;
}

}  // namespace

TEST_CASE("every type has a name of its own and a way up to the root", "[qom]") {
    std::set<std::string_view> seen;
    for (const qom::Type* type : qom::all_types()) {
        CAPTURE(type->name);
        CHECK(seen.insert(type->name).second);
        const qom::Type* top = type;
        while (top->parent) top = top->parent;
        CHECK((top == &qom::kObject || top == &qom::kInterface));
        for (const qom::Type* at = type; at; at = at->parent) CHECK(qom::find_type(at->name) == at);
        for (const qom::Type* interface : type->interfaces) CHECK(interface->is_a(qom::kInterface));
        for (const qom::Nodes& nodes : type->nodes) CHECK(qom::find_type(nodes.type->name) == nodes.type);
        CHECK_FALSE((type->abstract && type->create));
    }
}

TEST_CASE("defaults are values of their types", "[qom]") {
    for (const qom::Type* type : qom::all_types())
        for (const qom::Property& property : type->properties) {
            if (property.default_value.index() == 0) continue;
            CAPTURE(type->name, property.name);
            CHECK(qom::parse_value(*type, property, qom::to_qobject(property.default_value), InputMode::json));
        }
}

TEST_CASE("properties are listed in the order of a hash table, an ancestor's first", "[qom]") {
    CHECK(names(qom::list_type(I6300Esb::kType)) ==
          Texts{"type string", "parent_bus link<bus>", "realized bool", "hotplugged bool", "hotpluggable bool", "failover_pair_id str",
                "romfile str", "addr int32", "romsize uint32", "x-pcie-lnksta-dllla bool", "rombar uint32", "x-pcie-extcap-init bool",
                "acpi-index uint32", "multifunction bool", "legacy-addr str"});
}

TEST_CASE("a value that a property does not take is refused with its name", "[qom]") {
    qom::Values values(I6300Esb::kType);
    CHECK(set(values, "addr", "20") == "Property 'i6300esb.addr' doesn't take value '20'");
    CHECK(set(values, "foo", "1") == "Property 'i6300esb.foo' not found");
    CHECK(set(values, "rombar", "x") == "Parameter 'rombar' expects integer");
    CHECK(set(values, "rombar", "99999999999") == "Parameter 'rombar' expects uint32_t");
    CHECK(set(values, "multifunction", "maybe") == "Parameter 'multifunction' expects 'on' or 'off'");
    CHECK(set(values, "realized", "on") == "Property 'i6300esb.realized' is not writable");
    CHECK(text_of(values.set("rombar", QObject("1"), InputMode::json)) == "Parameter 'rombar' expects uint64");
    CHECK(set(values, "addr", "5.1") == "");
    CHECK(values.integer("addr") == 41);
    CHECK(values.integer("rombar") == 1);
}

TEST_CASE("a path may be partial, and then leads to one object or to none", "[qom]") {
    MachineRig rig;
    qom::Tree tree;
    Device& first = tree.plug(std::make_unique<Ib700>(rig.ports, rig.clocks, rig.control), "w");
    Device& second = tree.add_onboard(std::make_unique<I6300Esb>(rig.clocks, rig.control));
    CHECK(first.qom_path() == "/machine/peripheral/w");
    CHECK(second.qom_path() == "/machine/unattached/device[0]");
    qom::Node node;
    CHECK(qom::resolve(tree.root(), "w", node) == qom::Found::one);
    CHECK(node.object == &first);
    CHECK(qom::resolve(tree.root(), "peripheral/w", node) == qom::Found::one);
    CHECK(qom::resolve(tree.root(), "//machine//peripheral/w/", node) == qom::Found::one);
    CHECK(qom::resolve(tree.root(), "w/ib700[0]", node) == qom::Found::one);
    CHECK(node.path() == "/machine/peripheral/w/ib700[0]");
    CHECK(node.type == &qom::kMemoryRegion);
    CHECK(qom::resolve(tree.root(), "/w", node) == qom::Found::nothing);
    CHECK(qom::resolve(tree.root(), "", node) == qom::Found::ambiguous);
    tree.plug(std::make_unique<I6300Esb>(rig.clocks, rig.control), "");
    CHECK(qom::resolve(tree.root(), "device[0]", node) == qom::Found::ambiguous);
    CHECK(tree.find("device[0]") == nullptr);
    CHECK(tree.is_container("/machine/peripheral"));
    CHECK_FALSE(tree.is_container("w"));
}

TEST_CASE("what is fixed once a device is realized says so", "[qom]") {
    MachineRig rig;
    qom::Tree tree;
    Device& device = tree.plug(std::make_unique<I6300Esb>(rig.clocks, rig.control), "w");
    CHECK(text_of(device.set("rombar", QObject(0))) ==
          "Attempt to set property 'rombar' on device 'w' (type 'i6300esb') after it was realized");
    CHECK(text_of(device.set("type", QObject("x"))) == "Property 'i6300esb.type' is not writable");
    CHECK(text_of(device.set("nope", QObject("x"))) == "Property 'i6300esb.nope' not found");
}

TEST_CASE("a bus lists its devices as links whose numbers are not used again", "[qom]") {
    MachineRig rig;
    qom::Tree tree;
    PciBus bus("pci.0", rig.ports, rig.memory);
    tree.unattached().add_part("pci.0", bus);
    auto plug = [&](const char* id) {
        auto& device = static_cast<I6300Esb&>(tree.plug(std::make_unique<I6300Esb>(rig.clocks, rig.control), id));
        REQUIRE(device.plug_into(bus));
        return &device;
    };
    plug("a");
    I6300Esb* b = plug("b");
    CHECK(*b->get("legacy-addr") == QObject("01.0"));
    CHECK(*bus.get("child[1]") == QObject("/machine/peripheral/b"));
    tree.unplug(*b).reset();
    plug("c");
    CHECK_FALSE(bus.get("child[1]"));
    CHECK(*bus.get("child[2]") == QObject("/machine/peripheral/c"));
    const std::string text = device_tree_text(&bus);
    CHECK(text.find("  dev: i6300esb, id \"c\"\n    addr = 01.0\n    romfile = \"\"\n    romsize = 4294967295 (0xffffffff)\n") !=
          std::string::npos);
    CHECK(text.find("    class Class 0880, addr 00:01.0, pci id 8086:25ab (sub 1af4:1100)\n    bar 0: mem at 0xffffffffffffffff [0xe]\n") !=
          std::string::npos);
}

TEST_CASE("a PCI device goes when the guest lets go of its slot, after the access that did it", "[qom]") {
    MachineRig rig;
    qom::Tree tree;
    PciBus bus("pci.0", rig.ports, rig.memory);
    unsigned notified = 0;
    struct Removal final : DeviceRemoval {
        std::vector<Device*> gone;
        void remove(Device& device) override { gone.push_back(&device); }
        void refuse(Device&) override {}
    } removal;
    AcpiPciHotplug hotplug(bus, removal, [&] { ++notified; });
    auto& device = static_cast<I6300Esb&>(tree.plug(std::make_unique<I6300Esb>(rig.clocks, rig.control), "w"));
    REQUIRE(bus.plug(device, 5 << 3));
    hotplug.plugged(device);
    CHECK(hotplug.take_up() == 1u << 5);
    CHECK(hotplug.take_up() == 0);
    REQUIRE(hotplug.request_unplug(device));
    CHECK(hotplug.down() == 1u << 5);
    CHECK(notified == 2);
    CHECK(removal.gone.empty());
    hotplug.eject(1u << 6);
    CHECK(removal.gone.empty());
    hotplug.eject(1u << 5);
    CHECK(removal.gone == std::vector<Device*>{&device});
    CHECK(hotplug.down() == 0);
    REQUIRE(hotplug.request_unplug(device));
    hotplug.reset();
    CHECK(removal.gone.size() == 2);
}
