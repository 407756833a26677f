#!/usr/bin/env python3
"""The human monitor against recordings of QEMU 7.2 (tests/conformance/hmp): what commands print, byte for byte, and what the line
editor echoes, key by key.

commands.jsonl: one machine a line, {"args": […], "commands": [[LINE, OUTPUT], …]}, in order, by human-monitor-command. Numbers that
differ from run to run are masked. keys.jsonl: [KEYS, WHAT THE TERMINAL GETS], one session over a unix socket.
The table of commands that wait for a part of the emulator in docs/compatibility.md must be what the emulator says of itself.
With --record the recordings are made anew, by the emulator given.
"""
import argparse
import json
import os
import re
import select
import socket
import shutil
import sys

from emulator import Emulator, Score, check

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'conformance', 'hmp')
DOCUMENT = os.path.join(DATA, '..', '..', '..', 'docs', 'compatibility.md')
BEGIN, END = '<!-- begin: monitor commands that wait -->', '<!-- end -->'
HEAD = '| command | waits for |\n| --- | --- |\n'
MASKS = [(r'#block\d+', '#blockN'), (r'thread_id=\d+', 'thread_id=N'), (r'is 0x[0-9a-f]{9,12}\b', 'is ADDRESS'),
         (r'\b7\.2\.\d+\S*', '7.2.N'), (r'filename=unix:\S*', 'filename=unix:PATH')]
COMMON = ['-M', 'pc', '-m', '64', '-S', '-nodefaults', '-no-user-config', '-display', 'none']


def masked(text):
    for pattern, mask in MASKS:
        text = re.sub(pattern, mask, text)
    return text


def outputs(binary, args, lines):
    """What each line prints."""
    files = 'truncate -s 4M disk.img; truncate -s 1M cd.iso; exec "$0" "$@"'
    path = shutil.which(binary) or os.path.abspath(binary)
    with Emulator('/bin/sh', ['qmp'], ['-c', files, path, *COMMON, *args], []) as emulator:
        with emulator.connect('qmp') as client:
            for line in lines:
                reply = client.command('human-monitor-command', {'command-line': line})
                yield masked(reply.get('return', json.dumps(reply.get('error'))))


def echoes(binary, keys):
    """What the terminal gets after each bunch of keys: it has come when nothing more does, for a moment that is long for a loop."""
    with Emulator(binary, [], ['-monitor', 'unix:@DIR@/hmp,server=on,wait=off'], COMMON) as emulator:
        with emulator.connect('hmp', negotiate=False) as client:
            def answer(expected):
                seen = b''
                while select.select([client.stream], [], [], 5 if len(seen) < len(expected or '') else 0.1)[0]:
                    data = client.stream.recv(1 << 16)
                    if not data:
                        break
                    seen += data
                return masked(seen.decode('latin-1'))
            yield answer(keys[0][1])
            for bunch, expected in keys[1:]:
                client.send(bunch.encode('latin-1'))
                yield answer(expected)


def passed_descriptors(binary):
    """getfd and closefd by hand: what comes with a line over the socket is named, for this monitor."""
    with Emulator(binary, [], ['-monitor', 'unix:@DIR@/hmp,server=on,wait=off'], COMMON) as emulator:
        with emulator.connect('hmp', negotiate=False) as client:
            def answer(line=None, descriptors=()):
                if line:
                    socket.send_fds(client.stream, [line.encode() + b'\n'], descriptors)
                seen = b''
                while not seen.endswith(b'(qemu) '):
                    seen += client.stream.recv(1 << 16)
                return seen[seen.index(b'\r\n') + 2:-len(b'(qemu) ')].decode()
            answer()
            ours, theirs = os.pipe()
            for line, descriptors, expected in (
                    ('getfd a', [], 'Error: No file descriptor supplied via SCM_RIGHTS\r\n'),
                    ('getfd a', [theirs], ''),
                    ('getfd 1x', [theirs], "Error: Parameter 'fdname' expects a name not starting with a digit\r\n"),
                    ('closefd b', [], "Error: File descriptor named 'b' not found\r\n"),
                    ('closefd a', [], ''),
                    ('closefd a', [], "Error: File descriptor named 'a' not found\r\n")):
                got = answer(line, descriptors)
                check(got == expected, '%s: %r, not %r', line, got, expected)
            os.close(theirs)
            check(os.read(ours, 1) == b'', 'a closed descriptor is still open')
            os.close(ours)


def read(name):
    with open(os.path.join(DATA, name), encoding='utf-8') as file:
        return [json.loads(line) for line in file]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--emulator', required=True, metavar='PATH')
    parser.add_argument('--record', action='store_true', help='take what this emulator says as right')
    parser.add_argument('--update', action='store_true', help='write the table of what waits into docs/compatibility.md')
    options = parser.parse_args()
    machines, keys = read('commands.jsonl'), read('keys.jsonl')
    if options.record:
        with open(os.path.join(DATA, 'commands.jsonl'), 'w', encoding='utf-8') as file:
            for machine in machines:
                lines = [line for line, _ in machine['commands']]
                machine['commands'] = list(zip(lines, outputs(options.emulator, machine['args'], lines)))
                file.write(json.dumps(machine) + '\n')
        with open(os.path.join(DATA, 'keys.jsonl'), 'w', encoding='utf-8') as file:
            seen = list(echoes(options.emulator, [(k, None) for k, _ in keys]))
            for bunch, echo in zip([k for k, _ in keys], seen):
                file.write(json.dumps([bunch, echo]) + '\n')
        return 0
    score = Score()

    def one_machine(binary, machine):
        wrong = []
        lines = [line for line, _ in machine['commands']]
        for (line, expected), got in zip(machine['commands'], outputs(binary, machine['args'], lines)):
            if got != expected:
                wrong.append(line)
                print('%r\n  expected %r\n  got      %r' % (line, expected, got))
        check(not wrong, '%d lines print something else', len(wrong))

    def documented(binary):
        with open(DOCUMENT, encoding='utf-8') as file:
            text = file.read()
        table = text.split(BEGIN)[1].split(END)[0].strip().splitlines()[2:]
        said = next(outputs(binary, [], ['x-org-rhea-missing'])).replace('\r', '').splitlines()
        if options.update:
            with open(DOCUMENT, 'w', encoding='utf-8') as file:
                file.write(text.replace('\n'.join(table) + '\n' if table else HEAD, '\n'.join(([] if table else [HEAD[:-1]]) + said) + '\n'))
            return 'updated'
        check(set(said) <= set(table), 'the table lacks %s; --update writes it', sorted(set(said) - set(table)))
        # Whoever brings a part need not know of the table: what is too much is only told.
        return 'the table still has %s' % sorted(set(table) - set(said)) if len(table) > len(said) else None

    def editing(binary, expected):
        wrong = []
        for (bunch, echo), got in zip(expected, echoes(binary, expected)):
            if got != echo:
                wrong.append(bunch)
                print('%r\n  expected %r\n  got      %r' % (bunch, echo, got))
        check(not wrong, '%d bunches of keys are echoed differently', len(wrong))

    for number, machine in enumerate(machines):
        score.run('machine %d: %d lines' % (number + 1, len(machine['commands'])), one_machine, options.emulator, machine)
    score.run('table of what waits', documented, options.emulator)
    score.run('line editor: %d bunches of keys' % len(keys), editing, options.emulator, keys)
    score.run('descriptors that are passed', passed_descriptors, options.emulator)
    return score.finish()


if __name__ == '__main__':
    sys.exit(main())
