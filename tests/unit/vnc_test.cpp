#include <catch2/catch.hpp>

#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "chardev/memory_chardev.h"
#include "machine/vnc/address.h"
#include "machine/vnc/keyboard.h"
#include "machine/vnc/options.h"
#include "machine/vnc/session.h"
#include "tests/unit/machine_rig.h"

using namespace rhea;
using namespace std::string_literals;
using rfb::Encoding;

namespace {

/// A server whose screen, password and manners the test chooses; it writes down what it is told.
class Host final : public VncSessionHost, public CharFrontend {
public:
    Host() : picture_(32, 16) { chardev.attach(this); }
    ~Host() { chardev.attach(nullptr); }

    MemoryChardev chardev{"vnc"};
    std::unique_ptr<VncSession> session;
    Picture picture_;
    Peer* peer = nullptr;
    bool encrypts = false, asks_password = false, welcomes = true, powers = false, absolute = false;
    unsigned lights = 0;
    Texts told;
    Texts take() { return std::exchange(told, {}); }

    PeerUser* connected(Peer& peer) override {
        this->peer = &peer;
        session = std::make_unique<VncSession>(*this, peer);
        session->begin();
        return session.get();
    }
    rfb::Security security(const VncSession&) const override { return encrypts ? rfb::Security::vencrypt : asks_password ? rfb::Security::vnc : rfb::Security::none; }
    rfb::SubSecurity sub_security() const override { return asks_password ? rfb::SubSecurity::x509_vnc : rfb::SubSecurity::x509_none; }
    void start_tls(VncSession& session, std::string_view early) override {
        told.push_back("tls " + std::string(early));
        session.secured(*peer);  // a thin one
    }
    std::string_view password_problem(std::string_view challenge, std::string_view answer) const override {
        return std::equal(challenge.begin(), challenge.end(), answer.rbegin()) ? "" : "wrong";  // a simpler cipher
    }
    const Picture& picture() override { return picture_; }
    std::string name() const override { return "box"; }
    bool enter(VncSession&, bool shared) override {
        told.push_back(shared ? "enter shared" : "enter alone");
        return welcomes;
    }
    void initialized(VncSession&) override { told.push_back("initialized"); }
    void wants_update(VncSession&, bool all) override { told.push_back(all ? "wants all" : "wants changes"); }
    void key(std::uint32_t symbol, std::optional<std::uint32_t> code, bool down) override {
        told.push_back("key " + std::to_string(symbol) + (code ? " " + std::to_string(*code) : "") + (down ? " down" : " up"));
    }
    void play(std::span<const InputEvent> events) override {
        std::string text = "play";
        for (const InputEvent& event : events) {
            if (const auto* move = std::get_if<Data<InputMoveEvent>>(&event.u))
                text.append(" ").append(enum_name(event.type)).append(" ").append(enum_name(move->data.axis)).append(std::to_string(move->data.value));
            if (const auto* press = std::get_if<Data<InputBtnEvent>>(&event.u))
                text.append(" ").append(enum_name(press->data.button)).append(press->data.down ? "+" : "-");
        }
        told.push_back(text);
    }
    bool offers_power() const override { return powers; }
    bool power(unsigned code) override {
        told.push_back("power " + std::to_string(code));
        return code == 2;
    }
    bool pointer_is_absolute() const override { return absolute; }
    unsigned leds() const override { return lights; }
    void complain(std::string_view text) override { told.push_back("complaint: " + std::string(text)); }
    void ended(VncSession&) override { told.push_back("ended"); }
};

struct Rig {
    Host host;
    MemoryPeer& client = host.chardev.connect();

    std::string output() { return client.take_output(); }
    /// What comes back for these bytes.
    std::string send(std::string_view bytes) {
        client.push(bytes);
        return output();
    }
    /// Through the handshake of a server without a password.
    void enter() {
        send("RFB 003.008\n");
        send("\1");
        send("\1");
        host.take();
    }
    std::string request(bool incremental, unsigned x = 0, unsigned y = 0, unsigned width = 32, unsigned height = 16) {
        std::string message = incremental ? "\3\1"s : "\3\0"s;
        for (unsigned value : {x, y, width, height}) rfb::put16(message, value);
        return send(message);
    }
    std::string set_encodings(std::vector<std::int32_t> encodings) {
        std::string message = "\2\0"s;
        rfb::put16(message, static_cast<unsigned>(encodings.size()));
        for (auto encoding : encodings) rfb::put32(message, static_cast<std::uint32_t>(encoding));
        return send(message);
    }
    std::string refresh() {
        host.session->refresh(host.picture_);
        return output();
    }
};

std::string rectangle(unsigned x, unsigned y, unsigned width, unsigned height, Encoding encoding) {
    std::string bytes;
    rfb::begin_rectangle(bytes, x, y, width, height, encoding);
    return bytes;
}
std::string one_rectangle(unsigned x, unsigned y, unsigned width, unsigned height, Encoding encoding) {
    return "\0\0\0\1"s + rectangle(x, y, width, height, encoding);
}
void fill(Picture& picture, unsigned x, unsigned y, unsigned width, unsigned height, std::array<std::uint8_t, 3> colour) {
    for (unsigned row = y; row < y + height; ++row)
        for (unsigned column = x; column < x + width; ++column) std::copy(colour.begin(), colour.end(), picture.at(column, row));
}

const std::string kInit = "\0\x20\0\x10\x20\x18\0\1\0\xff\0\xff\0\xff\x10\x8\0\0\0\0\0\0\0\3box"s;

}  // namespace

TEST_CASE("a client of any version shakes hands in its own way", "[vnc]") {
    {
        Rig rig;
        CHECK(rig.output() == "RFB 003.008\n");
        CHECK(rig.send("RFB 003.003\n") == "\0\0\0\1"s);
        CHECK(rig.send("\0"s) == kInit);
        CHECK(rig.host.take() == Texts{"enter alone", "initialized"});
    }
    {
        Rig rig;
        rig.output();
        CHECK(rig.send("RFB 003.007\n") == "\1\1"s);
        CHECK(rig.send("\1").empty());
        CHECK(rig.send("\1") == kInit);
        CHECK(rig.host.take() == Texts{"enter shared", "initialized"});
    }
    {
        Rig rig;
        rig.output();
        CHECK(rig.send("RFB 003.008\n\1\1") == "\1\1\0\0\0\0"s + kInit);  // all at once
    }
    for (const char* version : {"RFB 003.006\n", "RFB 003.889\n", "RFB 004.001\n"}) {
        Rig rig;
        rig.output();
        CHECK(rig.send(version) == "\0\0\0\0"s);
        CHECK(rig.client.closed());
    }
    Rig rig;
    rig.output();
    CHECK(rig.send("GET / HTTP/1.1\r\n").empty());
    CHECK(rig.client.closed());
}

TEST_CASE("the handshake goes on byte by byte", "[vnc]") {
    Rig rig;
    rig.output();
    std::string got;
    for (const char byte : "RFB 003.008\n\1\1"s) got += rig.send({&byte, 1});
    CHECK(got == "\1\1\0\0\0\0"s + kInit);
}

TEST_CASE("who does not answer the challenge is told so and goes", "[vnc]") {
    for (const bool good : {true, false})
        for (const unsigned version : {3u, 7u, 8u}) {
            Rig rig;
            rig.host.asks_password = true;
            rig.output();
            std::string challenge = rig.send("RFB 003.00" + std::to_string(version) + "\n");
            if (version == 3) {
                REQUIRE(challenge.substr(0, 4) == "\0\0\0\2"s);
                challenge.erase(0, 4);
            } else {
                REQUIRE(challenge == "\1\2");
                challenge = rig.send("\2");
            }
            REQUIRE(challenge.size() == 16);
            std::string answer(challenge.rbegin(), challenge.rend());
            if (!good) answer[3] = static_cast<char>(answer[3] ^ 1);
            const std::string result = rig.send(answer);
            INFO(version);
            if (good) {
                CHECK(result == "\0\0\0\0"s);
                CHECK(rig.send("\1") == kInit);
            } else {
                CHECK(result == (version == 8 ? "\0\0\0\1\0\0\0\x16" "Authentication failed\0"s : "\0\0\0\1"s));
                CHECK(rig.client.closed());
                CHECK(rig.host.take().empty());
            }
        }
    Rig rig;
    rig.host.asks_password = true;
    rig.send("RFB 003.008\n");
    CHECK(rig.send("\1") == "\0\0\0\1\0\0\0\x16" "Authentication failed\0"s);  // another way in than the one offered
    CHECK(rig.client.closed());
}

TEST_CASE("TLS begins when both know the same of it", "[vnc]") {
    for (const bool password : {false, true}) {
        Rig rig;
        rig.host.encrypts = true;
        rig.host.asks_password = password;
        rig.output();
        CHECK(rig.send("RFB 003.008\n") == "\1\x13");
        CHECK(rig.send("\x13") == "\0\2"s);
        CHECK(rig.send("\0\2"s) == "\0\1\0\0\1"s + (password ? "\5" : "\4"));
        const std::string begun = rig.send("\0\0\1"s + (password ? "\5" : "\4") + "early");
        CHECK(rig.host.take() == Texts{"tls early"});
        if (password) {
            CHECK(begun.size() == 17);
            CHECK(begun[0] == 1);
            CHECK(rig.send(std::string(begun.rbegin(), begun.rend() - 1)) == "\0\0\0\0"s);
        } else {
            CHECK(begun == "\1\0\0\0\0"s);
        }
        CHECK(rig.send("\1") == kInit);
    }
    const auto answer = [](std::string_view version, std::initializer_list<std::string> messages) {
        Rig rig;
        rig.host.encrypts = true;
        rig.output();
        std::string last = rig.send(version);
        for (const std::string& message : messages) last = rig.send(message);
        CHECK(rig.client.closed());
        CHECK(rig.host.take().empty());
        return last;
    };
    CHECK(answer("RFB 003.003\n", {}) == "\0\0\0\0"s);
    CHECK(answer("RFB 003.008\n", {"\x13", "\0\1"s}) == "\1");
    CHECK(answer("RFB 003.008\n", {"\x13", "\0\2"s, "\0\0\1\1"s}) == "\0"s);
    CHECK(answer("RFB 003.007\n", {"\1"}) == "\0\0\0\1"s);
}

TEST_CASE("a client that is not welcome gets no picture", "[vnc]") {
    Rig rig;
    rig.host.welcomes = false;
    rig.send("RFB 003.008\n");
    rig.send("\1");
    CHECK(rig.send("\1").empty());
    CHECK(rig.client.closed());
    CHECK(rig.host.take() == Texts{"enter shared"});
}

TEST_CASE("a client sees all of the picture once, and then what changes", "[vnc]") {
    Rig rig;
    rig.enter();
    fill(rig.host.picture_, 0, 0, 1, 1, {0x11, 0x22, 0x33});
    CHECK(rig.request(false).empty());
    CHECK(rig.host.take() == Texts{"wants all"});
    const std::string black(32 * 16 * 4 - 4, '\0');
    CHECK(rig.refresh() == one_rectangle(0, 0, 32, 16, Encoding::raw) + "\x33\x22\x11\0"s + black);
    CHECK_FALSE(rig.host.session->waits_for_update());
    fill(rig.host.picture_, 20, 3, 1, 1, {0xff, 0, 0});
    CHECK(rig.refresh().empty());  // nobody asked
    CHECK(rig.request(true).empty());
    CHECK(rig.host.take() == Texts{"wants changes"});
    std::string half(16 * 16 * 4, '\0');
    half[(3 * 16 + 4) * 4 + 2] = '\xff';
    CHECK(rig.refresh() == one_rectangle(16, 0, 16, 16, Encoding::raw) + half);
    rig.request(true);
    CHECK(rig.refresh().empty());
    CHECK(rig.host.session->waits_for_update());
    // What it asks for again it gets again.
    rig.request(false, 17, 1, 2, 2);
    CHECK(rig.refresh() == one_rectangle(16, 0, 16, 16, Encoding::raw) + half);
    rig.request(false, 400, 100, 65535, 65535);  // nothing of the picture
    CHECK(rig.refresh().empty());
}

TEST_CASE("pixels have the format that the client wants", "[vnc]") {
    struct Case {
        std::string format, pixel;
    };
    const Case cases[] = {
        {"\x20\x18\0\1\0\xff\0\xff\0\xff\x10\x8\0"s, "\x40\x80\xc0\0"s}, {"\x20\x18\1\1\0\xff\0\xff\0\xff\x10\x8\0"s, "\0\xc0\x80\x40"s},
        {"\x20\x18\0\1\0\xff\0\xff\0\xff\0\x8\x10"s, "\xc0\x80\x40\0"s}, {"\x10\x10\0\1\0\x1f\0\x3f\0\x1f\xb\5\0"s, "\x08\xc4"s},
        {"\x10\x10\1\1\0\x1f\0\x3f\0\x1f\xb\5\0"s, "\xc4\x08"s},         {"\x8\x8\0\1\0\7\0\7\0\3\5\2\0"s, "\xd1"s},
        {"\x20\x20\0\1\3\xff\3\xff\3\xff\x14\xa\0"s, "\0\1\x08\x30"s},    {"\x20\x20\0\1\0\xff\0\xff\0\xff\xff\x8\0"s, "\x40\x80\0\0"s},
    };
    for (const Case& c : cases) {
        Rig rig;
        rig.enter();
        rig.host.picture_ = Picture(32, 16);
        fill(rig.host.picture_, 0, 0, 1, 1, {0xc0, 0x80, 0x40});
        CHECK(rig.send("\0\0\0\0"s + c.format + "\0\0\0"s).empty());
        rig.request(false);
        CHECK(rig.refresh().substr(16, c.pixel.size()) == c.pixel);
    }
    Rig rig;
    rig.enter();
    // Without true colours it is told the colours of a map.
    const std::string map = rig.send("\0\0\0\0\x8\x8\0\0"s + std::string(12, '\0'));
    REQUIRE(map.size() == 6 + 256 * 6);
    CHECK(map.substr(0, 6) == "\1\0\0\0\1\0"s);
    CHECK(map.substr(6 + 0x53 * 6, 6) == "\x60\0\x40\0\x40\0"s);
    for (const char* bits : {"\x18", "\x4", "\x1"}) {
        Rig other;
        other.enter();
        CHECK(other.send("\0\0\0\0"s + bits + "\x18\0\1"s + std::string(12, '\0')).empty());
        CHECK(other.client.closed());
    }
}

TEST_CASE("hextile draws the same picture with fewer bytes", "[vnc]") {
    Rig rig;
    rig.enter();
    rig.set_encodings({7, 5, 0});
    fill(rig.host.picture_, 2, 4, 3, 5, {0, 0, 0xff});
    fill(rig.host.picture_, 18, 1, 1, 1, {0, 0xff, 0});
    fill(rig.host.picture_, 20, 1, 1, 1, {0xff, 0, 0});
    rig.request(false);
    CHECK(rig.refresh() == one_rectangle(0, 0, 32, 16, Encoding::hextile) + "\xe"s + "\0\0\0\0"s + "\xff\0\0\0"s + "\1\x24\x24"s + "\x18\2"s +
                               "\0\xff\0\0\x21\0"s + "\0\0\xff\0\x41\0"s);
    // Noise is raw; the tile beside it starts anew.
    for (unsigned i = 0; i < 16 * 16; ++i) fill(rig.host.picture_, i % 16, i / 16, 1, 1, {static_cast<std::uint8_t>(i), 0, 0});
    fill(rig.host.picture_, 16, 0, 16, 16, {0, 0, 0});
    rig.request(true);
    const std::string noise = rig.refresh();
    REQUIRE(noise.size() == 16 + 1 + 16 * 16 * 4 + 1 + 4);
    CHECK(noise[16] == 1);
    CHECK(noise.substr(16 + 1 + 16 * 16 * 4) == "\2\0\0\0\0"s);
}

TEST_CASE("a picture of another size is announced to who understands that, and cut for who does not", "[vnc]") {
    Rig rig;
    rig.enter();
    rig.set_encodings({0, -223});
    rig.request(false);
    rig.refresh();
    rig.host.picture_ = Picture(48, 20);
    rig.request(true);
    CHECK(rig.refresh() == one_rectangle(0, 0, 48, 20, Encoding::desktop_size));
    rig.request(false, 0, 0, 48, 20);
    CHECK(rig.refresh().substr(0, 16) == one_rectangle(0, 0, 48, 20, Encoding::raw));

    Rig old;
    old.enter();
    old.request(false);
    old.refresh();
    old.host.picture_ = Picture(16, 8);
    fill(old.host.picture_, 0, 0, 1, 1, {1, 1, 1});
    old.request(true);
    const std::string cut = old.refresh();
    CHECK(cut == one_rectangle(0, 0, 16, 16, Encoding::raw) + "\1\1\1\0"s + std::string(16 * 16 * 4 - 4, '\0'));

    Rig modern;
    modern.enter();
    const auto screens = [](unsigned reason, unsigned status, std::string_view size) {
        return one_rectangle(reason, status, 0, 0, Encoding::extended_desktop_size).replace(8, 4, size) + "\1\0\0\0\0\0\0\0\0\0\0\0"s + std::string(size) +
               "\0\0\0\0"s;
    };
    modern.set_encodings({-308, -223});
    CHECK(modern.request(false) == screens(0, 0, "\0\x20\0\x10"s));
    modern.refresh();
    modern.host.picture_ = Picture(48, 20);
    modern.request(true);
    CHECK(modern.refresh() == screens(0, 0, "\0\x30\0\x14"s));
    CHECK(modern.send("\xfb\0\0\x40\0\x30\1\0"s + std::string(16, '\0')) == screens(1, 3, "\0\x30\0\x14"s));
}

TEST_CASE("keys, pointers and power go to the host", "[vnc]") {
    Rig rig;
    rig.enter();
    rig.send("\4\1\0\0\0\0\0\x61"s);
    rig.send("\xff\0\0\0\0\0\0\x61\0\0\0\x1e"s);
    CHECK(rig.host.take() == Texts{"key 97 down", "key 97 30 up"});
    rig.send("\5\0\0\4\0\4"s);
    rig.send("\5\1\0\x9\0\2"s);
    rig.send("\5\x8\0\x9\0\2"s);
    CHECK(rig.host.take() == Texts{"play", "play left+ rel x5 rel y-2", "play left- wheel-up+ rel x0 rel y0"});
    rig.host.absolute = true;
    rig.send("\5\0\0\x1f\xff\xff"s);
    CHECK(rig.host.take() == Texts{"play wheel-up- abs x32767 abs y32767"});
    // A client that can be told which of the two it is is told, then and when it changes.
    CHECK(rig.set_encodings({-257}) == one_rectangle(1, 0, 32, 16, Encoding::pointer_type));
    rig.host.absolute = false;
    rig.host.session->input_changed();
    CHECK(rig.output() == one_rectangle(0, 0, 32, 16, Encoding::pointer_type));
    rig.host.session->input_changed();
    CHECK(rig.output().empty());
    rig.send("\5\0\x80\4\x7f\xfc"s);
    CHECK(rig.host.take() == Texts{"play rel x5 rel y-3"});
    // So it is with the lights of the keyboard.
    rig.host.lights = 2;
    CHECK(rig.set_encodings({-258, -261}) == one_rectangle(0, 0, 32, 16, Encoding::extended_key) + one_rectangle(0, 0, 1, 1, Encoding::led_state) + "\2");
    rig.host.lights = 6;
    rig.host.session->input_changed();
    CHECK(rig.output() == one_rectangle(0, 0, 1, 1, Encoding::led_state) + "\6");
    // Power, where it is offered.
    CHECK(rig.set_encodings({-309}).empty());
    rig.host.powers = true;
    CHECK(rig.set_encodings({-309}) == "\xfa\0\1\1"s);
    CHECK(rig.send("\xfa\0\1\2"s).empty());
    CHECK(rig.send("\xfa\0\1\3"s) == "\xfa\0\1\0"s);
    CHECK(rig.host.take() == Texts{"power 2", "power 3"});
    rig.send("\xfa\0\2\2"s);
    CHECK(rig.client.closed());
    CHECK(rig.host.take() == Texts{"complaint: vnc: xvp client message version 2 != 1"});
}

TEST_CASE("text that a client cuts is dropped, and too much of it ends the connection", "[vnc]") {
    Rig rig;
    rig.enter();
    const auto cut = [](std::uint32_t size) {
        std::string message = "\6\0\0\0"s;
        rfb::put32(message, size);
        return message;
    };
    rig.send(cut(1 << 20));
    for (int i = 0; i < 16; ++i) rig.send(std::string(1 << 16, '\4'));
    rig.send(cut(static_cast<std::uint32_t>(-3)) + "\4\4\4");
    rig.send(cut(0));
    rig.send("\4\0\0\0\0\0\0\1"s);
    CHECK(rig.host.take() == Texts{"key 1 up"});
    rig.send(cut((1 << 20) + 1));
    CHECK(rig.client.closed());
    CHECK(rig.host.take() == Texts{"complaint: vnc: client_cut_text msg payload has 1048577 bytes which exceeds our limit of 1MB."});
}

TEST_CASE("what is no message ends the connection", "[vnc]") {
    for (const char* bytes : {"\1", "\7", "\x96", "\xf8", "\xff\1", "\xff\7"}) {
        Rig rig;
        rig.enter();
        rig.send(bytes);
        CHECK(rig.client.closed());
        CHECK(rig.send("\4\1\0\0\0\0\0\x61"s).empty());
        CHECK(rig.host.take().empty());
    }
    // One that is not complete is waited for.
    Rig rig;
    rig.enter();
    for (const char* bytes : {"\2\1\xff", "\xff"}) rig.send(bytes);
    CHECK_FALSE(rig.client.closed());
    rig.client.disconnect();
    CHECK(rig.host.take() == Texts{"ended"});
}

TEST_CASE("a client that does not read is sent no second picture", "[vnc]") {
    Rig rig;
    rig.enter();
    rig.client.set_room(100);
    rig.request(false);
    rig.host.take();
    CHECK(rig.refresh().size() == 100);
    rig.request(false);
    CHECK_FALSE(rig.host.session->waits_for_update());
    CHECK(rig.host.take().empty());
    fill(rig.host.picture_, 0, 0, 1, 1, {9, 9, 9});
    rig.host.session->refresh(rig.host.picture_);
    rig.client.set_room(1 << 20);
    CHECK(rig.output().size() == 16 + 32 * 16 * 4 - 100);
    rig.host.chardev.turn();
    CHECK(rig.host.take() == Texts{"wants all"});
    CHECK(rig.refresh().size() == 16 + 32 * 16 * 4);
}

TEST_CASE("a client that asks and does not read is not read either", "[vnc]") {
    Rig rig;
    rig.enter();
    rig.client.set_room(0);
    const std::string asks_map = "\0\0\0\0\x8\x8\0\0"s + std::string(12, '\0');
    std::string flood;
    for (int i = 0; i < 3000; ++i) flood += asks_map;
    rig.client.push(flood);
    CHECK_FALSE(rig.client.reading());
    rig.client.set_room(SIZE_MAX);
    std::size_t got = 0;
    for (int i = 0; i < 100; ++i) {
        got += rig.output().size();
        rig.host.chardev.turn();
    }
    CHECK(got == 3000 * (6 + 256 * 6));  // none was lost
    CHECK(rig.client.reading());
}

TEST_CASE("whatever changes, the client ends with the picture", "[vnc]") {
    std::mt19937 random(7);
    const auto below = [&](unsigned most) { return static_cast<unsigned>(random() % most); };
    Rig rig;
    rig.host.picture_ = Picture(70, 50);
    rig.enter();
    Picture seen(70, 50);
    const auto look = [&](std::string_view update) {
        if (update.empty()) return;
        unsigned rectangles = rfb::get16(update, 2);
        for (update.remove_prefix(4); rectangles > 0; --rectangles) {
            const unsigned x = rfb::get16(update, 0), y = rfb::get16(update, 2), width = rfb::get16(update, 4), height = rfb::get16(update, 6);
            REQUIRE(rfb::get32(update, 8) == 0);
            REQUIRE((x + width <= 70 && y + height <= 50));
            for (unsigned i = 0; i < width * height; ++i)
                for (unsigned colour = 0; colour < 3; ++colour)
                    seen.at(x + i % width, y + i / width)[colour] = static_cast<std::uint8_t>(update[12 + i * 4 + 2 - colour]);
            update.remove_prefix(12 + std::size_t{width} * height * 4);
        }
        REQUIRE(update.empty());
    };
    rig.request(false, 0, 0, 70, 50);
    look(rig.refresh());
    for (int i = 0; i < 500; ++i) {
        const unsigned x = below(70), y = below(50);
        fill(rig.host.picture_, x, y, 1 + below(70 - x), 1 + below(50 - y), {static_cast<std::uint8_t>(random()), static_cast<std::uint8_t>(random()), 0});
        if (below(3) == 0) rig.request(below(4) != 0, below(80), below(60), below(80), below(60));
        if (below(2) == 0) look(rig.refresh());
    }
    rig.request(true);
    look(rig.refresh());
    CHECK(seen.rgb == rig.host.picture_.rgb);
}

TEST_CASE("a client that says anything does no harm", "[vnc]") {
    constexpr std::size_t kPicture = 70 * 50 * 4 + 4 * 20 + 1000;
    std::mt19937 random(11);
    const char kinds[] = {0, 2, 3, 4, 5, 6, '\xfa', '\xfb', '\xff'};
    for (int client = 0; client < 400; ++client) {
        Rig rig;
        rig.host.powers = true;
        rig.host.encrypts = client % 7 == 0;
        rig.host.asks_password = client % 5 == 0;
        rig.host.picture_ = Picture(70, 50);
        if (client % 2 == 0 && !rig.host.encrypts && !rig.host.asks_password) rig.enter();
        if (client % 3 == 0) rig.client.set_room(1000);
        for (int step = 0; step < 100 && !rig.client.closed(); ++step) {
            std::string bytes(1 + random() % 40, '\0');
            for (char& byte : bytes) byte = random() % 3 ? '\0' : static_cast<char>(random());
            if (random() % 4) bytes[0] = kinds[random() % std::size(kinds)];
            rig.client.push(bytes);
            if (random() % 3 == 0) rig.host.session->refresh(rig.host.picture_);
            if (random() % 5 == 0) rig.host.picture_ = Picture(1 + static_cast<unsigned>(random() % 70), 1 + static_cast<unsigned>(random() % 50));
            REQUIRE(rig.client.pending() <= VncSession::kMostReplies + kPicture + 4000);
        }
    }
}

// --- The parts beside the session

namespace {

/// A keyboard that writes down what reaches it.
struct KeyLog final : InputDevice {
    std::string text;
    std::string_view input_name() const override { return "log"; }
    unsigned input_kinds() const override { return kind_bit(InputEventKind::key); }
    void input(const InputEvent& event) override {
        const auto& key = std::get<Data<InputKeyEvent>>(event.u).data;
        text.append(text.empty() ? "" : " ").append(enum_name(key_code(key.key))).append(key.down ? "+" : "-");
    }
};

struct Keys : MachineRig {
    bool running = true;
    Input input{clocks, [this] { return running; }};
    KeyLog log;

    Keys() { input.add(log); }
    ~Keys() { input.remove(log); }
    std::string take() {
        advance(kSecond);
        return std::exchange(log.text, {});
    }
    /// Presses and releases.
    std::string tap(VncKeyboard& keyboard, std::uint32_t symbol) {
        keyboard.key(symbol, {}, true);
        keyboard.key(symbol, {}, false);
        return take();
    }
};

constexpr std::uint32_t kShift = 0xffe1, kControl = 0xffe3, kAlt = 0xffe9, kCapsLock = 0xffe5, kPad4 = 0xffb4, kPadLeft = 0xff96;

}  // namespace

TEST_CASE("addresses of -vnc are displays, ports or files", "[vnc]") {
    const auto parse = [](std::string_view text) { return vnc_addresses(*Options::parse(text, "vnc")); };
    const auto inet = [](const std::optional<SocketAddressLegacy>& a) { return std::get<Data<InetSocketAddress>>(a->u).data; };
    const auto local = parse("127.0.0.1:7");
    REQUIRE(local);
    CHECK(inet(local->rfb).host == "127.0.0.1");
    CHECK(inet(local->rfb).port == "5907");
    CHECK_FALSE(local->websocket);
    CHECK(inet(parse("[::1]:7")->rfb).host == "::1");
    CHECK(inet(parse("h:7,to=9")->rfb).to == 5909);
    CHECK(inet(parse("h:7,websocket=on")->websocket).port == "5707");
    CHECK(inet(parse("h:7,websocket=80")->websocket).port == "80");
    CHECK(inet(parse("h:7,reverse=on")->rfb).port == "7");
    CHECK(std::get<Data<UnixSocketAddress>>(parse("unix:/tmp/x")->rfb->u).data.path == "/tmp/x");
    CHECK_FALSE(parse("none")->rfb);
    CHECK_FALSE(parse("")->rfb);
    const auto error = [&](std::string_view text) { return parse(text).error().description(); };
    CHECK(error("foo") == "no vnc port specified");
    CHECK(error("h:") == "vnc port cannot be empty");
    CHECK(error(":foo") == "can't convert to a number: foo");
    CHECK(error("h:-1") == "can't convert to a number: -1");
    CHECK(error(":99999") == "port 99999 out of range");
    CHECK(error(":59636") == "port 59636 out of range");
    CHECK(error(":18446744073709551616") == "can't convert to a number: 18446744073709551616");
    CHECK(error(":1,reverse=on,websocket=on") == "Cannot use websockets in reverse mode");
}

TEST_CASE("a symbol is a key, with Caps Lock and Num Lock as it needs them", "[vnc]") {
    Keys keys;
    VncKeyboard keyboard(keys.input, Keymap::english(), {});
    CHECK(keys.tap(keyboard, 'a') == "a+ a-");
    CHECK(keys.tap(keyboard, 'A') == "caps_lock+ caps_lock- a+ a-");
    CHECK(keys.tap(keyboard, 'A') == "a+ a-");
    CHECK(keys.tap(keyboard, 'b') == "caps_lock+ caps_lock- b+ b-");
    keyboard.key(kShift, {}, true);
    CHECK(keys.tap(keyboard, 'B') == "shift+ b+ b-");
    CHECK(keys.tap(keyboard, '!') == "1+ 1-");
    keyboard.key(kShift, {}, false);
    CHECK(keys.take() == "shift-");
    CHECK(keys.tap(keyboard, kPad4) == "num_lock+ num_lock- kp_4+ kp_4-");
    CHECK(keys.tap(keyboard, kPadLeft) == "num_lock+ num_lock- kp_4+ kp_4-");
    keyboard.set_leds(2 | 4);  // the guest says so itself
    CHECK(keys.tap(keyboard, kPad4) == "kp_4+ kp_4-");
    CHECK(keys.tap(keyboard, 'x') == "caps_lock+ caps_lock- x+ x-");
    CHECK(keys.tap(keyboard, kCapsLock) == "caps_lock+ caps_lock-");
    CHECK(keys.tap(keyboard, 'X') == "x+ x-");
    CHECK(keys.tap(keyboard, 0xe9).empty());        // no key of this keyboard
    CHECK(keys.tap(keyboard, 0xffffffff) == "delete+ delete-");
    VncKeyboard plain(keys.input, Keymap::english(), {.sync_locks = false});
    CHECK(keys.tap(plain, 'A') == "a+ a-");
}

TEST_CASE("a symbol that two keys make is on that one which does with the modifiers held", "[vnc]") {
    Keys keys;
    VncKeyboard keyboard(keys.input, Keymap::english(), {});
    CHECK(keys.tap(keyboard, '<') == "less+ less-");
    keyboard.key(kShift, {}, true);
    keyboard.key('<', {}, true);
    keyboard.key(kShift, {}, false);
    keyboard.key('<', {}, false);
    CHECK(keys.take() == "shift+ comma+ shift- comma-");
    CHECK(keys.tap(keyboard, '|') == "backslash+ backslash-");
}

TEST_CASE("layouts come from files", "[vnc]") {
    char pattern[] = "/tmp/rhea-keymap-XXXXXX";
    const std::string folder = ::mkdtemp(pattern);
    std::filesystem::create_directory(folder + "/keymaps");
    std::ofstream(folder + "/keymaps/common") << "# what all have\nReturn 0x1c\nKP_4 0x4b numlock\n";
    std::ofstream(folder + "/keymaps/xx") << "include common\nmap 0x407\nz 0x15 addupper\nudiaeresis 0x1a\nat 16 altgr\nU20ac 0x12\nnosuchname 0x11\nless\n";
    std::ofstream(folder + "/keymaps/loop") << "include loop\na 0x1e\n";
    const auto map = Keymap::load({folder}, "xx");
    REQUIRE(map);
    const auto key = [&](std::uint32_t symbol) { return map->find(symbol, true, 0, [](QKeyCode) { return false; }); };
    CHECK(key('z') == QKeyCode::y);
    CHECK(key('Z') == QKeyCode::y);
    CHECK(key(0xfc) == QKeyCode::bracket_left);
    CHECK(key('@') == QKeyCode::q);
    CHECK(key(0x20ac) == QKeyCode::e);
    CHECK(key(0xff0d) == QKeyCode::ret);
    CHECK(key('<') == QKeyCode::unmapped);
    CHECK(Keymap::load({folder}, "loop"));
    CHECK(Keymap::load({folder}, "en-us"));
    for (const char* name : {"nowhere", "../xx", "", "keymaps"}) CHECK(Keymap::load({folder}, name).error().description() == fmt::format("could not read keymap file: '{}'", name));
    std::filesystem::remove_all(folder);
}

TEST_CASE("keys that are held go up once, and with their client", "[vnc]") {
    Keys keys;
    VncKeyboard keyboard(keys.input, Keymap::english(), {});
    keyboard.key('c', {}, false);
    CHECK(keys.take().empty());
    keyboard.key('c', {}, true);
    keyboard.key('c', {}, true);
    keyboard.key(kShift, {}, true);
    CHECK(keys.take() == "c+ c+ shift+");
    keyboard.release();
    CHECK(keys.take() == "shift- c-");
    keyboard.release();
    CHECK(keys.take().empty());
    // A machine that stands still takes none.
    keys.running = false;
    keyboard.key('c', {}, true);
    keys.running = true;
    CHECK(keys.take().empty());
}

TEST_CASE("codes of keys count before symbols, unless a layout is given", "[vnc]") {
    Keys keys;
    VncKeyboard keyboard(keys.input, Keymap::english(), {});
    keyboard.key('a', 0x1f, true);
    keyboard.key(0, 0xc8, true);
    keyboard.key('a', 0, true);
    keyboard.key('a', 0x12345678, true);
    CHECK(keys.take() == "s+ up+");
    VncKeyboard by_symbol(keys.input, Keymap::english(), {.by_symbol = true});
    by_symbol.key('a', 0x1f, true);
    CHECK(keys.take() == "a+");
}

TEST_CASE("Ctrl-Alt and a digit choose a screen, where there is a choice", "[vnc]") {
    Keys keys;
    VncKeyboard keyboard(keys.input, Keymap::english(), {});
    keyboard.key(kControl, {}, true);
    keyboard.key(kAlt, {}, true);
    CHECK(keys.tap(keyboard, '2') == "ctrl+ alt+");
    CHECK(keys.tap(keyboard, 'x') == "x+ x-");
    VncKeyboard own(keys.input, Keymap::english(), {.keep_console_keys = false});
    own.key(kControl, {}, true);
    own.key(kAlt, {}, true);
    CHECK(keys.tap(own, '2') == "ctrl+ alt+ 2+ 2-");
}

TEST_CASE("keys that come at once leave apart", "[vnc]") {
    Keys keys;
    VncKeyboard keyboard(keys.input, Keymap::english(), {.delay_ms = 10});
    for (const char symbol : {'a', 'b', 'c'}) keyboard.key(static_cast<unsigned char>(symbol), {}, true);
    CHECK(keys.log.text == "a+");
    keys.advance(10'000'000);
    CHECK(keys.log.text == "a+ b+");
    keys.advance(10'000'000);
    CHECK(keys.log.text == "a+ b+ c+");
}

TEST_CASE("options of -vnc say what they cannot be", "[vnc]") {
    const auto error = [](std::string_view text) { return vnc_options(*Options::parse(text, "vnc"), "default").error().description(); };
    CHECK(error("none,share=zork") == "unknown vnc share= option");
    CHECK(error("none,password=on,password-secret=s") == "'password' flag is redundant with 'password-secret'");
    CHECK(error("none,tls-authz=a") == "'tls-authz' provided but TLS is not enabled");
    CHECK(error("none,sasl-authz=a") == "'sasl-authz' provided but SASL auth is not enabled");
    CHECK(error("none,sasl=on") == "VNC SASL auth requires cyrus-sasl support");
    const auto options = vnc_options(*Options::parse("none,share=force-shared,password-secret=s,connections=3,display=v,head=1,key-delay-ms=0", "vnc"), "x");
    REQUIRE(options);
    CHECK(options->id == "x");
    CHECK(options->share == VncShare::force_shared);
    CHECK(options->password);
    CHECK(options->most_connecting == 3);
    CHECK(options->display == "v");
    CHECK(options->head == 1);
    CHECK(options->key_delay_ms == 0);
}
