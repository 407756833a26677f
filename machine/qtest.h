#pragma once
/// The qtest server: a test plays the guest over a line protocol (port and memory accesses, clock, interrupt lines).
#include <functional>
#include <memory>
#include <string_view>

#include "chardev/chardev.h"
#include "machine/address_space.h"
#include "machine/clock.h"
#include "machine/irq.h"
#include "machine/qtest_log.h"

namespace rhea {

class QtestSession;

/// The machine as the test sees it.
class QtestTarget {
public:
    virtual ~QtestTarget() = default;
    virtual AddressSpace& ports() = 0;
    virtual AddressSpace& memory() = 0;
    virtual Clocks& clocks() = 0;

    struct Pins {
        bool found = false;       ///< there is a device at this path
        IrqPins* pins = nullptr;  ///< null: it has no such pins
    };
    /// `path` is a QOM path, absolute ("/machine/…") or partial ("ioapic").
    virtual Pins input_pins(std::string_view path) = 0;
    virtual Pins output_pins(std::string_view path) = 0;
    virtual bool load_module(std::string_view prefix, std::string_view name) = 0;
    /// Requests have been answered: what the machine has put off until then (a reset, its end) is due, where a test's requests are
    /// the only clock.
    virtual void settle() {}
    /// Whether what a request set going is still being done by the host (a disk's data come), while only the test moves time.
    virtual bool busy() const { return false; }
    /// `call` runs once when that ends. `who` can take it back.
    virtual void when_idle(const void* who, std::function<void()> call) { static_cast<void>(who), call(); }
    virtual void forget(const void* who) { static_cast<void>(who); }
};

/// Serves one client at a time; another one is turned away. Lines end with LF. `target`, `chardev` and `log` outlive it.
class QtestServer final : public CharFrontend {
public:
    QtestServer(Chardev& chardev, QtestTarget& target, QtestLog& log);
    ~QtestServer() override;

    PeerUser* connected(Peer& peer) override;

private:
    Chardev& chardev_;
    QtestTarget& target_;
    QtestLog& log_;
    std::unique_ptr<QtestSession> session_;
};

}  // namespace rhea
