"""A driver of virtio functions: finds the registers, negotiates, and works with rings in the guest's memory."""
import time

from rig import Trouble, equal

NEXT, WRITE, INDIRECT = 1, 2, 4
ACKNOWLEDGE, DRIVER, DRIVER_OK, FEATURES_OK, NEEDS_RESET = 1, 2, 4, 8, 0x40
NOTIFY_ON_EMPTY, ANY_LAYOUT, INDIRECT_DESC, EVENT_IDX, BAD, VERSION_1 = 1 << 24, 1 << 27, 1 << 28, 1 << 29, 1 << 30, 1 << 32
RING_PACKED = 1 << 34
IO, MEMORY, TABLE = 0xc000, 0xe1000000, 0xe0000000
HEAP = 0x100000
# Firmware that does nothing, for machines that run.
HALT = bytes(0xfff0) + bytes([0xfa, 0xf4, 0xeb, 0xfd]) + bytes(12)


class Queue:
    def __init__(self, driver, number, size, base):
        self.driver, self.m, self.number, self.size = driver, driver.m, number, size
        self.descriptors = base
        self.available = base + 16 * size
        self.used = (self.available + 6 + 2 * size + 4095) & ~4095
        self.end = self.used + 6 + 8 * size
        self.free = self.offered = self.seen = 0
        self.m.request('memset 0x%x 0x%x 0' % (base, self.end - base))

    def descriptor(self, at, address, length, flags, following=0):
        self.m.write(at, address.to_bytes(8, 'little') + length.to_bytes(4, 'little') + flags.to_bytes(2, 'little') +
                     following.to_bytes(2, 'little'))

    def chain(self, parts, table=None):
        """`parts`: (address, length, written by the device). Gives the head; `table`: the chain is there, indirect."""
        first = self.free % self.size
        for index, (address, length, writes) in enumerate(parts):
            flags = (WRITE if writes else 0) | (NEXT if index + 1 < len(parts) else 0)
            if table is None:
                self.descriptor(self.descriptors + 16 * ((first + index) % self.size), address, length, flags,
                                (first + index + 1) % self.size)
            else:
                self.descriptor(table + 16 * index, address, length, flags, index + 1)
        if table is None:
            self.free += len(parts)
        else:
            self.descriptor(self.descriptors + 16 * first, table, 16 * len(parts), INDIRECT)
            self.free += 1
        return first

    def offer(self, head, kick=True):
        self.m.writew(self.available + 4 + 2 * (self.offered % self.size), head)
        self.offered += 1
        self.m.writew(self.available + 2, self.offered & 0xffff)
        if kick:
            self.driver.kick(self.number)

    def add(self, parts, kick=True, table=None):
        self.offer(self.chain(parts, table), kick)

    def used_index(self):
        return self.m.readw(self.used + 2)

    def reap(self):
        """The next chain that came back: its head, and how many bytes were written."""
        self.driver.wait(lambda: self.used_index() != self.seen & 0xffff, 'a used buffer of queue %d' % self.number)
        at = self.used + 4 + 8 * (self.seen % self.size)
        self.seen += 1
        return self.m.readl(at), self.m.readl(at + 4)

    def tell_after(self, index):
        """With the event index: interrupt when this one is used."""
        self.m.writew(self.available + 4 + 2 * self.size, index & 0xffff)

    def event(self):
        return self.m.readw(self.used + 4 + 8 * self.size)


class PackedQueue:
    """The same of a packed ring: one table, in which flags tell whose a descriptor is."""

    def __init__(self, driver, number, size, base):
        self.driver, self.m, self.number, self.size = driver, driver.m, number, size
        self.descriptors = base
        self.available = base + 16 * size       # where each side says when it wants to be told
        self.used = self.available + 4
        self.next = self.seen = 0
        self.wrap = self.used_wrap = 1
        self.numbers = 0
        self.places = {}
        self.m.request('memset 0x%x 0x%x 0' % (base, 16 * size + 8))

    def descriptor(self, at, address, length, number, flags):
        self.m.write(at, address.to_bytes(8, 'little') + length.to_bytes(4, 'little') + number.to_bytes(2, 'little') +
                     flags.to_bytes(2, 'little'))

    def add(self, parts, kick=True, table=None):
        number = self.numbers = (self.numbers + 1) % 1000
        if table is not None:
            for index, (address, length, writes) in enumerate(parts):
                self.descriptor(table + 16 * index, address, length, 0, WRITE if writes else 0)
            parts, flags = [(table, 16 * len(parts), False)], INDIRECT
        else:
            flags = 0
        self.places[number] = len(parts)
        first = None
        for index, (address, length, writes) in enumerate(parts):
            mine = flags | (WRITE if writes else 0) | (NEXT if index + 1 < len(parts) else 0)
            mine |= 1 << 7 if self.wrap else 1 << 15
            at = self.descriptors + 16 * self.next
            if first is None:      # given away last of all
                first = at, mine
                self.descriptor(at, address, length, number, mine ^ 0x8080)
            else:
                self.descriptor(at, address, length, number, mine)
            self.next += 1
            if self.next == self.size:
                self.next, self.wrap = 0, self.wrap ^ 1
        self.m.writew(first[0] + 14, first[1])
        if kick:
            self.driver.kick(self.number)
        return number

    def is_used(self):
        return self.m.readw(self.descriptors + 16 * self.seen + 14) & 0x8080 == (0x8080 if self.used_wrap else 0)

    def reap(self):
        self.driver.wait(self.is_used, 'a used buffer of queue %d' % self.number)
        at = self.descriptors + 16 * self.seen
        number, length = self.m.readw(at + 12), self.m.readl(at + 8)
        self.seen += self.places.pop(number)
        if self.seen >= self.size:
            self.seen, self.used_wrap = self.seen - self.size, self.used_wrap ^ 1
        return number, length

    def tell(self, when, place=0, wrap=0):
        """0: always; 1: never; 2: when this place has been used."""
        self.m.writew(self.available, place | wrap << 15)
        self.m.writew(self.available + 2, when)


class Driver:
    """Of the function in a slot, by its modern registers or its old ones."""

    def __init__(self, machine, slot=4, modern=True, io=IO, memory=MEMORY, table=TABLE):
        self.m, self.slot, self.modern, self.io, self.memory, self.table = machine, slot, modern, io, memory, table
        m = machine
        self.config(0x10, io)
        self.config(0x14, table)
        self.config(0x20, memory)
        self.config(0x04, 7, 2)
        self.capabilities = {}
        at = m.config_read(slot, 0x34, 1)
        while at:
            self.capabilities.setdefault(m.config_read(slot, at, 1), []).append(at)
            at = m.config_read(slot, at + 1, 1)
        self.msix = self.capabilities.get(0x11, [0])[0]
        self.heap = HEAP + slot * 0x100000
        self.queues = {}
        self.features = 0

    def config(self, register, value=None, size=4):
        if value is None:
            return self.m.config_read(self.slot, register, size)
        return self.m.config_write(self.slot, register, value, size)

    def wait(self, done, what):
        end = time.monotonic() + 10
        while not done():
            if time.monotonic() > end:
                raise Trouble('no sign of %s' % what)
            if self.m.has_clock:
                self.m.step(100)

    def allocate(self, size, align=16):
        at = (self.heap + align - 1) & ~(align - 1)
        self.heap = at + size
        return at

    # --- registers

    @property
    def status(self):
        return self.m.readb(self.memory + 0x14) if self.modern else self.m.inb(self.io + 0x12)

    @status.setter
    def status(self, value):
        if self.modern:
            self.m.writeb(self.memory + 0x14, value)
        else:
            self.m.outb(self.io + 0x12, value)

    def offered(self):
        if not self.modern:
            return self.m.inl(self.io)
        value = 0
        for half in (0, 1):
            self.m.writel(self.memory, half)
            value |= self.m.readl(self.memory + 4) << 32 * half
        return value

    def negotiate(self, features):
        self.features = features
        if not self.modern:
            return self.m.outl(self.io + 4, features)
        for half in (0, 1):
            self.m.writel(self.memory + 8, half)
            self.m.writel(self.memory + 0xc, features >> 32 * half & 0xffffffff)

    def isr(self):
        return self.m.readb(self.memory + 0x1000) if self.modern else self.m.inb(self.io + 0x13)

    def reset(self):
        self.status = 0
        equal(self.status, 0, 'status')
        self.queues = {}

    def begin(self, features):
        """Up to the features; VERSION_1 is added for a modern one."""
        self.reset()
        self.status = ACKNOWLEDGE
        self.status = ACKNOWLEDGE | DRIVER
        self.negotiate(features | (VERSION_1 if self.modern else 0))
        if self.modern:
            self.status = ACKNOWLEDGE | DRIVER | FEATURES_OK
            equal(self.status, ACKNOWLEDGE | DRIVER | FEATURES_OK, 'status')

    def ready(self):
        self.status = self.status | DRIVER_OK

    def queue(self, number, vector=None):
        base = self.allocate(0x4000, 4096)
        if self.modern:
            self.m.writew(self.memory + 0x16, number)
            kind = PackedQueue if self.features & RING_PACKED else Queue
            queue = kind(self, number, self.m.readw(self.memory + 0x18), base)
            for register, address in ((0x20, queue.descriptors), (0x28, queue.available), (0x30, queue.used)):
                self.m.writel(self.memory + register, address)
                self.m.writel(self.memory + register + 4, 0)
            if vector is not None:
                self.m.writew(self.memory + 0x1a, vector)
                equal(self.m.readw(self.memory + 0x1a), vector, 'vector')
            self.m.writew(self.memory + 0x1c, 1)
        else:
            self.m.outw(self.io + 0xe, number)
            queue = Queue(self, number, self.m.inw(self.io + 0xc), base)
            if vector is not None:
                self.m.outw(self.io + 0x16, vector)
            self.m.outl(self.io + 8, base >> 12)
        self.queues[number] = queue
        return queue

    def kick(self, queue):
        if self.modern:
            self.m.writew(self.memory + 0x3000 + 4 * queue, queue)
        else:
            self.m.outw(self.io + 0x10, queue)

    def device_config(self, offset, size, value=None):
        if self.modern:
            at = self.memory + 0x2000 + offset
            if value is None:
                return {1: self.m.readb, 2: self.m.readw, 4: self.m.readl, 8: self.m.readq}[size](at)
            return {1: self.m.writeb, 2: self.m.writew, 4: self.m.writel}[size](at, value)
        at = self.io + (0x18 if self.msix_on() else 0x14) + offset
        if value is not None:
            return {1: self.m.outb, 2: self.m.outw, 4: self.m.outl}[size](at, value)
        if size == 8:
            return self.m.inl(at) | self.m.inl(at + 4) << 32
        return {1: self.m.inb, 2: self.m.inw, 4: self.m.inl}[size](at)

    # --- MSI-X

    def msix_on(self, on=None):
        if not self.msix:
            return False
        if on is not None:
            self.config(self.msix + 2, 0x8000 if on else 0, 2)
        return bool(self.config(self.msix + 2, size=2) & 0x8000)

    def vector(self, number, address, data, masked=False):
        at = self.table + 16 * number
        for offset, value in ((0, address), (4, 0), (8, data), (12, int(masked))):
            self.m.writel(at + offset, value)

    def mask(self, number, masked):
        self.m.writel(self.table + 16 * number + 12, int(masked))

    def pending(self):
        return self.m.readl(self.table + 0x800)
