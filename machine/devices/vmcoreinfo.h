#pragma once
/// By way of this device a guest's kernel says where it keeps the note that its dumps are to have ("VMCOREINFO").
#include <cstdint>
#include <optional>
#include <string>

#include "machine/device.h"

namespace rhea {

class AddressSpace;
class FwCfg;

class VmCoreInfo final : public Device {
public:
    static const qom::Type kType;

    VmCoreInfo() : Device(kType) {}

    void reset() override { said_ = {}; }
    /// The file by which the guest says it.
    void add_file(FwCfg& to);
    /// The ELF note; nothing: the guest has said nothing, or what cannot be one.
    std::optional<std::string> note(AddressSpace& memory) const;

private:
    struct Said {
        std::uint16_t format = 0;
        std::uint32_t size = 0;
        std::uint64_t address = 0;
    };
    std::optional<Said> said_;
};

}  // namespace rhea
