#pragma once
/// Numbers of the remote framebuffer protocol (RFC 6143) and of the extensions that are spoken, and how its messages are written:
/// big-endian throughout.
#include <cstdint>
#include <string>
#include <string_view>

namespace rhea::rfb {

enum class Security : std::uint8_t { none = 1, vnc = 2, vencrypt = 19 };

/// VeNCrypt's kinds: TLS, and what comes inside it.
enum class SubSecurity : std::uint32_t { tls_none = 257, tls_vnc = 258, x509_none = 260, x509_vnc = 261 };

enum class ClientMessage : std::uint8_t {
    set_pixel_format = 0, set_encodings = 2, update_request = 3, key = 4, pointer = 5, cut_text = 6,
    power_control = 250,  ///< xvp
    set_desktop_size = 251,
    qemu = 255,
};

enum class Encoding : std::int32_t {
    raw = 0, hextile = 5,
    // Not of pixels: what a client understands.
    desktop_size = -223, pointer_type = -257, extended_key = -258, led_state = -261, extended_desktop_size = -308, power_control = -309,
};

inline void put8(std::string& out, unsigned value) { out += static_cast<char>(value); }
inline void put16(std::string& out, unsigned value) {
    put8(out, value >> 8);
    put8(out, value);
}
inline void put32(std::string& out, std::uint32_t value) {
    put16(out, value >> 16);
    put16(out, value);
}
/// `at` + 1 (3) lie within the bytes.
inline unsigned get8(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }
inline unsigned get16(std::string_view bytes, std::size_t at) { return get8(bytes, at) << 8 | get8(bytes, at + 1); }
inline std::uint32_t get32(std::string_view bytes, std::size_t at) { return get16(bytes, at) << 16 | get16(bytes, at + 2); }

/// The beginning of an update of so many rectangles, and of each of them.
inline void begin_update(std::string& out, unsigned rectangles) {
    put16(out, 0);
    put16(out, rectangles);
}
inline void begin_rectangle(std::string& out, unsigned x, unsigned y, unsigned width, unsigned height, Encoding encoding) {
    put16(out, x);
    put16(out, y);
    put16(out, width);
    put16(out, height);
    put32(out, static_cast<std::uint32_t>(encoding));
}

}  // namespace rhea::rfb
