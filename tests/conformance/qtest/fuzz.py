#!/usr/bin/env python3
"""Random accesses to ports, device memory and DMA descriptors: the emulator answers every one of them, whatever they say, and
still serves QMP at the end. The same seed makes the same accesses."""
import argparse
import os
import random
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rig  # noqa: E402

# Where devices are, more often than the rest.
PORTS = [(0x00, 0x10), (0x20, 2), (0x40, 4), (0x60, 5), (0x70, 2), (0x80, 16), (0x92, 1), (0xa0, 2), (0xb2, 2), (0xc0, 32),
         (0x170, 8), (0x1f0, 8), (0x278, 8), (0x2e8, 8), (0x2f8, 8), (0x376, 2), (0x378, 8), (0x3b0, 48), (0x3e8, 8), (0x3f0, 8),
         (0x3f8, 8), (0x441, 4), (0x4d0, 2), (0x505, 1), (0x510, 12), (0x600, 64), (0xae00, 24), (0xaf00, 32), (0xafe0, 4),
         (0xb100, 64), (0xc000, 256), (0xcf8, 8)]
MEMORY = [(0x0, 0x2000), (0xa0000, 0x60000), (0x3ff0000, 0x20000), (0xe0000000, 0x20000), (0xfec00000, 0x20), (0xfed00000, 0x400),
          (0xfee00000, 0x400), (0xfffc0000, 0x40000)]
VALUES = [0, 1, 2, 0xff, 0x7f, 0x80, 0xfe, 0xffff, 0x8000, 0xffffffff, 0x80000000, 0x40, 0xa0, 0xc8, 0xec]
BATCH = 256


def access(rng):
    size = rng.choice('bbbbwl')
    value = rng.choice(VALUES) if rng.random() < 0.5 else rng.getrandbits(32)
    kind = rng.random()
    if kind < 0.35:
        first, length = rng.choice(PORTS)
        port = rng.randrange(first, first + length) if rng.random() < 0.97 else rng.getrandbits(16)
        return 'in%s %d' % (size, port) if rng.random() < 0.35 else 'out%s %d %d' % (size, port, value & 0xffffffff)
    if kind < 0.55:     # configuration space: BARs, command, capabilities
        devfn = rng.choice([0, 8, 9, 11, 32, 40, 48]) if rng.random() < 0.9 else rng.randrange(256)
        register = rng.choice([4, 0x10, 0x14, 0x20, 0x3c, 0x40, 0x80, 0x98]) if rng.random() < 0.6 else rng.randrange(256)
        return 'outl 3320 %d\nout%s 3324 %d' % (0x80000000 | devfn << 8 | register, size, value & 0xffffffff)
    if kind < 0.6:      # a DMA descriptor, and somebody who may read it
        return 'writel %d %d\noutl 1300 0\noutl 1304 %d' % (rng.randrange(0, 0x1000, 4), value, rng.randrange(0, 0x1000) << 24)
    first, length = rng.choice(MEMORY)
    address = first + rng.randrange(length)
    if kind < 0.62:
        return 'memset %d %d %d' % (address, rng.randrange(5000), value & 0xff)
    if kind < 0.64:
        return 'read %d %d' % (address, 1 + rng.randrange(300))
    size = rng.choice('bwlq')
    return 'read%s %d' % (size, address) if rng.random() < 0.4 else 'write%s %d %d' % (size, address, value)


def run(binary, operations, seed, devices):
    rng = random.Random(seed)
    arguments = ['-no-shutdown', '-serial', 'null', '-serial', 'null', '-parallel', 'null', '-chardev', 'null,id=c0',
                 '-drive', 'if=ide,file=@DIR@/disk,format=raw', '-drive', 'if=ide,media=cdrom,index=2', '-drive',
                 'if=floppy,file=@DIR@/floppy,format=raw']
    for device in devices:
        arguments += ['-device', device]
    # Half a MiB of numbers that a disk may hold.
    disk = bytes(range(256)) * 2048
    begin, done = time.monotonic(), 0
    with rig.Machine(binary, arguments, files={'disk': disk, 'floppy': bytes(1474560)}) as machine:
        machine.qmp('cont')
        while done < operations:
            lines = [line for _ in range(BATCH) for line in access(rng).split('\n')]
            if machine.has_clock and rng.random() < 0.2:
                lines.append('clock_step %d' % rng.choice([1, 1000, 1000000, 100000000]))
            machine._qtest.write(('\n'.join(lines) + '\n').encode())
            machine._qtest.flush()
            for line in lines:
                while True:
                    reply = machine._qtest.readline()
                    if not reply:
                        raise rig.Trouble('seed %d: ended with status %s after %d accesses, at %r'
                                          % (seed, machine.process.wait(), done, line))
                    if not reply.startswith(b'IRQ'):
                        break
                if not reply.startswith(b'OK'):
                    raise rig.Trouble('seed %d: %r was answered by %r' % (seed, line, reply))
            done += len(lines)
            if rng.random() < 0.05:
                machine.qmp('system_reset')
                machine.qmp('cont')
        status = machine.qmp('query-status')
        if 'status' not in status:
            raise rig.Trouble('seed %d: query-status said %r' % (seed, status))
    return done, time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--emulator', required=True, metavar='PATH')
    parser.add_argument('--operations', type=int, default=200000)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--device', action='append', default=[], metavar='OPTIONS', help='one more device on the machine')
    options = parser.parse_args()
    try:
        done, seconds = run(options.emulator, options.operations, options.seed, options.device)
    except rig.Trouble as problem:
        print('FAIL', problem)
        return 1
    print('%d accesses in %.1f s' % (done, seconds))
    return 0


if __name__ == '__main__':
    sys.exit(main())
