#pragma once
/// The SMBus host controller of Intel's south bridges (82371AB, chapter 11.2; SMBus 1.1), 64 ports wherever its function maps them, and
/// the memory modules' EEPROMs on its bus.
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "machine/address_space.h"
#include "machine/device.h"

namespace rhea {

/// One device on the bus; every answer may be a refusal (nullopt, false).
class SmbusDevice {
public:
    virtual ~SmbusDevice() = default;
    virtual std::optional<std::uint8_t> receive_byte() = 0;
    virtual bool send_byte(std::uint8_t value) = 0;
    /// At an address within it.
    virtual std::uint8_t read(std::uint8_t at) = 0;
    virtual void write(std::uint8_t at, std::uint8_t value) = 0;
};

class Smbus final : public IoHandler {
public:
    static constexpr std::uint64_t kSize = 64;

    /// `block_buffer`: its bit in the auxiliary control register is set from the start.
    explicit Smbus(bool block_buffer) : auxiliary_default_(block_buffer ? 2 : 0) {}

    /// `device` outlives it, or is taken away by null. `address` < 128.
    void attach(unsigned address, SmbusDevice* device) { devices_.at(address) = device; }
    void reset();
    std::uint64_t io_read(std::uint64_t offset, unsigned) override;
    void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override;

private:
    /// True: it was acknowledged.
    bool transact();

    std::array<SmbusDevice*, 128> devices_{};
    std::uint8_t status_ = 0, control_ = 0, command_ = 0, address_ = 0, data0_ = 0, data1_ = 0;
    const std::uint8_t auxiliary_default_;
    std::uint8_t auxiliary_ = auxiliary_default_;
    bool start_on_read_ = false;  // the transaction takes place when the guest looks whether it has
};

/// An EEPROM of 256 bytes, zero until somebody writes them.
class SmbusEeprom final : public Device, public SmbusDevice {
public:
    static const qom::Type kType;
    static constexpr unsigned kFirstAddress = 0x50, kModules = 8;

    explicit SmbusEeprom(unsigned address) : Device(kType), address_(address) {}
    unsigned address() const { return address_; }

    std::optional<std::uint8_t> receive_byte() override { return read(at_++); }
    bool send_byte(std::uint8_t value) override {
        at_ = value;
        return true;
    }
    std::uint8_t read(std::uint8_t at) override { return bytes_.empty() ? 0 : bytes_[at]; }
    void write(std::uint8_t at, std::uint8_t value) override {
        if (bytes_.empty()) bytes_.resize(256);
        bytes_[at] = value;
    }

private:
    using Device::read;
    unsigned address_;
    std::vector<std::uint8_t> bytes_;  // comes with the first write
    std::uint8_t at_ = 0;
};

extern const qom::Type kI2cSlave, kSmbusDevice;      // its parents

}  // namespace rhea
