#include "json/writer.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "json/utf8.h"

namespace rhea::json {

namespace {

constexpr auto kStandsForItself = [] {
    std::array<bool, 256> table{};
    for (unsigned c = 0x20; c < 0x7F; ++c) table[c] = c != '"' && c != '\\';
    return table;
}();

std::size_t plain_prefix(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && kStandsForItself[static_cast<unsigned char>(text[at])]) ++at;
    return at;
}

void append_unit(std::string& out, std::uint32_t unit) {
    constexpr char kHex[] = "0123456789ABCDEF";
    const char escape[] = {'\\', 'u', kHex[unit >> 12 & 15], kHex[unit >> 8 & 15], kHex[unit >> 4 & 15], kHex[unit & 15]};
    out.append(escape, sizeof escape);
}

void append_escaped(std::string& out, std::int32_t character) {
    switch (character) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\b': out += "\\b"; return;
        case '\f': out += "\\f"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    if (character < 0) return append_unit(out, 0xFFFD);
    const auto value = static_cast<std::uint32_t>(character);
    if (value < 0x10000) return append_unit(out, value);
    append_unit(out, 0xD800 + ((value - 0x10000) >> 10));
    append_unit(out, 0xDC00 + ((value - 0x10000) & 0x3FF));
}

template <class Number, class... Format>
void append_number(std::string& out, Number value, Format... format) {
    char text[40];
    out.append(text, std::to_chars(text, text + sizeof text, value, format...).ptr);
}

/// 2.5 and the like, whose decimal places are few and exact, without the work that other numbers take.
bool append_sixteenths(std::string& out, double value) {
    constexpr double kLargest = 1e9;  // all digits together are fewer than 17
    if (!(value > -kLargest && value < kLargest) || (value == 0 && std::signbit(value))) return false;
    const double sixteenths = value * 16;
    auto scaled = static_cast<std::int64_t>(sixteenths);
    if (static_cast<double>(scaled) != sixteenths) return false;
    if (scaled < 0) out += '-';
    scaled = std::abs(scaled) * 625;  // ten-thousandths
    append_number(out, scaled / 10000);
    std::int64_t places = scaled % 10000;
    if (places == 0) return true;
    char text[] = {'.', static_cast<char>('0' + places / 1000), static_cast<char>('0' + places / 100 % 10),
                   static_cast<char>('0' + places / 10 % 10), static_cast<char>('0' + places % 10)};
    std::size_t length = sizeof text;
    while (text[length - 1] == '0') --length;
    out.append(text, length);
    return true;
}

/// The members of an object and of the branches that its discriminators choose, in the order of the wire.
class MemberMerge {
public:
    MemberMerge(const TypeInfo& type, const void* data) {
        add(type, data);
        // A branch may be a union itself; no schema goes as deep as there is room for.
        for (std::size_t i = 0; i < parts_; ++i) add_branch(part_[i]);
    }

    /// Null at the end; `value` is never null.
    const Member* next(const void*& value) {
        for (;;) {
            Part* best = nullptr;
            for (std::size_t i = 0; i < parts_; ++i) {
                Part& part = part_[i];
                if (part.at == part.type->wire_order.size()) continue;
                if (!best || part.member().bucket <= best->member().bucket) best = &part;  // the later one comes first
            }
            if (!best) return nullptr;
            const Member& member = best->member();
            ++best->at;
            value = member.get(best->data);
            if (value) return &member;
        }
    }

private:
    struct Part {
        const TypeInfo* type = nullptr;
        const void* data = nullptr;
        std::size_t at = 0;
        const Member& member() const { return type->members[type->wire_order[at]]; }
    };

    void add(const TypeInfo& type, const void* data) {
        assert(parts_ < part_.size());
        part_[parts_++] = {&type, data, 0};
    }

    void add_branch(const Part& part) {
        const TypeInfo& type = *part.type;
        if (!type.variants) return;
        for (const Member& member : type.members) {
            if (member.name != type.variants->tag) continue;
            const void* tag = member.get(part.data);
            if (!tag) return;
            const int chosen = member.type().enum_get(tag);
            for (std::size_t i = 0; i < type.branches.size(); ++i) {
                if (type.branches[i].value != chosen || !type.branches[i].type) continue;
                if (const void* data = type.variants->get(part.data, i)) add(type.branches[i].type(), data);
                return;
            }
        }
    }

    std::array<Part, 8> part_;
    std::size_t parts_ = 0;
};

}  // namespace

void Writer::new_line() {
    out_ += '\n';
    out_.append(std::size_t{4} * depth_, ' ');
}

inline void Writer::separate() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (depth_ == 0) return;
    if (pretty_) {
        if (!first_) out_ += ',';
        new_line();
    } else if (!first_) {
        out_.append(", ", 2);
    }
    first_ = false;
}

void Writer::begin(char bracket) {
    separate();
    out_ += bracket;
    ++depth_;
    first_ = true;
}

void Writer::end(char bracket) {
    --depth_;
    if (pretty_) new_line();
    out_ += bracket;
    first_ = false;
}

void Writer::key(std::string_view name) {
    separate();
    quoted(name);
    out_.append(": ", 2);
    after_key_ = true;
}

void Writer::null() { raw("null"); }
void Writer::boolean(bool value) { raw(value ? "true" : "false"); }

void Writer::integer(std::int64_t value) {
    separate();
    append_number(out_, value);
}

void Writer::unsigned_integer(std::uint64_t value) {
    separate();
    append_number(out_, value);
}

void Writer::number(double value) {
    separate();
    if (append_sixteenths(out_, value)) return;
    append_number(out_, value, std::chars_format::general, 17);  // as printf's %.17g, but in no locale
}

void Writer::string(std::string_view text) {
    separate();
    quoted(text);
}

void Writer::raw(std::string_view json) {
    separate();
    out_ += json;
}

/// Compact JSON in the pretty form. Its separators are followed by a blank.
void Writer::spread(std::string_view json) {
    separate();
    bool quoted = false;
    for (std::size_t at = 0; at < json.size(); ++at) {
        const char c = json[at];
        if (quoted || c == '"') {
            if (c == '\\') out_ += json[at++];
            else if (c == '"') quoted = !quoted;
            out_ += json[at];
            continue;
        }
        if (c == '}' || c == ']') {
            --depth_;
            new_line();
        }
        out_ += c;
        if (c == '{' || c == '[') ++depth_;
        if (c == ',') ++at;
        const bool another_line = c == ',' || ((c == '{' || c == '[') && json[at + 1] != '}' && json[at + 1] != ']');
        if (another_line) new_line();
    }
}

void Writer::quoted(std::string_view text) {
    out_ += '"';
    for (;;) {
        const std::size_t plain = plain_prefix(text);
        out_.append(text.data(), plain);
        if (plain == text.size()) break;
        text.remove_prefix(plain);
        const CodePoint c = decode_utf8(text);
        append_escaped(out_, c.value);
        text.remove_prefix(c.length);
    }
    out_ += '"';
}

void Writer::value(const QObject& object) {
    switch (object.type()) {
        case QObject::Type::null: return null();
        case QObject::Type::boolean: return boolean(*object.boolean());
        case QObject::Type::string: return string(*object.string());
        case QObject::Type::number: {
            const QNum& n = *object.number();
            std::int64_t i = 0;
            std::uint64_t u = 0;
            if (n.get_int(i)) return integer(i);
            if (n.get_uint(u)) return unsigned_integer(u);
            return number(n.as_double());
        }
        case QObject::Type::list:
            begin_array();
            for (const QObject& element : *object.list()) value(element);
            return end_array();
        case QObject::Type::dict:
            begin_object();
            for (const QDictEntry& member : *object.dict()) {
                key(member.key);
                value(member.value);
            }
            return end_object();
        case QObject::Type::raw: return pretty_ ? spread(object.raw()->text) : raw(object.raw()->text);
    }
}

void Writer::value(const TypeInfo& type, const void* data) {
    switch (type.kind) {
        case TypeKind::null: return null();
        case TypeKind::boolean: return boolean(*static_cast<const bool*>(data));
        case TypeKind::int8: return integer(*static_cast<const std::int8_t*>(data));
        case TypeKind::int16: return integer(*static_cast<const std::int16_t*>(data));
        case TypeKind::int32: return integer(*static_cast<const std::int32_t*>(data));
        case TypeKind::int64: return integer(*static_cast<const std::int64_t*>(data));
        case TypeKind::uint8: return unsigned_integer(*static_cast<const std::uint8_t*>(data));
        case TypeKind::uint16: return unsigned_integer(*static_cast<const std::uint16_t*>(data));
        case TypeKind::uint32: return unsigned_integer(*static_cast<const std::uint32_t*>(data));
        case TypeKind::uint64: return unsigned_integer(*static_cast<const std::uint64_t*>(data));
        case TypeKind::number: return number(*static_cast<const double*>(data));
        case TypeKind::string: return string(*static_cast<const std::string*>(data));
        case TypeKind::any: return value(*static_cast<const QObject*>(data));
        case TypeKind::enumeration: return string(type.values[static_cast<std::size_t>(type.enum_get(data))].name);
        case TypeKind::object: return members(type, data);
        case TypeKind::list: {
            begin_array();
            const std::size_t size = type.list_size(data);
            for (std::size_t i = 0; i < size; ++i) value(type.element(), type.list_at(data, i));
            return end_array();
        }
        case TypeKind::alternate: {
            const std::size_t index = type.alternative_index(data);
            return value(type.alternatives[index].type(), type.alternative_get(data, index));
        }
    }
}

void Writer::members(const TypeInfo& type, const void* data) {
    begin_object();
    MemberMerge merge(type, data);
    const void* member_value = nullptr;
    while (const Member* member = merge.next(member_value)) {
        key(member->name);
        value(member->type(), member_value);
    }
    end_object();
}

std::string to_string(const QObject& object, bool pretty) {
    std::string text;
    Writer(text, pretty).value(object);
    return text;
}

}  // namespace rhea::json
