"""The boards of Q35 and ICH9: configuration space, chipset registers, ports of PCI Express and what comes and goes behind them."""
import time

from rig import Trouble, equal

ECAM = 0xb0000000
LPC = 31
SLOT = ['-device', 'pcie-root-port,id=rp,chassis=1,addr=1', '-device', 'pcie-root-port,id=rp2,chassis=2,slot=1,addr=2']
NATIVE = ['-global', 'ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off']
LINK, SLOT_CONTROL, SLOT_STATUS = 0x64, 0x6c, 0x6e


def board(start, *arguments):
    m = start(*arguments, machine='q35')
    m.config_write(0, 0x60, ECAM | 1)
    return m


def at(bus, device, register, function=0): return ECAM | bus << 20 | device << 15 | function << 12 | register


def words(m, bus, device, registers): return [m.readl(at(bus, device, r)) for r in registers]


def case_host_bridge(start):
    m = start(machine='q35')
    equal(m.readl(ECAM), 0)
    equal(m.config_read(0, 0x60), 0xb0000000)
    m.config_write(0, 0x60, ECAM | 1)
    equal(m.readl(ECAM), 0x29c08086)
    equal(m.readl(at(0, 9, 0)), 0xffffffff)
    equal(m.readl(at(3, 0, 0)), 0xffffffff)
    equal(m.config_read(0, 0x9c), 0x00380200)
    m.config_write(0, 0x9d, 0x5a, 1)
    equal(m.config_read(0, 0x9d, 1), 0x1a)
    m.config_write(0, 0x50, 0xffff, 2)
    equal(m.config_read(0, 0x50, 2), 16)
    m.qmp('system_reset')
    equal([m.config_read(0, r) for r in (0x60, 0x9c)], [0xb0000000, 0x00380200])


def case_power_management(start):
    m = start(machine='q35')
    m.config_write(LPC, 0x40, 0x601)
    equal(m.inl(0x604), 0xffffffff)
    m.config_write(LPC, 0x44, 0x80, 1)
    equal([m.inl(0x604), m.inl(0x60c), m.inl(0x620), m.inl(0x630)], [0xffff0000, 0xffffffff, 0, 0])
    equal([m.inl(0x660 + i) for i in range(4, 32, 4)], [0, 0x80000, 0, 0x40003, 0, 0, 0])
    m.outb(0xb2, 2)
    equal(m.inl(0x604), 0xffff0001)
    m.outb(0xb2, 3)
    equal(m.inl(0x604), 0xffff0000)
    m.outl(0x628, 0xffffffff)
    equal([m.inl(0x620), m.inl(0x628)], [0, 0xffffffff])
    m.outb(0xcf9, 0xfb)
    equal(m.inb(0xcf9), 0x0a)
    m.config_write(LPC, 0xf0, 0xfed1c001)
    equal([m.readl(0xfed1c000 + r) for r in (0x3140, 0x3144, 0x3410)], [0x3210, 0x32103210, 0x20])
    m.writel(0xfed1f410, 0)
    equal(m.readl(0xfed1f410), 0)


def case_memory_modules(start):
    m = start(machine='q35')
    m.config_write(LPC, 0x20, 0x701, function=3)
    m.config_write(LPC, 0x04, 7, 2, function=3)
    m.config_write(LPC, 0x40, 0, 1, function=3)
    equal([m.inb(0x700), m.inb(0x704)], [0xff, 0xff])
    m.config_write(LPC, 0x40, 1, 1, function=3)
    equal([m.inb(0x700 + i) for i in range(16)], 16 * [0])
    m.outb(0x704, 0xa1)
    m.outb(0x702, 0x48)
    equal([m.inb(0x700), m.inb(0x700)], [1, 2])


def case_port_registers(start):
    m = board(start, *SLOT)
    equal(words(m, 0, 1, (0x00, 0x08, 0x1c, 0x20, 0x34)), [0x000c1b36, 0x06040000, 0x000000f0, 0x0000fff0, 0x54])
    equal(words(m, 0, 1, range(0x54, 0x90, 4)),
          [0x01424810, 0x8000, 0, 0x00300604, 0x02040000, 0x0002007b, 0x000007c0, 0, 0, 0x00300020, 0, 0x1e, 4, 0, 0])
    equal(m.readl(at(0, 2, 0x68)), 0x000a007b)
    equal(words(m, 0, 1, (0x100, 0x10c, 0x114, 0x118, 0x148, 0x14c)), [0x14820001, 0x00462030, 0xe000, 0x2a0, 0x0001000d, 0x5f])


def case_reserved_room(start):
    m = board(start, '-device', 'pcie-root-port,chassis=1,addr=1,io-reserve=1K,mem-reserve=2M,pref64-reserve=1G,bus-reserve=5',
              '-device', 'pcie-root-port,chassis=2,addr=2,x-native-hotplug=off')
    equal(words(m, 0, 1, range(0x90, 0xb4, 4)), [0x01205409, 5, 0x400, 0, 0x200000, 0xffffffff, 0x40000000, 0, 0])
    equal(words(m, 0, 2, range(0x90, 0xb4, 4)), [0x01205409, 0xffffffff, 0x1000, 0, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0])
    equal(m.readl(at(0, 2, 0x68)), 0x0002001b)


def case_modern_device(start):
    m = board(start, *SLOT, '-device', 'virtio-rng-pci,bus=rp', '-device', 'virtio-rng-pci,addr=5')
    equal(m.readl(at(0, 5, 0)), 0x10051af4)
    m.writel(at(0, 1, 0x18), 0x00010100)
    equal(words(m, 1, 0, (0x00, 0x34, 0x40, 0x44, 0x7c, 0x84, 0xdc)),
          [0x10441af4, 0xdc, 0x00020010, 0x10008000, 0x00034001, 0x01107c09, 0x0001c811])
    equal(m.readl(at(0, 1, LINK)), 0x00110000)


def hotplug(m): return [m.inl(0xcc0 + i) for i in range(0, 0x18, 4)]


def case_firmware_hotplug(start):
    m = board(start, *SLOT)
    equal(m.qmp('device_add', driver='virtio-rng-pci', id='r', bus='rp'), {})
    equal(m.readl(at(0, 1, SLOT_CONTROL)), 0x3c0)
    m.outl(0xcd0, 1)      # the newest bus comes first
    equal(hotplug(m), [1, 0, 0, 0xffffffff, 1, 0])
    equal(m.qmp('device_del', id='r'), {})
    equal(m.qmp('device_del', id='r')['desc'], 'Device r is already in the process of unplug')
    equal(hotplug(m), [0, 1, 0, 0xffffffff, 1, 0])
    m.take_events()
    m.outl(0xcc8, 1)
    wait_for(m, ['DEVICE_DELETED', 'DEVICE_DELETED'])
    equal(m.qmp('device_add', driver='virtio-rng-pci', bus='pcie.0')['desc'], "Bus 'pcie.0' does not support hotplugging")


def wait_for(m, wanted):
    seen = []
    for _ in range(200):
        seen += m.take_events()
        if seen == wanted:
            return
        time.sleep(0.01)
    raise Trouble('events are %s, not %s' % (seen, wanted))


def case_slot_hotplug(start):
    m = board(start, *SLOT, *NATIVE, '-device', 'virtio-rng-pci,id=r,bus=rp')
    equal(hotplug(m), 6 * [0xffffffff])
    state = lambda: (m.readl(at(0, 1, LINK)), m.readl(at(0, 1, SLOT_CONTROL)))
    equal(state(), (0x20110000, 0x004001c0))
    m.writew(at(0, 1, SLOT_CONTROL), 0x02c0)
    equal(m.qmp('device_del', id='r')['desc'], 'Hot-unplug failed: guest is busy (power indicator blinking)')
    m.writew(at(0, 1, SLOT_CONTROL), 0x01c0)
    m.writew(at(0, 1, SLOT_STATUS), 0xffff)
    equal(state(), (0x20110000, 0x005001c0))
    m.writew(at(0, 1, SLOT_STATUS), 0x10)
    equal(m.qmp('device_del', id='r'), {})
    equal(state(), (0x20110000, 0x004101c0))
    equal(m.qmp('device_del', id='r')['desc'], 'Device r is already in the process of unplug')
    m.take_events()
    m.writew(at(0, 1, SLOT_CONTROL), 0x05c0)
    m.writew(at(0, 1, SLOT_CONTROL), 0x07c0)
    equal(state(), (0x02040000, 0x001907c0))
    wait_for(m, ['DEVICE_DELETED', 'DEVICE_DELETED'])
    equal(m.qmp('device_add', driver='virtio-rng-pci', id='r', bus='rp'), {})
    equal(state(), (0x20110000, 0x005907c0))
    m.writew(at(0, 1, SLOT_CONTROL), 0x01f9)
    m.writew(at(0, 1, SLOT_CONTROL), 0x09f9)
    equal(m.qmp('device_del', id='r')['desc'], 'slot is electromechanically locked: Device or resource busy')


def case_sixteen_lines_and_eight(start):
    m = board(start, '-device', 'ich9-intel-hda,addr=3')
    for register, value in ((0x60, 0x0a), (0x6b, 0x0b)):
        m.config_write(LPC, register, value, 1)
        equal(m.config_read(LPC, register, 1), value)
    m.config_write(LPC, 0x60, 0x80808080)
    equal(m.config_read(LPC, 0x60), 0x80808080)


def case_watchdog(start):
    m = start(machine='q35')
    m.config_write(LPC, 0x40, 0x601)
    m.config_write(LPC, 0x44, 0x80, 1)
    m.outw(0x672, 0xffff)
    equal(m.inw(0x672), 0xffff)
    m.outw(0x672, 5)
    m.outw(0x668, 0x0800)
    equal(m.inw(0x668), 0x0800)
    m.outw(0x660, 1)
    m.outb(0x66c, 0x5a)
    equal(m.inb(0x66c), 0x5a)
    if not m.has_clock:
        return
    m.qmp('cont')
    m.outw(0x668, 0)
    m.outw(0x660, 1)
    m.step(2_000_000_000)
    equal(m.inw(0x664), 0)
    m.step(2_000_000_000)
    equal(m.inw(0x664), 8)
    m.step(4_000_000_000)
    equal(m.inw(0x666) & 2, 2)


def case_smbase_is_locked(start):
    m = start(machine='q35')
    m.writeb(0x30000, 0x32)
    steps = [0, 1, 2, 0xff, 0, 0xff, 3, 0]
    found = []
    for value in steps:
        m.config_write(0, 0x9c, value, 1)
        found.append(m.config_read(0, 0x9c, 1))
    equal(found, [0, 0, 0, 1, 1, 2, 2, 2])
    m.writeb(0x30000, 7)
    equal([m.readb(a) for a in (0x2ffff, 0x30000, 0x4ffff, 0x50000)], [0, 0xff, 0xff, 0])
    m.qmp('system_reset')
    equal([m.readb(0x30000), m.config_read(0, 0x9c, 1)], [0x32, 0])


def case_smbase_of_old(start):
    m = start('-global', 'mch.smbase-smram=off', machine='q35')
    for value in (1, 0xff, 0x12):
        m.config_write(0, 0x9c, value, 1)
        equal(m.config_read(0, 0x9c, 1), value)
    m.writeb(0x30000, 7)
    equal(m.readb(0x30000), 7)


def case_top_segment(start):
    for choice, mib in enumerate((1, 2, 8, 16)):
        m = start(machine='q35')
        edge = (64 - mib) << 20
        m.writeb(edge, 9)
        m.config_write(0, 0x9e, 0x39 | choice << 1, 1)
        equal(m.readb(edge), 9)
        m.config_write(0, 0x9d, 0x2a, 1)
        m.writeb(edge - 1, 1)
        m.writeb(edge, 1)
        equal([m.readb(a) for a in (edge - 1, edge, (64 << 20) - 1)], [1, 0xff, 0xff])
        m.qmp('system_reset')
        equal(m.readb(edge), 9)
        m.close()
