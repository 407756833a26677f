#pragma once
/// The straight way from bytes to a QObject, by RapidJSON's reader: for what is JSON to the letter. Everything else it
/// leaves to the lexer and the exact parser; it never takes what they would refuse.
#include <cstddef>
#include <memory>
#include <string_view>

#include "qobject/qobject.h"

namespace rhea::json {

class FastParser {
public:
    struct Bounds {
        std::size_t nesting;
        std::size_t tokens;
    };
    enum class Outcome {
        parsed,
        cut,      ///< all is well so far, but the bytes end first
        refused,  ///< not for this parser
    };

    /// `opaque`: as json::Stream's.
    explicit FastParser(Bounds bounds, std::string_view opaque = {});
    ~FastParser();

    /// Reads the dict or list that `bytes` begin with; `length`: how many bytes it has.
    Outcome parse(std::string_view bytes, QObject& value, std::size_t& length);

private:
    class Builder;
    struct State;
    const Bounds bounds_;
    const std::string_view opaque_;
    std::unique_ptr<State> state_;
};

}  // namespace rhea::json
