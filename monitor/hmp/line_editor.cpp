#include "monitor/hmp/line_editor.h"

#include <algorithm>

namespace rhea {

namespace {

constexpr std::string_view kLeft = "\x1b[D", kRight = "\x1b[C", kClearToEnd = "\x1b[K", kClearScreen = "\x1b[2J\x1b[1;1H";

void repeat(std::string_view sequence, std::size_t times, std::string& out) {
    for (std::size_t i = 0; i < times; ++i) out += sequence;
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::size_t common_length(const std::vector<std::string>& words) {
    std::size_t length = words.front().size();
    for (const std::string& word : words) {
        const auto differ = std::mismatch(word.begin(), word.end(), words.front().begin(), words.front().end());
        length = std::min(length, static_cast<std::size_t>(differ.first - word.begin()));
    }
    return length;
}

}  // namespace

void LineEditor::show_prompt(std::string& out) {
    out += kPrompt;
    shown_.clear();
    shown_cursor_ = 0;
    escape_ = Escape::none;
    show(out);
}

/// Brings the terminal from what it shows to what the line is: a line that changed is drawn anew.
void LineEditor::show(std::string& out) {
    if (line_ != shown_) {
        repeat(kLeft, shown_cursor_, out);
        out += line_;
        out += kClearToEnd;
        shown_ = line_;
        shown_cursor_ = line_.size();
    }
    if (cursor_ > shown_cursor_) repeat(kRight, cursor_ - shown_cursor_, out);
    else repeat(kLeft, shown_cursor_ - cursor_, out);
    shown_cursor_ = cursor_;
}

std::optional<std::string> LineEditor::key(unsigned char byte, std::string& out) {
    switch (escape_) {
    case Escape::none:
        if (byte == '\r' || byte == '\n') {
            history_.add(line_);
            out += "\r\n";
            std::string line = std::move(line_);
            put_line({});
            shown_.clear();
            shown_cursor_ = 0;
            at_ = kNew;
            return line;
        }
        plain_key(byte, out);
        break;
    case Escape::started:
        escape_ = byte == '[' ? Escape::csi : byte == 'O' ? Escape::ss3 : Escape::none;
        parameter_ = 0;
        break;
    case Escape::csi: csi_key(byte); break;
    case Escape::ss3:
        if (byte == 'H') cursor_ = 0;
        if (byte == 'F') cursor_ = line_.size();
        escape_ = Escape::none;
        break;
    }
    show(out);
    return std::nullopt;
}

void LineEditor::plain_key(unsigned char byte, std::string& out) {
    switch (byte) {
    case 'A' & 31: cursor_ = 0; break;
    case 'D' & 31: erase(cursor_, cursor_ + 1); break;
    case 'E' & 31: cursor_ = line_.size(); break;
    case 'H' & 31:
    case 0x7f:
        if (cursor_ > 0) erase(cursor_ - 1, cursor_);
        break;
    case '\t': complete(out); break;
    case 'L' & 31:
        out += kClearScreen;
        show_prompt(out);
        break;
    case 'W' & 31: erase_word(); break;
    case 0x1b: escape_ = Escape::started; break;
    default:
        if (byte < 0x20 || line_.size() >= kLineLimit) break;
        line_.insert(cursor_, 1, static_cast<char>(byte));
        ++cursor_;
    }
}

void LineEditor::csi_key(unsigned char byte) {
    if (byte >= '0' && byte <= '9') {
        parameter_ = (parameter_ * 10 + (byte - '0')) % 10000;      // no key has such a number
        return;
    }
    escape_ = Escape::none;
    switch (byte) {
    case 'A': case 'F': older(); break;
    case 'B': case 'E': newer(); break;
    case 'C': cursor_ += cursor_ < line_.size(); break;
    case 'D': cursor_ -= cursor_ > 0; break;
    case '~':
        if (parameter_ == 1) cursor_ = 0;
        if (parameter_ == 3) erase(cursor_, cursor_ + 1);
        if (parameter_ == 4) cursor_ = line_.size();
        break;
    default: break;
    }
}

void LineEditor::erase(std::size_t from, std::size_t to) {
    if (from >= line_.size()) return;
    line_.erase(from, to - from);
    cursor_ = from;
}

void LineEditor::erase_word() {
    std::size_t start = cursor_;
    while (start > 0 && is_blank(line_[start - 1])) --start;
    while (start > 0 && !is_blank(line_[start - 1])) --start;
    if (start < cursor_) erase(start, cursor_);
}

void LineEditor::put_line(const std::string& line) {
    line_ = line;
    cursor_ = line_.size();
}

void LineEditor::older() {
    const auto& lines = history_.lines();
    const std::size_t at = std::min(at_, lines.size());
    if (at == 0) return;
    at_ = at - 1;
    put_line(lines[at_]);
}

void LineEditor::newer() {
    if (at_ == kNew) return;
    const auto& lines = history_.lines();
    at_ = at_ + 1 < lines.size() ? at_ + 1 : kNew;
    put_line(at_ == kNew ? std::string() : lines[at_]);
}

void LineEditor::complete(std::string& out) {
    Completions found = completer_(std::string_view(line_).substr(0, cursor_));
    auto& candidates = found.candidates;
    std::sort(candidates.begin(), candidates.end());
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
    if (candidates.empty()) return;
    std::string rest = candidates.front().substr(found.typed, common_length(candidates) - found.typed);
    if (candidates.size() == 1 && (candidates.front().empty() || candidates.front().back() != '/')) rest += ' ';
    rest.resize(std::min(rest.size(), kLineLimit - line_.size()));
    line_.insert(cursor_, rest);
    cursor_ += rest.size();
    if (candidates.size() > 1) list(candidates, out);
}

void LineEditor::list(const std::vector<std::string>& candidates, std::string& out) {
    constexpr std::size_t kScreen = 80;
    std::size_t width = 0;
    for (const std::string& candidate : candidates) width = std::max(width, candidate.size());
    width = std::clamp<std::size_t>(width + 2, 10, kScreen);
    const std::size_t columns = kScreen / width;
    out += "\r\n";
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        out += candidates[i];
        if (candidates[i].size() < width) out.append(width - candidates[i].size(), ' ');
        if ((i + 1) % columns == 0 || i + 1 == candidates.size()) out += "\r\n";
    }
    show_prompt(out);
}

}  // namespace rhea
