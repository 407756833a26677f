#include <dlfcn.h>

#include <algorithm>

#include "machine/diagnostics/dump_format.h"

namespace rhea {

namespace {

constexpr std::uint64_t kBlock = 4096;      // of the file, and of memory: a page
constexpr unsigned kHeaderVersion = 6, kZlib = 1, kDescriptor = 24;
constexpr int kFastest = 1;

using Compress = int (*)(unsigned char* to, unsigned long* to_size, const unsigned char* from, unsigned long from_size, int level);

/// Loaded when the first such dump is made; it stays.
Compress load_zlib() {
    static const Compress compress = [] {
        void* library = ::dlopen("libz.so.1", RTLD_NOW | RTLD_LOCAL);
        return library ? reinterpret_cast<Compress>(::dlsym(library, "compress2")) : nullptr;
    }();
    return compress;
}

constexpr std::uint64_t blocks_for(std::uint64_t bytes) { return (bytes + kBlock - 1) / kBlock; }

void put_big_endian(std::string& to, std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) to += static_cast<char>(value >> shift);
}

/// A record of the flattened file: where in the real one these bytes belong.
void put_record(std::string& to, std::uint64_t offset, std::string_view bytes) {
    put_big_endian(to, offset);
    put_big_endian(to, bytes.size());
    to.append(bytes);
}

/// One behind the last page that begins in a block.
std::uint64_t end_page(const DumpBlock& block) { return (block.address + block.size - 1) / kBlock + 1; }

class KdumpZlib final : public DumpWriter {
public:
    KdumpZlib(std::vector<DumpBlock> blocks, DumpNotes notes, Compress compress)
        : blocks_(std::move(blocks)), notes_(std::move(notes)), compress_(compress) {
        for (const DumpBlock& block : blocks_) pages_ += end_page(block) - block.address / kBlock;
        pages_end_ = blocks_.empty() ? 0 : end_page(blocks_.back());
        header_blocks_ = blocks_for(kSubHeader + notes_.bytes.size());
        bitmap_bytes_ = blocks_for((pages_end_ + 7) / 8) * kBlock;
        descriptors_at_ = (1 + header_blocks_) * kBlock + 2 * bitmap_bytes_;
        zero_page_at_ = descriptors_at_ + pages_ * kDescriptor;
        data_at_ = zero_page_at_ + kBlock;
    }

    std::string begin() override {
        std::string out("makedumpfile");
        out.resize(16);
        put_big_endian(out, 1);      // type: flattened
        put_big_endian(out, 1);      // version
        out.resize(kBlock);
        put_record(out, 0, header());
        put_record(out, kBlock, sub_header());
        put_record(out, kBlock + kSubHeader, notes_.bytes);
        // Pages that there are, and pages that are in the file: the same.
        const std::string bitmap = page_bitmap();
        for (unsigned copy = 0; copy < 2; ++copy) put_record(out, (1 + header_blocks_) * kBlock + copy * bitmap_bytes_, bitmap);
        put_record(out, zero_page_at_, std::string(kBlock, '\0'));
        return out;
    }

    void add(std::uint64_t, std::string_view slice, std::string& out) override {
        std::string descriptors, data;
        const std::uint64_t data_begin = data_at_;
        for (; !slice.empty(); slice.remove_prefix(std::min<std::size_t>(slice.size(), kBlock))) {
            std::string page(slice.substr(0, kBlock));
            page.resize(kBlock);
            add_page(page, descriptors, data);
        }
        put_record(out, descriptors_at_, descriptors);
        descriptors_at_ += descriptors.size();
        if (!data.empty()) put_record(out, data_begin, data);
    }

    std::string end() override {
        std::string out;
        put_big_endian(out, ~std::uint64_t{0});
        put_big_endian(out, ~std::uint64_t{0});
        return out;
    }

private:
    static constexpr std::uint64_t kSubHeader = 0x68;

    std::string header() const {
        std::string out("KDUMP   ");
        put_number(out, kHeaderVersion, 4);
        constexpr std::size_t kNameLength = 65, kMachineName = 4;      // of uname's six
        out.resize(out.size() + kMachineName * kNameLength);
        out += "x86_64";
        out.resize(0x1a8);                                            // the rest of the names, and a time
        for (const std::uint64_t value :
             {std::uint64_t{kZlib}, kBlock, header_blocks_, 2 * bitmap_bytes_ / kBlock, std::min<std::uint64_t>(pages_end_, 0xffffffff),
              std::uint64_t{0}, std::uint64_t{0}, std::uint64_t{0}, std::uint64_t{0}, std::uint64_t{notes_.cpus}})
            put_number(out, value, 4);
        return out;
    }
    std::string sub_header() const {
        std::string out(8, '\0');      // the kernel's physical base
        put_number(out, 1, 4);         // dump level: zero pages are known
        out.resize(0x30);
        put_number(out, kBlock + kSubHeader, 8);
        put_number(out, notes_.bytes.size(), 8);
        out.resize(0x60);
        put_number(out, pages_end_, 8);
        return out;
    }
    std::string page_bitmap() const {
        std::string bits(bitmap_bytes_, '\0');
        for (const DumpBlock& block : blocks_)
            for (std::uint64_t page = block.address / kBlock; page < end_page(block); ++page)
                bits[page / 8] = static_cast<char>(static_cast<unsigned char>(bits[page / 8]) | 1u << (page % 8));
        return bits;
    }
    void add_page(const std::string& page, std::string& descriptors, std::string& data) {
        std::uint64_t at = zero_page_at_;
        unsigned long size = kBlock;
        bool compressed = false;
        if (std::any_of(page.begin(), page.end(), [](char byte) { return byte != 0; })) {
            unsigned char buffer[kBlock + kBlock / 8 + 64];
            unsigned long packed = sizeof buffer;
            compressed = compress_(buffer, &packed, reinterpret_cast<const unsigned char*>(page.data()), kBlock, kFastest) == 0 && packed < kBlock;
            if (compressed) data.append(reinterpret_cast<const char*>(buffer), packed);
            else data.append(page);
            if (compressed) size = packed;
            at = std::exchange(data_at_, data_at_ + size);
        }
        put_number(descriptors, at, 8);
        put_number(descriptors, size, 4);
        put_number(descriptors, compressed ? kZlib : 0, 4);
        put_number(descriptors, 0, 8);
    }

    std::vector<DumpBlock> blocks_;
    DumpNotes notes_;
    Compress compress_;
    std::uint64_t pages_ = 0, pages_end_ = 0, header_blocks_ = 0, bitmap_bytes_ = 0;
    std::uint64_t descriptors_at_ = 0, zero_page_at_ = 0, data_at_ = 0;
};

}  // namespace

bool has_zlib() { return load_zlib() != nullptr; }

Result<std::unique_ptr<DumpWriter>> kdump_zlib(std::vector<DumpBlock> blocks, DumpNotes notes) {
    const Compress compress = load_zlib();
    if (!compress) return fail("kdump-zlib is not available now");
    return std::make_unique<KdumpZlib>(std::move(blocks), std::move(notes), compress);
}

}  // namespace rhea
