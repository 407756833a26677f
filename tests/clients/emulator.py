"""An emulator under test, as a process, and QMP connections to it. What the client programs beside this file share."""
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

BASE = ['-M', 'pc', '-m', '64', '-S', '-nodefaults', '-no-user-config', '-display', 'none']


def _terminated(*_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)      # a second one (timeout(1) sends two) must not cut the clean-up short
    sys.exit(143)


# Ended from outside, the programs still end their emulators.
signal.signal(signal.SIGTERM, _terminated)


class Trouble(Exception):
    """The emulator did not do what it should; the text says what."""


def check(condition, text, *values):
    if not condition:
        text = text % values if values else text
        raise Trouble(text if len(text) <= 400 else text[:400] + '...')


def wait_until(condition, seconds, every=0.05):
    """Whether `condition()` became true in that time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True


class Emulator:
    """Started with one QMP monitor for each name; ends (and removes its files) with the `with` block."""

    def __init__(self, binary, monitors=('main',), arguments=(), base=BASE, stdin=subprocess.DEVNULL,
                 stdout=subprocess.DEVNULL):
        self.directory = tempfile.mkdtemp(prefix='rhea-clients-')
        command = [shutil.which(binary) or os.path.abspath(binary), *base]
        command += [a.replace('@DIR@', self.directory) for a in arguments]
        for name in monitors:
            command += ['-qmp', 'unix:%s,server=on,wait=off' % self.path(name)]
        self._errors = open(self.path('stderr'), 'wb+')
        self.process = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=self._errors, cwd=self.directory,
                                        start_new_session=True)

    def path(self, name):
        return os.path.join(self.directory, name)

    def errors(self):
        """What it wrote on standard error so far."""
        self._errors.seek(0)
        return self._errors.read().decode(errors='replace')

    def alive(self):
        return self.process.poll() is None

    def rss_mib(self):
        with open('/proc/%d/statm' % self.process.pid) as statm:
            return int(statm.read().split()[1]) * os.sysconf('SC_PAGESIZE') / (1 << 20)

    def descriptors(self):
        return len(os.listdir('/proc/%d/fd' % self.process.pid))

    def connect(self, name='main', patience=10, negotiate=True):
        """A new connection to the monitor `name`."""
        client = Client(self._dial(self.path(name), patience))
        if negotiate:
            client.negotiate(patience)
        return client

    def _dial(self, address, patience):
        end = time.monotonic() + patience
        while True:
            stream = socket.socket(socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX)
            try:
                stream.settimeout(patience)
                stream.connect(address)
                return stream
            except OSError as problem:
                stream.close()
                check(self.alive(), 'the emulator ended with status %s: %s', self.process.returncode, self.errors().strip())
                check(time.monotonic() < end, 'no connection to %s: %s', address, problem)
                time.sleep(0.01)

    def connect_tcp(self, port, patience=10):
        """A plain stream to 127.0.0.1; nothing is read from it yet."""
        return Client(self._dial(('127.0.0.1', port), patience))

    def close(self):
        if self.alive():
            self.process.kill()
        self.process.wait()
        self._errors.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Client:
    """Lines over one stream. Times out with Trouble; an end of the stream is Trouble too, where a line is wanted."""

    def __init__(self, stream):
        self.stream = stream
        self._rest = bytearray()
        self._searched = 0

    def send(self, data):
        self.stream.sendall(data if isinstance(data, bytes) else data.encode())

    def line(self, patience=10):
        """The next line with its end, as bytes; b'' at the end of the stream."""
        end = time.monotonic() + patience
        while True:
            at = self._rest.find(b'\n', self._searched)
            if at >= 0:
                line = bytes(self._rest[:at + 1])
                del self._rest[:at + 1]
                self._searched = 0
                return line
            self._searched = len(self._rest)
            left = end - time.monotonic()
            check(left > 0 and select.select([self.stream], [], [], left)[0], 'no line within %g s', patience)
            try:
                data = self.stream.recv(1 << 18)
            except ConnectionError:
                data = b''
            if not data:
                return b''
            self._rest += data

    def message(self, patience=10):
        line = self.line(patience)
        check(line, 'the connection was closed')
        return json.loads(line)

    def reply(self, patience=10):
        """The next message that is no event."""
        while True:
            message = self.message(patience)
            if 'event' not in message:
                return message

    def command(self, execute, arguments=None, patience=10, **members):
        request = {'execute': execute, **members}
        if arguments is not None:
            request['arguments'] = arguments
        self.send(json.dumps(request) + '\n')
        return self.reply(patience)

    def negotiate(self, patience=10):
        greeting = self.message(patience)
        check('QMP' in greeting, 'no greeting but %r', greeting)
        reply = self.command('qmp_capabilities', patience=patience)
        check(reply == {'return': {}}, 'negotiation: %r', reply)
        return greeting

    def close(self):
        self.stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def free_port():
    """A TCP port of 127.0.0.1 that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Score:
    """Counts and prints the results of named checks."""

    def __init__(self):
        self.passed = self.failed = 0

    def run(self, name, function, *arguments):
        start = time.monotonic()
        try:
            remark = function(*arguments)
        except (Trouble, OSError, ValueError, subprocess.SubprocessError) as problem:
            self.failed += 1
            print('FAIL %s: %s: %s' % (name, type(problem).__name__, problem), flush=True)
        else:
            self.passed += 1
            print('ok   %s (%.1f s%s)' % (name, time.monotonic() - start, '; ' + remark if remark else ''), flush=True)

    def finish(self):
        print('%d passed, %d failed' % (self.passed, self.failed))
        return 1 if self.failed else 0
