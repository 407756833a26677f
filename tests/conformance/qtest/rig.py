"""A machine whose guest is the test: an emulator that is driven over the qtest protocol, and QMP beside it.

The same cases run against Rhea (-accel qtest: the test moves the clock) and against the real QEMU where it is installed
(Debian's has no qtest accelerator: it is started stopped with -accel tcg and answers every access, but its clock stands
still; cases that need time look at `machine.has_clock`).
"""
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

BASE = ['-S', '-no-user-config', '-nodefaults', '-display', 'none']


class Trouble(Exception):
    """What the emulator did is not what the case expects."""


def equal(found, wanted, what=''):
    if found != wanted:
        show = lambda v: hex(v) if isinstance(v, int) and not isinstance(v, bool) else repr(v)
        raise Trouble('%s is %s, not %s' % (what or 'value', show(found), show(wanted)))


class Machine:
    """`arguments` may name files in its directory as @DIR@/name; `files` puts some there."""

    def __init__(self, binary, arguments=(), memory='64', machine='pc', files=None, base=BASE):
        self.directory = tempfile.mkdtemp(prefix='rhea-qtest-')
        for name, data in (files or {}).items():
            with open(self.path(name), 'wb') as out:
                out.write(data)
        self.has_clock = not os.path.basename(binary).startswith('qemu')
        self.irqs = []          # lines "raise N", "lower N" since the last look
        self.events = []
        listeners = [self._listen('qtest'), self._listen('qmp')]
        command = [shutil.which(binary) or os.path.abspath(binary), '-machine', machine, '-m', memory,
                   '-accel', 'qtest' if self.has_clock else 'tcg', *base,
                   '-qtest', 'unix:' + self.path('qtest'), '-qtest-log', '/dev/null',
                   '-chardev', 'socket,id=qmp0,path=' + self.path('qmp'), '-mon', 'chardev=qmp0,mode=control']
        command += [a.replace('@DIR@', self.directory) for a in arguments]
        self._errors = open(self.path('stderr'), 'wb+')
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._errors,
                                        cwd=self.directory)
        try:
            self._qtest, self._qmp = [self._accept(listener) for listener in listeners]
            self._qmp.readline()
            self.qmp('qmp_capabilities')
        except Exception:
            self.close()
            raise

    def path(self, name):
        return os.path.join(self.directory, name)

    def contents(self, name, size, patience=5):
        """What a file holds, once there are `size` bytes in it."""
        end = time.monotonic() + patience
        while True:
            with open(self.path(name), 'rb') as stream:
                data = stream.read()
            if len(data) >= size or time.monotonic() > end:
                return data
            time.sleep(0.01)

    def _listen(self, name):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.path(name))
        listener.listen(1)
        listener.settimeout(0.2)
        return listener

    def _accept(self, listener):
        for _ in range(100):
            try:
                stream, _ = listener.accept()
                listener.close()
                stream.settimeout(30)
                return stream.makefile('rwb')
            except TimeoutError:
                if self.process.poll() is not None:
                    break
        self._errors.seek(0)
        raise Trouble('the emulator did not start: %s' % self._errors.read().decode(errors='replace').strip())

    # --- QMP

    def qmp(self, command, **arguments):
        """The result, or the error object."""
        request = {'execute': command}
        if arguments:
            request['arguments'] = {key.replace('_', '-'): value for key, value in arguments.items()}
        self._qmp.write(json.dumps(request).encode() + b'\n')
        self._qmp.flush()
        while True:
            line = self._qmp.readline()
            if not line:
                raise Trouble('the QMP connection was closed')
            message = json.loads(line)
            if 'event' not in message:
                return message.get('return', message.get('error'))
            self.events.append(message)

    def take_events(self):
        """Names of the events that were sent so far."""
        self.qmp('query-version')
        events, self.events = self.events, []
        return [event['event'] for event in events]

    # --- qtest

    def request(self, line):
        self._qtest.write(line.encode() + b'\n')
        self._qtest.flush()
        while True:
            reply = self._qtest.readline().decode().rstrip('\n')
            if reply.startswith('IRQ '):
                self.irqs.append(reply[4:])
                continue
            if not reply.startswith('OK'):
                raise Trouble('%r was answered by %r' % (line, reply))
            return reply[3:]

    def take_irqs(self):
        irqs, self.irqs = self.irqs, []
        return irqs

    def inb(self, port): return int(self.request('inb 0x%x' % port), 16)
    def inw(self, port): return int(self.request('inw 0x%x' % port), 16)
    def inl(self, port): return int(self.request('inl 0x%x' % port), 16)
    def outb(self, port, value): self.request('outb 0x%x 0x%x' % (port, value))
    def outw(self, port, value): self.request('outw 0x%x 0x%x' % (port, value))
    def outl(self, port, value): self.request('outl 0x%x 0x%x' % (port, value))
    def readb(self, address): return int(self.request('readb 0x%x' % address), 16)
    def readw(self, address): return int(self.request('readw 0x%x' % address), 16)
    def readl(self, address): return int(self.request('readl 0x%x' % address), 16)
    def readq(self, address): return int(self.request('readq 0x%x' % address), 16)
    def writeb(self, address, value): self.request('writeb 0x%x 0x%x' % (address, value))
    def writew(self, address, value): self.request('writew 0x%x 0x%x' % (address, value))
    def writel(self, address, value): self.request('writel 0x%x 0x%x' % (address, value))
    def writeq(self, address, value): self.request('writeq 0x%x 0x%x' % (address, value))
    def read(self, address, size): return bytes.fromhex(self.request('read 0x%x 0x%x' % (address, size))[2:])
    def write(self, address, data): self.request('write 0x%x 0x%x 0x%s' % (address, len(data), data.hex()))
    def step(self, nanoseconds): return int(self.request('clock_step %d' % nanoseconds))

    # --- parts of the pc

    def config_read(self, device, register, size=4, function=0):
        self.outl(0xcf8, 0x80000000 | device << 11 | function << 8 | register)
        return {1: self.inb, 2: self.inw, 4: self.inl}[size](0xcfc)

    def config_write(self, device, register, value, size=4, function=0):
        self.outl(0xcf8, 0x80000000 | device << 11 | function << 8 | register)
        {1: self.outb, 2: self.outw, 4: self.outl}[size](0xcfc, value)

    def requests(self):
        """The interrupts that wait in the two PICs, a bit for each."""
        self.outb(0x20, 0x0a)
        self.outb(0xa0, 0x0a)
        return self.inb(0x20) | self.inb(0xa0) << 8

    # --- its end

    def wait(self, patience=10):
        return self.process.wait(patience)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._errors.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
