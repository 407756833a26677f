"""virtio-net: frames both ways, what is let in, the link, and drivers that go wrong."""
import select
import socket

from rig import equal
from virtio import HALT, Driver

MERGE, STATUS, CONTROL, RX, VLAN, ANNOUNCE, MQ, SET_MAC = 1 << 15, 1 << 16, 1 << 17, 1 << 18, 1 << 19, 1 << 21, 1 << 22, 1 << 23
ALL = MERGE | STATUS | CONTROL | RX | VLAN | ANNOUNCE | SET_MAC
MAC = bytes.fromhex('525400123456')
PEER = bytes.fromhex('020000000001')
PATH = '/machine/peripheral/n/virtio-backend'


def frame(to=MAC, length=60, fill=0x33):
    return (to + PEER + b'\x08\x00').ljust(length, bytes([fill]))


class Net:
    """A card at a network whose frames come and go by datagrams."""

    def __init__(self, start, options='', features=ALL, modern=True, running=True):
        sink = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.wire = sink
        self.m = start('-bios', '@DIR@/halt', '-netdev', 'dgram,id=w,local.type=unix,local.path=@DIR@/card,remote.type=unix,remote.path=@DIR@/wire',
                       '-device', 'virtio-net-pci,addr=4,id=n,netdev=w,mac=52:54:00:12:34:56' + options, files={'halt': HALT})
        sink.bind(self.m.path('wire'))
        sink.settimeout(10)
        if running:
            self.m.qmp('cont')
        self.m.take_events()
        self.d = Driver(self.m, modern=modern)
        self.header = 12 if modern or features & MERGE else 10
        self.begin(features)

    def begin(self, features):
        self.d.begin(features)
        self.rx, self.tx, self.ctrl = (self.d.queue(number) for number in range(3))
        self.d.ready()

    def room(self, *sizes):
        at = [self.d.allocate(size) for size in sizes]
        for place, size in zip(at, sizes):
            self.m.write(place, b'\xee' * min(size, 16))
            self.rx.add([(place, size, True)])
        return at

    def put(self, data):
        self.wire.sendto(data, self.m.path('card'))
        self.m.qmp('query-version')

    def silent(self):
        self.m.qmp('query-version')
        equal(select.select([self.wire], [], [], 0.05)[0], [], 'frames')

    def send(self, *parts):
        at = self.d.allocate(sum(map(len, parts)) + 64)
        chain = []
        for part in parts:
            self.m.write(at, part)
            chain.append((at, len(part), False))
            at += len(part)
        self.tx.add(chain)

    def request(self, kind, command, *data):
        data = bytes([kind, command]) + b''.join(d if isinstance(d, bytes) else bytes([d]) for d in data)
        at = self.d.allocate(len(data) + 1)
        self.m.write(at, data + b'\xee')
        self.ctrl.add([(at, len(data), False), (at + len(data), 1, True)])
        equal(self.ctrl.reap()[1], 1)
        return self.m.readb(at + len(data))

    def filter(self):
        return self.m.qmp('query-rx-filter', name='n')[0]

    def events(self):
        self.m.qmp('query-version')
        events, self.m.events = self.m.events, []
        return [(e['event'], e['data']) for e in events]


def case_frames_come_in(start):
    n = Net(start)
    at, = n.room(2048)
    n.put(frame())
    equal(n.rx.reap(), (0, 72))
    equal(n.m.read(at, 72), bytes(10) + b'\x01\x00' + frame())
    equal(n.d.isr() & 1, 1)


def case_an_old_driver_has_a_shorter_header(start):
    n = Net(start, features=STATUS, modern=False)
    at, = n.room(2048)
    n.put(frame())
    equal(n.rx.reap(), (0, 70))
    equal(n.m.read(at, 70), bytes(10) + frame())
    n.send(bytes(10), frame(PEER))
    equal(n.tx.reap(), (0, 0))
    equal(n.wire.recv(4096), frame(PEER))


def case_a_new_driver_without_merging_has_the_long_one(start):
    n = Net(start, features=STATUS)
    at, = n.room(2048)
    n.put(frame())
    equal(n.rx.reap(), (0, 72))
    equal(n.m.read(at, 72), bytes(10) + b'\xee\xee' + frame())


def case_a_frame_takes_several_buffers(start):
    n = Net(start)
    at = n.room(100, 100, 100, 100)
    n.put(frame(length=250, fill=0x44))
    equal([n.rx.reap() for _ in range(3)], [(0, 100), (1, 100), (2, 62)])
    got = b''.join(n.m.read(place, size) for place, size in zip(at, (100, 100, 62)))
    equal(got, bytes(10) + b'\x03\x00' + frame(length=250, fill=0x44))
    n.put(frame(length=80))
    equal(n.rx.reap(), (3, 92))


def case_a_frame_waits_for_buffers(start):
    n = Net(start)
    n.room(40)
    n.put(frame())
    equal(n.rx.used_index(), 0)
    n.room(40)
    equal([n.rx.reap(), n.rx.reap()], [(0, 40), (1, 32)])


def case_what_does_not_fit_an_unmerged_buffer_is_lost(start):
    n = Net(start, features=STATUS)
    at, = n.room(50)
    n.put(frame(length=60))
    equal(n.rx.used_index(), 0)
    n.put(frame(length=30))
    equal(n.rx.reap(), (0, 42))
    equal(n.m.read(at + 12, 30), frame(length=30))


def case_frames_wait_while_the_machine_stands(start):
    n = Net(start, running=False)
    n.room(2048)
    n.put(frame())
    n.send(bytes(12), frame(PEER))
    equal([n.rx.used_index(), n.tx.used_index()], [0, 0])
    n.silent()
    n.m.qmp('cont')
    equal([n.rx.reap()[1], n.tx.reap()], [72, (0, 0)])
    equal(n.wire.recv(4096), frame(PEER))
    n.m.qmp('stop')
    n.put(frame())
    equal(n.rx.used_index(), 1)


def case_frames_go_out(start):
    n = Net(start)
    n.send(bytes(5), bytes(7) + frame(PEER)[:3], frame(PEER)[3:])
    equal(n.tx.reap(), (0, 0))
    equal(n.wire.recv(4096), frame(PEER))
    n.send(bytes(12) + frame(PEER, 1514))
    equal(n.tx.reap(), (3, 0))
    equal(n.wire.recv(4096), frame(PEER, 1514))
    equal(n.d.isr() & 1, 1)


def case_what_is_too_long_is_given_back(start):
    n = Net(start)
    at = n.d.allocate(0x100000)
    n.tx.add([(at, 0x100000, False)] * 64)
    equal(n.tx.reap(), (0, 0))
    n.silent()
    n.send(bytes(12) + frame(PEER))
    equal(n.tx.reap(), (64, 0))
    equal(n.wire.recv(4096), frame(PEER))


def case_a_driver_chooses_what_it_gets(start):
    n = Net(start)
    n.room(*[256] * 40)
    seen = [0]

    def gets(to, yes, extra=b'', length=60):
        n.put((to + PEER + extra + b'\x08\x00').ljust(length, b'\0'))
        if yes:
            n.rx.reap()
            seen[0] += 1
        equal(n.rx.used_index(), seen[0], '%s %s' % (to.hex(), extra.hex()))

    other, group, everybody = b'\x02' * 6, b'\x01\x00\x5e\x00\x00\x05', b'\xff' * 6
    gets(other, True)                                     # everything
    equal(n.filter()['promiscuous'], True)
    equal(n.request(0, 0, 0), 0)
    for to, yes in ((MAC, True), (other, False), (group, False), (everybody, True)):
        gets(to, yes)
    equal(n.request(1, 0, b'\x01\0\0\0', other, b'\x01\0\0\0', group), 0)
    for to, yes in ((MAC, True), (other, True), (group, True), (b'\x01' * 6, False)):
        gets(to, yes)
    equal(n.request(0, 1, 1), 0)
    gets(b'\x01' * 6, True)                               # all groups
    equal([n.request(0, 3, 1), n.request(0, 4, 1), n.request(0, 5, 1)], [0, 0, 0])
    for to in (MAC, other, group, everybody):
        gets(to, False)
    equal([n.request(0, number, 0) for number in (1, 3, 4, 5)], [0] * 4)
    tag = b'\x81\x00\x20\x07'
    gets(MAC, False, tag)
    equal(n.request(2, 0, b'\x07\x00'), 0)
    gets(MAC, True, tag)
    gets(MAC, False, b'\x81\x00\x00\x08')
    equal(n.request(1, 1, b'\x02\x03\x04\x05\x06\x07'), 0)
    gets(MAC, False)
    gets(b'\x02\x03\x04\x05\x06\x07', True)
    equal(n.filter(), {'name': 'n', 'promiscuous': False, 'multicast': 'normal', 'unicast': 'normal', 'vlan': 'normal',
                       'broadcast-allowed': False, 'multicast-overflow': False, 'unicast-overflow': False, 'main-mac': '02:03:04:05:06:07',
                       'vlan-table': [7], 'unicast-table': ['02:02:02:02:02:02'], 'multicast-table': ['01:00:5e:00:00:05']})
    equal(n.m.qmp('qom-get', path='/machine/peripheral/n', property='mac'), '52:54:00:12:34:56')
    equal('macaddr=02:03:04:05:06:07' in n.m.qmp('human-monitor-command', command_line='info network'), True)
    n.d.reset()
    equal([n.filter()[key] for key in ('promiscuous', 'main-mac', 'vlan', 'unicast-table')], [True, '52:54:00:12:34:56', 'all', []])
    equal(len(n.filter()['vlan-table']), 4096)


def case_tables_overflow(start):
    n = Net(start)
    many = lambda count, first: count.to_bytes(4, 'little') + b''.join(bytes([first, 0, 0, 0, 0, i]) for i in range(count))  # noqa: E731
    found = lambda: [len(n.filter()['unicast-table']), n.filter()['unicast-overflow'],  # noqa: E731
                     len(n.filter()['multicast-table']), n.filter()['multicast-overflow']]
    equal(n.request(1, 0, many(65, 2), many(3, 1)), 0)
    equal(found(), [0, True, 3, False])
    equal(n.request(1, 0, many(62, 2), many(3, 1)), 0)
    equal(found(), [62, False, 0, True])
    equal(n.request(1, 0, many(61, 2), many(3, 1)), 0)
    equal(found(), [61, False, 3, False])
    for bad in (many(2, 2), many(2, 2) + many(1, 1) + b'x', many(2, 2)[:-1], b'\xff\xff\xff\xff' + bytes(64)):
        equal(n.request(1, 0, bad), 1)
    equal(found(), [61, False, 3, False])
    n.request(0, 0, 0)
    n.request(1, 0, many(65, 2), many(65, 1))
    n.room(256, 256)
    n.put(frame(b'\x0a' * 6))
    n.put(frame(b'\x0b' * 6))
    equal([n.rx.reap()[1], n.rx.reap()[1]], [72, 72])


def case_clients_hear_of_the_filter_once(start):
    n = Net(start)
    changed = ('NIC_RX_FILTER_CHANGED', {'name': 'n', 'path': PATH})
    n.request(0, 0, 0)
    n.request(0, 0, 1)
    equal(n.events(), [changed])
    n.filter()
    equal([n.request(0, 9, 1), n.request(2, 0, b'\xff\xff')], [1, 1])
    equal(n.events(), [])
    n.request(2, 0, b'\x01\x00')
    n.request(1, 1, MAC)
    equal(n.events(), [changed])


def case_requests_that_are_refused(start):
    n = Net(start, ',mq=on', features=ALL | MQ)
    equal([n.d.device_config(8, 2), n.d.device_config(10, 1)], [1, 0xff])
    for request in ((0, 6, 1), (0, 0), (1, 1, 1, 2), (1, 1, bytes(7)), (1, 2), (2, 0, 0, 16), (2, 2, 7, 0), (2, 0, 7), (3, 0), (3, 1),
                    (4, 0, 2, 0), (4, 0, 0, 0), (4, 1, 1, 0), (4, 0), (5, 0, bytes(8)), (9, 0)):
        equal(n.request(*request), 1, repr(request))
    equal([n.request(4, 0, 1, 0), n.request(0, 0, 0, 5, 5)], [0, 0])


def case_an_old_driver_writes_its_address(start):
    n = Net(start, features=STATUS | MERGE, modern=False)
    for place, byte in enumerate(b'\x02\x00\x00\x11\x22\x33'):
        n.d.device_config(place, 1, byte)
    equal(n.filter()['main-mac'], '02:00:00:11:22:33')
    n.d.reset()
    equal(n.filter()['main-mac'], '52:54:00:12:34:56')


def case_the_link_goes_down_and_up(start):
    n = Net(start)
    equal(n.d.device_config(6, 2), 1)
    n.d.isr()
    n.m.qmp('set_link', name='n', up=False)
    equal([n.d.device_config(6, 2), n.d.isr()], [0, 3])
    n.send(bytes(12) + frame(PEER))
    equal(n.tx.reap(), (0, 0))
    n.silent()
    n.m.qmp('set_link', name='w', up=True)
    equal([n.d.device_config(6, 2), n.d.isr()], [1, 3])
    n.m.qmp('set_link', name='n', up=True)
    equal(n.d.isr(), 0)
    n.send(bytes(12) + frame(PEER))
    equal(n.tx.reap(), (1, 0))
    equal(n.wire.recv(4096), frame(PEER))


def case_the_guest_is_asked_to_announce_itself(start):
    n = Net(start)
    n.d.isr()
    n.m.qmp('announce-self', initial=20, max=100, rounds=1, step=10)
    equal(n.wire.recv(4096)[12:14], b'\x80\x35')
    equal([n.d.device_config(6, 2), n.d.isr()], [3, 3])
    equal([n.request(3, 0), n.d.device_config(6, 2), n.request(3, 0)], [0, 1, 1])


def broken(n, said):
    n.m.qmp('query-version')
    equal(n.d.status & 0x40, 0x40, 'status')
    with open(n.m.path('stderr')) as stream:
        text = stream.read()
    equal(text.endswith(': ' + said + '\n'), True, text)
    n.begin(ALL)
    equal(n.d.status & 0x40, 0, 'status after a reset')
    n.send(bytes(12) + frame(PEER))
    equal(n.tx.reap(), (0, 0))


def case_broken_chains_stop_the_device(start):
    n = Net(start)
    at = n.d.allocate(64)
    n.ctrl.add([(at, 1, False), (at + 8, 1, True)])
    broken(n, 'virtio-net ctrl missing headers')
    n.ctrl.add([(at, 8, False)])
    broken(n, 'virtio-net ctrl missing headers')
    n.tx.add([(at, 64, True)])
    n.m.qmp('query-version')
    broken(n, 'virtio-net header not in first element')
    n.begin(STATUS)
    n.rx.add([(at, 64, False)])
    n.put(frame())
    broken(n, 'virtio-net receive queue contains no in buffers')


def case_packed_rings_carry_frames(start):
    n = Net(start, ',packed=on', features=ALL & ~MERGE | 1 << 34)
    at = n.d.allocate(512)
    short, rest = n.rx.add([(at, 50, True)]), n.rx.add([(at + 64, 400, True)])
    n.put(frame(length=60))
    equal(n.rx.is_used(), False)
    n.put(frame(length=38))
    equal(n.rx.reap(), (short, 50))
    n.put(frame(length=60))
    equal(n.rx.reap(), (rest, 72))
    out = n.d.allocate(128)
    n.m.write(out, bytes(12) + frame(PEER))
    number = n.tx.add([(out, 12, False), (out + 12, 60, False)])
    equal(n.tx.reap()[0], number)
    equal(n.wire.recv(4096), frame(PEER))
