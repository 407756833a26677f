"""Requests that driver "blkdebug" holds, and its file of rules when that is a FIFO."""
import os
import threading
import time

from rig import equal

STATUS, COMMAND, DEVICE = 0x1f7, 0x1f7, 0x1f6
BUSY, READY = 0x80, 0x40


def qemu_io(m, text): m.qmp('human-monitor-command', **{'command-line': f'qemu-io d "{text}"'})


def status_when(m, wanted, patience=10):
    end = time.monotonic() + patience
    while m.inb(STATUS) & BUSY != wanted and time.monotonic() < end:
        pass
    return m.inb(STATUS) & (BUSY | READY)


def case_a_flush_waits(start):
    m = start('-drive', 'file=blkdebug::@DIR@/disk,format=raw,if=ide,id=d', files={'disk': bytes(1 << 16)})
    qemu_io(m, 'break flush_to_os A')
    m.outb(DEVICE, 0xa0)
    m.outb(COMMAND, 0xe7)
    equal(m.inb(STATUS), BUSY | READY)
    qemu_io(m, 'resume B')
    equal(m.inb(STATUS) & BUSY, BUSY)
    qemu_io(m, 'resume A')
    equal(status_when(m, 0), READY)
    m.outb(COMMAND, 0xe7)      # it was for one request
    equal(status_when(m, 0), READY)


def case_a_breakpoint_is_taken_away(start):
    m = start('-drive', 'file=blkdebug::@DIR@/disk,format=raw,if=ide,id=d', files={'disk': bytes(1 << 16)})
    qemu_io(m, 'break flush_to_os A')
    qemu_io(m, 'remove_break A')
    m.outb(DEVICE, 0xa0)
    m.outb(COMMAND, 0xe7)
    equal(status_when(m, 0), READY)


def case_rules_come_through_a_fifo(start):
    m = start()
    fifo = m.path('fifo')
    os.mkfifo(fifo)

    def write():
        with open(fifo, 'w') as rules:
            rules.write('[nonsense]')
            rules.flush()
            time.sleep(0.05)      # it must not be taken for the whole
            rules.write('\n')
    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    answer = m.qmp('blockdev-add', driver='blkdebug', **{'node-name': 'n', 'config': fifo, 'image': {'driver': 'null-co'}})
    writer.join(10)
    equal(answer.get('desc'), "There is no option group 'nonsense'")
