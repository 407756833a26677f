#pragma once
/// "testdev": ends the emulator when its front end writes a number and "q", with twice the number and one as its status.
#include <cstdint>

#include "machine/char/device_chardev.h"

namespace rhea {

class OwnChardevs;

class TestDevice final : public DeviceChardev {
public:
    TestDevice(const ChardevOptions& options, FileDescriptor log, OwnChardevs& owner)
        : DeviceChardev(options, std::move(log), "testdev"), owner_(owner) {}

private:
    void received(std::string_view bytes) override;

    OwnChardevs& owner_;
    std::uint32_t number_ = 0;
};

}  // namespace rhea
