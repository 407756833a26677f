#include <catch2/catch.hpp>

#include "machine/devices/ps2_keyboard.h"
#include "machine/devices/ps2_mouse.h"
#include "tests/unit/machine_rig.h"

using namespace rhea;

namespace {

using Bytes = std::vector<unsigned>;

struct InputRig : MachineRig {
    bool running = true;
    Input input{clocks, [this] { return running; }};
    I8042 controller{ports, IrqLine(irqs, 1), IrqLine(irqs, 12), control};
    Ps2Keyboard keyboard{controller, input, control};
    Ps2Mouse mouse{controller, input, control};

    Bytes drain() {
        Bytes bytes;
        while (inb(0x64) & 1) bytes.push_back(inb(0x60));
        return bytes;
    }
    Bytes to_keyboard(unsigned byte) {
        outb(0x60, byte);
        return drain();
    }
    Bytes to_mouse(unsigned byte) {
        outb(0x64, 0xd4);
        outb(0x60, byte);
        return drain();
    }
    void translate(bool on) {
        outb(0x64, 0x60);
        outb(0x60, on ? 0x43 : 0x03);
    }
    Bytes key(QKeyCode code, bool down = true) {
        const InputEvent event = input_key(code, down);
        REQUIRE(input.send(std::span(&event, 1)));
        return drain();
    }
    Bytes send(std::vector<InputEvent> events) {
        REQUIRE(input.send(events));
        return drain();
    }
};

}  // namespace

TEST_CASE("a key is its code of the set in use, with its break code when it goes up", "[input]") {
    InputRig rig;
    CHECK(rig.key(QKeyCode::a) == Bytes{0x1c});
    CHECK(rig.key(QKeyCode::a, false) == Bytes{0xf0, 0x1c});
    CHECK(rig.key(QKeyCode::up) == Bytes{0xe0, 0x75});
    CHECK(rig.key(QKeyCode::up, false) == Bytes{0xe0, 0xf0, 0x75});
    rig.translate(true);
    CHECK(rig.key(QKeyCode::a) == Bytes{0x1e});
    CHECK(rig.key(QKeyCode::up, false) == Bytes{0xe0, 0xc8});
    CHECK(rig.key(QKeyCode::lang1).empty());  // the second set has no such key
    rig.translate(false);
    CHECK(rig.to_keyboard(0xf0) == Bytes{0xfa});
    CHECK(rig.to_keyboard(1) == Bytes{0xfa});
    CHECK(rig.key(QKeyCode::lang1) == Bytes{0x72});
    rig.to_keyboard(0xf0);
    rig.to_keyboard(3);
    CHECK(rig.key(QKeyCode::f1, false) == Bytes{0xf0, 0x07});
    CHECK(rig.key(QKeyCode::unmapped).empty());
}

TEST_CASE("PrintScreen and Pause depend on the keys that are held", "[input]") {
    InputRig rig;
    rig.translate(true);
    CHECK(rig.key(QKeyCode::print) == Bytes{0xe0, 0x2a, 0xe0, 0x37});
    CHECK(rig.key(QKeyCode::print, false) == Bytes{0xe0, 0xb7, 0xe0, 0xaa});
    CHECK(rig.key(QKeyCode::pause) == Bytes{0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5});
    CHECK(rig.key(QKeyCode::pause, false).empty());
    rig.key(QKeyCode::ctrl);
    CHECK(rig.key(QKeyCode::print) == Bytes{0xe0, 0x37});
    CHECK(rig.key(QKeyCode::pause) == Bytes{0xe0, 0x46, 0xe0, 0xc6});
    rig.key(QKeyCode::ctrl, false);
    rig.key(QKeyCode::alt);
    CHECK(rig.key(QKeyCode::print) == Bytes{0xb8, 0x38, 0x54});
    CHECK(rig.key(QKeyCode::print, false) == Bytes{0xd4, 0xb8, 0x38});
}

TEST_CASE("the keyboard answers its commands", "[input]") {
    InputRig rig;
    CHECK(rig.to_keyboard(0xff) == Bytes{0xfa, 0xaa});
    CHECK(rig.to_keyboard(0xf2) == Bytes{0xfa, 0xab, 0x83});
    CHECK(rig.to_keyboard(0xee) == Bytes{0xee});
    rig.to_keyboard(0xf0);
    CHECK(rig.to_keyboard(0) == Bytes{0xfa, 0x02});
    CHECK(rig.to_keyboard(0x12) == Bytes{0xfe});
    rig.translate(true);
    CHECK(rig.to_keyboard(0xf2) == Bytes{0xfa, 0xab, 0x41});
    rig.to_keyboard(0xf0);
    CHECK(rig.to_keyboard(0) == Bytes{0xfa, 0x41});
}

TEST_CASE("keys that the guest does not read are kept up to sixteen bytes, and answers overtake them", "[input]") {
    InputRig rig;
    for (int i = 0; i < 20; ++i) {
        const InputEvent event = input_key(QKeyCode::b, true);
        REQUIRE(rig.input.send(std::span(&event, 1)));
    }
    rig.outb(0x60, 0xee);
    CHECK(rig.inb(0x60) == 0xee);
    CHECK(rig.drain().size() == 16);
}

TEST_CASE("the mouse reports movements and buttons once it is enabled", "[input]") {
    InputRig rig;
    CHECK(rig.send({input_move(InputAxis::x, 5)}).empty());
    CHECK(rig.to_mouse(0xff) == Bytes{0xfa, 0xaa, 0x00});
    CHECK(rig.to_mouse(0xe9) == Bytes{0xfa, 0x00, 0x02, 0x64});
    CHECK(rig.to_mouse(0xf4) == Bytes{0xfa});
    CHECK(rig.send({input_move(InputAxis::x, 5), input_move(InputAxis::y, -3)}) == Bytes{0x08, 5, 3});
    CHECK(rig.send({input_move(InputAxis::x, 300)}) == Bytes{8, 127, 0, 8, 127, 0, 8, 46, 0});
    CHECK(rig.send({input_press(InputButton::left, true)}) == Bytes{0x09, 0, 0});
    CHECK(rig.send({input_move(InputAxis::x, -1)}) == Bytes{0x19, 0xff, 0});
    CHECK(rig.send({input_press(InputButton::left, false)}) == Bytes{0x08, 0, 0});
}

TEST_CASE("a mouse that is asked in the right way has a wheel, or five buttons", "[input]") {
    InputRig rig;
    const auto knock = [&rig](unsigned middle) {
        for (unsigned rate : {200u, middle, 80u}) {
            rig.to_mouse(0xf3);
            rig.to_mouse(rate);
        }
        return rig.to_mouse(0xf2);
    };
    CHECK(knock(100) == Bytes{0xfa, 3});
    rig.to_mouse(0xf4);
    CHECK(rig.send({input_press(InputButton::wheel_up, true)}) == Bytes{8, 0, 0, 0xff});
    CHECK(knock(200) == Bytes{0xfa, 4});
    CHECK(rig.send({input_press(InputButton::wheel_up, true)}) == Bytes{8, 0, 0, 0x0f});
    CHECK(rig.send({input_press(InputButton::side, true)}) == Bytes{8, 0, 0, 0x10});
    CHECK(rig.send({input_press(InputButton::wheel_left, true)}) == Bytes{8, 0, 0, 0x41});
}

TEST_CASE("send-key presses keys in turn and releases them in the opposite order", "[input]") {
    InputRig rig;
    const KeyValue keys[] = {{KeyValueKind::qcode, Data<QKeyCode>{QKeyCode::ctrl}}, {KeyValueKind::number, Data<std::int64_t>{0x2e}}};
    rig.input.send_keys(keys, 50);
    CHECK(rig.drain() == Bytes{0x14});
    rig.advance(50'000'000);
    CHECK(rig.drain() == Bytes{0x21});
    rig.advance(50'000'000);
    CHECK(rig.drain() == Bytes{0xf0, 0x21});
    rig.advance(50'000'000);
    CHECK(rig.drain() == Bytes{0xf0, 0x14});
}

TEST_CASE("a machine that stands still takes no input", "[input]") {
    InputRig rig;
    rig.running = false;
    const InputEvent event = input_key(QKeyCode::a, true);
    CHECK(rig.input.send(std::span(&event, 1)).error().description() == "VM not running");
    rig.running = true;
    const InputEvent absolute{InputEventKind::abs, Data<InputMoveEvent>{{InputAxis::x, 1}}};
    CHECK(rig.input.send(std::span(&absolute, 1)).error().description() == "Input handler not found for event type abs");
    CHECK(rig.input.pointers().size() == 1);
    CHECK(rig.input.pointers()[0].index == 2);
    CHECK(rig.input.pointers()[0].name == "QEMU PS/2 Mouse");
    CHECK_FALSE(rig.input.select_pointer(1));
    CHECK(rig.input.select_pointer(2));
}

TEST_CASE("a key wakes a machine that sleeps", "[input]") {
    InputRig rig;
    rig.key(QKeyCode::spc);
    CHECK(rig.control.take() == Texts{"wake-up"});
}
