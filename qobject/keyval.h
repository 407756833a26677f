#pragma once
/// QEMU's option strings: "socket,id=a,path=/tmp/x,server=on". A doubled comma is a comma, the first word may stand for the
/// value of an implied key, and a key without "=" is a switch: "server" is server=on, "nowait" is wait=off (deprecated).
///
///     auto options = RHEA_TRY(Options::parse(text, "backend"));
///     RHEA_CHECK(options.check(kChardevOptions));          // once, for a group with a fixed set of options
///     bool server = RHEA_TRY(options.get_bool("server", false));
///
/// Error texts are QEMU's; those with advice for people carry it after a line feed, as QEMU prints it.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qobject/error.h"
#include "qobject/qobject.h"

namespace rhea {

struct Option {
    std::string key;
    std::string value;
    friend bool operator==(const Option&, const Option&) = default;
};

enum class OptionType : std::uint8_t { string, boolean, number, size };

/// One option that a group ("chardev", "mon", "drive") knows.
struct OptionSpec {
    std::string_view name;
    OptionType type;
    std::string_view default_value = {};  ///< empty: none to speak of
    std::string_view help = {};
    bool extension = false;  ///< ours: QEMU does not have it, and lists of what it has leave it out
};

class Options {
public:
    /// `implied_key`: whose value the first word is when it has no "=" (empty: none). Fails for an ill-formed id only.
    static Result<Options> parse(std::string_view text, std::string_view implied_key = {});

    /// The value of the first "id"; it is not among the entries.
    const std::optional<std::string>& id() const { return id_; }
    void set_id(std::string id) { id_ = std::move(id); }

    /// In the order given, repeated keys included.
    const std::vector<Option>& entries() const { return entries_; }
    bool empty() const { return entries_.empty(); }
    void add(std::string key, std::string value) { entries_.push_back({std::move(key), std::move(value)}); }

    /// What QEMU warns of on standard error, without "warning: ": one text for each deprecated switch.
    const std::vector<std::string>& warnings() const { return warnings_; }

    /// Every entry, in order: "Invalid parameter 'x'" for one that `specs` do not have, and values of the wrong type.
    Result<void> check(std::span<const OptionSpec> specs) const;
    /// For groups without specs, after everything known was taken: "Invalid parameter 'x'" for what is left.
    Result<void> check_empty() const;

    // Of a repeated key the last value counts. `take…` removes every entry of the key.
    bool has(std::string_view key) const { return find(key) != nullptr; }
    const std::string* find(std::string_view key) const;
    std::string get(std::string_view key, std::string_view otherwise = {}) const;
    Result<bool> get_bool(std::string_view key, bool otherwise) const;
    Result<std::uint64_t> get_number(std::string_view key, std::uint64_t otherwise) const;
    Result<std::uint64_t> get_size(std::string_view key, std::uint64_t otherwise) const;
    std::optional<std::string> take(std::string_view key);
    Result<bool> take_bool(std::string_view key, bool otherwise);
    Result<std::uint64_t> take_number(std::string_view key, std::uint64_t otherwise);
    Result<std::uint64_t> take_size(std::string_view key, std::uint64_t otherwise);

    /// The entries as a dict of strings (of a repeated key the last), for the keyval input mode of qobject/convert.h.
    QDict to_qdict() const;

private:
    std::optional<std::string> id_;
    std::vector<Option> entries_;
    std::vector<std::string> warnings_;
};

/// A letter, then letters, digits, '-', '.' and '_'.
bool is_well_formed_id(std::string_view id);
/// "Parameter 'id' expects an identifier", and what one is.
Error ill_formed_id();
/// "Duplicate ID 'x' for chardev"
Error duplicate_id(std::string_view id, std::string_view group);

/// Single values, with the errors that name `key`.
Result<bool> parse_option_bool(std::string_view key, std::string_view value);
Result<std::uint64_t> parse_option_number(std::string_view key, std::string_view value);
Result<std::uint64_t> parse_option_size(std::string_view key, std::string_view value);

}  // namespace rhea
