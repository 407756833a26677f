#include "machine/cpu/model.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "machine/cpu_object.h"

using namespace rhea;

namespace {

CpuModel make(std::string_view name, std::vector<cli::CpuFeature> features = {}) {
    CpuModel model(*find_cpu_type(std::string(name) + "-x86_64-cpu"), *find_cpu_model(name));
    model.apply({std::string(name), std::move(features)});
    return model;
}

std::vector<std::string_view> missing(std::string_view name, std::vector<cli::CpuFeature> features = {}) {
    CpuModel model = make(name, std::move(features));
    model.expand();
    (void)model.realize();
    return model.features().missing();
}

std::vector<std::string> complaints(std::string_view name, std::vector<cli::CpuFeature> features) {
    CpuModel model = make(name, std::move(features));
    model.expand();
    (void)model.realize();
    return model.features().complaints();
}

using Names = std::vector<std::string_view>;

}  // namespace

TEST_CASE("a CPU model has the properties that are its own, and those of all", "[cpu]") {
    const QDict properties = make("qemu64").properties();
    CHECK(*properties.find("model-id")->string() == "QEMU Virtual CPU version 2.5+");
    CHECK(*properties.find("sse2")->boolean());
    CHECK(!*properties.find("avx512f")->boolean());
    CHECK(*properties.find("check")->boolean());
    CHECK(properties.find("migratable") == nullptr);
    CHECK(make("max").properties().find("migratable") != nullptr);
}

TEST_CASE("a feature is set under all of its names, with the CPUID leaf that it needs", "[cpu]") {
    CpuModel model = make("base");
    REQUIRE(model.set("sse4_1", true));
    REQUIRE(model.set("avx2", true));
    model.expand();
    const QDict properties = model.properties();
    for (const char* name : {"sse4.1", "sse4-1", "sse4_1", "avx2"}) CHECK(*properties.find(name)->boolean());
    CHECK(properties.find("level")->number()->as_double() == 7);
    CHECK(model.static_properties().find("avx2") != nullptr);
    CHECK(model.static_properties().find("memory") == nullptr);
}

TEST_CASE("a property that a CPU model has not is not found", "[cpu]") {
    CpuModel model = make("qemu64");
    CHECK(model.set("zz", true).error().description() == "Property 'qemu64-x86_64-cpu.zz' not found");
    CHECK(model.set("avx2", "x").error().description() == "Invalid parameter type for 'avx2', expected: boolean");
    CHECK(model.set("vendor", "x").error().description() == "Property '.vendor' doesn't take value 'x'");
    CHECK(model.set("family", 999).error().description() == "Property .family doesn't take value 999 (minimum: 0, maximum: 270)");
    CHECK(model.set("feature-words", QList()).error().description() == "Property 'qemu64-x86_64-cpu.feature-words' is not writable");
}

TEST_CASE("every CPU model is there, and every alias has its facts", "[cpu]") {
    for (const CpuFacts& facts : cpu_models()) {
        REQUIRE(find_cpu_model(facts.name));
        if (!facts.alias_of.empty()) CHECK(facts.words == find_cpu_model(facts.alias_of)->words);
    }
}

TEST_CASE("a CPU lacks what its model has and the translator has not, less what is off, and what was asked for in vain", "[cpu]") {
    CHECK(missing("qemu64").empty());
    CHECK(missing("Haswell") == Names{"pcid", "x2apic", "tsc-deadline", "hle", "invpcid", "rtm"});
    CHECK(missing("Haswell", {{"hle", "off"}, {"rtm", "off"}, {"x2apic", "off", true}}) == Names{"pcid", "tsc-deadline", "invpcid"});
    CHECK(missing("qemu64", {{"pcid", "on"}, {"vmx", "on"}}) == Names{"vmx", "pcid"});
    CHECK(missing("max", {{"invtsc", "on"}}) == Names{"invtsc"});
}

TEST_CASE("only what has a plus or minus is said of all models", "[cpu]") {
    CpuModel model(*find_cpu_type("486-x86_64-cpu"), *find_cpu_model("486"));
    model.apply({"qemu64", {{"pcid", "on"}, {"vmx", "on", true}}});
    model.expand();
    CHECK(!*model.features().has("pcid"));
    CHECK(*model.features().has("vmx"));
}

TEST_CASE("what is asked for in vain is complained of with its place", "[cpu]") {
    CHECK(complaints("qemu64", {{"pcid", "on"}, {"vmx", "on"}}) ==
          std::vector<std::string>{"TCG doesn't support requested feature: CPUID.01H:ECX.vmx [bit 5]",
                                   "TCG doesn't support requested feature: CPUID.01H:ECX.pcid [bit 17]"});
    CHECK(complaints("qemu64", {{"vmx", "on"}, {"check", "off"}}).empty());
    CHECK(complaints("qemu64", {{"vmx-ept", "on"}}) ==
          std::vector<std::string>{"This feature depends on other features that were not requested: MSR(48BH).vmx-ept [bit 1]"});
    // With VMX come its own features, those that the model would have.
    const auto all = complaints("Haswell", {{"vmx", "on"}});
    CHECK(std::count(all.begin(), all.end(), "TCG doesn't support requested feature: MSR(48CH) [bit 14]") == 1);
}

TEST_CASE("who enforces features gets no CPU that lacks one", "[cpu]") {
    CpuModel model = make("Haswell", {{"enforce", "on"}});
    model.expand();
    CHECK(model.realize().error().description() == "TCG doesn't support requested features");
    CpuModel whole = make("qemu64", {{"enforce", "on"}});
    whole.expand();
    CHECK(whole.realize());
}

TEST_CASE("forced features stay, and are told of all the same", "[cpu]") {
    CpuModel model = make("qemu64", {{"vmx", "on"}, {"x-force-features", "on"}});
    model.expand();
    REQUIRE(model.realize());
    CHECK(*model.features().has("vmx"));
    CHECK(model.features().missing() == Names{"vmx"});
}

TEST_CASE("a CPU's signature has tall families and models in two fields", "[cpu]") {
    CHECK(make("486").signature() == 0x480);
    CHECK(make("qemu64").signature() == 0x60fb1);
    CHECK(make("EPYC").signature() == 0x800f12);
    CHECK(make("Icelake-Server-v4").signature() == 0x606a0);
    CHECK(make("Opteron_G3").signature() == 0x100f23);
    CHECK(make("486", {{"model", "9"}}).signature() == 0x490);
}

TEST_CASE("\"-feature\" holds against \"+feature\", and both against \"feature=on\"", "[machine][cpu]") {
    const auto has = [](std::vector<cli::CpuFeature> said, std::string_view feature) { return *make("pentium", std::move(said)).features().has(feature); };
    CHECK(!has({{"fpu", "off", true}, {"fpu", "on", true}}, "fpu"));
    CHECK(!has({{"mce", "off", true}, {"mce", "on"}}, "mce"));
    CHECK(has({{"cx8", "on", true}, {"cx8", "off"}}, "cx8"));
}
