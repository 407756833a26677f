#pragma once
/// The line editor of a human monitor: keys in, terminal bytes out. It speaks the keys of QEMU's and echoes the same bytes, so
/// that programs which drive a monitor through its echo (expect scripts, test suites) find what they know.
///
///     C-a C-e home end   start and end of the line        up down   history
///     C-h DEL C-d del    erase before, at the cursor      C-w       erase the word before
///     left right         move                             C-l       clear the screen
///     TAB                complete                         CR LF     enter
///
/// Everything from 0x20 on is inserted, byte by byte; all other keys are ignored.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/hmp/history.h"

namespace rhea {

/// What could stand where the cursor is.
struct Completions {
    std::size_t typed = 0;               ///< how many bytes of each candidate stand there already
    std::vector<std::string> candidates;
};

class LineEditor {
public:
    static constexpr std::size_t kLineLimit = 4095;      ///< bytes; what is typed beyond is dropped
    static constexpr std::string_view kPrompt = "(qemu) ";
    using Completer = std::function<Completions(std::string_view before_cursor)>;

    /// `history` outlives the editor.
    LineEditor(LineHistory& history, Completer completer) : history_(history), completer_(std::move(completer)) {}

    /// Shows the prompt and whatever is on the line. Terminal bytes are appended to `out`, here and below.
    void show_prompt(std::string& out);
    /// Takes one byte; gives the line when it has been entered. The next key belongs to a new line, whose prompt the owner
    /// shows when it is ready for it.
    std::optional<std::string> key(unsigned char byte, std::string& out);

private:
    enum class Escape { none, started, csi, ss3 };

    void plain_key(unsigned char byte, std::string& out);
    void csi_key(unsigned char byte);
    void erase(std::size_t from, std::size_t to);
    void erase_word();
    void older();
    void newer();
    void put_line(const std::string& line);
    void complete(std::string& out);
    void list(const std::vector<std::string>& candidates, std::string& out);
    void show(std::string& out);

    LineHistory& history_;
    Completer completer_;
    std::string line_;
    std::size_t cursor_ = 0;
    std::string shown_;                    // what the terminal has after the prompt
    std::size_t shown_cursor_ = 0;
    std::size_t at_ = kNew;                // the history entry on the line
    Escape escape_ = Escape::none;
    unsigned parameter_ = 0;               // of a CSI sequence
    static constexpr std::size_t kNew = LineHistory::kLimit;
};

}  // namespace rhea
