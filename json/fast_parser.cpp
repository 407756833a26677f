#include "json/fast_parser.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#define RAPIDJSON_HAS_STDSTRING 0
#include <rapidjson/reader.h>

#include "json/canonical_text.h"
#include "json/number.h"
#include "json/utf8.h"

namespace rhea::json {

/// RapidJSON's input stream over bytes that no NUL ends; past their end it reads NULs, which no JSON has.
class Bytes {
public:
    using Ch = char;
    explicit Bytes(std::string_view bytes) : at_(bytes.data()), begin_(at_), end_(at_ + bytes.size()) {}

    Ch Peek() const { return at_ != end_ ? *at_ : '\0'; }
    Ch Take() { return at_ != end_ ? *at_++ : '\0'; }
    std::size_t Tell() const { return static_cast<std::size_t>(at_ - begin_); }
    bool at_end() const { return at_ == end_; }

    // The writing half of the concept, which reading never calls.
    Ch* PutBegin() { return nullptr; }
    void Put(Ch) {}
    std::size_t PutEnd(Ch*) { return 0; }

private:
    const char* at_;
    const char* begin_;
    const char* end_;
};

namespace {

constexpr std::size_t kKeptMemory = 64u << 10;  // a longer message's memory is given back

// Numbers come as their text: RapidJSON reads some of them wrong (2e-324, digits by the dozen), and calls large ones errors.
constexpr unsigned kFlags = rapidjson::kParseStopWhenDoneFlag | rapidjson::kParseNumbersAsStringsFlag;

/// 0e1 and -0E1, which QEMU's lexer reads as two tokens.
bool has_bare_zero_exponent(std::string_view number) {
    if (number.front() == '-') number.remove_prefix(1);
    return number.size() > 1 && number[0] == '0' && number[1] != '.';
}

}  // namespace
}  // namespace rhea::json

/// Lets the reader keep its place in registers.
template <>
struct rapidjson::StreamTraits<rhea::json::Bytes> {
    enum { copyOptimization = 1 };
};

namespace rhea::json {

/// Takes RapidJSON's events. Each false ends the parse: the value is for the exact parser.
class FastParser::Builder {
public:
    Builder(Bounds bounds, std::string_view opaque) : bounds_(bounds), opaque_(opaque) {}

    void clear() {
        open_.clear();
        text_.clear();
        depth_ = tokens_ = 0;
    }
    QObject take() { return std::move(result_); }

    bool Null() {
        if (!text_.open()) return add(QNull());
        text_.null();
        return count();
    }
    bool Bool(bool value) {
        if (!text_.open()) return add(value);
        text_.boolean(value);
        return count();
    }
    bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
        const std::string_view digits(text, length);
        if (has_bare_zero_exponent(digits)) return false;
        const QNum number = parse_number(digits);
        if (!text_.open()) return add(number);
        text_.number(number);
        return count();
    }
    bool String(const char* text, rapidjson::SizeType length, bool) {
        const std::string_view string(text, length);
        if (text_.open()) return text_.string(string) && count();
        return is_plain_utf8(string) && add(std::string(string));
    }
    bool Key(const char* text, rapidjson::SizeType length, bool) {
        const std::string_view name(text, length);
        tokens_ += 2;
        if (text_.open()) return text_.key(name);
        if (!is_plain_utf8(name)) return false;
        open_.back().key.assign(name);
        return true;
    }
    bool StartObject() {
        if (!enter()) return false;
        if (opaque()) text_.begin_object();
        else open_.push_back(Open{QDict(), {}});
        return true;
    }
    bool StartArray() {
        if (!enter()) return false;
        if (opaque()) text_.begin_array();
        else open_.push_back(Open{QList(), {}});
        return true;
    }
    bool EndObject(rapidjson::SizeType) { return close(); }
    bool EndArray(rapidjson::SizeType) { return close(); }

    // With numbers as text these never come.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }

private:
    struct Open {
        QObject container;
        std::string key;  // of the member that comes next
    };

    /// Whether the container that begins is, or lies within, the member that nobody looks into.
    bool opaque() const {
        return text_.open() ||
               (!opaque_.empty() && open_.size() == 1 && open_[0].container.dict() && open_[0].key == opaque_);
    }
    bool enter() { return ++depth_ <= bounds_.nesting; }
    bool close() {
        --depth_;
        if (text_.open()) {
            if (!text_.end()) return false;
            return text_.open() ? count() : add(QRaw{text_.take()});
        }
        QObject container = std::move(open_.back().container);
        open_.pop_back();
        if (!open_.empty()) return add(std::move(container));
        result_ = std::move(container);
        return count();
    }
    template <class Value>
    bool add(Value&& value) {
        Open& parent = open_.back();
        if (QList* list = parent.container.list()) list->emplace_back(std::forward<Value>(value));
        else if (!parent.container.dict()->add(std::move(parent.key), std::forward<Value>(value)))
            return false;  // a duplicate
        return count();
    }
    /// A value is at most three tokens: itself, or its two brackets, and a comma.
    bool count() { return (tokens_ += 3) <= bounds_.tokens; }

    const Bounds bounds_;
    const std::string_view opaque_;
    std::vector<Open> open_;
    CanonicalText text_;  // while it is open, it takes everything
    QObject result_;
    std::size_t depth_ = 0, tokens_ = 0;
};

struct FastParser::State {
    State(Bounds bounds, std::string_view opaque) : builder(bounds, opaque) {}
    Builder builder;
    rapidjson::Reader reader;
};

FastParser::FastParser(Bounds bounds, std::string_view opaque)
    : bounds_(bounds), opaque_(opaque), state_(std::make_unique<State>(bounds, opaque)) {}
FastParser::~FastParser() = default;

FastParser::Outcome FastParser::parse(std::string_view bytes, QObject& value, std::size_t& length) {
    Bytes stream(bytes);
    const bool parsed = !state_->reader.Parse<kFlags>(stream, state_->builder).IsError();
    if (parsed) {
        value = state_->builder.take();
        length = stream.Tell();
    }
    if (stream.Tell() > kKeptMemory) state_ = std::make_unique<State>(bounds_, opaque_);
    else state_->builder.clear();
    if (parsed) return Outcome::parsed;
    return stream.at_end() ? Outcome::cut : Outcome::refused;
}

}  // namespace rhea::json
