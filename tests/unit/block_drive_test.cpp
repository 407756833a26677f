#include <catch2/catch.hpp>

#include "block_rig.h"

using namespace rhea;
using namespace rhea::test;
using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("drives without an id are named by their place", "[block][drive]") {
    BlockRig rig;
    const auto add = [&rig](Pairs pairs) {
        pairs.emplace_back("driver", "null-co");
        REQUIRE(rig.drive(pairs).empty());
        return rig.layer->backends().back()->name();
    };
    CHECK(add({}) == "ide0-hd0");
    CHECK(add({{"media", "cdrom"}}) == "ide0-cd1");
    CHECK(add({}) == "ide1-hd0");
    CHECK(add({{"index", "3"}, {"media", "cdrom"}}) == "ide1-cd1");
    CHECK(add({{"if", "floppy"}}) == "floppy0");
    CHECK(add({{"if", "virtio"}, {"media", "cdrom"}}) == "virtio0");
    CHECK(add({{"if", "none"}}) == "none0");
    CHECK(add({{"if", "none"}, {"index", "70"}}) == "none70");
    CHECK(add({{"if", "scsi"}, {"index", "8"}}) == "scsi1-hd1");
    DriveInfo* info = rig.layer->find_drive_at(DriveInterface::scsi, 1, 1);
    REQUIRE(info);
    CHECK(info->unclaimed_error() == "machine type does not support if=scsi,bus=1,unit=1");
}

TEST_CASE("wrong options of -drive get QEMU's errors", "[block][drive]") {
    struct Case {
        Pairs pairs;
        const char* error;
    };
    const Case cases[] = {
        {{{"file", "/nonexistent/x"}}, "Could not open '/nonexistent/x': No such file or directory"},
        {{{"if", "foo"}}, "unsupported bus type 'foo'"},
        {{{"media", "foo"}}, "'foo' invalid media"},
        {{{"id", "1x"}}, "Parameter 'id' expects an identifier"},
        {{{"driver", "null-co"}, {"unit", "7"}}, "unit 7 too big (max is 1)"},
        {{{"index", "1"}, {"unit", "0"}}, "index cannot be used with bus and unit"},
        {{{"index", "foo"}}, "Parameter 'index' expects a number"},
        {{{"cache", "foo"}}, "invalid cache option"},
        {{{"aio", "foo"}}, "invalid aio option"},
        {{{"driver", "null-co"}, {"aio", "native"}},
         "aio=native was specified, but it requires cache.direct=on, which was not specified."},
        {{{"driver", "null-co"}, {"discard", "foo"}}, "Invalid discard option"},
        {{{"detect-zeroes", "foo"}}, "invalid parameter value: foo"},
        {{{"werror", "foo"}}, "'foo' invalid write error action"},
        {{{"rerror", "enospc"}}, "'enospc' invalid read error action"},
        {{{"if", "floppy"}, {"werror", "stop"}}, "werror is not supported by this bus type"},
        {{{"driver", "null-co"}, {"serial", "abc"}}, "Block protocol 'null-co' doesn't support the option 'serial'"},
        {{{"driver", "raw"}, {"file.driver", "null-co"}, {"serial", "abc"}},
         "Block format 'raw' does not support the option 'serial'"},
        {{{"driver", "raw"}, {"file.driver", "null-co"}, {"file.foo", "1"}},
         "Block protocol 'null-co' doesn't support the option 'foo'"},
        {{{"driver", "raw"}}, "A block device must be specified for \"file\""},
        {{{"node-name", "x"}}, "Must specify either driver or file"},
        {{{"driver", "foo"}}, "Unknown driver 'foo'"},
        {{{"driver", "null-co"}, {"format", "raw"}}, "Cannot specify both 'driver' and 'format'"},
        {{{"driver", "file"}}, "The 'file' block driver requires a file name"},
        {{{"file", "x"}, {"format", "null-co"}}, "The only allowed filename for this driver is 'null-co://'"},
        {{{"file", "foo:bar"}}, "Unknown protocol 'foo'"},
        {{{"file", "a"}, {"file.filename", "b"}}, "Can't specify 'file' and 'filename' options at the same time"},
        {{{"driver", "null-co"}, {"size", "foo"}}, "Parameter 'size' expects a non-negative number below 2^64"},
        {{{"driver", "null-co"}, {"read-zeroes", "x"}}, "Parameter 'read-zeroes' expects 'on' or 'off'"},
        {{{"driver", "null-co"}, {"latency-ns", "-4"}}, "latency-ns is invalid"},
        {{{"driver", "null-co"}, {"force-share", "on"}}, "force-share=on can only be used with read-only images"},
        {{{"readonly", "on"}, {"read-only", "on"}}, "'read-only' and its alias 'readonly' can't be used at the same time"},
        {{{"driver", "raw"}, {"file.driver", "null-co"}, {"file.size", "1M"}, {"offset", "8M"}},
         "Offset (8388608) cannot be greater than size of the containing file (1048576)"},
        {{{"driver", "raw"}, {"file.driver", "null-co"}, {"file.size", "1M"}, {"size", "8M"}},
         "The sum of offset (0) and size (8388608) has to be smaller or equal to the  actual size of the containing file "
         "(1048576)"},
        {{{"driver", "raw"}, {"file.driver", "null-co"}, {"size", "511"}}, "Specified size is not multiple of 512"},
        {{{"throttling.bps-total", "100"}, {"throttling.bps-read", "10"}},
         "bps/iops/max total values and read/write values cannot be used at the same time"},
        {{{"throttling.bps-total", "-1"}}, "bps/iops/max values must be within [0, 1000000000000000]"},
        {{{"throttling.bps-total", "99999999999999999999"}},
         "Value '99999999999999999999' is too large for parameter 'throttling.bps-total'"},
        {{{"throttling.iops-read-max", "5"}}, "bps_max/iops_max require corresponding bps/iops values"},
        {{{"throttling.iops-read-max-length", "4"}}, "burst length set without burst rate"},
        {{{"throttling.iops-size", "5"}}, "iops size requires an iops value to be set"},
        {{{"driver", "raw"}, {"file.driver", "null-co"}, {"backing", "x"}}, "Driver doesn't support backing files"},
        {{{"file", "json:{"}}, "Could not parse the JSON options: JSON parse error, premature EOI"},
    };
    for (const Case& c : cases) {
        BlockRig rig;
        INFO(c.error);
        CHECK(rig.drive(c.pairs) == c.error);
        CHECK(rig.layer->backends().empty());
        CHECK(rig.layer->nodes().empty());
    }
}

TEST_CASE("two drives cannot have one place or one name", "[block][drive]") {
    BlockRig rig;
    REQUIRE(rig.run("blockdev-add", R"({"driver": "null-co", "node-name": "n"})") == "{}");
    REQUIRE(rig.drive({{"driver", "null-co"}, {"index", "0"}, {"id", "x"}}).empty());
    CHECK(rig.drive({{"driver", "null-co"}, {"index", "0"}}) == "drive with bus=0, unit=0 (index=0) exists");
    CHECK(rig.drive({{"driver", "null-co"}, {"bus", "0"}, {"unit", "0"}}) == "drive with bus=0, unit=0 (index=-1) exists");
    CHECK(rig.drive({{"driver", "null-co"}, {"id", "x"}}) == "Duplicate ID 'x' for drive");
    CHECK(rig.drive({{"driver", "null-co"}, {"id", "n"}}) == "Device name 'n' conflicts with an existing node name");
}

TEST_CASE("cache modes set three flags, and single flags go before them", "[block][drive]") {
    BlockRig rig;
    const auto cache = [&rig](Pairs pairs) {
        pairs.insert(pairs.end(), {{"driver", "raw"}, {"file.driver", "null-co"}, {"if", "none"}});
        REQUIRE(rig.drive(pairs).empty());
        const BlockBackend& backend = *rig.layer->backends().back();
        const BlockNodeSettings& node = backend.root()->child()->settings();  // children inherit them
        return std::string(backend.write_cache() ? "w" : "-") + (node.cache_direct ? "d" : "-") +
               (node.cache_no_flush ? "n" : "-");
    };
    CHECK(cache({}) == "w--");
    CHECK(cache({{"cache", "none"}}) == "wd-");
    CHECK(cache({{"cache", "writethrough"}}) == "---");
    CHECK(cache({{"cache", "unsafe"}}) == "w-n");
    CHECK(cache({{"cache", "directsync"}}) == "-d-");
    CHECK(cache({{"cache", "none"}, {"cache.direct", "off"}}) == "w--");
}

TEST_CASE("old names of limits mean the new ones, and a group shares its limits", "[block][drive]") {
    BlockRig rig;
    REQUIRE(rig.drive({{"if", "none"}, {"driver", "null-co"}, {"iops", "5"}, {"throttling.group", "g"}}).empty());
    REQUIRE(rig.drive({{"if", "none"}, {"driver", "null-co"}, {"iops", "7"}, {"throttling.group", "g"}}).empty());
    for (const auto& backend : rig.layer->backends()) {
        REQUIRE(backend->throttle());
        CHECK(backend->throttle()->name() == "g");
        CHECK(backend->throttle()->config().at(ThrottleBucket::iops).average == 7);
    }
}

TEST_CASE("a json: file name says all options", "[block][drive]") {
    BlockRig rig;
    REQUIRE(rig.drive({{"if", "none"},
                       {"id", "d"},
                       {"file", R"(json:{"driver": "raw", "size": 1024, "file": {"driver": "null-co", "size": "1M"}})"}})
                .empty());
    const BlockNode* node = rig.layer->find_backend("d")->root();
    CHECK(node->size() == 1024);
    CHECK(node->filename() == R"(json:{"driver": "raw", "size": 1024, "file": {"driver": "null-co", "size": "1M"}})");
}
