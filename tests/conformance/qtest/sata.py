"""AHCI: a driver of the ICH9's controller, from its registers to the frames that its drives send."""
import struct

from rig import Trouble, equal

HBA = 0xe0000000
LIST, FRAMES, TABLE, DATA = 0x100000, 0x101000, 0x102000, 0x200000
SECTOR = 512
GHC, IS = 0x04, 0x08
PX = {'list': 0x00, 'frames': 0x08, 'events': 0x10, 'enable': 0x14, 'command': 0x18, 'task': 0x20, 'signature': 0x24, 'status': 0x28,
      'control': 0x2c, 'error': 0x30, 'active': 0x34, 'issue': 0x38}
REGISTER_FIS, PIO_SETUP, DEVICE_BITS, OVERFLOW, TASK_ERROR = 1 << 0, 1 << 1, 1 << 3, 1 << 24, 1 << 30
DISK = ['-drive', 'if=none,id=d0,file=@DIR@/disk,format=raw', '-device', 'ide-hd,drive=d0,bus=ide.0,serial=S1,ver=1.0']
CD = ['-drive', 'if=none,id=c0,file=@DIR@/cd,format=raw,media=cdrom', '-device', 'ide-cd,drive=c0,bus=ide.2,serial=S2,ver=1.0']


def pattern(sectors, seed=1):
    return b''.join(struct.pack('<II', seed, n) * (SECTOR // 8) for n in range(sectors))


class Driver:
    def __init__(self, start, arguments, port=0, files=None, machine='q35', device=31, function=2):
        self.m = m = start(*arguments, machine=machine, files=files)
        self.base = HBA + 0x100 + 0x80 * port
        m.config_write(device, 0x24, HBA, function=function)
        m.config_write(device, 0x04, 7, 2, function=function)
        m.writel(HBA + GHC, 0x80000002)
        self.set('list', LIST)
        self.set('frames', FRAMES)
        self.set('enable', 0xffffffff)
        self.set('command', 0x17)
        self.slot = 0

    def get(self, register): return self.m.readl(self.base + PX[register])
    def set(self, register, value): self.m.writel(self.base + PX[register], value)

    def describe(self, fis, size=0, address=DATA, write=False, slot=0, packet=None, pieces=1):
        """Puts a command into the list, its data in so many pieces."""
        table = TABLE + 0x400 * slot
        each = size // pieces
        self.m.write(table, fis.ljust(20, b'\0'))
        if packet:
            self.m.write(table + 0x40, packet.ljust(16, b'\0'))
        for n in range(pieces if size else 0):
            self.m.write(table + 0x80 + 16 * n, struct.pack('<QII', address + each * n, 0, each - 1))
        flags = 5 | (0x20 if packet else 0) | (0x40 if write else 0) | (pieces if size else 0) << 16
        self.m.write(LIST + 32 * slot, struct.pack('<IIQ16x', flags, 0, table))

    def wait(self, done):
        for _ in range(2000):
            if done():
                return
            self.m.qmp('query-status')
        raise Trouble('a command does not end')

    def run(self, fis, size=0, **options):
        """The bytes that were moved, as the header tells."""
        self.describe(fis, size, **options)
        self.set('issue', 1 << options.get('slot', 0))
        self.wait(lambda: self.get('issue') == 0)
        return self.m.readl(LIST + 32 * options.get('slot', 0) + 4)

    def fail(self, fis, size=0, **options):
        """One that ends with an error: it stays in the list until the guest takes it away."""
        self.describe(fis, size, **options)
        self.set('issue', 1)
        self.wait(lambda: self.get('task') & 1)
        equal(self.get('issue'), 1)
        events = self.get('events')
        self.restart()
        equal(self.get('issue'), 0)
        equal(self.get('events'), events)

    def restart(self):
        self.set('command', 0x16)
        self.set('command', 0x17)

    def take_events(self):
        events = self.get('events')
        self.set('events', events)
        return events


def fis(command, lba=0, count=0, features=0, device=0x40):
    low, high = [lba >> n & 0xff for n in (0, 8, 16)], [lba >> n & 0xff for n in (24, 32, 40)]
    return bytes([0x27, 0x80, command, features & 0xff, *low, device, *high, features >> 8, count & 0xff, count >> 8])


def case_registers(start):
    d = Driver(start, DISK, files={'disk': bytes(16 * SECTOR)})
    equal(d.m.readl(HBA), 0xc0141f05)
    equal(d.m.readl(HBA + 0x0c), 0x3f)
    equal(d.get('status'), 0x113)
    equal(d.get('signature'), 0x101)
    equal(d.get('task'), 0x130)
    equal(d.take_events(), REGISTER_FIS)
    equal(d.m.read(FRAMES + 0x40, 4), bytes([0x34, 0x40, 0x30, 1]))
    d.m.writel(HBA + GHC, 0x80000001)
    equal(d.m.readl(HBA + GHC), 0x80000000)
    equal([d.get('command'), d.get('task'), d.get('signature')], [6, 0x7f, 0xffffffff])


def case_empty_port(start):
    d = Driver(start, DISK, port=1, files={'disk': bytes(16 * SECTOR)})
    equal([d.get('status'), d.get('signature'), d.get('task')], [0, 0xffff0101, 0x50])
    d.describe(fis(0xec), SECTOR)
    d.set('issue', 1)
    equal(d.get('issue'), 1, 'a command that nobody takes')


def case_identify(start):
    d = Driver(start, DISK, files={'disk': bytes(4096 * SECTOR)})
    d.take_events()
    equal(d.run(fis(0xec), SECTOR), SECTOR)
    words = struct.unpack('<256H', d.m.read(DATA, SECTOR))
    equal(words[10:12], (0x5331, 0x2020), 'serial number')
    equal(words[60] | words[61] << 16, 4096)
    equal(words[75:77], (31, 0x100), 'queue')
    equal(d.take_events(), REGISTER_FIS | PIO_SETUP)
    equal(d.get('task'), 0x50)
    equal(d.m.read(FRAMES + 0x20, 2), bytes([0x5f, 0x40]))


def read_back(start, read, write, wide):
    disk = pattern(64)
    d = Driver(start, DISK, files={'disk': disk})
    d.take_events()
    equal(d.run(fis(read, 3, 40), 40 * SECTOR, pieces=4), 40 * SECTOR)
    equal(d.m.read(DATA, 40 * SECTOR), disk[3 * SECTOR:43 * SECTOR])
    events = d.take_events()
    equal(events & ~PIO_SETUP, REGISTER_FIS)
    new = pattern(8, 7)
    d.m.write(DATA, new)
    equal(d.run(fis(write, 20, 8), 8 * SECTOR, write=True, pieces=2), 8 * SECTOR)
    equal(d.run(fis(0xea if wide else 0xe7)), 0)
    d.m.write(DATA, bytes(8 * SECTOR))
    d.run(fis(read, 20, 8), 8 * SECTOR)
    equal(d.m.read(DATA, 8 * SECTOR), new)
    with open(d.m.path('disk'), 'rb') as image:
        equal(image.read()[20 * SECTOR:28 * SECTOR], new)


def case_pio(start): read_back(start, 0x20, 0x30, False)
def case_pio_wide(start): read_back(start, 0x24, 0x34, True)
def case_dma(start): read_back(start, 0xc8, 0xca, False)
def case_dma_wide(start): read_back(start, 0x25, 0x35, True)


def case_queued(start):
    disk = pattern(64)
    d = Driver(start, DISK, files={'disk': disk})
    d.take_events()
    for slot in range(3):
        d.describe(fis(0x60, slot * 8, slot << 3, 8), 8 * SECTOR, address=DATA + 0x10000 * slot, slot=slot)
    d.set('active', 7)
    d.set('issue', 7)
    d.wait(lambda: d.get('active') == 0)
    for slot in range(3):
        equal(d.m.read(DATA + 0x10000 * slot, 8 * SECTOR), disk[slot * 8 * SECTOR:(slot + 1) * 8 * SECTOR])
    equal(d.get('issue'), 0)
    equal(d.take_events(), DEVICE_BITS)
    new = pattern(2, 9)
    d.m.write(DATA, new)
    d.describe(fis(0x61, 30, 4 << 3, 2), 2 * SECTOR, write=True, slot=4)
    d.set('active', 1 << 4)
    d.set('issue', 1 << 4)
    d.wait(lambda: d.get('active') == 0)
    d.run(fis(0x25, 30, 2), 2 * SECTOR, address=DATA + 0x4000)
    equal(d.m.read(DATA + 0x4000, 2 * SECTOR), new)


def case_errors(start):
    d = Driver(start, DISK, files={'disk': bytes(16 * SECTOR)})
    d.take_events()
    for command in (fis(0x25, 14, 8), fis(0xfe)):
        d.fail(command, 8 * SECTOR)
        equal(d.get('task'), 0x441)
        equal(d.take_events(), TASK_ERROR | REGISTER_FIS)
    d.run(fis(0xec), SECTOR)
    equal(d.get('task'), 0x50)


def case_queued_errors(start):
    d = Driver(start, DISK, files={'disk': bytes(16 * SECTOR)})
    d.take_events()
    d.describe(fis(0x60, 14, 0, 8), 8 * SECTOR)
    d.set('active', 1)
    d.set('issue', 1)
    d.wait(lambda: d.get('task') == 0x441)
    equal(d.take_events(), TASK_ERROR)
    equal([d.get('active'), d.get('issue'), d.get('error')], [1, 0, 0])
    # The frame that took it told how the drive was before.
    equal(d.m.read(FRAMES + 0x40, 4), bytes([0x34, 0, 0x30, 1]))
    equal(d.m.read(FRAMES + 0x58, 8), bytes([0xa1, 0x40, 0x41, 4, 0, 0, 0, 0]))
    d.restart()
    equal(d.get('active'), 0)
    # Less memory than the command moves.
    d.describe(fis(0x60, 0, 0, 8), 4 * SECTOR)
    d.set('active', 1)
    d.set('issue', 1)
    d.wait(lambda: d.get('events') != 0)
    equal(d.take_events(), TASK_ERROR | OVERFLOW)


def case_software_reset(start):
    d = Driver(start, DISK, files={'disk': bytes(16 * SECTOR)})
    d.take_events()
    d.run(fis(0xec), SECTOR)
    d.take_events()
    for value in (4, 0):
        control = bytearray(fis(0).ljust(20, b'\0'))
        control[1], control[15] = 0, value
        d.describe(bytes(control))
        d.set('issue', 1)
        equal(d.get('issue'), 1 if value else 0)
    equal([d.get('task'), d.get('signature')], [0x130, 0x101])
    equal(d.take_events(), REGISTER_FIS)


def case_port_reset(start):
    d = Driver(start, DISK, files={'disk': bytes(16 * SECTOR)})
    d.run(fis(0xec), SECTOR)
    d.take_events()
    d.set('control', 0x301)
    equal(d.get('task'), 0x50)
    d.set('control', 0x300)
    equal([d.get('task'), d.get('signature'), d.get('status')], [0x130, 0x101, 0x113])
    equal(d.take_events(), REGISTER_FIS)


def case_packets(start):
    cd = pattern(64)
    d = Driver(start, CD, port=2, files={'cd': cd})
    equal(d.get('signature'), 0xeb140101)
    d.take_events()
    equal(d.run(fis(0xa1), SECTOR), SECTOR)
    d.take_events()
    d.run(fis(0xa0, features=1), 4 * 2048, packet=struct.pack('>BBIBHB', 0x28, 0, 2, 0, 4, 0), pieces=2)
    equal(d.m.read(DATA, 4 * 2048), cd[2 * 2048:6 * 2048])
    equal(d.get('task') & 0xff01, 0)
    equal(d.run(fis(0xa0, 0x080000), 36, packet=bytes([0x12, 0, 0, 0, 36])), 36)
    equal(d.m.read(DATA + 8, 8), b'QEMU    ')
    d.fail(fis(0xa0, features=1), 2048, packet=bytes([0xff]))
    equal(d.get('task'), 0x5041)
    d.run(fis(0xa0, features=1), 18, packet=bytes([3, 0, 0, 0, 18]))
    equal(d.m.read(DATA, 13)[::12], bytes([0xf0, 0x20]))


def case_interrupts(start):
    d = Driver(start, DISK, files={'disk': bytes(16 * SECTOR)})
    d.take_events()
    d.m.writel(HBA + IS, 0x3f)
    equal(d.m.readl(HBA + IS), 0)
    equal(d.m.config_read(31, 0x06, 2, 2) & 8, 0)
    d.run(fis(0xec), SECTOR)
    equal(d.m.readl(HBA + IS), 1)
    equal(d.m.config_read(31, 0x06, 2, 2) & 8, 8, 'interrupt pin')
    d.take_events()
    equal(d.m.readl(HBA + IS), 0 if d.m.readl(HBA + IS) == 0 else 1)
    equal(d.m.config_read(31, 0x06, 2, 2) & 8, 0)
    # By message, into plain memory.
    d.m.config_write(31, 0x84, 0x300000, function=2)
    d.m.config_write(31, 0x8c, 0x4321, 2, function=2)
    d.m.config_write(31, 0x82, 0x0081, 2, function=2)
    d.m.writel(0x300000, 0)
    d.run(fis(0xec), SECTOR)
    equal(d.m.readl(0x300000), 0x4321)


def case_another_controller(start):
    d = Driver(start, ['-device', 'ahci,id=sata0,addr=5', '-drive', 'if=none,id=d0,file=@DIR@/disk,format=raw', '-device', 'ide-hd,drive=d0,bus=sata0.0'],
               files={'disk': pattern(16)}, machine='pc', device=5, function=0)
    equal(d.run(fis(0xc8, 1, 2), 2 * SECTOR), 2 * SECTOR)
    equal(d.m.read(DATA, 2 * SECTOR), pattern(16)[SECTOR:3 * SECTOR])
