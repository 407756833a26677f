#pragma once
/// Interrupt lines: a device drives an IrqLine; whoever it is wired to hears of every change of level.
#include <string>

namespace rhea {

class IrqReceiver {
public:
    virtual ~IrqReceiver() = default;
    virtual void set_irq(unsigned line, bool level) = 0;
    /// Where the object tree has this input; empty: nowhere.
    virtual std::string input_path(unsigned line) const {
        (void)line;
        return {};
    }
};

/// An output pin. Copies share nothing: wire it once, keep it where the device is.
class IrqLine {
public:
    IrqLine() = default;
    IrqLine(IrqReceiver& receiver, unsigned line) : receiver_(&receiver), line_(line) {}

    void set(bool level) {
        if (level == level_) return;
        level_ = level;
        if (receiver_) receiver_->set_irq(line_, level);
    }
    void raise() { set(true); }
    void lower() { set(false); }
    void pulse() {
        set(true);
        set(false);
    }
    bool level() const { return level_; }
    /// Of the input that it is wired to.
    std::string target_path() const { return receiver_ ? receiver_->input_path(line_) : std::string(); }

private:
    IrqReceiver* receiver_ = nullptr;
    unsigned line_ = 0;
    bool level_ = false;
};

/// Pins of a device that a test may watch and drive (qtest's irq_intercept_in, irq_intercept_out, set_irq_in).
class IrqPins {
public:
    virtual ~IrqPins() = default;
    /// Hears of every change of level from now on, besides whoever the pins are wired to; null: nobody.
    virtual void watch(IrqReceiver* watcher) = 0;
    virtual void drive(unsigned line, bool level) = 0;
};

}  // namespace rhea
