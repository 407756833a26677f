#include "json/plain_tokens.h"

#include "json/byte_class.h"

namespace rhea::json {

namespace {

/// Behind the number at `at`, which must not end the bytes; null: not a plain one.
const char* pass_number(const char* at, const char* end) {
    if (*at == '-' && ++at == end) return nullptr;
    const char* whole = at;
    at = run(at, end, kDigit);
    if (at == end || at == whole || (*whole == '0' && at != whole + 1)) return nullptr;
    if (*at == '.') {
        const char* fraction = ++at;
        at = run(at, end, kDigit);
        if (at == end || at == fraction) return nullptr;
    }
    return is(*at, kInNumber) ? nullptr : at;
}

}  // namespace

const char* pass_plain_tokens(const char* at, const char* end, Extent& message, std::size_t nesting) {
    Extent seen = message;
    const auto levels = [&] { return static_cast<std::size_t>(seen.braces + seen.brackets); };
    while (at != end) {
        const char* behind = at + 1;
        switch (*at) {
            case ',':
            case ':': break;
            case '{':
                if (levels() >= nesting) return message = seen, at;
                ++seen.braces;
                break;
            case '[':
                if (levels() >= nesting) return message = seen, at;
                ++seen.brackets;
                break;
            case '}':
                if (seen.braces <= 0 || levels() <= 1) return message = seen, at;
                --seen.braces;
                break;
            case ']':
                if (seen.brackets <= 0 || levels() <= 1) return message = seen, at;
                --seen.brackets;
                break;
            case '"':
                behind = run(behind, end, kBody);
                if (behind == end || *behind != '"') return message = seen, at;
                ++behind;
                break;
            case ' ':
            case '\n':
                if (behind == end || is(*behind, kBlank)) return message = seen, at;
                ++at;
                continue;
            default:
                behind = is(*at, kLower) ? run(behind, end, kLower) : pass_number(at, end);
                if (!behind || behind == end) return message = seen, at;
        }
        ++seen.tokens;
        seen.bytes += static_cast<std::size_t>(behind - at);
        at = behind;
    }
    message = seen;
    return at;
}

}  // namespace rhea::json
