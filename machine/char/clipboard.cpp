#include "machine/char/clipboard.h"

namespace rhea {

void Clipboard::remove(ClipboardPeer& peer) {
    std::erase(peers_, &peer);
    for (unsigned i = 0; i < kSelections; ++i) release(peer, static_cast<Selection>(i));
}

void Clipboard::grab(ClipboardPeer& owner, Selection selection, bool has_text, std::optional<std::uint32_t> serial) {
    Content& content = contents_[selection];
    if (serial && content.serial && *serial < *content.serial) return;
    content = {&owner, serial, has_text, false, std::nullopt};
    for (ClipboardPeer* peer : peers_)
        if (peer != &owner) peer->clipboard_grabbed(selection);
}

void Clipboard::release(ClipboardPeer& owner, Selection selection) {
    if (contents_[selection].owner != &owner) return;
    contents_[selection] = {};
    for (ClipboardPeer* peer : peers_) peer->clipboard_released(selection);
}

void Clipboard::request(Selection selection) {
    Content& content = contents_[selection];
    if (!content.owner || !content.has_text || content.text || content.requested) return;
    content.requested = true;
    content.owner->clipboard_requested(selection);
}

void Clipboard::give(ClipboardPeer& owner, Selection selection, std::string text) {
    Content& content = contents_[selection];
    if (content.owner != &owner) return;
    content.text = std::move(text);
    content.requested = false;
    for (ClipboardPeer* peer : peers_)
        if (peer != &owner) peer->clipboard_given(selection);
}

}  // namespace rhea
