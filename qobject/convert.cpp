#include "qobject/convert.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "qobject/hash_order.h"

namespace rhea {

namespace {

/// Where in the input a value stands. Lives on the stack; turned into text only for an error.
struct Path {
    const Path* parent = nullptr;
    std::string_view name = {};  // a member's; empty data(): a list element, or the top
    std::size_t index = 0;

    /// The full path, "keys[0].data".
    std::string text() const {
        if (!parent) return "";
        std::string path = parent->text();
        if (name.data()) {
            if (!path.empty()) path += '.';
            path += name;
        } else {
            path += fmt::format("[{}]", index);
        }
        return path;
    }
    /// What QEMU's enum, alternate and narrow integer errors call it: the member alone; a list element has no name.
    std::string_view leaf() const { return name.data() ? name : std::string_view("null"); }
};

std::string_view json_type_name(TypeKind kind) {
    switch (kind) {
        case TypeKind::null: return "null";
        case TypeKind::boolean: return "boolean";
        case TypeKind::number: return "number";
        case TypeKind::string:
        case TypeKind::enumeration: return "string";
        case TypeKind::object: return "object";
        case TypeKind::list: return "array";
        default: return "integer";
    }
}

bool is_integer(TypeKind kind) { return kind >= TypeKind::int8 && kind <= TypeKind::uint64; }
bool is_scalar(TypeKind kind) {
    return kind == TypeKind::boolean || kind == TypeKind::number || kind == TypeKind::string ||
           kind == TypeKind::enumeration || is_integer(kind);
}
bool is_unsigned(TypeKind kind) { return kind >= TypeKind::uint8 && kind <= TypeKind::uint64; }

class Reader {
public:
    explicit Reader(InputMode mode) : mode_(mode) {}

    Result<void> read(const TypeInfo& type, void* out, const QObject& in, const Path& path) const {
        if (mode_ == InputMode::keyval && (in.dict() || in.list()) && is_scalar(type.kind))
            return fail(fmt::format("Parameters '{}.*' are unexpected", path.text()));
        switch (type.kind) {
            case TypeKind::null:
                if (!in.is_null()) return wrong_type(type, path);
                return {};
            case TypeKind::boolean: return read_bool(type, static_cast<bool*>(out), in, path);
            case TypeKind::number: return read_number(type, static_cast<double*>(out), in, path);
            case TypeKind::string:
                if (!in.string()) return wrong_type(type, path);
                *static_cast<std::string*>(out) = *in.string();
                return {};
            case TypeKind::any: *static_cast<QObject*>(out) = in; return {};
            case TypeKind::enumeration: return read_enum(type, out, in, path);
            case TypeKind::object:
                if (!in.dict()) return wrong_type(type, path);
                return read_object(type, out, *in.dict(), path);
            case TypeKind::list: return read_list(type, out, in, path);
            case TypeKind::alternate: return read_alternate(type, out, in, path);
            default: return read_integer(type, out, in, path);
        }
    }

    Result<void> read_object(const TypeInfo& type, void* out, const QDict& in, const Path& path) const {
        std::size_t found = 0;
        RHEA_CHECK(read_members(type, out, in, path, found));
        const TypeInfo* branch_type = nullptr;
        if (type.variants) {
            const int tag = tag_value(type, out);
            for (std::size_t i = 0; i < type.branches.size(); ++i) {
                if (type.branches[i].value != tag || !type.branches[i].type) continue;
                branch_type = &type.branches[i].type();
                RHEA_CHECK(read_members(*branch_type, type.variants->make(out, i), in, path, found));
            }
        }
        if (found != in.size()) return unexpected(type, branch_type, in, path);
        return {};
    }

private:
    static Fail wrong_type(const TypeInfo& type, const Path& path) {
        return fail(Error::invalid_parameter_type(path.text(), json_type_name(type.kind)));
    }

    static int tag_value(const TypeInfo& type, const void* object) {
        for (const Member& m : type.members) {
            if (m.name != type.variants->tag) continue;
            const void* tag = m.get(object);
            return tag ? m.type().enum_get(tag) : -1;
        }
        return -1;
    }

    Result<void> read_members(const TypeInfo& type, void* out, const QDict& in, const Path& path, std::size_t& found) const {
        for (const Member& m : type.members) {
            const Path at{&path, m.name};
            const QObject* value = in.find(m.name);
            if (!value) {
                if (m.optional) continue;
                return fail(Error::missing_parameter(at.text()));
            }
            ++found;
            RHEA_CHECK(read(m.type(), m.make(out), *value, at));
        }
        return {};
    }

    /// Names the stray member that QEMU names: the first in the order of its hash table.
    static Fail unexpected(const TypeInfo& type, const TypeInfo* branch, const QDict& in, const Path& path) {
        // The table hashes names as QEMU holds them: a NUL as the two bytes C0 80.
        auto held = [](std::string name) {
            for (std::size_t at = 0; (at = name.find('\0', at)) != std::string::npos; at += 2)
                name.replace(at, 1, "\xc0\x80");
            return name;
        };
        HashOrderedMap<const std::string*> rest;
        for (const QDictEntry& entry : in) rest.insert(held(entry.key), &entry.key);
        for (const TypeInfo* t : {&type, branch})
            if (t)
                for (const Member& m : t->members) rest.erase(m.name);
        const std::string* first = nullptr;
        rest.for_each([&](const std::string&, const std::string* key) {
            if (!first) first = key;
        });
        return fail(Error::unexpected_parameter(Path{&path, *first}.text()));
    }

    Result<void> read_bool(const TypeInfo& type, bool* out, const QObject& in, const Path& path) const {
        if (mode_ == InputMode::keyval && in.string()) {
            const std::string& s = *in.string();
            if (s == "on" || s == "yes" || s == "true" || s == "y") *out = true;
            else if (s == "off" || s == "no" || s == "false" || s == "n") *out = false;
            else return fail(Error::invalid_parameter_value(path.text(), "'on' or 'off'"));
            return {};
        }
        if (!in.boolean()) return wrong_type(type, path);
        *out = *in.boolean();
        return {};
    }

    Result<void> read_number(const TypeInfo& type, double* out, const QObject& in, const Path& path) const {
        if (mode_ == InputMode::keyval && in.string()) {
            char* end = nullptr;
            const double value = std::strtod(in.string()->c_str(), &end);
            if (in.string()->empty() || *end || !std::isfinite(value))
                return fail(Error::invalid_parameter_type(path.text(), "number"));
            *out = value;
            return {};
        }
        if (!in.number()) return wrong_type(type, path);
        *out = in.number()->as_double();
        return {};
    }

    Result<void> read_enum(const TypeInfo& type, void* out, const QObject& in, const Path& path) const {
        if (!in.string()) return wrong_type(type, path);
        for (std::size_t i = 0; i < type.values.size(); ++i) {
            if (type.values[i].name != *in.string()) continue;
            type.enum_set(out, static_cast<int>(i));
            return {};
        }
        return fail(Error::bad_enum_value(path.leaf(), *in.string()));
    }

    Result<void> read_list(const TypeInfo& type, void* out, const QObject& in, const Path& path) const {
        if (!in.list()) return wrong_type(type, path);
        const TypeInfo& element = type.element();
        for (std::size_t i = 0; i < in.list()->size(); ++i)
            RHEA_CHECK(read(element, type.list_append(out), (*in.list())[i], Path{&path, {}, i}));
        return {};
    }

    Result<void> read_alternate(const TypeInfo& type, void* out, const QObject& in, const Path& path) const {
        auto takes = [&](TypeKind kind) {
            switch (in.type()) {
                case QObject::Type::null: return kind == TypeKind::null;
                case QObject::Type::boolean: return kind == TypeKind::boolean;
                case QObject::Type::number: return is_integer(kind) || kind == TypeKind::number;
                case QObject::Type::string: return kind == TypeKind::string || kind == TypeKind::enumeration;
                case QObject::Type::list: return kind == TypeKind::list;
                case QObject::Type::dict: return kind == TypeKind::object;
                case QObject::Type::raw: return false;
            }
            return false;
        };
        for (std::size_t i = 0; i < type.alternatives.size(); ++i) {
            const TypeInfo& candidate = type.alternatives[i].type();
            if (takes(candidate.kind)) return read(candidate, type.alternative_make(out, i), in, path);
        }
        return fail(Error::invalid_parameter_type(path.leaf(), type.name));
    }

    Result<void> read_integer(const TypeInfo& type, void* out, const QObject& in, const Path& path) const {
        std::int64_t i = 0;
        std::uint64_t u = 0;
        if (mode_ == InputMode::keyval && in.string()) {
            if (is_unsigned(type.kind) && type.kind != TypeKind::uint64) {
                char* end = nullptr;
                errno = 0;
                u = std::strtoull(in.string()->c_str(), &end, 0);
                if (in.string()->empty() || *end || errno)
                    return fail(Error::invalid_parameter_value(path.text(), "integer"));
            } else if (is_unsigned(type.kind)) {
                auto size = parse_size(*in.string());
                if (!size) return fail(Error::invalid_parameter_value(path.text(), "size"));
                u = *size;
            } else {
                char* end = nullptr;
                errno = 0;
                i = std::strtoll(in.string()->c_str(), &end, 0);
                if (in.string()->empty() || *end || errno)
                    return fail(Error::invalid_parameter_value(path.text(), "integer"));
            }
        } else if (is_unsigned(type.kind)) {
            // As QEMU 7.2: a negative number stands for its two's complement.
            if (!in.number() || (!in.number()->get_uint(u) && !in.number()->get_int(i)))
                return fail(Error::invalid_parameter_value(path.text(), "uint64"));
            if (i < 0) u = static_cast<std::uint64_t>(i);
        } else if (!in.number() || !in.number()->get_int(i)) {
            return wrong_type(type, path);
        }
        bool fits = true;
        switch (type.kind) {
            case TypeKind::int8: fits = store<std::int8_t>(out, i); break;
            case TypeKind::int16: fits = store<std::int16_t>(out, i); break;
            case TypeKind::int32: fits = store<std::int32_t>(out, i); break;
            case TypeKind::int64: fits = store<std::int64_t>(out, i); break;
            case TypeKind::uint8: fits = store<std::uint8_t>(out, u); break;
            case TypeKind::uint16: fits = store<std::uint16_t>(out, u); break;
            case TypeKind::uint32: fits = store<std::uint32_t>(out, u); break;
            default: fits = store<std::uint64_t>(out, u); break;
        }
        if (!fits) return fail(Error::invalid_parameter_value(path.leaf(), type.name));
        return {};
    }

    template <class T, class V>
    static bool store(void* out, V value) {
        *static_cast<T*>(out) = static_cast<T>(value);
        return static_cast<V>(static_cast<T>(value)) == value;
    }

    InputMode mode_;
};

void put_members(const TypeInfo& type, const void* value, QDict& out) {
    for (const Member& m : type.members)
        if (const void* member = m.get(value)) out.put(std::string(m.name), to_qobject(m.type(), member));
}

}  // namespace

Result<void> from_qobject(const TypeInfo& type, void* value, const QObject& object, InputMode mode) {
    return Reader(mode).read(type, value, object, Path{});
}

Result<void> from_qdict(const TypeInfo& type, void* value, const QDict& dict, InputMode mode) {
    return Reader(mode).read_object(type, value, dict, Path{});
}

QObject to_qobject(const TypeInfo& type, const void* value) {
    switch (type.kind) {
        case TypeKind::null: return QNull{};
        case TypeKind::boolean: return *static_cast<const bool*>(value);
        case TypeKind::int8: return static_cast<std::int64_t>(*static_cast<const std::int8_t*>(value));
        case TypeKind::int16: return static_cast<std::int64_t>(*static_cast<const std::int16_t*>(value));
        case TypeKind::int32: return static_cast<std::int64_t>(*static_cast<const std::int32_t*>(value));
        case TypeKind::int64: return *static_cast<const std::int64_t*>(value);
        case TypeKind::uint8: return static_cast<std::uint64_t>(*static_cast<const std::uint8_t*>(value));
        case TypeKind::uint16: return static_cast<std::uint64_t>(*static_cast<const std::uint16_t*>(value));
        case TypeKind::uint32: return static_cast<std::uint64_t>(*static_cast<const std::uint32_t*>(value));
        case TypeKind::uint64: return *static_cast<const std::uint64_t*>(value);
        case TypeKind::number: return *static_cast<const double*>(value);
        case TypeKind::string: return *static_cast<const std::string*>(value);
        case TypeKind::any: return *static_cast<const QObject*>(value);
        case TypeKind::enumeration: return type.values[static_cast<std::size_t>(type.enum_get(value))].name;
        case TypeKind::list: {
            QList list;
            list.reserve(type.list_size(value));
            for (std::size_t i = 0; i < type.list_size(value); ++i)
                list.push_back(to_qobject(type.element(), type.list_at(value, i)));
            return list;
        }
        case TypeKind::alternate: {
            const std::size_t i = type.alternative_index(value);
            return to_qobject(type.alternatives[i].type(), type.alternative_get(value, i));
        }
        case TypeKind::object: break;
    }
    QDict dict;
    put_members(type, value, dict);
    for (std::size_t i = 0; i < type.branches.size(); ++i) {
        if (!type.branches[i].type) continue;
        if (const void* branch = type.variants->get(value, i)) {
            put_members(type.branches[i].type(), branch, dict);
            break;
        }
    }
    return dict;
}

Result<std::uint64_t> parse_size(std::string_view text, std::uint64_t unit) {
    const std::string s(text);
    const char* start = s.c_str();
    char* end = nullptr;
    errno = 0;
    std::uint64_t whole = std::strtoull(start, &end, 0);
    if (end == start || *start == '-' || *start == '+' || *start == ' ' || errno) return fail("not a size");
    long double fraction = 0;
    if (*end == '.') {
        const char* point = end;
        fraction = std::strtold(point, &end);
    }
    std::uint64_t factor = unit;
    switch (*end) {
        case '\0': break;
        case 'b':
        case 'B':
            factor = 1;
            ++end;
            break;
        case 'k':
        case 'K':
            factor = 1ull << 10;
            ++end;
            break;
        case 'm':
        case 'M':
            factor = 1ull << 20;
            ++end;
            break;
        case 'g':
        case 'G':
            factor = 1ull << 30;
            ++end;
            break;
        case 't':
        case 'T':
            factor = 1ull << 40;
            ++end;
            break;
        case 'p':
        case 'P':
            factor = 1ull << 50;
            ++end;
            break;
        case 'e':
        case 'E':
            factor = 1ull << 60;
            ++end;
            break;
        default: return fail("not a size");
    }
    if (*end) return fail("not a size");
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(whole, factor, &bytes)) return fail("size too large");
    if (fraction != 0 && factor == 1) return fail("not a size");  // half a byte
    const auto more = static_cast<std::uint64_t>(fraction * static_cast<long double>(factor));
    if (__builtin_add_overflow(bytes, more, &bytes)) return fail("size too large");
    return bytes;
}

}  // namespace rhea
