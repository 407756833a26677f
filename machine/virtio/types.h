#pragma once
/// The virtio devices' types, and what their tables share.
#include <fmt/format.h>

#include "machine/objects/rng.h"
#include "machine/qom/basic_types.h"
#include "machine/qom/tree.h"
#include "machine/virtio/virtio_pci.h"

namespace rhea {

inline constexpr const qom::Type* kGenericInterfaces[] = {&qom::kExpressPci, &qom::kConventionalPci};
inline constexpr const qom::Type* kTransitionalInterfaces[] = {&qom::kConventionalPci};
inline constexpr qom::Property kDisableProperties[] = {
    qom::property("disable-legacy", qom::kOnOffAuto, "auto").shown_by<disable_legacy_of>(),
    qom::property("disable-modern", qom::kBool, false),
};

extern const qom::Type kVirtioRng, kRngPciBase, kRngPci, kRngPciTransitional, kRngPciNonTransitional, kVirtioBlk, kBlkPciBase, kBlkPci, kBlkPciTransitional, kBlkPciNonTransitional, kVirtioBalloon, kBalloonPciBase, kBalloonPci, kBalloonPciTransitional, kBalloonPciNonTransitional, kVirtioNet, kNetPciBase, kNetPci, kNetPciTransitional, kNetPciNonTransitional, kVirtioSerial, kSerialPciBase, kSerialPci, kSerialPciTransitional, kSerialPciNonTransitional;

extern const qom::Type kVirtioScsiCommon, kVirtioScsi, kScsiPciBase, kScsiPci, kScsiPciTransitional, kScsiPciNonTransitional;

extern const qom::Type kVirtioGpuBase, kVirtioGpu, kGpuPciBase, kGpuPciBaseType, kGpuPci, kVirtioVgaBase, kVirtioVgaBaseType, kVirtioVga;

extern const qom::Type kVirtioInput, kVirtioInputHid, kInputPci, kInputHidPci, kVirtioKeyboard, kKeyboardPciBase, kKeyboardPci, kVirtioTablet,
    kTabletPciBase, kTabletPci, kVirtioMouse, kMousePciBase, kMousePci;

}  // namespace rhea
