#!/usr/bin/env python3
"""Short attacks on an emulator's monitors: each must be survived, answered, and leave no memory behind.

Every attack has its own emulator with two monitors. While it goes on, a well-behaved client on the other monitor must be
answered promptly; after it, the emulator must be back near its idle memory (twice at most). QEMU does not meet all of this:
it keeps the memory of large messages and collects without bound what a client does not read. It also takes some minutes
for each flood, for it reads its monitors a byte at a time: name the attacks that are wanted, or make them smaller (--mib;
the errors about too large messages then stay away).
"""
import argparse
import socket
import sys
import threading
import time

from emulator import Emulator, Score, Trouble, check, wait_until

PROMPT_SECONDS = 5        # a busy machine may keep anybody waiting; a flood that starves others takes longer
MIB = 1 << 20
flood_mib = 64              # a message may be no larger (set by --mib)


class Witness:
    """Asks query-status again and again on a monitor of its own, and remembers the longest wait."""

    def __init__(self, emulator):
        self._client = emulator.connect('witness')
        self._stop = threading.Event()
        self.longest = 0.0
        self.trouble = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            number = 0
            while not self._stop.is_set():
                number += 1
                start = time.monotonic()
                reply = self._client.command('query-status', id=number, patience=60)
                self.longest = max(self.longest, time.monotonic() - start)
                check(reply.get('id') == number, 'the witness got %r for id %d', reply, number)
                time.sleep(0.01)
        except (Trouble, OSError, ValueError) as problem:
            self.trouble = problem

    def testify(self):
        self._stop.set()
        self._thread.join(90)
        check(self.trouble is None, 'the witness: %s', self.trouble)
        check(self.longest <= PROMPT_SECONDS, 'the witness waited %.2f s for a reply', self.longest)


class Attack:
    """The surroundings of one attack: idle memory before, survival and memory after."""

    def __init__(self, binary, monitors=('main', 'witness')):
        self.emulator = Emulator(binary, monitors)
        self.emulator.connect('main').close()
        self.witness = Witness(self.emulator)
        time.sleep(0.2)
        self.idle = self.emulator.rss_mib()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self._aftermath()
        finally:
            self.emulator.close()

    def _aftermath(self):
        self.witness.testify()
        check(self.emulator.alive(), 'the emulator ended with status %s', self.emulator.process.returncode)
        with self.emulator.connect('main', patience=30) as client:
            check('return' in client.command('query-status'), 'a new client is not served')
        wait_until(lambda: self.emulator.rss_mib() <= 2 * self.idle, 5)
        after = self.emulator.rss_mib()
        check(after <= 2 * self.idle, '%.1f MiB afterwards, %.1f MiB before', after, self.idle)

    def remark(self, peak=None):
        return 'idle %.1f MiB%s' % (self.idle, '' if peak is None else ', peak %.1f MiB' % peak)


def pour(client, chunk, count, patience=120):
    """Sends `count` times `chunk` while it reads, until nothing comes back any more: (error replies, other lines)."""
    errors, others = 0, 0
    sent_all = threading.Event()

    def read():
        nonlocal errors, others
        while True:
            try:
                line = client.line(2)
            except Trouble:
                if sent_all.is_set():
                    return
                continue
            except OSError:
                return          # closed on our side: the attack was broken off
            if not line:
                return
            if line.startswith(b'{"error"') or b', "error": ' in line[:200]:
                errors += 1
            else:
                others += 1

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    client.stream.settimeout(patience)
    try:
        for _ in range(count):
            client.stream.sendall(chunk)
    except (BrokenPipeError, ConnectionResetError):
        pass                # the server may close on a client like this; what counts is the error reply before
    sent_all.set()
    reader.join(patience)
    return errors, others


def flood(binary, prefix, byte):
    """`prefix`, then more of one byte than any message may have."""
    size = flood_mib * MIB
    with Attack(binary) as attack:
        with attack.emulator.connect('main') as client:
            client.send(prefix)
            chunk = byte * (65536 // len(byte))
            errors, _ = pour(client, chunk, size // len(chunk) + 2)
            check(errors > 0, 'no error reply')
            remark = attack.remark(attack.emulator.rss_mib())
        return remark + ', %d error replies' % errors


def commas_between_messages(binary):
    """Every one is an error of its own: as many replies as bytes, so this one is shorter."""
    count = 256 * 1024
    with Attack(binary) as attack:
        with attack.emulator.connect('main') as client:
            errors, _ = pour(client, b',' * 65536, count // 65536)
            check(errors == count, '%d error replies to %d commas', errors, count)
        return attack.remark()


def recovers_on_the_same_connection(binary):
    """After a message that is too deep and one that is garbage, the next command is served."""
    with Attack(binary) as attack:
        with attack.emulator.connect('main') as client:
            client.send(b'[' * 5000 + b'\xff\n{"execute":"query-status","id":"after"}\n')
            errors = 0
            while True:
                message = client.reply(30)
                if message.get('id') == 'after':
                    break
                check('error' in message, 'not an error: %r', message)
                errors += 1
            check('return' in message and errors > 0, 'after %d errors: %r', errors, message)
        return attack.remark()


def half_open_connections(binary):
    """Many that connect and say nothing; some stop in the middle of a command. The monitor serves the next one after them."""
    with Attack(binary) as attack:
        held = []
        path = attack.emulator.path('main')
        for number in range(200):
            stream = socket.socket(socket.AF_UNIX)
            stream.setblocking(False)
            try:
                stream.connect(path)
                if number % 2:
                    stream.send(b'{"execute":"qmp_capab')
            except BlockingIOError:
                pass                    # the queue of the listener is full: refused, as it should be
            except BrokenPipeError:
                pass
            held.append(stream)
        time.sleep(0.5)
        check(attack.emulator.alive(), 'the emulator ended')
        for stream in held:
            stream.close()
        return attack.remark()


def many_monitors(binary):
    """64 monitors at once, all served, each with its own copy of every event."""
    names = ['m%d' % i for i in range(64)]
    with Attack(binary, ('main', 'witness', *names)) as attack:
        with attack.emulator.connect('main') as main:
            clients = [attack.emulator.connect(n) for n in names]
            for i, client in enumerate(clients):
                client.send('{"execute":"query-status","id":%d}\n' % i)
            for i, client in enumerate(clients):
                reply = client.reply()
                check(reply.get('id') == i and 'return' in reply, 'monitor %d: %r', i, reply)
            busy = attack.emulator.rss_mib()
            for command, event in (('cont', 'RESUME'), ('stop', 'STOP')):
                check('return' in main.command(command), '%s failed', command)
                for i, client in enumerate(clients):
                    message = client.message()
                    check(message.get('event') == event, 'monitor %d: %r instead of %s', i, message, event)
            for client in clients:
                client.close()
        return attack.remark(busy)


def fill(client, request, limit):
    """Sends requests until the server takes no more for a second; returns how many bytes went."""
    client.stream.settimeout(1)
    sent = 0
    try:
        while sent < limit:
            sent += client.stream.send(request)
    except (TimeoutError, ConnectionError):
        pass
    return sent


def client_that_never_reads(binary):
    """Asks for a large reply again and again and reads none: what it may pile up is bounded."""
    bound = 64                  # MiB beyond idle
    with Attack(binary) as attack:
        with attack.emulator.connect('main') as client:
            sent = fill(client, b'{"execute":"query-qmp-schema"}\n' * 100, 100 * 31 * 20)
            time.sleep(2)
            peak = attack.emulator.rss_mib()
            check(peak <= attack.idle + bound, '%.1f MiB while it does not read, %.1f MiB before', peak, attack.idle)
        return attack.remark(peak) + ', took %d KiB' % (sent // 1024)


def listener_that_never_reads(binary):
    """Events for it pile up to a bound, too; others lose none of theirs."""
    pairs, bound = 100_000, 64
    with Attack(binary, ('main', 'witness', 'deaf', 'keen')) as attack:
        deaf, keen = attack.emulator.connect('deaf'), attack.emulator.connect('keen')
        seen = {'RESUME': 0, 'STOP': 0}

        def listen():
            try:
                while min(seen.values()) < pairs:
                    name = keen.message(30).get('event')
                    if name in seen:
                        seen[name] += 1
            except (Trouble, OSError, ValueError):
                pass

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        with attack.emulator.connect('main') as main:
            pour(main, b'{"execute":"cont"}{"execute":"stop"}\n' * 100, pairs // 100)
            listener.join(240)
        check(seen == {'RESUME': pairs, 'STOP': pairs}, 'the reading listener saw %r of %d', seen, pairs)
        peak = attack.emulator.rss_mib()
        check(peak <= attack.idle + bound, '%.1f MiB while it does not read, %.1f MiB before', peak, attack.idle)
        for client in (deaf, keen):
            client.close()
        return attack.remark(peak)


def half_a_megabyte_of_ids(binary):
    """A large id comes back whole; its memory goes."""
    with Attack(binary) as attack:
        with attack.emulator.connect('main') as client:
            for size in (1, 100_000, 500_000):
                value = ['x' * 7] * (size // 10 + 1)
                reply = client.command('query-status', id=value, patience=60)
                check(reply.get('id') == value, 'the id of %d bytes changed', size)
        return attack.remark()


ATTACKS = {
    'nesting': lambda b: flood(b, '', b'['),
    'nesting-objects': lambda b: flood(b, '', b'{"a":['),
    'string': lambda b: flood(b, '{"execute":"', b'a'),
    'number': lambda b: flood(b, '{"id":', b'1'),
    'word': lambda b: flood(b, '{"id":', b't'),
    'commas-in-a-list': lambda b: flood(b, '[', b','),
    'commas-between-messages': commas_between_messages,
    'recovery': recovers_on_the_same_connection,
    'half-open': half_open_connections,
    '64-monitors': many_monitors,
    'large-ids': half_a_megabyte_of_ids,
    'never-reads-replies': client_that_never_reads,
    'never-reads-events': listener_that_never_reads,
}


def main():
    global flood_mib
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--emulator', required=True, metavar='PATH')
    parser.add_argument('attacks', nargs='*', metavar='ATTACK', help='of: ' + ', '.join(ATTACKS))
    parser.add_argument('--mib', type=int, default=flood_mib, help='size of a flood (default: %(default)s)')
    options = parser.parse_args()
    flood_mib = options.mib
    unknown = set(options.attacks) - set(ATTACKS)
    if unknown:
        parser.error('no such attack: ' + ', '.join(sorted(unknown)))
    score = Score()
    for name in options.attacks or ATTACKS:
        score.run(name, ATTACKS[name], options.emulator)
    return score.finish()


if __name__ == '__main__':
    sys.exit(main())
