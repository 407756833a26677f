#include "machine/acpi/aml.h"

#include <stdexcept>

namespace rhea::aml {
namespace {

Bytes byte(unsigned value) { return Bytes(1, static_cast<char>(value)); }
Bytes number(std::uint64_t value, unsigned size) {
    Bytes bytes;
    for (unsigned i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i));
    return bytes;
}
Bytes extended(unsigned code) { return byte(0x5b) + byte(code); }

/// A length that counts itself.
Bytes with_length(const Bytes& content) {
    if (content.size() + 1 < 0x40) return byte(static_cast<unsigned>(content.size()) + 1) + content;
    for (unsigned more = 1; more <= 3; ++more) {
        const std::size_t length = content.size() + 1 + more;
        if (length >= std::size_t{1} << (4 + 8 * more)) continue;
        return byte(more << 6 | (length & 15)) + number(length >> 4, more) + content;
    }
    throw std::length_error("AML");
}
/// A length of bits in a field, by itself.
Bytes bit_length(unsigned bits) {
    if (bits < 0x40) return byte(bits);
    return byte(1u << 6 | (bits & 15)) + byte(bits >> 4);
}
Bytes segment(std::string_view text) {
    Bytes four(text);
    four.resize(4, '_');
    return four;
}
Bytes large(unsigned tag, const Bytes& content) { return byte(tag) + number(content.size(), 2) + content; }
Bytes word_range(unsigned kind, unsigned flags, std::uint16_t first, std::uint16_t last) {
    return large(0x88, byte(kind) + byte(0x0c) + byte(flags) + number(0, 2) + number(first, 2) + number(last, 2) + number(0, 2) +
                           number(std::uint32_t{last} - first + 1u, 2));
}

}  // namespace

Bytes name(std::string_view path) {
    Bytes prefix;
    while (!path.empty() && (path[0] == '\\' || path[0] == '^')) {
        prefix += path[0];
        path.remove_prefix(1);
    }
    std::vector<Bytes> segments;
    while (!path.empty()) {
        const std::size_t dot = path.find('.');
        segments.push_back(segment(path.substr(0, dot)));
        path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
    }
    if (segments.empty()) prefix += '\0';
    else if (segments.size() == 2) prefix += '\x2e';
    else if (segments.size() > 2) prefix += Bytes("\x2f") + byte(static_cast<unsigned>(segments.size()));
    for (const Bytes& one : segments) prefix += one;
    return prefix;
}

Bytes integer(std::uint64_t value) {
    if (value <= 1) return byte(static_cast<unsigned>(value));
    if (value <= 0xff) return byte(0x0a) + number(value, 1);
    if (value <= 0xffff) return byte(0x0b) + number(value, 2);
    if (value <= 0xffffffff) return byte(0x0c) + number(value, 4);
    return byte(0x0e) + number(value, 8);
}

Bytes string(std::string_view text) { return byte(0x0d) + Bytes(text) + byte(0); }

Bytes eisa_id(std::string_view id) {
    std::uint32_t packed = 0;
    for (std::size_t i = 0; i < 3; ++i) packed = packed << 5 | (static_cast<std::uint32_t>(id[i]) - 0x40);
    for (std::size_t i = 3; i < 7; ++i) {
        const char c = id[i];
        packed = packed << 4 | static_cast<std::uint32_t>(c <= '9' ? c - '0' : c - 'A' + 10);
    }
    Bytes bytes = byte(0x0c);
    for (unsigned i = 0; i < 4; ++i) bytes += static_cast<char>(packed >> (24 - 8 * i));
    return bytes;
}

Bytes buffer(const Bytes& content) { return byte(0x11) + with_length(integer(content.size()) + content); }

Bytes package(const std::vector<Bytes>& elements) {
    Bytes content = byte(static_cast<unsigned>(elements.size()));
    for (const Bytes& one : elements) content += one;
    return byte(0x12) + with_length(content);
}

Bytes define(std::string_view path, const Bytes& object) { return byte(0x08) + name(path) + object; }
Bytes scope(std::string_view path, const Bytes& content) { return byte(0x10) + with_length(name(path) + content); }
Bytes device(std::string_view path, const Bytes& content) { return extended(0x82) + with_length(name(path) + content); }
Bytes processor(std::string_view path, std::uint8_t id, const Bytes& content) {
    return extended(0x83) + with_length(name(path) + byte(id) + number(0, 4) + byte(0) + content);     // without a block of registers
}
Bytes method(std::string_view path, unsigned arguments, const Bytes& content, bool serialized) {
    return byte(0x14) + with_length(name(path) + byte(arguments | (serialized ? 8 : 0)) + content);
}
Bytes region(std::string_view path, Space space, std::uint64_t offset, std::uint64_t length) {
    return extended(0x80) + name(path) + byte(static_cast<unsigned>(space)) + integer(offset) + integer(length);
}
Bytes field(std::string_view of, FieldAccess access, bool preserve, const std::vector<FieldPart>& parts) {
    constexpr unsigned kWriteZeros = 2u << 5;
    Bytes content = name(of) + byte(static_cast<unsigned>(access) | (preserve ? 0 : kWriteZeros));
    for (const FieldPart& part : parts) content += (part.name.empty() ? byte(0) : segment(part.name)) + bit_length(part.bits);
    return extended(0x81) + with_length(content);
}

Bytes local(unsigned n) { return byte(0x60 + n); }
Bytes argument(unsigned n) { return byte(0x68 + n); }
Bytes store(const Bytes& value, const Bytes& target) { return byte(0x70) + value + target; }
Bytes give_back(const Bytes& value) { return byte(0xa4) + value; }
Bytes bit_and(const Bytes& a, const Bytes& b) { return byte(0x7b) + a + b + byte(0); }
Bytes bit_or(const Bytes& a, const Bytes& b, const Bytes& target) { return byte(0x7d) + a + b + target; }
Bytes shift_left(const Bytes& value, const Bytes& by) { return byte(0x79) + value + by + byte(0); }
Bytes add(const Bytes& a, const Bytes& b, const Bytes& target) { return byte(0x72) + a + b + target; }
Bytes subtract(const Bytes& a, const Bytes& b, const Bytes& target) { return byte(0x74) + a + b + target; }
Bytes increment(const Bytes& target) { return byte(0x75) + target; }
Bytes equal(const Bytes& a, const Bytes& b) { return byte(0x93) + a + b; }
Bytes less(const Bytes& a, const Bytes& b) { return byte(0x95) + a + b; }
Bytes to_integer(const Bytes& value, const Bytes& target) { return byte(0x99) + value + target; }
Bytes otherwise(const Bytes& content) { return byte(0xa1) + with_length(content); }
Bytes as_long_as(const Bytes& condition, const Bytes& content) { return byte(0xa2) + with_length(condition + content); }
Bytes leave() { return byte(0xa5); }
Bytes element(const Bytes& of, const Bytes& index) { return byte(0x88) + of + index + byte(0); }
Bytes value_of(const Bytes& reference) { return byte(0x83) + reference; }
Bytes both(const Bytes& a, const Bytes& b) { return byte(0x90) + a + b; }
Bytes differ(const Bytes& a, const Bytes& b) { return byte(0x92) + equal(a, b); }
Bytes uuid(std::string_view text) {
    // The first three groups are numbers with their lowest byte first.
    constexpr unsigned kOrder[] = {6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34};
    const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
    Bytes bytes;
    for (const unsigned at : kOrder) bytes += byte(digit(text[at]) << 4 | digit(text[at + 1]));
    return buffer(bytes);
}
Bytes mutex(std::string_view path) { return extended(0x01) + name(path) + byte(0); }
Bytes acquire(const Bytes& what) { return extended(0x23) + what + number(0xffff, 2); }
Bytes release(const Bytes& what) { return extended(0x27) + what; }
Bytes when(const Bytes& condition, const Bytes& content) { return byte(0xa0) + with_length(condition + content); }
Bytes notify(const Bytes& object, const Bytes& value) { return byte(0x86) + object + value; }
Bytes call(std::string_view called, std::initializer_list<Bytes> arguments) {
    Bytes all = name(called);
    for (const Bytes& one : arguments) all += one;
    return all;
}
Bytes dword_field(const Bytes& of, unsigned offset, std::string_view called) { return byte(0x8a) + of + integer(offset) + name(called); }

Bytes resources(std::initializer_list<Bytes> descriptors) {
    Bytes all;
    for (const Bytes& one : descriptors) all += one;
    return buffer(all + byte(0x79) + byte(0));
}
Bytes io_ports(std::uint16_t first, std::uint16_t last_first, std::uint8_t alignment, std::uint8_t length) {
    constexpr unsigned kDecodes16 = 1;
    return byte(0x47) + byte(kDecodes16) + number(first, 2) + number(last_first, 2) + byte(alignment) + byte(length);
}
Bytes irq(unsigned n) { return byte(0x22) + number(std::uint64_t{1} << n, 2); }
Bytes dma(unsigned channel) { return byte(0x2a) + byte(1u << channel) + byte(0); }
Bytes fixed_memory(std::uint32_t base, std::uint32_t length, bool writable) {
    return large(0x86, byte(writable ? 1 : 0) + number(base, 4) + number(length, 4));
}
Bytes interrupt(std::initializer_list<std::uint32_t> numbers) {
    constexpr unsigned kConsumerShared = 0x09;
    Bytes content = byte(kConsumerShared) + byte(static_cast<unsigned>(numbers.size()));
    for (const std::uint32_t one : numbers) content += number(one, 4);
    return large(0x89, content);
}
Bytes bus_numbers(std::uint16_t first, std::uint16_t last) { return word_range(2, 0, first, last); }
Bytes io_range(std::uint16_t first, std::uint16_t last) {
    constexpr unsigned kEntireRange = 3;
    return word_range(1, kEntireRange, first, last);
}
Bytes memory_range(std::uint32_t first, std::uint32_t last, bool cacheable) {
    return large(0x87, byte(0) + byte(0x0c) + byte(cacheable ? 3 : 1) + number(0, 4) + number(first, 4) + number(last, 4) + number(0, 4) +
                           number(std::uint64_t{last} - first + 1, 4));
}

Bytes wide_memory_range() {
    return large(0x8a, byte(0) + byte(0x0c) + byte(3) + number(0, 8) + number(0, 8) + number(~std::uint64_t{1}, 8) + number(0, 8) +
                           number(~std::uint64_t{0}, 8));
}

}  // namespace rhea::aml
