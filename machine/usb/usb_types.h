#pragma once
/// The types of USB devices and controllers.
#include "machine/qom/type.h"

namespace rhea {

/// Of every device: whether its controller sees it.
extern const qom::Property kUsbAttached[1];

extern const qom::Type kUsbDevice, kUsbHub;
extern const qom::Type kUsbHid, kUsbTablet, kUsbKbd, kUsbMouse, kUsbWacomTablet;
extern const qom::Type kUsbStorageDev, kUsbStorage, kUsbBot, kUsbUas;
extern const qom::Type kUsbSerialDev, kUsbSerial, kUsbBraille, kUsbRedir, kUsbAudio, kUsbCcid, kCcidBus;
extern const qom::Type kUsbMtp, kUsbNet, kUsbHost;
extern const qom::Type kPciUhci, kPiix3Uhci, kPiix4Uhci, kIch9Uhci1, kIch9Uhci2, kIch9Uhci3, kIch9Uhci4, kIch9Uhci5, kIch9Uhci6;
extern const qom::Type kPciEhci, kUsbEhci, kIch9Ehci1, kIch9Ehci2, kPciXhci, kBaseXhci, kQemuXhci, kNecXhci, kPciOhci;

}  // namespace rhea
