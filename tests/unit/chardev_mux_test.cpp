#include "chardev_rig.h"

using namespace rhea;
using namespace rhea::test;

namespace {

/// A user that remembers what it was told.
class Note final : public PeerUser {
public:
    void received(std::string_view bytes) override { input += bytes; }
    void disconnected() override { peer = nullptr; }
    void focus_changed(bool focused) override { focus += focused ? "+" : "-"; }
    void say(std::string_view text) {
        peer->output() += text;
        peer->schedule();
    }
    Peer* peer = nullptr;
    std::string input, focus;
};

class NoteTaker final : public CharFrontend {
public:
    PeerUser* connected(Peer& peer) override {
        user.peer = &peer;
        return &user;
    }
    void received_break() override { ++breaks; }
    Note user;
    int breaks = 0;
};

struct MuxRig : Rig {
    MuxRig() : mux(make("socket,id=m,path=@/s,server=on,wait=off,mux=on")) {
        mux.attach(&serial);
        mux.attach(&monitor);
        client = std::make_unique<Client>(Client::unix_socket(path("s")));
        until([&] { return monitor.user.peer != nullptr; });
    }
    void type(std::string_view keys) {
        client->send(keys);
        settle();
    }
    std::string seen() {
        settle();
        client->read();
        return std::exchange(client->received, {});
    }
    Chardev& mux;
    NoteTaker serial, monitor;
    std::unique_ptr<Client> client;
};

}  // namespace

TEST_CASE("several front ends write to one chardev, and the newest has the input", "[chardev][mux]") {
    MuxRig rig;
    CHECK(rig.mux.filename() == "mux");
    CHECK(rig.chardevs->find("m-base")->filename() == "unix:" + rig.path("s") + ",server=on");
    rig.serial.user.say("from the guest ");
    rig.monitor.user.say("from the monitor");
    CHECK(rig.seen() == "from the guest from the monitor");
    CHECK(rig.monitor.user.peer->focused());
    CHECK_FALSE(rig.serial.user.peer->focused());
    rig.type("info\n");
    CHECK(rig.monitor.user.input == "info\n");
    CHECK(rig.serial.user.input.empty());
}

TEST_CASE("Ctrl-A c moves the input on, and both sides hear of it", "[chardev][mux]") {
    MuxRig rig;
    rig.type("a\x01" "cb");
    CHECK(rig.monitor.user.input == "a");
    CHECK(rig.serial.user.input == "b");
    CHECK(rig.monitor.user.focus == "-");
    CHECK(rig.serial.user.focus == "+");
    rig.type("\x01");  // the escape may come apart from its key
    rig.type("c\x01\x01");
    CHECK(rig.monitor.user.input == "a\x01");
    CHECK(rig.monitor.user.focus == "-+");
}

TEST_CASE("Ctrl-A h helps, b breaks, and an unknown key does nothing", "[chardev][mux]") {
    MuxRig rig;
    rig.type("\x01h");
    CHECK(rig.seen() ==
          "\n\rC-a h    print this help\n\rC-a x    exit emulator\n\rC-a s    save disk data back to file (if -snapshot)\n\r"
          "C-a t    toggle console timestamps\n\rC-a b    send break (magic sysrq)\n\r"
          "C-a c    switch between console and monitor\n\rC-a C-a  sends C-a\n\r");
    rig.type("\x01z\x01" "b");
    CHECK(rig.monitor.breaks == 1);
    CHECK(rig.serial.breaks == 0);
    CHECK(rig.monitor.user.input.empty());
    rig.mux.send_break();
    rig.chardevs->find("m-base")->send_break();
    CHECK(rig.monitor.breaks == 3);
}

TEST_CASE("Ctrl-A t puts the time before each line", "[chardev][mux]") {
    MuxRig rig;
    rig.type("\x01t");
    rig.serial.user.say("one\ntwo");
    CHECK(rig.seen() == "one\n[00:00:00.000] two");
    rig.type("\x01t");
    rig.serial.user.say("\nthree");
    CHECK(rig.seen() == "\nthree");
}

TEST_CASE("Ctrl-A x asks the program to end", "[chardev][mux]") {
    MuxRig rig;
    rig.type("\x01x");
    CHECK(rig.seen() == "QEMU: Terminated\n\r");
    CHECK(rig.quits == 1);
}

TEST_CASE("a multiplexer takes four front ends, stays while there are fewer, and gives the focus on", "[chardev][mux]") {
    MuxRig rig;
    NoteTaker third, fourth;
    rig.mux.attach(&third);
    rig.settle();      // it hears of the stream, and of the focus from now on
    CHECK_FALSE(rig.mux.in_use());
    rig.until([&] { return third.user.peer != nullptr; });
    rig.mux.attach(&fourth);
    CHECK(rig.mux.in_use());
    CHECK(rig.chardevs->remove("m").error().description() == "Chardev 'm' is busy");
    CHECK(rig.chardevs->remove("m-base").error().description() == "Chardev 'm-base' is busy");
    CHECK(rig.error_of("mux,id=n,chardev=m-base") == "Device 'm-base' is in use");
    CHECK(rig.error_of("mux,id=n,chardev=nosuch") == "mux: base chardev nosuch not found");
    CHECK(rig.error_of("null,id=m-base") == "Chardev with id 'm-base' already exists");
    rig.mux.detach(fourth);
    CHECK_FALSE(rig.mux.in_use());
    rig.type("x");
    CHECK(third.user.input == "x");
    CHECK(third.user.focus == "-+");
}

TEST_CASE("a client that leaves a multiplexer leaves all of it, and the next is told to all", "[chardev][mux]") {
    MuxRig rig;
    rig.client->close();
    rig.until([&] { return !rig.serial.user.peer && !rig.monitor.user.peer; });
    rig.serial.user.peer = nullptr;
    *rig.client = Client::unix_socket(rig.path("s"));
    rig.until([&] { return rig.serial.user.peer && rig.monitor.user.peer; });
}

TEST_CASE("who holds the focus holds the input back", "[chardev][mux]") {
    MuxRig rig;
    rig.monitor.user.peer->set_reading(false);
    rig.type("wait");
    CHECK(rig.monitor.user.input.empty());
    rig.monitor.user.peer->set_reading(true);
    rig.settle();
    CHECK(rig.monitor.user.input == "wait");
}
