#include "chardev/telnet_layer.h"

namespace rhea {

namespace {

enum Telnet : unsigned char { kEndOfRecord = 239, kSe = 240, kBreak = 243, kSb = 250, kWill = 251, kDont = 254, kIac = 255 };

}  // namespace

void TelnetInput::input(std::string_view wire, LayerInput& out) {
    for (const char c : wire) {
        const auto byte = static_cast<unsigned char>(c);
        switch (state_) {
            case State::data:
                if (byte == kIac) state_ = State::command;
                else out.plain += c;
                break;
            case State::command:
                state_ = State::data;
                if (byte == kIac) out.plain += c;
                else if (byte == kBreak) ++out.breaks;
                else if (byte >= kWill && byte <= kDont) state_ = State::option;
                else state_ = obey(byte, out);
                break;
            case State::option: state_ = State::data; break;
            case State::subnegotiation:
                if (byte == kIac) state_ = State::subnegotiation_command;
                break;
            case State::subnegotiation_command:
                state_ = byte == kSe ? State::data : State::subnegotiation;
                break;
        }
    }
}

/// WILL ECHO, WILL SUPPRESS-GO-AHEAD, WILL BINARY, DO BINARY. Answers are taken for granted.
void TelnetLayer::start(std::string& wire) {
    wire += std::string_view("\xff\xfb\x01\xff\xfb\x03\xff\xfb\x00\xff\xfd\x00", 12);
}

TelnetInput::State TelnetLayer::obey(unsigned char command, LayerInput&) {
    return command == kSb ? State::subnegotiation : State::data;
}

void TelnetLayer::output(std::string_view plain, std::string& wire) {
    for (const char c : plain) {
        wire += c;
        if (static_cast<unsigned char>(c) == kIac) wire += c;
    }
}

/// DO and WILL END-OF-RECORD, DO and WILL BINARY, DO TERMINAL-TYPE, and the question for it. Answers are taken for granted.
void Tn3270Layer::start(std::string& wire) {
    wire += std::string_view("\xff\xfd\x19\xff\xfb\x19\xff\xfd\x00\xff\xfb\x00\xff\xfd\x18\xff\xfa\x18\x01\xff\xf0", 21);
}

/// The ends of records and of answers are the front end's to see; QEMU 7.2 shows them so.
TelnetInput::State Tn3270Layer::obey(unsigned char command, LayerInput& out) {
    if (command == kEndOfRecord || command == kSb || command == kSe) out.plain += "\xff\xff";
    return State::data;
}

}  // namespace rhea
