#pragma once
/// Intel 8259A interrupt controllers: a master at 0x20 and a slave on its line 2 at 0xa0, with the edge/level registers at
/// 0x4d0.
#include <array>
#include <cstdint>

#include "machine/address_space.h"
#include "machine/device.h"
#include "machine/irq.h"

namespace rhea {

/// One chip. Its input lines are 0 to 7.
class I8259 final : public Device, public IrqReceiver {
public:
    static const qom::Type kType;

    struct Place {
        std::uint16_t ports;
        std::uint16_t elcr_port;
        std::uint8_t elcr_mask;  ///< lines that may be level triggered
    };
    static constexpr Place kMaster{0x20, 0x4d0, 0xf8}, kSlave{0xa0, 0x4d1, 0xde};
    static constexpr unsigned kCascade = 2;

    /// `output` is the CPU's INTR, or the master's cascade line. Both outlive it.
    I8259(AddressSpace& ports, const Place& place, IrqLine output);
    /// Of the master, whose line 2 `slave` drives.
    void cascade(I8259& slave) { slave_ = &slave; }

    /// For people.
    struct State {
        std::uint8_t requests, masked, in_service, level_lines, base;
        unsigned highest;      ///< the line of the highest priority
        bool read_in_service, fully_nested;
    };
    State state() const {
        return {requests_, masked_, in_service_, elcr_, base_, (lowest_ + 1u) % 8, read_in_service_, fully_nested_};
    }
    /// How often each line rose since the start.
    const std::array<std::uint64_t, 8>& counts() const { return counts_; }

    void reset() override;
    void set_irq(unsigned line, bool level) override;
    std::string input_path(unsigned line) const override { return qom_path() + "/" + qom::numbered("unnamed-gpio-in", line); }
    /// Of what its output is wired to.
    std::string output_path() const;
    const Place& place() const { return place_; }
    bool is_master() const { return slave_ != nullptr; }
    /// The CPU's interrupt acknowledge cycle, on the master: the vector to go to.
    std::uint8_t acknowledge();

private:
    struct Ports final : IoHandler {
        explicit Ports(I8259& p) : pic(p) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override;
        I8259& pic;
    };
    struct ElcrPort final : IoHandler {
        explicit ElcrPort(I8259& p) : pic(p) {}
        std::uint64_t io_read(std::uint64_t, unsigned) override { return pic.elcr_; }
        void io_write(std::uint64_t, std::uint64_t value, unsigned) override { pic.elcr_ = value & pic.place_.elcr_mask; }
        I8259& pic;
    };
    static constexpr unsigned kNone = 8;

    void begin_initialisation(std::uint8_t icw1);
    void initialise(std::uint8_t value);
    void command(std::uint8_t ocw);
    void end_of_interrupt(std::uint8_t ocw2);
    unsigned first(std::uint8_t lines) const;
    unsigned pending() const;
    void take(unsigned line);
    std::uint8_t poll();
    std::uint8_t read(std::uint64_t offset);
    void update();

    IrqLine output_;
    I8259* slave_ = nullptr;
    Place place_;
    Ports ports_;
    ElcrPort elcr_port_;
    Mapping mapping_, elcr_mapping_;

    std::uint8_t requests_ = 0, masked_ = 0, in_service_ = 0, lines_ = 0, elcr_ = 0;
    std::array<std::uint64_t, 8> counts_{};
    std::uint8_t base_ = 0;      // vector of line 0
    std::uint8_t lowest_ = 7;    // line of the lowest priority
    std::uint8_t next_icw_ = 0;  // 2, 3, 4 while it is initialised
    bool needs_icw4_ = false, single_ = false, auto_eoi_ = false, rotate_on_auto_eoi_ = false;
    bool fully_nested_ = false, special_mask_ = false, read_in_service_ = false, poll_ = false;
};

/// The pair, as the board's interrupt lines 0 to 15.
class PicPair final : public IrqReceiver {
public:
    PicPair(I8259& master, I8259& slave) : master_(master), slave_(slave) {}
    I8259& chip(unsigned number) const { return number == 0 ? master_ : slave_; }
    void set_irq(unsigned line, bool level) override { (line < 8 ? master_ : slave_).set_irq(line % 8, level); }

private:
    I8259& master_;
    I8259& slave_;
};

extern const qom::Type kPicCommon;      // "pic-common", its parent

}  // namespace rhea
