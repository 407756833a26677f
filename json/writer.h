#pragma once
/// QObjects and described values out, in QEMU's spacing and escapes: {"return": {}}; non-ASCII and DEL as upper-case \uXXXX;
/// doubles as %.17g. `pretty` is the form of -qmp-pretty (4 blanks a level; an empty object or list still takes two lines);
/// its lines end in '\n'.
#include <cstdint>
#include <string>
#include <string_view>

#include "qobject/describe.h"
#include "qobject/qobject.h"

namespace rhea::json {

/// Appends to a string of the caller's; nothing else is allocated. Objects and arrays are opened and closed in pairs;
/// separators are put where they belong.
class Writer {
public:
    explicit Writer(std::string& out, bool pretty = false) : out_(out), pretty_(pretty) {}

    void begin_object() { begin('{'); }
    void end_object() { end('}'); }
    void begin_array() { begin('['); }
    void end_array() { end(']'); }
    void key(std::string_view name);  ///< then exactly one value

    void null();
    void boolean(bool value);
    void integer(std::int64_t value);
    void unsigned_integer(std::uint64_t value);
    void number(double value);
    void string(std::string_view text);  ///< UTF-8 (what is not comes out as \uFFFD); NUL allowed
    void raw(std::string_view json);     ///< a value that is JSON text already (compact form only)

    void value(const QObject& object);
    /// Members in wire order, those of a flat union's branch among the others; absent ones are left out.
    void value(const TypeInfo& type, const void* data);
    template <class T>
    void described(const T& data) {
        value(type_of<T>(), &data);
    }

    std::string& out() { return out_; }
    bool pretty() const { return pretty_; }

private:
    void begin(char bracket);
    void end(char bracket);
    void separate();
    void spread(std::string_view json);
    void new_line();
    void members(const TypeInfo& type, const void* data);
    void quoted(std::string_view text);

    std::string& out_;
    bool pretty_;
    bool first_ = true;  // nothing stands in the innermost container yet
    bool after_key_ = false;
    unsigned depth_ = 0;
};

std::string to_string(const QObject& object, bool pretty = false);

}  // namespace rhea::json
