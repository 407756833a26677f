#include "chardev_rig.h"

using namespace rhea;
using namespace rhea::test;

TEST_CASE("chardevs are listed in the order in which QEMU lists them", "[chardev][registry]") {
    Rig rig;
    for (const char* id : {"compat_monitor0", "c570665", "c960437", "c656115"}) rig.make(std::string("null,id=") + id);
    std::vector<std::string> labels;
    for (const Chardev* chardev : rig.chardevs->all()) labels.push_back(chardev->label());
    CHECK(labels == std::vector<std::string>{"c960437", "c656115", "c570665", "compat_monitor0"});
}

TEST_CASE("labels are unique, and a chardev in use stays", "[chardev][registry]") {
    Rig rig;
    Chardev& chardev = rig.make("null,id=a");
    CHECK(rig.error_of("null,id=a") == "Chardev with id 'a' already exists");
    CHECK(rig.chardevs->add(std::make_unique<MemoryChardev>("a")).error().description() ==
          "Chardev with id 'a' already exists");
    CHECK(rig.chardevs->remove("b").error().description() == "Chardev 'b' not found");
    EchoServer server;
    chardev.attach(&server);
    CHECK(rig.chardevs->remove("a").error().description() == "Chardev 'a' is busy");
    chardev.attach(nullptr);
    CHECK(rig.chardevs->remove("a"));
    CHECK(rig.chardevs->find("a") == nullptr);
    CHECK(rig.chardevs->add(std::make_unique<MemoryChardev>("a")));
}

TEST_CASE("a kind that the schema has and this program has not is no driver", "[chardev][registry]") {
    Rig rig;
    ChardevOptions options;
    options.id = "a";
    options.backend.type = ChardevKind::braille;
    options.backend.u = Data<ChardevCommon>{};
    CHECK(rig.chardevs->create(options).error().description() == "'braille' is not a valid char driver name");
}

TEST_CASE("shutting down sends what there is, and calls nobody", "[chardev][registry]") {
    Rig rig;
    EchoServer server;
    rig.make("socket,id=a,path=@/s,server=on,wait=off").attach(&server);
    auto client = Client::unix_socket(rig.path("s"));
    rig.until_received(client, "hello|");
    server.users[0]->peer->output() += "last words";
    rig.chardevs->shut_down();
    rig.until_end(client);
    CHECK(client.received == "hello|last words");
    CHECK(server.users[0]->disconnects == 0);
    CHECK(rig.chardevs->all().empty());
}

TEST_CASE("a memory chardev plays a client without a loop", "[chardev][memory]") {
    MemoryChardev chardev("m");
    EchoServer server;
    MemoryPeer& early = chardev.connect();
    early.push("before\n");
    chardev.attach(&server);
    chardev.turn();
    CHECK(early.take_output() == "hello|<before>");

    MemoryPeer& client = chardev.connect();
    CHECK(client.take_output() == "hello|");
    client.push("on");
    client.push("e\n");
    CHECK(client.take_output() == "<one>");
    CHECK(client.take_output().empty());

    SECTION("what comes while nobody reads waits") {
        server.users[1]->peer->set_reading(false);
        client.push("two\n");
        CHECK(client.take_output().empty());
        server.users[1]->peer->set_reading(true);
        chardev.turn();
        CHECK(client.take_output() == "<two>");
    }
    SECTION("a slow reader leaves a backlog, and room for it drains it") {
        client.set_room(4);
        client.push("three\n");
        CHECK(client.take_output() == "<thr");
        CHECK(server.users[1]->peer->pending() == 3);
        CHECK(server.users[1]->drains == 0);
        client.set_room(100);
        CHECK(server.users[1]->drains == 1);
        CHECK(client.take_output() == "ee>");
    }
    SECTION("a client that goes is heard of at once, a server that closes hears of it with the turn") {
        client.disconnect();
        CHECK(server.users[1]->disconnects == 1);
        server.users[0]->peer->close();
        CHECK(early.closed());
        CHECK(server.users[0]->disconnects == 0);
        chardev.turn();
        CHECK(server.users[0]->disconnects == 1);
        CHECK(chardev.peers() == 0);
    }
    SECTION("a user may detach from inside its input") {
        server.users[1]->on_line = [&](const std::string&) { chardev.attach(nullptr); };
        client.push("x\n");
        CHECK(server.users[1]->disconnects == 0);
        CHECK(chardev.peers() == 0);
        chardev.turn();
    }
}
