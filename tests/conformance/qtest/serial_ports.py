"""Serial and parallel ports."""
from rig import equal

COM = [(0x3f8, 4), (0x2f8, 3)]
DATA, ENABLE, IDENT, FIFO, LINE, MODEM, LINE_STATUS, MODEM_STATUS, SCRATCH = 0, 1, 2, 2, 3, 4, 5, 6, 7


def case_registers_after_power_up(start):
    m = start('-serial', 'null', '-serial', 'null')
    for base, _ in COM:
        equal([m.inb(base + i) for i in range(8)], [0, 0, 1, 0, 8, 0x60, 0xb0, 0], 'COM at %#x' % base)
        m.outb(base + LINE, 0x80)
        equal(m.inw(base), 12, 'divisor')
    equal(m.inl(0x3e8), 0xffffffff, 'COM3')


def case_ports_that_are_not_there(start):
    m = start('-serial', 'none', '-serial', 'null', '-parallel', 'none')
    equal(m.inb(0x3f8), 0xff)
    equal(m.inb(0x2fd), 0x60)
    equal(m.inb(0x379), 0xff)


def case_output_reaches_the_backend(start):
    m = start('-serial', 'file:@DIR@/out', '-parallel', 'file:@DIR@/paper')
    for byte in b'hello, world\n':
        m.outb(0x3f8, byte)
    equal(m.contents('out', 13), b'hello, world\n')
    for byte in b'page':
        m.outb(0x378, byte)
        m.outb(0x37a, 0x0d)
        m.outb(0x37a, 0x0c)
    equal(m.contents('paper', 4), b'page')


def case_interrupts_of_the_transmitter(start):
    m = start('-serial', 'null', '-serial', 'null')
    for base, irq in COM:
        m.outb(base + ENABLE, 2)
        equal(m.requests() & 1 << irq, 1 << irq)
        equal(m.inb(base + IDENT), 2)
        equal(m.inb(base + IDENT), 1)
        m.outb(base + ENABLE, 0)
        m.outb(base + ENABLE, 2)
        equal(m.inb(base + IDENT), 2, 'after enabling it anew')
        m.outb(base + MODEM, 0)
        m.outb(base + DATA, 65)
        equal(m.inb(base + IDENT), 2, 'after a byte')
        m.outb(base + ENABLE, 0)
        equal(m.requests() & 1 << irq, 1 << irq, 'the request, which the PIC keeps')


def case_loopback(start):
    m = start('-serial', 'null')
    base = 0x3f8
    m.outb(base + MODEM, 0x1f)
    m.outb(base + ENABLE, 1)
    m.outb(base + DATA, 0x5a)
    equal(m.inb(base + LINE_STATUS), 0x61)
    equal(m.inb(base + IDENT), 4)
    equal(m.inb(base + DATA), 0x5a)
    equal(m.inb(base + LINE_STATUS), 0x60)
    for control, status in ((0x11, 0x20), (0x12, 0x10), (0x14, 0x40), (0x18, 0x80), (0xff, 0xf0)):
        m.outb(base + MODEM, control)
        equal(m.inb(base + MODEM_STATUS), status, 'modem status under %#x' % control)


def case_fifos_in_loopback(start):
    m = start('-serial', 'null')
    base = 0x3f8
    m.outb(base + MODEM, 0x10)
    m.outb(base + FIFO, 0xff)
    equal(m.inb(base + IDENT), 0xc1)
    m.outb(base + ENABLE, 5)
    for byte in range(13):
        m.outb(base + DATA, byte)
    equal(m.inb(base + IDENT), 0xc1, 'below the trigger level')
    m.outb(base + DATA, 13)
    equal(m.inb(base + IDENT), 0xc4, 'at the trigger level')
    for byte in range(14, 18):
        m.outb(base + DATA, byte)
    equal(m.inb(base + IDENT), 0xc6, 'overrun')
    equal(m.inb(base + LINE_STATUS), 0x63)
    equal([m.inb(base + DATA) for _ in range(17)], list(range(16)) + [0])
    equal(m.inb(base + LINE_STATUS), 0x60)
    m.outb(base + FIFO, 0)
    equal(m.inb(base + IDENT), 1)


def case_wide_accesses_are_bytes(start):
    m = start('-serial', 'null')
    m.outb(0x3fb, 0x80)
    m.outw(0x3f8, 0x0102)
    equal(m.inl(0x3f8), 0x80010102)
    m.outl(0x3fc, 0x7f0000ff)
    equal(m.inb(0x3ff), 0x7f)
    equal(m.inb(0x3fc), 0x1f)


def case_parallel_port(start):
    m = start('-parallel', 'null')
    equal([m.inb(0x378 + i) for i in range(8)], [0xff, 0xd9, 0xcc] + 5 * [0xff])
    for register, value, wanted in ((0, 0x55, [0x55, 0xd9, 0xcc]), (1, 0xff, [0x55, 0xd9, 0xcc]), (2, 0x00, [0x55, 0xd8, 0xc0]),
                                    (2, 0xff, [0xff, 0x58, 0xff]), (2, 0xcc, [0x55, 0x58, 0xcc])):
        m.outb(0x378 + register, value)
        equal([m.inb(0x378 + i) for i in range(3)], wanted, 'after %#x to register %d' % (value, register))
    equal([m.inb(0x379) for _ in range(3)], [0x18, 0xd8, 0xd8])


def case_pvpanic_is_not_there_unless_asked_for(start):
    m = start()
    equal(m.inb(0x505), 0xff)
    equal(m.inb(0x501), 0xff)
    equal(m.inb(0xe9), 0xff)


def case_input_waits_for_its_time(start):
    m = start('-serial', 'null')
    if not m.has_clock:
        return
    m.request('irq_intercept_in ioapic')
    m.qmp('cont')
    m.outb(0x3f8 + MODEM, 0x10)
    m.outb(0x3f8 + FIFO, 0x81)
    m.outb(0x3f8 + ENABLE, 1)
    m.take_irqs()
    m.outb(0x3f8, 65)
    equal([i for i in m.take_irqs() if i.endswith('4')], [])
    m.step(5000000)     # four characters at 9600 baud take 4.2 ms
    equal([i for i in m.take_irqs() if i.endswith('4')], ['raise 4'])
    equal(m.inb(0x3f8 + IDENT), 0xcc)
