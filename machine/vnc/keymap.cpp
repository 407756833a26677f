#include "machine/vnc/keymap.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "machine/data_files.h"
#include "machine/input/key_codes.h"
#include "machine/vnc/symbol_names.h"

namespace rhea {

namespace {

/// Keys beside each other, by the code of the first; characters without and with Shift.
struct Row {
    unsigned code;
    char plain[13], shifted[13];
};
constexpr Row kRows[] = {
    {0x02, "1234567890-=", "!@#$%^&*()_+"}, {0x10, "qwertyuiop[]", "QWERTYUIOP{}"}, {0x1e, "asdfghjkl;'`", "ASDFGHJKL:\"~"},
    {0x2b, "\\zxcvbnm,./", "|ZXCVBNM<>?"},  {0x39, " ", " "},                       {0x56, "<", ">"},
};

struct Symbol {
    std::uint16_t symbol;
    std::uint8_t code, modifiers = 0;
};
constexpr Symbol kSymbols[] = {
    {'|', 0x56, Keymap::kAltGr}, {0xa6, 0x56, Keymap::kAltGr | Keymap::kShift}, {0xfe03, 0xb8},
    {0xff08, 0x0e}, {0xff09, 0x0f}, {0xff0d, 0x1c}, {0xff13, 0xc6}, {0xff14, 0x46}, {0xff15, 0xb7}, {0xff1b, 0x01}, {0xff22, 0x7b}, {0xff23, 0x79},
    // Home and its neighbours, Print and its like
    {0xff50, 0xc7}, {0xff51, 0xcb}, {0xff52, 0xc8}, {0xff53, 0xcd}, {0xff54, 0xd0}, {0xff55, 0xc9}, {0xff56, 0xd1}, {0xff57, 0xcf}, {0xff61, 0xb7},
    {0xff62, 0xb7}, {0xff63, 0xd2}, {0xff67, 0xdd}, {0xff7e, 0xb8}, {0xff7f, 0x45}, {0xffff, 0xd3},
    // the keypad
    {0xff8d, 0x9c}, {0xff95, 0x47}, {0xff96, 0x4b}, {0xff97, 0x48}, {0xff98, 0x4d}, {0xff99, 0x50}, {0xff9a, 0x49}, {0xff9b, 0x51}, {0xff9c, 0x4f},
    {0xff9d, 0x4c}, {0xff9e, 0x52}, {0xff9f, 0x53}, {0xffaa, 0x37}, {0xffab, 0x4e}, {0xffac, 0x53}, {0xffad, 0x4a}, {0xffae, 0x53}, {0xffaf, 0xb5},
    {0xffb0, 0x52}, {0xffb1, 0x4f}, {0xffb2, 0x50}, {0xffb3, 0x51}, {0xffb4, 0x4b}, {0xffb5, 0x4c}, {0xffb6, 0x4d}, {0xffb7, 0x47}, {0xffb8, 0x48},
    {0xffb9, 0x49}, {0xffbd, 0x59},
    // function keys
    {0xffbe, 0x3b}, {0xffbf, 0x3c}, {0xffc0, 0x3d}, {0xffc1, 0x3e}, {0xffc2, 0x3f}, {0xffc3, 0x40}, {0xffc4, 0x41}, {0xffc5, 0x42}, {0xffc6, 0x43},
    {0xffc7, 0x44}, {0xffc8, 0x57}, {0xffc9, 0x58},
    // Shift, Control, Caps Lock, Meta, Alt, Super
    {0xffe1, 0x2a}, {0xffe2, 0x36}, {0xffe3, 0x1d}, {0xffe4, 0x9d}, {0xffe5, 0x3a}, {0xffe7, 0x38}, {0xffe8, 0xb8}, {0xffe9, 0x38}, {0xffea, 0xb8},
    {0xffeb, 0xdb}, {0xffec, 0xdc},
};

constexpr std::string_view kEnglish = "en-us";
constexpr unsigned kMostIncludes = 8;  // of files in files

std::string_view next_word(std::string_view& line) {
    constexpr std::string_view kBlank = " \t\r";
    line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
    const std::string_view word = line.substr(0, line.find_first_of(kBlank));
    line.remove_prefix(word.size());
    return word;
}

}  // namespace

void Keymap::add(std::uint32_t symbol, unsigned code, unsigned modifiers) {
    const QKeyCode key = key_from_number(code);
    if (key != QKeyCode::unmapped) ways_[symbol].push_back({key, modifiers});
}

Keymap Keymap::english() {
    Keymap map;
    for (const Row& row : kRows)
        for (unsigned i = 0; row.plain[i]; ++i) {
            map.add(static_cast<unsigned char>(row.plain[i]), row.code + i);
            if (row.shifted[i] != row.plain[i]) map.add(static_cast<unsigned char>(row.shifted[i]), row.code + i, kShift);
        }
    for (const Symbol& symbol : kSymbols) map.add(symbol.symbol, symbol.code, symbol.modifiers);
    return map;
}

QKeyCode Keymap::find(std::uint32_t symbol, bool down, unsigned modifiers, const std::function<bool(QKeyCode)>& held) const {
    const auto ways = ways_.find(symbol);
    if (ways == ways_.end()) return QKeyCode::unmapped;
    const auto way = std::find_if(ways->second.begin(), ways->second.end(), [&](const Way& w) { return down ? w.modifiers == modifiers : held(w.key); });
    return way == ways->second.end() ? ways->second.front().key : way->key;
}

/// Lines "NAME CODE [shift] [altgr] [addupper] …" and "include NAME"; others, and names that nobody knows, mean nothing.
class KeymapReader {
public:
    KeymapReader(const std::vector<std::string>& directories, Keymap& map) : directories_(directories), map_(map), names_(symbol_names()) {}

    bool file(const std::string& name, unsigned depth = 0) {
        const auto path = depth < kMostIncludes && name.find('/') == name.npos ? find_data_file(directories_, "keymaps/" + name) : std::nullopt;
        const auto text = path ? read_whole_file(*path) : fail("");
        if (!text) return false;
        for (std::string_view rest = *text; !rest.empty();) {
            const std::string_view one = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(one.size() + 1, rest.size()));
            line(one, depth);
        }
        return true;
    }

private:
    void line(std::string_view text, unsigned depth) {
        const std::string_view name = next_word(text);
        if (name.empty() || name.starts_with('#')) return;
        std::string_view number = next_word(text);
        if (name == "include") {
            file(std::string(number), depth + 1);
            return;
        }
        const auto symbol = symbol_of(name);
        const bool hex = number.starts_with("0x");
        if (hex) number.remove_prefix(2);
        unsigned code = 0;
        if (std::from_chars(number.data(), number.data() + number.size(), code, hex ? 16 : 10).ec != std::errc() || !symbol) return;
        unsigned modifiers = 0;
        bool upper = false;
        for (std::string_view word = next_word(text); !word.empty(); word = next_word(text)) {
            if (word == "shift") modifiers |= Keymap::kShift;
            if (word == "altgr") modifiers |= Keymap::kAltGr;
            if (word == "ctrl") modifiers |= Keymap::kControl;
            upper = upper || word == "addupper";
        }
        map_.add(*symbol, code, modifiers);
        if (upper && *symbol >= 'a' && *symbol <= 'z') map_.add(*symbol - 'a' + 'A', code, modifiers | Keymap::kShift);
    }

    /// "a", "exclam", "U20ac" and "0x20ac".
    std::optional<std::uint32_t> symbol_of(std::string_view name) const {
        if (name.size() == 1) return static_cast<unsigned char>(name[0]);
        if (const auto known = names_.find(name); known != names_.end()) return known->second;
        const std::string_view digits = name.substr(name.starts_with("0x") ? 2 : 1);
        std::uint32_t symbol = 0;
        if (name[0] != 'U' && !name.starts_with("0x")) return std::nullopt;
        const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), symbol, 16);
        if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return std::nullopt;
        return symbol;
    }

    const std::vector<std::string>& directories_;
    Keymap& map_;
    std::unordered_map<std::string_view, std::uint32_t> names_;
};

Result<Keymap> Keymap::load(const std::vector<std::string>& directories, const std::string& name) {
    if (name == kEnglish) return english();
    Keymap map;
    if (!KeymapReader(directories, map).file(name)) return fail(fmt::format("could not read keymap file: '{}'", name));
    return map;
}

}  // namespace rhea
