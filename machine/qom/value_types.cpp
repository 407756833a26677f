#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "machine/on_off_auto.h"
#include "machine/qom/type.h"

namespace rhea::qom {

namespace {

Fail bad_value(const Type& type, const Property& property, std::string_view value) {
    return fail(fmt::format("Property '{}.{}' doesn't take value '{}'", type.name, property.name, value));
}

/// Takes a hexadecimal number of at most two digits off the front.
bool take_hex(std::string_view& text, unsigned& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + std::min<std::size_t>(text.size(), 8), value, 16);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return error == std::errc{};
}

/// A slot and a function ("1f.7") as a number.
Result<QObject> pci_address(const Type& type, const Property& property, QObject value) {
    if (std::int64_t number = 0; value.number() && value.number()->get_int(number)) {
        if (number < -1 || number > 255)
            return fail(Error::invalid_parameter_value(property.name, "a value between -1 and 255"));
        return value;
    }
    if (!value.string()) return fail(Error::invalid_parameter_type(property.name, "integer"));
    std::string_view text = *value.string();
    unsigned slot = 0, function = 0;
    const auto skip_prefix = [&text] {
        if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    };
    skip_prefix();
    bool good = take_hex(text, slot) && slot <= 31;
    if (good && text.starts_with('.')) {
        text.remove_prefix(1);
        skip_prefix();
        good = take_hex(text, function) && function <= 7;
    }
    if (!good || !text.empty()) return bad_value(type, property, *value.string());
    return QObject(static_cast<std::int64_t>(slot << 3 | function));
}

Result<QObject> mac_address(const Type& type, const Property& property, QObject value) {
    const std::string& text = *value.string();
    bool good = text.size() == 17;
    for (std::size_t i = 0; good && i < text.size(); ++i) {
        const char c = text[i];
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        good = i % 3 == 2 ? (c == ':' || c == '-') && c == text[2] : hex;
    }
    if (!good) return bad_value(type, property, text);
    std::string canonical = text;
    for (char& c : canonical) c = c == '-' ? ':' : c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
    return QObject(std::move(canonical));
}

Result<QObject> block_size(const Type& type, const Property& property, QObject value) {
    std::uint64_t size = 0;
    value.number()->get_uint(size);
    if (size == 0) return value;
    if (size < 512 || size > (2u << 20))
        return fail(fmt::format("Property {}.{} doesn't take value {} (minimum: 512, maximum: 2097152)", std::string_view(), property.name, size));
    if (size & (size - 1))
        return fail(fmt::format("Property {}.{} doesn't take value '{}', it's not a power of 2", std::string_view(), property.name, size));
    (void)type;
    return value;
}

Result<QObject> size32(const Type& type, const Property& property, QObject value) {
    std::uint64_t size = 0;
    value.number()->get_uint(size);
    if (size > 0xffffffff)
        return fail(fmt::format("Property {}.{} doesn't take value {} (maximum: {})", type.name, property.name, size, 0xffffffffu));
    return value;
}


}  // namespace

Result<QObject> parse_size_value(const Property& property, const QObject& value, InputMode mode) {
    if (mode == InputMode::keyval && value.string()) {
        auto size = parse_size(*value.string());
        if (!size) return fail(Error::invalid_parameter_value(property.name, "a size value representible as a 64-bit integer"));
        return QObject(*size);
    }
    std::uint64_t size = 0;
    if (value.number() && value.number()->get_uint(size)) return value;
    if (!value.number()) return fail(Error::invalid_parameter_type(property.name, "integer"));
    return fail(Error::invalid_parameter_value(property.name, "uint64"));
}

constinit const ValueType kSize{.name = "size", .size = true};
constinit const ValueType kSize32{.name = "size", .size = true, .refine = size32};
constinit const ValueType kBlockSize{
    .name = "size", .size = true, .description = "A power of two between 512 B and 2 MiB", .refine = block_size};
constinit const ValueType kOnOffAuto{.name = "OnOffAuto", .parse = &type_ref<OnOffAuto>, .description = "on/off/auto"};
constinit const ValueType kPciAddress{
    .name = "int32", .description = "Slot and optional function number, example: 06.0 or 06", .refine = pci_address};
constinit const ValueType kMacAddress{.name = "str",
                                      .parse = &type_ref<std::string>,
                                      .description = "Ethernet 6-byte MAC Address, example: 52:54:00:12:34:56",
                                      .refine = mac_address};
constinit const ValueType kDrive{
    .name = "str", .parse = &type_ref<std::string>, .description = "Node name or ID of a block device to use as a backend"};
constinit const ValueType kNetdev{.name = "str", .parse = &type_ref<std::string>, .description = "ID of a netdev to use as a backend"};
constinit const ValueType kChardev{.name = "str", .parse = &type_ref<std::string>, .description = "ID of a chardev to use as a backend"};
constinit const ValueType kAudiodev{.name = "str", .parse = &type_ref<std::string>, .description = "ID of an audiodev to use as a backend"};

}  // namespace rhea::qom
