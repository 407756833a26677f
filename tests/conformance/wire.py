"""Lines over a socket, and the texts in them that differ from run to run."""
import re
import select
import socket
import time


class Fail(Exception):
    pass


def mapper(entry, tmp, ports):
    def fwd(s):
        s = s.replace('@TMP@', tmp)
        for k, p in ports.items():
            s = s.replace(k, str(p))
        return s

    vol = entry.get('volatile') or []
    volre = [(re.compile(r'("%s": )(-?[0-9][0-9.eE+-]*|"(?:[^"\\]|\\.)*"|true|false|null)'
                         % re.escape(k)), r'\1"@ANY@"') for k in vol]

    rnd = [(re.compile(r'("%s": )(-?[0-9]+)' % re.escape(k)), n)
           for k, n in (entry.get('round') or {}).items()]

    def back(s):
        s = s.replace(tmp, '@TMP@')
        for k, p in ports.items():
            if 'DISP' in k:
                continue
            s = re.sub(r'(?<![0-9])%d(?![0-9])' % p, k, s)
        s = re.sub(r'"seconds": -?\d+', '"seconds": 0', s)
        s = re.sub(r'"microseconds": -?\d+', '"microseconds": 0', s)
        s = re.sub(r'"micro": \d+', '"micro": 0', s)
        s = re.sub(r'"package": "(?:[^"\\]|\\.)*"', '"package": ""', s)
        s = re.sub(r'#(block|net)\d+', r'#\1N', s)
        s = re.sub(r'"thread-id": \d+', '"thread-id": 0', s)
        s = re.sub(r'thread_id=\d+', 'thread_id=0', s)
        s = re.sub(r'"return": "7\.2\.\d+[^\\"]*\\r\\n"', r'"return": "@VERSION@\\r\\n"', s)
        s = re.sub(r'QEMU \d+\.\d+\.\d+ monitor', 'QEMU @VERSION@ monitor', s)
        for rx, to in volre:
            s = rx.sub(to, s)
        for rx, n in rnd:
            s = rx.sub(lambda m: m.group(1) + str(round(int(m.group(2)) / n) * n), s)
        return s
    return fwd, back


def decode(b):
    return b.decode('utf-8', 'backslashreplace')


class Conn:
    def __init__(self, sock):
        self.s = sock
        self.buf = b''
        self.eof = False

    def line(self, timeout):
        """One line with its terminator, None on timeout, b'' on EOF."""
        end = time.monotonic() + timeout
        while True:
            i = self.buf.find(b'\n')
            if i >= 0:
                l, self.buf = self.buf[:i + 1], self.buf[i + 1:]
                return l
            if self.eof:
                l, self.buf = self.buf, b''
                return l
            left = end - time.monotonic()
            if left <= 0:
                left = 0
            r, _, _ = select.select([self.s], [], [], left)
            if not r:
                return None
            try:
                d = self.s.recv(1 << 20)
            except OSError:
                d = b''
            if not d:
                self.eof = True
            self.buf += d

    def send(self, data):
        try:
            self.s.settimeout(10)
            self.s.sendall(data)
        except OSError:
            pass

    def close(self):
        try:
            self.s.close()
        except OSError:
            pass


def connect(path, proc=None, timeout=10.0):
    end = time.monotonic() + timeout
    while True:
        if isinstance(path, int):
            s = socket.socket(socket.AF_INET)
            addr = ('127.0.0.1', path)
        else:
            s = socket.socket(socket.AF_UNIX)
            addr = path
        try:
            s.settimeout(5)
            s.connect(addr)
            return Conn(s)
        except OSError as e:
            s.close()
            if proc is not None and proc.poll() is not None:
                raise Fail('emulator ended with status %s before accepting a '
                           'connection' % proc.returncode)
            if time.monotonic() > end:
                raise Fail('cannot connect: %s' % e)
            time.sleep(0.01)


def free_port():
    while True:
        p = free_port1()
        if p > 6000:
            return p


def free_port1():
    s = socket.socket(socket.AF_INET)
    s.bind(('127.0.0.1', 0))
    p = s.getsockname()[1]
    s.close()
    return p
