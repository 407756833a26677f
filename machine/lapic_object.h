#pragma once
/// The local APIC of a CPU as an object: its child "lapic".
#include "machine/device.h"

namespace rhea {

extern const qom::Type kApicCommonType;

class LapicObject final : public Device {
public:
    static const qom::Type kType;

    explicit LapicObject(std::uint32_t id) : Device(kType), id_(id) {}
    std::uint32_t id_number() const { return id_; }

private:
    std::uint32_t id_;
};

}  // namespace rhea
