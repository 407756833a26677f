#include "json/fast_parser.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#define RAPIDJSON_HAS_STDSTRING 0
#include <rapidjson/reader.h>

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

// Numbers come as their text: RapidJSON would round some of them differently, and calls large ones errors.
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
    explicit Builder(Bounds bounds) : bounds_(bounds) {}

    void clear() {
        open_.clear();
        tokens_ = 0;
    }
    QObject take() { return std::move(result_); }

    bool Null() { return add(QNull()); }
    bool Bool(bool value) { return add(value); }
    bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
        const std::string_view number(text, length);
        return !has_bare_zero_exponent(number) && add(parse_number(number));
    }
    bool String(const char* text, rapidjson::SizeType length, bool) {
        return is_plain_utf8(std::string_view(text, length)) && add(std::string(text, length));
    }
    bool Key(const char* text, rapidjson::SizeType length, bool) {
        if (!is_plain_utf8(std::string_view(text, length))) return false;
        tokens_ += 2;
        open_.back().key.assign(text, length);
        return true;
    }
    bool StartObject() { return open(QObject(QDict())); }
    bool StartArray() { return open(QObject(QList())); }
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

    bool open(QObject&& container) {
        if (open_.size() == bounds_.nesting) return false;
        open_.push_back(Open{std::move(container), {}});
        return true;
    }
    bool close() {
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
    std::vector<Open> open_;
    QObject result_;
    std::size_t tokens_ = 0;
};

struct FastParser::State {
    explicit State(Bounds bounds) : builder(bounds) {}
    Builder builder;
    rapidjson::Reader reader;
};

FastParser::FastParser(Bounds bounds) : bounds_(bounds), state_(std::make_unique<State>(bounds)) {}
FastParser::~FastParser() = default;

FastParser::Outcome FastParser::parse(std::string_view bytes, QObject& value, std::size_t& length) {
    Bytes stream(bytes);
    const bool parsed = !state_->reader.Parse<kFlags>(stream, state_->builder).IsError();
    if (parsed) {
        value = state_->builder.take();
        length = stream.Tell();
    }
    if (stream.Tell() > kKeptMemory) state_ = std::make_unique<State>(bounds_);
    else state_->builder.clear();
    if (parsed) return Outcome::parsed;
    return stream.at_end() ? Outcome::cut : Outcome::refused;
}

}  // namespace rhea::json
