#include "machine/acpi/tables.h"

#include <initializer_list>

namespace rhea::acpi {
namespace {

constexpr std::size_t kHeader = 36, kChecksumAt = 9, kFacsSize = 64, kRsdpSize = 20;
constexpr std::size_t kTablesUnit = 128 << 10, kLoaderUnit = 4096;  // files grow in steps, so that they fit after a reset too
constexpr const char *kTables = "etc/acpi/tables", *kRsdp = "etc/acpi/rsdp", *kGeneration = "etc/vmgenid_guid",
                     *kGenerationAddress = "etc/vmgenid_addr";

void put(std::string& to, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) to += static_cast<char>(value >> (8 * i));
}
void fill_up(std::string& to, std::size_t unit) { to.resize((to.size() + unit - 1) / unit * unit, '\0'); }

/// Commands of 128 bytes that the firmware runs one after the other.
class Loader {
public:
    enum class Zone : std::uint8_t { high = 1, fseg = 2 };
    void allocate(const char* file, std::uint32_t alignment, Zone zone) {
        begin(1, {file});
        put(bytes_, alignment, 4);
        put(bytes_, static_cast<std::uint8_t>(zone), 1);
        end();
    }
    /// The number at `at` of `in` grows by the address of `to`.
    void add_pointer(const char* in, const char* to, std::uint32_t at, unsigned size) {
        begin(2, {in, to});
        put(bytes_, at, 4);
        put(bytes_, size, 1);
        end();
    }
    /// The firmware tells where `offset` of file `to` is, by writing `size` bytes to file `in`.
    void write_pointer(const char* in, const char* to, std::uint32_t offset, unsigned size) {
        begin(4, {in, to});
        for (const std::uint32_t number : {0u, offset}) put(bytes_, number, 4);
        put(bytes_, size, 1);
        end();
    }
    void add_checksum(const char* file, std::uint32_t at, std::uint32_t first, std::uint32_t length) {
        begin(3, {file});
        for (const std::uint32_t number : {at, first, length}) put(bytes_, number, 4);
        end();
    }
    std::string take() {
        fill_up(bytes_, kLoaderUnit);
        return std::move(bytes_);
    }

private:
    static constexpr std::size_t kCommand = 128, kName = 56;
    void begin(std::uint32_t command, std::initializer_list<const char*> files) {
        start_ = bytes_.size();
        put(bytes_, command, 4);
        for (std::string file : files) {
            file.resize(kName, '\0');
            bytes_ += file;
        }
    }
    void end() { bytes_.resize(start_ + kCommand, '\0'); }

    std::string bytes_;
    std::size_t start_ = 0;
};

/// Tables one after another in one file.
class Blob {
public:
    explicit Blob(Loader& loader) : loader_(loader) {}
    /// One with its checksum.
    std::uint32_t add_whole(const std::string& table) {
        const auto at = static_cast<std::uint32_t>(bytes_.size());
        bytes_ += table;
        return at;
    }
    std::uint32_t add(const std::string& table) {
        const std::uint32_t at = add_whole(table);
        loader_.add_checksum(kTables, at + kChecksumAt, at, static_cast<std::uint32_t>(table.size()));
        return at;
    }
    /// `pointers` of `size` bytes in the table stand at these places and hold where others begin.
    std::uint32_t add(const std::string& table, const std::vector<std::uint32_t>& pointers, unsigned size) {
        const auto at = static_cast<std::uint32_t>(bytes_.size());
        for (const std::uint32_t pointer : pointers) loader_.add_pointer(kTables, kTables, at + pointer, size);
        return add(table);
    }
    std::string& bytes() { return bytes_; }

private:
    Loader& loader_;
    std::string bytes_;
};

std::string make_madt(const Board& board) {
    std::string body;
    put(body, 0xfee00000, 4);
    put(body, 1, 4);  // there are PICs too
    for (std::size_t i = 0; i < board.processors.size(); ++i) {
        const Processor& cpu = board.processors[i];
        if (cpu.apic_id > 254) continue;  // only an x2APIC entry could tell of it
        put(body, 0, 1);
        put(body, 8, 1);
        put(body, i, 1);
        put(body, cpu.apic_id, 1);
        put(body, cpu.present ? 1 : 0, 4);
    }
    put(body, 0x0c01, 2);  // an I/O APIC, number 0
    put(body, 0, 2);
    put(body, 0xfec00000, 4);
    put(body, 0, 4);
    const auto isa = [&](unsigned irq, unsigned gsi, unsigned flags) {
        put(body, 2, 1);
        put(body, 10, 1);
        put(body, 0, 1);
        put(body, irq, 1);
        put(body, gsi, 4);
        put(body, flags, 2);
    };
    constexpr unsigned kLevelHigh = 0x0d;
    isa(0, 2, 0);
    for (const unsigned irq : {5u, 9u, 10u, 11u}) isa(irq, irq, kLevelHigh);
    body += std::string("\x04\x06\xff\x00\x00\x01", 6);  // NMI on LINT1 of every processor
    return make_table("APIC", 1, body);
}

std::string make_hpet() {
    std::string body;
    put(body, 0x8086a201, 4);
    put(body, 0, 4);
    put(body, 0xfed00000, 8);
    put(body, 0, 4);
    return make_table("HPET", 1, body);
}

std::string make_mcfg(const ConfigWindow& window) {
    std::string body;
    put(body, 0, 8);
    put(body, window.base, 8);
    put(body, 0, 3);                             // segment, first bus
    put(body, (window.size >> 20) - 1, 1);       // last bus
    put(body, 0, 4);
    return make_table("MCFG", 1, body);
}

std::string make_waet() {
    std::string body;
    put(body, 2, 4);  // the PM timer is right at the first read
    return make_table("WAET", 1, body);
}

std::uint32_t add_generation(Blob& blob, Loader& loader) {
    constexpr std::uint32_t kGuidOffset = 40;     // in its page
    std::uint32_t address_at = 0;
    const std::string table = make_generation_ssdt(address_at);
    loader.write_pointer(kGenerationAddress, kGeneration, kGuidOffset, 8);
    const auto at = static_cast<std::uint32_t>(blob.bytes().size());
    loader.add_pointer(kTables, kGeneration, at + address_at, 4);
    return blob.add(table);
}

}  // namespace

std::string make_table(const char (&signature)[5], unsigned revision, const std::string& content) {
    std::string table(signature, 4);
    put(table, kHeader + content.size(), 4);
    put(table, revision, 1);
    put(table, 0, 1);
    table += "BOCHS BXPC    ";
    put(table, 1, 4);
    table += "BXPC";
    put(table, 1, 4);
    return table + content;
}

void set_checksum(std::string& table) {
    table[kChecksumAt] = 0;
    unsigned sum = 0;
    for (const char c : table) sum += static_cast<unsigned char>(c);
    table[kChecksumAt] = static_cast<char>(-sum);
}

Files make_files(const Board& board) {
    Loader loader;
    loader.allocate(kRsdp, 16, Loader::Zone::fseg);
    if (board.generation_id) loader.allocate(kGeneration, 4096, Loader::Zone::high);
    loader.allocate(kTables, 64, Loader::Zone::high);
    Blob blob(loader);
    std::string facs("FACS");
    put(facs, kFacsSize, 4);
    facs.resize(kFacsSize, '\0');
    blob.bytes() += facs;
    const std::uint32_t dsdt = blob.add(make_dsdt(board));
    constexpr std::uint32_t kFacsPointer = 36, kDsdtPointer = 40, kWideDsdtPointer = 140;
    const auto fadt_at = static_cast<std::uint32_t>(blob.bytes().size());
    if (board.express) loader.add_pointer(kTables, kTables, fadt_at + kWideDsdtPointer, 8);
    std::vector<std::uint32_t> tables{blob.add(make_fadt(board, 0, dsdt), {kFacsPointer, kDsdtPointer}, 4)};
    tables.push_back(blob.add(make_madt(board)));
    if (board.generation_id) tables.push_back(add_generation(blob, loader));
    if (board.hpet) tables.push_back(blob.add(make_hpet()));
    if (board.nodes) tables.push_back(blob.add(make_srat(board)));
    if (!board.distances.empty()) tables.push_back(blob.add(make_slit(board)));
    if (board.attributes) tables.push_back(blob.add(make_hmat(*board.attributes)));
    if (board.config_window) tables.push_back(blob.add(make_mcfg(*board.config_window)));
    tables.push_back(blob.add(make_waet()));
    for (const std::string& table : board.more) tables.push_back(blob.add_whole(table));
    std::string list;
    std::vector<std::uint32_t> pointers;
    for (const std::uint32_t table : tables) {
        pointers.push_back(static_cast<std::uint32_t>(kHeader + list.size()));
        put(list, table, 4);
    }
    const std::uint32_t rsdt = blob.add(make_table("RSDT", 1, list), pointers, 4);

    Files files;
    files.rsdp = "RSD PTR ";
    put(files.rsdp, 0, 1);
    files.rsdp += "BOCHS ";
    put(files.rsdp, 0, 1);
    put(files.rsdp, rsdt, 4);
    constexpr std::uint32_t kRsdtPointer = 16, kRsdpChecksum = 8;
    loader.add_pointer(kRsdp, kTables, kRsdtPointer, 4);
    loader.add_checksum(kRsdp, kRsdpChecksum, 0, kRsdpSize);
    files.tables = std::move(blob.bytes());
    fill_up(files.tables, kTablesUnit);
    files.loader = loader.take();
    return files;
}

}  // namespace rhea::acpi
