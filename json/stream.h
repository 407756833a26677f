#pragma once
/// Bytes in, QObjects or syntax errors out, as a QMP client's stream has them: messages follow one another with or without
/// white space, cut anywhere; after an error the stream goes on where QEMU's would.
///
/// A message ends where its braces and its brackets each balance, or one of them closes too often: `{..]` is answered at
/// once,
/// `{[}` waits for more. A value outside brackets is a message; a bare `12` or `tru` ends at the next byte.
/// What lies whole in the bytes of one `feed` is read from there; only what is cut off is held.
#include <cstddef>
#include <memory>
#include <string_view>

#include "qobject/error.h"
#include "qobject/qobject.h"

namespace rhea::json {

/// Of one message. White space counts for nothing. Past a limit the message ends in an error and the next byte starts anew.
struct Limits {
    std::size_t nesting = 1024;             ///< levels of braces and brackets
    std::size_t message_bytes = 64u << 20;  ///< of its tokens together
    std::size_t tokens = 2u << 20;          ///< brackets, separators and scalars
};

class Sink {
public:
    virtual ~Sink() = default;
    /// One JSON value (of any type) or one syntax error. False stops the stream right behind it (`feed` returns).
    /// The stream must outlive the call; it may be reset from within.
    virtual bool input(Result<QObject>&& value) = 0;
};

class Stream {
public:
    /// `opaque`: a list or dict that is this member of a message is given out as a QRaw if possible, at a fraction of the
    /// cost.
    explicit Stream(Sink& sink, Limits limits = {}, std::string_view opaque = {});
    ~Stream();

    /// Takes bytes in; returns how many were consumed: all of them, unless the sink stopped the stream. Any way of cutting
    /// a stream into calls gives the same inputs in the same order.
    std::size_t feed(std::string_view bytes);
    /// The bytes have ended: what is unfinished becomes a value or an error.
    void finish();
    /// Forgets what is unfinished.
    void reset();
    /// Bytes held for an unfinished message: at most its tokens' and 16 of white space for each of them.
    std::size_t buffered() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// One whole text (an option's JSON, a file): exactly one value, white space around it.
Result<QObject> parse(std::string_view text);

}  // namespace rhea::json
