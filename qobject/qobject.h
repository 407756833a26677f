#pragma once
/// The value tree that QMP speaks: null, boolean, number, string, list, dict.
///
/// A QObject is a value: it copies, compares and moves cheaply (40 bytes, no sharing). It is not tied to any thread.
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace rhea {

class QObject;
struct QDictEntry;

struct QNull {
    friend bool operator==(QNull, QNull) { return true; }
};

/// A JSON number as QEMU keeps it: int64 when it fits, else uint64, else double.
class QNum {
public:
    enum class Kind : std::uint8_t { int64, uint64, real };

    QNum() : i_(0) {}
    static QNum from_int(std::int64_t v) { QNum n; n.i_ = v; return n; }
    static QNum from_uint(std::uint64_t v);    ///< kept as int64 when it fits
    static QNum from_double(double v) { QNum n; n.kind_ = Kind::real; n.d_ = v; return n; }

    Kind kind() const { return kind_; }
    bool get_int(std::int64_t& out) const;     ///< false: not an integer, or out of range
    bool get_uint(std::uint64_t& out) const;   ///< false: negative, not an integer
    double as_double() const;

    friend bool operator==(const QNum& a, const QNum& b);

private:
    Kind kind_ = Kind::int64;
    union {
        std::int64_t i_;
        std::uint64_t u_;
        double d_;
    };
};

/// A value that nobody looks into, kept as its JSON text in QEMU's compact form (json::Stream makes these where it is asked to).
struct QRaw {
    std::string text;
    friend bool operator==(const QRaw& a, const QRaw& b) { return a.text == b.text; }
};

using QString = std::string;
using QList = std::vector<QObject>;

/// Members by name, kept in the order in which QEMU writes them: ascending bucket of its 512-bucket string hash, the
/// newest first within a bucket (`member_bucket`). Look-up is a short scan when small, a hash table when large.
class QDict {
public:
    QDict() noexcept;
    QDict(std::initializer_list<std::pair<std::string_view, QObject>> members);
    QDict(const QDict& other);
    QDict(QDict&& other) noexcept;
    QDict& operator=(const QDict& other);
    QDict& operator=(QDict&& other) noexcept;
    ~QDict();

    /// Sets `key`; an existing member keeps its place in the order.
    QObject& put(std::string key, QObject value);
    /// Adds `key` unless it is there already (then nothing changes and false comes back).
    bool add(std::string key, QObject&& value);
    const QObject* find(std::string_view key) const;
    QObject* find(std::string_view key);
    bool contains(std::string_view key) const { return find(key) != nullptr; }
    bool erase(std::string_view key);
    /// Moves the value of `key` out and removes the member; null when there is none.
    std::unique_ptr<QObject> take(std::string_view key);
    void clear();

    std::size_t size() const;
    bool empty() const { return size() == 0; }

    /// Wire order. Invalidated by any change.
    const QDictEntry* begin() const;
    const QDictEntry* end() const;

    friend bool operator==(const QDict& a, const QDict& b);

private:
    struct Index;
    std::size_t position(std::string_view key, std::uint16_t bucket) const;
    void insert(std::string&& key, std::uint16_t bucket, QObject&& value);
    void order() const;

    mutable std::vector<QDictEntry> entries_;
    mutable std::unique_ptr<Index> index_;      // only when large
    mutable std::size_t ordered_ = 0;           // entries_[0, ordered_) stand in wire order
};

/// The bucket that decides a member's place on the wire (as QEMU 7.2; derived from its observed output). A NUL counts as the
/// two bytes C0 80 that QEMU keeps for it.
constexpr std::uint16_t member_bucket(std::string_view key) {
    std::uint32_t value = 0x238F13AFu * static_cast<std::uint32_t>(key.size());
    unsigned shift = 0;
    const auto mix = [&](std::uint32_t byte) {
        value += byte << shift;
        shift += 5;
        if (shift >= 24) shift -= 24;
    };
    for (char c : key) {
        if (c != '\0') {
            mix(static_cast<unsigned char>(c));
        } else {
            value += 0x238F13AFu;    // one byte longer
            mix(0xC0);
            mix(0x80);
        }
    }
    return static_cast<std::uint16_t>((1103515243u * value + 12345u) % 512u);
}

class QObject {
public:
    enum class Type : std::uint8_t { null, boolean, number, string, list, dict, raw };

    QObject() noexcept : value_(QNull{}) {}
    QObject(QNull) noexcept : value_(QNull{}) {}
    QObject(bool v) noexcept : value_(v) {}
    QObject(QNum v) noexcept : value_(v) {}
    QObject(int v) noexcept : value_(QNum::from_int(v)) {}
    QObject(std::int64_t v) noexcept : value_(QNum::from_int(v)) {}
    QObject(std::uint64_t v) noexcept : value_(QNum::from_uint(v)) {}
    QObject(double v) noexcept : value_(QNum::from_double(v)) {}
    QObject(const char* v) : value_(QString(v)) {}
    QObject(std::string_view v) : value_(QString(v)) {}
    QObject(QString v) noexcept : value_(std::move(v)) {}
    QObject(QList v) noexcept : value_(std::move(v)) {}
    QObject(QDict v) noexcept : value_(std::move(v)) {}
    QObject(QRaw v) noexcept : value_(std::move(v)) {}

    Type type() const { return static_cast<Type>(value_.index()); }
    bool is_null() const { return type() == Type::null; }

    const bool* boolean() const { return std::get_if<bool>(&value_); }
    const QNum* number() const { return std::get_if<QNum>(&value_); }
    const QString* string() const { return std::get_if<QString>(&value_); }
    const QList* list() const { return std::get_if<QList>(&value_); }
    const QDict* dict() const { return std::get_if<QDict>(&value_); }
    const QRaw* raw() const { return std::get_if<QRaw>(&value_); }
    QString* string() { return std::get_if<QString>(&value_); }
    QList* list() { return std::get_if<QList>(&value_); }
    QDict* dict() { return std::get_if<QDict>(&value_); }

    friend bool operator==(const QObject& a, const QObject& b) { return a.value_ == b.value_; }

private:
    std::variant<QNull, bool, QNum, QString, QList, QDict, QRaw> value_;
};

struct QDictEntry {
    std::string key;
    QObject value;
    std::uint16_t bucket = 0;
};

inline std::size_t QDict::size() const { return entries_.size(); }
inline const QDictEntry* QDict::begin() const {
    if (ordered_ != entries_.size()) order();
    return entries_.data();
}
inline const QDictEntry* QDict::end() const { return begin() + entries_.size(); }

}  // namespace rhea
