#include "machine/block/probe.h"

#include <cstring>

namespace rhea {
namespace {

struct Magic {
    std::size_t offset;
    std::string_view bytes;
    std::string_view format;
};
using namespace std::string_view_literals;
constexpr Magic kMagics[] = {
    {0, "QFI\xfb\0\0\0\x01"sv, "qcow"},
    {0, "QFI\xfb\0\0\0\x02"sv, "qcow2"},
    {0, "QFI\xfb\0\0\0\x03"sv, "qcow2"},
    {0, "QED\0"sv, "qed"},
    {0, "KDMV"sv, "vmdk"},
    {0, "COWD"sv, "vmdk"},
    {0, "# Disk DescriptorFile"sv, "vmdk"},
    {0, "LUKS\xba\xbe"sv, "luks"},
    {0, "vhdxfile"sv, "vhdx"},
    {0, "conectix"sv, "vpc"},
    {64, "\x7f\x10\xda\xbe"sv, "vdi"},
    {0, "WithoutFreeSpace"sv, "parallels"},
    {0, "WithouFreSpacExt"sv, "parallels"},
    {0, "Bochs Virtual HD Image"sv, "bochs"},
};

}  // namespace

std::string_view probe_format(std::span<const std::uint8_t> head) {
    for (const Magic& magic : kMagics)
        if (head.size() >= magic.offset + magic.bytes.size() &&
            std::memcmp(head.data() + magic.offset, magic.bytes.data(), magic.bytes.size()) == 0)
            return magic.format;
    return "raw";
}

}  // namespace rhea
