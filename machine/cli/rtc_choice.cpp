#include <ctime>

#include <fmt/format.h>

#include "machine/cli/machine_choice_parts.h"

namespace rhea::cli {

Result<void> resolve_rtc(const Options& options, Rtc& rtc) {
    if (const std::string* base = options.find("base")) {
        if (*base == "utc") {
            rtc.base = Rtc::Base::utc;
        } else if (*base == "localtime") {
            rtc.base = Rtc::Base::localtime;
        } else {
            const auto date = parse_date(*base);
            if (!date) return fail("invalid datetime format\nvalid formats: '2006-06-17T16:01:21' or '2006-06-17'");
            rtc.base = Rtc::Base::date;
            rtc.date = *date;
        }
    }
    if (const std::string* clock = options.find("clock")) {
        if (*clock == "host") rtc.clock = RtcClock::host;
        else if (*clock == "rt") rtc.clock = RtcClock::realtime;
        else if (*clock == "vm") rtc.clock = RtcClock::virtual_time;
        else return fail(fmt::format("invalid option value '{}'", *clock));
    }
    if (const std::string* driftfix = options.find("driftfix")) {
        if (*driftfix != "slew" && *driftfix != "none") return fail(fmt::format("invalid option value '{}'", *driftfix));
        rtc.slew = *driftfix == "slew";
    }
    return {};
}

std::optional<std::int64_t> parse_date(std::string_view text) {
    std::size_t at = 0;
    const auto number = [&](int& value) {
        const std::size_t start = at;
        value = 0;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9' && at - start < 9)
            value = value * 10 + (text[at++] - '0');
        return at > start;
    };
    const auto sign = [&](char c) { return at < text.size() && text[at] == c && ++at; };
    std::tm date{};
    if (!number(date.tm_year) || !sign('-') || !number(date.tm_mon) || !sign('-') || !number(date.tm_mday))
        return std::nullopt;
    std::tm time = date;
    if (sign('T') && number(time.tm_hour) && sign(':') && number(time.tm_min) && sign(':') && number(time.tm_sec))
        date = time;
    date.tm_year -= 1900;
    date.tm_mon -= 1;
    return ::timegm(&date);
}

}  // namespace rhea::cli
