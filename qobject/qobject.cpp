#include "qobject/qobject.h"

#include <algorithm>
#include <limits>
#include <random>
#include <unordered_set>

namespace rhea {

namespace {

constexpr std::size_t kIndexFrom = 24;     // below this a scan of the buckets beats a hash table
constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

// Keyed per process: a client that picks colliding member names must not make look-ups linear.
std::uint64_t keyed_hash(std::string_view key) {
    static const std::uint64_t seed = [] {
        std::random_device device;
        return (std::uint64_t{device()} << 32) | device() | 1;
    }();
    std::uint64_t h = seed;
    for (char c : key) {
        h = (h ^ static_cast<unsigned char>(c)) * 0x9E3779B97F4A7C15u;
        h ^= h >> 32;
        h += seed;
    }
    return h;
}

}  // namespace

QNum QNum::from_uint(std::uint64_t v) {
    QNum n;
    if (v <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        n.i_ = static_cast<std::int64_t>(v);
    } else {
        n.kind_ = Kind::uint64;
        n.u_ = v;
    }
    return n;
}

bool QNum::get_int(std::int64_t& out) const {
    if (kind_ != Kind::int64) return false;
    out = i_;
    return true;
}

bool QNum::get_uint(std::uint64_t& out) const {
    if (kind_ == Kind::real || (kind_ == Kind::int64 && i_ < 0)) return false;
    out = kind_ == Kind::uint64 ? u_ : static_cast<std::uint64_t>(i_);
    return true;
}

double QNum::as_double() const {
    switch (kind_) {
    case Kind::int64: return static_cast<double>(i_);
    case Kind::uint64: return static_cast<double>(u_);
    case Kind::real: break;
    }
    return d_;
}

bool operator==(const QNum& a, const QNum& b) {
    if (a.kind_ != b.kind_) return false;
    switch (a.kind_) {
    case QNum::Kind::int64: return a.i_ == b.i_;
    case QNum::Kind::uint64: return a.u_ == b.u_;
    case QNum::Kind::real: break;
    }
    return a.d_ == b.d_;
}

/// Positions in `entries`, found by name. Rebuilt when positions move.
struct QDict::Index {
    struct Hash {
        using is_transparent = void;
        const std::vector<QDictEntry>* entries;
        std::size_t operator()(std::string_view key) const { return keyed_hash(key); }
        std::size_t operator()(std::uint32_t at) const { return keyed_hash((*entries)[at].key); }
    };
    struct Equal {
        using is_transparent = void;
        const std::vector<QDictEntry>* entries;
        bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
        bool operator()(std::string_view key, std::uint32_t at) const { return (*entries)[at].key == key; }
        bool operator()(std::uint32_t at, std::string_view key) const { return (*entries)[at].key == key; }
    };

    explicit Index(const std::vector<QDictEntry>& entries)
        : positions(entries.size() * 2, Hash{&entries}, Equal{&entries}) {
        for (std::uint32_t i = 0; i < entries.size(); ++i) positions.insert(i);
    }

    std::unordered_set<std::uint32_t, Hash, Equal> positions;
};

QDict::QDict() noexcept = default;
QDict::QDict(const QDict& other) : entries_(other.entries_), ordered_(other.ordered_) {}
QDict::QDict(QDict&& other) noexcept
    : entries_(std::move(other.entries_)), ordered_(std::exchange(other.ordered_, 0)) {
    other.index_.reset();    // it refers to the vector that it was built over
    other.entries_.clear();
}
QDict::~QDict() = default;

QDict::QDict(std::initializer_list<std::pair<std::string_view, QObject>> members) {
    entries_.reserve(members.size());
    for (const auto& [key, value] : members) put(std::string(key), value);
}

QDict& QDict::operator=(const QDict& other) {
    if (this != &other) {
        index_.reset();
        entries_ = other.entries_;
        ordered_ = other.ordered_;
    }
    return *this;
}

QDict& QDict::operator=(QDict&& other) noexcept {
    if (this != &other) {
        index_.reset();
        other.index_.reset();
        entries_ = std::move(other.entries_);
        ordered_ = std::exchange(other.ordered_, 0);
        other.entries_.clear();
    }
    return *this;
}

std::size_t QDict::position(std::string_view key, std::uint16_t bucket) const {
    if (entries_.size() < kIndexFrom) {
        for (std::size_t i = 0; i < entries_.size(); ++i)
            if (entries_[i].bucket == bucket && entries_[i].key == key) return i;
        return kNowhere;
    }
    if (!index_) index_ = std::make_unique<Index>(entries_);
    auto found = index_->positions.find(key);
    return found == index_->positions.end() ? kNowhere : *found;
}

void QDict::insert(std::string&& key, std::uint16_t bucket, QObject&& value) {
    if (entries_.size() < kIndexFrom) {
        if (entries_.empty()) entries_.reserve(4);      // of most: a request, an error, an event
        auto at = entries_.begin();
        while (at != entries_.end() && at->bucket < bucket) ++at;
        entries_.insert(at, QDictEntry{std::move(key), std::move(value), bucket});
        ordered_ = entries_.size();
        index_.reset();
        return;
    }
    entries_.push_back(QDictEntry{std::move(key), std::move(value), bucket});
    if (index_) index_->positions.insert(static_cast<std::uint32_t>(entries_.size() - 1));
}

void QDict::order() const {
    // Newest first: what came since the last time stands, reversed, before what was ordered already.
    index_.reset();
    std::rotate(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(ordered_), entries_.end());
    std::reverse(entries_.begin(), entries_.end() - static_cast<std::ptrdiff_t>(ordered_));
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const QDictEntry& a, const QDictEntry& b) { return a.bucket < b.bucket; });
    ordered_ = entries_.size();
}

QObject& QDict::put(std::string key, QObject value) {
    const std::uint16_t bucket = member_bucket(key);
    std::size_t at = position(key, bucket);
    if (at == kNowhere) {
        const std::string name = key;
        insert(std::move(key), bucket, std::move(value));
        at = position(name, bucket);
    } else {
        entries_[at].value = std::move(value);
    }
    return entries_[at].value;
}

bool QDict::add(std::string key, QObject&& value) {
    const std::uint16_t bucket = member_bucket(key);
    if (position(key, bucket) != kNowhere) return false;
    insert(std::move(key), bucket, std::move(value));
    return true;
}

const QObject* QDict::find(std::string_view key) const {
    const std::size_t at = position(key, member_bucket(key));
    return at == kNowhere ? nullptr : &entries_[at].value;
}

QObject* QDict::find(std::string_view key) { return const_cast<QObject*>(std::as_const(*this).find(key)); }

bool QDict::erase(std::string_view key) { return take(key) != nullptr; }

std::unique_ptr<QObject> QDict::take(std::string_view key) {
    const std::size_t at = position(key, member_bucket(key));
    if (at == kNowhere) return nullptr;
    auto value = std::make_unique<QObject>(std::move(entries_[at].value));
    if (at < ordered_) --ordered_;
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
    if (entries_.size() < kIndexFrom && ordered_ != entries_.size()) order();
    index_.reset();
    return value;
}

void QDict::clear() {
    index_.reset();
    entries_.clear();
    ordered_ = 0;
}

bool operator==(const QDict& a, const QDict& b) {
    if (a.size() != b.size()) return false;
    for (const QDictEntry& entry : a.entries_) {
        const QObject* other = b.find(entry.key);
        if (!other || !(*other == entry.value)) return false;
    }
    return true;
}

}  // namespace rhea
