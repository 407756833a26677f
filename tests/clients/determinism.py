#!/usr/bin/env python3
"""Plays one script of port accesses, clock steps and QMP commands to two emulators under -accel qtest, and wants the same bytes
from both: replies, events in their order, interrupts, pictures and images. Only times of the host are left out."""
import argparse
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'conformance', 'qtest'))
import rig  # noqa: E402

ARGUMENTS = ['-rtc', 'base=2020-01-01T00:00:00,clock=vm', '-no-shutdown', '-boot', 'reboot-timeout=1', '-uuid',
             '11111111-2222-3333-4444-555555555555', '-device', 'VGA,id=vga', '-device', 'ib700', '-device', 'i6300esb',
             '-blockdev', 'file,filename=@DIR@/disk,node-name=disk', '-device', 'ide-hd,drive=disk,id=hd',
             '-blockdev', 'file,filename=@DIR@/floppy,node-name=floppy', '-device', 'floppy,drive=floppy', '-chardev', 'ringbuf,id=r', '-serial', 'chardev:r',
             '-device', 'virtio-rng-pci,id=rng', '-smp', '2,maxcpus=4']
# What the host's clock, its process numbers and its scratch directory come into.
HOST = re.compile(rb'"timestamp": \{[^}]*\}|"thread-id": \d+|rhea-qtest-[a-z0-9_]+')
COMMANDS = [
    ('query-status',), ('query-block',), ('query-blockstats',), ('query-pci',), ('query-named-block-nodes', {'flat': True}), ('query-cpus-fast',),
    ('qom-list', {'path': '/machine/unattached'}), ('query-chardev',), ('query-events',), ('query-rx-filter',), ('stop',), ('cont',),
    ('system_reset',), ('system_powerdown',), ('query-memory-size-summary',), ('query-iothreads',),
    ('human-monitor-command', {'command-line': 'info qtree'}), ('human-monitor-command', {'command-line': 'info mtree'}),
    ('human-monitor-command', {'command-line': 'info registers'}), ('human-monitor-command', {'command-line': 'info pic'}),
    ('qom-get', {'path': '/machine', 'property': 'rtc-time'}), ('ringbuf-read', {'device': 'r', 'size': 100}), ('nonsense',),
    ('set_link', {'name': 'x', 'up': True}), ('watchdog-set-action', {'action': 'pause'}), ('watchdog-set-action', {'action': 'reset'}),
    ('device_add', {'driver': 'virtio-rng-pci', 'id': 'more'}), ('device_del', {'id': 'more'}),
]
PORTS = [(0x64, 1), (0x92, 1), (0xcf9, 1), (0, 16), (0x20, 2), (0x40, 4), (0x61, 1), (0x70, 2), (0x80, 16), (0xa0, 2), (0xc0, 32), (0x1ce, 4), (0x3b0, 48),
         (0x1f0, 8), (0x3f0, 8), (0x170, 8), (0xc000, 16), (0x3f8, 8), (0x510, 4), (0xae00, 24), (0xaf00, 32)]


# Read, write, DMA both ways, verify, flush, identify, a packet.
DISK_COMMANDS = [0x20, 0x30, 0xc4, 0xc5, 0xc8, 0xca, 0x40, 0xe7, 0xec, 0xa0]


def disk_request(rng):
    """A whole request to the first disk; what it says at once, and its data, whatever has come of them."""
    for register, value in [(6, 0xe0 | rng.getrandbits(1) << 4), (2, rng.choice([1, 8, 200])), (3, rng.getrandbits(8)), (4, rng.getrandbits(3)), (5, 0)]:
        yield 'qtest', 'outb %d %d' % (0x1f0 + register, value)
    # One descriptor for the bus master: 4 KiB at 1 MiB.
    yield 'qtest', 'writeq %d %d' % (0x80000, 0x8000100000100000)
    yield 'qtest', 'outl %d %d' % (0xc004, 0x80000)
    yield 'qtest', 'outb %d %d' % (0x1f7, rng.choice(DISK_COMMANDS))
    yield 'qtest', 'outb %d %d' % (0xc000, rng.choice([0, 1, 9]))
    yield 'qtest', 'inb %d' % 0x1f7
    for _ in range(rng.choice([0, 1, 256])):
        yield 'qtest', rng.choice(['inw %d', 'outw %d 4660']) % 0x1f0
    yield 'qtest', 'inb %d' % 0xc002
    yield 'qtest', 'read %d 64' % 0x100000


def script(seed, length):
    rng = random.Random(seed)
    for _ in range(length):
        kind = rng.random()
        if kind < 0.06:
            yield 'qmp', rng.choice(COMMANDS)
        elif kind < 0.12:
            yield 'qtest', 'clock_step %d' % rng.choice([1, 1000, 1000000, 60000000, 1000000000])
        elif kind < 0.13:
            yield 'picture', None
        elif kind < 0.16:
            yield from disk_request(rng)
        elif kind < 0.2:
            address = rng.choice([0xa0000, 0xfed00000, 0x1000, 0xfffc0000]) + rng.randrange(0x400)
            yield 'qtest', rng.choice(['readl %d' % address, 'writel %d %d' % (address, rng.getrandbits(32)), 'read %d 64' % address])
        else:
            first, size = rng.choice(PORTS)
            port = first + rng.randrange(size)
            yield 'qtest', rng.choice(['inb %d' % port, 'outb %d %d' % (port, rng.getrandbits(8)), 'outl %d %d' % (port, rng.getrandbits(32))])


class Recorder:
    def __init__(self, binary):
        disk = bytes(range(256)) * 4096
        self.machine = rig.Machine(binary, ARGUMENTS, files={'disk': disk, 'floppy': bytes(1474560)})
        self.lines = []

    def qmp(self, command):
        """The reply's bytes and those of the events before it."""
        import json
        request = {'execute': command[0], 'arguments': command[1]} if len(command) > 1 else {'execute': command[0]}
        self.machine._qmp.write(json.dumps(request).encode() + b'\n')
        self.machine._qmp.flush()
        while True:
            line = self.machine._qmp.readline()
            if not line:
                raise rig.Trouble('the QMP connection was closed')
            self.lines.append(HOST.sub(b'', line))
            if b'"event"' not in line:
                return

    def qtest(self, line):
        reply = self.machine.request(line)
        self.lines.append(('%s: %s %s' % (line, ' '.join(self.machine.take_irqs()), reply)).encode())

    def picture(self, _):
        name = self.machine.path('screen')
        self.qmp(('screendump', {'filename': name}))
        with open(name, 'rb') as file:
            self.lines.append(file.read())


def play(binary, seed, length):
    recorder = Recorder(binary)
    try:
        recorder.qtest('irq_intercept_in ioapic')
        recorder.qmp(('cont',))
        for register, value in [(0x20, 0xc001), (4, 5)]:  # the bus master of the disks
            recorder.qtest('outl %d %d' % (0xcf8, 0x80000900 | register))
            recorder.qtest('outl %d %d' % (0xcfc, value))
        for kind, what in script(seed, length):
            getattr(recorder, kind)(what)
        recorder.qmp(('query-status',))
    finally:
        recorder.machine.close()
    return recorder.lines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--emulator', required=True, metavar='PATH')
    parser.add_argument('--length', type=int, default=3000)
    parser.add_argument('--seeds', type=int, default=3)
    options = parser.parse_args()
    for seed in range(options.seeds):
        first, second = [play(options.emulator, seed, options.length) for _ in range(2)]
        for number, (one, other) in enumerate(zip(first, second)):
            if one != other:
                print('seed %d, line %d differs:\n  %r\n  %r' % (seed, number, one[:600], other[:600]))
                return 1
        if len(first) != len(second):
            print('seed %d: %d lines and %d' % (seed, len(first), len(second)))
            return 1
        print('seed %d: %d lines are the same' % (seed, len(first)))
    return 0


if __name__ == '__main__':
    sys.exit(main())
