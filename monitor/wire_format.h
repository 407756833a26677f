#pragma once
/// How greeting, reply, error and event look on the wire. Everything else of a session is the same in every dialect.
#include <memory>
#include <string>
#include <string_view>

#include "json/stream.h"
#include "monitor/event_bus.h"
#include "qobject/describe.h"

namespace rhea {

class CommandTable;

/// QMP as of today; as of 0.12 to 1.1 (errors with their class of that time and "data"; no out-of-band); the text protocol of
/// June 2009 ("+ OK", "- ERR", "- BAD", "= ", "* EVENT").
enum class Dialect { current, v0_12, v0_1 };
template <> inline constexpr auto description<Dialect> = enumeration<Dialect>("Dialect", "current", "0.12", "0.1");

struct Version {
    std::int64_t major = 0, minor = 0, micro = 0;      ///< of the reference that is spoken
    std::string package;                               ///< ours
};

/// Turns a client's bytes into requests for a json::Sink: dicts in QMP's form, or errors.
class Decoder {
public:
    virtual ~Decoder() = default;
    virtual std::size_t feed(std::string_view bytes) = 0;      ///< as json::Stream::feed
};

class WireFormat {
public:
    virtual ~WireFormat() = default;

    virtual std::unique_ptr<Decoder> decoder(json::Sink& sink, const CommandTable& commands) const = 0;
    virtual void greeting(std::string& out, const Version& version) const = 0;
    virtual void success(std::string& out, const QObject* id, const TypeInfo& type, const void* value) const = 0;
    /// The same with a result that is (compact) JSON text already.
    virtual void prepared(std::string& out, const QObject* id, const std::string& json) const = 0;
    virtual void error(std::string& out, const QObject* id, const Error& error) const = 0;
    virtual void event(std::string& out, const EventRecord& event) const = 0;
    /// False: a session starts in command mode.
    virtual bool negotiates() const { return true; }
    virtual bool offers_oob() const { return false; }
};

/// The formats are constants; `pretty` has a meaning for the JSON ones only.
const WireFormat& wire_format(Dialect dialect, bool pretty);

}  // namespace rhea
