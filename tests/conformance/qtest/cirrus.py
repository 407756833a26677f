"""cirrus-vga's blitter and its cursor: rectangles of random shapes and modes, and what is left in the display memory."""
import hashlib
import random

from display import CRTC, FRAME, GRAPHICS, SEQUENCER, attributes, get, palette, picture, put, start_cirrus
from rig import equal

REGISTERS = 0xe4000000
SIZE = 8192                  # bytes of the display memory that are looked at
STATUS, START, RESET = 0x31, 2, 4
OPERATIONS = [0x00, 0x05, 0x06, 0x09, 0x0b, 0x0d, 0x0e, 0x50, 0x59, 0x6d, 0x90, 0x95, 0xad, 0xd0, 0xd6, 0xda, 0x77]
# Modes by what they are called in the technical reference.
BACKWARDS, FROM_CPU, TRANSPARENT, PATTERN, EXPAND = 0x01, 0x04, 0x08, 0x40, 0x80
IN_MEMORY = {0x00: 0x100, 0x10: 0x101, 0x12: 0x102, 0x14: 0x103, 0x01: 0x104, 0x11: 0x105, 0x13: 0x106, 0x15: 0x107, 0x20: 0x108,
             0x21: 0x109, 0x22: 0x10a, 0x23: 0x10b, 0x24: 0x10c, 0x25: 0x10d, 0x26: 0x10e, 0x27: 0x10f, 0x28: 0x110, 0x29: 0x111,
             0x2a: 0x112, 0x2c: 0x114, 0x2d: 0x115, 0x2e: 0x116, 0x2f: 0x117, 0x30: 0x118, 0x32: 0x11a, 0x33: 0x11b, 0x34: 0x11c,
             0x35: 0x11d, STATUS: 0x140}


def start_blitter(start, *options):
    m = start_cirrus(start, *options)
    m.config_write(4, 0x14, REGISTERS)
    put(m, SEQUENCER, 6, 0x12)
    put(m, SEQUENCER, 7, 1)
    return m


def spread(registers, first, value, size):
    for i in range(size):
        registers[first + i] = value >> 8 * i & 0xff


def some_rectangle(chance, modes):
    """Registers and their values; nothing reaches out of the memory that is looked at, except where that is refused."""
    pitch = chance.choice([16, 40, 64, 100])
    registers = {0x30: chance.choice(modes) | chance.choice([0, 0x10, 0x20, 0x30]), 0x32: chance.choice(OPERATIONS),
                 0x33: chance.choice([0, 0, 0, 1, 2, 3, 4, 4, 6, 7])}
    spread(registers, 0x20, chance.choice([1, 2, 3, 7, 8, 12, chance.randrange(1, pitch + 1)]) - 1, 2)
    spread(registers, 0x22, chance.randrange(12), 2)
    spread(registers, 0x24, chance.choice([pitch] * 8 + [0, 5]), 2)
    spread(registers, 0x26, chance.choice([pitch] * 8 + [0, 7]), 2)
    spread(registers, 0x28, chance.randrange(1500, SIZE - 2000), 3)
    spread(registers, 0x2c, chance.randrange(1500, SIZE - 2000), 3)
    registers[0x2f] = chance.choice([0, 0, 0, chance.randrange(256)])
    registers[0x34] = registers[0x35] = chance.choice([0, 255, chance.randrange(256)])
    for colour in (0x00, 0x01, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15):
        registers[colour] = chance.randrange(256)
    return registers


def memory_after(m, seed, modes, in_memory=False, data=()):
    chance = random.Random(seed)
    filling = hashlib.sha512(b'%d' % seed).digest() * (SIZE // 64)
    m.write(FRAME, filling)
    for register, value in some_rectangle(chance, modes).items():
        if in_memory:
            m.writeb(REGISTERS + IN_MEMORY[register], value)
        else:
            put(m, GRAPHICS, register, value)
    if in_memory:
        m.writeb(REGISTERS + IN_MEMORY[STATUS], START)
    else:
        put(m, GRAPHICS, STATUS, START)
    for at, value in data:
        m.writel(at, value)
    put(m, GRAPHICS, STATUS, RESET)
    put(m, GRAPHICS, STATUS, 0)
    return m.read(FRAME, SIZE)


def digest(m, seeds, modes, **more):
    total = hashlib.md5()
    for seed in seeds:
        total.update(memory_after(m, seed, modes, **more))
    return total.hexdigest()


def case_rectangles(start):
    """Copies, with and without a colour that is transparent, in both directions; patterns, colours from bits, fills."""
    m = start_blitter(start)
    for seeds, modes, wanted in (
            (range(0, 40), [0, BACKWARDS], '73e07f9cefe0101f8fb0bc74af28286b'),
            (range(40, 60), [TRANSPARENT, TRANSPARENT | BACKWARDS], '7129ce7ec12126a01e282d48a6ce6365'),
            (range(60, 100), [EXPAND, EXPAND | TRANSPARENT], 'f6b7d6e3b2d047e203cb9ab42ebca82b'),
            (range(100, 140), [PATTERN, PATTERN | EXPAND, PATTERN | EXPAND | TRANSPARENT], '98cb63041a2421a1e4e3def1543ec73c')):
        equal(digest(m, seeds, modes), wanted, 'modes %s' % modes)
    equal(digest(m, range(140, 170), [0, EXPAND, PATTERN | EXPAND], in_memory=True),
          'a6bfad5ca9737a4601b6537b9210a1bb', 'registers in memory')


def case_rectangles_of_the_cpu(start):
    """What is written to the display memory while the blitter waits is its source."""
    m = start_blitter(start)
    data = [(FRAME + 0x1000000 + 4 * i, 0x9e3779b9 * (i + 1) & 0xffffffff) for i in range(60)]
    for seeds, modes, wanted in (
            (range(0, 25), [FROM_CPU], 'bc0c0f922ddba5dba884dc6a095fb611'),
            (range(25, 50), [FROM_CPU | EXPAND, FROM_CPU | EXPAND | TRANSPARENT], 'e995e55872a9a5563a090e03dbd560e0'),
            (range(50, 70), [FROM_CPU | PATTERN, FROM_CPU | PATTERN | EXPAND], '3326023624f52ebfc788beb8bb5dd772')):
        equal(digest(m, seeds, modes, data=data), wanted, 'modes %s' % modes)
    registers = dict.fromkeys(range(0x20, 0x34), 0)
    registers.update({0x20: 7, 0x24: 8, 0x30: FROM_CPU, 0x32: 0x0d})
    for register, value in registers.items():
        put(m, GRAPHICS, register, value)
    put(m, GRAPHICS, STATUS, START)
    m.writel(0xa0000, 0x44332211)
    equal(get(m, GRAPHICS, STATUS) & 1, 1, 'it waits')
    m.writel(FRAME + 0x100, 0x88776655)
    equal([get(m, GRAPHICS, STATUS) & 1, m.read(FRAME, 8).hex()], [0, '1122334455667788'])


def case_without_a_blitter(start):
    m = start_cirrus(start, '-global', 'cirrus-vga.blitter=off')
    put(m, SEQUENCER, 6, 0x12)
    put(m, SEQUENCER, 7, 1)
    m.write(FRAME, bytes(range(64)))
    for register, value in {0x20: 7, 0x24: 8, 0x26: 8, 0x2c: 32, 0x30: 0, 0x32: 0x0d}.items():
        put(m, GRAPHICS, register, value)
    put(m, GRAPHICS, STATUS, START)
    equal([m.read(FRAME, 8), get(m, GRAPHICS, STATUS)], [bytes(range(8)), 0])


def case_cursor(start):
    m = start_cirrus(start)
    put(m, SEQUENCER, 6, 0x12)
    for index, value in {1: 39, 0x12: 199, 7: 0, 9: 0, 0x13: 40, 0x17: 3, 0x18: 0xff}.items():
        put(m, CRTC, index, value)
    put(m, GRAPHICS, 6, 5)
    put(m, GRAPHICS, 5, 0x40)
    put(m, SEQUENCER, 4, 0x0e)
    put(m, SEQUENCER, 7, 1)
    attributes(m, {})
    for entry in range(256):
        palette(m, entry, (entry & 0x3f, entry >> 2, 0x3f - (entry & 0x3f)))
    m.write(FRAME, bytes(i * 7 & 0xff for i in range(320 * 200)))
    m.write(FRAME + (4 << 20) - (16 << 10), hashlib.sha512(b'cursor').digest() * 256)
    put(m, SEQUENCER, 0x12, 2)
    palette(m, 0, (0x3f, 0x10, 0x21))
    palette(m, 15, (0x02, 0x30, 0x3e))
    equal([m.outb(0x3c7, 15), [m.inb(0x3c9) for _ in range(3)]][1], [0x02, 0x30, 0x3e])
    total = hashlib.md5()
    for attribute, shape, x, y in ((1, 0, 0, 0), (1, 5, 100, 33), (5, 4, 17, 150), (5, 0x3b, 290, 190), (0, 0, 50, 50), (1, 0x3f, 319, 199)):
        put(m, SEQUENCER, 0x12, attribute)
        put(m, SEQUENCER, 0x13, shape)
        put(m, SEQUENCER, 0x10 | (x & 7) << 5, x >> 3)
        put(m, SEQUENCER, 0x11 | (y & 7) << 5, y >> 3)
        shot = picture(m)
        equal(shot[:2], (320, 200))
        total.update(shot[2])
    equal(total.hexdigest(), 'dc61750b296684cb3ebf19b1b0c9ae52')
