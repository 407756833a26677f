#include "chardev/sha1.h"
#include "chardev/websocket_layer.h"
#include "chardev_rig.h"

using namespace rhea;
using namespace rhea::test;

namespace {

/// A client's frame, masked.
std::string frame(unsigned char first, std::string_view payload, bool masked = true) {
    std::string out(1, static_cast<char>(first));
    const int bytes = payload.size() < 126 ? 0 : payload.size() <= 0xffff ? 2 : 8;
    out += static_cast<char>((masked ? 0x80 : 0) | (bytes == 0 ? payload.size() : bytes == 2 ? 126 : 127));
    for (int shift = 8 * bytes - 8; shift >= 0; shift -= 8) out += static_cast<char>(payload.size() >> shift);
    if (!masked) return out + std::string(payload);
    constexpr std::string_view kMask = "\x12\x34\x56\x78";
    out += kMask;
    for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ kMask[i % 4]);
    return out;
}
std::string server_frame(unsigned char first, std::string_view payload) { return frame(first, payload, false); }

constexpr std::string_view kRequest =
    "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat, binary\r\n\r\n";

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string out(text);
    out.replace(out.find(from), from.size(), to);
    return out;
}

struct LayerRig : Rig {
    explicit LayerRig(const std::string& kind) : chardev(make("socket,id=a,path=@/s,server=on,wait=off," + kind)) {
        chardev.attach(&server);
        client = std::make_unique<Client>(Client::unix_socket(path("s")));
    }
    std::string exchange(std::string_view bytes) {
        client->received.clear();
        client->send(bytes);
        settle();
        client->read();
        return client->received;
    }
    /// Past the handshake.
    void upgrade() {
        exchange(kRequest);
        until_received(*client, server_frame(0x82, "hello|"));
    }
    EchoServer server;
    Chardev& chardev;
    std::unique_ptr<Client> client;
};

}  // namespace

TEST_CASE("SHA-1 gives the digests of its standard", "[chardev][websocket]") {
    const auto hex = [](std::string_view text) {
        std::string out;
        for (const unsigned char byte : sha1(text)) {
            out += "0123456789abcdef"[byte >> 4];
            out += "0123456789abcdef"[byte & 15];
        }
        return out;
    };
    CHECK(hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") == "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    CHECK(hex(std::string(1000, 'a')) == "291e9a6c66994949b57ba5e650361e98fc36b1ba");
    CHECK(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");  // RFC 6455, section 1.3
}

TEST_CASE("a telnet client is told to leave echo and editing to the server", "[chardev][telnet]") {
    LayerRig rig("telnet=on");
    rig.until_received(*rig.client, "hello|");
    CHECK(rig.client->received == std::string("\xff\xfb\x01\xff\xfb\x03\xff\xfb\x00\xff\xfd\x00", 12) + "hello|");
    CHECK(rig.chardev.filename() == "unix:" + rig.path("s") + ",server=on");

    SECTION("its commands are no input, wherever they are cut") {
        const std::string wire("a\xff\xfd\x01" "b\xff\xf1" "c\xff\xfa\x18\x01x\xff\xf0" "d\xff\xff\n", 19);
        for (const char c : wire) rig.exchange(std::string(1, c));
        rig.until([&] { return !rig.server.users[0]->lines.empty(); });
        CHECK(rig.server.users[0]->lines[0] == "abcd\xff");
    }
    SECTION("an output byte that looks like a command is doubled") {
        rig.client->received.clear();
        rig.server.users[0]->peer->output() += "x\xffy";
        rig.server.users[0]->peer->schedule();
        rig.until_received(*rig.client, "x\xff\xffy");
    }
}

TEST_CASE("a WebSocket client is greeted after its handshake, in frames", "[chardev][websocket]") {
    LayerRig rig("websocket=on");
    rig.settle();
    CHECK(rig.server.users.empty());
    CHECK(rig.chardev.filename().starts_with("disconnected:"));
    rig.exchange(kRequest.substr(0, 40));
    CHECK(rig.client->received.empty());
    rig.exchange(kRequest.substr(40));
    rig.until_received(*rig.client, server_frame(0x82, "hello|"));
    const std::string& seen = rig.client->received;
    CHECK(seen.starts_with("HTTP/1.1 101 Switching Protocols\r\nServer: QEMU VNC\r\nDate: "));
    CHECK(seen.find(" GMT\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                    "Sec-WebSocket-Protocol: binary\r\n\r\n\x82") != std::string::npos);
    CHECK_FALSE(rig.chardev.filename().starts_with("disconnected:"));

    CHECK(rig.exchange(frame(0x82, "one\n")) == server_frame(0x82, "<one>"));
    SECTION("a message in fragments, with a ping between them") {
        CHECK(rig.exchange(frame(0x02, "tw") + frame(0x89, "there?") + frame(0x80, "o\n")) ==
              server_frame(0x8a, "there?") + server_frame(0x82, "<two>"));
    }
    SECTION("byte by byte") {
        for (const char c : frame(0x82, "three\n")) rig.client->send(std::string(1, c)), rig.turn();
        rig.client->received.clear();
        rig.until_received(*rig.client, server_frame(0x82, "<three>"));
    }
    SECTION("a message beyond 64 KiB, and its long answer") {
        const std::string big(70'000, 'x');
        rig.client->received.clear();
        const std::string wire = frame(0x82, big + "\n");
        rig.until([&, sent = std::size_t{0}]() mutable {
            sent += rig.client->send(std::string_view(wire).substr(sent));
            return sent == wire.size();
        });
        rig.until_received(*rig.client, "<" + big + ">");
        CHECK(rig.client->received == server_frame(0x82, "<" + big + ">"));
    }
    SECTION("a pong is no answer's worth, a close is answered and ends it") {
        CHECK(rig.exchange(frame(0x8a, "x")).empty());
        rig.exchange(frame(0x88, "\x03\xe8"));
        rig.until_end(*rig.client);
        CHECK(rig.client->received == server_frame(0x88, "\x03\xe8peer requested close"));
        rig.until([&] { return rig.server.users[0]->disconnects == 1; });
    }
    SECTION("what the standard forbids is told and ends it") {
        const std::string known = "\x03\xebonly binary, close, ping, and pong frames are supported";
        using Case = std::pair<std::string, std::string>;
        const auto [wrong, reason] = GENERATE_COPY(
            Case{frame(0x82, "x", false), "\x03\xea""client frames must be masked"}, Case{frame(0xc2, "x"), "\x03\xeareserved bits must be clear"},
            Case{frame(0x81, "text"), known}, Case{frame(0x83, "x"), known}, Case{frame(0x80, "x"), known}, Case{frame(0x8b, "x"), known},
            Case{frame(0x09, "x"), "\x03\xf0only binary frames may be fragmented"},
            Case{frame(0x89, std::string(126, 'x')), "\x03\xea""control frame is too large"},
            Case{frame(0x02, "a") + frame(0x82, "b"), "\x03\xeathe message before is not complete"});
        rig.exchange(wrong);
        rig.until_end(*rig.client);
        CHECK(rig.client->received.find(server_frame(0x88, reason)) == 0);
        rig.until([&] { return rig.server.users[0]->disconnects == 1; });
    }
    SECTION("the server says goodbye") {
        rig.client->received.clear();
        rig.server.users[0]->peer->close();
        rig.until_end(*rig.client);
        CHECK(rig.client->received == server_frame(0x88, "\x03\xe8"));
    }
}

TEST_CASE("a WebSocket handshake that is none is refused as QEMU refuses it", "[chardev][websocket]") {
    LayerRig rig("websocket=on");
    const auto refused = [&](const std::string& request) {
        rig.exchange(request);
        rig.until_end(*rig.client);
        return rig.client->received.substr(0, rig.client->received.find("\r\n"));
    };
    CHECK(rig.server.users.empty());
    SECTION("another path") { CHECK(refused(replaced(kRequest, "GET /", "GET /foo")) == "HTTP/1.1 404 Not Found"); }
    SECTION("too long") {
        CHECK(refused("GET / HTTP/1.1\r\nX: " + std::string(5000, 'a') + "\r\n\r\n") ==
              "HTTP/1.1 403 Request Entity Too Large");
    }
    SECTION("what is missing or wrong") {
        const std::string bad = GENERATE(
            replaced(kRequest, "GET", "POST"), replaced(kRequest, "1.1", "1.0"), replaced(kRequest, ": 13", ": 8"),
            replaced(kRequest, "Host: x\r\n", ""), replaced(kRequest, "Upgrade: websocket\r\n", ""),
            replaced(kRequest, "chat, binary", "chat"), replaced(kRequest, "dGhlIHNhbXBsZSBub25jZQ==", "abc"),
            std::string("hello\r\n\r\n"));
        CHECK(refused(bad) == "HTTP/1.1 400 Bad Request");
    }
    CHECK(rig.server.users.empty());
}
