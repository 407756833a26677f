#pragma once
/// The clipboards that agents in guests, and whoever else shows one, share: one owner for each at a time, whose text is fetched when
/// somebody wants it. Loop thread only.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rhea {

class ClipboardPeer;

class Clipboard {
public:
    enum Selection : unsigned { clipboard, primary, secondary };
    static constexpr unsigned kSelections = 3;

    struct Content {
        ClipboardPeer* owner = nullptr;
        std::optional<std::uint32_t> serial;      ///< of the owner's grab, as far as it counts them
        bool has_text = false;
        bool requested = false;                   ///< the owner has been asked for it
        std::optional<std::string> text;
    };
    const Content& content(Selection selection) const { return contents_[selection]; }

    /// `peer` outlives this, or is removed; what it owns is released then.
    void add(ClipboardPeer& peer) { peers_.push_back(&peer); }
    void remove(ClipboardPeer& peer);

    /// Ignored when its serial is older than that of the content that is there.
    void grab(ClipboardPeer& owner, Selection selection, bool has_text, std::optional<std::uint32_t> serial);
    void release(ClipboardPeer& owner, Selection selection);
    /// Asks the owner for the text, unless somebody has.
    void request(Selection selection);
    /// From the owner; from anybody else it is ignored.
    void give(ClipboardPeer& owner, Selection selection, std::string text);

private:
    std::array<Content, kSelections> contents_;
    std::vector<ClipboardPeer*> peers_;
};

class ClipboardPeer {
public:
    virtual ~ClipboardPeer() = default;
    /// Somebody else owns it now.
    virtual void clipboard_grabbed(Clipboard::Selection selection) = 0;
    /// Nobody owns it any longer.
    virtual void clipboard_released(Clipboard::Selection selection) = 0;
    /// The text of somebody else's is there.
    virtual void clipboard_given(Clipboard::Selection selection) = 0;
    /// Somebody wants the text.
    virtual void clipboard_requested(Clipboard::Selection selection) = 0;
};

}  // namespace rhea
