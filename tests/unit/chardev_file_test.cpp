#include <poll.h>
#include <sys/wait.h>
#include <termios.h>

#include <fstream>
#include <sstream>

#include "chardev_rig.h"

using namespace rhea;
using namespace rhea::test;

namespace {

std::string contents(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

/// A process with a stdio chardev that echoes lines until "quit", or the end of the input and then a signal to write "late".
struct StdioProcess {
    explicit StdioProcess(int input, int output) {
        pid = ::fork();
        if (pid != 0) return;
        ::dup2(input, 0);
        ::dup2(output, 1);
        const int flags = ::fcntl(0, F_GETFL);
        uv_loop_t loop;
        uv_loop_init(&loop);
        Chardevs chardevs(ChardevHost{&loop});
        auto chardev = chardevs.create(*chardev_options(*parse_legacy_chardev("a", "stdio")));
        EchoServer server;
        (*chardev)->attach(&server);
        Echo& user = *server.users[0];
        bool quit =
            (*chardev)->filename() != "stdio" || chardevs.create(*chardev_options(*parse_legacy_chardev("b", "stdio")));
        user.on_line = [&](const std::string& line) {
            user.peer->output() += "<" + line + ">";
            quit = line == "quit";
        };
        for (bool late = false; !quit;) {
            uv_run(&loop, user.ended ? UV_RUN_NOWAIT : UV_RUN_ONCE);
            if (user.disconnects > 0) break;  // nobody reads any more
            if (!user.ended || late) continue;
            late = true;  // the output outlives the input
            user.peer->output() += "late";
            user.peer->flush();
            quit = true;
        }
        chardevs.shut_down();
        ::_exit(::fcntl(0, F_GETFL) == flags ? 0 : 1);
    }
    int status() const {
        int code = -1;
        ::waitpid(pid, &code, 0);
        return code;
    }
    pid_t pid;
};

std::string read_all(int fd) {
    std::string text;
    char buffer[4096];
    for (ssize_t n; (n = ::read(fd, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
    return text;
}

}  // namespace

TEST_CASE("a file takes the output, anew or at its end", "[chardev][file]") {
    Rig rig;
    EchoServer server;
    server.greeting = "first";
    rig.make("file,id=a,path=@/file").attach(&server);
    rig.until([&] { return contents(rig.path("file")) == "first"; });
    CHECK(rig.chardevs->find("a")->filename() == "file");
    server.greeting = "second";
    rig.make("file,id=b,path=@/file,append=on").attach(&server);
    rig.until([&] { return contents(rig.path("file")) == "firstsecond"; });
    server.greeting = "third";
    rig.make("file,id=c,path=@/file").attach(&server);
    rig.until([&] { return contents(rig.path("file")) == "third"; });
    CHECK(rig.error_of("file,id=d,path=/nonexistent/x") == "Could not open '/nonexistent/x': No such file or directory");
    CHECK(rig.error_of("file,id=d,path=/tmp") == "Could not open '/tmp': Is a directory");
}

TEST_CASE("a large output to a file leaves in pieces and in order", "[chardev][file]") {
    Rig rig;
    EchoServer server;
    rig.make("file,id=a,path=@/file").attach(&server);
    std::string large;
    while (large.size() < 5'000'000) large += std::to_string(large.size()) + " ";
    Peer& peer = *server.users[0]->peer;
    peer.output() += large;
    peer.flush();
    CHECK(peer.pending() > 0);
    rig.until([&] { return server.users[0]->drains == 1; });
    CHECK(contents(rig.path("file")) == "hello|" + large);
}

TEST_CASE("a file's input is read to its end, and the output goes on", "[chardev][file]") {
    Rig rig;
    std::ofstream(rig.path("in")) << "one\ntwo\n";
    ChardevOptions options;
    options.id = "a";
    options.backend.type = ChardevKind::file;
    ChardevFile file;
    file.in = rig.path("in");
    file.out = rig.path("file");
    options.backend.u = Data<ChardevFile>{file};
    EchoServer server;
    REQUIRE(rig.chardevs->create(options));
    rig.chardevs->find("a")->attach(&server);
    rig.until([&] { return server.users[0]->ended; });
    server.users[0]->peer->output() += "|late";
    server.users[0]->peer->schedule();
    rig.until([&] { return contents(rig.path("file")) == "hello|<one><two>|late"; });
    CHECK(server.users[0]->disconnects == 0);
}

TEST_CASE("null has no peers", "[chardev][file]") {
    Rig rig;
    EchoServer server;
    Chardev& chardev = rig.make("null,id=a");
    chardev.attach(&server);
    rig.settle();
    CHECK(server.users.empty());
    CHECK(chardev.filename() == "null");
    CHECK(chardev.frontend_open());
}

TEST_CASE("a log file has a copy of the output", "[chardev][file]") {
    Rig rig;
    EchoServer server;
    std::ofstream(rig.path("log")) << "before|";
    rig.make("socket,id=a,path=@/s,server=on,wait=off,logfile=@/log,logappend=on").attach(&server);
    auto client = Client::unix_socket(rig.path("s"));
    client.send("x\n");
    rig.until_received(client, "hello|<x>");
    CHECK(contents(rig.path("log")) == "before|hello|<x>");
    CHECK(rig.error_of("null,id=b,logfile=/tmp") == "Could not create '/tmp': Is a directory");
}

TEST_CASE("stdio talks over pipes, keeps its output after the end of the input, and restores what it changed",
          "[chardev][stdio]") {
    int in[2], out[2];
    REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
    SECTION("until it is told to go") {
        StdioProcess process(in[0], out[1]);
        ::close(out[1]);
        REQUIRE(::write(in[1], "a\nquit\n", 7) == 7);
        CHECK(read_all(out[0]) == "hello|<a><quit>");
        CHECK(process.status() == 0);
    }
    SECTION("until the input ends") {
        REQUIRE(::write(in[1], "a\n", 2) == 2);
        ::close(std::exchange(in[1], -1));
        StdioProcess process(in[0], out[1]);
        ::close(out[1]);
        CHECK(read_all(out[0]) == "hello|<a>late");
        CHECK(process.status() == 0);
    }
    SECTION("until nobody reads its output, which does not kill it") {
        ::close(std::exchange(out[0], -1));
        StdioProcess process(in[0], out[1]);
        ::close(out[1]);
        CHECK(process.status() == 0);
    }
    for (int fd : {in[0], in[1], out[0]}) ::close(fd);
}

TEST_CASE("stdio reads commands out of a regular file, and nothing out of /dev/null", "[chardev][stdio]") {
    char name[] = "/tmp/rhea-test-XXXXXX";
    const int file = ::mkstemp(name);
    ::unlink(name);
    int out[2];
    REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
    SECTION("a file") {
        REQUIRE(::pwrite(file, "a\nb\n", 4, 0) == 4);
        StdioProcess process(file, out[1]);
        ::close(out[1]);
        CHECK(read_all(out[0]) == "hello|<a><b>late");
        CHECK(process.status() == 0);
    }
    SECTION("/dev/null") {
        const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        StdioProcess process(null, out[1]);
        ::close(out[1]);
        ::close(null);
        CHECK(read_all(out[0]) == "hello|late");
        CHECK(process.status() == 0);
    }
    ::close(file);
    ::close(out[0]);
}

TEST_CASE("stdio on a terminal takes every key at once, and leaves the terminal as it was", "[chardev][stdio]") {
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(master >= 0);
    REQUIRE(::grantpt(master) == 0);
    REQUIRE(::unlockpt(master) == 0);
    const int terminal = ::open(::ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(terminal >= 0);
    termios before{}, during{}, after{};
    REQUIRE(::tcgetattr(terminal, &before) == 0);
    REQUIRE((before.c_lflag & (ICANON | ECHO)) == (ICANON | ECHO));

    StdioProcess process(terminal, terminal);
    char greeting[6];
    REQUIRE(::read(master, greeting, sizeof greeting) == 6);
    REQUIRE(::tcgetattr(terminal, &during) == 0);
    CHECK((during.c_lflag & (ICANON | ECHO)) == 0);
    CHECK((during.c_lflag & ISIG) != 0);
    REQUIRE(::write(master, "quit\n", 5) == 5);
    CHECK(process.status() == 0);
    REQUIRE(::tcgetattr(terminal, &after) == 0);
    CHECK(after.c_lflag == before.c_lflag);
    CHECK(after.c_iflag == before.c_iflag);
    ::close(terminal);
    ::close(master);
}
