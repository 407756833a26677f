#include <catch2/catch.hpp>

#include "block_rig.h"

using namespace rhea;
using namespace rhea::test;
using Lines = std::vector<std::string>;

namespace {

std::string add_file(const std::string& node, const std::string& path, const std::string& more = "") {
    return R"({"driver": "file", "node-name": ")" + node + R"(", "filename": ")" + path + "\"" + more + "}";
}

constexpr const char* kNothing = "{}";

}  // namespace

TEST_CASE("what was written to a raw file is in the file and can be read back", "[block][node]") {
    BlockRig rig;
    Scratch scratch;
    const std::string path = scratch.image("a.img", 1 << 20);
    REQUIRE(rig.drive({{"if", "none"}, {"id", "d0"}, {"file", path}, {"format", "raw"}}).empty());
    BlockBackend* backend = rig.layer->find_backend("d0");
    FakeDrive disk;
    REQUIRE(backend->attach(disk, {}));

    const std::vector<std::uint8_t> data(1536, 0xa5);
    std::vector<std::uint8_t> back(2048, 0xff);
    std::vector<int> results;
    backend->write(512, data, [&](const IoOutcome& io) { results.push_back(io.error); });
    CHECK(results.empty());  // never from inside the call
    rig.settle();
    backend->read(0, back, [&](const IoOutcome& io) { results.push_back(io.error); });
    rig.settle();
    CHECK(results == std::vector<int>{0, 0});
    CHECK(std::all_of(back.begin(), back.begin() + 512, [](int b) { return b == 0; }));
    CHECK(std::equal(data.begin(), data.end(), back.begin() + 512));
    CHECK(backend->root()->write_highest_offset() == 2048);
    backend->detach();
}

TEST_CASE("a request beyond the end fails with EIO, one without a medium with ENOMEDIUM", "[block][node]") {
    BlockRig rig;
    REQUIRE(rig.drive({{"if", "none"}, {"id", "d0"}, {"driver", "null-co"}, {"size", "1M"}}).empty());
    REQUIRE(rig.drive({{"if", "none"}, {"id", "e"}}).empty());
    std::vector<std::uint8_t> buffer(1024);
    std::vector<int> results;
    const auto note = [&](const IoOutcome& io) { results.push_back(io.error); };
    rig.layer->find_backend("d0")->read((1 << 20) - 512, buffer, note);
    rig.settle();
    rig.layer->find_backend("d0")->read(UINT64_MAX - 100, buffer, note);
    rig.settle();
    rig.layer->find_backend("e")->read(0, buffer, note);
    rig.settle();
    CHECK(results == std::vector<int>{EIO, EIO, ENOMEDIUM});
}

TEST_CASE("an image of odd size ends in a sector filled up with zeroes", "[block][node]") {
    BlockRig rig;
    Scratch scratch;
    REQUIRE(rig.drive({{"if", "none"}, {"id", "d0"}, {"format", "raw"}, {"file", scratch.file("odd", "abc")}}).empty());
    BlockBackend* backend = rig.layer->find_backend("d0");
    CHECK(backend->size() == 512);
    std::vector<std::uint8_t> buffer(512, 0xee);
    backend->read(0, buffer, [](const IoOutcome& io) { CHECK(io.ok()); });
    rig.settle();
    CHECK(std::string(buffer.begin(), buffer.begin() + 4) == std::string("abc\0", 4));
    CHECK(buffer.back() == 0);
}

TEST_CASE("requests that bypass the cache may have any alignment", "[block][node]") {
    BlockRig rig;
    char pattern[] = "./rhea-direct-XXXXXX";  // tmpfs has no O_DIRECT
    const int fd = ::mkstemp(pattern);
    REQUIRE(fd >= 0);
    REQUIRE(::ftruncate(fd, 65536) == 0);
    ::close(fd);
    const std::string opened =
        rig.drive({{"if", "none"}, {"id", "d0"}, {"format", "raw"}, {"file", pattern}, {"cache", "none"}});
    if (opened.find("O_DIRECT") == std::string::npos) {
        REQUIRE(opened.empty());
        BlockBackend* backend = rig.layer->find_backend("d0");
        FakeDrive disk;
        REQUIRE(backend->attach(disk, {}));
        const std::vector<std::uint8_t> first(5000, 1), second(700, 2);
        std::vector<std::uint8_t> back(6000);
        backend->write(100, first, [](const IoOutcome& io) { CHECK(io.error == 0); });
        rig.settle();
        backend->write(4000, second, [](const IoOutcome& io) { CHECK(io.error == 0); });
        rig.settle();
        backend->read(50, back, [](const IoOutcome& io) { CHECK(io.error == 0); });
        rig.settle();
        CHECK(back[49] == 0);
        CHECK(back[50] == 1);
        CHECK(back[3949] == 1);
        CHECK(back[3950] == 2);
        CHECK(back[4649] == 2);
        CHECK(back[4650] == 1);
        CHECK(back[5050] == 0);
        backend->detach();
    }
    ::unlink(pattern);
}

TEST_CASE("raw shows a window of its file", "[block][node]") {
    BlockRig rig;
    Scratch scratch;
    std::string content(4096, 'a');
    content[1024] = 'X';
    const std::string path = scratch.file("w.img", content);
    REQUIRE(
        rig.drive(
               {{"if", "none"}, {"id", "d0"}, {"driver", "raw"}, {"file.filename", path}, {"offset", "1k"}, {"size", "1k"}})
            .empty());
    BlockBackend* backend = rig.layer->find_backend("d0");
    CHECK(backend->size() == 1024);
    CHECK(backend->root()->filename() ==
          R"(json:{"offset": "1k", "driver": "raw", "size": "1k", "file": {"driver": "file", "filename": ")" + path +
              "\"}}");
    std::vector<std::uint8_t> buffer(512);
    backend->read(0, buffer, [](const IoOutcome& io) { CHECK(io.ok()); });
    rig.settle();
    CHECK(buffer[0] == 'X');
    CHECK(buffer[1] == 'a');
}

TEST_CASE("a second writer is refused by the lock on the file, a reader that shares nothing too", "[block][lock]") {
    BlockRig rig;
    Scratch scratch;
    const std::string path = scratch.image("a.img", 65536);
    REQUIRE(rig.drive({{"if", "none"}, {"id", "one"}, {"file", path}, {"format", "raw"}}).empty());
    REQUIRE(rig.drive({{"if", "none"}, {"id", "two"}, {"file", path}, {"format", "raw"}}).empty());
    FakeDrive first, second;
    REQUIRE(rig.layer->find_backend("one")->attach(first, {}));
    BlockBackend* two = rig.layer->find_backend("two");
    auto refused = two->attach(second, {});
    REQUIRE(!refused);
    CHECK(refused.error().description() == "Failed to get \"write\" lock");
    CHECK(refused.error().hint() == "Is another process using the image [" + path + "]?");
    refused = two->attach(second, BlockUse{.writable = false});
    REQUIRE(!refused);
    CHECK(refused.error().description() == "Failed to get shared \"write\" lock");

    rig.layer->find_backend("one")->detach();
    CHECK(two->attach(second, {}));  // the lock went with its user
    two->detach();
}

TEST_CASE("locking=off and share-rw let several writers in", "[block][lock]") {
    BlockRig rig;
    Scratch scratch;
    const std::string path = scratch.image("a.img", 65536);
    REQUIRE(rig.drive({{"if", "none"}, {"id", "one"}, {"file", path}, {"format", "raw"}}).empty());
    REQUIRE(rig.drive({{"if", "none"}, {"id", "two"}, {"file", path}, {"format", "raw"}, {"file.locking", "off"}}).empty());
    REQUIRE(rig.drive({{"if", "none"}, {"id", "three"}, {"file", path}, {"format", "raw"}}).empty());
    FakeDrive a, b, c;
    const BlockUse shared{.share_rw = true};
    CHECK(rig.layer->find_backend("one")->attach(a, shared));
    CHECK(rig.layer->find_backend("two")->attach(b, {}));
    CHECK(rig.layer->find_backend("three")->attach(c, shared));
    for (const char* name : {"one", "two", "three"}) rig.layer->find_backend(name)->detach();
}

TEST_CASE("two devices on one node conflict, with both named", "[block][node]") {
    BlockRig rig;
    REQUIRE(rig.run("blockdev-add", R"({"driver": "null-co", "node-name": "n"})") == kNothing);
    FakeDrive one, two;
    one.id = "one";
    two.id = "two";
    BlockBackend* first = *rig.layer->backend_for_property("ide-hd.drive", "n");
    REQUIRE(first->attach(one, {}));
    BlockBackend* second = *rig.layer->backend_for_property("ide-hd.drive", "n");
    const auto refused = second->attach(two, {});
    REQUIRE(!refused);
    CHECK(refused.error().description() ==
          "Permission conflict on node 'n': permissions 'write' are both required by block device 'one' (uses node 'n' as "
          "'root' "
          "child) and unshared by block device 'two' (uses node 'n' as 'root' child).");
    second->detach();
    first->detach();
    CHECK(rig.layer->backends().empty());
}

TEST_CASE("a file is opened for writing only while somebody writes, when it is auto-read-only", "[block][node]") {
    BlockRig rig;
    Scratch scratch;
    const std::string path = scratch.image("ro.img", 65536);
    rig.host.write_protected = path;
    CHECK(rig.run("blockdev-add", add_file("f", path)) == "Could not open '" + path + "': Permission denied");
    REQUIRE(rig.run("blockdev-add", add_file("f", path, R"(, "auto-read-only": true)")) == kNothing);
    FakeDrive disk;
    BlockBackend* backend = *rig.layer->backend_for_property("ide-hd.drive", "f");
    const auto refused = backend->attach(disk, {});
    REQUIRE(!refused);
    CHECK(refused.error().description() == "Could not open '" + path + "': Permission denied");
    CHECK(backend->attach(disk, BlockUse{.writable = false}));
    backend->detach();
}

TEST_CASE("opening a FIFO or a directory neither waits nor works", "[block][node]") {
    BlockRig rig;
    Scratch scratch;
    const std::string fifo = scratch.fifo("fifo");
    for (const char* read_only : {"true", "false"})
        CHECK(rig.run("blockdev-add", add_file("f", fifo, std::string(R"(, "read-only": )") + read_only)) ==
              "'file' driver requires '" + fifo + "' to be a regular file");
    CHECK(rig.run("blockdev-add", add_file("f", scratch.path())) ==
          "Could not open '" + scratch.path() + "': Is a directory");
    CHECK(rig.run("blockdev-add", add_file("f", "")) == "The 'file' block driver requires a file name");
    CHECK(rig.run("query-named-block-nodes") == "[]");
}

TEST_CASE("zeroes are detected and never reach the file, data does", "[block][node]") {
    BlockRig rig;
    Scratch scratch;
    const std::string path = scratch.file("z.img", std::string(1 << 20, 'x'));
    REQUIRE(rig.drive({{"if", "none"},
                       {"id", "d0"},
                       {"file", path},
                       {"format", "raw"},
                       {"discard", "unmap"},
                       {"detect-zeroes", "unmap"}})
                .empty());
    BlockBackend* backend = rig.layer->find_backend("d0");
    FakeDrive disk;
    REQUIRE(backend->attach(disk, {}));
    const auto before = backend->root()->allocated_size();
    const std::vector<std::uint8_t> zeroes(1 << 19, 0);
    std::vector<std::uint8_t> back(1 << 20, 0xff);
    backend->write(0, zeroes, [](const IoOutcome& io) { CHECK(io.ok()); });
    rig.settle();
    backend->read(0, back, [](const IoOutcome& io) { CHECK(io.ok()); });
    rig.settle();
    CHECK(back[0] == 0);
    CHECK(back[(1 << 19) - 1] == 0);
    CHECK(back[1 << 19] == 'x');
    CHECK(*backend->root()->allocated_size() < *before);
    backend->detach();
}

TEST_CASE("a raw image that was only guessed must not become another format", "[block][probe]") {
    BlockRig rig;
    Scratch scratch;
    const std::string path = scratch.image("guess.img", 65536);
    REQUIRE(rig.drive({{"if", "none"}, {"id", "d0"}, {"file", path}}).empty());
    CHECK(rig.host.warnings == "WARNING: Image format was not specified for '" + path +
                                   "' and probing guessed raw.\n"
                                   "         Automatically detecting the format is dangerous for raw images, write "
                                   "operations on block 0 will be restricted.\n"
                                   "         Specify the 'raw' format explicitly to remove the restrictions.\n");
    BlockBackend* backend = rig.layer->find_backend("d0");
    FakeDrive disk;
    REQUIRE(backend->attach(disk, {}));
    std::vector<std::uint8_t> header(512, 0);
    const std::string magic("QFI\xfb\0\0\0\x03", 8);
    std::copy(magic.begin(), magic.end(), header.begin());
    std::vector<int> results;
    const auto note = [&](const IoOutcome& io) { results.push_back(io.error); };
    backend->write(0, header, note);
    rig.settle();
    header[0] = 'x';
    backend->write(0, header, note);
    rig.settle();
    CHECK(results == std::vector<int>{EPERM, 0});
    backend->detach();
}

TEST_CASE("an image of a format that is not built in is refused by name", "[block][probe]") {
    BlockRig rig;
    Scratch scratch;
    const std::string path = scratch.file("q.qcow2", std::string("QFI\xfb\0\0\0\x03", 8) + std::string(504, '\0'));
    CHECK(rig.drive({{"file", path}}) ==
          "Could not open '" + path + "': image format 'qcow2' is not supported by this build");
    CHECK(rig.drive({{"file", path}, {"format", "qcow2"}}) == "Block driver 'qcow2' is not supported by this build");
    CHECK(rig.run("blockdev-add", R"({"driver": "qcow2", "node-name": "q", "file": "f"})") ==
          "Block driver 'qcow2' is not supported by this build");
}

TEST_CASE("nodes cannot be piled up without end", "[block][node]") {
    BlockRig rig;
    REQUIRE(rig.run("blockdev-add", R"({"driver": "null-co", "node-name": "n0"})") == kNothing);
    std::string last;
    for (int i = 1; i < 100 && last.empty(); ++i) {
        const std::string answer = rig.run("blockdev-add", R"({"driver": "raw", "node-name": "n)" + std::to_string(i) +
                                                               R"(", "file": "n)" + std::to_string(i - 1) + "\"}");
        if (answer != kNothing) last = answer;
    }
    CHECK(last == "Too many nested block nodes");
}
