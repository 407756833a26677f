#!/usr/bin/env python3
"""Counts the instructions that a command costs the server, and what a start and an end cost, with callgrind.

The emulator runs under valgrind without a command, and with N pipelined ones of a kind; the difference is what those cost. Unlike a time, the number hardly varies: a change of a few per cent shows, on any machine.
"""
import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ARGUMENTS = ['-M', 'pc', '-m', '64', '-S', '-nodefaults', '-no-user-config', '-display', 'none']


KINDS = {
    'query-status': b'{"execute":"query-status"}',
    'a command unknown': b'{"execute":"x"}',
    'an argument missing': b'{"execute":"system_wakeup","arguments":{"x":1}}',
    'query-block': b'{"execute":"query-block"}',
    'qom-get': b'{"execute":"qom-get","arguments":{"path":"/machine","property":"type"}}',
    'qom-list /machine': b'{"execute":"qom-list","arguments":{"path":"/machine"}}',
    'query-commands': b'{"execute":"query-commands"}',
    'human-monitor-command info status': b'{"execute":"human-monitor-command","arguments":{"command-line":"info status"}}',
    'an id of 1,000 bytes': b'{"execute":"query-status","id":[' + b','.join(b'{"n":%d}' % i for i in range(110)) + b']}',
}


def connect(path, process, patience):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit('the emulator ended with status %d before it listened' % process.returncode)
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(path)
            client.settimeout(patience)
            return client
        except OSError:
            client.close()
            time.sleep(0.1)
    raise SystemExit('the emulator did not listen within %d s' % patience)


def talk(client, request, commands):
    """Sends all commands at once while it reads the replies, then quits."""
    batch = b'{"execute":"qmp_capabilities"}\n' + request + b'\n' + (request + b'\n') * commands
    threading.Thread(target=client.sendall, args=(batch,), daemon=True).start()
    lines = client.makefile('rb')
    replies = 0
    while replies < commands + 2:
        line = lines.readline()
        if not line:
            raise SystemExit('%d replies to %d commands' % (replies, commands + 2))
        replies += line.startswith((b'{"return"', b'{"error"', b'{"id"'))
    client.sendall(b'{"execute":"quit"}')


def count(options, request, commands):
    with tempfile.TemporaryDirectory() as scratch:
        path, out = os.path.join(scratch, 'qmp'), os.path.join(scratch, 'callgrind.out')
        process = subprocess.Popen(
            [options.valgrind, '--tool=callgrind', '--callgrind-out-file=' + out, '--quiet', options.emulator,
             *ARGUMENTS, '-qmp', 'unix:%s,server=on,wait=off' % path],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=None if options.verbose else subprocess.DEVNULL)
        try:
            with connect(path, process, options.patience) as client:
                talk(client, request, commands)
                process.wait(options.patience)      # a request of a client that has left would be dropped
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        with open(out) as profile:
            found = re.search(r'^(?:summary|totals):\s*(\d+)', profile.read(), re.M)
        if not found:
            raise SystemExit('callgrind wrote no total')
        return int(found.group(1))


def terminated(*_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)      # once is enough: the clean-up runs now
    sys.exit(143)


def main():
    signal.signal(signal.SIGTERM, terminated)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--emulator', required=True, metavar='PATH')
    parser.add_argument('--commands', type=int, default=500, metavar='N')
    parser.add_argument('--patience', type=float, default=300, metavar='SECONDS')
    parser.add_argument('--verbose', action='store_true', help="let the emulator's standard error through")
    options = parser.parse_args()
    options.valgrind = shutil.which('valgrind')
    if not options.valgrind:
        print('instructions: valgrind is not installed; nothing was counted')
        return 0
    # The first command of a kind may make what later ones use, so it is part of both runs.
    print('| instructions of | |\n| --- | ---: |')
    print('| start, negotiation and end | %d |' % count(options, KINDS['query-status'], 0), flush=True)
    for name, request in KINDS.items():
        cost = (count(options, request, options.commands) - count(options, request, 0)) / options.commands
        print('| %s | %.0f |' % (name, cost), flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
