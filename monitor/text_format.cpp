#include "monitor/text_format.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include <fmt/format.h>

#include "json/writer.h"
#include "monitor/command_table.h"

namespace rhea {

namespace {

constexpr std::size_t kLongestLine = 64 << 10;
constexpr std::string_view kBad = "Bad";      // legacy class of what is answered with "- BAD"

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

Error bad(std::string reason) { return Error::generic(std::move(reason)).legacy(kBad); }

/// A word as a value of the described type: 2009 had only text.
QObject value_of(const TypeInfo& type, const std::string& word) {
    switch (type.kind) {
    case TypeKind::boolean: {
        const std::string w = lower(word);
        if (w == "on" || w == "up" || w == "yes" || w == "true") return true;
        if (w == "off" || w == "down" || w == "no" || w == "false") return false;
        return word;
    }
    case TypeKind::enumeration: return lower(word);
    case TypeKind::string: return word;
    default:
        if (auto number = json::parse(word)) return *number;
        return word;
    }
}

/// Lines in, requests out: {"execute": …, "arguments": {…}, "id": "the command as it was sent"}. Words become the command's
/// members in the order of its description; "-f" sets the boolean "force".
class TextDecoder final : public Decoder {
public:
    TextDecoder(json::Sink& sink, const CommandTable& commands) : sink_(sink), commands_(commands) {}

    std::size_t feed(std::string_view bytes) override {
        std::size_t used = 0;
        while (used < bytes.size()) {
            const std::size_t end = bytes.find('\n', used);
            const bool whole = end != std::string_view::npos;
            const std::string_view piece = bytes.substr(used, (whole ? end : bytes.size()) - used);
            if (line_.size() + piece.size() > kLongestLine) too_long_ = true;
            else line_ += piece;
            used += piece.size() + (whole ? 1 : 0);
            if (whole && !finish_line()) return used;
        }
        return used;
    }

private:
    bool finish_line() {
        std::string line = std::exchange(line_, {});
        if (std::exchange(too_long_, false)) return sink_.input(fail(bad("line too long")));
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.empty()) return true;
        if (std::any_of(line.begin(), line.end(), [](unsigned char c) { return c >= 0x80 || c < 0x20; }))
            return sink_.input(fail(bad("only ASCII is permitted")));
        return sink_.input(request(line));
    }

    Result<QObject> request(const std::string& line) {
        std::vector<std::string> words;
        std::size_t at = 0;
        while (at < line.size()) {
            const std::size_t blank = std::min(line.find(' ', at), line.size());
            if (blank > at) words.push_back(line.substr(at, blank - at));
            at = blank + 1;
        }
        if (words.empty()) return fail(bad("unknown command"));
        std::string name = lower(words[0]);
        std::size_t next = 1;
        if (name == "info" && words.size() > 1) {
            name = "query-" + lower(words[1]);
            next = 2;
        }
        const CommandTable::Row* row = commands_.find(name);
        if (!row) return fail(bad("unknown command"));

        const TypeInfo& type = row->command->arguments();
        QDict arguments;
        std::size_t member = 0;
        for (; next < words.size(); ++next) {
            if (words[next] == "-f") {
                arguments.put("force", true);
                continue;
            }
            if (member >= type.members.size()) return fail(bad("too many arguments"));
            const Member& m = type.members[member++];
            arguments.put(std::string(m.name), value_of(m.type(), words[next]));
        }
        QDict request;
        request.put("execute", name);
        request.put("arguments", std::move(arguments));
        request.put("id", lower(line));
        return QObject(std::move(request));
    }

    json::Sink& sink_;
    const CommandTable& commands_;
    std::string line_;
    bool too_long_ = false;
};

/// A result as lines "name: value", nested names joined by dots.
void data_lines(std::string& out, const std::string& prefix, const QObject& value) {
    if (const QDict* dict = value.dict()) {
        for (const QDictEntry& entry : *dict) data_lines(out, prefix.empty() ? entry.key : prefix + "." + entry.key, entry.value);
        return;
    }
    if (const QList* list = value.list()) {
        for (std::size_t i = 0; i < list->size(); ++i)
            data_lines(out, prefix.empty() ? std::to_string(i) : fmt::format("{}.{}", prefix, i), (*list)[i]);
        return;
    }
    // JSON's escapes keep it ASCII and on one line.
    const std::string text = json::to_string(value);
    const std::string_view bare = value.string() ? std::string_view(text).substr(1, text.size() - 2) : std::string_view(text);
    out += prefix.empty() ? fmt::format("= {}\r\n", bare) : fmt::format("= {}: {}\r\n", prefix, bare);
}

std::string_view event_word(std::string_view name, std::string& buffer) {
    if (name == "RESET") return "reboot";      // the specification's own example
    buffer = lower(name);
    return buffer;
}

class TextFormat final : public WireFormat {
public:
    std::unique_ptr<Decoder> decoder(json::Sink& sink, const CommandTable& commands) const override {
        return std::make_unique<TextDecoder>(sink, commands);
    }
    void greeting(std::string& out, const Version& version) const override {
        out += fmt::format("+ OK QEMU {}.{}.{} QMP 0.1\r\n", version.major, version.minor, version.micro);
    }
    void success(std::string& out, const QObject* id, const TypeInfo& type, const void* value) const override {
        data_lines(out, "", to_qobject(type, value));
        completed(out, id);
    }
    void prepared(std::string& out, const QObject* id, const std::string& text) const override {
        data_lines(out, "", *json::parse(text));
        completed(out, id);
    }
    void error(std::string& out, const QObject*, const Error& error) const override {
        const std::string text = json::to_string(error.description());      // ASCII, one line
        std::string reason;
        for (std::size_t i = 1; i + 1 < text.size(); ++i)
            if (text[i] != '\\' || text[i + 1] != '"') reason += text[i];
        out += fmt::format("- {} {}\r\n", error.legacy_class() == kBad ? "BAD" : "ERR", reason);
    }
    void event(std::string& out, const EventRecord& event) const override {
        std::string buffer;
        out += fmt::format("* EVENT {}\r\n", event_word(event.info.name, buffer));
    }
    bool negotiates() const override { return false; }

private:
    static void completed(std::string& out, const QObject* id) {
        out += fmt::format("+ OK {} completed\r\n", id && id->string() ? *id->string() : "");
    }
};

}  // namespace

const WireFormat& text_format() {
    static const TextFormat format;
    return format;
}

}  // namespace rhea
