#pragma once
/// The file formats of dumps. A format turns the blocks, in slices and in their order, into the bytes of the file.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "machine/diagnostics/dump_image.h"
#include "qobject/error.h"

namespace rhea {

class DumpWriter {
public:
    virtual ~DumpWriter() = default;
    /// What comes first.
    virtual std::string begin() = 0;
    /// A slice of a block: whole pages, as far as the block goes. Appends to `out`. On a worker.
    virtual void add(std::uint64_t address, std::string_view slice, std::string& out) = 0;
    /// What comes last.
    virtual std::string end() = 0;
};

/// An ELF core file (System V gABI), `wide`: of 64 bits: the notes, then each block as it is.
std::unique_ptr<DumpWriter> elf_dump(std::vector<DumpBlock> blocks, DumpNotes notes, bool wide);
/// The format of kdump and makedumpfile, pages compressed by zlib, "flattened" so that it can be written into a pipe.
Result<std::unique_ptr<DumpWriter>> kdump_zlib(std::vector<DumpBlock> blocks, DumpNotes notes);
/// zlib can be loaded.
bool has_zlib();

}  // namespace rhea
