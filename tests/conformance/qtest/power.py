"""ACPI: events, hotplug registers, the SMBus."""
from rig import equal

GPE, PCI, CPU, SMBUS = 0xafe0, 0xae00, 0xaf00, 0xb100


def case_events(start):
    m = start()
    equal(m.inl(GPE), 0)
    m.outb(GPE + 2, 0xff)
    equal(m.inl(GPE), 0x00ff0000)
    m.outl(GPE, 0xffffffff)
    equal(m.inl(GPE), 0xffff0000)


def case_pci_slots(start):
    m = start()
    equal([m.inl(PCI + i) for i in range(0, 0x18, 4)], [0, 0, 0, 0xfffffffc, 0, 0])
    equal(m.inl(PCI + 0x18), 0xffffffff)
    m.outl(PCI, 0xffffffff)
    m.outl(PCI + 4, 0xffffffff)
    equal([m.inl(PCI + i) for i in range(0, 0x18, 4)], [0, 0, 0, 0xfffffffc, 0, 0])
    m.outl(PCI + 0x10, 1)
    equal([m.inl(PCI + i) for i in range(0, 0x18, 4)], [0, 0, 0, 0xffffffff, 1, 0])


def case_cpu_bitmap(start):
    m = start('-smp', '3,maxcpus=4')
    equal([m.inb(CPU + i) for i in range(32)], [7] + 31 * [0])
    m.outb(CPU, 1)
    equal(m.inl(CPU), 7)


def case_cpu_registers(start):
    m = start('-smp', '2,maxcpus=4')
    m.outl(CPU, 0)
    equal([m.inl(CPU + i) for i in range(0, 12, 4)], [0, 1, 0])
    equal(m.inb(CPU + 12), 0xff)
    for cpu, flags in ((0, 1), (1, 1), (2, 0), (3, 0)):
        m.outl(CPU, cpu)
        equal(m.inb(CPU + 4), flags, 'CPU %d' % cpu)
        m.outb(CPU + 5, 3)
        equal(m.inl(CPU + 8), cpu, 'id of CPU %d' % cpu)
    m.outl(CPU, 4)
    equal([m.inl(CPU + i) for i in range(0, 12, 4)], [0, 0, 0])


def transact(m, address, command, protocol):
    m.outb(SMBUS, 0xff)
    m.outb(SMBUS + 4, address)
    m.outb(SMBUS + 3, command)
    m.outb(SMBUS + 2, 0x40 | protocol << 2)
    equal(m.inb(SMBUS), 1, 'busy')
    return m.inb(SMBUS)


def case_memory_modules(start):
    m = start()
    equal([m.inb(SMBUS + i) for i in range(16)], 13 * [0] + [2, 0, 0])
    for address in (0x50, 0x57):
        equal(transact(m, address << 1 | 1, 0, 0), 2)
        equal(transact(m, address << 1 | 1, 9, 2), 2)
        equal(m.inb(SMBUS + 5), 0)
    equal(transact(m, 0x58 << 1 | 1, 0, 2), 4, 'where nobody is')
    m.outb(SMBUS + 5, 0x77)
    equal(transact(m, 0xa0, 9, 2), 2)
    equal(transact(m, 0xa1, 8, 3), 2)
    equal([m.inb(SMBUS + 5), m.inb(SMBUS + 6)], [0, 0x77])
