#pragma once
/// The lines that were entered at a human monitor, oldest first. A value.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rhea {

class LineHistory {
public:
    static constexpr std::size_t kLimit = 64;

    /// Empty lines are not kept; one that is there already becomes the newest.
    void add(std::string_view line) {
        if (line.empty()) return;
        std::erase(lines_, line);
        if (lines_.size() == kLimit) lines_.erase(lines_.begin());
        lines_.emplace_back(line);
    }
    const std::vector<std::string>& lines() const { return lines_; }

private:
    std::vector<std::string> lines_;
};

}  // namespace rhea
