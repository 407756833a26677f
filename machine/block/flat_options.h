#pragma once
/// Options as -drive writes them: dotted keys with texts ("file.locking" = "off"), or the scalars of a "json:{…}" file name.
/// Whoever knows a key takes it out; what is left is unknown.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qobject/describe.h"
#include "qobject/error.h"
#include "qobject/qobject.h"

namespace rhea {

class FlatOptions {
public:
    FlatOptions() = default;
    /// Later entries of the same key override earlier ones.
    explicit FlatOptions(const std::vector<std::pair<std::string, std::string>>& pairs);
    static FlatOptions from_dict(const QDict& dict);
    /// With the dotted keys as they are.
    QDict to_dict() const;

    bool empty() const { return entries_.empty(); }
    bool contains(std::string_view key) const;
    const std::string& first_key() const { return entries_.front().first; }
    void put(std::string key, QObject value);
    void put_default(std::string key, QObject value);
    bool rename(std::string_view from, std::string_view to);  ///< false: both are there
    /// Takes out everything under "PREFIX."; the prefix is cut off.
    FlatOptions take_group(std::string_view prefix);

    std::optional<std::string> take(std::string_view key);        ///< as text
    std::optional<QObject> take_value(std::string_view key);      ///< as written
    Result<std::optional<bool>> take_bool(std::string_view key);  ///< "Parameter 'x' expects 'on' or 'off'"
    /// A whole number without suffix; `name` is what the error calls it.
    Result<std::optional<std::uint64_t>> take_number(std::string_view key);
    /// Bytes, "1M" too.
    Result<std::optional<std::uint64_t>> take_size(std::string_view key);
    /// "invalid parameter value: x"
    template <class E>
    Result<std::optional<E>> take_enum(std::string_view key) {
        const auto text = take(key);
        if (!text) return std::nullopt;
        const auto value = enum_from_name<E>(*text);
        if (!value) return fail("invalid parameter value: " + *text);
        return value;
    }

private:
    std::vector<std::pair<std::string, QObject>> entries_;
};

}  // namespace rhea
