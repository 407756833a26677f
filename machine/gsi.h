#pragma once
/// The board's interrupt lines: 0 to 15 are the ISA interrupts, which reach the PICs and the I/O APIC; 16 to 23 reach the
/// latter only. Tests watch and drive them as the input pins of the I/O APIC.
#include <array>
#include <functional>

#include "machine/irq.h"

namespace rhea {

/// Lines of the board beside these, which QEMU counts after them.
enum class BoardLine { cpu_interrupt, a20_of_keyboard, a20_of_port92, smi };
/// Where the object tree has one that is not the CPU's.
std::string board_line_path(BoardLine line);

class Gsi final : public IrqReceiver, public IrqPins {
public:
    static constexpr unsigned kIsaLines = 16, kLines = 24;

    /// `cpu_first`: the line to the CPU was there before these, and is counted so.
    explicit Gsi(bool cpu_first = true) : cpu_first_(cpu_first) {}

    IrqLine line(unsigned number) { return IrqLine(*this, number); }
    /// Nobody takes the CPU's interrupt yet: a line that leads to its place in the object tree.
    IrqLine cpu_line() { return IrqLine(*this, kCpuLine); }
    /// Either may be null. Both outlive this object, and hear of changes from now on.
    void connect(IrqReceiver* pic, IrqReceiver* io_apic) {
        pic_ = pic;
        io_apic_ = io_apic;
    }
    bool level(unsigned line) const { return levels_.at(line); }

    void set_irq(unsigned line, bool level) override;
    std::string input_path(unsigned line) const override;
    void watch(IrqReceiver* watcher) override;
    bool watched() const { return watcher_ != nullptr; }
    void drive(unsigned line, bool level) override { set_irq(line, level); }

    /// Called when somebody begins or ceases to watch: a device that makes its interrupts only for an audience asks for it.
    std::function<void(bool watched)> on_watched;

private:
    static constexpr unsigned kCpuLine = 0x100;      // far from the others

    const bool cpu_first_;
    std::array<bool, kLines> levels_{};
    IrqReceiver* pic_ = nullptr;
    IrqReceiver* io_apic_ = nullptr;
    IrqReceiver* watcher_ = nullptr;
};

}  // namespace rhea
