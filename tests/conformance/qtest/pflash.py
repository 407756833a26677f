"""The firmware's flash chips: the array, the status, what the query tells, programming, erasing, the write buffer, and the files behind."""
from rig import equal

READ_ONLY, SIZE = 0xfffc0000, 0x10000
FLASH = READ_ONLY - SIZE
FIRMWARE = bytes(range(256)) * 1024


def chips(start):
    return start('-drive', 'if=pflash,format=raw,readonly=on,file=@DIR@/code', '-drive', 'if=pflash,format=raw,file=@DIR@/vars',
                 files={'code': FIRMWARE, 'vars': b'\xff' * SIZE})


def commands(m, *values, at=FLASH):
    for value in values:
        m.writeb(at, value)


def case_places(start):
    m = chips(start)
    equal(m.readl(READ_ONLY + 0x104), 0x07060504)
    equal(m.read(0xe0000, 256), FIRMWARE[:256])
    equal(m.readl(0xffff0), 0xf3f2f1f0)
    equal(m.readl(FLASH), 0xffffffff)
    equal([d['device'] for d in m.qmp('query-block')], ['pflash0', 'pflash1'])
    equal([d['qdev'] for d in m.qmp('query-block')], ['/machine/system.flash0', '/machine/system.flash1'])
    equal(m.qmp('qom-get', path='/machine', property='pflash1'), 'pflash1')
    equal([m.qmp('qom-get', path='/machine/system.flash1', property=p) for p in ('num-blocks', 'sector-length', 'width', 'name')],
          [16, 4096, 1, 'system.flash1'])


def case_query(start):
    m = chips(start)
    commands(m, 0x98)
    equal(bytes(m.readb(FLASH + i) for i in range(0x10, 0x40)).hex(),
          '51525901003100000000004555000007070a00040404001002000800010f0010'
          '00505249313000000000000000000001')
    equal([m.readw(FLASH + 0x11), m.readl(FLASH + 0x1a), m.readb(FLASH + 0x110)], [0x5952, 0x550000, 0x51])
    commands(m, 0x12, 0x70)
    equal(m.readb(FLASH + 0x10), 0x51, 'only the array ends a query')
    commands(m, 0xff)
    equal(m.readb(FLASH + 0x10), 0xff)
    commands(m, 0x90)
    equal(m.readl(FLASH), 0)
    commands(m, 0x70)
    equal([m.readb(FLASH), m.readw(FLASH), m.readl(FLASH), m.readq(FLASH)], [0x80, 0x80, 0x800080, 0x0080008000800080])


def case_program_and_erase(start):
    m = chips(start)
    for command, value in (0x10, 0x12), (0x40, 0x21):
        commands(m, command, value, at=FLASH + 5)
        equal(m.readb(FLASH), 0x80)
        commands(m, 0xff)
        equal(m.readb(FLASH + 5), value)
    commands(m, 0x10)
    m.writel(FLASH + 8, 0x11223344)
    commands(m, 0xff)
    equal(m.readl(FLASH + 8), 0x11223344)
    equal(m.contents('vars', 16)[:16], bytes.fromhex('ffffffffff21ffff44332211ffffffff'))
    commands(m, 0x20)
    equal(m.readb(FLASH), 0x80)
    commands(m, 0x55)
    equal(m.readl(FLASH + 5), 0xffffffff, 'it is erased before it is confirmed')
    commands(m, 0x60, 0xd0)
    equal(m.readb(FLASH), 0x80)
    commands(m, 0x60, 0x55)
    equal(m.readb(FLASH), 0xff)


def case_write_buffer(start):
    m = chips(start)
    block = FLASH + 0x100
    commands(m, 0xe8, 3, at=block)
    for i in range(4):
        m.writeb(block + i, 0x31 + i)
    commands(m, 0xd0, at=block)
    equal(m.readb(FLASH), 0x80)
    commands(m, 0xff)
    equal(m.readl(block), 0x34333231)
    equal(m.contents('vars', SIZE)[0x100:0x104], b'1234')
    commands(m, 0xe8, 0, 0x77, 0x12, at=block)
    equal(m.readl(block), 0x34333231, 'what is not confirmed is lost')
    commands(m, 0xe8, 1, at=FLASH + 0x3ff)
    m.writeb(FLASH + 0x3ff, 1)
    m.writeb(FLASH + 0x400, 2)
    equal(m.readb(FLASH), 0x90, 'past the end of the block')
    commands(m, 0xd0)
    equal(m.readw(FLASH + 0x3ff), 0xffff)


def case_read_only(start):
    m = chips(start)
    commands(m, 0x10, 0x55, at=READ_ONLY)
    equal(m.readb(READ_ONLY), 0x90)
    commands(m, 0x20, 0xd0, at=READ_ONLY)
    equal(m.readb(READ_ONLY), 0xb0)
    commands(m, 0x50, 0x70, at=READ_ONLY)
    equal(m.readb(READ_ONLY), 0)
    commands(m, 0xff, at=READ_ONLY)
    equal(m.readl(READ_ONLY), 0x03020100)
    equal(m.contents('code', 16) == FIRMWARE, True)


def case_reset(start):
    m = chips(start)
    commands(m, 0x98)
    m.qmp('system_reset')
    equal(m.readb(FLASH + 0x10), 0xff)
