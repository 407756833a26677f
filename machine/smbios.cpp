#include "machine/smbios.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "machine/data_files.h"
#include "machine/machine.h"

namespace rhea {

namespace {

constexpr std::string_view kVendor = "QEMU";

// --- What -smbios said

bool parse_number(std::string_view text, std::uint64_t& value) {
    const int base = text.starts_with("0x") ? 16 : 10;
    if (base == 16) text.remove_prefix(2);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

bool parse_release(const std::string& text, unsigned& major, unsigned& minor) {
    const auto dot = text.find('.');
    std::uint64_t first = 0, second = 0;
    if (dot == std::string::npos || !parse_number(std::string_view(text).substr(0, dot), first) ||
        !parse_number(std::string_view(text).substr(dot + 1), second) || first > 255 || second > 255)
        return false;
    major = static_cast<unsigned>(first);
    minor = static_cast<unsigned>(second);
    return true;
}

bool parse_uuid(std::string_view text, std::string& bytes) {
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash != (text[i] == '-')) return false;
        if (!dash) digits += text[i];
    }
    if (digits.size() != 32) return false;
    for (unsigned i = 0; i < 16; ++i) {
        unsigned char byte = 0;
        const char* at = digits.data() + 2 * i;
        if (const auto [end, error] = std::from_chars(at, at + 2, byte, 16); error != std::errc{} || end != at + 2) return false;
        bytes += static_cast<char>(byte);
    }
    return true;
}

/// All that was said of one type; the last value of a key wins.
class Said {
public:
    Said(const cli::Config& config, unsigned type) {
        for (const cli::Group& group : config.smbios)
            if (group.options.get("type") == std::to_string(type)) groups_.push_back(&group.options);
    }
    bool any() const { return !groups_.empty(); }
    std::string get(std::string_view key, std::string_view otherwise = {}) const {
        for (auto group = groups_.rbegin(); group != groups_.rend(); ++group)
            if (const std::string* value = (*group)->find(std::string(key))) return *value;
        return std::string(otherwise);
    }
    std::uint64_t number(std::string_view key, std::uint64_t otherwise) const {
        std::uint64_t value = 0;
        return parse_number(get(key), value) ? value : otherwise;
    }
    const std::vector<const Options*>& groups() const { return groups_; }

private:
    std::vector<const Options*> groups_;
};

// --- Tables

class Table {
public:
    Table(unsigned type, unsigned handle) { byte(type).byte(0).word(handle); }
    Table& byte(unsigned value) { return number(value, 1); }
    Table& word(unsigned value) { return number(value, 2); }
    Table& number(std::uint64_t value, unsigned size) {
        for (unsigned i = 0; i < size; ++i) body_ += static_cast<char>(value >> (8 * i));
        return *this;
    }
    Table& bytes(std::string_view raw) {
        body_ += raw;
        return *this;
    }
    /// The number of a string that follows the table; 0 for an empty one.
    Table& text(std::string_view text) {
        if (text.empty()) return byte(0);
        strings_.append(text).push_back('\0');
        return byte(++count_);
    }
    /// A string that no byte of the table refers to.
    void add_string(std::string_view text) { strings_.append(text).push_back('\0'); }

    std::string finish() {
        body_[1] = static_cast<char>(body_.size());
        if (strings_.empty()) strings_.push_back('\0');
        strings_.push_back('\0');
        return body_ + strings_;
    }

private:
    std::string body_, strings_;
    unsigned count_ = 0;
};

class Builder {
public:
    explicit Builder(Machine& machine)
        : config_(machine.config()), ram_(*machine.ram()), version_(config_.machine.type), product_(machine.type().description) {}

    SmbiosTables make() {
        bios();
        system();
        board();
        chassis();
        processors();
        oem_strings();
        memory();
        add(Table(32, 0x2000).number(0, 6).byte(0));  // no boot problem
        add(Table(127, 0x7f00));
        for (const cli::Group& group : config_.smbios)
            if (const std::string* path = group.options.find("file"))
                if (auto bytes = read_whole_file(*path)) {
                    out_.tables += *bytes;
                    ++count_;
                }
        anchor();
        return std::move(out_);
    }

private:
    void add(Table table) {
        const std::string bytes = table.finish();
        largest_ = std::max(largest_, bytes.size());
        out_.tables += bytes;
        ++count_;
    }

    void bios() {
        const Said said(config_, 0);
        if (!said.any()) return;
        unsigned major = 0, minor = 0;
        (void)parse_release(said.get("release"), major, minor);
        constexpr unsigned kSegment = 0xe800, kNotSupported = 0x08, kVirtualMachine = 0x14, kUefi = 0x08;
        const bool uefi = said.get("uefi") == "on";
        Table table(0, 0x0000);
        table.text(said.get("vendor")).text(said.get("version")).word(kSegment).text(said.get("date")).byte(0);
        table.number(kNotSupported, 8).byte(0).byte(kVirtualMachine | (uefi ? kUefi : 0));
        table.byte(major).byte(minor).word(0xffff);
        add(std::move(table));
    }

    void system() {
        const Said said(config_, 1);
        std::string uuid;
        if (!parse_uuid(said.get("uuid"), uuid)) {
            uuid.assign(16, '\0');
            if (config_.uuid) uuid.assign(config_.uuid->begin(), config_.uuid->end());
        }
        // Its first three fields are little endian numbers here.
        std::reverse(uuid.begin(), uuid.begin() + 4);
        std::reverse(uuid.begin() + 4, uuid.begin() + 6);
        std::reverse(uuid.begin() + 6, uuid.begin() + 8);
        Table table(1, 0x0100);
        table.text(said.get("manufacturer", kVendor)).text(said.get("product", product_)).text(said.get("version", version_));
        table.text(said.get("serial")).bytes(uuid).byte(6).text(said.get("sku")).text(said.get("family"));
        add(std::move(table));
    }

    void board() {
        const Said said(config_, 2);
        if (!said.any()) return;
        Table table(2, 0x0200);
        table.text(said.get("manufacturer", kVendor)).text(said.get("product", product_)).text(said.get("version", version_));
        table.text(said.get("serial")).text(said.get("asset")).byte(1).text(said.get("location"));
        table.word(0x0300).byte(0x0a).byte(0);
        add(std::move(table));
    }

    void chassis() {
        const Said said(config_, 3);
        Table table(3, 0x0300);
        table.text(said.get("manufacturer", kVendor)).byte(1).text(said.get("version", version_)).text(said.get("serial"));
        table.text(said.get("asset")).byte(3).byte(3).byte(3).byte(2).number(0, 4).byte(0).byte(0).byte(0).byte(0);
        table.text(said.get("sku"));
        add(std::move(table));
    }

    void processors() {
        const Said said(config_, 4);
        // CPUID leaf 1, EAX and EDX, of the default model.
        constexpr std::uint32_t kSignature = 0x00060fb1, kFeatures = 0x078bfbfd;
        const bool known = !config_.cpu || config_.cpu->model == "qemu64";
        const std::uint64_t id = said.number("processor-id", known ? std::uint64_t{kFeatures} << 32 | kSignature : 0);
        for (unsigned i = 0; i < config_.smp.sockets; ++i) {
            Table table(4, 0x0400 + i);
            table.text(fmt::format("{}{:2x}", said.get("sock_pfx", "CPU"), i)).byte(3).byte(1);
            table.text(said.get("manufacturer", kVendor)).number(id, 8).text(said.get("version", version_)).byte(0).word(0);
            table.word(static_cast<unsigned>(said.number("max-speed", 2000)));
            table.word(static_cast<unsigned>(said.number("current-speed", 2000)));
            table.byte(0x41).byte(1).word(0xffff).word(0xffff).word(0xffff);
            table.text(said.get("serial")).text(said.get("asset")).text(said.get("part"));
            const auto count = [](unsigned n) { return std::min(n, 255u); };
            table.byte(count(config_.smp.cores)).byte(count(config_.smp.cores)).byte(count(config_.smp.threads));
            table.word(2).word(1);
            add(std::move(table));
        }
    }

    void oem_strings() {
        const Said said(config_, 11);
        if (!said.any()) return;
        std::vector<std::string> values;
        for (const Options* group : said.groups())
            for (const Option& option : group->entries()) {
                if (option.key == "value") values.push_back(option.value);
                if (option.key == "path")
                    if (auto text = read_whole_file(option.value)) values.push_back(std::move(*text));
            }
        Table table(11, 0x0e00);
        table.byte(static_cast<unsigned>(values.size()));
        for (const std::string& value : values) table.add_string(value);
        add(std::move(table));
    }

    void memory() {
        constexpr std::uint64_t kKiB = 1 << 10, kMiB = 1 << 20, kDimm = std::uint64_t{16} << 30, kMostKiB = 0x80000000;
        const std::uint64_t size = ram_.size();
        const auto dimms = static_cast<unsigned>((size + kDimm - 1) / kDimm);
        const bool large = size / kKiB >= kMostKiB;
        Table array(16, 0x1000);
        array.byte(1).byte(3).byte(6).number(large ? kMostKiB : size / kKiB, 4).word(0xfffe).word(dimms);
        array.number(large ? size : 0, 8);
        add(std::move(array));
        const Said said(config_, 17);
        for (unsigned i = 0; i < dimms; ++i) {
            const auto part = std::min<std::uint64_t>(size - i * kDimm, kDimm) / kMiB;
            constexpr std::uint64_t kMostMiB = 0x7fff;
            Table dimm(17, 0x1100 + i);
            dimm.word(0x1000).word(0xfffe).word(0xffff).word(0xffff).word(static_cast<unsigned>(std::min(part, kMostMiB)));
            dimm.byte(9).byte(0).text(fmt::format("{} {}", said.get("loc_pfx", "DIMM"), i)).text(said.get("bank")).byte(7).word(2);
            const auto speed = static_cast<unsigned>(said.number("speed", 0));
            dimm.word(speed).text(said.get("manufacturer", kVendor)).text(said.get("serial")).text(said.get("asset"));
            dimm.text(said.get("part")).byte(0).number(0, 4).word(speed).word(0).word(0).word(0);
            add(std::move(dimm));
        }
        unsigned number = 0;
        const auto range = [&](std::uint64_t base, std::uint64_t length) {
            const std::uint64_t last = (base + length) / kKiB - 1;
            const bool wide = last >= 0xffffffff;
            Table table(19, 0x1300 + number++);
            table.number(wide ? 0xffffffff : base / kKiB, 4).number(wide ? 0xffffffff : last, 4).word(0x1000).byte(dimms);
            table.number(wide ? base : 0, 8).number(wide ? base + length - 1 : 0, 8);
            add(std::move(table));
        };
        range(0, ram_.below_4g());
        if (ram_.above_4g() > 0) range(std::uint64_t{4} << 30, ram_.above_4g());
    }

    void anchor() {
        std::string bytes = "_SM_";
        const auto number = [&bytes](std::uint64_t value, unsigned size) {
            for (unsigned i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i));
        };
        number(0, 1);
        number(0x1f, 1);
        number(2, 1);
        number(8, 1);
        number(largest_, 2);
        number(0, 6);
        bytes += "_DMI_";
        number(0, 1);
        number(out_.tables.size(), 2);
        number(0, 4);
        number(count_, 2);
        number(0x28, 1);
        out_.anchor = std::move(bytes);
    }

    const cli::Config& config_;
    const GuestMemory& ram_;
    std::string version_, product_;
    SmbiosTables out_;
    std::size_t largest_ = 0;
    unsigned count_ = 0;
};

}  // namespace

SmbiosTables make_smbios(Machine& machine) { return Builder(machine).make(); }

}  // namespace rhea
