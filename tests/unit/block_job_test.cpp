// Background jobs: their life cycle as clients see it, and what ends up in the copies.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "block_rig.h"
#include "machine/block/dirty_bitmap.h"
#include "machine/block/jobs/jobs.h"

using namespace rhea;
using namespace rhea::test;

namespace {

struct JobRig : BlockRig {
    Scratch scratch;

    void null_node(std::string_view name, std::uint64_t size = 1 << 20, std::string_view more = "") {
        REQUIRE(run("blockdev-add", fmt::format(R"({{"driver":"null-co","node-name":"{}","size":{},"read-zeroes":true{}}})", name, size, more)) == "{}");
    }
    void file_node(std::string_view name, const std::string& path) {
        REQUIRE(run("blockdev-add", fmt::format(R"({{"driver":"file","node-name":"{}","filename":"{}"}})", name, path)) == "{}");
    }
    /// A guest's disk on a node.
    BlockBackend& attach(FakeDrive& drive, std::string_view node, BlockUse use = {}) {
        auto backend = layer->backend_for_property("d.drive", node);
        REQUIRE(backend);
        REQUIRE((*backend)->attach(drive, use));
        return **backend;
    }
    int write(BlockBackend& backend, std::uint64_t offset, const std::string& bytes) {
        int error = -1;
        backend.write(offset, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, [&](const IoOutcome& io) { error = io.error; });
        backend.drain();
        return error;
    }
    std::string content(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    bool has_line(std::string_view text) {
        return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) { return line.find(text) != line.npos; });
    }
    /// Turns the loop until an event says this.
    void wait_for(std::string_view text) {
        while (!has_line(text) && uv_run(&loop, UV_RUN_ONCE) != 0) {}
        REQUIRE(has_line(text));
    }
    std::vector<std::string> statuses() {
        std::vector<std::string> all;
        for (const std::string& line : lines) {
            const auto at = line.find("\"status\": \"");
            if (line.starts_with("JOB_STATUS_CHANGE")) all.push_back(line.substr(at + 11, line.find('"', at + 11) - at - 11));
        }
        return all;
    }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a mirror of nodes that never wait is ready when the command answers", "[block][jobs]") {
    JobRig rig;
    rig.null_node("src");
    rig.null_node("dst");
    CHECK(rig.run("blockdev-mirror", R"({"job-id":"m","device":"src","target":"dst","sync":"full"})") == "{}");
    CHECK(rig.statuses() == Texts{"created", "running", "ready"});
    CHECK(rig.has_line(R"(BLOCK_JOB_READY {"device": "m", "len": 1048576, "offset": 1048576, "speed": 0, "type": "mirror"})"));
    CHECK(rig.run("blockdev-del", R"({"node-name":"src"})") == "Node 'src' is busy: block device is in use by block job: mirror");
    CHECK(rig.run("blockdev-del", R"({"node-name":"dst"})") == "Node dst is in use");
    CHECK(rig.run("block_resize", R"({"node-name":"src","size":512})") == "Device 'src' is in use");
    CHECK(rig.run("blockdev-mirror", R"({"job-id":"n","device":"src","target":"dst","sync":"full"})") == "Need a root block node");
    rig.lines.clear();
    CHECK(rig.run("job-complete", R"({"id":"m"})") == "{}");
    CHECK(rig.lines.empty());  // its end comes later
    rig.settle();
    CHECK(rig.statuses() == Texts{"waiting", "pending", "concluded", "null"});
    CHECK(rig.run("query-jobs") == "[]");
    CHECK(rig.run("blockdev-del", R"({"node-name":"src"})") == "{}");
}

TEST_CASE("a job that is ready stands still at a stop and is ended at the machine's end", "[block][jobs]") {
    JobRig rig;
    rig.null_node("src");
    rig.null_node("dst");
    rig.run("blockdev-mirror", R"({"job-id":"m","device":"src","target":"dst","sync":"none"})");
    rig.lines.clear();
    rig.host.stop();
    CHECK(rig.statuses() == Texts{"standby", "ready"});
    rig.lines.clear();
    rig.host.end();
    CHECK(rig.statuses() == Texts{"standby", "ready", "aborting", "concluded", "null"});
    CHECK(rig.has_line("BLOCK_JOB_CANCELLED"));
}

TEST_CASE("what a guest writes during a mirror is in the target, and the target takes the node's place", "[block][jobs]") {
    for (const char* mode : {"background", "write-blocking"}) {
        JobRig rig;
        const std::string from = rig.scratch.file("a.img", std::string(1 << 20, 'a')), to = rig.scratch.image("b.img", 1 << 20);
        rig.file_node("src", from);
        rig.file_node("dst", to);
        FakeDrive drive;
        BlockBackend& disk = rig.attach(drive, "src");
        CHECK(rig.run("blockdev-mirror", fmt::format(R"({{"job-id":"m","device":"src","target":"dst","sync":"full","copy-mode":"{}"}})", mode)) == "{}");
        CHECK(rig.write(disk, 4096, std::string(512, 'b')) == 0);
        rig.wait_for("BLOCK_JOB_READY");
        CHECK(rig.write(disk, 700000, std::string(1024, 'c')) == 0);
        CHECK(rig.run("block-job-complete", R"({"device":"m"})") == "{}");
        rig.wait_for("BLOCK_JOB_COMPLETED");
        CHECK(rig.content(from) == rig.content(to));
        CHECK(disk.root()->name() == "dst");
        CHECK(rig.write(disk, 0, std::string(512, 'd')) == 0);
        CHECK(rig.content(to).substr(0, 512) == std::string(512, 'd'));
        CHECK(rig.content(from)[0] == 'a');
        disk.detach();
    }
}

TEST_CASE("a mirror that is let go when it is ready leaves the disk where it was", "[block][jobs]") {
    JobRig rig;
    const std::string from = rig.scratch.file("a.img", std::string(1 << 20, 'a')), to = rig.scratch.image("b.img", 1 << 20);
    rig.file_node("src", from);
    rig.file_node("dst", to);
    FakeDrive drive;
    BlockBackend& disk = rig.attach(drive, "src");
    rig.run("blockdev-mirror", R"({"job-id":"m","device":"src","target":"dst","sync":"full"})");
    rig.wait_for("BLOCK_JOB_READY");
    CHECK(rig.write(disk, 0, std::string(512, 'z')) == 0);
    CHECK(rig.run("block-job-cancel", R"({"device":"m"})") == "{}");
    rig.wait_for("BLOCK_JOB_COMPLETED");
    CHECK(disk.root()->name() == "src");
    CHECK(rig.content(from) == rig.content(to));  // the same at one moment
    disk.detach();
}

TEST_CASE("a backup has the data as they were when it began", "[block][jobs]") {
    JobRig rig;
    std::string before(1 << 20, 'a');
    const std::string from = rig.scratch.file("a.img", before), to = rig.scratch.image("b.img", 1 << 20);
    rig.file_node("src", from);
    rig.file_node("dst", to);
    FakeDrive drive;
    BlockBackend& disk = rig.attach(drive, "src");
    // Slow enough that the writes come first.
    CHECK(rig.run("blockdev-backup", R"({"job-id":"b","device":"src","target":"dst","sync":"none"})") == "{}");
    CHECK(rig.write(disk, 65536 - 512, std::string(1024, 'x')) == 0);
    CHECK(rig.write(disk, 65536, std::string(512, 'y')) == 0);
    CHECK(rig.content(to).substr(0, 2 * 65536) == before.substr(0, 2 * 65536));
    CHECK(rig.content(to)[3 * 65536] == '\0');  // nobody asked for it
    CHECK(rig.run("job-cancel", R"({"id":"b"})") == "{}");
    CHECK(rig.has_line(R"(BLOCK_JOB_CANCELLED {"device": "b", "len": 1048576, "offset": 131072, "speed": 0, "type": "backup"})"));
    CHECK(disk.root()->name() == "src");
    rig.lines.clear();
    before = rig.content(from);
    CHECK(rig.run("blockdev-backup", R"({"job-id":"b","device":"src","target":"dst","sync":"full"})") == "{}");
    CHECK(rig.write(disk, 900000, std::string(512, 'w')) == 0);
    rig.wait_for("BLOCK_JOB_COMPLETED");
    CHECK(rig.content(to) == before);
    disk.detach();
}

TEST_CASE("a job waits for job-finalize and job-dismiss when it is told to", "[block][jobs]") {
    JobRig rig;
    rig.null_node("src");
    rig.null_node("dst");
    rig.run("blockdev-backup", R"({"job-id":"b","device":"src","target":"dst","sync":"full","auto-finalize":false,"auto-dismiss":false})");
    CHECK(rig.statuses() == Texts{"created", "running", "paused", "running", "waiting", "pending"});
    CHECK(rig.has_line("BLOCK_JOB_PENDING"));
    CHECK(rig.run("job-dismiss", R"({"id":"b"})") == "Job 'b' in state 'pending' cannot accept command verb 'dismiss'");
    CHECK(rig.run("job-finalize", R"({"id":"b"})") == "{}");
    CHECK(rig.run("blockdev-backup", R"({"job-id":"b","device":"src","target":"dst","sync":"full"})") == "Job ID 'b' already in use");
    CHECK(rig.run("job-dismiss", R"({"id":"b"})") == "{}");
    CHECK(rig.run("job-dismiss", R"({"id":"b"})") == "Job not found");
}

TEST_CASE("a paused job does nothing until it is resumed", "[block][jobs]") {
    JobRig rig;
    rig.file_node("src", rig.scratch.file("a.img", std::string(4 << 20, 'a')));
    rig.file_node("dst", rig.scratch.image("b.img", 4 << 20));
    rig.run("blockdev-mirror", R"({"job-id":"m","device":"src","target":"dst","sync":"full","speed":1})");
    CHECK(rig.run("job-resume", R"({"id":"m"})") == "Can't resume a job that was not paused");
    CHECK(rig.run("job-pause", R"({"id":"m"})") == "{}");
    CHECK(rig.run("job-pause", R"({"id":"m"})") == "Job is already paused");
    rig.layer->drain();
    CHECK(rig.statuses().back() == "paused");
    CHECK(rig.run("block-job-cancel", R"({"device":"m"})") == "The block job for device 'm' is currently paused");
    CHECK(rig.run("block-job-set-speed", R"({"device":"m","speed":-1})") == "Parameter 'speed' expects a non-negative value");
    CHECK(rig.run("block-job-set-speed", R"({"device":"m","speed":0})") == "{}");
    CHECK(rig.run("job-resume", R"({"id":"m"})") == "{}");
    rig.wait_for("BLOCK_JOB_READY");
    CHECK(rig.run("block-job-cancel", R"({"device":"m","force":true})") == "{}");
    rig.settle();
    CHECK(rig.has_line("BLOCK_JOB_CANCELLED"));
}

TEST_CASE("a failed read ends the job, is tried again, or holds it, as the policy says", "[block][jobs]") {
    const auto begin = [](JobRig& rig, std::string_view policy, bool once) {
        const std::string path = rig.scratch.file("a.img", std::string(1 << 20, 'a'));
        rig.null_node("dst");
        REQUIRE(rig.run("blockdev-add", fmt::format(
            R"({{"driver":"blkdebug","node-name":"bd","image":{{"driver":"file","filename":"{}"}},)"
            R"("inject-error":[{{"event":"none","iotype":"read","errno":5,"sector":5,"once":{}}}]}})", path, once)) == "{}");
        REQUIRE(rig.run("blockdev-mirror", fmt::format(
            R"({{"job-id":"m","device":"bd","target":"dst","sync":"full","on-source-error":"{}"}})", policy)) == "{}");
    };
    SECTION("report") {
        JobRig rig;
        begin(rig, "report", false);
        rig.wait_for(R"(BLOCK_JOB_COMPLETED {"device": "m", "len": 1048576, "offset": 0, "speed": 0, "type": "mirror", "error": "Input/output error"})");
        CHECK(rig.has_line(R"(BLOCK_JOB_ERROR {"device": "m", "operation": "read", "action": "report"})"));
    }
    SECTION("ignore") {
        JobRig rig;
        begin(rig, "ignore", true);
        rig.wait_for("BLOCK_JOB_READY");
        CHECK(rig.has_line(R"("action": "ignore")"));
    }
    SECTION("stop") {
        JobRig rig;
        begin(rig, "stop", true);
        rig.wait_for(R"("action": "stop")");
        CHECK(rig.run("query-block-jobs").find(R"("io-status": "failed")") != std::string::npos);
        CHECK(rig.statuses().back() == "paused");
        CHECK(rig.run("block-job-resume", R"({"device":"m"})") == "{}");
        rig.wait_for("BLOCK_JOB_READY");
    }
}

TEST_CASE("a new image is made by a job", "[block][jobs]") {
    JobRig rig;
    const std::string path = rig.scratch.file("new.img", "old content");
    CHECK(rig.run("blockdev-create", fmt::format(R"({{"job-id":"c","options":{{"driver":"file","filename":"{}","size":1048576}}}})", path)) == "{}");
    rig.wait_for("concluded");
    CHECK(rig.content(path) == std::string(1 << 20, '\0'));
    CHECK(rig.run("query-block-jobs") == "[]");
    CHECK(rig.run("query-jobs") == R"([{"current-progress": 1, "status": "concluded", "total-progress": 1, "type": "create", "id": "c"}])");
    CHECK(rig.run("blockdev-create", R"({"job-id":"d","options":{"driver":"file","filename":"/nonexistent/x","size":1}})") == "{}");
    CHECK(rig.run("query-jobs").find("Could not create '/nonexistent/x': No such file or directory") != std::string::npos);
    CHECK(rig.run("blockdev-create", R"({"job-id":"e","options":{"driver":"raw"}})") == "Driver does not support blockdev-create");
    CHECK(rig.run("job-dismiss", R"({"id":"c"})") == "{}");
}

TEST_CASE("drive-backup and drive-mirror make their target", "[block][jobs]") {
    JobRig rig;
    const std::string content(300000, 'q'), path = rig.scratch.file("a.img", content + std::string(1536, 'r'));
    const std::string copy = rig.scratch.path() + "/copy.img";
    rig.file_node("src", path);
    CHECK(rig.run("drive-backup", fmt::format(R"({{"device":"src","target":"{}","sync":"full","format":"nofmt","job-id":"b"}})", copy)) == "Unknown file format 'nofmt'");
    CHECK(rig.run("drive-backup", R"({"device":"src","target":"/nonexistent/x","sync":"full","format":"raw","job-id":"b"})") ==
          "Could not create '/nonexistent/x': No such file or directory");
    CHECK(rig.run("drive-backup", fmt::format(R"({{"device":"src","target":"{}","sync":"full","format":"raw","job-id":"b"}})", copy)) == "{}");
    rig.wait_for("BLOCK_JOB_COMPLETED");
    CHECK(rig.content(copy).substr(0, 301536) == rig.content(path));
    ::unlink(copy.c_str());
}

TEST_CASE("an incremental backup copies what was written since the last one", "[block][jobs][bitmap]") {
    JobRig rig;
    const std::string from = rig.scratch.file("a.img", std::string(1 << 20, 'a')), to = rig.scratch.image("b.img", 1 << 20);
    rig.file_node("src", from);
    rig.file_node("dst", to);
    FakeDrive drive;
    BlockBackend& disk = rig.attach(drive, "src");
    CHECK(rig.run("block-dirty-bitmap-add", R"({"node":"src","name":"b"})") == "{}");
    CHECK(rig.run("block-dirty-bitmap-add", R"({"node":"src","name":"b"})") == "Bitmap already exists: b");
    CHECK(rig.run("block-dirty-bitmap-add", R"({"node":"src","name":"c","granularity":1000})") == "Granularity must be power of 2 and at least 512");
    CHECK(rig.write(disk, 65536, std::string(512, 'x')) == 0);
    CHECK(rig.run("x-debug-block-dirty-bitmap-sha256", R"({"node":"src","name":"b"})") ==
          R"({"sha256": "d86e8112f3c4c4442126f8e9f44f16867da487f29052bf91b810457db34209a4"})");
    const std::string incremental = R"({"job-id":"i","device":"src","target":"dst","sync":"incremental","bitmap":"b","auto-finalize":false})";
    CHECK(rig.run("blockdev-backup", incremental) == "{}");
    rig.wait_for("BLOCK_JOB_PENDING");
    CHECK(rig.run("block-dirty-bitmap-clear", R"({"node":"src","name":"b"})") == "Bitmap 'b' is currently in use by another operation and cannot be used");
    CHECK(rig.write(disk, 131072, std::string(512, 'y')) == 0);  // after the job began
    CHECK(rig.run("job-finalize", R"({"id":"i"})") == "{}");
    CHECK(rig.has_line(R"("len": 65536, "offset": 65536)"));
    const std::string copied = rig.content(to);
    CHECK(copied.substr(65536, 513) == std::string(512, 'x') + "a");
    CHECK(copied[0] == '\0');
    CHECK(copied[131072] == '\0');
    // The write that came later is what the next one takes; an early end forgets nothing.
    rig.lines.clear();
    CHECK(rig.run("blockdev-backup", incremental) == "{}");
    rig.wait_for("BLOCK_JOB_PENDING");
    CHECK(rig.run("job-cancel", R"({"id":"i"})") == "{}");
    CHECK(rig.layer->find_node("src")->find_bitmap("b")->map().next(0)->offset == 131072);
    disk.detach();
}

TEST_CASE("a transaction does everything or nothing", "[block][transaction]") {
    JobRig rig;
    rig.null_node("n");
    rig.null_node("dst");
    rig.run("block-dirty-bitmap-add", R"({"node":"n","name":"b","disabled":true})");
    const auto bitmap = [&](std::string_view name) { return rig.layer->find_node("n")->find_bitmap(name); };
    REQUIRE(rig.layer->find_node("n")->write_zeroes(0, 65536, false) == 0);
    CHECK(rig.run("transaction", R"({"actions":[{"type":"block-dirty-bitmap-add","data":{"node":"n","name":"t"}},
        {"type":"block-dirty-bitmap-enable","data":{"node":"n","name":"b"}},
        {"type":"blockdev-backup","data":{"job-id":"j","device":"n","target":"dst","sync":"full"}},
        {"type":"block-dirty-bitmap-remove","data":{"node":"n","name":"b"}},
        {"type":"abort","data":{}}]})") == "Transaction aborted using Abort action");
    CHECK_FALSE(bitmap("t"));
    REQUIRE(bitmap("b"));
    CHECK_FALSE(bitmap("b")->enabled());
    CHECK(rig.run("query-jobs") == "[]");
    CHECK(rig.statuses() == Texts{"created", "aborting", "concluded", "null"});
    CHECK(rig.run("transaction", R"({"actions":[{"type":"block-dirty-bitmap-add","data":{"node":"n","name":"t"}},
        {"type":"block-dirty-bitmap-remove","data":{"node":"n","name":"b"}}]})") == "{}");
    CHECK(bitmap("t"));
    CHECK_FALSE(bitmap("b"));
}

TEST_CASE("jobs of a group end together, and fail together", "[block][transaction]") {
    JobRig rig;
    for (const char* name : {"n", "m", "dst", "d2"}) rig.null_node(name);
    const std::string both = R"({"actions":[{"type":"blockdev-backup","data":{"job-id":"g1","device":"n","target":"dst","sync":"full"}},
        {"type":"blockdev-backup","data":{"job-id":"g2","device":"m","target":"d2","sync":")";
    const std::string grouped = R"("}}],"properties":{"completion-mode":"grouped"}})";
    SECTION("both are done") {
        CHECK(rig.run("transaction", both + "full" + grouped) == "{}");
        CHECK(rig.statuses() == Texts{"created", "created", "running", "paused", "running", "paused", "running", "running", "waiting",
                                      "waiting", "pending", "pending", "concluded", "null", "concluded", "null"});
    }
    SECTION("one is cancelled") {
        CHECK(rig.run("transaction", both + "none" + grouped) == "{}");
        CHECK(rig.run("query-jobs").find("waiting") != std::string::npos);
        CHECK(rig.run("job-cancel", R"({"id":"g2"})") == "{}");
        CHECK(rig.run("query-jobs") == "[]");
        CHECK(std::count_if(rig.lines.begin(), rig.lines.end(), [](const std::string& l) { return l.starts_with("BLOCK_JOB_CANCELLED"); }) == 2);
    }
    SECTION("only jobs can be grouped") {
        CHECK(rig.run("transaction", R"({"actions":[{"type":"block-dirty-bitmap-add","data":{"node":"n","name":"t"}}],
            "properties":{"completion-mode":"grouped"}})") ==
              "Action 'block-dirty-bitmap-add' does not support Transaction property completion-mode = grouped");
    }
}
