/// The JSON dialects. Members stand in the order of their buckets: "return" before "id", "id" before "error".
#include <algorithm>

#include "json/writer.h"
#include "monitor/text_format.h"
#include "monitor/wire_format.h"

namespace rhea {

namespace {

class JsonDecoder final : public Decoder {
public:
    explicit JsonDecoder(json::Sink& sink, bool pretty) : stream_(sink, {}, pretty ? "" : "id") {}
    std::size_t feed(std::string_view bytes) override { return stream_.feed(bytes); }

private:
    json::Stream stream_;
};

/// Ends a message: with CR LF, and so ends every line of the pretty form too.
class Line {
public:
    Line(std::string& out, bool pretty) : out_(out), start_(out.size()), pretty_(pretty) {}
    ~Line() {
        if (pretty_) end_lines();
        out_ += "\r\n";
    }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

private:
    /// From the back, so that every byte moves once.
    void end_lines() {
        std::size_t from = out_.size();
        out_.resize(from + static_cast<std::size_t>(
                               std::count(out_.begin() + static_cast<std::ptrdiff_t>(start_), out_.end(), '\n')));
        for (std::size_t to = out_.size(); to != from;) {
            out_[--to] = out_[--from];
            if (out_[to] == '\n') out_[--to] = '\r';
        }
    }

    std::string& out_;
    std::size_t start_;
    bool pretty_;
};

class JsonFormat : public WireFormat {
public:
    explicit JsonFormat(bool pretty) : pretty_(pretty) {}

    std::unique_ptr<Decoder> decoder(json::Sink& sink, const CommandTable&) const override {
        return std::make_unique<JsonDecoder>(sink, pretty_);
    }

    void greeting(std::string& out, const Version& version) const override {
        const Line line(out, pretty_);
        json::Writer w(out, pretty_);
        w.begin_object();
        w.key("QMP");
        w.begin_object();
        w.key("version");
        w.begin_object();
        w.key("qemu");
        w.begin_object();
        w.key("micro");
        w.integer(version.micro);
        w.key("minor");
        w.integer(version.minor);
        w.key("major");
        w.integer(version.major);
        w.end_object();
        w.key("package");
        w.string(version.package);
        w.end_object();
        w.key("capabilities");
        w.begin_array();
        if (offers_oob()) w.string("oob");
        w.end_array();
        w.end_object();
        w.end_object();
    }

    void success(std::string& out, const QObject* id, const TypeInfo& type, const void* value) const override {
        const Line line(out, pretty_);
        json::Writer w(out, pretty_);
        w.begin_object();
        w.key("return");
        w.value(type, value);
        finish(w, id);
    }

    void prepared(std::string& out, const QObject* id, const std::string& text) const override {
        const Line line(out, pretty_);
        json::Writer w(out, pretty_);
        w.begin_object();
        w.key("return");
        if (pretty_) w.value(*json::parse(text));
        else w.raw(text);
        finish(w, id);
    }

    void error(std::string& out, const QObject* id, const Error& error) const override {
        const Line line(out, pretty_);
        json::Writer w(out, pretty_);
        w.begin_object();
        if (id) {
            w.key("id");
            w.value(*id);
        }
        w.key("error");
        w.begin_object();
        error_members(w, error);
        w.end_object();
        w.end_object();
    }

    void event(std::string& out, const EventRecord& event) const override {
        const Line line(out, pretty_);
        json::Writer w(out, pretty_);
        w.begin_object();
        w.key("timestamp");
        w.begin_object();
        w.key("seconds");
        w.integer(event.wall_time_us / 1'000'000);
        w.key("microseconds");
        w.integer(event.wall_time_us % 1'000'000);
        w.end_object();
        w.key("event");
        w.string(event.info.name);
        if (!event.type.members.empty()) {
            w.key("data");
            w.value(event.type, event.data);
        }
        w.end_object();
    }

protected:
    virtual void error_members(json::Writer& w, const Error& error) const = 0;

private:
    static void finish(json::Writer& w, const QObject* id) {
        if (id) {
            w.key("id");
            w.value(*id);
        }
        w.end_object();
    }

    bool pretty_;
};

class CurrentFormat final : public JsonFormat {
public:
    using JsonFormat::JsonFormat;
    bool offers_oob() const override { return true; }

protected:
    void error_members(json::Writer& w, const Error& error) const override {
        w.key("class");
        w.string(error_class_name(error.error_class()));
        w.key("desc");
        w.string(error.description());
    }
};

/// qmp-spec of 2009 to 2012, 2.4.2: the class of the very failure, and "data" (an empty object when there is none).
class Format0_12 final : public JsonFormat {
public:
    using JsonFormat::JsonFormat;

protected:
    void error_members(json::Writer& w, const Error& error) const override {
        const bool parsing = error.legacy_class() == "JSONParsing";
        w.key("class");
        w.string(error.legacy_class());
        w.key("desc");
        w.string(parsing ? "Invalid JSON syntax" : error.description());
        w.key("data");
        QDict data;
        for (const auto& [name, value] : error.data()) data.put(std::string(name), value);
        w.value(data);
    }
};

}  // namespace

const WireFormat& wire_format(Dialect dialect, bool pretty) {
    static const CurrentFormat current(false), current_pretty(true);
    static const Format0_12 v0_12(false), v0_12_pretty(true);
    switch (dialect) {
        case Dialect::v0_12: return pretty ? v0_12_pretty : v0_12;
        case Dialect::v0_1: return text_format();
        case Dialect::current: break;
    }
    return pretty ? current_pretty : current;
}

}  // namespace rhea
