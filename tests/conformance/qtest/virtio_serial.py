"""virtio-serial: ports that are announced, named and opened, and bytes both ways."""
import socket
import time

from rig import equal
from virtio import HALT, Driver

READY, ADD, REMOVE, PORT_READY, CONSOLE, RESIZE, OPEN, NAME = range(8)
MULTIPORT, EMERGENCY = 2, 4
CONTROL_IN, CONTROL_OUT = 2, 3
BUFFER = 64


class Serial:
    """A driver that has told the device that it is there, with room for what the device says."""

    def __init__(self, start, *arguments, features=MULTIPORT, modern=True, controller='virtio-serial-pci,addr=4,id=vs', files=None,
                 ready=True):
        # Bytes for the guest come while the machine runs.
        self.m = start('-bios', '@DIR@/halt', '-device', controller, *arguments, files=dict(files or {}, halt=HALT))
        self.m.qmp('cont')
        self.d = Driver(self.m, modern=modern)
        self.d.begin(features)
        self.queues = {number: self.d.queue(number) for number in (0, 1, 2, 3, 4, 5)}
        self.buffers = {}
        self.room(CONTROL_IN, 16)
        self.d.ready()
        if ready:
            self.control(0xffffffff, READY, 1)

    def room(self, queue, count=1, size=BUFFER):
        for _ in range(count):
            at = self.d.allocate(size)
            head = self.queues[queue].chain([(at, size, True)])
            self.buffers[queue, head] = at
            self.queues[queue].offer(head)

    def control(self, port, event, value):
        at = self.d.allocate(8)
        self.m.write(at, port.to_bytes(4, 'little') + event.to_bytes(2, 'little') + value.to_bytes(2, 'little'))
        self.queues[CONTROL_OUT].add([(at, 8, False)])
        self.queues[CONTROL_OUT].reap()

    def receive(self, queue):
        head, written = self.queues[queue].reap()
        return self.m.read(self.buffers[queue, head], written) if written else b''

    def message(self):
        raw = self.receive(CONTROL_IN)
        number = lambda part: int.from_bytes(part, 'little')  # noqa: E731
        return (number(raw[:4]), number(raw[4:6]), number(raw[6:8])) + ((raw[8:],) if raw[8:] else ())

    def silent(self):
        self.m.qmp('query-version')
        queue = self.queues[CONTROL_IN]
        equal(queue.used_index(), queue.seen, 'messages')

    def send(self, queue, data, wait=True):
        at = self.d.allocate(len(data))
        self.m.write(at, data)
        self.queues[queue].add([(at, len(data), False)])
        if wait:
            return self.queues[queue].reap()

    def chardev(self, name):
        return [c for c in self.m.qmp('query-chardev') if c['label'] == name][0]


def connect(machine, name):
    client = socket.socket(socket.AF_UNIX)
    client.connect(machine.path(name))
    client.settimeout(10)
    return client


def take(client, size):
    data = b''
    while len(data) < size:
        part = client.recv(size - len(data))
        if not part:
            break
        data += part
    return data


AGENT = ('-chardev', 'socket,id=c,path=@DIR@/agent,server=on,wait=off', '-device', 'virtserialport,chardev=c,id=p1,name=org.test.agent')
CONSOLE_PORT = ('-chardev', 'file,id=f,path=@DIR@/out', '-device', 'virtconsole,chardev=f,id=k')


def case_configuration(start):
    m = start('-device', 'virtio-serial-pci,addr=4,max_ports=4')
    d = Driver(m)
    equal((d.offered() & 0xff, m.readw(d.memory + 0x12)), (MULTIPORT | EMERGENCY, 10))
    sizes = []
    for number in range(11):
        m.writew(d.memory + 0x16, number)
        sizes.append(m.readw(d.memory + 0x18))
    equal(sizes, [128, 128, 32, 32] + [128] * 6 + [0])
    equal([d.device_config(0, 4), d.device_config(4, 4)], [0, 4])
    m = start('-device', 'virtio-serial-pci,addr=4,max_ports=1,emergency-write=off')
    d = Driver(m)
    equal((d.offered() & 0xff, m.readw(d.memory + 0x12), d.device_config(8, 4)), (0, 4, 0xffffffff))


def case_port(start):
    for modern in (True, False):
        s = Serial(start, *AGENT, modern=modern)
        equal(s.message(), (1, ADD, 1))
        s.control(1, PORT_READY, 1)
        equal(s.message(), (1, NAME, 1, b'org.test.agent\0'))
        equal(s.chardev('c')['frontend-open'], False)
        client = connect(s.m, 'agent')
        equal(s.message(), (1, OPEN, 1))
        s.control(1, OPEN, 1)
        s.m.take_events()
        equal(s.chardev('c')['frontend-open'], True)
        client.sendall(b'for the guest')
        s.room(4)
        equal(s.receive(4), b'for the guest')
        equal(s.send(5, b'from the guest'), (0, 0))
        equal(take(client, 14), b'from the guest')
        client.close()
        equal(s.message(), (1, OPEN, 0))
        equal(s.d.isr() & 1, 1)
        s.m.close()


def case_events(start):
    s = Serial(start, *AGENT)
    s.m.events = []
    s.control(1, OPEN, 1)
    s.m.qmp('query-version')
    equal([(e['event'], e['data']) for e in s.m.events], [('VSERPORT_CHANGE', {'open': True, 'id': 'p1'})])
    s.control(1, OPEN, 0)
    s.m.take_events()                   # within the second: held back
    if s.m.has_clock:
        s.m.step(1000000000)
        equal(s.m.take_events(), ['VSERPORT_CHANGE'])
    s.control(1, OPEN, 1)
    s.d.reset()
    equal(s.chardev('c')['frontend-open'], False)


def case_input_waits_for_the_guest(start):
    s = Serial(start, *AGENT)
    client = connect(s.m, 'agent')
    client.sendall(b'early')
    s.room(4)
    time.sleep(0.05)
    s.m.qmp('query-version')
    equal(s.queues[4].used_index(), 0, 'a port that is not open')
    s.control(1, OPEN, 1)
    equal(s.receive(4), b'early')
    client.sendall(b'x' * 150)
    time.sleep(0.05)
    s.room(4, 3)
    equal(s.receive(4) + s.receive(4) + s.receive(4), b'x' * 150)


def case_output_waits_for_the_client(start):
    s = Serial(start, *AGENT)
    client = connect(s.m, 'agent')
    s.control(1, OPEN, 1)
    piece = bytes(range(256)) * 64
    for _ in range(60):
        s.send(5, piece, wait=False)
    time.sleep(0.1)
    s.m.qmp('query-version')
    held = s.queues[5].used_index()
    if held == 60:
        raise ValueError('a client that does not read holds nobody back')
    equal(take(client, 60 * len(piece)), piece * 60)
    s.d.wait(lambda: s.queues[5].used_index() == 60, 'the rest')


def case_nobody_listens(start):
    s = Serial(start, *AGENT)
    equal(s.send(5, b'lost'), (0, 0))
    equal(s.send(1, b'no port at all'), (0, 0))
    client = connect(s.m, 'agent')
    s.control(1, OPEN, 1)
    s.send(5, b'heard')
    equal(take(client, 5), b'heard')


def case_console(start):
    s = Serial(start, *CONSOLE_PORT)
    equal(s.message(), (0, ADD, 1))
    s.control(0, PORT_READY, 1)
    equal([s.message(), s.message()], [(0, CONSOLE, 1), (0, OPEN, 1)])
    s.send(1, b'hello\n')
    equal(s.m.contents('out', 6), b'hello\n')
    # In need, one byte at a time through the configuration.
    s.d.device_config(8, 4, ord('!'))
    equal(s.m.contents('out', 7), b'hello\n!')
    equal(s.chardev('f')['frontend-open'], True)


def case_a_driver_of_one_port(start):
    s = Serial(start, '-chardev', 'socket,id=c,path=@DIR@/agent,server=on,wait=off', '-device', 'virtconsole,chardev=c', features=0, modern=False,
               ready=False)
    client = connect(s.m, 'agent')
    s.room(0)
    client.sendall(b'login')
    equal(s.receive(0), b'login')
    s.send(1, b'root')
    equal(take(client, 4), b'root')
    s.silent()


def case_what_makes_no_sense(start):
    s = Serial(start, *AGENT)
    equal(s.message(), (1, ADD, 1))
    s.control(7, OPEN, 1)
    s.control(1, PORT_READY, 0)
    s.control(1, 99, 1)
    at = s.d.allocate(4)
    s.queues[CONTROL_OUT].add([(at, 4, False)])         # half a message
    s.queues[CONTROL_OUT].reap()
    s.silent()
    s.control(0xffffffff, READY, 1)
    equal(s.message(), (1, ADD, 1))


def case_hotplug(start):
    s = Serial(start)
    equal(s.m.qmp('chardev-add', id='c', backend={'type': 'ringbuf', 'data': {}}), {})
    equal(s.m.qmp('device_add', driver='virtserialport', id='p', chardev='c', name='n', nr='1'), {})
    equal([s.message(), s.message()], [(1, OPEN, 1), (1, ADD, 1)])
    s.control(1, PORT_READY, 1)
    equal([s.message(), s.message()], [(1, NAME, 1, b'n\0'), (1, OPEN, 1)])
    s.control(1, OPEN, 1)
    s.send(5, b'kept')
    s.d.wait(lambda: s.m.qmp('ringbuf-read', device='c', size=10) == 'kept', 'the output')
    s.m.qmp('ringbuf-write', device='c', data='in')
    equal(s.m.qmp('device_del', id='p'), {})
    s.d.wait(lambda: 'DEVICE_DELETED' in s.m.take_events(), 'the end of the port')
    equal(s.message(), (1, REMOVE, 1))
    equal(s.m.qmp('chardev-remove', id='c'), {})


def case_messages_without_room_are_lost(start):
    s = Serial(start, *AGENT)
    equal(s.message(), (1, ADD, 1))
    for _ in range(15):
        s.control(1, PORT_READY, 1)
        equal(s.message()[1], NAME)
    s.control(1, PORT_READY, 1)         # no buffer for this one
    s.room(CONTROL_IN, 2)
    s.silent()
    s.control(1, PORT_READY, 1)
    equal(s.message()[1], NAME)


def case_a_stopped_machine_takes_no_input(start):
    s = Serial(start, *AGENT)
    client = connect(s.m, 'agent')
    s.control(1, OPEN, 1)
    s.m.qmp('stop')
    s.room(4)
    client.sendall(b'later')
    time.sleep(0.05)
    s.m.qmp('query-version')
    equal(s.queues[4].used_index(), 0)
    s.m.qmp('cont')
    equal(s.receive(4), b'later')
