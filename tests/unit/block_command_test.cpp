#include <catch2/catch.hpp>

#include "block_rig.h"

using namespace rhea;
using namespace rhea::test;
using Lines = std::vector<std::string>;

namespace {

constexpr const char* kDone = "{}";

/// A CD-ROM drive "cdq" on the -drive "cd0", whose medium is a node of 1 MiB.
struct CdRig : BlockRig {
    CdRig() {
        cd.id = "cdq";
        cd.removable = cd.tray = true;
        REQUIRE(drive({{"if", "none"}, {"id", "cd0"}, {"media", "cdrom"}, {"driver", "null-co"}, {"size", "1M"}}).empty());
        REQUIRE(layer->find_backend("cd0")->attach(cd, BlockUse{.writable = false, .resizable = false, .io_status = true}));
    }
    ~CdRig() override { layer->find_backend("cd0")->detach(); }
    FakeDrive cd;
};

std::string moved(bool open) {
    return std::string(R"(DEVICE_TRAY_MOVED {"device": "cd0", "tray-open": )") + (open ? "true" : "false") +
           R"(, "id": "cdq"})";
}

}  // namespace

TEST_CASE("query-block shows a drive as QEMU does", "[block][commands]") {
    BlockRig rig;
    Scratch scratch;
    const std::string path = scratch.image("r.img", 1 << 20);
    REQUIRE(rig.drive({{"if", "none"}, {"id", "dd"}, {"format", "raw"}, {"file", path}, {"node-name", "n"}}).empty());
    CHECK(
        rig.run("query-block") ==
        R"([{"device": "dd", "locked": false, "removable": true, "inserted": {"iops_rd": 0, "detect_zeroes": "off", "image": )"
        R"({"virtual-size": 1048576, "filename": ")" +
            path +
            R"(", "format": "raw", "actual-size": 0, "dirty-flag": false}, )"
            R"("iops_wr": 0, "ro": false, "node-name": "n", "backing_file_depth": 0, "drv": "raw", "iops": 0, "bps_wr": 0, )"
            R"("write_threshold": 0, "encrypted": false, "bps": 0, "bps_rd": 0, "cache": {"no-flush": false, "direct": false, )"
            R"("writeback": true}, "file": ")" +
            path + R"("}, "type": "unknown"}])");
    FakeDrive disk;
    REQUIRE(rig.layer->find_backend("dd")->attach(disk, BlockUse{.io_status = true}));
    const std::string attached = rig.run("query-block");
    CHECK_THAT(attached, Catch::StartsWith(R"([{"io-status": "ok", "device": "dd", "locked": false, "removable": false, )"));
    CHECK_THAT(attached, Catch::EndsWith(R"("qdev": "d", "type": "unknown"}])"));
    rig.layer->find_backend("dd")->detach();
}

TEST_CASE("query-named-block-nodes lists every node, the newest first", "[block][commands]") {
    BlockRig rig;
    REQUIRE(
        rig.run(
            "blockdev-add",
            R"({"driver": "raw", "node-name": "r", "file": {"driver": "null-co", "node-name": "n", "size": 4096, "read-zeroes": true}})") ==
        kDone);
    CHECK(
        rig.run("query-named-block-nodes", R"({"flat": true})") ==
        R"([{"iops_rd": 0, "detect_zeroes": "off", "image": {"virtual-size": 4096, "filename": "json:{\"driver\": \"raw\", \"file\": {\"read-zeroes\": true, \"driver\": \"null-co\", \"size\": 4096}}", "format": "raw", "actual-size": 0}, )"
        R"("iops_wr": 0, "ro": false, "node-name": "r", "backing_file_depth": 0, "drv": "raw", "iops": 0, "bps_wr": 0, "write_threshold": 0, "encrypted": false, "bps": 0, "bps_rd": 0, "cache": {"no-flush": false, "direct": false, "writeback": true}, )"
        R"("file": "json:{\"driver\": \"raw\", \"file\": {\"read-zeroes\": true, \"driver\": \"null-co\", \"size\": 4096}}"}, )"
        R"({"iops_rd": 0, "detect_zeroes": "off", "image": {"virtual-size": 4096, "filename": "json:{\"read-zeroes\": true, \"driver\": \"null-co\", \"size\": 4096}", "format": "null-co", "actual-size": 0}, )"
        R"("iops_wr": 0, "ro": false, "node-name": "n", "backing_file_depth": 0, "drv": "null-co", "iops": 0, "bps_wr": 0, "write_threshold": 0, "encrypted": false, "bps": 0, "bps_rd": 0, "cache": {"no-flush": false, "direct": false, "writeback": true}, )"
        R"("file": "json:{\"read-zeroes\": true, \"driver\": \"null-co\", \"size\": 4096}"}])");
}

TEST_CASE("nodes without a name are numbered, with two digits by chance", "[block][commands]") {
    BlockRig rig;
    REQUIRE(rig.drive({{"driver", "raw"}, {"file.driver", "null-co"}}).empty());
    const auto nodes = rig.layer->nodes();
    REQUIRE(nodes.size() == 2);
    CHECK_THAT(nodes[0]->name(), Catch::Matches("#block0[0-9]{2}"));
    CHECK_THAT(nodes[1]->name(), Catch::Matches("#block1[0-9]{2}"));
    CHECK(nodes[1]->driver_name() == "raw");
}

TEST_CASE("query-blockstats shows all counters of an untouched drive", "[block][commands]") {
    BlockRig rig;
    REQUIRE(rig.drive({{"if", "none"}, {"id", "sd0"}}).empty());
    CHECK(
        rig.run("query-blockstats") ==
        R"([{"device": "sd0", "stats": {"unmap_operations": 0, "unmap_merged": 0, "flush_total_time_ns": 0, "wr_highest_offset": 0, )"
        R"("wr_total_time_ns": 0, "failed_wr_operations": 0, "failed_rd_operations": 0, "wr_merged": 0, "wr_bytes": 0, "timed_stats": [], )"
        R"("failed_unmap_operations": 0, "failed_flush_operations": 0, "account_invalid": true, "rd_total_time_ns": 0, )"
        R"("invalid_unmap_operations": 0, "flush_operations": 0, "wr_operations": 0, "unmap_bytes": 0, "rd_merged": 0, "rd_bytes": 0, )"
        R"("unmap_total_time_ns": 0, "invalid_flush_operations": 0, "account_failed": true, "rd_operations": 0, )"
        R"("invalid_wr_operations": 0, "invalid_rd_operations": 0}}])");
}

TEST_CASE("query-blockstats tells what lies below a node, and what a file was asked to discard", "[block][commands]") {
    BlockRig rig;
    Scratch scratch;
    REQUIRE(rig.run("blockdev-add",
                    R"({"driver": "raw", "node-name": "r", "file": {"driver": "file", "node-name": "f", "filename": ")" +
                        scratch.image("a.img", 4096) + R"("}})") == kDone);
    const std::string stats = rig.run("query-blockstats", R"({"query-nodes": true})");
    CHECK_THAT(
        stats,
        Catch::Contains(
            R"("node-name": "f", "driver-specific": {"discard-bytes-ok": 0, "discard-nb-ok": 0, "driver": "file", "discard-nb-failed": 0}}, {"parent": {"stats")"));
    CHECK_THAT(stats, Catch::EndsWith(R"("node-name": "r"}])"));
}

TEST_CASE("blockdev-add and blockdev-del name what is wrong", "[block][commands]") {
    BlockRig rig;
    const auto add = [&rig](const char* args) { return rig.run("blockdev-add", args); };
    CHECK(add(R"({"driver": "null-co"})") == "'node-name' must be specified for the root node");
    CHECK(add(R"({"driver": "null-co", "node-name": "1a"})") == "Invalid node-name: '1a'");
    CHECK(add(R"({"driver": "null-co", "node-name": ""})") == "Invalid node-name: ''");
    CHECK(add(R"({"driver": "null-co", "node-name": "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"})") == "Node name too long");
    CHECK(add(R"({"driver": "raw", "node-name": "a", "file": "x"})") == "Cannot find device='x' nor node-name='x'");
    CHECK(add(R"({"driver": "raw", "node-name": "a"})") == "Parameter 'file' is missing");
    CHECK(add(R"({"driver": "raw", "node-name": "a", "file": 5})") ==
          "Invalid parameter type for 'file', expected: BlockdevRef");
    CHECK(add(R"({"driver": "null-co", "node-name": "a", "size": -1})") ==
          "Parameter 'size' expects a non-negative number below 2^64");
    CHECK(add(R"({"driver": "null-co", "node-name": "a", "detect-zeroes": "unmap"})") ==
          "setting detect-zeroes to unmap is not allowed without setting discard operation to unmap");
    CHECK(add(R"({"driver": "null-co", "node-name": "n0"})") == kDone);
    CHECK(add(R"({"driver": "null-co", "node-name": "n0"})") == "Duplicate nodes with node-name='n0'");
    CHECK(add(R"({"driver": "raw", "node-name": "r", "file": "n0"})") == kDone);
    CHECK(add(R"({"driver": "raw", "node-name": "r2", "file": {"driver": "null-co", "node-name": "in"}})") == kDone);
    REQUIRE(rig.drive({{"if", "none"}, {"id", "d0"}, {"driver", "null-co"}, {"node-name", "nn"}}).empty());
    REQUIRE(rig.drive({{"if", "none"}, {"id", "e"}}).empty());
    CHECK(add(R"({"driver": "null-co", "node-name": "d0"})") == "node-name=d0 is conflicting with a device id");
    CHECK(add(R"({"driver": "raw", "node-name": "x", "file": "e"})") == "Device 'e' has no medium");

    const auto del = [&rig](const char* node) {
        return rig.run("blockdev-del", std::string(R"({"node-name": ")") + node + "\"}");
    };
    CHECK(del("zz") == "Failed to find node with node-name='zz'");
    CHECK(del("n0") == "Block device n0 is in use");
    CHECK(del("nn") == "Node nn is in use");
    CHECK(del("in") == "Node in is not owned by the monitor");
    CHECK(del("r") == kDone);
    CHECK(del("n0") == kDone);
    CHECK(del("n0") == "Failed to find node with node-name='n0'");
}

TEST_CASE("eject opens the tray, says so, and takes the medium out", "[block][commands]") {
    CdRig rig;
    CHECK(rig.run("eject", R"({"device": "cd0"})") == kDone);
    CHECK(rig.lines == Lines{moved(true)});
    CHECK(
        rig.run("query-block") ==
        R"([{"io-status": "ok", "device": "cd0", "locked": false, "removable": true, "qdev": "cdq", "tray_open": true, "type": "unknown"}])");
    CHECK(rig.run("eject", R"({"device": "cd0"})") == kDone);
    CHECK(rig.lines.size() == 1);
    CHECK(rig.run("blockdev-close-tray", R"({"id": "cdq"})") == kDone);
    CHECK(rig.lines.back() == moved(false));
}

TEST_CASE("a locked tray is only asked to open, unless it is forced", "[block][commands]") {
    CdRig rig;
    rig.cd.locked = true;
    CHECK(rig.run("eject", R"({"device": "cd0"})") ==
          "Device 'cd0' is locked and force was not specified, wait for tray to open and try again");
    CHECK(rig.run("blockdev-open-tray", R"({"id": "cdq"})") == kDone);
    CHECK(rig.cd.eject_requests == 2);
    CHECK(rig.lines.empty());
    CHECK(rig.run("eject", R"({"id": "cdq", "force": true})") == kDone);
    CHECK(rig.lines == Lines{moved(true)});
    CHECK(!rig.cd.locked);
}

TEST_CASE("media go in and out only through an open tray", "[block][commands]") {
    CdRig rig;
    REQUIRE(rig.run("blockdev-add", R"({"driver": "null-co", "node-name": "n0", "read-only": true})") == kDone);
    REQUIRE(rig.run("blockdev-add", R"({"driver": "null-co", "node-name": "n1", "read-only": true})") == kDone);
    CHECK(rig.run("blockdev-remove-medium", R"({"id": "cdq"})") == "Tray of device 'cdq' is not open");
    CHECK(rig.run("blockdev-insert-medium", R"({"id": "cdq", "node-name": "n0"})") == "Tray of the device is not open");
    CHECK(rig.run("blockdev-open-tray", R"({"id": "cdq"})") == kDone);
    CHECK(rig.run("blockdev-insert-medium", R"({"id": "cdq", "node-name": "n0"})") ==
          "There already is a medium in the device");
    CHECK(rig.run("blockdev-remove-medium", R"({"id": "cdq"})") == kDone);
    CHECK(rig.run("blockdev-insert-medium", R"({"id": "cdq", "node-name": "zz"})") == "Node 'zz' not found");
    CHECK(rig.run("blockdev-insert-medium", R"({"id": "cdq", "node-name": "n0"})") == kDone);
    CHECK(rig.run("blockdev-insert-medium", R"({"id": "cdq", "node-name": "n0"})") == "Node 'n0' is already in use");
    CHECK(rig.run("blockdev-del", R"({"node-name": "n0"})") == "Node n0 is in use");
    CHECK(rig.layer->find_backend("cd0")->root()->name() == "n0");
}

TEST_CASE("blockdev-change-medium swaps the medium and moves the tray twice", "[block][commands]") {
    CdRig rig;
    Scratch scratch;
    const std::string path = scratch.image("cd2.iso", 131072);
    const std::string change = R"({"id": "cdq", "format": "raw", "filename": ")" + path + "\"";
    CHECK(rig.run("blockdev-change-medium", R"({"id": "cdq", "filename": "/nonexistent/x.iso"})") ==
          "Could not open '/nonexistent/x.iso': No such file or directory");
    CHECK(rig.run("blockdev-change-medium", R"({"id": "cdq", "filename": ")" + path + R"(", "format": "nofmt"})") ==
          "Unknown driver 'nofmt'");
    CHECK(rig.lines.empty());
    CHECK(rig.run("blockdev-change-medium", change + "}") == kDone);
    CHECK(rig.lines == Lines{moved(true), moved(false)});
    const BlockBackend* backend = rig.layer->find_backend("cd0");
    CHECK(backend->size() == 131072);
    CHECK(backend->read_only());  // as the one before
    CHECK(rig.run("blockdev-change-medium", change + R"(, "read-only-mode": "read-write"})") == kDone);
    CHECK(!backend->read_only());
}

TEST_CASE("a floppy drive has no tray to move, but notices its medium", "[block][commands]") {
    BlockRig rig;
    FakeDrive floppy;
    floppy.id = "flq";
    floppy.removable = true;
    REQUIRE(rig.drive({{"if", "none"}, {"id", "f0"}, {"driver", "null-co"}}).empty());
    REQUIRE(rig.layer->find_backend("f0")->attach(floppy, BlockUse{.write_optional = true, .resizable = false}));
    CHECK(rig.run("eject", R"({"device": "f0"})") == kDone);
    CHECK(floppy.changes == 1);
    CHECK(rig.run("blockdev-close-tray", R"({"id": "flq"})") == kDone);
    CHECK(rig.run("query-block") ==
          R"([{"device": "f0", "locked": false, "removable": true, "qdev": "flq", "type": "unknown"}])");
    CHECK(rig.lines.empty());
    rig.layer->find_backend("f0")->detach();
}

TEST_CASE("commands on drives say which drive is missing, fixed or no drive at all", "[block][commands]") {
    BlockRig rig;
    FakeDrive disk;
    REQUIRE(rig.drive({{"if", "none"}, {"id", "d0"}, {"driver", "null-co"}}).empty());
    REQUIRE(rig.layer->find_backend("d0")->attach(disk, {}));
    CHECK(rig.run("eject") == "Need exactly one of 'device' and 'id'");
    CHECK(rig.run("eject", R"({"device": "a", "id": "b"})") == "Need exactly one of 'device' and 'id'");
    CHECK(rig.run("eject", R"({"device": "d0"})") == "Device 'd0' is not removable");
    CHECK(rig.run("blockdev-close-tray", R"({"id": "d"})") == "Device 'd' is not removable");
    CHECK(rig.run("eject", R"({"id": "rng"})") == "Device does not have a block device backend");
    CHECK(rig.run("eject", R"({"id": "nope"})") == "Device 'nope' not found");
    CHECK(rig.run("blockdev-change-medium", R"({"device": "zz", "filename": "x"})") == "Device 'zz' not found");
    rig.layer->find_backend("d0")->detach();
}

TEST_CASE("block_resize changes the file, tells the device, and knows its limits", "[block][commands]") {
    BlockRig rig;
    Scratch scratch;
    const std::string path = scratch.image("r.img", 65536);
    FakeDrive disk;
    REQUIRE(rig.drive({{"if", "none"}, {"id", "dd"}, {"format", "raw"}, {"file", path}}).empty());
    BlockBackend* backend = rig.layer->find_backend("dd");
    CHECK(rig.run("block_resize", R"({"device": "dd", "size": 131072})") == kDone);
    CHECK(backend->size() == 131072);
    REQUIRE(backend->attach(disk, {}));
    CHECK(rig.run("block_resize", R"({"device": "dd", "size": 1000})") == kDone);
    CHECK(backend->size() == 1024);
    CHECK(disk.resizes == 1);
    CHECK(rig.run("block_resize", R"({"device": "dd", "size": -1})") == "Parameter 'size' expects a >0 size");
    CHECK(rig.run("block_resize", R"({"device": "dd", "size": 9223372036854775807})") ==
          "offset(9223372036854775807) exceeds maximum(9223372035781033984)");
    CHECK(rig.run("block_resize", R"({"size": 512})") == "Cannot find device='' nor node-name=''");
    backend->detach();

    REQUIRE(backend->attach(disk, BlockUse{.resizable = false}));
    CHECK_THAT(rig.run("block_resize", R"({"device": "dd", "size": 4096})"),
               Catch::Contains("permissions 'resize' are both required by an unnamed block device") &&
                   Catch::Contains("unshared by block device 'dd'"));
    backend->detach();

    REQUIRE(rig.run("blockdev-add", R"({"driver": "null-co", "node-name": "n0"})") == kDone);
    CHECK(rig.run("block_resize", R"({"node-name": "n0", "size": 512})") == "Image format driver does not support resize");
    REQUIRE(rig.drive({{"if", "none"}, {"id", "ro"}, {"readonly", "on"}, {"format", "raw"}, {"file", path}}).empty());
    CHECK(rig.run("block_resize", R"({"device": "ro", "size": 131072})") == "Image is read-only");
    REQUIRE(rig.drive({{"if", "none"}, {"id", "w"}, {"driver", "raw"}, {"size", "512"}, {"file.filename", path}}).empty());
    CHECK(rig.run("block_resize", R"({"device": "w", "size": 1024})") == "Cannot resize fixed-size raw disks");
}

TEST_CASE("limits set by command are shown and taken back", "[block][commands]") {
    BlockRig rig;
    REQUIRE(rig.drive({{"if", "none"}, {"id", "dd"}, {"driver", "null-co"}}).empty());
    REQUIRE(rig.drive({{"if", "none"}, {"id", "e"}}).empty());
    const std::string rest = R"("bps": 0, "bps_wr": 2000, "iops": 0, "iops_rd": 0, "iops_wr": 0)";
    CHECK(rig.run("block_set_io_throttle",
                  R"({"device": "dd", "bps_rd": 1000, "bps_rd_max": 3000, "group": "g1", )" + rest + "}") == kDone);
    const std::string shown = rig.run("query-block");
    for (const char* member : {R"("bps_rd": 1000)", R"("bps_wr": 2000)", R"("bps_rd_max": 3000)",
                               R"("bps_rd_max_length": 1)", R"("group": "g1")"})
        CHECK_THAT(shown, Catch::Contains(member));
    CHECK(rig.run("block_set_io_throttle", R"({"device": "dd", "bps_rd": -5, )" + rest + "}") ==
          "bps/iops/max values must be within [0, 1000000000000000]");
    CHECK(rig.run("block_set_io_throttle", R"({"device": "e", "bps_rd": 1, )" + rest + "}") == "Device has no medium");
    CHECK(rig.run("block_set_io_throttle", R"({"id": "zz", "bps_rd": 1, )" + rest + "}") == "Device 'zz' not found");
    CHECK(rig.run("block_set_io_throttle",
                  R"({"device": "dd", "bps": 0, "bps_rd": 0, "bps_wr": 0, "iops": 0, "iops_rd": 0, "iops_wr": 0})") ==
          kDone);
    CHECK(rig.run("query-block").find("group") == std::string::npos);
}
