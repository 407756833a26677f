/// The list of all QOM types. A new one is described in its own file, and named here.
#include "machine/virtio/types.h"
#include "machine/accelerator_types.h"
#include "machine/chardev_objects.h"
#include "machine/console_objects.h"
#include "machine/cpu_object.h"
#include "machine/device.h"
#include "machine/device_memory.h"
#include "machine/devices/ahci.h"
#include "machine/devices/atapi.h"
#include "machine/devices/floppy.h"
#include "machine/devices/fw_cfg.h"
#include "machine/devices/hda.h"
#include "machine/devices/hpet.h"
#include "machine/devices/i440fx.h"
#include "machine/devices/i6300esb.h"
#include "machine/devices/i8042.h"
#include "machine/devices/i8254.h"
#include "machine/devices/i8257.h"
#include "machine/devices/i8259.h"
#include "machine/devices/ib700.h"
#include "machine/devices/ich9_lpc.h"
#include "machine/devices/ich9_smbus.h"
#include "machine/devices/ide_disk.h"
#include "machine/devices/ide_piix3.h"
#include "machine/devices/io_apic.h"
#include "machine/devices/isa_debug.h"
#include "machine/devices/isa_parallel.h"
#include "machine/devices/isa_serial.h"
#include "machine/devices/mc146818rtc.h"
#include "machine/devices/network_cards.h"
#include "machine/devices/nvme.h"
#include "machine/devices/pflash.h"
#include "machine/devices/pc_speaker.h"
#include "machine/devices/pci_bridge.h"
#include "machine/devices/pci_presence.h"
#include "machine/devices/pcie_port.h"
#include "machine/devices/piix3.h"
#include "machine/devices/piix4_pm.h"
#include "machine/devices/port92.h"
#include "machine/devices/ps2_keyboard.h"
#include "machine/devices/ps2_mouse.h"
#include "machine/devices/pvpanic.h"
#include "machine/devices/q35.h"
#include "machine/devices/sound_cards.h"
#include "machine/devices/vga/cirrus_vga.h"
#include "machine/devices/vga/std_vga.h"
#include "machine/devices/vmcoreinfo.h"
#include "machine/devices/vmgenid.h"
#include "machine/devices/vmport.h"
#include "machine/lapic_object.h"
#include "machine/machine_object.h"
#include "machine/net/filter.h"
#include "machine/objects/authz.h"
#include "machine/objects/iothread.h"
#include "machine/objects/memory_backend.h"
#include "machine/objects/rng.h"
#include "machine/objects/secret.h"
#include "machine/objects/throttle_group.h"
#include "machine/objects/tls_creds.h"
#include "machine/qom/basic_types.h"
#include "machine/scsi/scsi_bus.h"
#include "machine/usb/usb_bus.h"
#include "machine/usb/usb_types.h"
#include "machine/virtio/virtio_serial.h"

namespace rhea::qom {

namespace {

// clang-format off
constexpr const Type* kAll[] = {
    &kObject, &kContainer, &kMemoryRegion, &kIrq, &kConsole,
    // interfaces
    &kInterface, &kResettable, &kVmstateIf, &kHotplugHandler, &kNmi, &kConventionalPci, &kExpressPci, &kUserCreatable, &kIntctrl,
    &kAcpiAml, &kAcpiDevice, &kMemoryDevice, &kFwPathProvider, &kIsaDma,
    // CPUs; the models come with all_types()
    &kCpuType, &kX86CpuType, &kApicCommonType, &LapicObject::kType, &PcDimm::kType, &VmGenId::kType, &VmCoreInfo::kType,
    // objects
    &kMemoryBackendType, &MemoryBackend::kRam, &MemoryBackend::kFile, &MemoryBackend::kMemfd, &kRngBackend, &kRngBuiltin, &kRngRandom, &kRngEgd,
    &kEventLoop, &Iothread::kType, &kMainLoop, &kSecretCommon, &Secret::kType, &kAuthz, &kAuthzSimple, &kAuthzList,
    &ThrottleGroupObject::kType,
    &net::kNetFilter, &net::kFilterDump, &net::kFilterBuffer, &net::kFilterMirror, &net::kFilterRedirector, &net::kFilterReplay, &net::kFilterRewriter,
    &kTlsCreds, &kTlsCredsX509, &kTlsCredsAnon, &kTlsCredsPsk,
    // machines and what drives their CPUs
    &kMachineType, &kX86MachineType, &kGenericPcType, &kAccel, &kTcgAccel, &kKvmAccel, &kQtestAccel,
    // buses and the parents of their devices
    &Bus::kType, &kSystemBus, &PciBus::kType, &kPcieBus, &kIsaBus, &kIdeBus, &kFloppyBus, &kI2cBus,
    &Device::kType, &kSystemDevice, &PciDevice::kType, &kIsaDevice, &kIdeDevice,
    // the board
    &kPciHostBridge, &I440fxHost::kType, &I440fx::kType, &kPcieHostBridge, &Q35Host::kType, &Mch::kType, &Ich9Lpc::kType, &Ich9Smbus::kType, &Ahci::kType, &kPiix3Common, &Piix3::kType, &Piix4Pm::kType, &kPciIde, &Piix3Ide::kType,
    &kIoApicCommon, &IoApic::kType, &kPicCommon, &I8259::kType, &kPitCommon, &I8254::kType, &PcSpeaker::kType, &Mc146818Rtc::kType, &I8042::kType,
    &Port92::kType, &FloppyController::kType, &I8257::kType, &Hpet::kType, &Pflash::kType,
    &VmPort::kType, &VmMouse::kType, &KvmVapic::kType, &kI2cSlave, &kSmbusDevice, &SmbusEeprom::kType, &kPs2Device,
    &Ps2Keyboard::kType, &Ps2Mouse::kType, &SerialObject::kType,
    &kFwCfgCommon, &FwCfg::kType,
    // ports
    &IsaSerial::kType, &IsaParallel::kType, &IsaDebugcon::kType, &IsaDebugExit::kType, &PvpanicIsa::kType, &PvpanicPci::kType,
    // drives
    &IdeDisk::kType, &IdeCdrom::kType, &FloppyDrive::kType,
    // virtio
    &VirtioDevice::kType, &VirtioPci::kType, &kVirtioBus, &kVirtioPciBus,
    &kVirtioRng, &kRngPciBase, &kRngPci, &kRngPciTransitional, &kRngPciNonTransitional,
    &kVirtioBlk, &kBlkPciBase, &kBlkPci, &kBlkPciTransitional, &kBlkPciNonTransitional,
    &kVirtioScsiCommon, &kVirtioScsi, &kScsiPciBase, &kScsiPci, &kScsiPciTransitional, &kScsiPciNonTransitional,
    &kVirtioBalloon, &kBalloonPciBase, &kBalloonPci, &kBalloonPciTransitional, &kBalloonPciNonTransitional,
    &kVirtioNet, &kNetPciBase, &kNetPci, &kNetPciTransitional, &kNetPciNonTransitional,
    &kVirtioSerial, &kSerialPciBase, &kSerialPci, &kSerialPciTransitional, &kSerialPciNonTransitional,
    &kVirtioGpuBase, &kVirtioGpu, &kGpuPciBase, &kGpuPciBaseType, &kGpuPci, &kVirtioVgaBase, &kVirtioVgaBaseType, &kVirtioVga,
    &kVirtioInput, &kVirtioInputHid, &kInputPci, &kInputHidPci, &kVirtioKeyboard, &kKeyboardPciBase, &kKeyboardPci, &kVirtioTablet,
    &kTabletPciBase, &kTabletPci, &kVirtioMouse, &kMousePciBase, &kMousePci,
    &kVirtioSerialBus, &kVirtioSerialPort, &kVirtSerialPort, &kVirtConsole,
    // SCSI
    &ScsiBus::kType, &kScsiDevice, &kScsiDiskBase, &kScsiHd, &kScsiCd, &kScsiBlock, &kScsiGeneric,
    &kLsi53c895a, &kLsi53c810, &kMegasasBase, &kMegasas, &kMegasasGen2, &kMptsas1068, &kPvscsi,
    // USB
    &UsbBus::kType, &kUsbDevice, &kUsbHub, &kUsbHid, &kUsbTablet, &kUsbKbd, &kUsbMouse, &kUsbWacomTablet,
    &kUsbStorageDev, &kUsbStorage, &kUsbBot, &kUsbUas, &kUsbSerialDev, &kUsbSerial, &kUsbBraille, &kUsbRedir, &kUsbAudio, &kUsbCcid, &kCcidBus, &kUsbMtp, &kUsbNet, &kUsbHost,
    &kPciUhci, &kPiix3Uhci, &kPiix4Uhci, &kIch9Uhci1, &kIch9Uhci2, &kIch9Uhci3, &kIch9Uhci4, &kIch9Uhci5, &kIch9Uhci6,
    &kPciEhci, &kUsbEhci, &kIch9Ehci1, &kIch9Ehci2, &kPciXhci, &kBaseXhci, &kQemuXhci, &kNecXhci, &kPciOhci,
    // PCI functions
    &kE1000Base, &kE1000, &kE1000_82544gc, &kE1000_82545em, &kE1000e, &kNe2kPci, &kPcnet, &kRtl8139, &kTulip, &kVmxnet3,
    &kI8255x[0], &kI8255x[1], &kI8255x[2], &kI8255x[3], &kI8255x[4], &kI8255x[5], &kI8255x[6], &kI8255x[7], &kI8255x[8], &kI8255x[9],
    &kI8255x[10], &kI8255x[11], &kI8255x[12],
    &kPciVga, &StdVga::kType, &CirrusVga::kType, &kSecondaryVga, &kBochsDisplay, &kVmwareSvga,
    &kAc97, &kEs1370, &kSb16, &kCs4231a, &kGus, &kAdlib,
    &kHdaBus, &kHdaGeneric, &kIntelHda, &kIch9IntelHda, &kHdaCodec, &kHdaAudio, &kHdaDuplex, &kHdaOutput, &kHdaMicro,
    &kBasePciBridge, &kPciBridge, &kPciBridgeSeat, &kI82801b11Bridge, &kPciePciBridge, &kPciePort, &kPcieSlot, &kPcieRootPortBase, &kPcieRootPort, &kIoh3420, &kX3130Upstream,
    &kXio3130Downstream, &kNvmeBus, &kNvme, &kNvmeNamespace,
    // watchdogs
    &Ib700::kType, &I6300Esb::kType,
};
// clang-format on

}  // namespace

std::span<const Type* const> all_types() {
    static const std::vector<const Type*> all = [] {
        std::vector<const Type*> types(std::begin(kAll), std::end(kAll));
        for (const Type& machine : machine_object_types()) types.push_back(&machine);
        const auto models = cpu_model_types();
        types.insert(types.end(), models.begin(), models.end());
        const auto chardevs = chardev_types();
        types.insert(types.end(), chardevs.begin(), chardevs.end());
        return types;
    }();
    return all;
}

const Type* find_type(std::string_view name) {
    for (const Type* type : kAll)
        if (type->name == name) return type;
    for (const Type* type : chardev_types())
        if (type->name == name) return type;
    for (const Type& type : machine_object_types())
        if (type.name == name) return &type;
    return find_cpu_type(name);
}

}  // namespace rhea::qom
