#pragma once
/// A hub: more ports for its bus.
#include <memory>

#include "machine/usb/usb_bus.h"

namespace rhea {

class UsbHub final : public UsbDevice {
public:
    explicit UsbHub(qom::Values values);
    ~UsbHub() override;
    const std::vector<UsbPort*>& ports() const { return ports_; }

protected:
    Result<void> plugged_in(UsbBus& bus, UsbPort& port) override;

private:
    std::vector<UsbPort*> ports_;
};

}  // namespace rhea
