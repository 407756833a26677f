/// filter-buffer: holds frames back, and lets all of them go at an interval.
#include <deque>

#include "machine/clock.h"
#include "machine/net/filter.h"
#include "machine/platform.h"

namespace rhea::net {

namespace {

/// As many frames wait at most; what comes beyond them is lost.
constexpr std::size_t kMostFrames = 10'000;

class BufferFilter final : public NetFilter {
public:
    BufferFilter(qom::Values said, const Place& place)
        : NetFilter(std::move(said), place), timer_(client().network().clocks(), ClockType::virtual_time, [this] { expired(); }) {
        arm();
    }

    bool frame(Client& sender, Frame frame) override {
        if (waiting_.size() < kMostFrames) waiting_.push_back({&sender == &client(), {frame.begin(), frame.end()}});
        return true;
    }
    void arm() {
        if (on()) timer_.set(client().network().clocks().now(ClockType::virtual_time) + values().integer("interval") * 1000);
        else timer_.cancel();
    }

private:
    struct Held {
        bool outwards;
        std::vector<std::uint8_t> bytes;
    };

    void expired() {
        release();
        arm();
    }
    void release() {
        for (std::deque<Held> held = std::exchange(waiting_, {}); !held.empty(); held.pop_front()) pass_on(held.front().outwards, held.front().bytes);
    }
    void switched() override {
        if (!on()) release();
        arm();
    }

    std::deque<Held> waiting_;
    Timer timer_;
};

Result<void> set_interval(BufferFilter& filter, const QObject& value);
QObject interval_of(const BufferFilter& filter) { return filter.values().integer("interval"); }
constexpr qom::Property kProperties[] = {qom::property("interval", qom::kUint32).from<interval_of>().to<set_interval>()};

Result<void> check_interval(std::int64_t interval) {
    if (interval <= 0) return fail("Property 'filter-buffer.interval' requires a positive value");
    return {};
}

/// From the next time on.
Result<void> set_interval(BufferFilter& filter, const QObject& value) {
    std::int64_t interval = 0;
    value.number()->get_int(interval);
    RHEA_CHECK(check_interval(interval));
    filter.values().keep(kProperties[0], value);
    return {};
}

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    RHEA_CHECK(check_interval(creation.values.integer("interval")));
    const auto place = RHEA_TRY(NetFilter::place_of(creation));
    return std::make_unique<BufferFilter>(std::move(creation.values), place);
}

}  // namespace

constinit const qom::Type kFilterBuffer{.name = "filter-buffer", .parent = &kNetFilter, .properties = kProperties, .create = create};

}  // namespace rhea::net
