#!/usr/bin/env python3
"""Lets all kinds of clients loose on an emulator for a long time, and watches that nobody suffers for another's conduct.

Three kinds stay all the time: a well-behaved client, whose commands must be answered promptly and in order; a driver, who
turns the guest on and off and counts; listeners, who must see every one of these events, in order. Beside them come and go,
each on a monitor of its own: a client that writes and reads a byte at a time, one that never reads, one that leaves inside a
message, one that sends garbage, one that sends huge messages, one that connects again and again.

The time is cut into cycles. At the end of each, the visitors have left, and memory and descriptors are read: at the end they
must be what they were after the first one. Exit status 0: all was well. QEMU does not pass: it hands what a client left unread
to the next client of that monitor.
"""
import argparse
import json
import random
import sys
import threading
import time

from emulator import Emulator, Trouble, check, wait_until

LISTENERS = 3
PROMPT_SECONDS = 5.0        # for the longest of all replies: the machine is busy with this very test
FLAT_FACTOR, FLAT_SLACK_MIB = 1.25, 2.0


class Tally:
    """Counters and complaints of all the threads."""

    def __init__(self):
        self._lock = threading.Lock()
        self.counts = {}
        self.watched = set()
        self.failed = set()

    def add(self, what, number=1):
        with self._lock:
            self.counts[what] = self.counts.get(what, 0) + number

    def watch(self, who):
        """Makes `who` count as passed, unless a complaint comes."""
        self.watched.add(who)

    def complain(self, who, problem):
        with self._lock:
            self.watched.add(who)
            self.failed.add(who)
            print('FAIL %s: %s: %s' % (who, type(problem).__name__, problem), flush=True)


class Stage:
    """What a role needs: the emulator, the tally, its own random numbers, and when to leave."""

    def __init__(self, emulator, tally, until, seed, share):
        self.emulator, self.tally, self.share = emulator, tally, share
        self._until = until
        self.random = random.Random(seed)

    def goes_on(self):
        return time.monotonic() < self._until and self.emulator.alive()


# ---- those who stay


class Resident:
    """A thread that runs until it is told to stop; what goes wrong in it is a complaint."""

    def __init__(self, name, tally):
        self.name, self.tally = name, tally
        tally.watch(name)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._guarded, daemon=True)

    def start(self):
        self._thread.start()
        return self

    def stop(self, patience=60):
        self._stop.set()
        self._thread.join(patience)
        if self._thread.is_alive():
            self.tally.complain(self.name, Trouble('does not come to an end'))

    def goes_on(self):
        return not self._stop.is_set()

    def _guarded(self):
        try:
            self.run()
        except (Trouble, OSError, ValueError) as problem:
            self.tally.complain(self.name, problem)


class WellBehaved(Resident):
    """Sends a few commands at once, good and bad, and expects the answers in that order."""

    QUESTIONS = [
        ({'execute': 'query-status'}, 'return'),
        ({'execute': 'query-version'}, 'return'),
        ({'execute': 'query-commands'}, 'return'),
        ({'execute': 'no-such-command'}, 'error'),
        ({'execute': 'query-status', 'arguments': {'no': 1}}, 'error'),
    ]

    def __init__(self, emulator, tally):
        super().__init__('well-behaved client', tally)
        self._client = emulator.connect('good')
        self.longest = 0.0

    def run(self):
        number, dice = 0, random.Random(1)
        while self.goes_on():
            batch = [dice.choice(self.QUESTIONS) for _ in range(dice.randint(1, 8))]
            start = time.monotonic()
            self._client.send(''.join(json.dumps({**q, 'id': number + i}) + '\n' for i, (q, _) in enumerate(batch)))
            for i, (question, member) in enumerate(batch):
                reply = self._client.reply(60)
                check(reply.get('id') == number + i and member in reply, '%r was answered with %.200r', question, reply)
            self.longest = max(self.longest, time.monotonic() - start)
            number += len(batch)
            self.tally.add('prompt replies', len(batch))
            time.sleep(0.002)


class Driver(Resident):
    """Turns the guest on and off. Sees its own events before the replies."""

    def __init__(self, emulator, tally):
        super().__init__('driver', tally)
        self._client = emulator.connect('driver')
        self.pairs = 0

    def run(self):
        while self.goes_on():
            for command, event in (('cont', 'RESUME'), ('stop', 'STOP')):
                self._client.send('{"execute":"%s"}\n' % command)
                first, second = self._client.message(60), self._client.message(60)
                check(first.get('event') == event and second == {'return': {}}, '%s: %r, %r', command, first, second)
            self.pairs += 1
            time.sleep(0.005)


class Listener(Resident):
    """Must see RESUME and STOP by turns, as many as the driver caused."""

    def __init__(self, emulator, tally, number):
        super().__init__('listener %d' % number, tally)
        self._client = emulator.connect('listener%d' % number)
        self.seen = 0

    def run(self):
        while self.goes_on():
            try:
                message = self._client.message(0.5)
            except Trouble as nothing:
                if 'closed' in str(nothing):
                    raise
                continue
            event = message.get('event')
            if event not in ('RESUME', 'STOP'):
                continue
            check(event == ('STOP' if self.seen % 2 else 'RESUME'), '%s is event %d', event, self.seen)
            self.seen += 1


# ---- those who come and go


def byte_at_a_time(stage):
    with stage.emulator.connect('slow') as client:
        number = 0
        while stage.goes_on():
            number += 1
            for byte in b'{"execute":"query-status","id":%d}' % number:
                client.send(bytes([byte]))
                time.sleep(0.001)
            while True:
                line = bytearray()
                while not line.endswith(b'\n'):
                    byte = client.stream.recv(1)
                    check(byte, 'the slow client was disconnected')
                    line += byte
                if b'"event"' not in line:
                    break
            check(json.loads(line).get('id') == number, 'the slow client got %r', bytes(line))
            stage.tally.add('slow commands')


def never_reading(stage):
    while stage.goes_on():
        with stage.emulator.connect('mute') as client:
            client.stream.settimeout(0.2)
            try:
                for _ in range(20):
                    client.send(b'{"execute":"query-qmp-schema"}\n')
            except OSError:
                pass                    # it takes no more, or has closed: both are its right
            time.sleep(stage.random.uniform(0.1, 1))
        stage.tally.add('clients that never read')


def leaving_inside_a_message(stage):
    message = b'{"execute":"query-status","id":["a\\u20ac",{"b":[1,2.5e3,true]}]}'
    while stage.goes_on():
        with stage.emulator.connect('cut') as client:
            for _ in range(stage.random.randint(0, 3)):
                client.send(message)    # whole ones, whose replies nobody waits for
            client.send(message[:stage.random.randint(1, len(message) - 1)])
        stage.tally.add('messages cut off')
        time.sleep(0.01)


def garbage(stage):
    alphabet = [bytes([b]) for b in range(256)] + [b'{', b'}', b'[', b']', b'"', b"'", b'\\', b',', b':', b'"execute"'] * 8
    with stage.emulator.connect('garbage') as client:
        number = 0
        while stage.goes_on():
            number += 1
            client.send(b''.join(stage.random.choices(alphabet, k=stage.random.randint(1, 400))))
            # 0xFF is an error wherever it stands, and nothing is left of what came before it.
            client.send(b'\xff\n{"execute":"query-status","id":"probe %d"}\n' % number)
            while True:
                reply = client.reply(30)
                if reply.get('id') == 'probe %d' % number:
                    break
                check('error' in reply, 'garbage was answered with %.200r', reply)
            check('return' in reply, 'after garbage: %r', reply)
            stage.tally.add('bursts of garbage')


def huge_messages(stage):
    with stage.emulator.connect('huge') as client:
        while stage.goes_on():
            value = [{'n': i, 't': 'x' * stage.random.randint(0, 200)} for i in range(stage.random.randint(10, stage.share))]
            client.stream.settimeout(120)
            reply = client.command('query-status', id=value, patience=120)
            check(reply.get('id') == value and 'return' in reply, 'a huge id came back changed')
            stage.tally.add('huge messages')
            time.sleep(0.05)


def connecting_again_and_again(stage):
    """`share` times in each cycle, as quickly as it goes, then at leisure."""
    count = 0
    while count < stage.share or stage.goes_on():
        if not stage.emulator.alive():
            return
        negotiate = stage.random.random() < 0.5
        with stage.emulator.connect('often', negotiate=negotiate) as client:
            if not negotiate:
                check('QMP' in client.message(), 'no greeting')
        count += 1
        stage.tally.add('connections')
        if count >= stage.share:
            time.sleep(0.05)


def visitors(options):
    """(role, its share of work in a cycle)"""
    return [(byte_at_a_time, 0), (never_reading, 0), (leaving_inside_a_message, 0), (garbage, 0),
            (huge_messages, options.huge), (connecting_again_and_again, -(-options.connections // options.cycles))]


def run_cycle(emulator, tally, seconds, number, options):
    until = time.monotonic() + seconds
    threads = []
    for index, (role, share) in enumerate(visitors(options)):
        stage = Stage(emulator, tally, until, number * 100 + index, share)
        name = role.__name__.replace('_', ' ')
        tally.watch(name)

        def guarded(role=role, stage=stage, name=name):
            try:
                role(stage)
            except (Trouble, OSError, ValueError) as problem:
                tally.complain(name, problem)

        threads.append(threading.Thread(target=guarded, daemon=True))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 300)
        if thread.is_alive():
            tally.complain('cycle %d' % number, Trouble('a visitor does not come to an end'))


def soak(options, tally):
    names = ['good', 'driver', 'slow', 'mute', 'cut', 'garbage', 'huge', 'often']
    names += ['listener%d' % i for i in range(LISTENERS)]
    with Emulator(options.emulator, names) as emulator:
        listeners = [Listener(emulator, tally, i).start() for i in range(LISTENERS)]
        good, driver = WellBehaved(emulator, tally), Driver(emulator, tally)
        idle = emulator.rss_mib()
        good.start()
        driver.start()
        rests = []
        for number in range(options.cycles):
            run_cycle(emulator, tally, options.seconds / options.cycles, number, options)
            if not emulator.alive():
                tally.complain('emulator', Trouble('ended with status %s: %s' % (
                    emulator.process.returncode, emulator.errors().strip())))
                return
            # The server hears of the visitors' leaving in its own time.
            wait_until(lambda: bool(rests) and emulator.descriptors() <= rests[0][1], 2)
            rests.append((emulator.rss_mib(), emulator.descriptors()))
            print('cycle %d of %d: %.1f MiB, %d descriptors' % (number + 1, options.cycles, *rests[-1]), flush=True)
        driver.stop()
        good.stop()
        wait_until(lambda: all(l.seen >= 2 * driver.pairs for l in listeners), 30)
        for listener in listeners:
            listener.stop()
        judge(tally, idle, rests, listeners, good, driver)


def judge(tally, idle, rests, listeners, good, driver):
    for listener in listeners:
        if listener.seen != 2 * driver.pairs:
            tally.complain(listener.name, Trouble('saw %d of %d events' % (listener.seen, 2 * driver.pairs)))
    if good.longest > PROMPT_SECONDS:
        tally.complain(good.name, Trouble('waited %.2f s' % good.longest))
    tally.watch('memory')
    tally.watch('descriptors')
    (first_memory, first_descriptors), (memory, descriptors) = rests[0], rests[-1]
    if memory > first_memory * FLAT_FACTOR + FLAT_SLACK_MIB:
        tally.complain('memory', Trouble('%.1f MiB after the first cycle, %.1f MiB after the last' % (first_memory, memory)))
    if descriptors > first_descriptors:
        tally.complain('descriptors', Trouble('%d after the first cycle, %d after the last' % (first_descriptors, descriptors)))
    print('\nmemory %.1f MiB at the start, %.1f after the first cycle, %.1f after the last; %d descriptors' % (
        idle, first_memory, memory, descriptors))
    print('longest wait of the well-behaved client: %.3f s; %d pairs of events to %d listeners' % (
        good.longest, driver.pairs, len(listeners)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--emulator', required=True, metavar='PATH')
    parser.add_argument('--seconds', type=float, default=600)
    parser.add_argument('--cycles', type=int, default=10)
    parser.add_argument('--connections', type=int, default=1000, help='reconnections in all, at least')
    parser.add_argument('--huge', type=int, default=20000, metavar='N', help='members of a huge id, at most')
    options = parser.parse_args()
    if options.cycles < 2:
        parser.error('--cycles: two at least, for there is something to compare')
    tally = Tally()
    try:
        soak(options, tally)
    except (Trouble, OSError) as problem:
        tally.complain('soak', problem)
    for what in sorted(tally.counts):
        print('%-28s %d' % (what, tally.counts[what]))
    print('%d passed, %d failed' % (len(tally.watched - tally.failed), len(tally.failed)))
    return 1 if tally.failed else 0


if __name__ == '__main__':
    sys.exit(main())
