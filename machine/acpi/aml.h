#pragma once
/// Pieces of ACPI machine language (ACPI 6.4, chapter 20) as bytes. A piece is a string; larger pieces are made of smaller ones.
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace rhea::aml {

using Bytes = std::string;

/// A path: "PCI0", "\\_SB.PCI0", "^LNKA". Segments of less than four letters are filled up.
Bytes name(std::string_view path);
Bytes integer(std::uint64_t value);
Bytes string(std::string_view text);
/// "PNP0A03" as the number that it is packed into.
Bytes eisa_id(std::string_view id);
Bytes buffer(const Bytes& content);
Bytes package(const std::vector<Bytes>& elements);

/// Name (PATH, OBJECT)
Bytes define(std::string_view path, const Bytes& object);
Bytes scope(std::string_view path, const Bytes& content);
Bytes device(std::string_view path, const Bytes& content);
Bytes processor(std::string_view path, std::uint8_t number, const Bytes& content);
Bytes method(std::string_view path, unsigned arguments, const Bytes& content, bool serialized = false);
enum class Space : std::uint8_t { memory, io, pci_config };
Bytes region(std::string_view path, Space space, std::uint64_t offset, std::uint64_t length);
struct FieldPart {
    std::string_view name;  ///< empty: nobody's bits
    unsigned bits;
};
enum class FieldAccess : std::uint8_t { byte = 1, word = 2, dword = 3 };
/// Bits that are not written stay (preserve), or are written as zeros.
Bytes field(std::string_view region, FieldAccess access, bool preserve, const std::vector<FieldPart>& parts);

// Statements and expressions.
Bytes local(unsigned number);
Bytes argument(unsigned number);
Bytes store(const Bytes& value, const Bytes& target);
Bytes give_back(const Bytes& value);
Bytes bit_and(const Bytes& a, const Bytes& b);
Bytes bit_or(const Bytes& a, const Bytes& b, const Bytes& target);
Bytes shift_left(const Bytes& value, const Bytes& by);
Bytes add(const Bytes& a, const Bytes& b, const Bytes& target);
Bytes subtract(const Bytes& a, const Bytes& b, const Bytes& target);
Bytes increment(const Bytes& target);
Bytes equal(const Bytes& a, const Bytes& b);
Bytes less(const Bytes& a, const Bytes& b);
Bytes to_integer(const Bytes& value, const Bytes& target);
Bytes when(const Bytes& condition, const Bytes& content);
/// Behind when().
Bytes otherwise(const Bytes& content);
Bytes as_long_as(const Bytes& condition, const Bytes& content);
Bytes leave();
/// Nobody else is in between.
Bytes element(const Bytes& package, const Bytes& index);
Bytes value_of(const Bytes& reference);
Bytes both(const Bytes& a, const Bytes& b);
Bytes differ(const Bytes& a, const Bytes& b);
/// "e5c937d0-3553-4d7a-9117-ea4d19c3434d" as the buffer that it is compared with.
Bytes uuid(std::string_view text);
Bytes mutex(std::string_view path);
Bytes acquire(const Bytes& mutex);
Bytes release(const Bytes& mutex);
Bytes notify(const Bytes& object, const Bytes& value);
Bytes call(std::string_view method, std::initializer_list<Bytes> arguments);
/// NAME names four bytes of a buffer.
Bytes dword_field(const Bytes& of, unsigned offset, std::string_view name);

// Resources.
Bytes resources(std::initializer_list<Bytes> descriptors);
Bytes io_ports(std::uint16_t first, std::uint16_t last_first, std::uint8_t alignment, std::uint8_t length);
Bytes irq(unsigned number);
Bytes dma(unsigned channel);
Bytes fixed_memory(std::uint32_t base, std::uint32_t length, bool writable);
Bytes interrupt(std::initializer_list<std::uint32_t> numbers);
Bytes bus_numbers(std::uint16_t first, std::uint16_t last);
Bytes io_range(std::uint16_t first, std::uint16_t last);
Bytes memory_range(std::uint32_t first, std::uint32_t last, bool cacheable);
/// Cacheable; its numbers are to be filled in.
Bytes wide_memory_range();

}  // namespace rhea::aml
