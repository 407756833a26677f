#pragma once
/// A JSON value on its way from a parser's events to the text in which QEMU would write it again, without a tree in between.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/writer.h"

namespace rhea::json {

/// Takes the events of one list or dict. A false ends it: a duplicate member, text that is not plain UTF-8, or members so
/// far out of order that a tree does it quicker.
class CanonicalText {
public:
    bool open() const { return !levels_.empty(); }
    void begin_object();
    void begin_array();
    bool key(std::string_view name);
    /// Of the innermost container; the value is whole when none is open any more.
    bool end();
    void null() { writer_->null(); }
    void boolean(bool value) { writer_->boolean(value); }
    void number(QNum value) { writer_->value(QObject(value)); }
    bool string(std::string_view text);

    /// The whole value; a new one can begin then.
    std::string take();
    void clear();

private:
    struct MemberText {
        std::size_t begin = 0, end = 0, key_length = 0;  // in text_; of the key with its quotes
        std::uint16_t bucket = 0;
    };
    struct Level {
        bool object = false;
        std::size_t begin = 0;         // of what stands between its brackets
        std::size_t first_member = 0;  // in members_
        bool sorted = true;
    };

    bool put_in_order(const Level& level);
    bool has_duplicates(std::size_t first, std::size_t last);

    std::string text_, scratch_;
    std::optional<Writer> writer_{std::in_place, text_};
    std::vector<Level> levels_;
    std::vector<MemberText> members_;  // of all that are open, outermost first
    std::size_t moved_ = 0;            // bytes, by putting members in order
};

}  // namespace rhea::json
