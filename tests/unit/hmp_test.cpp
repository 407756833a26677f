/// The human monitor: its line editor (the bytes are those of QEMU 7.2), its arithmetic, its lines, its sessions.
#include <catch2/catch.hpp>

#include "hmp_rig.h"

using namespace rhea;
using namespace rhea::test;

namespace {

/// Key by key: what the terminal gets.
struct EditorRig {
    LineHistory history;
    LineEditor editor{history, [](std::string_view) { return Completions{}; }};
    std::string type(std::string_view keys) {
        std::string out;
        for (char c : keys)
            if (auto line = editor.key(static_cast<unsigned char>(c), out)) out += "<" + *line + ">", editor.show_prompt(out);
        return out;
    }
};

std::string value_of(std::string_view text) {
    const auto value = evaluate(text, [](std::string_view name) { return name == "pc" ? std::optional<std::int64_t>(0xfff0) : std::nullopt; });
    return value ? std::to_string(*value) + (text.empty() ? "" : " then " + std::string(text)) : value.error().description();
}

}  // namespace

TEST_CASE("the editor echoes every key as the whole line drawn anew", "[hmp][editor]") {
    EditorRig rig;
    CHECK(rig.type("a") == "a\x1b[K");
    CHECK(rig.type("b") == "\x1b[Dab\x1b[K");
    CHECK(rig.type("\x01") == "\x1b[D\x1b[D");
    CHECK(rig.type("X") == "Xab\x1b[K\x1b[D\x1b[D");
    CHECK(rig.type("\x05") == "\x1b[C\x1b[C");
    CHECK(rig.type("\x7f") == "\x1b[D\x1b[D\x1b[DXa\x1b[K");
    CHECK(rig.type("\x08") == "\x1b[D\x1b[DX\x1b[K");
    CHECK(rig.type("\r") == "\r\n<X>(qemu) ");
}

TEST_CASE("the editor moves by the keys of terminals and ignores those that it does not know", "[hmp][editor]") {
    EditorRig rig;
    rig.type("abc");
    CHECK(rig.type("\x1b[D") == "\x1b[D");
    CHECK(rig.type("\x1bOF") == "\x1b[C");
    CHECK(rig.type("\x1bOH") == "\x1b[D\x1b[D\x1b[D");
    CHECK(rig.type("\x1b[3~") == "bc\x1b[K\x1b[D\x1b[D");
    CHECK(rig.type("\x1b[4~") == "\x1b[C\x1b[C");
    CHECK(rig.type("\x1b[1~") == "\x1b[D\x1b[D");
    CHECK(rig.type(std::string_view("\x1bOC\x1b[2~\x02\x0b\x15\x03\x00", 12)).empty());
    // A semicolon ends a sequence: what follows is text.
    CHECK(rig.type("\x1b[1;5C") == "5bc\x1b[K\x1b[D\x1b[D\x1b[D5Cbc\x1b[K\x1b[D\x1b[D");
}

TEST_CASE("control w erases the word before the cursor, control l clears the screen", "[hmp][editor]") {
    EditorRig rig;
    rig.type("one two  ");
    CHECK(rig.type("\x17") == "\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[Done \x1b[K");
    CHECK(rig.type("\x0c") == "\x1b[2J\x1b[1;1H(qemu) one \x1b[K");
    CHECK(rig.type("\x04").empty());
}

TEST_CASE("the arrows walk through the history and leave an empty line behind its end", "[hmp][editor]") {
    EditorRig rig;
    CHECK(rig.type("\x1b[A\x1b[B").empty());
    rig.type("one\ntwo\n\none\n");      // an empty line is not kept, an old one becomes the newest
    CHECK(rig.history.lines() == std::vector<std::string>{"two", "one"});
    CHECK(rig.type("\x1b[A") == "one\x1b[K");
    CHECK(rig.type("\x1b[F") == "\x1b[D\x1b[D\x1b[Dtwo\x1b[K");
    CHECK(rig.type("\x1b[A").empty());
    CHECK(rig.type("\x1b[B\x1b[E") == "\x1b[D\x1b[D\x1b[Done\x1b[K\x1b[D\x1b[D\x1b[D\x1b[K");
    for (int i = 0; i < 70; ++i) rig.type("p " + std::to_string(i) + "\n");
    CHECK(rig.history.lines().size() == 64);
    CHECK(rig.history.lines().front() == "p 6");
}

TEST_CASE("a line holds 4095 bytes, and any byte from a blank on", "[hmp][editor]") {
    EditorRig rig;
    std::string out;
    for (int i = 0; i < 5000; ++i) out.clear(), (void)rig.editor.key('\xff', out);
    CHECK(rig.editor.key('\n', out) == std::string(4095, '\xff'));
}

TEST_CASE("expressions are computed as C computes them, but for their order", "[hmp][expression]") {
    CHECK(value_of("1+2*3") == "7");
    CHECK(value_of("(1+2)*3") == "9");
    CHECK(value_of("3|2+1") == "4");      // | binds closer than +
    CHECK(value_of("6|1&3^8") == "11");
    CHECK(value_of("0x10 077 8") == "16 then 077 8");
    CHECK(value_of("~0 - -'a'") == "96");
    CHECK(value_of("$pc+1") == "65521");
    CHECK(value_of("7%4") == "3");
    CHECK(value_of("0x8000000000000000/-1") == std::to_string(std::numeric_limits<std::int64_t>::min()));
    CHECK(value_of("08") == "0 then 8");
    CHECK(value_of("0x") == "0 then x");
    CHECK(value_of("18446744073709551615") == "-1");
}

TEST_CASE("an expression that is none says what is wrong with it", "[hmp][expression]") {
    CHECK(value_of("") == "unexpected end of expression");
    CHECK(value_of("1+") == "unexpected end of expression");
    CHECK(value_of("1/0") == "division by zero");
    CHECK(value_of("x") == "invalid char 'x' in expression");
    CHECK(value_of("(1") == "')' expected");
    CHECK(value_of("$nope") == "unknown register");
    CHECK(value_of("'") == "character constant expected");
    CHECK(value_of("'ab'") == "missing terminating ' character");
    CHECK(value_of("99999999999999999999") == "number too large");
    CHECK(value_of(std::string(100000, '(')) == "expression too deep");
}

TEST_CASE("a line's arguments are read by their description", "[hmp][arguments]") {
    HmpRig rig;
    CHECK(rig.line("say hello") == "hello\r\n");
    CHECK(rig.line("  echo \t -l  \"a \\\"b\\\" c\" ") == "a \"b\" c!\r\n");
    CHECK(rig.line("say -t high -l x") == "say|echo: extraneous characters at the end of line\r\nTry \"help say\" for more information\r\n");
    CHECK(rig.line("say -l -t high x") == "x!\r\n");
    CHECK(rig.line("numbers 1+1 4 3G") == "2 4194304 3221225472 true\r\n");
    CHECK(rig.line("numbers 1 1") == "1 1048576 -1 false\r\n");
    CHECK(rig.line("numbers 1 1 5") == "1 1048576 5242880 true\r\n");
    CHECK(rig.line("look/4xb 16") == "4 x 1 at 16\r\n");
    CHECK(rig.line("look 0") == "1 x 1 at 0\r\n");      // the width stays from line to line
    CHECK(rig.line("look /i 0") == "1 i -1 at 0\r\n");
    CHECK(rig.line("") == "");
}

TEST_CASE("a line that does not fit its description is refused with advice", "[hmp][arguments]") {
    HmpRig rig;
    const auto advice = [](const char* error, const char* command) {
        return std::string(error) + "\r\nTry \"help " + command + "\" for more information\r\n";
    };
    CHECK(rig.line("say") == advice("say|echo: string expected", "say"));
    CHECK(rig.line("echo \"open") == advice("say|echo: string expected", "echo"));
    CHECK(rig.line("say -x y") == advice("say|echo: unsupported option -x", "say"));
    CHECK(rig.line("say -") == "say|echo: unsupported option -Try \"help say\" for more information\r\n");
    CHECK(rig.line("say -t") == advice("say|echo: value expected for -t", "say"));
    CHECK(rig.line("say a b") == advice("say|echo: extraneous characters at the end of line", "say"));
    CHECK(rig.line("numbers") == advice("unexpected end of expression", "numbers"));
    CHECK(rig.line("numbers -1 1") == advice("'numbers' has failed: integer is for 32-bit values", "numbers"));
    CHECK(rig.line("numbers 1 (-1)") == advice("enter a positive value", "numbers"));
    CHECK(rig.line("numbers 1 1 x") == advice("invalid size", "numbers"));
    CHECK(rig.line("numbers 1 1 5Q") == advice("numbers: extraneous characters at the end of line", "numbers"));
    CHECK(rig.line("look/q 1") == advice("invalid char in format: 'q'", "look"));
    CHECK(rig.line("nosuch 1 2") == "unknown command: 'nosuch'\r\n");
    CHECK(rig.line("info  nosuch") == "unknown command: 'info  nosuch'\r\n");
    CHECK(rig.line("fail") == "Error: Device 'x' not found\r\n");
}

TEST_CASE("help is made of the table", "[hmp][help]") {
    HmpRig rig;
    CHECK(rig.line("help say") == "say|echo [-l] what -- says something\r\n");
    CHECK(rig.line("? echo more") == "say|echo [-l] what -- says something\r\n");
    CHECK(rig.line("help nosuch") == "unknown command: 'nosuch'\r\n");
    CHECK(rig.line("help info nosuch") == "unknown command: 'info nosuch'\r\n");
    CHECK(rig.line("help").find("fail  -- fails\r\nhelp|? [cmd] -- ") != std::string::npos);
    CHECK(rig.line("info") == rig.line("help info"));
    CHECK(rig.line("info version") == "7.2.22Rhea test\r\n");
}

TEST_CASE("a session greets, prompts, and shows what a line prints", "[hmp][session]") {
    HmpRig rig;
    CHECK(rig.greeting == "QEMU 7.2.22 monitor - type 'help' for more information\r\n(qemu) ");
    CHECK(rig.type("\n") == "\r\n(qemu) ");
    const std::string seen = rig.type("say a\n");
    CHECK(seen.substr(seen.size() - 20) == "say a\x1b[K\r\na\r\n(qemu) ");
    CHECK(rig.type("\x1b[A") == "say a\x1b[K");
}

TEST_CASE("while a line is carried out the keys wait", "[hmp][session]") {
    HmpRig rig;
    rig.type("wait\nsay b\n");
    REQUIRE(rig.subject.waiting);
    CHECK(rig.received().empty());
    CHECK_FALSE(rig.client->reading());
    rig.subject.waiting->print("done\n");
    rig.subject.waiting.reset();
    const std::string seen = rig.received();
    CHECK(seen.substr(0, 13) == "done\r\n(qemu) ");
    CHECK(rig.subject.said == std::vector<std::string>{"b"});
    CHECK(rig.client->reading());
}

TEST_CASE("a client that leaves while its line is carried out is forgotten", "[hmp][session]") {
    HmpRig rig;
    rig.type("wait\n");
    rig.client->disconnect();
    rig.subject.waiting.reset();
    rig.client = &rig.chardev.connect();
    CHECK(rig.client->take_output() == rig.greeting);
    CHECK(rig.type("\x1b[A") == "wait\x1b[K");      // the monitor remembers, whoever types
}

TEST_CASE("a client that does not read is not read from", "[hmp][session]") {
    HmpRig rig;
    rig.client->set_room(0);
    for (int i = 0; i < 20; ++i) rig.client->push(std::string(4000, 'x'));
    rig.chardev.turn();
    CHECK_FALSE(rig.client->reading());
    rig.client->set_room(SIZE_MAX);
    for (int i = 0; i < 10000 && !rig.client->reading(); ++i) (void)rig.received();
    CHECK(rig.client->reading());
}

TEST_CASE("tab completes commands and what their descriptions name", "[hmp][completion]") {
    HmpRig rig;
    CHECK(rig.type("sa\t") == "s\x1b[K\x1b[Dsa\x1b[K\x1b[D\x1b[Dsay \x1b[K");
    CHECK(rig.type("-l w\t\n").find("say -l world ") != std::string::npos);
    const std::string seen = rig.type("say h\t");
    CHECK(seen.find("\x1b[K\r\nhello     help      \r\n(qemu) say hel\x1b[K") != std::string::npos);
    rig.type("\x17\x17");
    CHECK(rig.type("info ver\t\n").find("info version \x1b[K\r\n7.2.22") != std::string::npos);
    CHECK(rig.type("zz\t") == "z\x1b[K\x1b[Dzz\x1b[K");
}

TEST_CASE("human-monitor-command gives what a line prints, later if need be", "[hmp][qmp]") {
    HmpRig hmp;
    MemoryChardev chardev("mon1");
    hmp.engine.add_monitor(chardev, {});
    MemoryPeer& client = chardev.connect();
    const auto ask = [&](std::string_view request) {
        client.push(request);
        chardev.turn();
        return client.take_output();
    };
    ask(R"({"execute":"qmp_capabilities"})");
    CHECK(ask(R"({"execute":"human-monitor-command","arguments":{"command-line":"say a"}})") == "{\"return\": \"a\\r\\n\"}\r\n");
    CHECK(ask(R"({"execute":"human-monitor-command","arguments":{"command-line":"wait"},"id":1})").empty());
    hmp.subject.waiting.reset();
    chardev.turn();
    CHECK(client.take_output() == "{\"return\": \"\", \"id\": 1}\r\n");
    CHECK(ask(R"({"execute":"human-monitor-command","arguments":{"command-line":"","cpu-index":0}})") ==
          "{\"error\": {\"class\": \"GenericError\", \"desc\": \"Parameter 'cpu-index' expects a CPU number\"}}\r\n");
    chardev.attach(nullptr);
}
