#pragma once
/// Which keys of a keyboard make a symbol (X11's keysyms, as RFC 6143 has them): a layout, built in or out of a file.
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "machine/display/input_types.h"
#include "qobject/error.h"

namespace rhea {

class Keymap {
public:
    /// What must be held for a symbol, as bits.
    enum Modifier : unsigned { kShift = 1, kAltGr = 2, kControl = 4 };

    /// A keyboard of the United States.
    static Keymap english();
    /// One of the layouts that come with QEMU ("de"), from "keymaps/NAME" in the folders of data files; "en-us" is there in any case.
    /// Error: "could not read keymap file: 'x'".
    static Result<Keymap> load(const std::vector<std::string>& directories, const std::string& name);

    /// Of several keys that make it, a pressed one is that which does with these modifiers, a released one is that which is held.
    /// `unmapped`: no key makes it.
    QKeyCode find(std::uint32_t symbol, bool down, unsigned modifiers, const std::function<bool(QKeyCode)>& held) const;

private:
    struct Way {
        QKeyCode key;
        unsigned modifiers;
    };
    void add(std::uint32_t symbol, unsigned code, unsigned modifiers = 0);
    friend class KeymapReader;

    std::unordered_map<std::uint32_t, std::vector<Way>> ways_;
};

}  // namespace rhea
