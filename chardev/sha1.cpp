#include "chardev/sha1.h"

#include <bit>
#include <cstdint>
#include <string>

namespace rhea {

// FIPS 180-4, section 6.1.
std::array<unsigned char, 20> sha1(std::string_view bytes) {
    std::uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    std::string message(bytes);
    message += '\x80';
    while (message.size() % 64 != 56) message += '\0';
    const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
    for (int shift = 56; shift >= 0; shift -= 8) message += static_cast<char>(bits >> shift);

    for (std::size_t block = 0; block < message.size(); block += 64) {
        std::uint32_t w[80];
        for (std::size_t t = 0; t < 16; ++t) {
            w[t] = 0;
            for (std::size_t k = 0; k < 4; ++k) w[t] = w[t] << 8 | static_cast<unsigned char>(message[block + 4 * t + k]);
        }
        for (std::size_t t = 16; t < 80; ++t) w[t] = std::rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
        auto [a, b, c, d, e] = std::array{h[0], h[1], h[2], h[3], h[4]};
        for (int t = 0; t < 80; ++t) {
            const std::uint32_t f = t < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                                    : t < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                                    : t < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                                             : (b ^ c ^ d) + 0xca62c1d6;
            const std::uint32_t next = std::rotl(a, 5) + f + e + w[t];
            e = d;
            d = c;
            c = std::rotl(b, 30);
            b = a;
            a = next;
        }
        h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
    }
    std::array<unsigned char, 20> digest{};
    for (std::size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<unsigned char>(h[i / 4] >> (24 - 8 * (i % 4)));
    return digest;
}

}  // namespace rhea
