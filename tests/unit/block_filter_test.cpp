#include <catch2/catch.hpp>

#include "block_rig.h"

using namespace rhea;
using namespace rhea::test;

namespace {

/// A rig with node "f" over an image file.
class FilterRig : public BlockRig {
public:
    FilterRig() : image(scratch.image("a.img", 1 << 20)) {
        CHECK(run("blockdev-add", R"({"driver": "file", "node-name": "f", "filename": ")" + image + R"("})") == "{}");
    }
    std::string add(const std::string& options) { return run("blockdev-add", options); }
    std::string reopen(const std::string& options) { return run("blockdev-reopen", R"({"options": [)" + options + "]}"); }
    int read(const std::string& node, std::uint64_t offset, std::size_t bytes) {
        std::vector<std::uint8_t> buffer(bytes);
        return layer->find_node(node)->pread(offset, buffer);
    }
    int write(const std::string& node, std::uint64_t offset, std::size_t bytes) {
        const std::vector<std::uint8_t> buffer(bytes, 0x5a);
        return layer->find_node(node)->pwrite(offset, buffer);
    }

    Scratch scratch;
    std::string image;
};

}  // namespace

TEST_CASE("blkdebug fails the requests that its rules name, once or always", "[block][blkdebug]") {
    FilterRig rig;
    REQUIRE(rig.add(R"({"driver": "blkdebug", "image": "f", "node-name": "d", "inject-error": [
        {"event": "none", "sector": 4, "once": true},
        {"event": "none", "iotype": "flush", "errno": 28},
        {"event": "none", "sector": 9, "iotype": "write", "errno": 28}]})") == "{}");
    CHECK(rig.read("d", 0, 512) == 0);
    CHECK(rig.read("d", 0, 4096) == EIO);
    CHECK(rig.read("d", 0, 4096) == 0);
    CHECK(rig.write("d", 4096, 4096) == ENOSPC);
    CHECK(rig.write("d", 8192, 4096) == 0);
    CHECK(rig.layer->find_node("d")->write_zeroes(4096, 4096, false) == 0);
    CHECK(rig.layer->find_node("d")->flush() == ENOSPC);
}

TEST_CASE("blkdebug's rules wait for an event in a state, and stay active until others take their place", "[block][blkdebug]") {
    FilterRig rig;
    REQUIRE(rig.add(R"({"driver": "raw", "node-name": "r", "file": {"driver": "blkdebug", "image": "f",
        "inject-error": [{"event": "read_aio", "state": 2}, {"event": "write_aio", "errno": 28}],
        "set-state": [{"event": "read_aio", "new_state": 2}, {"event": "write_aio", "state": 2, "new_state": 3}]}})") == "{}");
    CHECK(rig.read("r", 0, 512) == 0);
    CHECK(rig.read("r", 0, 512) == EIO);
    CHECK(rig.write("r", 0, 512) == ENOSPC);
    CHECK(rig.read("r", 0, 512) == ENOSPC);
}

TEST_CASE("a flush that blkdebug is to fail fails only when something was written", "[block][blkdebug]") {
    FilterRig rig;
    REQUIRE(rig.add(R"({"driver": "raw", "node-name": "r", "file": {"driver": "blkdebug", "image": "f",
        "inject-error": [{"event": "flush_to_disk", "once": true}]}})") == "{}");
    BlockNode* raw = rig.layer->find_node("r");
    CHECK(raw->flush() == 0);
    CHECK(rig.write("r", 0, 512) == 0);
    CHECK(raw->flush() == EIO);
    CHECK(raw->flush() == 0);
}

TEST_CASE("blkdebug reads rules from a file, whose name and the image's make a file name", "[block][blkdebug]") {
    FilterRig rig;
    const std::string config = rig.scratch.file("rules", "[inject-error]\nevent = \"read_aio\"\nsector = \"3\"\nerrno = \"28\"\nonce = \"on\"\n\n"
                                                         "[set-state]\nevent = \"write_aio\"\nnew_state = \"5\"\n");
    const std::string name = "blkdebug:" + config + ":" + rig.image;
    REQUIRE(rig.drive({{"file", name}, {"format", "raw"}, {"if", "none"}, {"id", "d"}}).empty());
    BlockNode* root = rig.layer->find_backend("d")->root();
    CHECK(root->filename() == name);
    std::vector<std::uint8_t> buffer(4096);
    CHECK(root->pread(0, buffer) == ENOSPC);
    CHECK(root->pread(0, buffer) == 0);
}

TEST_CASE("what is wrong with blkdebug's options is said as QEMU says it", "[block][blkdebug]") {
    FilterRig rig;
    const auto with = [&](const std::string& more) {
        return rig.add(R"({"driver": "blkdebug", "image": "f", "node-name": "x", )" + more + "}");
    };
    CHECK(with(R"("align": 3)") == "Cannot meet constraints with align 3");
    CHECK(with(R"("align": 1024, "max-transfer": 100)") == "Cannot meet constraints with max-transfer 100");
    CHECK(with(R"("align": 512, "opt-write-zero": 1024, "max-write-zero": 512)") == "Cannot meet constraints with max-write-zero 512");
    CHECK(with(R"("max-discard": -512)") == "Parameter 'max-discard' expects a non-negative number below 2^64");
    CHECK(with(R"("config": "/nonexistent")") == "Could not read blkdebug config file: No such file or directory");
    const auto config = [&](const std::string& text) { return with(R"("config": ")" + rig.scratch.file("c", text) + "\""); };
    CHECK(config("[inject-error]\nerrno = \"5\"\n") == "Missing event name for rule");
    CHECK(config("[bogus]\nevent = \"read_aio\"\n") == "There is no option group 'bogus'");
    CHECK(config("[inject-error]\nevent = \"read_aio\"\nfoo = \"bar\"\n") == "Invalid parameter 'foo'");
    CHECK(config("[inject-error]\nevent = \"read_aio\"\nerrno = \"xx\"\n") == "Parameter 'errno' expects a number");
    CHECK(config("[inject-error]\nevent = \"read_aio\"\niotype = \"xx\"\n") == "invalid parameter value: xx");
    CHECK(config("event = \"read_aio\"\n") == "no group defined");
    const auto drive = [&](const std::string& key, const std::string& value) {
        return rig.drive({{"driver", "raw"}, {"file.driver", "blkdebug"}, {"file.image.filename", rig.image}, {"if", "none"}, {"id", "x"}, {key, value}});
    };
    CHECK(drive("file.inject-error.0.event", "bogus") == "invalid parameter value: bogus");
    CHECK(drive("file.inject-error.0.errno", "5") == "Missing event name for rule");
    CHECK(drive("file.foo", "1") == "Block protocol 'blkdebug' doesn't support the option 'foo'");
    CHECK(rig.drive({{"driver", "raw"}, {"file.driver", "blkdebug"}, {"if", "none"}, {"id", "x"}}) ==
          "A block device must be specified for \"image\"");
    CHECK(rig.drive({{"file", "blkdebug:" + rig.image}, {"format", "raw"}, {"if", "none"}, {"id", "x"}}) ==
          "blkdebug requires both config file and image path");
}

TEST_CASE("a throttle node needs a group, and its requests wait by the group's limits", "[block][throttle]") {
    FilterRig rig;
    CHECK(rig.add(R"({"driver": "throttle", "file": "f", "node-name": "t", "throttle-group": "g"})") ==
          "Throttle group 'g' does not exist");
    auto group = rig.layer->throttle_group("g");
    ThrottleConfig limits;
    limits.at(ThrottleBucket::iops).average = 10;
    group->set(limits);
    REQUIRE(rig.add(R"({"driver": "throttle", "file": "f", "node-name": "t", "throttle-group": "g"})") == "{}");
    CHECK(group.use_count() == 2);
    BlockNode* node = rig.layer->find_node("t");
    CHECK(node->delay_ns(IoKind::read, 512, 1) == 0);
    CHECK(node->delay_ns(IoKind::flush, 0, 1) == 0);
    std::uint64_t waits = 0;
    for (int i = 0; i < 3; ++i) waits = node->delay_ns(IoKind::write, 512, 1);
    CHECK(waits > 100'000'000);  // three beyond the first at ten a second
}

TEST_CASE("queries show what lies below a filter, unless they are to be flat", "[block][query]") {
    FilterRig rig;
    REQUIRE(rig.add(R"({"driver": "copy-on-read", "file": "f", "node-name": "c"})") == "{}");
    CHECK(rig.add(R"({"driver": "copy-on-read", "file": "f", "node-name": "d", "bottom": "c"})") == "Bottom node 'c' is a filter");
    CHECK(rig.add(R"({"driver": "compress", "file": "f", "node-name": "d"})") ==
          "Compression is not supported for underlying format: file");
    const std::string all = rig.run("query-named-block-nodes"), flat = rig.run("query-named-block-nodes", R"({"flat": true})");
    CHECK(all.find(R"("backing-image": {"virtual-size": 1048576, "filename": ")" + rig.image) != std::string::npos);
    CHECK(all.find(R"("node-name": "c", "backing_file_depth": 1)") != std::string::npos);
    CHECK(flat.find("backing-image") == std::string::npos);
    CHECK(flat.find(R"("node-name": "c", "backing_file_depth": 0)") != std::string::npos);
}

TEST_CASE("blockdev-reopen changes what a driver can change, all nodes or none", "[block][reopen]") {
    FilterRig rig;
    const std::string other = rig.scratch.image("b.img", 1 << 16);
    REQUIRE(rig.add(R"({"driver": "file", "node-name": "g", "filename": ")" + other + R"("})") == "{}");
    REQUIRE(rig.add(R"({"driver": "raw", "file": "f", "node-name": "r"})") == "{}");
    auto one = rig.layer->throttle_group("one"), two = rig.layer->throttle_group("two");
    REQUIRE(rig.add(R"({"driver": "throttle", "file": "r", "node-name": "t", "throttle-group": "one"})") == "{}");
    CHECK(rig.reopen(R"({"driver": "throttle", "file": "r", "node-name": "t", "throttle-group": "two"})") == "{}");
    CHECK(one.use_count() == 1);
    CHECK(two.use_count() == 2);
    CHECK(rig.reopen(R"({"driver": "throttle", "file": "g", "node-name": "t", "throttle-group": "two"})") == "{}");
    CHECK(rig.layer->find_node("t")->size() == 1 << 16);
    CHECK(rig.reopen(R"({"driver": "raw", "file": "f", "node-name": "r", "size": 512})") == "{}");
    CHECK(rig.layer->find_node("r")->size() == 512);
    CHECK(rig.reopen(R"({"driver": "raw", "file": "f", "node-name": "r", "size": 511})") == "Specified size is not multiple of 512");
    CHECK(rig.reopen(R"({"driver": "raw", "file": "f", "node-name": "r"},
                        {"driver": "file", "filename": "nope", "node-name": "f"})") == "Cannot change the option 'filename'");
    CHECK(rig.layer->find_node("r")->size() == 512);
    CHECK(rig.reopen(R"({"driver": "raw", "file": "f", "node-name": "r", "read-only": true})") == "{}");
    CHECK(rig.layer->find_node("r")->read_only());
}

TEST_CASE("blockdev-reopen's errors are QEMU's", "[block][reopen]") {
    FilterRig rig;
    REQUIRE(rig.add(R"({"driver": "raw", "file": "f", "node-name": "r"})") == "{}");
    REQUIRE(rig.add(R"({"driver": "copy-on-read", "file": "r", "node-name": "c"})") == "{}");
    REQUIRE(rig.add(R"({"driver": "blkdebug", "image": "r", "node-name": "d"})") == "{}");
    auto group = rig.layer->throttle_group("g");
    REQUIRE(rig.add(R"({"driver": "throttle", "file": "r", "node-name": "t", "throttle-group": "g"})") == "{}");
    CHECK(rig.reopen(R"({"driver": "raw", "file": "f"})") == "node-name not specified");
    CHECK(rig.reopen(R"({"driver": "raw", "file": "f", "node-name": "nope"})") == "Failed to find node with node-name='nope'");
    CHECK(rig.reopen(R"({"driver": "copy-on-read", "file": "r", "node-name": "c"})") ==
          "Block format 'copy-on-read' used by node 'c' does not support reopening files");
    CHECK(rig.reopen(R"({"driver": "raw", "file": "r", "node-name": "t"})") ==
          "Option 'throttle-group' cannot be reset to its default value");
    CHECK(rig.reopen(R"({"driver": "raw", "file": "t", "node-name": "r"})") ==
          "Making 't' a file child of 'r' would create a cycle");
    CHECK(rig.reopen(R"({"driver": "raw", "file": "nope", "node-name": "r"})") == "Cannot find device='' nor node-name='nope'");
    CHECK(rig.reopen(R"({"driver": "blkdebug", "image": "f", "node-name": "d"})") == "Cannot change the option 'image'");
    CHECK(rig.reopen(R"({"driver": "blkdebug", "image": "r", "node-name": "d", "align": 512})") == "Cannot change the option 'align'");
    CHECK(rig.reopen(R"({"driver": "file", "filename": "x", "node-name": "r"})") == "Cannot change the option 'driver'");
    CHECK(rig.reopen(R"({"driver": "raw", "file": "f", "node-name": "r", "read-only": true})") ==
          "Read-only block node 'r' cannot support read-write users");
}
