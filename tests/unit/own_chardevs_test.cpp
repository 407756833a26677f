#include <catch2/catch.hpp>

#include <sys/ioctl.h>

#include "machine/char/own_chardevs.h"
#include "chardev/options.h"
#include "machine/char_port.h"
#include "machine/input/input.h"
#include "machine/input/input_event.h"
#include "tests/unit/machine_rig.h"

using namespace rhea;

namespace {

/// What a guest sees at its end of the cable.
struct GuestPort final : CharPortUser {
    explicit GuestPort(Chardev& chardev) : port(&chardev, *this) {}
    std::size_t can_receive() override { return 4096; }
    void receive(std::span<const std::uint8_t> bytes) override { got.append(bytes.begin(), bytes.end()); }
    void say(std::string_view text) {
        (void)port.write(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
    }
    std::string take() { return std::exchange(got, {}); }

    std::string got;
    CharPort port;
};

struct OwnRig : MachineRig {
    bool running = true;
    int status = -1;
    Input input{clocks, [this] { return running; }};
    ChardevHost host{nullptr};
    OwnChardevs own{host};

    OwnRig() { own.connect({input, [this](int s) { status = s; }, [] { return std::nullopt; }}); }
    std::unique_ptr<Chardev> open(std::string_view text) {
        const auto options = parse_chardev(text);
        REQUIRE(options);
        const auto parsed = chardev_options(*options);
        REQUIRE(parsed);
        auto made = own.open(*parsed);
        if (!made) {
            error = made.error().description();
            return nullptr;
        }
        return std::move(*made);
    }
    void press(InputButton button, bool down) {
        const InputEvent event = input_press(button, down);
        REQUIRE(input.send({&event, 1}));
    }
    void move_to(std::int64_t x, std::int64_t y) {
        const InputEvent events[] = {{InputEventKind::abs, Data<InputMoveEvent>{{InputAxis::x, x}}},
                                     {InputEventKind::abs, Data<InputMoveEvent>{{InputAxis::y, y}}}};
        REQUIRE(input.send(events));
    }
    std::string error;
};

std::string number(std::uint32_t value, unsigned bytes = 4) {
    std::string text;
    for (unsigned i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
    return text;
}

/// One message of the agent's protocol in a chunk of its own.
std::string agent_message(std::uint32_t type, const std::string& data) {
    const std::string whole = number(1) + number(type) + number(0) + number(0) + number(static_cast<std::uint32_t>(data.size())) + data;
    return number(1) + number(static_cast<std::uint32_t>(whole.size())) + whole;
}

constexpr std::uint32_t kMouseState = 1, kClipboard = 4, kAnnounce = 6, kGrab = 7, kRequest = 8, kRelease = 9, kText = 1;
constexpr std::uint32_t kClipboards = 0x20060;      // on demand, several, with serial numbers

}  // namespace

TEST_CASE("a serial mouse says what it is when it gets power, and is silent without", "[chardev][input]") {
    OwnRig rig;
    auto mouse = rig.open("msmouse,id=m");
    GuestPort guest(*mouse);
    rig.input.move(10, -5, 0);
    CHECK(guest.take().empty());
    mouse->port_lines()->set_modem_lines(TIOCM_DTR | TIOCM_RTS);
    CHECK(guest.take() == std::string("M3\x08\x01$1-5\x10\x10\x10\x11<<-/53%<<1%-5\x00-ICROSOFT\x00-OUSE\x19!\t", 44));
    mouse->port_lines()->set_modem_lines(TIOCM_DTR);
    CHECK(guest.take().empty());
    rig.input.move(10, -5, 0);
    CHECK(guest.take() == "L\n;");
    rig.input.move(300, -500, 0);      // eight bits are left of each
    CHECK(guest.take() == "@,\x0c");
    mouse->port_lines()->set_modem_lines(0);
    rig.input.move(1, 1, 0);
    CHECK(guest.take().empty());
}

TEST_CASE("a serial mouse's middle button takes a byte of its own", "[chardev][input]") {
    OwnRig rig;
    auto mouse = rig.open("msmouse,id=m");
    GuestPort guest(*mouse);
    mouse->port_lines()->set_modem_lines(TIOCM_DTR);
    guest.take();
    rig.press(InputButton::left, true);
    CHECK(guest.take() == std::string("`\0\0", 3));
    rig.press(InputButton::middle, true);
    CHECK(guest.take() == std::string("`\0\0 ", 4));
    rig.press(InputButton::right, true);
    CHECK(guest.take() == std::string("p\0\0", 3));
    rig.press(InputButton::middle, false);
    CHECK(guest.take() == std::string("p\0\0\0", 4));
}

TEST_CASE("a Wacom tablet answers at 9600 bits per second alone", "[chardev][input]") {
    OwnRig rig;
    auto tablet = rig.open("wctablet,id=t");
    GuestPort guest(*tablet);
    guest.say("~#\r");
    CHECK(guest.take().empty());
    tablet->port_lines()->set_parameters({9600, 'N', 8, 1});
    guest.say("~#");
    CHECK(guest.take() == "~#CT-0045R,V1.3-5,");
    guest.say("\rAS1\rRE\r");
    CHECK(guest.take() == "96,N,8,0");
    guest.say("TS0\r");
    CHECK(guest.take() == std::string("\xa3\x7eg\x03\x7f\x7f\0", 7));
    rig.move_to(100, 32767);
    CHECK(guest.take().empty());      // nobody has asked for the pen yet
    guest.say("ST\r");
    CHECK(guest.take() == std::string("\xe0\x00\x0f\x00\x1d>\x00", 7));
    rig.press(InputButton::left, true);
    CHECK(guest.take() == std::string("\xa0\x00\x0f\x00\x1d>\x00", 7));
    guest.say("SP\r");
    rig.move_to(1, 1);
    CHECK(guest.take().empty());
}

TEST_CASE("testdev ends the emulator with twice the number and one", "[chardev]") {
    const auto status_of = [](std::string_view text) {
        OwnRig rig;
        auto device = rig.open("testdev,id=t");
        GuestPort guest(*device);
        guest.say(text);
        return rig.status;
    };
    CHECK(status_of("q") == 1);
    CHECK(status_of("3q") == 7);
    CHECK(status_of("31q") == 63);
    CHECK(status_of("255q") == 255);
    CHECK(status_of("3zq") == 1);
    CHECK(status_of("31") == -1);
}

TEST_CASE("an agent is told where the pointer is, once it says that it wants to know", "[chardev][input]") {
    OwnRig rig;
    auto agent = rig.open("qemu-vdagent,id=a");
    GuestPort guest(*agent);
    rig.move_to(100, 32767);
    CHECK(guest.take().empty());
    guest.say(agent_message(kAnnounce, number(1) + number(1)));
    CHECK(guest.take() == agent_message(kAnnounce, number(0) + number(1)));
    rig.press(InputButton::right, true);
    CHECK(guest.take() == agent_message(kMouseState, number(3) + number(768) + number(8) + number(0xff, 1)));
}

TEST_CASE("what one guest copies another may paste", "[chardev]") {
    OwnRig rig;
    auto first = rig.open("qemu-vdagent,id=a,mouse=off,clipboard=on"), second = rig.open("qemu-vdagent,id=b,mouse=off,clipboard=on");
    GuestPort a(*first), b(*second);
    for (GuestPort* guest : {&a, &b}) {
        guest->say(agent_message(kAnnounce, number(1) + number(kClipboards)));
        CHECK(guest->take() == agent_message(kAnnounce, number(0) + number(kClipboards)));
    }
    a.say(agent_message(kGrab, number(0) + number(5) + number(kText)));
    CHECK(a.take().empty());
    CHECK(b.take() == agent_message(kGrab, number(0) + number(5) + number(kText)));
    b.say(agent_message(kRequest, number(0) + number(kText)));
    CHECK(a.take() == agent_message(kRequest, number(0) + number(kText)));
    a.say(agent_message(kClipboard, number(0) + number(kText) + "hello"));
    CHECK(b.take() == agent_message(kClipboard, number(0) + number(kText) + "hello"));
    a.say(agent_message(kRelease, number(0)));
    CHECK(b.take() == agent_message(kRelease, number(0)));
    b.say(agent_message(kRequest, number(0) + number(kText)));
    CHECK(b.take() == agent_message(kClipboard, number(0) + number(kText)));      // there is none
}

TEST_CASE("an agent's messages come in pieces, and one that is too long ends the talk", "[chardev]") {
    OwnRig rig;
    auto agent = rig.open("qemu-vdagent,id=a");
    GuestPort guest(*agent);
    for (const char c : agent_message(kAnnounce, number(1) + number(0))) guest.say({&c, 1});
    CHECK(guest.take() == agent_message(kAnnounce, number(0) + number(1)));
    guest.say(number(1) + number(0xffffffff));
    guest.say(agent_message(kAnnounce, number(1) + number(0)));
    CHECK(guest.take() == agent_message(kAnnounce, number(0) + number(1)));
}

TEST_CASE("kinds that need a library behind them fail as they do without it", "[chardev]") {
    OwnRig rig;
    CHECK_FALSE(rig.open("spiceport,id=s,name=org.x"));
    CHECK(rig.error == "spice not enabled");
    auto channel = rig.open("spicevmc,id=v,name=vdagent");
    REQUIRE(channel);
    CHECK(channel->filename() == "spicevmc");
}
