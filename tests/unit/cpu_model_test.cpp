#include <catch2/catch.hpp>

#include "machine/cpu/model.h"

using namespace rhea;

TEST_CASE("a CPU model has the properties of those that it is based on, and its own", "[cpu]") {
    const CpuModel model(*find_cpu_model("qemu64"));
    CHECK(*model.properties().find("model-id")->string() == "QEMU Virtual CPU version 2.5+");
    CHECK(*model.properties().find("sse2")->boolean());
    CHECK(!*model.properties().find("avx512f")->boolean());
}

TEST_CASE("a feature is set under all of its names, with the CPUID leaf that it needs", "[cpu]") {
    CpuModel model(*find_cpu_model("base"));
    REQUIRE(model.set("sse4.1", true));
    CHECK(*model.properties().find("sse4_1")->boolean());
    REQUIRE(model.set("avx2", true));
    CHECK(model.properties().find("level")->number()->as_double() == 7);
    CHECK(model.static_properties().find("avx2") != nullptr);
    CHECK(model.static_properties().find("memory") == nullptr);
}

TEST_CASE("a property that a CPU model has not is not found", "[cpu]") {
    CpuModel model(*find_cpu_model("qemu64"));
    CHECK(model.set("zz", true).error().description() == "Property 'qemu64-x86_64-cpu.zz' not found");
    CHECK(model.set("avx2", "x").error().description() == "Invalid parameter type for 'avx2', expected: boolean");
}

TEST_CASE("every CPU model leads to base", "[cpu]") {
    for (const CpuModelRow& row : cpu_model_table()) {
        const CpuModelRow* at = &row;
        for (int steps = 0; !at->based_on.empty() && steps < 200; ++steps) at = find_cpu_model(at->based_on);
        CHECK(at->name == "base");
    }
}
