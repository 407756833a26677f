"""The DMA controllers, and the floppy controller's transfers through them."""
from rig import equal

SECTOR = 512


def channel(m, port, value):
    m.outb(port, value & 0xff)
    m.outb(port, value >> 8)


def case_registers(start):
    m = start()
    equal([m.inb(port) for port in (0, 8, 9, 10, 15)], [0, 0, 0xff, 0, 0])
    m.outb(0x0c, 0)
    channel(m, 4, 0x1234)
    channel(m, 5, 0x01ff)
    equal([m.inb(port) for port in (4, 4, 5, 5)], [0x34, 0x12, 0xff, 0x01])
    equal([m.inb(port) for port in (0x80, 0x81, 0x87, 0x84)], [0xff, 0, 0, 0xff])
    for port in (0x81, 0x82, 0x83, 0x87, 0x89, 0x8f):
        m.outb(port, port)
        equal(m.inb(port), port)
    m.outb(9, 6)
    equal(m.inb(8), 0x40, 'asked for')
    m.outb(9, 2)
    equal(m.inb(8), 0)
    m.outb(0x0e, 0)
    equal(m.inb(9), 0)
    m.outb(0x0f, 0x0a)
    equal(m.inb(9), 0x0a)
    m.outb(0x0d, 0)
    equal(m.inb(9), 0xff)
    m.outb(0xd8, 0)
    channel(m, 0xc4, 0x2211)
    equal([m.inb(0xc4), m.inb(0xc4), m.inb(0xc5), m.inw(0xc4)], [0x11, 0x22, 0x11, 0x1122])
    equal(m.inb(0xd2), 0xff)


class Floppy:
    def __init__(self, machine):
        self.m = machine
        machine.outb(0x3f2, 0)
        machine.outb(0x3f2, 0x1c)
        for drive in range(4):
            self.command(8)
            equal(self.results(2), [0xc0 | drive, 0])
        self.command(0x0f, 0, 1)
        self.command(8)
        self.results(2)
        machine.outb(0x3f7, 0)

    def command(self, *bytes_):
        for byte in bytes_:
            self.m.outb(0x3f5, byte)

    def results(self, count):
        return [self.m.inb(0x3f5) for _ in range(count)]

    def program(self, address, size, mode):
        self.m.outb(0x0a, 6)
        self.m.outb(0x0c, 0)
        channel(self.m, 4, address & 0xffff)
        channel(self.m, 5, size - 1)
        self.m.outb(0x81, address >> 16)
        self.m.outb(0x0b, mode)
        self.m.outb(0x0a, 2)

    def wait(self):
        for _ in range(1000):
            if self.m.inb(0x3f4) == 0xd0:
                return
        raise ValueError('the transfer never ends')


def image():
    return b''.join(bytes([n & 0xff, n >> 8]) * (SECTOR // 2) for n in range(2880))


def start_floppy(start):
    m = start('-drive', 'if=floppy,index=0,format=raw,file=@DIR@/disk', files={'disk': image()})
    return m, Floppy(m)


def case_floppy_reads_into_memory(start):
    m, floppy = start_floppy(start)
    floppy.program(0x12000, 2 * SECTOR, 0x46)
    floppy.command(0xe6, 0, 0, 0, 1, 2, 18, 0x1b, 0xff)
    floppy.wait()
    equal(floppy.results(7)[:3], [0x20, 0, 0])
    equal(m.read(0x12000, 3 * SECTOR), image()[:2 * SECTOR] + bytes(SECTOR))
    equal([m.inb(5), m.inb(5), m.inb(4), m.inb(4)], [0xff, 0xff, 0x00, 0x24])


def case_floppy_waits_for_its_channel(start):
    m, floppy = start_floppy(start)
    m.outb(0x0a, 6)
    floppy.command(0xe6, 0, 0, 0, 3, 2, 18, 0x1b, 0xff)
    equal([m.inb(0x3f4) & 0x80, m.inb(8) & 0x40], [0, 0x40])
    floppy.program(0x20000, SECTOR, 0x46)
    floppy.wait()
    floppy.results(7)
    equal(m.read(0x20000, SECTOR), image()[2 * SECTOR:3 * SECTOR])
    equal(m.inb(8) & 0x0f, 4, 'the count was reached')
    equal(m.inb(8) & 0x0f, 0)


def case_floppy_writes_from_memory(start):
    m, floppy = start_floppy(start)
    m.write(0x30000, bytes([0xa5]) * SECTOR)
    floppy.program(0x30000, SECTOR, 0x4a)
    floppy.command(0xc5, 0, 0, 0, 5, 2, 18, 0x1b, 0xff)
    floppy.wait()
    floppy.results(7)
    floppy.program(0x31000, SECTOR, 0x46)
    floppy.command(0xe6, 0, 0, 0, 5, 2, 18, 0x1b, 0xff)
    floppy.wait()
    equal(m.read(0x31000, SECTOR), bytes([0xa5]) * SECTOR)


def case_floppy_reads_downwards(start):
    m, floppy = start_floppy(start)
    floppy.program(0x12fff, SECTOR, 0x66)
    floppy.command(0xe6, 0, 0, 0, 2, 2, 18, 0x1b, 0xff)
    floppy.wait()
    equal(m.read(0x12fff - SECTOR, SECTOR), image()[SECTOR:2 * SECTOR])
