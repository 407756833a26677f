#include <catch2/catch.hpp>
#include <ctime>

#include "machine/devices/mc146818rtc.h"
#include "tests/unit/machine_rig.h"

using namespace rhea;

namespace {

constexpr std::int64_t kNewYear2020 = 1'577'836'800;  // a Wednesday
constexpr unsigned kBinary = 0x04, kHours24 = 0x02, kSet = 0x80, kPie = 0x40, kAie = 0x20, kUie = 0x10;

struct RtcRig : MachineRig {
    Mc146818Rtc rtc;
    explicit RtcRig(RtcOptions options = {RtcOptions::Base::date, kNewYear2020, ClockType::virtual_time})
        : rtc(ports, clocks, IrqLine(irqs, 8), control, options) {}

    unsigned get(unsigned reg) {
        outb(0x70, reg);
        return inb(0x71);
    }
    void put(unsigned reg, unsigned value) {
        outb(0x70, reg);
        outb(0x71, value);
    }
    std::vector<unsigned> clock() { return {get(4), get(2), get(0)}; }
    std::vector<unsigned> calendar() { return {get(0x32), get(9), get(8), get(7), get(6)}; }
};

using Fields = std::vector<unsigned>;

}  // namespace

TEST_CASE("a calendar survives the way to seconds and back", "[rtc]") {
    for (std::int64_t day = -200'000; day < 200'000; day += 37) {
        const auto seconds = day * 86'400 + day % 86'400;
        const auto time = rtc_time(seconds);
        std::tm expected{};
        const auto when = static_cast<std::time_t>(seconds);
        gmtime_r(&when, &expected);
        REQUIRE(time.year == expected.tm_year + 1900);
        REQUIRE(time.month == expected.tm_mon + 1);
        REQUIRE(time.day == expected.tm_mday);
        REQUIRE(time.weekday == expected.tm_wday + 1);
        REQUIRE(time.hour == expected.tm_hour);
        REQUIRE(rtc_seconds(time) == seconds);
    }
}

TEST_CASE("the RTC powers up in BCD and 24-hour form with the date it was given", "[rtc]") {
    RtcRig rig;
    CHECK(rig.get(0x0a) == 0x26);
    CHECK(rig.get(0x0b) == 0x02);
    CHECK(rig.get(0x0c) == 0x00);
    CHECK(rig.get(0x0d) == 0x80);
    CHECK(rig.calendar() == Fields{0x20, 0x20, 0x01, 0x01, 0x04});
    CHECK(rig.clock() == Fields{0, 0, 0});
    CHECK(rig.inb(0x70) == 0xff);
    rig.advance((23 * 3600 + 59 * 60 + 58) * kSecond);
    CHECK(rig.clock() == Fields{0x23, 0x59, 0x58});
    rig.advance(2 * kSecond);
    CHECK(rig.calendar() == Fields{0x20, 0x20, 0x01, 0x02, 0x05});
}

TEST_CASE("time shows in the form that register B says", "[rtc]") {
    RtcRig rig;
    rig.advance((12 * 3600 + 34 * 60 + 56) * kSecond);
    CHECK(rig.clock() == Fields{0x12, 0x34, 0x56});
    rig.put(0x0b, kBinary | kHours24);
    CHECK(rig.clock() == Fields{12, 34, 56});
    rig.put(0x0b, kBinary);
    CHECK(rig.clock() == Fields{0x8c, 34, 56});
    rig.put(0x0b, 0);
    CHECK(rig.clock() == Fields{0x92, 0x34, 0x56});
    rig.advance(12 * 3600 * kSecond);
    CHECK(rig.clock() == Fields{0x12, 0x34, 0x56});
    rig.advance(kSecond * 3600);
    CHECK(rig.get(4) == 0x01);
    CHECK(rig.control.take().empty());
}

TEST_CASE("a write of a running clock's field takes effect at once and keeps the fraction of the second", "[rtc]") {
    RtcRig rig;
    rig.advance(3 * kSecond + 700'000'000);
    rig.put(2, 0x10);
    CHECK(rig.clock() == Fields{0x00, 0x10, 0x03});
    rig.advance(299'999'999);
    CHECK(rig.get(0) == 0x03);
    rig.advance(1);
    CHECK(rig.get(0) == 0x04);
    CHECK(rig.control.take() == Texts{"rtc 600"});
}

TEST_CASE("with SET the time registers are storage, and time goes on from them afterwards", "[rtc]") {
    RtcRig rig;
    rig.put(0x0b, kSet | kUie | kHours24);
    CHECK(rig.get(0x0b) == (kSet | kHours24));
    rig.put(9, 0x21);
    CHECK(rig.control.take().empty());
    rig.advance(5 * kSecond);
    CHECK(rig.clock() == Fields{0, 0, 0});
    rig.put(0x0b, kHours24);
    CHECK(rig.control.take() == Texts{"rtc 31622395"});
    rig.advance(kSecond);
    CHECK(rig.clock() == Fields{0, 0, 1});
    CHECK(rig.calendar() == Fields{0x20, 0x21, 0x01, 0x01, 0x06});
}

TEST_CASE("the first update after a divider reset comes half a second later, announced by UIP", "[rtc]") {
    RtcRig rig;
    rig.advance(123'456'789);
    rig.put(0x0a, 0x76);
    rig.put(0x00, 0x59);
    rig.advance(10 * kSecond);
    CHECK(rig.get(0) == 0x59);
    CHECK(rig.get(0x0a) == 0x76);
    rig.put(0x0a, 0x26);
    CHECK(rig.get(0x0a) == 0x26);
    rig.get(0x0c);
    rig.advance(500'000'000 - 244'141);
    CHECK(rig.get(0x0a) == 0x26);
    rig.advance(1);
    CHECK(rig.get(0x0a) == 0xa6);
    rig.advance(244'139);
    CHECK(rig.get(0x0a) == 0xa6);
    CHECK(rig.get(0) == 0x59);
    CHECK(rig.get(0x0c) == 0x00);
    rig.advance(1);
    CHECK(rig.get(0x0a) == 0x26);
    CHECK(rig.clock() == Fields{0x00, 0x01, 0x00});
    CHECK(rig.get(0x0c) == 0x10);
}

TEST_CASE("update interrupts come once a second for as long as register C is read", "[rtc]") {
    RtcRig rig;
    rig.put(0x0b, kUie | kHours24);
    rig.advance(kSecond - 1);
    CHECK(rig.irqs.take().empty());
    rig.advance(1);
    CHECK(rig.irqs.take() == Texts{"8 up"});
    rig.advance(10 * kSecond);
    CHECK(rig.irqs.take().empty());
    CHECK(rig.get(0x0c) == 0x90);
    CHECK(rig.get(0x0c) == 0x00);
    CHECK(rig.irqs.take() == Texts{"8 down"});
    rig.advance(kSecond);
    CHECK(rig.irqs.take() == Texts{"8 up"});
}

TEST_CASE("an enable bit set over a pending flag interrupts at once, and cleared it lowers the line", "[rtc]") {
    RtcRig rig;
    rig.advance(2 * kSecond);
    rig.put(0x0b, kUie | kHours24);
    CHECK(rig.irqs.take() == Texts{"8 up"});
    rig.put(0x0b, kHours24);
    CHECK(rig.irqs.take() == Texts{"8 down"});
    CHECK(rig.get(0x0c) == 0x10);
}

TEST_CASE("an alarm rings at the second that its registers match, and wakes the machine", "[rtc]") {
    RtcRig rig;
    rig.put(1, 0x30);
    rig.put(3, 0x02);
    rig.put(5, 0x01);
    rig.put(0x0b, kAie | kHours24);
    CHECK(rig.clocks.next_deadline() == (3600 + 150) * kSecond);
    rig.advance((3600 + 150) * kSecond - 1);
    CHECK(rig.irqs.take().empty());
    rig.advance(1);
    CHECK(rig.irqs.take() == Texts{"8 up"});
    CHECK(rig.control.take() == Texts{"wake-up by rtc"});
    CHECK(rig.get(0x0c) == 0xb0);
    rig.advance(86'400 * kSecond - 1);
    CHECK(rig.irqs.take() == Texts{"8 down"});
    rig.advance(1);
    CHECK(rig.irqs.take() == Texts{"8 up"});
}

TEST_CASE("alarm registers of 0xc0 and more match anything", "[rtc]") {
    RtcRig rig;
    rig.put(1, 0x05);
    rig.put(3, 0xc0);
    rig.put(5, 0xff);
    rig.put(0x0b, kAie | kHours24);
    rig.advance(5 * kSecond);
    CHECK(rig.get(0x0c) == 0xb0);
    rig.advance(59 * kSecond);
    CHECK(rig.get(0x0c) == 0x10);
    rig.advance(kSecond);
    CHECK(rig.get(0x0c) == 0xb0);
}

TEST_CASE("alarm hours compare with AM and PM in 12-hour form", "[rtc]") {
    RtcRig rig;
    rig.put(0x0b, kAie);
    rig.put(1, 0x00);
    rig.put(3, 0x00);
    rig.put(5, 0x92);  // noon
    rig.advance(12 * 3600 * kSecond - 1);
    CHECK((rig.get(0x0c) & 0x20) == 0);
    rig.advance(1);
    CHECK((rig.get(0x0c) & 0x20) == 0x20);
}

TEST_CASE("an alarm that was passed while nobody looked is found when register C is read", "[rtc]") {
    RtcRig rig;
    rig.put(1, 0x10);
    rig.put(3, 0xff);
    rig.put(5, 0xff);
    CHECK(rig.clocks.next_deadline() == -1);  // no interrupt is enabled: nothing wakes an idle machine
    rig.advance(30 * kSecond);
    CHECK(rig.get(0x0c) == 0x30);
}

TEST_CASE("the periodic interrupt has the rate of register A, and keeps its phase when that changes", "[rtc]") {
    RtcRig rig;
    const auto count_over = [&](std::int64_t nanoseconds) {
        unsigned ticks = 0;
        for (const auto end = rig.now() + nanoseconds; rig.now() < end; rig.advance(1'000'000))
            if (rig.get(0x0c) & 0x40) ++ticks;
        return ticks;
    };
    rig.put(0x0a, 0x2d);  // 8 Hz
    rig.put(0x0b, kPie | kHours24);
    CHECK(count_over(10 * kSecond) == 79);
    rig.put(0x0a, 0x2f);  // 2 Hz
    CHECK(count_over(10 * kSecond) == 20);
    rig.advance(250'000'000);
    rig.get(0x0c);
    rig.irqs.take();
    rig.put(0x0a, 0x2d);  // a quarter of a second has passed: more than the new period
    rig.advance(40'000);
    CHECK(rig.irqs.take() == Texts{"8 up"});
    rig.put(0x0b, kHours24);
    rig.get(0x0c);
    CHECK(count_over(kSecond) == 0);
}

TEST_CASE("driftfix=slew gives the guest the ticks that it missed, until they are forgotten", "[rtc]") {
    RtcRig rig({RtcOptions::Base::date, kNewYear2020, ClockType::virtual_time, true});
    rig.put(0x0a, 0x2d);
    rig.put(0x0b, kPie | kHours24);
    rig.advance(kSecond);
    unsigned ticks = 0;
    while (rig.get(0x0c) & 0x40) ++ticks;
    CHECK(ticks == 8);
    rig.advance(kSecond);
    rig.get(0x0c);
    CHECK(rig.rtc.missed_ticks() == 6);
    rig.rtc.reset_reinjection();
    CHECK((rig.get(0x0c) & 0x40) == 0x40);
    CHECK(rig.get(0x0c) == 0x00);
}

TEST_CASE("a reset keeps the time and turns the interrupts off", "[rtc]") {
    RtcRig rig;
    rig.put(9, 0x21);
    rig.put(0x0f, 0x05);
    rig.put(0x20, 0x77);
    rig.put(0x0b, kPie | kAie | kUie | kBinary | kHours24);
    rig.advance(3 * kSecond);
    rig.irqs.take();
    rig.rtc.reset();
    CHECK(rig.irqs.take() == Texts{"8 down"});
    CHECK(rig.get(0x0b) == (kUie | kBinary | kHours24));
    CHECK(rig.get(0x0c) == 0);
    CHECK(rig.get(0x0f) == 0);
    CHECK(rig.get(0x20) == 0x77);
    CHECK(rig.clock() == Fields{0, 0, 3});
    CHECK(rig.calendar() == Fields{20, 21, 1, 1, 6});
    rig.rtc.mark_suspended();
    rig.rtc.reset();
    CHECK(rig.get(0x0f) == 0xfe);
}

TEST_CASE("the century has two indexes, and registers C and D cannot be written", "[rtc]") {
    RtcRig rig;
    rig.put(0x37, 0x19);
    CHECK(rig.get(0x32) == 0x19);
    CHECK(rig.rtc.date().year == 1920);
    rig.put(0x0c, 0xff);
    rig.put(0x0d, 0x12);
    CHECK(rig.get(0x0c) == 0);
    CHECK(rig.get(0x0d) == 0x80);
    rig.outb(0x70, 0x8b);  // bit 7 is another matter
    CHECK(rig.inb(0x71) == 0x02);
}

TEST_CASE("any bytes in any register do no harm", "[rtc]") {
    RtcRig rig;
    unsigned random = 12345;
    const auto next = [&] { return (random = random * 1103515245 + 12345) >> 16; };
    for (int i = 0; i < 20'000; ++i) {
        rig.put(next() % 0x40, next());
        rig.get(next() % 0x40);
        if (i % 16 == 0) rig.advance(next() * 10'000);
    }
    rig.rtc.reset();
    rig.put(0x0a, 0x26);
    rig.put(0x0b, kHours24);
    CHECK(rig.get(0x0d) == 0x80);
}

TEST_CASE("on the host's clock the RTC shows the host's UTC", "[rtc]") {
    RtcRig rig({RtcOptions::Base::utc, 0, ClockType::host});
    const auto shown = rtc_seconds(rig.rtc.date());
    CHECK(std::abs(shown - std::time(nullptr)) <= 1);
}
