#pragma once
/// The quick way over a message that is still being framed.
#include <cstddef>

namespace rhea::json {

/// What has been seen of a message.
struct Extent {
    std::size_t tokens = 0;
    std::size_t bytes = 0;  ///< of its tokens
    std::ptrdiff_t braces = 0, brackets = 0;
};

/// Passes over whole tokens as they stand in most messages, with at most one blank between them, and counts them in. Stops
/// before whatever the lexer must see: a token that `end` cuts off or that may not be one, the bracket that closes the
/// message or opens one level more than `nesting`, a longer gap. Tokens that it leaves out are merely slower.
const char* pass_plain_tokens(const char* at, const char* end, Extent& message, std::size_t nesting);

}  // namespace rhea::json
