#!/usr/bin/env python3
"""Replays transcripts of QEMU 7.2 (devices/*.txt): devices on buses, their properties, addresses, errors, hotplug and events.

A transcript has lines for the emulator and, below each, what comes back:

    ## NAME                  a new emulator
    $ ARGUMENTS              of its command line; @1@ is a disk image of 1 MiB, @2@ one of 2 MiB, …
    > COMMAND {ARGUMENTS}    a QMP command
    > !COMMAND               one of the human monitor
    > qtree ID               what `info qtree` tells of a device and of what hangs on it
    > wait EVENT [DEVICE]    until the event has come

--record writes the answers anew, from the emulator given (QEMU).
"""
import argparse
import difflib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 30      # seconds for one emulator's whole transcript


class Emulator:
    def __init__(self, path, arguments, folder):
        self.pending = []
        base = ['-M', 'pc', '-m', '64', '-S', '-nodefaults', '-no-user-config', '-display', 'none', '-qmp', 'stdio']
        arguments = [re.sub(r'@(\d+)@', lambda m: self.image(folder, int(m.group(1))), a) for a in arguments]
        self.process = subprocess.Popen([path] + base + arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, cwd=folder)
        self.timer = threading.Timer(PATIENCE, self.process.kill)
        self.timer.start()
        self.complaint = []
        self.ask({'execute': 'qmp_capabilities'})

    @staticmethod
    def image(folder, size):
        name = 'disk%d.raw' % size
        with open(os.path.join(folder, name), 'wb') as image:
            image.truncate(size << 20)
        return name

    def read(self):
        """The next message; None: the emulator ended."""
        while True:
            line = self.process.stdout.readline()
            if not line:
                return None
            try:
                message = json.loads(line)
            except ValueError:
                self.complaint.append(re.sub(r'^\S+: (?=-)', '', line.rstrip()))
                continue
            if 'QMP' not in message:
                message.pop('timestamp', None)
                return message

    def ask(self, request, events=None):
        try:
            self.process.stdin.write(json.dumps(request) + '\n')
            self.process.stdin.flush()
        except BrokenPipeError:
            pass      # it has ended; what it said is still to be read
        while True:
            message = self.read()
            if message is None or 'event' not in message:
                return message
            (self.pending if events is None else events).append(message)

    def lines(self, command):
        """What a line of a transcript answers."""
        events, self.pending = self.pending, []
        if command.startswith('wait '):
            name, _, device = command[5:].partition(' ')
            while not any(e['event'] == name and device in ('', e['data'].get('device')) for e in events):
                message = self.read()
                if message is None:
                    return ['the emulator ended'] + self.complaint
                events.append(message)
            return [json.dumps(e) for e in events]
        if command.startswith('!') or command.startswith('qtree '):
            line = 'info qtree' if command.startswith('qtree ') else command[1:]
            answer = self.ask({'execute': 'human-monitor-command', 'arguments': {'command-line': line}}, events)
        else:
            name, _, arguments = command.partition(' ')
            answer = self.ask({'execute': name, 'arguments': json.loads(arguments or '{}')}, events)
        if answer is None:
            return ['the emulator ended'] + [line for line in self.complaint if line]
        shown = [json.dumps(e) for e in events]
        if isinstance(answer.get('return'), str) and (command.startswith('!') or command.startswith('qtree ')):
            text = answer['return'].replace('\r', '').rstrip('\n').split('\n')
            shown += device_of(text, command[6:]) if command.startswith('qtree ') else text
        else:
            shown.append(json.dumps(answer))
        # Names that are made up, and facts of the host.
        shown = [re.sub(r'#block\d+', '#block', line) for line in shown]
        return [re.sub(r'"actual-size": \d+', '"actual-size": 0', line) for line in shown]

    def close(self):
        self.timer.cancel()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def device_of(tree, name):
    """The lines of a device of `info qtree`."""
    found = []
    for line in tree:
        indent = len(line) - len(line.lstrip())
        if found and indent <= found[0]:
            break
        if not found and line.strip().startswith('dev: ') and line.endswith('id "%s"' % name):
            found.append(indent)
        if found:
            found.append(line)
    return [line[found[0]:] for line in found[1:]]


def replay(path, transcript):
    """The transcript, with the answers of the emulator at `path`."""
    out, emulator = [], None
    with tempfile.TemporaryDirectory() as folder:
        for line in transcript:
            if line.startswith('## '):
                if emulator:
                    emulator.close()
                emulator = None
                out += ([''] if out else []) + [line]
            elif line.startswith('$ '):
                out.append(line)
                emulator = Emulator(path, shlex.split(line[2:]), folder)
            elif line.startswith('> '):
                out.append(line)
                out += emulator.lines(line[2:])
    if emulator:
        emulator.close()
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--emulator', required=True)
    parser.add_argument('--record', action='store_true')
    parser.add_argument('names', nargs='*', help='transcripts; all without')
    options = parser.parse_args()
    folder = os.path.join(HERE, 'devices')
    failed = 0
    for name in options.names or sorted(f[:-4] for f in os.listdir(folder)):
        path = os.path.join(folder, name + '.txt')
        with open(path, encoding='utf-8') as text:
            recorded = text.read().split('\n')[:-1]
        answered = replay(options.emulator, recorded)
        if options.record:
            with open(path, 'w', encoding='utf-8') as text:
                text.write('\n'.join(answered) + '\n')
        elif answered != recorded:
            failed += 1
            print('\n'.join(difflib.unified_diff(recorded, answered, name + ' (QEMU)', name, lineterm='', n=2)))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
