"""The high precision event timer."""
from rig import equal

HPET = 0xfed00000
MS = 1000000


def put(m, register, value):
    m.writel(HPET + register, value)


def get(m, register):
    return m.readl(HPET + register)


def case_registers(start):
    m = start()
    equal([get(m, 0), get(m, 4), m.readq(HPET)], [0x8086a201, 10000000, 0x9896808086a201])
    equal([m.readb(HPET), m.readw(HPET), get(m, 8), get(m, 0x3fc)], [0, 0, 0, 0])
    for timer in range(3):
        base = 0x100 + 0x20 * timer
        equal([get(m, base + i) for i in range(0, 0x18, 4)], [0x30, 4, 0xffffffff, 0xffffffff, 0, 0], 'timer %d' % timer)
    equal(get(m, 0x160), 0)
    put(m, 0xf0, 0x12345678)
    put(m, 0xf4, 9)
    equal(m.readq(HPET + 0xf0), 0x912345678)
    put(m, 0x100, 0xffffffff)
    equal(get(m, 0x100), 0x7f7e)
    put(m, 0x100, 0x4c)
    equal(get(m, 0x100), 0x7c)
    put(m, 0x108, 0x1000)
    equal([get(m, 0x108), get(m, 0x10c), get(m, 0x100)], [0x1000, 0, 0x3c])
    put(m, 0x10c, 0x77)
    equal(get(m, 0x10c), 0, 'the period alone')
    put(m, 0x100, 0x12c)
    put(m, 0x108, 0x12345)
    equal([get(m, 0x100), get(m, 0x108)], [0x13c, 0x1000])
    put(m, 0x110, 0x55)
    equal(get(m, 0x110), 0x55)
    put(m, 0x10, 0xffffffff)
    equal(get(m, 0x10), 3)
    put(m, 0x20, 0xffffffff)
    equal(get(m, 0x20), 0)


def watched(start):
    m = start()
    if not m.has_clock:
        return None
    m.request('irq_intercept_in ioapic')
    m.qmp('cont')
    return m


def compare(m, timer, config, value):
    """All 64 bits; a periodic one takes each half only with its set bit."""
    base = 0x100 + 0x20 * timer
    for offset, part in ((0x0c, value >> 32), (0x08, value & 0xffffffff)):
        put(m, base, config | 0x40)
        put(m, base + offset, part)
    put(m, base, config)


def case_one_shot(start):
    m = watched(start)
    if m is None:
        return
    compare(m, 1, 0x404, 100000)
    put(m, 0x10, 1)
    m.take_irqs()
    m.step(MS - 10)
    equal([line for line in m.take_irqs() if line.endswith(' 2')], [])
    equal(get(m, 0xf0), 99999)
    m.step(10)
    equal([line for line in m.take_irqs() if line.endswith(' 2')], ['raise 2', 'lower 2'])
    m.step(10 * MS)
    equal([line for line in m.take_irqs() if line.endswith(' 2')], [])


def case_periodic_level(start):
    m = watched(start)
    if m is None:
        return
    compare(m, 0, 0x40e, 100000)
    put(m, 0x10, 1)
    m.step(MS)
    equal([line for line in m.take_irqs() if line.endswith(' 2')], ['raise 2'])
    equal(get(m, 0x20), 1)
    put(m, 0x20, 1)
    equal([get(m, 0x20), [line for line in m.take_irqs() if line.endswith(' 2')]], [0, ['lower 2']])
    m.step(MS)
    equal(get(m, 0x20), 1)
    equal(get(m, 0x108), 300000)


def case_legacy_lines(start):
    m = watched(start)
    if m is None:
        return
    compare(m, 0, 0x0c, 100000)
    put(m, 0x10, 3)
    m.take_irqs()
    m.step(3 * MS)
    equal(m.take_irqs(), 3 * ['raise 0', 'lower 0'])
    put(m, 0x10, 0)
    m.step(200 * MS)
    lines = m.take_irqs()
    equal(lines.count('raise 0') >= 3, True, 'the PIT has its line again')
