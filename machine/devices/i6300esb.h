#pragma once
/// Intel 6300ESB watchdog (Intel 300641, chapter "Watchdog Timer"): two stages on the virtual clock; the end of the second
/// acts. The first stage's interrupt leads to no pin of this board, so it is not seen.
#include "machine/clock.h"
#include "machine/machine_control.h"
#include "machine/pci.h"

namespace rhea {

class I6300Esb final : public PciDevice {
public:
    static const qom::Type kType;

    /// Both outlive it.
    I6300Esb(Clocks& clocks, MachineControl& control);

    std::uint32_t config_read(unsigned reg, unsigned size) override;
    void config_write(unsigned reg, std::uint32_t value, unsigned size) override;
    void reset() override;

private:
    struct Registers final : IoHandler {
        explicit Registers(I6300Esb& w) : watchdog(w) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        I6300Esb& watchdog;
    };
    enum class Unlock { none, first, done };

    void reset_watchdog();
    void reload(std::uint16_t value);
    void start(unsigned stage);
    void expired();

    Clocks& clocks_;
    MachineControl& control_;
    Registers registers_{*this};
    Timer timer_;

    // All but timed_out_ is set by reset.
    bool reboot_ = true, fast_ = false, free_running_ = false, locked_ = false, enabled_ = false;
    std::uint8_t first_stage_kind_ = 0;
    unsigned stage_ = 1;
    std::uint32_t preload_[2] = {};  // 20 bits each
    Unlock unlock_ = Unlock::none;
    bool timed_out_ = false;  // tells the next boot why there was a reset
};

}  // namespace rhea
