#include "machine/diagnostics/dump_format.h"

namespace rhea {

namespace {

constexpr unsigned kCore = 4, kI386 = 3, kX86_64 = 62, kLoad = 1, kNote = 4, kStringTable = 3;
constexpr std::string_view kSectionNames("\0.shstrtab\0", 11);

/// Word size and the sizes that follow from it.
struct Layout {
    bool wide;
    unsigned word() const { return wide ? 8 : 4; }
    unsigned header() const { return wide ? 64 : 52; }
    unsigned section() const { return wide ? 64 : 40; }
    unsigned program() const { return wide ? 56 : 32; }
};

class ElfDump final : public DumpWriter {
public:
    ElfDump(std::vector<DumpBlock> blocks, DumpNotes notes, bool wide) : blocks_(std::move(blocks)), notes_(std::move(notes)), layout_{wide} {}

    std::string begin() override {
        constexpr unsigned kSections = 2;      // none, and the names
        const std::uint64_t sections = layout_.header(), programs = sections + kSections * layout_.section(),
                            notes = programs + (blocks_.size() + 1) * layout_.program(), memory = notes + notes_.bytes.size();
        std::string out("\x7f" "ELF", 4);
        out += layout_.wide ? '\2' : '\1';
        out += "\1\1";                          // little endian, version
        out.resize(16);
        put_number(out, kCore, 2);
        put_number(out, notes_.long_mode ? kX86_64 : kI386, 2);
        put_number(out, 1, 4);
        put_number(out, 0, layout_.word());     // no entry
        put_number(out, programs, layout_.word());
        put_number(out, sections, layout_.word());
        put_number(out, 0, 4);
        // The header's size as QEMU 7.2 gives it: that of a pointer.
        for (const std::uint64_t half : {std::uint64_t{8}, std::uint64_t{layout_.program()}, blocks_.size() + 1,
                                         std::uint64_t{layout_.section()}, std::uint64_t{kSections}, std::uint64_t{1}})
            put_number(out, half, 2);
        out.resize(sections + layout_.section());
        put_section(out, memory + total_size(blocks_));
        put_program(out, kNote, notes, 0, notes_.bytes.size());
        std::uint64_t offset = memory;
        for (const DumpBlock& block : blocks_) {
            put_program(out, kLoad, offset, block.address, block.size);
            offset += block.size;
        }
        return out + notes_.bytes;
    }
    void add(std::uint64_t, std::string_view slice, std::string& out) override { out.append(slice); }
    std::string end() override { return std::string(kSectionNames); }

private:
    void put_section(std::string& out, std::uint64_t offset) const {
        put_number(out, 1, 4);      // its own name
        put_number(out, kStringTable, 4);
        for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{0}, offset, std::uint64_t{kSectionNames.size()}})
            put_number(out, value, layout_.word());
        out.resize(layout_.header() + 2 * layout_.section());
    }
    void put_program(std::string& out, unsigned type, std::uint64_t offset, std::uint64_t address, std::uint64_t size) const {
        const std::uint64_t values[] = {offset, type == kLoad ? address : 0, type == kLoad ? address : 0, size, size};
        put_number(out, type, 4);
        if (layout_.wide) put_number(out, 0, 4);      // flags: none are said
        for (const std::uint64_t value : values) put_number(out, value, layout_.word());
        if (!layout_.wide) put_number(out, 0, 4);
        put_number(out, 0, layout_.word());           // alignment
    }

    std::vector<DumpBlock> blocks_;
    DumpNotes notes_;
    Layout layout_;
};

}  // namespace

std::unique_ptr<DumpWriter> elf_dump(std::vector<DumpBlock> blocks, DumpNotes notes, bool wide) {
    return std::make_unique<ElfDump>(std::move(blocks), std::move(notes), wide);
}

}  // namespace rhea
