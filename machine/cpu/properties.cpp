#include "machine/cpu/properties.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "machine/cpu/property_table.h"
#include "machine/qom/basic_types.h"

namespace rhea {

constinit const qom::ValueType kCpuWordList{"X86CPUFeatureWordInfo"}, kCpuPanic{"GuestPanicInformation"}, kCpuNameList{"strList"};

namespace {

const qom::ValueType& type_of_letter(char letter) {
    switch (letter) {
    case 'B': return qom::kBit;
    case 'b': return qom::kBool;
    case '1': return qom::kUint8;
    case '2': return qom::kUint16;
    case '4': return qom::kUint32;
    case '8': return qom::kUint64;
    case 'i': return qom::kInt32;
    case 'I': return qom::kInt;
    case 's': return qom::kString;
    case 't': return qom::kText;
    case 'o': return qom::kOnOffAuto;
    case 'L': return kCpuNameList;
    case 'W': return kCpuWordList;
    default: return kCpuPanic;
    }
}

template <class Visit>
void for_each_word(std::string_view text, Visit&& visit) {
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        visit(word);
    }
}

std::vector<qom::Property> parse_table(std::string_view text) {
    std::vector<qom::Property> table;
    for_each_word(text, [&](std::string_view word) {
        const auto colon = word.find(':');
        const char letter = word[colon + 1];
        qom::Property property = qom::property(word.substr(0, colon), type_of_letter(letter));
        // "=VALUE" behind the letter is the default.
        if (const auto text = word.substr(colon + 2); !text.empty()) {
            std::uint64_t number = 0;
            const auto digits = text.substr(1);
            if (letter == 'o') property.default_value = digits;
            else if (digits == "on" || digits == "off") property.default_value = digits == "on";
            else if (digits == "-1") property.default_value = std::int64_t{-1};
            else if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec == std::errc{}) property.default_value = number;
            else property.default_value = digits;
        }
        if (property.type == &kCpuWordList || property.type == &kCpuPanic || property.type == &kCpuNameList)
            property.access = qom::Access::read_only;
        if (property.type == &kCpuPanic) property.unreadable_ = "No crash occurred";
        table.push_back(property);
    });
    return table;
}

}  // namespace

std::span<const qom::Property> cpu_properties() {
    static const std::vector<qom::Property> table = parse_table(kCpuProperties);
    return table;
}

std::span<const qom::Property> cpu_instance_properties() {
    static const std::vector<qom::Property> table = parse_table(kCpuInstanceProperties);
    return table;
}

std::span<const qom::Property> max_cpu_properties() {
    static const std::vector<qom::Property> table = parse_table(kMaxCpuProperties);
    return table;
}

const qom::Property* aliased_cpu_property(std::string_view name) {
    const qom::Property* found = nullptr;
    for_each_word(kCpuAliases, [&](std::string_view word) {
        const auto equals = word.find('=');
        if (word.substr(0, equals) != name) return;
        for (const qom::Property& property : cpu_properties())
            if (property.name == word.substr(equals + 1)) found = &property;
    });
    return found;
}

}  // namespace rhea
