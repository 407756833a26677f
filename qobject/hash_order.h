#pragma once
/// A map from strings that iterates in the order in which QEMU lists what it keeps in a GLib hash table (chardevs, the
/// children of a QOM object). The order depends on the hash, on the size of the table and on its history, so this is such a
/// table: open addressing, triangular probing, prime modulus, tombstones. Follows g_str_hash as documented, and observed
/// listings.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rhea {

template <class T>
class HashOrderedMap {
public:
    /// Null when there is none. Valid until the map changes.
    T* find(std::string_view key) {
        const std::size_t at = slot_of(key, hash_of(key));
        return slots_[at].entry ? &slots_[at].entry->value : nullptr;
    }
    const T* find(std::string_view key) const { return const_cast<HashOrderedMap*>(this)->find(key); }
    bool contains(std::string_view key) const { return find(key) != nullptr; }

    /// False, and nothing changes, when the key is there already.
    bool insert(std::string key, T value) {
        const std::uint32_t hash = hash_of(key);
        Slot& slot = slots_[slot_of(key, hash)];
        if (slot.entry) return false;
        const bool fresh = !slot.tombstone;
        slot.entry.emplace(Entry{std::move(key), std::move(value), hash});
        slot.tombstone = false;
        ++size_;
        if (fresh) {
            ++occupied_;
            maybe_resize();
        }
        return true;
    }
    /// Removes the entry and gives its value. The table shrinks at a later insertion only, as QEMU's do (it removes children
    /// of an object while iterating).
    std::optional<T> take(std::string_view key) {
        Slot& slot = slots_[slot_of(key, hash_of(key))];
        if (!slot.entry) return std::nullopt;
        std::optional<T> value(std::move(slot.entry->value));
        slot.entry.reset();
        slot.tombstone = true;
        --size_;
        return value;
    }
    bool erase(std::string_view key) { return take(key).has_value(); }
    void clear() { *this = HashOrderedMap(); }

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    /// Calls `visit(key, value)` for all, in order. The map must not change meanwhile.
    template <class F>
    void for_each(F&& visit) const {
        for (const Slot& slot : slots_)
            if (slot.entry) visit(slot.entry->key, slot.entry->value);
    }

private:
    struct Entry {
        std::string key;
        T value;
        std::uint32_t hash;
    };
    struct Slot {
        std::optional<Entry> entry;
        bool tombstone = false;
    };
    static constexpr unsigned kMinShift = 3;

    static std::uint32_t hash_of(std::string_view key) {
        std::uint32_t hash = 5381;
        for (char c : key) hash = hash * 33 + static_cast<std::uint32_t>(static_cast<signed char>(c));
        return hash;
    }
    /// The largest prime below a power of two: what the table takes hashes modulo.
    static std::uint32_t prime_below(std::size_t size) {
        for (auto n = static_cast<std::uint32_t>(size - 1);; n -= 2) {
            bool prime = true;
            for (std::uint32_t d = 3; prime && d * d <= n; d += 2) prime = n % d != 0;
            if (prime) return n;
        }
    }
    std::size_t home_of(std::uint32_t hash) const { return static_cast<std::uint32_t>(hash * 11) % modulus_; }

    /// Where `key` is, or else where it would go: the first tombstone on the way, or the free slot at its end.
    std::size_t slot_of(std::string_view key, std::uint32_t hash) const {
        std::optional<std::size_t> tombstone;
        std::size_t at = home_of(hash);
        for (std::size_t step = 1;; ++step) {
            const Slot& slot = slots_[at];
            if (slot.entry) {
                if (slot.entry->hash == hash && slot.entry->key == key) return at;
            } else if (!slot.tombstone) {
                return tombstone.value_or(at);
            } else if (!tombstone) {
                tombstone = at;
            }
            at = (at + step) & (slots_.size() - 1);
        }
    }

    void maybe_resize() {
        const std::size_t slots = slots_.size();
        if ((slots > size_ * 4 && slots > (1u << kMinShift)) || slots <= occupied_ + occupied_ / 16) resize();
    }
    void resize() {
        unsigned shift = 0;
        for (auto n = static_cast<std::size_t>(static_cast<double>(size_) * 1.333); n != 0; n >>= 1) ++shift;
        std::vector<Slot> old = std::exchange(slots_, {});
        slots_.resize(std::size_t{1} << (shift > kMinShift ? shift : kMinShift));
        modulus_ = prime_below(slots_.size());
        occupied_ = size_;
        // Entries move in place, and one that lands on an entry not yet moved evicts it, which is then the next to move.
        std::vector<bool> moved(slots_.size());
        for (Slot& from : old) {
            std::optional<Entry> entry = std::exchange(from.entry, std::nullopt);
            while (entry) {
                std::size_t at = home_of(entry->hash);
                for (std::size_t step = 1; moved[at]; ++step) at = (at + step) & (slots_.size() - 1);
                moved[at] = true;
                std::optional<Entry> evicted;
                if (at < old.size()) evicted = std::exchange(old[at].entry, std::nullopt);
                slots_[at].entry = std::move(entry);
                entry = std::move(evicted);
            }
        }
    }

    std::vector<Slot> slots_{std::size_t{1} << kMinShift};
    std::uint32_t modulus_ = 7;
    std::size_t size_ = 0;
    std::size_t occupied_ = 0;  // entries and tombstones
};

}  // namespace rhea
