#pragma once
// A guest at the ports of the pc's IDE and floppy controllers: drives over image files, memory, a clock that it moves itself.
#include <catch2/catch.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "block_rig.h"
#include "machine/qom/tree.h"
#include "machine/devices/atapi.h"
#include "machine/devices/floppy.h"
#include "machine/devices/ide.h"
#include "machine/devices/ide_disk.h"
#include "machine/gsi.h"

namespace rhea::test {

struct GuestPorts {
    explicit GuestPorts(AddressSpace& s) : space(s) {}
    std::uint8_t inb(std::uint16_t port) { return static_cast<std::uint8_t>(space.read(port, 1)); }
    std::uint16_t inw(std::uint16_t port) { return static_cast<std::uint16_t>(space.read(port, 2)); }
    void outb(std::uint16_t port, unsigned value) { space.write(port, value, 1); }
    void outw(std::uint16_t port, unsigned value) { space.write(port, value, 2); }
    AddressSpace& space;
};

/// 16 MiB of memory behind the bus master.
class DmaMemory final : public IdeMemory {
public:
    void read_memory(std::uint64_t address, void* out, std::uint64_t length) override {
        std::memset(out, 0, length);
        if (address < bytes.size()) std::memcpy(out, &bytes[address], std::min<std::uint64_t>(length, bytes.size() - address));
    }
    void write_memory(std::uint64_t address, const void* in, std::uint64_t length) override {
        if (address < bytes.size()) std::memcpy(&bytes[address], in, std::min<std::uint64_t>(length, bytes.size() - address));
    }
    std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(16 << 20);
};

class DriveRig {
public:
    DriveRig() : ide(ports, gsi.line(14), gsi.line(15), memory), floppies(ports, clocks, gsi.line(6), nullptr), guest(ports) {}
    ~DriveRig() {
        for (auto& drive : drives) tree.unplug(*drive);
    }

    /// -drive if=none,id=ID,file=… over `bytes` of zeros, or `content`.
    void drive(const std::string& id, const std::string& content, std::vector<std::pair<std::string, std::string>> more = {}) {
        const auto path = scratch.file(id + ".img", content);
        more.insert(more.begin(), {{"if", "none"}, {"id", id}, {"file", path}, {"format", "raw"}});
        REQUIRE(block.drive(more) == "");
        paths[id] = path;
    }
    void empty_drive(const std::string& id) { REQUIRE(block.drive({{"if", "none"}, {"id", id}}) == ""); }
    std::string content(const std::string& id) const {
        std::ifstream in(paths.at(id), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    /// -device; the error's text, or empty.
    std::string device(std::vector<std::pair<std::string, std::string>> properties) {
        QDict dict;
        std::string driver, id, drive_name, bus = "ide.0";
        for (auto& [key, value] : properties) {
            if (key == "driver") driver = value;
            if (key == "id") id = value;
            if (key == "drive") drive_name = value;
            if (key == "bus") bus = value;
            dict.put(key, QObject(value));
        }
        BlockBackend* backend = drive_name.empty() ? nullptr : block.layer->find_backend(drive_name);
        if (!backend && driver != "ide-hd") backend = &block.layer->make_empty_backend();
        Result<std::unique_ptr<Device>> made{nullptr};
        if (driver == "floppy") {
            auto options = parse_floppy_options(dict);
            if (!options) return options.error().description();
            auto drive = floppies.plug(*options, *backend);
            if (!drive) return drive.error().description();
            made = std::move(*drive);
        } else {
            auto options = parse_ide_options(dict, driver == "ide-cd");
            if (!options) return options.error().description();
            auto drive = ide.plug(bus == "ide.1" ? 1 : 0, driver == "ide-cd", *options, backend);
            if (!drive) return drive.error().description();
            made = std::move(*drive);
        }
        drives.push_back(&tree.plug(std::move(*made), id));
        return "";
    }
    /// Requests to media end, and their completions have run.
    void settle() {
        block.layer->drain();
        block.settle();
    }
    bool irq(unsigned line) const { return gsi.level(line); }

    Scratch scratch;
    std::map<std::string, std::string> paths;
    BlockRig block;
    Clocks clocks{&block.loop, true};
    AddressSpace ports{0xff};
    Gsi gsi;
    DmaMemory memory;
    IdeController ide;
    FloppyController floppies;
    GuestPorts guest;
    qom::Tree tree;
    std::vector<Device*> drives;
};

}  // namespace rhea::test
