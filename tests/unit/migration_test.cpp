#include <catch2/catch.hpp>

#include "machine/migration/migration.h"

using namespace rhea;

TEST_CASE("a parameter out of its range changes none of them", "[migration]") {
    MigrationParameters parameters;
    MigrateSetParameters wanted;
    wanted.max_bandwidth = 1;
    wanted.compress_level = 10;
    const auto set = parameters.set(wanted);
    REQUIRE(!set);
    CHECK(set.error().description() == "Parameter 'compress_level' expects a value between 0 and 9");
    CHECK(parameters.values().max_bandwidth == 128u << 20);
}

TEST_CASE("null takes a migration's TLS credentials away", "[migration]") {
    MigrationParameters parameters;
    MigrateSetParameters wanted;
    wanted.tls_creds = StrOrNull{std::string("tls0")};
    REQUIRE(parameters.set(wanted));
    CHECK(parameters.values().tls_creds == "tls0");
    wanted.tls_creds = StrOrNull{QNull{}};
    REQUIRE(parameters.set(wanted));
    CHECK(parameters.values().tls_creds == "");
}

TEST_CASE("a bitmap mapping that names a node twice is refused", "[migration]") {
    MigrationParameters parameters;
    MigrateSetParameters wanted;
    wanted.block_bitmap_mapping = {{"node", "a", {}}, {"node", "b", {}}};
    const auto set = parameters.set(wanted);
    REQUIRE(!set);
    CHECK(set.error().description() == "Invalid mapping given for block-bitmap-mapping: The node name 'node' is mapped twice");
    CHECK(!parameters.values().block_bitmap_mapping);
}

TEST_CASE("capabilities that exclude each other are refused together and accepted apart", "[migration]") {
    using enum MigrationCapability;
    MigrationCapabilities capabilities;
    const auto set = capabilities.set({{multifd, true}, {compress, true}}, false);
    REQUIRE(!set);
    CHECK(set.error().description() == "Multifd is not compatible with compress");
    CHECK(!capabilities.has(multifd));
    REQUIRE(capabilities.set({{multifd, true}}, false));
    CHECK(capabilities.has(multifd));
    REQUIRE(capabilities.set({{multifd, false}, {compress, true}}, false));
    CHECK(!capabilities.has(multifd));
}
