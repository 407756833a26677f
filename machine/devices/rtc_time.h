#pragma once
/// Calendar time, and the forms in which an MC146818's registers hold it.
#include <array>
#include <cstdint>

namespace rhea {

/// A date and time of the Gregorian calendar, as fields.
struct RtcTime {
    int year = 1970, month = 1, day = 1;  ///< month and day from 1
    int weekday = 5;                      ///< Sunday is 1; ignored by rtc_seconds
    int hour = 0, minute = 0, second = 0;
};

/// Seconds since 1970-01-01 00:00. Fields out of their range carry over (February 31st is a day in March).
std::int64_t rtc_seconds(const RtcTime& time);
RtcTime rtc_time(std::int64_t seconds);

/// Register B's DM and 24/12.
struct RtcFormat {
    bool binary = false;
    bool hours24 = true;

    std::uint8_t encode(int value) const;
    int decode(std::uint8_t raw) const;
    std::uint8_t encode_hour(int hour) const;  ///< 12-hour form: 1 to 12, bit 7 for PM
    int decode_hour(std::uint8_t raw) const;
};

/// The three alarm registers; negative: any value matches.
struct RtcAlarm {
    int hour, minute, second;

    /// The first moment after `seconds` that matches; negative when none ever does.
    std::int64_t next_after(std::int64_t seconds) const;
};

}  // namespace rhea
