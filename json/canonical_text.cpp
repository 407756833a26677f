#include "json/canonical_text.h"

#include <algorithm>
#include <utility>

#include "json/utf8.h"

namespace rhea::json {

namespace {

constexpr std::size_t kSeparator = 2;          // ", "
constexpr std::size_t kFreeMoves = 64u << 10;  // bytes
constexpr std::size_t kMovesPerByte = 8;       // nesting must not make the work quadratic

}  // namespace

void CanonicalText::begin_object() {
    writer_->begin_object();
    levels_.push_back({true, text_.size(), members_.size(), true});
}

void CanonicalText::begin_array() {
    writer_->begin_array();
    levels_.push_back({false, text_.size(), members_.size(), true});
}

bool CanonicalText::key(std::string_view name) {
    if (!is_plain_utf8(name)) return false;
    Level& level = levels_.back();
    const bool first = members_.size() == level.first_member;
    if (!first) members_.back().end = text_.size();
    MemberText member;
    member.begin = text_.size() + (first ? 0 : kSeparator);
    member.bucket = member_bucket(name);
    writer_->key(name);
    member.key_length = text_.size() - member.begin;
    if (!first && members_.back().bucket >= member.bucket) level.sorted = false;
    members_.push_back(member);
    return true;
}

bool CanonicalText::string(std::string_view text) {
    if (!is_plain_utf8(text)) return false;
    writer_->string(text);
    return true;
}

bool CanonicalText::end() {
    const Level level = levels_.back();
    levels_.pop_back();
    if (members_.size() > level.first_member) members_.back().end = text_.size();
    if (!level.sorted && !put_in_order(level)) return false;
    members_.resize(level.first_member);
    if (level.object) writer_->end_object();
    else writer_->end_array();
    return true;
}

/// Whether two of the members [first, last), which share a bucket, have one name.
bool CanonicalText::has_duplicates(std::size_t first, std::size_t last) {
    if (last - first == 1) return false;
    std::vector<std::string_view> keys;
    for (std::size_t i = first; i < last; ++i)
        keys.push_back(std::string_view(text_).substr(members_[i].begin, members_[i].key_length));
    std::sort(keys.begin(), keys.end());
    return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

/// The members from the order of the input to that of the wire.
bool CanonicalText::put_in_order(const Level& level) {
    moved_ += text_.size() - level.begin;
    if (moved_ > kFreeMoves + kMovesPerByte * text_.size()) return false;
    std::sort(members_.begin() + static_cast<std::ptrdiff_t>(level.first_member), members_.end(),
              [](const MemberText& a, const MemberText& b) {
                  return a.bucket != b.bucket ? a.bucket < b.bucket : a.begin > b.begin;  // the newest first
              });
    for (std::size_t i = level.first_member, next = i; i < members_.size(); i = next) {
        while (next < members_.size() && members_[next].bucket == members_[i].bucket) ++next;
        if (has_duplicates(i, next)) return false;
    }
    scratch_.clear();
    for (std::size_t i = level.first_member; i < members_.size(); ++i) {
        if (i != level.first_member) scratch_.append(", ");
        scratch_.append(text_, members_[i].begin, members_[i].end - members_[i].begin);
    }
    text_.replace(level.begin, text_.size() - level.begin, scratch_);
    return true;
}

std::string CanonicalText::take() {
    members_.clear();
    moved_ = 0;
    std::string().swap(scratch_);
    return std::exchange(text_, {});
}

void CanonicalText::clear() {
    levels_.clear();
    take();
    writer_.emplace(text_);
}

}  // namespace rhea::json
