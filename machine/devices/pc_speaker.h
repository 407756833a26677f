#pragma once
/// The speaker port 0x61: it opens counter 2 of the interval timer and lets its output reach the speaker, which nobody hears.
#include "machine/address_space.h"
#include "machine/device.h"
#include "machine/devices/i8254.h"

namespace rhea {

class PcSpeaker final : public Device, private IoHandler {
public:
    static const qom::Type kType;
    static constexpr unsigned kPort = 0x61;

    /// Both outlive it.
    PcSpeaker(AddressSpace& ports, I8254& timer);
    const I8254& timer() const { return timer_; }

private:
    std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
    void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;

    I8254& timer_;
    bool data_ = false, refresh_ = false;
    Mapping mapping_;
};

}  // namespace rhea
