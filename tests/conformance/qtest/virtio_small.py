"""virtio-balloon and virtio-rng, and what every virtio function shares."""
import socket

from rig import equal
from virtio import HALT, Driver

MIB = 1 << 20
STATS, PAGE_POISON = 1 << 1, 1 << 4


def start_balloon(start, *arguments, features=STATS, device='virtio-balloon-pci,addr=4,id=b'):
    m = start('-bios', '@DIR@/halt', '-device', device, *arguments, files={'halt': HALT})
    m.qmp('cont')
    m.take_events()
    d = Driver(m)
    d.begin(features)
    queues = [d.queue(number) for number in range(3)]
    d.ready()
    return m, d, queues


def case_balloon_follows_the_guest(start):
    m, d, _ = start_balloon(start)
    equal(m.qmp('query-balloon'), {'actual': 64 * MIB})
    equal(m.qmp('balloon', value=48 * MIB), {})
    d.wait(lambda: d.isr() & 2, 'word of the target')
    equal([d.device_config(0, 4), d.device_config(4, 4)], [4096, 0])
    equal(m.qmp('query-balloon'), {'actual': 64 * MIB})
    m.events = []
    d.device_config(4, 4, 4096)
    equal(m.qmp('query-balloon'), {'actual': 48 * MIB})
    equal([(e['event'], e['data']) for e in m.events], [('BALLOON_CHANGE', {'actual': 48 * MIB})])
    m.events = []
    d.device_config(4, 4, 4096)
    m.qmp('balloon', value=100 * MIB)
    equal(d.device_config(0, 4), 0)
    # What the guest gave stays given over a reset of the device.
    d.reset()
    equal(m.qmp('query-balloon'), {'actual': 48 * MIB})
    d.device_config(4, 4, 0)
    equal(m.take_events(), [])
    if m.has_clock:
        m.step(1000000000)
        equal(m.take_events(), ['BALLOON_CHANGE'])


def case_balloon_takes_pages(start):
    m, d, (inflate, deflate, _) = start_balloon(start)
    page = 0x300
    m.write(page << 12, b'full')
    m.write(page + 1 << 12, b'kept')
    at = d.allocate(16)
    m.write(at, page.to_bytes(4, 'little') + (1 << 31).to_bytes(4, 'little'))
    inflate.add([(at, 8, False)])
    equal(inflate.reap(), (0, 0))
    equal([m.read(page << 12, 4), m.read(page + 1 << 12, 4)], [bytes(4), b'kept'])
    deflate.add([(at, 8, False)])
    equal(deflate.reap(), (0, 0))


def case_balloon_tells_statistics(start):
    m, d, (_, _, stats) = start_balloon(start)
    guest = lambda: m.qmp('qom-get', path='/machine/peripheral/b', property='guest-stats')  # noqa: E731
    equal(guest()['last-update'], 0)
    at = d.allocate(64)
    entry = lambda tag, value: tag.to_bytes(2, 'little') + value.to_bytes(8, 'little')  # noqa: E731
    told = entry(4, 12345) + entry(5, 67890) + entry(77, 1)
    m.write(at, told)
    head = stats.chain([(at, len(told), False)])
    stats.offer(head)
    d.wait(lambda: guest()['last-update'] != 0, 'numbers')
    found = guest()['stats']
    equal([found['stat-free-memory'], found['stat-total-memory'], found['stat-swap-in']], [12345, 67890, (1 << 64) - 1])
    equal(stats.used_index(), 0, 'the buffer is kept until new ones are wanted')
    m.qmp('qom-set', path='/machine/peripheral/b', property='guest-stats-polling-interval', value=2)
    if m.has_clock:
        m.step(1)
    equal(stats.reap(), (head, 0))
    stats.offer(head)
    if m.has_clock:
        m.step(1999999000)
        equal(stats.used_index(), 1)
        m.step(1000000)
        equal(stats.reap()[0], head)
    m.qmp('qom-set', path='/machine/peripheral/b', property='guest-stats-polling-interval', value=0)


def case_balloon_configuration(start):
    m = start('-device', 'virtio-balloon-pci,addr=4,deflate-on-oom=on,free-page-reporting=on')
    d = Driver(m)
    equal((d.offered() & 0xff, m.readw(d.memory + 0x12), d.msix), (0x36, 4, 0))
    equal([d.device_config(12, 4), d.device_config(16, 4)], [0, 0xffffffff])


def start_rng(start, options='', *arguments):
    m = start('-bios', '@DIR@/halt', *arguments, '-device', 'virtio-rng-pci,addr=4,id=r' + options, files={'halt': HALT})
    m.qmp('cont')
    d = Driver(m)
    d.begin(0)
    q = d.queue(0)
    d.ready()
    return m, d, q


def case_rng_fills_buffers(start):
    m, d, q = start_rng(start)
    equal(q.size, 8)
    at = d.allocate(256)
    for part in range(4):
        q.add([(at + 64 * part, 64, True)])
    for part in range(4):
        equal(q.reap(), (part, 64))
    data = m.read(at, 256)
    if len(set(data)) < 64:
        raise ValueError('hardly random: %r' % data)
    equal(d.isr() & 1, 1)
    equal(d.device_config(0, 4), 0xffffffff)


def case_rng_reads_its_source(start):
    m, d, q = start_rng(start, ',rng=f', '-object', 'rng-random,id=f,filename=/dev/zero')
    at = d.allocate(32)
    m.write(at, b'x' * 32)
    q.add([(at, 32, True)])
    equal(q.reap(), (0, 32))
    equal(m.read(at, 32), bytes(32))
    # The device keeps what the object stood for.
    equal(m.qmp('object-del', id='f'), {})
    q.add([(at, 8, True)])
    equal(q.reap(), (1, 8))


def case_rng_asks_a_daemon(start):
    m, d, q = start_rng(start, ',rng=g', '-chardev', 'socket,id=e,path=@DIR@/egd,server=on,wait=off', '-object', 'rng-egd,id=g,chardev=e')
    daemon = socket.socket(socket.AF_UNIX)
    daemon.connect(m.path('egd'))
    daemon.settimeout(10)
    m.qmp('query-version')
    at = d.allocate(300)
    q.add([(at, 300, True)])
    asked = b''
    while len(asked) < 4:      # two requests
        asked += daemon.recv(4 - len(asked))
    equal(asked, b'\x02\xff\x02\x2d')
    daemon.sendall(b'e' * 255)
    daemon.sendall(b'f' * 45)
    heads = [q.reap()]
    equal(m.read(at, 255), b'e' * 255)
    equal(heads[0][1] in (255, 300), True)
    equal('busy' in m.qmp('chardev-remove', id='e')['desc'], True)


def case_rng_has_a_budget(start):
    m, d, q = start_rng(start, ',max-bytes=48,period=1000')
    at = d.allocate(64)
    q.add([(at, 32, True)])
    equal(q.reap(), (0, 32))
    q.add([(at, 32, True)])
    equal(q.reap(), (1, 16))
    q.add([(at, 32, True)])
    m.qmp('query-version')
    equal(q.used_index(), 2)
    if m.has_clock:
        m.step(1100000000)
        equal(q.reap(), (2, 32))


def case_configuration_of_the_others(start):
    """Features (for both kinds of drivers), queues, and configuration of devices whose queues are another matter."""
    for device, old, new, sizes, config in (
            ('virtio-net-pci,mac=52:54:00:12:34:56', 0x79bf8064, 0x30bf8024, [256, 256, 64], '5254001234560100'),
            ('virtio-net-pci,host_mtu=1400,mac=52:54:00:12:34:56', 0x79bf806c, 0x30bf802c, [256, 256, 64], '525400123456010001007805'),
            ('virtio-scsi-pci', 0x79000006, 0x30000006, [256] * 3,
             '01000000fe000000ffff000080000000100000006000000020000000' + '0000ff00ff3f0000'),
            ('virtio-gpu-pci', None, 0x30000002, [64, 16], '00000000000000000100000000000000'),
            ('virtio-keyboard-pci', None, 0x30000000, [64, 64], '00' * 37)):
        m = start('-device', device + ',addr=4')
        d = Driver(m)
        equal(d.offered() & 0xffffffff, new, device)
        equal(d.offered() >> 32, 0x101)
        if old is not None:
            equal(m.inl(d.io), old, device)
        found = []
        for number in range(m.readw(d.memory + 0x12)):
            m.writew(d.memory + 0x16, number)
            found.append(m.readw(d.memory + 0x18))
        equal(found, sizes, device)
        equal(bytes(d.device_config(n, 1) for n in range(len(config) // 2)).hex(), config, device)
        equal(d.device_config(len(config) // 2, 1), 0xff)
        d.begin(0)
        d.queue(0)
        d.ready()
        d.kick(0)
        d.reset()
        m.close()


def case_what_clients_see(start):
    m, d, q = start_rng(start)
    path = '/machine/peripheral/r/virtio-backend'
    equal(m.qmp('x-query-virtio'), [{'path': path, 'name': 'virtio-rng'}])
    status = m.qmp('x-query-virtio-status', path=path)
    equal((status['device-id'], status['num-vqs'], status['started'], status['vm-running']), (4, 1, True, True))
    equal([text.split(':')[0] for text in status['status']['statuses']],
          ['VIRTIO_CONFIG_S_ACKNOWLEDGE', 'VIRTIO_CONFIG_S_DRIVER', 'VIRTIO_CONFIG_S_FEATURES_OK', 'VIRTIO_CONFIG_S_DRIVER_OK'])
    equal(status['guest-features'], {'transports': ['VIRTIO_F_VERSION_1: Device compliant for v1 spec (legacy)'], 'dev-features': []})
    at = d.allocate(64)
    q.chain([(at, 5, False), (at + 8, 7, True)])
    m.writew(q.available + 4, 0)
    element = m.qmp('x-query-virtio-queue-element', path=path, queue=0)
    equal(element['descs'], [{'flags': ['write'], 'len': 7, 'addr': at + 8}, {'flags': ['next'], 'len': 5, 'addr': at}])
    q.offer(0)
    q.reap()
    queue = m.qmp('x-query-virtio-queue-status', path=path, queue=0)
    equal([queue[key] for key in ('last-avail-idx', 'used-idx', 'inuse', 'vring-num', 'vring-desc', 'vring-used')],
          [1, 1, 0, 8, q.descriptors, q.used])
    equal(m.qmp('x-query-virtio-queue-status', path=path, queue=1)['desc'], 'Invalid virtqueue number 1')
    equal(m.qmp('x-query-virtio-vhost-queue-status', path=path, queue=0)['desc'], 'Error: vhost device has not started yet')
