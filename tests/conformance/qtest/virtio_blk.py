"""virtio-blk: requests of all kinds, both generations of registers, and what goes wrong."""
from rig import equal
from virtio import ANY_LAYOUT, DRIVER_OK, EVENT_IDX, INDIRECT_DESC, NEEDS_RESET, RING_PACKED, TABLE, Driver

SECTOR = 512
READ, TO_DISK, FLUSH, GET_ID, DISCARD, WRITE_ZEROES = 0, 1, 4, 8, 11, 13
OK, IOERR, UNSUPP = 0, 1, 2
SIZE = 1 << 20
RO, CONFIG_WCE = 1 << 5, 1 << 11


def start_disk(start, *options, modern=True, features=0, size=SIZE, vector=None, drive='', data=None):
    m = start('-drive', 'if=none,id=d0,format=raw,file=@DIR@/disk' + drive, '-device',
              ','.join(('virtio-blk-pci,drive=d0,addr=4,serial=S-1,id=v',) + options), files={'disk': data or bytes(size)})
    d = Driver(m, modern=modern)
    d.begin(features)
    q = d.queue(0, vector)
    d.ready()
    return m, d, q


def request(d, q, kind, sector=0, data=b'', room=0, split=False, indirect=False, kick=True):
    """Offers one; gives the addresses of its data and of its status."""
    m = d.m
    at = d.allocate(16 + max(len(data), room) + 1)
    m.write(at, kind.to_bytes(4, 'little') + bytes(4) + (sector & (1 << 64) - 1).to_bytes(8, 'little') + data)
    status = at + 16 + max(len(data), room)
    m.writeb(status, 0xee)
    parts = [(at, 16, False)]
    if data:
        parts = [(at, 16 + len(data), False)] if split else parts + [(at + 16, len(data), False)]
    if room:
        parts += [(at + 16, room + 1, True)] if split else [(at + 16, room, True)]
    if not (room and split):
        parts.append((status, 1, True))
    q.add(parts, kick, d.allocate(16 * len(parts)) if indirect else None)
    return at + 16, status


def do(d, q, *arguments, **options):
    """One request from begin to end: its status, how much the device says that it wrote, and its data."""
    data, status = request(d, q, *arguments, **options)
    _, written = q.reap()
    return d.m.readb(status), written, data


def basic(start, modern):
    m, d, q = start_disk(start, modern=modern)
    equal(d.device_config(0, 8), SIZE // SECTOR, 'capacity')
    text = bytes(range(256)) * 4
    equal(do(d, q, TO_DISK, 3, text)[:2], (OK, 1))
    status, written, at = do(d, q, READ, 3, room=1024)
    equal((status, written), (OK, 1025))
    equal(m.read(at, 1024), text)
    equal(do(d, q, FLUSH)[:2], (OK, 1))
    equal(m.contents('disk', SIZE)[3 * SECTOR:5 * SECTOR], text)
    status, written, at = do(d, q, GET_ID, room=20)
    equal((status, written, m.read(at, 4)), (OK, 21, b'S-1\0'))
    status, written, at = do(d, q, READ, 3, room=1024, split=True)
    equal((status, written, m.read(at, 1024)), (OK, 1025, text))
    equal(do(d, q, TO_DISK, 9, text[:512], split=True)[:2], (OK, 1))
    equal(d.isr(), 1)
    equal(d.isr(), 0)


def case_legacy(start):
    basic(start, False)


def case_modern(start):
    basic(start, True)


def case_discard_and_zeroes(start):
    m, d, q = start_disk(start, data=b'x' * SIZE, drive=',discard=unmap')
    ranges = lambda sector, count, flags=0: sector.to_bytes(8, 'little') + count.to_bytes(4, 'little') + flags.to_bytes(4, 'little')  # noqa: E731
    equal(do(d, q, WRITE_ZEROES, data=ranges(2, 4))[:2], (OK, 1))
    equal(do(d, q, WRITE_ZEROES, data=ranges(16, 8, 1))[:2], (OK, 1))
    equal(do(d, q, DISCARD, data=ranges(64, 64))[0], OK)
    equal(do(d, q, DISCARD, data=ranges(64, 64, 1))[0], UNSUPP)
    equal(do(d, q, WRITE_ZEROES, data=ranges(64, 64, 2))[0], UNSUPP)
    equal(do(d, q, DISCARD, data=ranges(2040, 64))[0], IOERR)
    equal(do(d, q, DISCARD, data=ranges(0, 0x400000))[0], IOERR)
    equal(do(d, q, DISCARD, data=ranges(0, 8) * 2)[0], UNSUPP)
    equal(do(d, q, DISCARD - 1, data=ranges(0, 8))[0], UNSUPP)
    disk = m.contents('disk', SIZE)
    equal((disk[1024:3072], disk[16 * SECTOR:24 * SECTOR]), (bytes(2048), bytes(8 * SECTOR)))
    equal(disk[:1024], b'x' * 1024)


def case_what_cannot_be(start):
    m, d, q = start_disk(start)
    equal(do(d, q, READ, SIZE // SECTOR, room=512)[:2], (IOERR, 513))
    equal(do(d, q, READ, SIZE // SECTOR - 1, room=1024)[0], IOERR)
    equal(do(d, q, READ, (1 << 64) - 1, room=512)[0], IOERR)
    equal(do(d, q, TO_DISK, SIZE // SECTOR, bytes(512))[0], IOERR)
    equal(do(d, q, READ, 0, room=100)[0], IOERR)
    equal(do(d, q, 99, 0, room=512)[:2], (UNSUPP, 513))
    equal(do(d, q, 2, 0, room=512)[0], IOERR)
    equal(do(d, q, READ | 0x80000000, 0, room=512)[0], OK)
    stats = m.qmp('query-blockstats')[0]['stats']
    equal([stats[k] for k in ('invalid_rd_operations', 'invalid_wr_operations', 'failed_rd_operations', 'rd_operations')], [4, 1, 0, 1])


def case_read_only(start):
    m, d, q = start_disk(start, drive=',readonly=on')
    equal(d.offered() & RO, RO)
    equal(do(d, q, READ, 0, room=512)[0], OK)
    equal(do(d, q, TO_DISK, 0, bytes(512))[0], IOERR)


def case_indirect(start):
    m, d, q = start_disk(start, features=INDIRECT_DESC)
    equal(do(d, q, TO_DISK, 7, b'indirect' * 64, indirect=True)[:2], (OK, 1))
    status, written, at = do(d, q, READ, 7, room=512, indirect=True)
    equal((status, written, m.read(at, 512)), (OK, 513, b'indirect' * 64))
    equal(q.free, 2)


def case_many_requests(start):
    m, d, q = start_disk(start, modern=False)
    places = [request(d, q, TO_DISK, n, bytes([n]) * 512, kick=False)[1] for n in range(60)]
    d.kick(0)
    for _ in places:
        q.reap()
    equal({m.readb(at) for at in places}, {OK})
    equal(m.contents('disk', SIZE)[59 * SECTOR], 59)
    for n in range(300):            # round the rings
        equal(do(d, q, READ, n % 60, room=512)[0], OK)
    equal(q.used_index(), 360)


def case_event_index(start):
    m, d, q = start_disk(start, features=EVENT_IDX)
    q.tell_after(0)
    equal(do(d, q, READ, 0, room=512)[0], OK)
    equal(d.isr(), 1)
    equal(q.event(), 1, 'told to notify')
    q.tell_after(2)
    equal(do(d, q, READ, 0, room=512)[0], OK)
    equal(d.isr(), 0)
    equal(do(d, q, READ, 0, room=512)[0], OK)
    d.wait(lambda: d.isr() == 1, 'an interrupt')
    equal(q.event(), 3)


def case_no_interrupt(start):
    m, d, q = start_disk(start, modern=False)
    m.writew(q.available, 1)
    equal(do(d, q, READ, 0, room=512)[0], OK)
    equal(d.isr(), 0)
    m.writew(q.available, 0)
    equal(do(d, q, READ, 0, room=512)[0], OK)
    d.wait(lambda: d.isr() == 1, 'an interrupt')


def case_intx_reaches_the_interrupt_controller(start):
    m, d, q = start_disk(start, modern=False)
    line = 11
    for route in range(4):
        m.config_write(1, 0x60 + route, line, 1)
    m.outb(0x4d1, 1 << line - 8)
    equal(m.requests() & 1 << line, 0)
    equal(do(d, q, READ, 0, room=512)[0], OK)
    d.wait(lambda: m.requests() & 1 << line, 'an interrupt request')
    equal(d.config(0x06, size=2) & 8, 8)
    equal(d.isr(), 1)
    equal(m.requests() & 1 << line, 0)
    # A function that may not interrupt keeps it to itself.
    d.config(0x04, 0x407, 2)
    equal(do(d, q, READ, 0, room=512)[0], OK)
    equal(m.requests() & 1 << line, 0)
    d.config(0x04, 7, 2)
    d.wait(lambda: m.requests() & 1 << line, 'an interrupt request')


def case_msix(start):
    for modern in (True, False):
        m, d, _ = start_disk(start, modern=modern)
        d.reset()
        d.msix_on(True)
        mail = d.allocate(16)
        d.vector(0, mail, 0x1111)
        d.vector(1, mail + 4, 0x2222)
        d.begin(0)
        if modern:
            m.writew(d.memory + 0x10, 0)
        else:
            m.outw(d.io + 0x14, 0)
        q = d.queue(0, 1)
        d.ready()
        equal(do(d, q, READ, 0, room=512)[0], OK)
        d.wait(lambda: m.readl(mail + 4) == 0x2222, 'a message')
        equal(m.readl(mail), 0)
        m.writel(mail + 4, 0)
        d.mask(1, True)
        equal(do(d, q, READ, 0, room=512)[0], OK)
        d.wait(lambda: d.pending() == 2, 'a pending bit')
        equal(m.readl(mail + 4), 0)
        d.mask(1, False)
        d.wait(lambda: m.readl(mail + 4) == 0x2222, 'a message')
        equal(d.pending(), 0)
        m.qmp('block_resize', device='d0', size=SIZE * 2)
        d.wait(lambda: m.readl(mail) == 0x1111, 'word of the new size')
        equal(d.device_config(0, 8), SIZE * 2 // SECTOR)
        m.close()


def case_vectors_that_are_not_there(start):
    m, d, q = start_disk(start, 'vectors=4')
    equal([d.config(d.msix + 2, size=2) & 0x7ff], [3])
    for vector, kept in ((3, 3), (4, 0xffff), (0xffff, 0xffff)):
        m.writew(d.memory + 0x1a, vector)
        equal(m.readw(d.memory + 0x1a), kept)
    m = start('-blockdev', 'null-co,node-name=n', '-device', 'virtio-blk-pci,drive=n,vectors=0,addr=4')
    equal(Driver(m).msix, 0)


def case_new_size(start):
    m, d, q = start_disk(start)
    before = m.readb(d.memory + 0x15)
    m.qmp('block_resize', device='d0', size=SIZE // 2)
    d.wait(lambda: d.isr() & 2, 'word of the new size')
    equal(m.readb(d.memory + 0x15), before + 1, 'generation')
    equal(d.device_config(0, 8), SIZE // 2 // SECTOR)
    equal(do(d, q, READ, SIZE // 2 // SECTOR, room=512)[0], IOERR)


def case_registers_of_a_queue(start):
    m, d, q = start_disk(start)
    d.reset()
    at = d.memory
    equal([m.readw(at + 0x12), m.readw(at + 0x18), m.readw(at + 0x1a), m.readw(at + 0x1c)], [1, 256, 0xffff, 0])
    for size, kept in ((100, 100), (16, 16), (0, 16), (2048, 16)):
        m.writew(at + 0x18, size)
        equal(m.readw(at + 0x18), kept, 'size')
    m.writel(at + 0x20, 0x123000)
    m.writel(at + 0x24, 1)
    equal([m.readl(at + 0x20), m.readl(at + 0x24)], [0x123000, 1])
    m.writew(at + 0x1c, 1)
    equal(m.readw(at + 0x1c), 1)
    m.writew(at + 0x3a, 1)                      # the queue alone
    equal([m.readw(at + 0x1c), m.readw(at + 0x18), m.readw(at + 0x3a)], [0, 256, 0])
    m.writew(at + 0x16, 7)                      # a queue that is not there
    equal([m.readw(at + 0x16), m.readw(at + 0x18), m.readw(at + 0x1a), m.readw(at + 0x1e)], [7, 0, 0xffff, 7])
    m.outw(d.io + 0xe, 9)
    m.outl(d.io + 8, 0x20)
    equal(m.inl(d.io + 8), 0)


def case_reset(start):
    m, d, q = start_disk(start)
    equal(do(d, q, READ, 0, room=512)[0], OK)
    equal(q.used_index(), 1)
    d.reset()
    equal([m.readw(d.memory + 0x1c), d.isr()], [0, 0])
    d.begin(0)
    q = d.queue(0)
    d.ready()
    equal(do(d, q, READ, 0, room=512)[0], OK)
    # By the old registers, too.
    d.modern = False
    m.outl(d.io + 8, 0)
    equal([d.status, m.inl(d.io + 4)], [0, 0])


def case_a_careless_driver_gets_nothing(start):
    m, d, _ = start_disk(start, modern=False)
    d.reset()
    d.status = 3
    m.outl(d.io + 4, 0xffffffff)
    equal(m.inl(d.io + 4), 0)
    m.outl(d.io + 4, ANY_LAYOUT | 1)
    equal(m.inl(d.io + 4), ANY_LAYOUT)


def case_a_queue_that_makes_no_sense(start):
    for modern in (True, False):
        m, d, q = start_disk(start, modern=modern)
        q.descriptor(q.descriptors, HEAP, 16, 1, 0)                 # round in a circle
        q.offer(0)
        d.wait(lambda: m.qmp('x-query-virtio-status', path='/machine/peripheral/v/virtio-backend')['broken'], 'an end')
        equal(d.status & NEEDS_RESET, NEEDS_RESET if modern else 0)
        equal(d.isr(), 3 if modern else 0)
        equal(q.used_index(), 0)
        d.begin(0)
        q = d.queue(0)
        d.ready()
        equal(do(d, q, READ, 0, room=512)[0], OK)
        m.close()


HEAP = 0x180000


def case_broken_requests(start):
    for parts in ([(HEAP, 8, False), (HEAP + 64, 1, True)],         # half a header
                  [(HEAP, 16, False)],                              # no room for a status
                  [(HEAP, 16, True), (HEAP + 64, 16, False)],       # the wrong way round
                  [(HEAP, 16, False), (HEAP + 64, 0, True)],        # nothing
                  [(0xd0000000, 0x2000, False), (HEAP, 1, True)]):      # no memory there
        m, d, q = start_disk(start)
        m.write(HEAP, bytes(16))
        q.add(parts)
        d.wait(lambda: d.status & NEEDS_RESET, 'an end')
        m.close()


def case_without_bus_mastering(start):
    m, d, q = start_disk(start)
    d.config(4, 3, 2)
    equal(d.status & DRIVER_OK, 0)
    d.config(4, 7, 2)
    d.ready()
    equal(do(d, q, READ, 0, room=512)[0], OK)


def case_old_drivers_forget_bus_mastering(start):
    m = start('-blockdev', 'null-co,node-name=n', '-device', 'virtio-blk-pci,drive=n,addr=4')
    d = Driver(m, modern=False)
    d.config(4, 1, 2)
    d.status = 1
    equal(d.config(4, size=2), 1)
    d.status = 3
    equal(d.config(4, size=2), 5)


def case_write_cache(start):
    m, d, q = start_disk(start)
    caches = lambda: m.qmp('query-block')[0]['inserted']['cache']['writeback']  # noqa: E731
    equal(d.device_config(32, 1), 0, 'a driver that does not flush')
    d.begin(CONFIG_WCE)
    d.queue(0)
    d.ready()
    equal(d.device_config(32, 1), 1)
    d.device_config(32, 1, 0)
    equal(d.device_config(32, 1), 0)
    d.reset()
    equal(d.device_config(32, 1), 1)
    equal(caches(), True)


def case_errors_of_the_medium(start):
    m = start('-blockdev', '{"driver":"blkdebug","node-name":"bad","image":{"driver":"file","filename":"@DIR@/disk"},'
              '"inject-error":[{"event":"none","sector":8,"errno":5},{"event":"none","sector":16,"errno":28}]}',
              '-device', 'virtio-blk-pci,drive=bad,addr=4,id=v,rerror=report,werror=stop', files={'disk': bytes(SIZE)})
    m.qmp('cont')
    d = Driver(m)
    d.begin(0)
    q = d.queue(0)
    d.ready()
    equal(do(d, q, READ, 8, room=512)[0], IOERR)
    _, status = request(d, q, TO_DISK, 16, b'w' * 512)
    d.wait(lambda: m.qmp('query-status')['status'] == 'io-error', 'a stop')
    equal(m.readb(status), 0xee)
    block = m.qmp('query-block')[0]
    equal((block['io-status'], block['qdev']), ('nospace', '/machine/peripheral/v/virtio-backend'))
    errors = [e['data'] for e in m.events if e['event'] == 'BLOCK_IO_ERROR']
    equal([(e['operation'], e['action'], e.get('nospace'), e['device'], e['node-name']) for e in errors],
          [('read', 'report', False, '', 'bad'), ('write', 'stop', True, '', 'bad')])
    # Another medium under the same request.
    m.qmp('cont')
    d.wait(lambda: m.qmp('query-status')['status'] == 'io-error', 'a second stop')
    equal(m.readb(status), 0xee)
    stats = m.qmp('query-blockstats')[0]['stats']
    equal((stats['failed_rd_operations'], stats['failed_wr_operations']), (1, 0))


def case_hotplug(start):
    m = start('-blockdev', 'null-co,node-name=n,size=1048576,read-zeroes=on')
    equal(m.qmp('device_add', driver='virtio-blk-pci', drive='n', id='h', addr='4'), {})
    d = Driver(m)
    d.begin(0)
    q = d.queue(0)
    d.ready()
    status, written, at = do(d, q, READ, 1, room=512)
    equal((status, written, m.read(at, 512)), (OK, 513, bytes(512)))
    m.qmp('device_del', id='h')
    m.outl(0xae08, 1 << 4)
    d.wait(lambda: 'DEVICE_DELETED' in m.take_events(), 'the end of the device')
    equal(d.config(0), 0xffffffff)
    equal(m.qmp('device_add', driver='virtio-blk-pci', drive='n', id='h', addr='4'), {})


def case_two_queues(start):
    m = start('-blockdev', 'null-co,node-name=n,size=1048576,read-zeroes=on', '-device', 'virtio-blk-pci,drive=n,addr=4,num-queues=2')
    d = Driver(m)
    equal((d.offered() >> 12 & 1, m.readw(d.memory + 0x12), d.device_config(34, 2)), (1, 2, 2))
    d.begin(1 << 12)
    queues = [d.queue(0), d.queue(1)]
    d.ready()
    for q in queues * 2:
        equal(do(d, q, READ, 0, room=512)[0], OK)


def case_window(start):
    """The registers by way of configuration space."""
    m, d, q = start_disk(start)
    d.config(0x88, 4, 1)
    d.config(0x8c, 0x2000)
    d.config(0x90, 4)
    equal(d.config(0x94), SIZE // SECTOR)
    d.config(0x8c, 0x14)
    d.config(0x90, 1)
    equal(d.config(0x94, size=1), d.status)
    d.config(0x94, 0, 1)
    equal(d.status, 0)


def case_generations(start):
    for driver, device, revision, subsystem in (('virtio-blk-pci', 0x1001, 0, 2), ('virtio-blk-pci-transitional', 0x1001, 0, 2),
                                                ('virtio-blk-pci-non-transitional', 0x1042, 1, 0x1100),
                                                ('virtio-blk-pci,disable-legacy=on', 0x1042, 1, 0x1100),
                                                ('virtio-blk-pci,disable-modern=on', 0x1001, 0, 2)):
        m = start('-blockdev', 'null-co,node-name=n', '-device', driver + ',drive=n,addr=4')
        equal((m.config_read(4, 2, 2), m.config_read(4, 8, 1), m.config_read(4, 0x2e, 2)), (device, revision, subsystem), driver)
        d = Driver(m, modern='disable-modern' not in driver)
        equal(d.msix, 0x40 if 'disable-modern' in driver else 0x98)
        m.close()


def case_packed_ring(start):
    """The ring twice around, with chains, indirect tables and several requests at a time."""
    m, d, q = start_disk(start, 'packed=on', 'queue-size=8', features=RING_PACKED | INDIRECT_DESC)
    equal(d.offered() & RING_PACKED, RING_PACKED)
    equal(q.size, 8)
    for round_ in range(8):
        text = bytes([round_ + 1]) * 512
        equal(do(d, q, TO_DISK, round_, text)[:2], (OK, 1))
        status, written, at = do(d, q, READ, round_, room=512, indirect=round_ % 2 == 1)
        equal((status, written, m.read(at, 512)), (OK, 513, text), 'round %d' % round_)
    equal(m.contents('disk', SIZE)[:4096], b''.join(bytes([i + 1]) * 512 for i in range(8)))
    places = [request(d, q, READ, sector, room=512, indirect=True, kick=False) for sector in range(5)]
    d.kick(0)
    equal(sorted(q.reap()[1] for _ in places), [513] * 5)
    equal([(m.readb(status), m.readb(at)) for at, status in places], [(OK, sector + 1) for sector in range(5)])
    path = '/machine/peripheral/v/virtio-backend'
    equal(m.qmp('x-query-virtio-status', path=path)['guest-features']['transports'],
          ['VIRTIO_RING_F_INDIRECT_DESC: Indirect descriptors supported', 'VIRTIO_F_RING_PACKED: Device supports packed VQ layout',
           'VIRTIO_F_VERSION_1: Device compliant for v1 spec (legacy)'])
    equal(m.qmp('x-query-virtio-queue-element', path=path, queue=0)['desc'], 'Packed ring not supported')
    shown = m.qmp('x-query-virtio-queue-status', path=path, queue=0)
    equal([shown[key] for key in ('last-avail-idx', 'shadow-avail-idx', 'used-idx', 'inuse', 'signalled-used-valid')],
          [q.next, q.next, q.seen, 0, True])


def case_packed_ring_interrupts(start):
    m, d, q = start_disk(start, 'packed=on', 'queue-size=8', features=RING_PACKED | EVENT_IDX)
    d.isr()
    told = []
    for when, place in ((0, 0), (1, 0), (0, 0), (2, 6), (2, 7)):
        q.tell(when, place, q.used_wrap)
        do(d, q, FLUSH)
        told.append(d.isr() & 1)
    equal(told, [1, 0, 1, 1, 0])


def case_packed_ring_that_makes_no_sense(start):
    m, d, q = start_disk(start, 'packed=on', features=RING_PACKED)
    if not m.has_clock:
        return      # QEMU goes round for ever
    at = d.allocate(64)
    q.add([(at, 16, True), (at, 16, False)])      # what the device writes comes last
    equal(d.status & NEEDS_RESET, NEEDS_RESET)


def case_packed_is_not_offered_unless_asked_for(start):
    m, d, q = start_disk(start)
    equal(d.offered() & RING_PACKED, 0)
