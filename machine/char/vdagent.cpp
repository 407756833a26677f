#include "machine/char/vdagent.h"

#include <algorithm>

#include "machine/char/own_chardevs.h"

namespace rhea {

namespace {

constexpr std::uint32_t kClientPort = 1, kProtocol = 1, kText = 1;
constexpr std::size_t kChunkHeader = 8, kMessageHeader = 20, kLongestChunk = 1024;
enum Message : std::uint32_t { kMouseState = 1, kClipboard = 4, kAnnounce = 6, kGrab = 7, kRequest = 8, kRelease = 9 };
enum Capability : unsigned { kCanMouse = 0, kOnDemand = 5, kSelection = 6, kGrabSerial = 17 };

void put(std::string& out, std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    return value;
}

std::uint32_t bit_of(InputButton button) {
    switch (button) {
        case InputButton::left: return 1u << 1;
        case InputButton::middle: return 1u << 2;
        case InputButton::right: return 1u << 3;
        case InputButton::wheel_up: return 1u << 4;
        case InputButton::wheel_down: return 1u << 5;
        case InputButton::side: return 1u << 6;
        case InputButton::extra: return 1u << 7;
        default: return 0;
    }
}

const ChardevVdagent& settings(const ChardevOptions& options) { return std::get<Data<ChardevVdagent>>(options.backend.u).data; }

}  // namespace

VdAgent::VdAgent(const ChardevOptions& options, FileDescriptor log, OwnChardevs& owner)
    : DeviceChardev(options, std::move(log), "qemu-vdagent"),
      owner_(owner),
      mouse_(settings(options).mouse.value_or(true)),
      clipboard_(settings(options).clipboard.value_or(false)) {
    if (mouse_) owner_.plug(*this);
}

VdAgent::~VdAgent() {
    VdAgent::left();
    if (mouse_) owner_.unplug(*this);
}

void VdAgent::left() {
    guest_capabilities_ = 0;
    chunks_.clear();
    message_.clear();
    wanted_ = {};
    if (std::exchange(at_clipboard_, false)) owner_.clipboard().remove(*this);
}

// --- Messages: a stream of chunks, each with a port and a length, makes a stream of messages.

void VdAgent::received(std::string_view bytes) {
    chunks_ += bytes;
    while (chunks_.size() >= kChunkHeader) {
        const std::size_t size = number_at(chunks_, 4);
        if (size > kLongestMessage) return left();
        if (chunks_.size() < kChunkHeader + size) return;
        message_.append(chunks_, kChunkHeader, size);
        chunks_.erase(0, kChunkHeader + size);
        take_messages();
    }
}

void VdAgent::take_messages() {
    while (message_.size() >= kMessageHeader) {
        const std::size_t size = number_at(message_, 16);
        if (size > kLongestMessage) return left();
        if (message_.size() < kMessageHeader + size) return;
        const std::uint32_t type = number_at(message_, 4);
        const std::string data = message_.substr(kMessageHeader, size);
        message_.erase(0, kMessageHeader + size);
        message(type, data);
    }
}

void VdAgent::message(std::uint32_t type, std::string_view data) {
    if (type == kAnnounce) return announced(data);
    if (at_clipboard_ && guest_can(kOnDemand)) clipboard_message(type, data);
}

void VdAgent::announced(std::string_view data) {
    if (data.size() < 8) return;
    guest_capabilities_ = number_at(data, 4);
    if (clipboard_ && guest_can(kOnDemand) && !at_clipboard_) {
        at_clipboard_ = true;
        owner_.clipboard().add(*this);
    }
    if (number_at(data, 0) == 0) return;      // it does not ask for ours
    std::string reply;
    put(reply, 0, 4);
    const std::uint32_t clipboards = 1u << kOnDemand | 1u << kSelection | 1u << kGrabSerial;
    put(reply, (mouse_ ? 1u << kCanMouse : 0) | (clipboard_ ? clipboards : 0), 4);
    send_message(kAnnounce, reply);
}

void VdAgent::send_message(std::uint32_t type, std::string_view data) {
    std::string whole;
    put(whole, kProtocol, 4);
    put(whole, type, 4);
    put(whole, 0, 8);
    put(whole, data.size(), 4);
    whole += data;
    std::string wire;
    for (std::size_t at = 0; at < whole.size(); at += kLongestChunk) {
        const auto part = std::string_view(whole).substr(at, kLongestChunk);
        put(wire, kClientPort, 4);
        put(wire, part.size(), 4);
        wire += part;
    }
    send(wire);
}

// --- The pointer

void VdAgent::input(const InputEvent& event) {
    changed_ = true;
    if (event.type == InputEventKind::abs) {
        const auto& move = std::get<Data<InputMoveEvent>>(event.u).data;
        constexpr std::int64_t kFullAxis = 0x7fff;
        const auto screen = owner_.screen().value_or(OwnChardevs::ScreenSize{1024, 768});
        const std::int64_t value = std::clamp<std::int64_t>(move.value, 0, kFullAxis);
        if (move.axis == InputAxis::x) x_ = static_cast<std::uint32_t>(value * screen.width / kFullAxis);
        else y_ = static_cast<std::uint32_t>(value * screen.height / kFullAxis);
        return;
    }
    const auto& press = std::get<Data<InputBtnEvent>>(event.u).data;
    if (press.down) buttons_ |= bit_of(press.button);
    else buttons_ &= ~bit_of(press.button);
}

void VdAgent::input_done() {
    if (!std::exchange(changed_, false) || !guest_can(kCanMouse)) return;
    std::string state;
    put(state, x_, 4);
    put(state, y_, 4);
    put(state, buttons_, 4);
    put(state, owner_.screen() ? 0 : 0xff, 1);      // the number of the display
    send_message(kMouseState, state);
}

// --- Clipboards

std::string VdAgent::selection_header(Clipboard::Selection selection) const {
    std::string header;
    if (guest_can(kSelection)) put(header, selection, 4);
    return header;
}

void VdAgent::clipboard_message(std::uint32_t type, std::string_view data) {
    auto selection = Clipboard::clipboard;
    if (guest_can(kSelection)) {
        if (data.size() < 4 || static_cast<unsigned char>(data[0]) >= Clipboard::kSelections) return;
        selection = static_cast<Clipboard::Selection>(data[0]);
        data.remove_prefix(4);
    }
    Clipboard& all = owner_.clipboard();
    if (type == kRelease) return all.release(*this, selection);
    std::optional<std::uint32_t> serial;
    if (type == kGrab && guest_can(kGrabSerial)) {
        if (data.size() < 4) return;
        serial = number_at(data, 0);
        data.remove_prefix(4);
    }
    if (type == kGrab) {
        bool text = false;
        for (std::size_t at = 0; at + 4 <= data.size(); at += 4) text = text || number_at(data, at) == kText;
        return all.grab(*this, selection, text, serial);
    }
    if (data.size() < 4 || number_at(data, 0) != kText) return;
    if (type == kClipboard) return all.give(*this, selection, std::string(data.substr(4)));
    if (type != kRequest || all.content(selection).owner == this) return;
    if (!all.content(selection).has_text) return send_text(selection, {});
    if (const auto& text = all.content(selection).text) return send_text(selection, *text);
    wanted_[selection] = true;
    all.request(selection);
}

void VdAgent::send_text(Clipboard::Selection selection, std::string_view text) {
    std::string data = selection_header(selection);
    put(data, kText, 4);
    send_message(kClipboard, data.append(text));
}

void VdAgent::clipboard_grabbed(Clipboard::Selection selection) {
    wanted_[selection] = false;
    const Clipboard::Content& content = owner_.clipboard().content(selection);
    if (!content.has_text || !guest_can(kOnDemand)) return;
    std::string data = selection_header(selection);
    if (guest_can(kGrabSerial)) put(data, content.serial.value_or(0), 4);
    put(data, kText, 4);
    send_message(kGrab, data);
}

void VdAgent::clipboard_released(Clipboard::Selection selection) {
    wanted_[selection] = false;
    if (guest_can(kOnDemand)) send_message(kRelease, selection_header(selection));
}

void VdAgent::clipboard_given(Clipboard::Selection selection) {
    if (std::exchange(wanted_[selection], false)) send_text(selection, *owner_.clipboard().content(selection).text);
}

void VdAgent::clipboard_requested(Clipboard::Selection selection) {
    std::string data = selection_header(selection);
    put(data, kText, 4);
    send_message(kRequest, data);
}

}  // namespace rhea
