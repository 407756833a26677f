#pragma once
/// The kinds of character devices that are parts of the emulator: testdev, msmouse, wctablet, qemu-vdagent, and those of which only
/// the name is left without a library behind it. They may be opened before the machine is there.
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "chardev/registry.h"
#include "machine/char/clipboard.h"

namespace rhea {

class Input;
class InputDevice;

class OwnChardevs {
public:
    /// Width and height of what the guest shows, in pixels.
    struct ScreenSize { unsigned width, height; };

    /// What they need of a machine.
    struct Surroundings {
        Input& input;
        std::function<void(int status)> exit;
        /// Nothing: no display.
        std::function<std::optional<ScreenSize>()> screen;
    };

    /// For ChardevHost::open_own, of which `host` is a copy without that. It outlives the chardevs.
    explicit OwnChardevs(ChardevHost host) : host_(std::move(host)) {}
    Result<std::unique_ptr<Chardev>> open(const ChardevOptions& options);
    /// The machine is there; it outlives the chardevs.
    void connect(Surroundings surroundings);

    // --- for the devices
    void plug(InputDevice& device);
    void unplug(InputDevice& device);
    /// Ends the emulator.
    void exit(int status) { if (machine_) machine_->exit(status); }
    std::optional<ScreenSize> screen() const { return machine_ ? machine_->screen() : std::nullopt; }
    Clipboard& clipboard() { return clipboard_; }

private:
    ChardevHost host_;
    std::optional<Surroundings> machine_;
    std::vector<InputDevice*> plugged_;
    Clipboard clipboard_;
};

}  // namespace rhea
