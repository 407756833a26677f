#include <fcntl.h>
#include <termios.h>

#include "chardev/ringbuf_chardev.h"
#include "chardev_rig.h"

using namespace rhea;
using namespace rhea::test;

namespace {

int open_terminal(const std::string& path) { return ::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC); }

std::string read_all(int fd) {
    char buffer[4096];
    const auto n = ::read(fd, buffer, sizeof buffer);
    return n > 0 ? std::string(buffer, static_cast<std::size_t>(n)) : "";
}

std::string udp_socket(int& fd) {
    fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
    return std::to_string(ntohs(address.sin_port));
}

}  // namespace

TEST_CASE("a pty serves whoever opens its terminal, again and again", "[chardev][pty]") {
    Rig rig;
    EchoServer server;
    Chardev& chardev = rig.make("pty,id=a");
    CHECK(chardev.filename() == "pty:" + chardev.terminal());
    chardev.attach(&server);
    rig.settle();
    CHECK(server.users.empty());
    for (std::size_t round = 1; round <= 2; ++round) {
        CAPTURE(round);
        FileDescriptor terminal(open_terminal(chardev.terminal()));
        REQUIRE(terminal);
        termios mode{};
        REQUIRE(::tcgetattr(terminal.get(), &mode) == 0);
        CHECK((mode.c_lflag & (ECHO | ICANON)) == 0);
        REQUIRE(::write(terminal.get(), "one\n", 4) == 4);
        std::string seen;
        rig.until([&] { return (seen += read_all(terminal.get())).find("<one>") != std::string::npos; });
        CHECK(seen == "hello|<one>");
        CHECK(server.users.size() == round);
        terminal.reset();
        rig.until([&] { return server.users[round - 1]->disconnects == 1; });
    }
}

TEST_CASE("a terminal that is open before the front end comes is served then", "[chardev][pty]") {
    Rig rig;
    EchoServer server;
    Chardev& chardev = rig.make("pty,id=a");
    const FileDescriptor terminal(open_terminal(chardev.terminal()));
    rig.settle();
    chardev.attach(&server);
    std::string seen;
    rig.until([&] { return (seen += read_all(terminal.get())) == "hello|"; });
}

TEST_CASE("a pipe is two named pipes, or one file", "[chardev][pipe]") {
    Rig rig;
    EchoServer server;
    CHECK(rig.error_of("pipe,id=a,path=@/p") == "Could not open '" + rig.path("p") + "': No such file or directory");
    REQUIRE(::mkfifo(rig.path("p.in").c_str(), 0600) == 0);
    REQUIRE(::mkfifo(rig.path("p.out").c_str(), 0600) == 0);
    Chardev& chardev = rig.make("pipe,id=a,path=@/p");
    CHECK(chardev.filename() == "pipe");
    chardev.attach(&server);
    const FileDescriptor in(::open(rig.path("p.in").c_str(), O_WRONLY | O_NONBLOCK));
    const FileDescriptor out(::open(rig.path("p.out").c_str(), O_RDONLY | O_NONBLOCK));
    REQUIRE(::write(in.get(), "one\n", 4) == 4);
    std::string seen;
    rig.until([&] { return (seen += read_all(out.get())) == "hello|<one>"; });
    ::unlink(rig.path("p.in").c_str());
    ::unlink(rig.path("p.out").c_str());
}

TEST_CASE("udp takes datagrams from its remote end and sends to it, whether it is there or not", "[chardev][udp]") {
    Rig rig;
    EchoServer server;
    int remote = -1, local = -1;
    const std::string port = udp_socket(remote), here = udp_socket(local);
    ::close(local);  // its number is free now
    Chardev& chardev = rig.make("udp,id=a,host=127.0.0.1,port=" + port + ",localaddr=127.0.0.1,localport=" + here);
    CHECK(chardev.filename() == "udp");
    chardev.attach(&server);
    std::string seen;
    rig.until([&] { return (seen += read_all(remote)) == "hello|"; });
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<in_port_t>(std::stoi(here)));
    const auto send = [&](std::string_view bytes) {
        ::sendto(remote, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
    };
    send("");  // no end of anything
    send("one\n");
    rig.until([&] { return (seen += read_all(remote)) == "hello|<one>"; });
    ::close(remote);
    for (int i = 0; i < 3; ++i) {  // refused, and no reason to end
        server.users[0]->peer->output() += "lost";
        server.users[0]->peer->schedule();
        rig.settle();
    }
    CHECK(server.users[0]->disconnects == 0);
    CHECK(rig.error_of("udp,id=b,host=127.0.0.1,port=1,localaddr=192.0.2.1") ==
          "Failed to bind socket: Cannot assign requested address");
}

TEST_CASE("a ring buffer keeps the last bytes of the output", "[chardev][ringbuf]") {
    Rig rig;
    EchoServer server;
    Chardev& chardev = rig.make("ringbuf,id=a,size=16,logfile=@/log");
    auto& ringbuf = dynamic_cast<RingbufChardev&>(chardev);
    CHECK(rig.make("memory,id=b").filename() == "memory");
    CHECK(rig.error_of("ringbuf,id=c,size=17") == "size of ringbuf chardev must be power of two");
    chardev.attach(&server);
    CHECK(ringbuf.read(3) == "hel");
    CHECK(ringbuf.read(100) == "lo|");
    CHECK(ringbuf.read(1).empty());
    Peer& peer = *server.users[0]->peer;
    for (int i = 0; i < 100; ++i) {
        peer.output() += std::to_string(i) + ",";
        peer.schedule();
    }
    CHECK(ringbuf.read(100) == ",95,96,97,98,99,");
}

TEST_CASE("a serial port of the machine is set up raw, and carries bytes both ways", "[chardev][serial]") {
    Rig rig;
    EchoServer server;
    const FileDescriptor master(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    REQUIRE(master);
    REQUIRE(::grantpt(master.get()) == 0);
    REQUIRE(::unlockpt(master.get()) == 0);
    char name[64];
    REQUIRE(::ptsname_r(master.get(), name, sizeof name) == 0);
    Chardev& chardev = rig.make(std::string("serial,id=a,path=") + name);
    CHECK(chardev.filename() == "serial");
    chardev.attach(&server);
    REQUIRE(::write(master.get(), "one\n", 4) == 4);
    std::string seen;
    rig.until([&] { return (seen += read_all(master.get())) == "hello|<one>"; });

    PortLines* lines = chardev.port_lines();
    REQUIRE(lines);
    const auto mode = [&] {
        termios terminal{};
        REQUIRE(::tcgetattr(master.get(), &terminal) == 0);
        return terminal;
    };
    const termios before = mode();
    CHECK(::cfgetospeed(&before) == B115200);
    lines->set_parameters({2400, 'E', 7, 2});
    const termios now = mode();
    CHECK(::cfgetospeed(&now) == B2400);
    CHECK((now.c_cflag & CSTOPB) != 0);
    CHECK((now.c_cflag & PARODD) == 0);
    CHECK(rig.error_of("serial,id=b,path=/dev/no-such-port") == "Could not open '/dev/no-such-port': No such file or directory");
    CHECK(rig.error_of("parallel,id=b,path=/dev/null") == "not a parallel port: Inappropriate ioctl for device");
}
