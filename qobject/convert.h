#pragma once
/// Between described C++ values and QObjects.
#include <string_view>

#include "qobject/describe.h"
#include "qobject/error.h"

namespace rhea {

/// Where the values come from. `keyval`: from key=value text, where every scalar is a string ("on", "1G", "42").
enum class InputMode { json, keyval };

/// Fills `value` from `object`, with QEMU's errors and paths. Members of the input that the type does not have are errors.
/// `value` is in an unspecified state after a failure.
Result<void> from_qobject(const TypeInfo& type, void* value, const QObject& object, InputMode mode = InputMode::json);
/// The same for a dict at the top (a command's arguments), which need not be wrapped in a QObject.
Result<void> from_qdict(const TypeInfo& type, void* value, const QDict& dict, InputMode mode = InputMode::json);

QObject to_qobject(const TypeInfo& type, const void* value);

template <class T>
Result<T> from_qobject(const QObject& object, InputMode mode = InputMode::json) {
    Result<T> value{T{}};
    if (auto done = from_qobject(type_of<T>(), &*value, object, mode); !done) return fail(std::move(done).error());
    return value;
}
template <class T>
Result<T> from_qdict(const QDict& dict, InputMode mode = InputMode::json) {
    Result<T> value{T{}};
    if (auto done = from_qdict(type_of<T>(), &*value, dict, mode); !done) return fail(std::move(done).error());
    return value;
}
template <class T>
QObject to_qobject(const T& value) {
    return to_qobject(type_of<T>(), &value);
}

/// "1G", "512k", "0x100": a size in bytes as QEMU's options take it; `unit` multiplies a number without a suffix.
Result<std::uint64_t> parse_size(std::string_view text, std::uint64_t unit = 1);

}  // namespace rhea
