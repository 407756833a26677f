#pragma once
/// "qemu-vdagent": the host's side of the agent in a guest (the SPICE agent protocol, vd_agent.h): the place of the pointer, and the
/// clipboards, as texts.
#include <array>
#include <cstdint>
#include <string>

#include "machine/char/clipboard.h"
#include "machine/char/device_chardev.h"
#include "machine/input/input.h"

namespace rhea {

class OwnChardevs;

class VdAgent final : public DeviceChardev, private InputDevice, private ClipboardPeer {
public:
    /// Bytes of one message; a guest that announces more is not listened to any further.
    static constexpr std::size_t kLongestMessage = 1 << 20;

    VdAgent(const ChardevOptions& options, FileDescriptor log, OwnChardevs& owner);
    ~VdAgent() override;

private:
    void received(std::string_view bytes) override;
    void left() override;

    std::string_view input_name() const override { return "vdagent mouse"; }
    unsigned input_kinds() const override { return kind_bit(InputEventKind::btn) | kind_bit(InputEventKind::abs); }
    void input(const InputEvent& event) override;
    void input_done() override;

    void clipboard_grabbed(Clipboard::Selection selection) override;
    void clipboard_released(Clipboard::Selection selection) override;
    void clipboard_given(Clipboard::Selection selection) override;
    void clipboard_requested(Clipboard::Selection selection) override;

    /// Takes whole messages out of what has come.
    void take_messages();
    void message(std::uint32_t type, std::string_view data);
    void announced(std::string_view data);
    void clipboard_message(std::uint32_t type, std::string_view data);
    void send_text(Clipboard::Selection selection, std::string_view text);
    void send_message(std::uint32_t type, std::string_view data);
    /// What begins a message about a clipboard, as the guest wants it.
    std::string selection_header(Clipboard::Selection selection) const;
    bool guest_can(unsigned capability) const { return (guest_capabilities_ >> capability & 1) != 0; }

    OwnChardevs& owner_;
    const bool mouse_, clipboard_;
    bool at_clipboard_ = false;        // the guest has said that it takes clipboards
    std::uint32_t guest_capabilities_ = 0;
    std::string chunks_, message_;     // come, and not yet whole
    std::uint32_t x_ = 0, y_ = 0, buttons_ = 0;
    bool changed_ = false;
    std::array<bool, Clipboard::kSelections> wanted_{};      // by the guest, of others' clipboards
};

}  // namespace rhea
