// What older machine types change: the table itself, and how it comes to devices and CPUs.
#include <catch2/catch.hpp>

#include "machine/compat_properties.h"
#include "machine/cpu/model.h"
#include "machine/cpu_object.h"
#include "machine/qom/object.h"
#include "machine/qom/type.h"

using namespace rhea;

namespace {

/// What a machine's version says of a type's property; the last row holds. Empty: nothing.
std::string_view said(std::string_view machine, std::string_view type, std::string_view property) {
    std::string_view value;
    for_each_compat_property(*find_machine_type(machine), *qom::find_type(type), [&](const CompatProperty& row) {
        if (row.property == property) value = row.value;
    });
    return value;
}

CpuModel cpu(std::string_view name, std::string_view machine) {
    CpuModel model(*find_cpu_type(std::string(name) + "-x86_64-cpu"), *find_cpu_model(name));
    model.apply(*find_machine_type(machine));
    model.expand();
    return model;
}

std::int64_t number(const CpuModel& model, std::string_view name) {
    std::int64_t value = -1;
    const QObject held = model.get(*find_cpu_type("qemu64-x86_64-cpu")->find(name));
    REQUIRE(held.number());
    held.number()->get_int(value);
    return value;
}

}  // namespace

TEST_CASE("every row of what older machines change names a type, a property of it and a value it takes", "[machine][compat]") {
    MachineVersion before{255, 0};
    for (const CompatProperty& row : compat_properties()) {
        CHECK(row.until <= before);
        before = row.until;
        for_each_compat_property(*find_machine_type("pc-i440fx-1.4"), [&](std::string_view name, const CompatProperty& other) {
            if (&other != &row) return;
            INFO(name << '.' << row.property);
            const qom::Type* type = qom::find_type(name);
            REQUIRE(type);
            const qom::Property* property = type->find(row.property);
            REQUIRE(property);
            CHECK(property->access != qom::Access::read_only);
            CHECK(qom::parse_value(*type, *property, QObject(row.value), InputMode::keyval));
        });
    }
}

TEST_CASE("a fact of an older machine holds for it and for all that are older still", "[machine][compat]") {
    CHECK(said("pc-i440fx-7.2", "virtio-blk-device", "queue-size").empty());
    CHECK(said("pc-i440fx-5.0", "virtio-blk-device", "queue-size").empty());
    CHECK(said("pc-i440fx-4.2", "virtio-blk-device", "queue-size") == "128");
    CHECK(said("pc-q35-2.4", "virtio-blk-device", "queue-size") == "128");
    // What a release changed back.
    CHECK(said("pc-i440fx-2.9", "pci-bridge", "shpc") == "off");
    CHECK(said("pc-i440fx-2.8", "pci-bridge", "shpc") == "on");
    // A release between two.
    CHECK(said("pc-q35-4.1", "VGA", "edid").empty());
    CHECK(said("pc-q35-4.0.1", "VGA", "edid") == "off");
    CHECK(said("pc-i440fx-4.0", "VGA", "edid") == "off");
}

TEST_CASE("a CPU of an older machine is the one that guests knew then", "[machine][compat]") {
    CHECK(number(cpu("qemu64", "pc-i440fx-7.2"), "family") == 15);
    CHECK(number(cpu("qemu64", "pc-i440fx-6.0"), "family") == 6);
    CHECK(number(cpu("qemu64", "pc-i440fx-6.0"), "model") == 6);
    CHECK(number(cpu("qemu64", "pc-i440fx-1.6"), "model") == 2);
    CHECK(number(cpu("Conroe", "pc-i440fx-1.5"), "min-level") == 2);
    CHECK(*cpu("Haswell", "pc-i440fx-2.4").features().has("abm") == false);
    CHECK(*cpu("Haswell", "pc-i440fx-2.5").features().has("abm"));
}

TEST_CASE("an old CPU grows to leaf 7 for what is new there, and to no other leaf", "[machine][compat]") {
    const auto level = [](std::string_view machine, std::string feature) {
        CpuModel model(*find_cpu_type("486-x86_64-cpu"), *find_cpu_model("486"));
        model.apply(*find_machine_type(machine));
        REQUIRE(model.set(feature, QObject(true)));
        model.expand();
        return std::pair(number(model, "level"), number(model, "xlevel"));
    };
    CHECK(level("pc-i440fx-2.7", "smap") == std::pair<std::int64_t, std::int64_t>(7, 0));
    CHECK(level("pc-i440fx-2.7", "avx512vbmi") == std::pair<std::int64_t, std::int64_t>(1, 0));
    CHECK(level("pc-i440fx-2.8", "avx512vbmi") == std::pair<std::int64_t, std::int64_t>(7, 0));
    CHECK(level("pc-i440fx-2.7", "svm") == std::pair<std::int64_t, std::int64_t>(1, 0));
    CHECK(level("pc-i440fx-2.8", "svm") == std::pair<std::int64_t, std::int64_t>(1, 0x8000000a));
}

TEST_CASE("what a user says of a CPU comes after what the machine's version says", "[machine][compat]") {
    CpuModel model(*find_cpu_type("qemu64-x86_64-cpu"), *find_cpu_model("qemu64"));
    model.apply(*find_machine_type("pc-i440fx-2.3"));
    cli::Cpu said_of_it;
    said_of_it.model = "qemu64";
    said_of_it.features = {{"family", "21"}};
    model.apply(said_of_it);
    model.expand();
    CHECK(number(model, "family") == 21);
    CHECK(number(model, "min-level") == 4);
}

TEST_CASE("machine types have the limits of their time", "[machine][compat]") {
    CHECK(machine_types().size() == 56);
    CHECK(find_machine_type("pc-q35-2.7")->max_cpus == 255);
    CHECK(find_machine_type("pc-q35-2.8")->max_cpus == 288);
    CHECK(find_machine_type("pc-q35-2.11")->usual_card() == "e1000");
    CHECK(find_machine_type("pc-q35-2.12")->usual_card() == "e1000e");
    CHECK(find_machine_type("pc-i440fx-2.1")->usual_vga() == "cirrus");
    CHECK(find_machine_type("pc-i440fx-5.0")->numa_memory);
    CHECK(!find_machine_type("pc-i440fx-5.1")->numa_memory);
    CHECK(!find_machine_type("pc-i440fx-1.7")->deprecation().empty());
    CHECK(find_machine_type("pc-i440fx-2.0")->deprecation().empty());
    CHECK(find_machine_type("pc")->name == "pc-i440fx-7.2");
    CHECK(find_machine_type("q35")->name == "pc-q35-7.2");
    CHECK(!find_machine_type("pc-i440fx-1.3"));
}
