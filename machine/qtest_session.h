#pragma once
/// One client of the qtest server: its lines, and what it watches.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chardev/chardev.h"
#include "machine/qtest.h"

namespace rhea {

class QtestSession final : public PeerUser {
public:
    static constexpr std::size_t kMaxLine = 64u << 20;         ///< bytes; a longer one ends the connection
    static constexpr std::uint64_t kMaxTransfer = 256u << 20;  ///< bytes that one request moves
    static constexpr std::size_t kMaxBacklog = 16u << 20;      ///< of replies unread; past it no request is taken

    QtestSession(Peer& peer, QtestTarget& target, QtestLog& log);
    ~QtestSession() override;

    bool connected() const { return peer_ != nullptr; }
    bool reads_last() const override { return true; }
    void received(std::string_view bytes) override;
    void disconnected() override;
    void drained() override;

private:
    using Words = std::span<const std::string_view>;
    struct Request;
    static const Request kRequests[];
    struct Watcher final : IrqReceiver {
        explicit Watcher(QtestSession& s) : session(s) {}
        void set_irq(unsigned line, bool level) override;
        QtestSession& session;
        std::vector<bool> seen;  // levels as the client knows them: low until it is told otherwise
    };

    void process();
    void settle();
    void handle(std::string_view line);
    void send(std::string_view line);
    void ok(std::string_view value = {});

    void endianness(Words);
    template <unsigned size>
    void port_in(Words);
    template <unsigned size>
    void port_out(Words);
    template <unsigned size>
    void memory_read(Words);
    template <unsigned size>
    void memory_write(Words);
    void read_block(Words);
    void write_block(Words);
    void read_base64(Words);
    void write_base64(Words);
    void fill(Words);
    void step(Words);
    void set_clock(Words);
    void watch_inputs(Words);
    void watch_outputs(Words);
    void drive_input(Words);
    void load_module(Words);

    std::optional<std::uint64_t> number(std::string_view text);
    std::optional<std::uint64_t> length(std::string_view text);
    void watch(const QtestTarget::Pins& found, std::string_view path);
    void advance_to(std::int64_t target_ns);
    void go_on();

    Peer* peer_;
    QtestTarget& target_;
    QtestLog& log_;
    std::string input_;
    std::size_t taken_ = 0, scanned_ = 0;  // of input_: handled; searched for the end of a line
    bool processing_ = false;
    bool waiting_ = false;  // for the host
    std::string held_;      // answers that go out when it is done
    Watcher watcher_{*this};
    IrqPins* watched_ = nullptr;
    std::string watched_path_;               // empty: nothing is watched
    std::optional<std::int64_t> target_ns_;  // a clock request under way
    Timer continue_;
};

}  // namespace rhea
