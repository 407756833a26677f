#include "machine/devices/atapi_replies.h"

#include <algorithm>
#include <span>

namespace rhea {

namespace {

constexpr std::uint16_t kProfileCd = 0x08, kProfileDvd = 0x10;
constexpr std::uint8_t kLeadOut = 0xaa;
constexpr std::uint8_t kCdromDevice = 0x05;
constexpr std::size_t kDvdStructure = 2048 + 4;

void put_be(AtapiBytes& out, std::uint64_t value, unsigned bytes) {
    while (bytes-- > 0) out.push_back(static_cast<std::uint8_t>(value >> (8 * bytes)));
}

/// The length field at `at` of `bytes`, which counts what follows it.
void set_length(AtapiBytes& out, unsigned bytes, std::size_t at = 0) {
    const auto length = out.size() - at - bytes;
    for (unsigned i = 0; i < bytes; ++i) out[at + i] = static_cast<std::uint8_t>(length >> (8 * (bytes - 1 - i)));
}

void put_text(AtapiBytes& out, std::string_view text, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) out.push_back(static_cast<std::uint8_t>(i < text.size() ? text[i] : ' '));
}

void append(AtapiBytes& out, std::initializer_list<std::uint8_t> bytes) { out.insert(out.end(), bytes); }

void put_address(AtapiBytes& out, std::uint32_t block, bool as_time) {
    if (!as_time) return put_be(out, block, 4);
    const auto msf = minute_second_frame(block);
    append(out, {0, msf[0], msf[1], msf[2]});
}

}  // namespace

std::array<std::uint8_t, 3> minute_second_frame(std::uint32_t block) {
    const std::uint64_t frames = std::uint64_t{block} + 150;
    return {static_cast<std::uint8_t>(frames / (75 * 60)), static_cast<std::uint8_t>(frames / 75 % 60),
            static_cast<std::uint8_t>(frames % 75)};
}

AtapiBytes atapi_sense(std::uint8_t key, std::uint8_t code) {
    AtapiBytes out(18);
    out[0] = 0xf0;      // current error, fixed format
    out[2] = key;
    out[7] = 10;
    out[12] = code;
    return out;
}

AtapiBytes atapi_inquiry(std::string_view version) {
    AtapiBytes out{kCdromDevice, 0x80 /* removable */, 0x00, 0x21 /* ATAPI */, 36 - 5, 0, 0, 0};
    put_text(out, "QEMU", 8);
    put_text(out, "QEMU DVD-ROM", 16);
    put_text(out, version, 4);
    return out;
}

AtapiBytes atapi_pages() { return {kCdromDevice, 0x00, 0, 2, 0x00, 0x83}; }

std::optional<AtapiBytes> atapi_identification(std::string_view serial, std::string_view model, std::uint64_t wwn,
                                               std::size_t allocated) {
    AtapiBytes own{0x02 /* ASCII */, 0x00 /* vendor's own */, 0x00, 20};
    put_text(own, serial, 20);
    AtapiBytes vendor{0x02, 0x01 /* T10 vendor identification */, 0x00, 68};
    put_text(vendor, "ATA", 8);
    put_text(vendor, model, 40);
    put_text(vendor, serial, 20);
    AtapiBytes name{0x01 /* binary */, 0x03 /* NAA */, 0x00, 8};
    put_be(name, wwn, 8);

    AtapiBytes out{kCdromDevice, 0x83, 0, 0};
    const std::size_t header = out.size();
    const auto add = [&](const AtapiBytes& descriptor) {
        if (out.size() + descriptor.size() <= allocated) out.insert(out.end(), descriptor.begin(), descriptor.end());
    };
    add(own);
    if (out.size() == header) return std::nullopt;
    add(vendor);
    if (wwn != 0) add(name);
    set_length(out, 2, 2);
    return out;
}

AtapiBytes atapi_configuration(const AtapiMedium& medium) {
    const std::uint16_t current = !medium.present ? 0 : medium.is_dvd() ? kProfileDvd : kProfileCd;
    AtapiBytes out{0, 0, 0, 0, 0, 0};
    put_be(out, current, 2);
    append(out, {0x00, 0x00, 0x03, 8});      // feature 0: the list of profiles, persistent and current
    for (const auto profile : {kProfileDvd, kProfileCd}) {
        put_be(out, profile, 2);
        append(out, {static_cast<std::uint8_t>(profile == current ? 1 : 0), 0});
    }
    set_length(out, 4);
    return out;
}

std::optional<AtapiBytes> atapi_mode_page(std::uint8_t page, bool locked) {
    AtapiBytes out{0, 0, 0x70, 0, 0, 0, 0, 0};      // medium type 70h: "door closed, no disc" of SFF-8020i
    switch (page) {
        case 0x01:                                  // error recovery
            append(out, {0x01, 6, 0x00, 0x05, 0, 0, 0, 0});
            break;
        case 0x0e:                                  // audio control
            append(out, {0x0e, 0x0e, 0, 0, 0x24, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 0});
            break;
        case 0x2a:                                  // capabilities
            append(out, {0x2a, 0x14, 0x3b /* reads CD-R, CD-RW, DVD-ROM, DVD-R, DVD-RAM */, 0x00, 0x71, 0x60,
                         static_cast<std::uint8_t>(0x29 | (locked ? 2 : 0)) /* tray, can eject, can lock */, 0x00});
            put_be(out, 704, 2);                    // kB/s at most
            put_be(out, 2, 2);                      // volume levels
            put_be(out, 512, 2);                    // buffer in KiB
            put_be(out, 704, 2);                    // kB/s now
            append(out, {0, 0, 0, 0, 0, 0});
            break;
        default: return std::nullopt;
    }
    set_length(out, 2);
    return out;
}

namespace {

/// Point `point` of the raw table of contents.
void put_raw_entry(AtapiBytes& out, std::uint8_t point, std::array<std::uint8_t, 3> where) {
    append(out, {0x01 /* session */, 0x14 /* data track */, 0x00, point, 0, 0, 0, 0, where[0], where[1], where[2]});
}

}  // namespace

std::optional<AtapiBytes> atapi_toc(const AtapiMedium& medium, unsigned format, bool as_time, std::uint8_t first_track) {
    AtapiBytes out{0, 0, 1, 1};      // first and last track, or session
    switch (format) {
        case 0:
            if (first_track > 1 && first_track != kLeadOut) return std::nullopt;
            if (first_track <= 1) {
                append(out, {0, 0x14, 1, 0});
                put_address(out, 0, as_time);
            }
            append(out, {0, 0x16, kLeadOut, 0});
            put_address(out, medium.blocks, as_time);
            break;
        case 1: append(out, {0, 0, 0, 0, 0, 0, 0, 0}); break;
        case 2: {
            put_raw_entry(out, 0xa0, {1, 0, 0});
            put_raw_entry(out, 0xa1, {1, 0, 0});
            const auto block = medium.blocks;
            const std::array<std::uint8_t, 3> address = {static_cast<std::uint8_t>(block >> 16), static_cast<std::uint8_t>(block >> 8),
                                                         static_cast<std::uint8_t>(block)};
            put_raw_entry(out, 0xa2, as_time ? minute_second_frame(block) : address);
            put_raw_entry(out, 0x01, as_time ? minute_second_frame(0) : std::array<std::uint8_t, 3>{});
            break;
        }
        default: return std::nullopt;
    }
    set_length(out, 2);
    return out;
}

AtapiBytes atapi_disc_information() {
    AtapiBytes out(34);
    const std::uint8_t head[] = {0, 0, 0x0e /* complete, finalised */, 1, 1, 1, 1, 0x20 /* unrestricted use */};
    std::copy(std::begin(head), std::end(head), out.begin());
    set_length(out, 2);
    return out;
}

std::optional<AtapiBytes> atapi_dvd_structure(const AtapiMedium& medium, std::uint8_t format) {
    AtapiBytes out{0, 0, 0, 0};
    switch (format) {
        case 0x00:      // physical format
            append(out, {0x01 /* DVD-ROM */, 0x0f /* 120 mm */, 0x01 /* one layer, embossed */, 0x00, 0, 0, 0, 0});
            put_be(out, medium.blocks - 1, 4);      // last block, and that of layer 0
            put_be(out, medium.blocks - 1, 4);
            out.resize(kDvdStructure);
            break;
        case 0x01: append(out, {0, 0, 0, 0}); break;      // no copy protection
        case 0x04: out.resize(kDvdStructure); break;      // manufacturing information
        case 0xff:                                        // which structures there are, readable all of them
            append(out, {0x00, 0x40, 0x08, 0x04, 0x01, 0x40, 0x00, 0x08, 0x03, 0x40, 0x00, 0xc0, 0x04, 0x40, 0x08, 0x04});
            break;
        default: return std::nullopt;
    }
    set_length(out, 2);
    return out;
}

}  // namespace rhea
