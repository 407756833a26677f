#pragma once
/// Intel ICH9, function 1f.3: the SMBus controller, behind BAR 4 once the guest turns it on.
#include "machine/devices/smbus.h"
#include "machine/pci.h"

namespace rhea {

class Ich9Smbus final : public PciDevice, private IoHandler {
public:
    static const qom::Type kType;

    Ich9Smbus();
    void reset() override;
    void config_write(unsigned reg, std::uint32_t value, unsigned size) override;

    Smbus& smbus() { return smbus_; }
    Bus& i2c() { return i2c_; }

private:
    std::uint64_t io_read(std::uint64_t offset, unsigned size) override { return enabled_ ? smbus_.io_read(offset, size) : 0xff; }
    void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override {
        if (enabled_) smbus_.io_write(offset, value, size);
    }

    Smbus smbus_{false};
    Bus i2c_{kI2cBus, "i2c"};
    bool enabled_ = true;      // until the guest says otherwise
};

}  // namespace rhea
