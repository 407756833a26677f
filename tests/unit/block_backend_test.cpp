#include <catch2/catch.hpp>

#include "block_rig.h"

using namespace rhea;
using namespace rhea::test;
using Lines = std::vector<std::string>;

namespace {

IoOutcome failed(IoKind kind, int error) {
    IoOutcome io;
    io.kind = kind;
    io.error = error;
    io.bytes = 512;
    io.started_ns = static_cast<std::int64_t>(uv_hrtime());
    return io;
}

BlockBackend* null_disk(BlockRig& rig, const std::string& id) {
    REQUIRE(rig.drive({{"if", "none"}, {"id", id}, {"driver", "null-co"}, {"node-name", "node-" + id}}).empty());
    return rig.layer->find_backend(id);
}

}  // namespace

TEST_CASE("by default failed reads are reported, and of failed writes only a full disk stops the machine",
          "[block][policy]") {
    BlockRig rig;
    BlockBackend* backend = null_disk(rig, "d0");
    FakeDrive disk;
    REQUIRE(backend->attach(disk, BlockUse{.io_status = true}));
    CHECK(backend->handle_error(failed(IoKind::read, EIO)) == BlockErrorAction::report);
    CHECK(backend->handle_error(failed(IoKind::write, EIO)) == BlockErrorAction::report);
    CHECK(rig.host.stops == 0);
    CHECK(backend->io_status() == BlockDeviceIoStatus::ok);
    CHECK(backend->handle_error(failed(IoKind::write, ENOSPC)) == BlockErrorAction::stop);
    CHECK(rig.host.stops == 1);
    CHECK(backend->io_status() == BlockDeviceIoStatus::nospace);
    CHECK(
        rig.lines ==
        Lines{
            R"(BLOCK_IO_ERROR {"device": "d0", "nospace": false, "node-name": "node-d0", "reason": "Input/output error", "operation": "read", "action": "report"})",
            R"(BLOCK_IO_ERROR {"device": "d0", "nospace": false, "node-name": "node-d0", "reason": "Input/output error", "operation": "write", "action": "report"})",
            R"(BLOCK_IO_ERROR {"device": "d0", "nospace": true, "node-name": "node-d0", "reason": "No space left on device", "operation": "write", "action": "stop"})"});
    rig.host.cont();
    CHECK(backend->io_status() == BlockDeviceIoStatus::ok);
    CHECK(disk.retries == 1);
    backend->detach();
}

TEST_CASE("nospace and io-status are left out when no policy can stop the machine", "[block][policy]") {
    BlockRig rig;
    BlockBackend* backend = null_disk(rig, "d0");
    FakeDrive disk;
    REQUIRE(backend->attach(disk, BlockUse{.io_status = true, .werror = BlockdevOnError::ignore}));
    CHECK(backend->handle_error(failed(IoKind::write, ENOSPC)) == BlockErrorAction::ignore);
    CHECK(
        rig.lines ==
        Lines{
            R"(BLOCK_IO_ERROR {"device": "d0", "node-name": "node-d0", "reason": "No space left on device", "operation": "write", "action": "ignore"})"});
    CHECK(rig.run("query-block").find("io-status") == std::string::npos);
    backend->detach();
}

TEST_CASE("cont keeps the io-status of an anonymous backend", "[block][policy]") {
    BlockRig rig;
    REQUIRE(rig.run("blockdev-add", R"({"driver": "null-co", "node-name": "n"})") == "{}");
    FakeDrive disk;
    BlockBackend* backend = *rig.layer->backend_for_property("ide-hd.drive", "n");
    REQUIRE(backend->attach(disk, BlockUse{.io_status = true, .rerror = BlockdevOnError::stop}));
    backend->handle_error(failed(IoKind::read, EIO));
    rig.host.cont();
    CHECK(backend->io_status() == BlockDeviceIoStatus::failed);
    CHECK(disk.retries == 1);
    backend->detach();
}

TEST_CASE("a device's policy goes before that of -drive", "[block][policy]") {
    BlockRig rig;
    REQUIRE(
        rig.drive({{"if", "none"}, {"id", "d0"}, {"driver", "null-co"}, {"werror", "ignore"}, {"rerror", "stop"}}).empty());
    BlockBackend* backend = rig.layer->find_backend("d0");
    FakeDrive disk;
    REQUIRE(backend->attach(disk, BlockUse{.rerror = BlockdevOnError::report}));
    CHECK(backend->handle_error(failed(IoKind::read, EIO)) == BlockErrorAction::report);
    CHECK(backend->handle_error(failed(IoKind::write, EIO)) == BlockErrorAction::ignore);
    backend->detach();
}

TEST_CASE("what becomes of a failed request decides how it is counted", "[block][stats]") {
    BlockRig rig;
    BlockBackend* backend = null_disk(rig, "d0");
    FakeDrive disk;
    REQUIRE(backend->attach(disk, BlockUse{.rerror = BlockdevOnError::stop, .werror = BlockdevOnError::ignore}));
    backend->handle_error(failed(IoKind::read, EIO));
    CHECK(backend->stats().counter(IoKind::read).failed == 0);  // it will be tried again
    backend->handle_error(failed(IoKind::write, EIO));
    CHECK(backend->stats().counter(IoKind::write).operations == 1);
    CHECK(backend->stats().counter(IoKind::write).bytes == 512);
    backend->handle_error(failed(IoKind::flush, EIO));
    CHECK(backend->stats().counter(IoKind::flush).operations == 1);
    backend->stats().invalid(IoKind::read);
    CHECK(backend->stats().counter(IoKind::read).invalid == 1);
    backend->detach();
}

TEST_CASE("finished requests are counted, with their time", "[block][stats]") {
    BlockRig rig;
    BlockBackend* backend = null_disk(rig, "d0");
    FakeDrive disk;
    REQUIRE(backend->attach(disk, {}));
    std::vector<std::uint8_t> buffer(4096);
    const auto ignore = [](const IoOutcome&) {};
    CHECK(rig.run("query-blockstats").find("idle_time_ns") == std::string::npos);
    backend->read(0, buffer, ignore);
    backend->read(512, buffer, ignore);
    backend->write(1024, buffer, ignore);
    backend->flush(ignore);
    backend->discard(0, 65536, ignore);
    CHECK(backend->in_flight() == 5);
    rig.settle();
    CHECK(backend->in_flight() == 0);
    const std::string stats = rig.run("query-blockstats");
    for (const char* member :
         {R"("rd_bytes": 8192)", R"("rd_operations": 2)", R"("wr_bytes": 4096)", R"("wr_operations": 1)",
          R"("flush_operations": 1)", R"("unmap_bytes": 65536)", R"("wr_highest_offset": 5120)", "idle_time_ns"})
        CHECK_THAT(stats, Catch::Contains(member));
    backend->detach();
}

TEST_CASE("drain returns when every completion has run, those of follow-up requests too", "[block][backend]") {
    BlockRig rig;
    BlockBackend* backend = null_disk(rig, "d0");
    std::vector<std::uint8_t> buffer(512);
    int left = 5;
    IoCompletion again = [&](const IoOutcome& io) {
        CHECK(io.ok());
        if (--left) backend->read(0, buffer, again);
    };
    backend->read(0, buffer, again);
    backend->drain();
    CHECK(left == 0);
    CHECK(backend->in_flight() == 0);
    rig.settle();
    CHECK(left == 0);  // nothing comes twice
}

TEST_CASE("drain does not wait for the latency of null-co", "[block][backend]") {
    BlockRig rig;
    REQUIRE(rig.drive({{"if", "none"}, {"id", "d0"}, {"driver", "null-co"}, {"latency-ns", "3600000000000"}}).empty());
    BlockBackend* backend = rig.layer->find_backend("d0");
    std::vector<std::uint8_t> buffer(512);
    bool done = false;
    backend->read(0, buffer, [&](const IoOutcome& io) { done = io.ok(); });
    backend->drain();
    CHECK(done);
}

TEST_CASE("an anonymous backend goes with its device, a named one stays", "[block][backend]") {
    BlockRig rig;
    null_disk(rig, "d0");
    FakeDrive cd, disk;
    cd.removable = cd.tray = true;
    BlockBackend& empty = rig.layer->make_empty_backend();
    REQUIRE(empty.attach(cd, BlockUse{.writable = false, .resizable = false}));
    REQUIRE(rig.layer->find_backend("d0")->attach(disk, {}));
    const auto busy = rig.layer->backend_for_property("ide-hd.drive", "d0");
    REQUIRE(!busy);
    CHECK(busy.error().description() == "Drive 'd0' is already in use by another device");
    CHECK(rig.layer->backend_for_property("ide-hd.drive", "zz").error().description() ==
          "Property 'ide-hd.drive' can't find value 'zz'");
    empty.detach();
    rig.layer->find_backend("d0")->detach();
    REQUIRE(rig.layer->backends().size() == 1);
    CHECK(rig.layer->backends()[0]->name() == "d0");
}

TEST_CASE("a read-only medium refuses a device that writes, not one that can do without", "[block][backend]") {
    BlockRig rig;
    REQUIRE(rig.drive({{"if", "none"}, {"id", "d0"}, {"driver", "null-co"}, {"read-only", "on"}}).empty());
    BlockBackend* backend = rig.layer->find_backend("d0");
    FakeDrive device;
    const auto refused = backend->attach(device, {});
    REQUIRE(!refused);
    CHECK(refused.error().description() == "Block node is read-only");
    CHECK(backend->device() == nullptr);
    CHECK(backend->attach(device, BlockUse{.write_optional = true}));
    backend->detach();
}

TEST_CASE("requests wait once the limit of their drive is used up", "[block][throttle]") {
    ThrottleGroup group("g");
    ThrottleConfig config;
    config.at(ThrottleBucket::iops).average = 10;
    group.set(config);
    CHECK(group.delay_ns(false, 512, 1'000'000'000) == 0);
    CHECK(group.delay_ns(true, 512, 1'000'000'000) == 0);
    CHECK(group.delay_ns(false, 512, 1'000'000'000) == 100'000'000);
    CHECK(group.delay_ns(false, 512, 1'000'000'000) == 200'000'000);
    CHECK(group.delay_ns(false, 512, 3'000'000'000) == 0);  // leaked out

    ThrottleConfig writes;
    writes.at(ThrottleBucket::bps_wr).average = 1000;
    group.set(writes);
    CHECK(group.delay_ns(true, 1100, 5'000'000'000) == 0);
    CHECK(group.delay_ns(false, 100000, 5'000'000'000) == 0);
    CHECK(group.delay_ns(true, 1, 5'000'000'000) == 1'000'000'000);
}

TEST_CASE("what is read at once is not counted", "[block][stats]") {
    BlockRig rig;
    BlockBackend* backend = null_disk(rig, "d0");
    std::vector<std::uint8_t> buffer(512, 1);
    CHECK(backend->read_now(0, buffer) == 0);
    CHECK(buffer[0] == 0);
    CHECK(backend->write_now(0, buffer) == 0);
    CHECK(backend->read_now(std::uint64_t{1} << 40, buffer) == EIO);
    CHECK(backend->stats().counter(IoKind::read).operations == 0);
    CHECK(!backend->stats().idle_ns());
    CHECK(rig.layer->make_empty_backend().read_now(0, buffer) == ENOMEDIUM);
}
