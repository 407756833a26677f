#include <catch2/catch.hpp>

#include "chardev/options.h"
#include "qobject/convert.h"

using namespace rhea;

namespace {

std::string error_of(std::string_view text) {
    auto options = parse_chardev(text);
    if (!options) return options.error().description();
    if (auto checked = options->check(chardev_option_specs()); !checked) return checked.error().description();
    auto made = chardev_options(*options);
    return made ? "" : made.error().description();
}
std::string legacy_error_of(std::string_view text) {
    auto options = parse_legacy_chardev("compat_monitor0", text);
    if (!options) return options.error().description().empty() ? "parse error" : options.error().description();
    auto made = chardev_options(*options);
    return made ? "" : made.error().description();
}
ChardevSocket socket_of(const Options& options) {
    return std::get<Data<ChardevSocket>>(chardev_options(options)->backend.u).data;
}
ChardevSocket legacy_socket(std::string_view text) { return socket_of(*parse_legacy_chardev("a", text)); }
InetSocketAddress inet_of(const ChardevSocket& socket) { return std::get<Data<InetSocketAddress>>(socket.addr.u).data; }
UnixSocketAddress unix_of(const ChardevSocket& socket) { return std::get<Data<UnixSocketAddress>>(socket.addr.u).data; }

}  // namespace

TEST_CASE("-chardev options that make no chardev are refused in the recorded words", "[chardev][options]") {
    CHECK(error_of("foo,id=a") == "'foo' is not a valid char driver name");
    CHECK(error_of("console,id=a") == "'console' is not a valid char driver name");
    CHECK(error_of("id=a") == "chardev: \"a\" missing backend");
    CHECK(error_of("socket") == "chardev: no id specified");
    CHECK(error_of("foo") == "chardev: no id specified");
    CHECK(error_of("") == "chardev: no id specified");
    CHECK(error_of("socket,id=a,path=/tmp/x,host=h,port=1") == "None or one of 'path', 'fd' or 'host' option required.");
    CHECK(error_of("socket,id=a,host=h,fd=3") == "None or one of 'path', 'fd' or 'host' option required.");
    CHECK(error_of("socket,id=a,host=h") == "chardev: socket: no port given");
    CHECK(error_of("socket,id=a,path=/x,foo=3") == "Invalid parameter 'foo'");
    CHECK(error_of("socket,id=a,path=/x,server=foo") == "Parameter 'server' expects 'on' or 'off'");
    CHECK(error_of("file,id=a") == "chardev: file: no filename given");
    CHECK(error_of("null,id=a,mux=foo") == "Parameter 'mux' expects 'on' or 'off'");
    CHECK(error_of("udp,id=a") == "chardev: udp: remote port not specified");
    CHECK(error_of("udp,id=a,host=h") == "chardev: udp: remote port not specified");
    CHECK(error_of("pipe,id=a") == "chardev: pipe: no device path given");
    CHECK(error_of("tty,id=a") == "chardev: serial/tty: no device path given");
    CHECK(error_of("serial,id=a") == "chardev: serial/tty: no device path given");
    CHECK(error_of("parport,id=a") == "chardev: parallel: no device path given");
    CHECK(error_of("mux,id=a") == "chardev: mux: no chardev given");
    CHECK(error_of("console,id=a") == "'console' is not a valid char driver name");
    CHECK(error_of("null,id=a,path=/of/another/backend") == "");
    CHECK(error_of("socket,id=a,path=/x,max-clients=0") ==
          "Parameter 'max-clients' expects a value in range from 1 to 1024");
}

TEST_CASE("-chardev socket gives a typed address and flags", "[chardev][options]") {
    const auto options = chardev_options(
        *parse_chardev("socket,id=mon,host=::1,port=4444,server=on,to=4450,ipv6=on,nodelay=on,reconnect=0,max-clients=8"));
    REQUIRE(options);
    CHECK(options->id == "mon");
    CHECK(options->max_clients == 8);
    CHECK(options->backend.type == ChardevKind::socket);
    const auto socket = std::get<Data<ChardevSocket>>(options->backend.u).data;
    CHECK(socket.server == true);
    CHECK(socket.wait == true);
    CHECK(socket.nodelay == true);
    CHECK(inet_of(socket).host == "::1");
    CHECK(inet_of(socket).port == "4444");
    CHECK(inet_of(socket).to == 4450);
    CHECK(inet_of(socket).ipv6 == true);
    CHECK_FALSE(inet_of(socket).ipv4);

    const auto client = socket_of(*parse_chardev("socket,id=a,path=/tmp/x,,y,abstract=on"));
    CHECK(client.server == false);
    CHECK_FALSE(client.wait);
    CHECK(unix_of(client).path == "/tmp/x,y");
    CHECK(unix_of(client).abstract == true);
    CHECK_FALSE(unix_of(client).tight);
    CHECK(socket_of(*parse_chardev("socket,id=a,path=x,server=on,wait=off")).wait == false);
    CHECK(std::get<Data<FdSocketAddress>>(socket_of(*parse_chardev("socket,id=a,fd=7")).addr.u).data.str == "7");
}

TEST_CASE("the short strings of -qmp name the same chardevs", "[chardev][options]") {
    const auto path = legacy_socket("unix:/tmp/s,server=on,wait=off");
    CHECK(unix_of(path).path == "/tmp/s");
    CHECK(path.server == true);
    CHECK(path.wait == false);
    const auto old = legacy_socket("unix:/tmp/s,server");  // the documents of 2009
    CHECK(old.server == true);
    CHECK(old.wait == true);
    const auto tcp = legacy_socket("tcp:localhost:4444,server,nowait");
    CHECK(inet_of(tcp).host == "localhost");
    CHECK(inet_of(tcp).port == "4444");
    CHECK(tcp.wait == false);
    CHECK(inet_of(legacy_socket("tcp::4444")).host.empty());
    CHECK(inet_of(legacy_socket("tcp:[::1]:4444")).host == "::1");
    CHECK(inet_of(legacy_socket("tcp:[::1]:4444")).port == "4444");
    CHECK(chardev_options(*parse_legacy_chardev("a", "stdio"))->backend.type == ChardevKind::stdio);
    CHECK(chardev_options(*parse_legacy_chardev("a", "null"))->backend.type == ChardevKind::null);
    const auto file = chardev_options(*parse_legacy_chardev("a", "file:/tmp/a,b"));
    CHECK(std::get<Data<ChardevFile>>(file->backend.u).data.out == "/tmp/a,b");
    const auto udp = chardev_options(*parse_legacy_chardev("a", "udp::4@127.0.0.1:5"));
    const auto& udp_data = std::get<Data<ChardevUdp>>(udp->backend.u).data;
    CHECK(std::get<Data<InetSocketAddress>>(udp_data.remote.u).data.host == "localhost");
    CHECK(std::get<Data<InetSocketAddress>>(udp_data.local->u).data.port == "5");
    const auto vc = chardev_options(*parse_legacy_chardev("a", "vc:80Cx24"));
    CHECK(std::get<Data<ChardevVc>>(vc->backend.u).data.cols == 80);
    CHECK(std::get<Data<ChardevVc>>(vc->backend.u).data.height == 24);
    CHECK(chardev_options(*parse_legacy_chardev("a", "mon:stdio"))->mux);
    CHECK(chardev_options(*parse_legacy_chardev("a", "/dev/ttyS0"))->backend.type == ChardevKind::serial);
    CHECK(chardev_options(*parse_legacy_chardev("a", "/dev/parport0"))->backend.type == ChardevKind::parallel);
    CHECK(chardev_warning(*parse_chardev("tty,id=a,path=/dev/ttyS0")) == "The alias 'tty' is deprecated, use 'serial' instead");
    CHECK_FALSE(chardev_warning(*parse_chardev("serial,id=a,path=/dev/ttyS0")));
    CHECK(chardev_reference("chardev:mon0") == "mon0");
    CHECK_FALSE(chardev_reference("unix:x"));
}

TEST_CASE("short strings that are none are refused in the recorded words", "[chardev][options]") {
    CHECK(legacy_error_of("foo") == "'foo' is not a valid char driver");
    CHECK(legacy_error_of("") == "'' is not a valid char driver");
    CHECK(legacy_error_of("stdio,foo") == "'stdio,foo' is not a valid char driver");
    CHECK(legacy_error_of("unix:a,foo=1") == "Invalid parameter 'foo'");
    CHECK(legacy_error_of("tcp:127.0.0.1:1,foo") == "Invalid parameter 'foo'");
    for (const char* text : {"tcp:", "tcp::", "tcp:127.0.0.1", "tcp:127.0.0.1:", "tcp:127.0.0.1:,server"}) {
        CAPTURE(text);
        CHECK(legacy_error_of(text) == "parse error");
    }
    for (const char* text : {"vc:", "vc:80", "vc:80xx24", "vc:ax3", "udp:", "udp:1", "udp:h:4@", "udp:h:4@h"}) {
        CAPTURE(text);
        CHECK(legacy_error_of(text) == "parse error");
    }
    CHECK(legacy_error_of("mon:foo") == "'foo' is not a valid char driver");
    CHECK(legacy_error_of("mon:chardev:x") == "'chardev:x' is not a valid char driver");
    CHECK(legacy_error_of("mon:mon:null") == "'mon:null' is not a valid char driver");
    CHECK(legacy_error_of("ringbuf") == "'ringbuf' is not a valid char driver");
    CHECK(legacy_error_of("tty") == "'tty' is not a valid char driver");
    CHECK(legacy_error_of("con:") == "'console' is not a valid char driver name");
    CHECK(legacy_error_of("unix:a,server=on,host=b,port=5") == "None or one of 'path', 'fd' or 'host' option required.");
}

TEST_CASE("chardev-add's backend reads into the same types, with its paths in the errors", "[chardev][options]") {
    const QObject backend =
        QDict{{"type", "socket"},
              {"data", QDict{{"addr", QDict{{"type", "unix"}, {"data", QDict{{"path", "/tmp/x"}}}}}, {"server", false}}}};
    const auto read = from_qobject<ChardevBackend>(backend);
    REQUIRE(read);
    CHECK(unix_of(std::get<Data<ChardevSocket>>(read->u).data).path == "/tmp/x");
    CHECK(std::get<Data<ChardevSocket>>(read->u).data.server == false);
    CHECK(to_qobject(*read) == backend);

    const QObject wrong = QDict{{"type", "socket"}, {"data", QDict{{"addr", QDict{{"type", "unix"}, {"data", QDict{}}}}}}};
    CHECK(from_qobject<ChardevBackend>(wrong).error().description() == "Parameter 'data.addr.data.path' is missing");
}
