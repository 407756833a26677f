#include "machine/cli/typed_options.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "qobject/convert.h"

namespace rhea::cli {

namespace {

constexpr std::uint64_t kMaxRange = 65536;  // elements that one "a-b" may stand for

Fail expects(std::string_view name, std::string_view what) { return fail(Error::invalid_parameter_value(name, what)); }

bool is_signed(TypeKind kind) {
    return kind == TypeKind::int8 || kind == TypeKind::int16 || kind == TypeKind::int32 || kind == TypeKind::int64;
}
bool is_integer(TypeKind kind) { return is_signed(kind) || (kind >= TypeKind::uint8 && kind <= TypeKind::uint64); }

/// One number at the start of `text`, which is cut off.
std::optional<std::int64_t> take_signed(std::string_view& text) {
    const std::string copy(text);
    char* end = nullptr;
    errno = 0;
    const long long value = std::strtoll(copy.c_str(), &end, 0);
    if (errno != 0 || end == copy.c_str()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - copy.c_str()));
    return value;
}
std::optional<std::uint64_t> take_unsigned(std::string_view& text) {
    // strtoull would read "-1" as a large number.
    if (text.find('-') < text.find_first_of("0123456789")) return std::nullopt;
    const std::string copy(text);
    char* end = nullptr;
    errno = 0;
    const unsigned long long value = std::strtoull(copy.c_str(), &end, 0);
    if (errno != 0 || end == copy.c_str()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - copy.c_str()));
    return value;
}

template <class T, class V>
bool store(void* at, V value) {
    if (value < static_cast<V>(std::numeric_limits<T>::min()) || value > static_cast<V>(std::numeric_limits<T>::max()))
        return false;
    *static_cast<T*>(at) = static_cast<T>(value);
    return true;
}

Result<void> put_signed(const TypeInfo& type, void* at, std::string_view name, std::int64_t value) {
    bool fits = false;
    switch (type.kind) {
        case TypeKind::int8: fits = store<std::int8_t>(at, value); break;
        case TypeKind::int16: fits = store<std::int16_t>(at, value); break;
        case TypeKind::int32: fits = store<std::int32_t>(at, value); break;
        default: fits = store<std::int64_t>(at, value); break;
    }
    return fits ? Result<void>{} : expects(name, type.name);
}
Result<void> put_unsigned(const TypeInfo& type, void* at, std::string_view name, std::uint64_t value) {
    bool fits = false;
    switch (type.kind) {
        case TypeKind::uint8: fits = store<std::uint8_t>(at, value); break;
        case TypeKind::uint16: fits = store<std::uint16_t>(at, value); break;
        case TypeKind::uint32: fits = store<std::uint32_t>(at, value); break;
        default: fits = store<std::uint64_t>(at, value); break;
    }
    return fits ? Result<void>{} : expects(name, type.name);
}

class Reader {
public:
    Reader(const Options& options, std::span<const std::string_view> sizes) : options_(options), sizes_(sizes) {}

    Result<void> members(const TypeInfo& type, void* value) {
        RHEA_CHECK(own_members(type, value));
        if (!type.variants) return {};
        const auto tag = std::find_if(type.members.begin(), type.members.end(),
                                      [&](const Member& m) { return m.name == type.variants->tag; });
        const int chosen = tag->type().enum_get(tag->get(value));
        for (std::size_t i = 0; i < type.branches.size(); ++i) {
            if (type.branches[i].value != chosen || !type.branches[i].type) continue;
            return members(type.branches[i].type(), type.variants->make(value, i));
        }
        return {};
    }
    Result<void> check_all_read() const {
        for (const Option& option : options_.entries())
            if (std::find(read_.begin(), read_.end(), option.key) == read_.end())
                return fail(Error::invalid_parameter(option.key));
        return {};
    }

private:
    Result<void> own_members(const TypeInfo& type, void* value) {
        for (const Member& member : type.members) {
            const std::string* text = nullptr;
            if (member.name == "id") text = options_.id() ? &*options_.id() : nullptr;
            else text = options_.find(member.name);
            if (!text) {
                if (member.optional) continue;
                return fail(Error::missing_parameter(member.name));
            }
            read_.push_back(member.name);
            const TypeInfo& info = member.type();
            if (info.kind == TypeKind::list) RHEA_CHECK(list(info, member.make(value), member.name));
            else RHEA_CHECK(scalar(info, member.make(value), member.name, *text));
        }
        return {};
    }

    Result<void> list(const TypeInfo& type, void* value, std::string_view name) {
        const TypeInfo& element = type.element();
        for (const Option& option : options_.entries()) {
            if (option.key != name) continue;
            if (is_integer(element.kind)) {
                RHEA_CHECK(range(type, value, name, option.value));
            } else if (element.kind == TypeKind::object && element.members.size() == 1) {
                void* at = type.list_append(value);
                RHEA_CHECK(scalar(element.members[0].type(), element.members[0].make(at), name, option.value));
            } else {
                RHEA_CHECK(scalar(element, type.list_append(value), name, option.value));
            }
        }
        return {};
    }

    Result<void> range(const TypeInfo& type, void* value, std::string_view name, std::string_view text) {
        const TypeInfo& element = type.element();
        const bool has_sign = is_signed(element.kind);
        const auto bad = [&] { return expects(name, has_sign ? "an int64 value or range" : "a uint64 value or range"); };
        if (has_sign) {
            const auto first = take_signed(text);
            if (!first) return bad();
            auto last = first;
            if (!text.empty()) {
                if (text[0] != '-') return bad();
                text.remove_prefix(1);
                last = take_signed(text);
                if (!last || !text.empty() || *first > *last) return bad();
                if (static_cast<std::uint64_t>(*last) - static_cast<std::uint64_t>(*first) >= kMaxRange) return bad();
            }
            for (std::int64_t i = *first;; ++i) {
                RHEA_CHECK(put_signed(element, type.list_append(value), name, i));
                if (i == *last) return {};
            }
        }
        const auto first = take_unsigned(text);
        if (!first) return bad();
        auto last = first;
        if (!text.empty()) {
            if (text[0] != '-') return bad();
            text.remove_prefix(1);
            last = take_unsigned(text);
            if (!last || !text.empty() || *first > *last || *last - *first >= kMaxRange) return bad();
        }
        for (std::uint64_t i = *first;; ++i) {
            RHEA_CHECK(put_unsigned(element, type.list_append(value), name, i));
            if (i == *last) return {};
        }
    }

    Result<void> scalar(const TypeInfo& type, void* at, std::string_view name, const std::string& text) {
        if (is_integer(type.kind)) return integer(type, at, name, text);
        switch (type.kind) {
            case TypeKind::string: *static_cast<std::string*>(at) = text; return {};
            case TypeKind::boolean: {
                auto& value = *static_cast<bool*>(at);
                const auto parsed = parse_option_bool(name, text);
                if (!parsed) return expects(name, "'on' or 'off'");
                value = *parsed;
                return {};
            }
            case TypeKind::enumeration:
                for (std::size_t i = 0; i < type.values.size(); ++i)
                    if (type.values[i].name == text) return type.enum_set(at, static_cast<int>(i)), Result<void>{};
                return fail(Error::bad_enum_value(name, text));
            default: return fail(Error::invalid_parameter(name));
        }
    }

    Result<void> integer(const TypeInfo& type, void* at, std::string_view name, std::string_view text) {
        if (std::find(sizes_.begin(), sizes_.end(), name) != sizes_.end()) {
            const auto size = parse_size(text);
            if (!size) return expects(name, "a size value");
            return put_unsigned(type, at, name, *size);
        }
        if (is_signed(type.kind)) {
            const auto value = take_signed(text);
            if (!value || !text.empty()) return expects(name, "an int64 value");
            return put_signed(type, at, name, *value);
        }
        const auto value = take_unsigned(text);
        if (!value || !text.empty()) return expects(name, "a uint64 value");
        return put_unsigned(type, at, name, *value);
    }

    const Options& options_;
    std::span<const std::string_view> sizes_;
    std::vector<std::string_view> read_;
};

}  // namespace

Result<void> read_options(const TypeInfo& type, void* value, const Options& options,
                          std::span<const std::string_view> sizes) {
    Reader reader(options, sizes);
    RHEA_CHECK(reader.members(type, value));
    return reader.check_all_read();
}

}  // namespace rhea::cli
