#include "machine/devices/rtc_time.h"

namespace rhea {

namespace {

constexpr std::int64_t kDay = 86400;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Days from 1970-01-01 to the first of March of `year`, in the proleptic Gregorian calendar.
std::int64_t days_to_march(std::int64_t year) {
    const auto era = floor_div(year, 400), of_era = year - era * 400;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 - 719468;
}

}  // namespace

std::int64_t rtc_seconds(const RtcTime& time) {
    // Months count from March here, so that the leap day comes last in the year.
    const std::int64_t months = std::int64_t{time.month} - 3;
    const auto years = floor_div(months, 12);
    const auto of_year = months - years * 12;
    const auto days = days_to_march(time.year + years) + (153 * of_year + 2) / 5 + time.day - 1;
    return days * kDay + time.hour * 3600 + time.minute * 60 + time.second;
}

RtcTime rtc_time(std::int64_t seconds) {
    const auto days = floor_div(seconds, kDay);
    const auto of_day = static_cast<int>(seconds - days * kDay);
    const auto shifted = days + 719468;
    const auto era = floor_div(shifted, 146097), of_era = shifted - era * 146097;
    const auto year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const auto of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const auto march_month = (5 * of_year + 2) / 153;
    RtcTime time;
    time.month = static_cast<int>(march_month < 10 ? march_month + 3 : march_month - 9);
    time.year = static_cast<int>(year_of_era + era * 400 + (time.month <= 2 ? 1 : 0));
    time.day = static_cast<int>(of_year - (153 * march_month + 2) / 5 + 1);
    time.weekday = static_cast<int>((days % 7 + 7 + 4) % 7 + 1);
    time.hour = of_day / 3600;
    time.minute = of_day / 60 % 60;
    time.second = of_day % 60;
    return time;
}

std::uint8_t RtcFormat::encode(int value) const {
    return static_cast<std::uint8_t>(binary ? value : (value / 10 % 16) << 4 | value % 10);
}

int RtcFormat::decode(std::uint8_t raw) const {
    // 0xc0 and up is no BCD number of any field; in alarm registers it means "any".
    if ((raw & 0xc0) == 0xc0) return -1;
    return binary ? raw : (raw >> 4) * 10 + (raw & 0x0f);
}

std::uint8_t RtcFormat::encode_hour(int hour) const {
    if (hours24) return encode(hour);
    const auto raw = encode(hour % 12 == 0 ? 12 : hour % 12);
    return static_cast<std::uint8_t>(hour >= 12 ? raw | 0x80 : raw);
}

int RtcFormat::decode_hour(std::uint8_t raw) const {
    if (hours24 || (raw & 0xc0) == 0xc0) return decode(raw);
    const int hour = decode(raw & 0x7f) % 12;
    return raw & 0x80 ? hour + 12 : hour;
}

std::int64_t RtcAlarm::next_after(std::int64_t seconds) const {
    const auto midnight = floor_div(seconds, kDay) * kDay;
    const auto matches = [](int field, int value) { return field < 0 || field == value; };
    // Today and tomorrow; an hour or minute that is over as a whole is skipped.
    for (int h = 0; h < 48; ++h) {
        if (!matches(hour, h % 24) || midnight + (h + 1) * 3600 <= seconds + 1) continue;
        for (int m = 0; m < 60; ++m) {
            const auto start = midnight + h * 3600 + m * 60;
            if (!matches(minute, m) || start + 60 <= seconds + 1) continue;
            for (int s = 0; s < 60; ++s)
                if (matches(second, s) && start + s > seconds) return start + s;
        }
    }
    return -1;
}

}  // namespace rhea
