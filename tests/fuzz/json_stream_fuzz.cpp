/// json::Stream takes any bytes, and gives the same inputs however they are cut; what it takes in comes out of the writer as
/// a text that means the same.
///
/// The input is the stream, then two bytes: how it is cut, and the limits (odd: tight ones).
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "fuzz.h"
#include "json/stream.h"
#include "json/writer.h"

using namespace rhea;

namespace {

/// Writing is exact but for a double that JSON has no words for, and for the sign of zero, which a reader takes for an
/// integer.
bool comes_back(const QObject& object) {
    if (const QNum* number = object.number())
        return number->kind() != QNum::Kind::real || (std::isfinite(number->as_double()) && number->as_double() != 0);
    if (const QList* list = object.list())
        return std::all_of(list->begin(), list->end(), [](const QObject& o) { return comes_back(o); });
    if (const QDict* dict = object.dict())
        return std::all_of(dict->begin(), dict->end(), [](const QDictEntry& e) { return comes_back(e.value); });
    return true;
}

std::string read_and_written(const std::string& text) {
    auto value = json::parse(text);
    fuzz::promise(value.has_value(), "what is written can be read", text);
    return json::to_string(*value);
}

/// Members of one bucket change sides each time they are read, as in QEMU: twice brings them back.
void check_writing(const std::string& text) {
    fuzz::promise(read_and_written(read_and_written(text)) == text, "what is written and read is written alike", text);
}

/// Keeps what comes as text. Stops the stream at each input if told to.
class Recorder final : public json::Sink {
public:
    explicit Recorder(bool stop = false) : stop_(stop) {}
    bool input(Result<QObject>&& value) override {
        seen.push_back(value ? "value " + json::to_string(*value) : "error " + value.error().description());
        if (value && comes_back(*value)) check_writing(json::to_string(*value));
        return !stop_;
    }
    std::vector<std::string> seen;

private:
    bool stop_;
};

void compare(const std::vector<std::string>& whole, const std::vector<std::string>& cut, const char* how) {
    fuzz::promise(whole.size() == cut.size(), how, "another number of inputs");
    for (std::size_t i = 0; i < whole.size(); ++i) fuzz::promise(whole[i] == cut[i], how, whole[i] + "\n" + cut[i]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data), size - 2);
    const json::Limits limits =
        data[size - 1] % 2 ? json::Limits{.nesting = 6, .message_bytes = 48, .tokens = 20} : json::Limits{};

    Recorder whole;
    json::Stream stream(whole, limits);
    fuzz::promise(stream.feed(text) == text.size(), "a sink that does not stop gets everything");

    Recorder pieces;
    json::Stream piecewise(pieces, limits);
    fuzz::Cuts cuts(text, data[size - 2]);
    for (std::string_view piece; cuts.next(piece);) piecewise.feed(piece);
    compare(whole.seen, pieces.seen, "cut into pieces");

    Recorder stopping(true);
    json::Stream stopped(stopping, limits);
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t inputs = stopping.seen.size();
        const std::size_t taken = stopped.feed(rest);
        fuzz::promise(taken <= rest.size() && (taken > 0 || stopping.seen.size() > inputs), "a stopped stream gets on");
        rest.remove_prefix(taken);
    }
    compare(whole.seen, stopping.seen, "stopped at each input");

    stream.reset();
    fuzz::promise(stream.buffered() == 0, "a reset stream holds nothing");
    Recorder after;
    json::Stream fresh(after);
    fresh.feed(text);
    fresh.reset();
    after.seen.clear();
    fresh.feed("{\"a\":1}");
    fuzz::promise(after.seen == std::vector<std::string>{"value {\"a\": 1}"}, "a reset stream reads the next message");
    return 0;
}
