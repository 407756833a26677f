#include <fmt/format.h>

#include <thread>

#include "chardev_rig.h"

using namespace rhea;
using namespace rhea::test;

TEST_CASE("a unix server greets a client, answers it, and says who is connected", "[chardev][socket]") {
    Rig rig;
    Chardev& chardev = rig.make("socket,id=a,path=@/s,server=on,wait=off");
    EchoServer server;
    CHECK_FALSE(chardev.in_use());
    chardev.attach(&server);
    CHECK(chardev.in_use());
    CHECK(chardev.filename() == "disconnected:unix:" + rig.path("s") + ",server=on");

    auto client = Client::unix_socket(rig.path("s"));
    rig.until_received(client, "hello|");
    client.send("one\ntwo\n");
    rig.until_received(client, "hello|<one><two>");
    CHECK(chardev.filename() == "unix:" + rig.path("s") + ",server=on");
    client.close();
    rig.until([&] { return server.users[0]->disconnects == 1; });
    CHECK(chardev.filename() == "disconnected:unix:" + rig.path("s") + ",server=on");
}

TEST_CASE("a second client waits and is greeted afresh when the first leaves", "[chardev][socket]") {
    Rig rig;
    EchoServer server;
    rig.make("socket,id=a,path=@/s,server=on,wait=off").attach(&server);
    auto first = Client::unix_socket(rig.path("s"));
    rig.until_received(first, "hello|");
    auto second = Client::unix_socket(rig.path("s"));
    REQUIRE(second.connected());
    second.send("early\n");
    rig.settle();
    second.read();
    CHECK(second.received.empty());
    CHECK(server.users.size() == 1);
    first.close();
    rig.until_received(second, "hello|<early>");
    CHECK(server.users.size() == 2);
}

TEST_CASE("when the program ends a reader gets what was said, and one that does not read is not waited for long", "[chardev][socket]") {
    Rig rig;
    EchoServer server;
    rig.make("socket,id=a,path=@/s,server=on,wait=off,max-clients=2").attach(&server);
    auto reader = Client::unix_socket(rig.path("s")), deaf = Client::unix_socket(rig.path("s"));
    rig.until_received(reader, "hello|");
    rig.until_received(deaf, "hello|");
    constexpr std::size_t kBytes = 4 << 20;
    for (const auto& user : server.users) user->peer->output().append(kBytes, 'x');
    std::thread reading([&] {
        while (reader.read()) {}
    });
    rig.chardevs->finish();
    rig.chardevs->shut_down();
    reading.join();
    CHECK(reader.received.size() == 6 + kBytes);
}

TEST_CASE("max-clients serves several clients at once, and no more", "[chardev][socket]") {
    Rig rig;
    EchoServer server;
    rig.make("socket,id=a,path=@/s,server=on,wait=off,max-clients=2").attach(&server);
    std::vector<Client> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(Client::unix_socket(rig.path("s")));
    rig.until_received(clients[0], "hello|");
    rig.until_received(clients[1], "hello|");
    clients[1].send("b\n");
    clients[0].send("a\n");
    rig.until_received(clients[1], "<b>");
    rig.until_received(clients[0], "<a>");
    rig.settle();
    CHECK(server.users.size() == 2);
    clients[0].close();
    rig.until_received(clients[2], "hello|");
}

TEST_CASE("a client that half-closes gets all its replies before the end", "[chardev][socket]") {
    for (const std::string kind : {"path=@/s", "host=127.0.0.1,port=0"}) {
        Rig rig;
        EchoServer server;
        Chardev& chardev = rig.make("socket,id=a,server=on,wait=off," + kind);
        chardev.attach(&server);
        auto client = kind[0] == 'p' ? Client::unix_socket(rig.path("s")) : Client::tcp(port_in(chardev.filename()));
        const std::string big(3'000'000, 'x');
        rig.turn();
        rig.until([&] { return !server.users.empty(); });
        server.users[0]->on_line = [&](const std::string& line) { server.users[0]->peer->output() += line + big + "|"; };
        client.send("a\nb\n");
        client.half_close();
        rig.until_end(client);
        CHECK(client.received == "hello|a" + big + "|b" + big + "|");
        CHECK(server.users[0]->ended);
        rig.until([&] { return server.users[0]->disconnects == 1; });
    }
}

TEST_CASE("a user with answers still to come keeps a half-closed peer until it closes it", "[chardev][socket]") {
    Rig rig;
    EchoServer server;
    rig.make("socket,id=a,path=@/s,server=on,wait=off").attach(&server);
    auto client = Client::unix_socket(rig.path("s"));
    rig.until_received(client, "hello|");
    Echo& user = *server.users[0];
    user.answers_to_come = true;
    client.half_close();
    rig.until([&] { return user.ended; });
    rig.settle();
    REQUIRE(user.peer);
    user.peer->output() += "late";
    user.peer->schedule();
    rig.until_received(client, "late");
    user.peer->close();
    CHECK(user.disconnects == 0);  // not from inside
    rig.until_end(client);
    rig.until([&] { return user.disconnects == 1; });
}

TEST_CASE("a user with answers to come hears at once of a client that is gone altogether", "[chardev][socket]") {
    Rig rig;
    EchoServer server;
    rig.make("socket,id=a,path=@/s,server=on,wait=off").attach(&server);
    auto client = Client::unix_socket(rig.path("s"));
    rig.until_received(client, "hello|");
    server.users[0]->answers_to_come = true;
    client.close();
    rig.until([&] { return server.users[0]->disconnects == 1; });
}

TEST_CASE("output beyond what the system takes is kept, and drained is told once", "[chardev][socket]") {
    Rig rig;
    EchoServer server;
    rig.make("socket,id=a,path=@/s,server=on,wait=off").attach(&server);
    auto client = Client::unix_socket(rig.path("s"));
    rig.until_received(client, "hello|");
    Echo& user = *server.users[0];
    const std::string large(5'000'000, 'y');
    user.peer->output() += large;
    user.peer->schedule();
    rig.settle();
    CHECK(user.peer->pending() > 1'000'000);
    CHECK(user.peer->pending() < large.size());
    CHECK(user.drains == 0);
    user.peer->output() += "end";
    user.peer->schedule();
    rig.until_received(client, "end");
    CHECK(client.received == "hello|" + large + "end");
    rig.until([&] { return user.drains == 1; });
    CHECK(user.peer->pending() == 0);
    CHECK(user.peer->output().capacity() < 100'000);
    rig.settle();
    CHECK(user.drains == 1);
}

TEST_CASE("a peer that is not read from stays silent, and goes on where it was", "[chardev][socket]") {
    Rig rig;
    EchoServer server;
    rig.make("socket,id=a,path=@/s,server=on,wait=off").attach(&server);
    auto client = Client::unix_socket(rig.path("s"));
    rig.until_received(client, "hello|");
    Echo& user = *server.users[0];
    user.peer->set_reading(false);
    client.send("one\n");
    rig.settle();
    CHECK(user.input.empty());
    user.peer->set_reading(true);
    rig.until_received(client, "<one>");

    SECTION("a client that leaves meanwhile is noticed") {
        user.peer->set_reading(false);
        rig.settle();
        client.close();
        rig.until([&] { return user.disconnects == 1; });
    }
    SECTION("unless it left input, which is read first") {
        user.peer->set_reading(false);
        rig.settle();
        client.send("two\n");
        client.close();
        rig.settle();
        CHECK(user.disconnects == 0);
        user.peer->set_reading(true);
        rig.until([&] { return user.disconnects == 1; });
        CHECK(user.lines == std::vector<std::string>{"one", "two"});
    }
    SECTION("a half-closing client is not gone") {
        user.peer->set_reading(false);
        client.half_close();
        rig.settle();
        CHECK(user.disconnects == 0);
        user.peer->output() += "late";
        user.peer->schedule();
        rig.until_received(client, "late");
        user.peer->set_reading(true);
        rig.until([&] { return user.disconnects == 1; });
    }
}

TEST_CASE("a peer may close itself or be detached from inside its own input", "[chardev][socket]") {
    Rig rig;
    EchoServer server;
    Chardev& chardev = rig.make("socket,id=a,path=@/s,server=on,wait=off");
    chardev.attach(&server);
    auto client = Client::unix_socket(rig.path("s"));
    rig.until_received(client, "hello|");
    Echo& user = *server.users[0];
    SECTION("close sends what there is, and tells the user later") {
        user.on_line = [&](const std::string&) {
            user.peer->output() += "bye";
            user.peer->close();
            CHECK(user.disconnects == 0);
        };
        client.send("x\n");
        rig.until_end(client);
        CHECK(client.received == "hello|bye");
        rig.until([&] { return user.disconnects == 1; });
    }
    SECTION("detaching closes without a call, and the chardev can go at once") {
        user.on_line = [&](const std::string&) {
            chardev.attach(nullptr);
            CHECK(rig.chardevs->remove("a"));
        };
        client.send("x\n");
        rig.until_end(client);
        rig.settle();
        CHECK(user.disconnects == 0);
        CHECK(rig.chardevs->find("a") == nullptr);
        CHECK(::access(rig.path("s").c_str(), F_OK) != 0);
    }
}

TEST_CASE("a client that came before the front end waits for it, and a refused one is closed", "[chardev][socket]") {
    Rig rig;
    EchoServer server;
    Chardev& chardev = rig.make("socket,id=a,path=@/s,server=on,wait=off");
    auto client = Client::unix_socket(rig.path("s"));
    client.send("early\n");
    rig.until([&] { return chardev.filename().starts_with("unix:"); });
    SECTION("served on attachment") {
        chardev.attach(&server);
        rig.until_received(client, "hello|<early>");
    }
    SECTION("refused") {
        server.refuse = true;
        chardev.attach(&server);
        rig.until_end(client);
        rig.until([&] { return chardev.filename().starts_with("disconnected:"); });
    }
}

TEST_CASE("file descriptors come with the bytes, sixteen at most, and are closed when nobody takes them",
          "[chardev][socket]") {
    Rig rig;
    EchoServer server;
    rig.make("socket,id=a,path=@/s,server=on,wait=off").attach(&server);
    auto client = Client::unix_socket(rig.path("s"));
    rig.until_received(client, "hello|");
    Echo& user = *server.users[0];
    CHECK(user.peer->take_fd() == -1);

    int pipes[2];
    REQUIRE(::pipe2(pipes, O_CLOEXEC | O_NONBLOCK) == 0);
    int taken = -1;
    user.on_line = [&](const std::string& line) {
        if (line == "take") taken = user.peer->take_fd();
        user.peer->output() += "ok-" + line;
    };
    client.send_with_fds("take\n", {pipes[1]});
    rig.until_received(client, "ok-take");
    REQUIRE(taken >= 0);
    CHECK((::fcntl(taken, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK(::write(taken, "x", 1) == 1);
    char byte = 0;
    CHECK(::read(pipes[0], &byte, 1) == 1);
    CHECK(user.peer->take_fd() == -1);
    ::close(taken);

    // Twenty copies of the writing end: four never arrive, sixteen are kept, until the next message brings one more.
    client.send_with_fds("many\n", std::vector<int>(20, pipes[1]));
    rig.until_received(client, "ok-many");
    client.send_with_fds("take\n", {pipes[0]});
    client.received.clear();
    rig.until_received(client, "ok-take");
    CHECK(::read(taken, &byte, 1) == -1);  // it is the reading end
    ::close(taken);
    ::close(pipes[1]);
    CHECK(::read(pipes[0], &byte, 1) == 0);  // no writing end is open any more
    ::close(pipes[0]);
}

TEST_CASE("one busy client does not starve another", "[chardev][socket]") {
    Rig rig;
    EchoServer server;
    rig.make("socket,id=a,path=@/s,server=on,wait=off,max-clients=2").attach(&server);
    auto busy = Client::unix_socket(rig.path("s"));
    rig.until_received(busy, "hello|");
    auto quiet = Client::unix_socket(rig.path("s"));
    rig.until_received(quiet, "hello|");
    const std::string flood(1'000'000, 'z');
    while (busy.send(flood) > 0) continue;
    quiet.send("me\n");
    rig.turn();
    rig.turn();
    quiet.read();
    CHECK(quiet.received == "hello|<me>");
    CHECK(server.users[0]->largest <= 64 * 1024);
}

TEST_CASE("a user that reads last has seen what came for the others in the same turn", "[chardev][socket]") {
    Rig rig;
    EchoServer monitor, server;
    monitor.last = true;
    rig.make("socket,id=m,path=@/s,server=on,wait=off").attach(&monitor);
    rig.make("socket,id=c,path=@/in,server=on,wait=off").attach(&server);
    auto control = Client::unix_socket(rig.path("s"));
    rig.until_received(control, "hello|");
    auto client = Client::unix_socket(rig.path("in"));
    rig.until_received(client, "hello|");

    std::vector<std::pair<std::size_t, int>> seen;
    monitor.users[0]->on_line = [&](const std::string&) {
        int gone = 0;
        for (const auto& user : server.users) gone += user->disconnects;
        seen.emplace_back(server.users.size(), gone);
    };
    control.send("ask\n");
    client.close();
    rig.turn();
    control.send("ask\n");
    auto next = Client::unix_socket(rig.path("in"));
    rig.turn();
    CHECK(seen == std::vector<std::pair<std::size_t, int>>{{1, 1}, {2, 1}});
}

TEST_CASE("a TCP server takes any free port and names both ends", "[chardev][socket]") {
    Rig rig;
    EchoServer server;
    Chardev& chardev = rig.make("socket,id=a,host=127.0.0.1,port=0,server=on,wait=off");
    chardev.attach(&server);
    const int port = port_in(chardev.filename());
    CHECK(chardev.filename() == fmt::format("disconnected:tcp:127.0.0.1:{},server=on", port));
    auto client = Client::tcp(port);
    rig.until_received(client, "hello|");
    sockaddr_in own{};
    socklen_t size = sizeof own;
    ::getsockname(client.fd(), reinterpret_cast<sockaddr*>(&own), &size);
    CHECK(chardev.filename() == fmt::format("tcp:127.0.0.1:{},server=on <-> 127.0.0.1:{}", port, ntohs(own.sin_port)));
    client.send("x\n");
    rig.until_received(client, "<x>");
}

TEST_CASE("an IPv6 server has brackets around the addresses of a connection", "[chardev][socket]") {
    Rig rig;
    auto made = rig.create("socket,id=a,host=::1,port=0,server=on,wait=off");
    if (!made) {
        WARN("no IPv6 here: " << made.error().description());
        return;
    }
    EchoServer server;
    (*made)->attach(&server);
    const std::string name = (*made)->filename();
    CHECK(name.starts_with("disconnected:tcp:::1:"));
    Chardev& other = rig.make(fmt::format("socket,id=b,host=::1,port={}", port_in(name)));
    EchoServer end;
    end.greeting = "ping\n";
    other.attach(&end);
    rig.until([&] { return !end.users.empty() && end.users[0]->input == "hello|<ping>"; });
    CHECK((*made)->filename().find(fmt::format("tcp:[::1]:{},server=on <-> [::1]:", port_in(name))) == 0);
    CHECK(other.filename().find(fmt::format(" <-> [::1]:{}", port_in(name))) != std::string::npos);
}

TEST_CASE("to= tries the ports of a range, and an occupied port is an error", "[chardev][socket]") {
    Rig rig;
    const int port = port_in(rig.make("socket,id=a,host=127.0.0.1,port=0,server=on,wait=off").filename());
    CHECK(rig.error_of(fmt::format("socket,id=b,host=127.0.0.1,port={},server=on,wait=off", port)) ==
          "Failed to find an available port: Address already in use");
    Chardev& next = rig.make(fmt::format("socket,id=b,host=127.0.0.1,port={},to={},server=on,wait=off", port, port + 50));
    CHECK(port_in(next.filename()) > port);
    CHECK(port_in(next.filename()) <= port + 50);
}

TEST_CASE("addresses that cannot be had are told in the recorded words", "[chardev][socket]") {
    Rig rig;
    CHECK(rig.error_of("socket,id=a,host=127.0.0.1,port=foo") ==
          "address resolution failed for 127.0.0.1:foo: Servname not supported for ai_socktype");
    CHECK(rig.error_of("socket,id=a,host=127.0.0.1,port=1") == "Failed to connect to '127.0.0.1:1': Connection refused");
    CHECK(rig.error_of("socket,id=a,host=127.0.0.1,port=1,ipv4=off,ipv6=off") ==
          "Cannot disable IPv4 and IPv6 at same time");
    CHECK(rig.error_of("socket,id=a,path=/nonexistent/s") ==
          "Failed to connect to '/nonexistent/s': No such file or directory");
    CHECK(rig.error_of("socket,id=a,path=/nonexistent/s,server=on,wait=off") ==
          "Failed to bind socket to /nonexistent/s: No such file or directory");
    CHECK(rig.error_of("socket,id=a,path=/tmp,server=on,wait=off") == "Failed to unlink socket /tmp: Is a directory");
    const std::string longest(109, 'a');
    CHECK(rig.error_of("socket,id=a,server=on,path=" + longest) ==
          "UNIX socket path '" + longest + "' is too long\nPath must be less than 108 bytes");
    CHECK(rig.error_of("socket,id=a") == "Unable to parse FD number ");
    CHECK(rig.error_of("socket,id=a,fd=foo") == "Unable to parse FD number foo");
    CHECK(rig.error_of("socket,id=a,fd=999") == "File descriptor '999' is not a socket");
    CHECK(rig.chardevs->all().empty());
}

TEST_CASE("socket options that do not go together are refused in the recorded words", "[chardev][socket]") {
    Rig rig;
    CHECK(rig.error_of("socket,id=a,path=@/s,wait=off") ==
          "'wait' option is incompatible with socket in client connect mode");
    CHECK(rig.error_of("socket,id=a,path=@/s,wait=off,reconnect=3") ==
          "'wait' option is incompatible with socket in client connect mode");
    CHECK(rig.error_of("socket,id=a,path=@/s,server=on,wait=off,reconnect=3") ==
          "'reconnect' option is incompatible with socket in server listen mode");
    CHECK(rig.error_of("socket,id=a,fd=0,reconnect=3") == "'reconnect' option is incompatible with 'fd' address type");
    CHECK(rig.error_of("socket,id=a,path=@/s,websocket=on") == "Websocket client is not implemented");
    CHECK(rig.error_of("socket,id=a,path=@/s,tls-authz=x") == "'tls_authz' option requires 'tls_creds' option");
    CHECK(rig.error_of("socket,id=a,path=@/s,tls-creds=x") == "No TLS credentials with id 'x'");
}

TEST_CASE("a stale socket file is replaced, any other file stays", "[chardev][socket]") {
    Rig rig;
    {
        const int stale = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, rig.path("s").c_str());
        REQUIRE(::bind(stale, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        ::close(stale);
    }
    rig.make("socket,id=a,path=@/s,server=on,wait=off");
    CHECK(Client::unix_socket(rig.path("s")).connected());

    ::close(::open(rig.path("file").c_str(), O_CREAT | O_WRONLY, 0644));
    CHECK(rig.error_of("socket,id=b,path=@/file,server=on,wait=off") ==
          "Failed to bind socket to " + rig.path("file") + ": Address already in use");
    CHECK(::access(rig.path("file").c_str(), F_OK) == 0);
}

TEST_CASE("a socket file obeys the umask and goes at the end, unless somebody put another one there", "[chardev][socket]") {
    Rig rig;
    const mode_t before = ::umask(077);
    rig.make("socket,id=a,path=@/s,server=on,wait=off");
    ::umask(before);
    struct stat info {};
    REQUIRE(::stat(rig.path("s").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0700);
    SECTION("ours goes") {
        rig.chardevs->shut_down();
        CHECK(::access(rig.path("s").c_str(), F_OK) != 0);
    }
    SECTION("another one stays") {
        ::unlink(rig.path("s").c_str());
        ::close(::open(rig.path("s").c_str(), O_CREAT | O_WRONLY, 0644));
        rig.chardevs->shut_down();
        CHECK(::access(rig.path("s").c_str(), F_OK) == 0);
    }
}

TEST_CASE("an abstract socket has no file", "[chardev][socket]") {
    Rig rig;
    EchoServer server;
    Chardev& chardev = rig.make("socket,id=a,path=@/s,abstract=on,server=on,wait=off");
    chardev.attach(&server);
    CHECK(chardev.filename() == "disconnected:unix:" + rig.path("s") + ",abstract=on,tight=on,server=on");
    CHECK(::access(rig.path("s").c_str(), F_OK) != 0);
    Chardev& client = rig.make("socket,id=b,path=@/s,abstract=on");
    EchoServer end;
    end.greeting = "x\n";
    client.attach(&end);
    rig.until([&] { return !end.users.empty() && end.users[0]->input == "hello|<x>"; });
    CHECK(chardev.filename() == "unix:,server=on");
    CHECK(rig.make("socket,id=c,path=@/t,abstract=on,tight=off,server=on,wait=off").filename() ==
          "disconnected:unix:" + rig.path("t") + ",abstract=on,server=on");
}

TEST_CASE("fd= takes a listening socket over", "[chardev][socket]") {
    Rig rig;
    const int listening = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, rig.path("s").c_str());
    REQUIRE(::bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listening, 1) == 0);
    EchoServer server;
    Chardev& chardev = rig.make(fmt::format("socket,id=a,fd={},server=on,wait=off", listening));
    chardev.attach(&server);
    CHECK(chardev.filename() == "disconnected:unix:" + rig.path("s") + ",server=on");
    auto client = Client::unix_socket(rig.path("s"));
    rig.until_received(client, "hello|");
}

TEST_CASE("fd= takes a connected socket over, and a monitor gives it a name", "[chardev][socket]") {
    Rig rig;
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
    ChardevOptions options = *chardev_options(*parse_chardev("socket,id=a,fd=mine"));
    const NamedFds named = [&](const std::string& name) -> Result<int> {
        if (name != "mine") return fail("File descriptor named '" + name + "' has not been found");
        return pair[0];
    };
    auto chardev = rig.chardevs->create(options, named);
    REQUIRE(chardev);
    EchoServer server;
    (*chardev)->attach(&server);
    Client client(pair[1]);
    rig.until_received(client, "hello|");
    CHECK((*chardev)->filename() == "unix:");
    options = *chardev_options(*parse_chardev("socket,id=b,fd=5"));
    CHECK(rig.chardevs->create(options, named).error().description() == "File descriptor named '5' has not been found");
}

TEST_CASE("wait=on holds the start up until the first client is there", "[chardev][socket]") {
    Rig rig;
    std::unique_ptr<Client> client;
    std::thread caller;
    rig.on_info = [&] {
        caller = std::thread([&] {
            client = std::make_unique<Client>(Client::unix_socket(rig.path("s")));
            client->send("early\n");
        });
    };
    Chardev& chardev = rig.make("socket,id=a,path=@/s,server=on");
    caller.join();
    CHECK(rig.messages ==
          std::vector<std::string>{"QEMU waiting for connection on: disconnected:unix:" + rig.path("s") + ",server=on"});
    CHECK(chardev.filename() == "unix:" + rig.path("s") + ",server=on");
    EchoServer server;
    chardev.attach(&server);
    rig.until_received(*client, "hello|<early>");
}

TEST_CASE("a client with reconnect tells its trouble once, and comes back", "[chardev][socket]") {
    Rig rig;
    EchoServer near, far;
    Chardev& client = rig.make("socket,id=c,path=@/s,reconnect=1");
    client.attach(&near);
    CHECK(rig.messages == std::vector<std::string>{"Unable to connect character device c: Failed to connect to '" +
                                                   rig.path("s") + "': No such file or directory"});
    CHECK(client.filename() == "disconnected:unix:" + rig.path("s"));
    rig.make("socket,id=s,path=@/s,server=on,wait=off").attach(&far);
    rig.until([&] { return far.users.size() == 1 && near.users.size() == 1; });
    far.users[0]->peer->close();
    rig.until([&] { return near.users[0]->disconnects == 1; });
    rig.until([&] { return near.users.size() == 2; });
    CHECK(rig.messages.size() == 1);
}

TEST_CASE("a client with reconnect looks names up without blocking", "[chardev][socket]") {
    Rig rig;
    EchoServer near, far;
    Chardev& server = rig.make("socket,id=s,host=127.0.0.1,port=0,server=on,wait=off");
    server.attach(&far);
    Chardev& client =
        rig.make(fmt::format("socket,id=c,host=localhost,port={},ipv4=on,reconnect=1", port_in(server.filename())));
    client.attach(&near);
    rig.until([&] { return far.users.size() == 1 && near.users.size() == 1 && near.users[0]->input == "hello|"; });
    CHECK(rig.make("socket,id=d,host=127.0.0.1,port=foo,reconnect=1").filename() == "disconnected:tcp:127.0.0.1:foo");
    rig.until([&] { return !rig.messages.empty(); });
    CHECK(rig.messages[0] ==
          "Unable to connect character device d: "
          "address resolution failed for 127.0.0.1:foo: Servname not supported for ai_socktype");
    rig.make("socket,id=e,host=localhost,port=1,reconnect=1");  // and goes while the answer is on its way
}

TEST_CASE("a client that does not read, and one that ended its side, cost no turns of the loop", "[chardev][socket]") {
    Rig rig;
    EchoServer echo;
    rig.make("socket,id=s,path=@/s,server=on,wait=off").attach(&echo);
    Client client = Client::unix_socket(rig.path("s"));
    rig.until([&] { return echo.users.size() == 1; });
    Echo& user = *echo.users[0];
    user.answers_to_come = true;
    user.peer->output().append(32 << 20, 'x');
    user.peer->schedule();
    rig.until([&] { return user.peer->pending() < (32u << 20); });
    for (int i = 0; i < 5; ++i) rig.turn();
    CHECK(user.peer->pending() > 0);
    CHECK(uv_backend_timeout(&rig.loop) != 0);
    client.half_close();
    rig.until([&] {
        client.read();
        return user.ended && user.peer->pending() == 0;
    });
    for (int i = 0; i < 5; ++i) rig.turn();
    CHECK(uv_backend_timeout(&rig.loop) != 0);
    CHECK(user.disconnects == 0);      // its answers are still to come
}
