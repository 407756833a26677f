#pragma once
// A block layer with a loop, a recorded event bus, a host that counts stops, and a drive to attach.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "json/stream.h"
#include "json/writer.h"
#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/host.h"
#include "monitor/command_table.h"
#include "qobject/convert.h"

namespace rhea::test {

/// A scratch directory with image files.
class Scratch {
public:
    Scratch() {
        std::string pattern = "/tmp/rhea-block-XXXXXX";
        path_ = ::mkdtemp(pattern.data());
    }
    ~Scratch() {
        for (const std::string& file : files_) ::unlink(file.c_str());
        ::rmdir(path_.c_str());
    }
    std::string file(const std::string& name, const std::string& content) {
        const std::string path = path_ + "/" + name;
        std::ofstream(path, std::ios::binary) << content;
        files_.push_back(path);
        return path;
    }
    std::string image(const std::string& name, std::size_t bytes) {
        const std::string path = file(name, "");
        if (::truncate(path.c_str(), static_cast<off_t>(bytes)) != 0) ::abort();
        return path;
    }
    std::string fifo(const std::string& name) {
        const std::string path = path_ + "/" + name;
        if (::mkfifo(path.c_str(), 0600) != 0) ::abort();
        files_.push_back(path);
        return path;
    }
    const std::string& path() const { return path_; }

private:
    std::string path_;
    std::vector<std::string> files_;
};

class StillClock final : public EventClock {
public:
    std::int64_t wall_time_us() const override { return 0; }
    std::int64_t now_ns() const override { return 0; }
    void call_at(std::int64_t, std::function<void()>) override {}
};

class RecordingHost final : public BlockHost {
public:
    void vm_stop_io_error() override {
        ++stops;
        is_running = false;
    }
    bool running() const override { return is_running; }
    void on_cont(std::function<void()> call) override { cont_ = std::move(call); }
    void on_stop(std::function<void()> call) override { stop_ = std::move(call); }
    void on_end(std::function<void()> call) override { end_ = std::move(call); }
    bool device_exists(std::string_view id) const override { return id == "rng"; }
    bool is_container(std::string_view path) const override { return path.empty(); }
    void warn(std::string_view text) override { warnings += text; }
    int open_file(const std::string& path, int flags) override {
        if (path == write_protected && (flags & O_ACCMODE) != O_RDONLY) {
            errno = EACCES;
            return -1;
        }
        return BlockHost::open_file(path, flags);
    }
    void cont() {
        is_running = true;
        cont_();
    }

    void stop() { stop_(); }
    void end() { end_(); }

    int stops = 0;
    bool is_running = true;
    std::string warnings;
    std::string write_protected;  // a file that can only be read, for root too

private:
    std::function<void()> cont_, stop_, end_;
};

/// A CD-ROM drive, a disk or a floppy drive, by its settings.
class FakeDrive final : public BlockDevice {
public:
    std::string_view qdev_id() const override { return id; }
    std::string qom_path() const override { return "/machine/peripheral/" + id; }
    bool removable_medium() const override { return removable; }
    bool has_tray() const override { return tray; }
    bool tray_open() const override { return open; }
    bool medium_locked() const override { return locked; }
    void medium_changed(bool load) override {
        open = tray && !load;
        ++changes;
    }
    void eject_request(bool force) override {
        ++eject_requests;
        if (force) locked = false;
    }
    void resized() override { ++resizes; }
    void retry() override { ++retries; }

    std::string id = "d";
    bool removable = false, tray = false, open = false, locked = false;
    int changes = 0, eject_requests = 0, resizes = 0, retries = 0;
};

class BlockRig : public EventListener {
public:
    BlockRig() {
        uv_loop_init(&loop);
        bus.add_listener(*this);
        layer = std::make_unique<BlockLayer>(&loop, bus, host);
        add_block_commands(table, *layer);
    }
    ~BlockRig() override {
        layer.reset();
        bus.remove_listener(*this);
        uv_run(&loop, UV_RUN_DEFAULT);
        if (uv_loop_close(&loop) != 0) ::abort();
    }
    void event(const EventRecord& record) override {
        lines.push_back(std::string(record.info.name) + " " + json::to_string(to_qobject(record.type, record.data)));
    }
    /// Runs a command; its answer as JSON, an error as its text.
    std::string run(std::string_view name, std::string_view arguments = "{}") {
        struct Answer {
            std::string text;
            bool given = false;
        };
        struct Pending final : PendingReply {
            explicit Pending(std::shared_ptr<Answer> a) : answer(std::move(a)) {}
            void succeed(const TypeInfo& type, const void* value) override {
                *answer = {json::to_string(to_qobject(type, value)), true};
            }
            void fail(const Error& error) override { *answer = {error.description(), true}; }
            std::shared_ptr<Answer> answer;
        };
        struct Sink final : ResultSink {
            void result(const TypeInfo& type, const void* value) override {
                *answer = {json::to_string(to_qobject(type, value)), true};
            }
            void prepared(const std::string& json) override { *answer = {json, true}; }
            void error(const Error& error) override { *answer = {error.description(), true}; }
            std::unique_ptr<PendingReply> later() override { return std::make_unique<Pending>(answer); }
            std::shared_ptr<Answer> answer = std::make_shared<Answer>();
        } sink;
        const CommandTable::Row* row = table.find(name);
        if (!row) return "no such command";
        const auto parsed = json::parse(arguments);
        if (!parsed || !parsed->dict()) return "bad arguments";
        row->command->invoke(*row->command, row->context, *parsed->dict(), Caller{}, sink);
        while (!sink.answer->given && uv_run(&loop, UV_RUN_ONCE) != 0) {}
        return sink.answer->text;
    }
    /// -drive; the error's text, or empty.
    std::string drive(const std::vector<std::pair<std::string, std::string>>& pairs) {
        auto options = DriveOptions::parse(pairs);
        if (!options) return options.error().description();
        auto drive = layer->add_drive(*options);
        return drive ? "" : drive.error().description();
    }
    void settle() { uv_run(&loop, UV_RUN_DEFAULT); }

    uv_loop_t loop;
    StillClock clock;
    EventBus bus{clock};
    RecordingHost host;
    std::unique_ptr<BlockLayer> layer;
    CommandTable table;
    std::vector<std::string> lines;  // events
};

}  // namespace rhea::test
