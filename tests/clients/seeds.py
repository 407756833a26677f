#!/usr/bin/env python3
"""The sessions that QMP's first documents show, held with the tools that they name, against an emulator of today.

A telnet session by hand (README), the same over the telnet protocol, one human and one QMP monitor on one command line, a
monitor from a configuration file talked to with socat, the commands of the specification's and the wiki's examples, a
qmp-shell's device_add, the error format since 1.2. Replies are compared byte by byte; only times, the last number of the
version and the package name are taken as they come.
"""
import argparse
import os
import re
import select
import shutil
import subprocess
import sys
import time

from emulator import Client, Emulator, Score, check, free_port, wait_until

RUNNING = ['-M', 'pc', '-m', '64', '-nodefaults', '-no-user-config', '-display', 'none']
STOPPED = [*RUNNING, '-S']
GREETING = '{"QMP": {"version": {"qemu": {"micro": N, "minor": 2, "major": 7}, "package": "P"}, "capabilities": ["oob"]}}'
VERSION = '{"return": {"qemu": {"micro": N, "minor": 2, "major": 7}, "package": "P"}}'
DONE = '{"return": {}}'


def plain(text):
    """The text without what differs from run to run and from build to build."""
    text = re.sub(r'"seconds": \d+, "microseconds": \d+', '"seconds": S, "microseconds": U', text)
    text = re.sub(r'"micro": \d+', '"micro": N', text)
    text = re.sub(r'"package": "[^"]*"', '"package": "P"', text)
    return re.sub(r'\b7\.2\.\d+\b', '7.2.N', text)


def event(name, data=''):
    return '{"timestamp": {"seconds": S, "microseconds": U}, "event": "%s"%s}' % (name, ', "data": ' + data if data else '')


def expect(client, *lines):
    for line in lines:
        got = plain(client.line().decode())
        check(got == line + '\r\n', 'expected %r, got %r', line + '\r\n', got)


def say(client, text, *lines, end='\n'):
    client.send(text + end)
    expect(client, *lines)


class Program(Client):
    """A tool between us and the emulator: its standard input and output in place of a socket."""

    def __init__(self, *command, cwd):
        self.process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        super().__init__(self)

    def sendall(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def recv(self, size):
        return os.read(self.process.stdout.fileno(), size)

    def fileno(self):
        return self.process.stdout.fileno()

    def close(self):
        self.process.stdin.close()
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def socat(emulator, path):
    check(shutil.which('socat'), 'socat is not installed')
    check(wait_until(lambda: os.path.exists(os.path.join(emulator.directory, path)), 10), 'no socket %s', path)
    # The file is there a moment before somebody listens.
    return Program('socat', 'STDIO', 'UNIX:%s,retry=50,interval=0.1' % path, cwd=emulator.directory)


def telnet_by_hand(binary):
    """README, "Simple Testing": telnet localhost 4444 (which speaks no telnet to a port that does not begin with it)."""
    port = free_port()
    with Emulator(binary, [], ['-qmp', 'tcp:localhost:%d,server' % port], RUNNING) as emulator:
        with emulator.connect_tcp(port) as client:
            expect(client, GREETING)
            say(client, '{ "execute": "qmp_capabilities" }', DONE, end='\r\n')
            say(client, '{ "execute": "query-version" }', VERSION, end='\r\n')


def server_waits_for_its_client(binary):
    """`server` alone waits: the guest does not exist before the first client is there."""
    port = free_port()
    with Emulator(binary, [], ['-qmp', 'tcp:localhost:%d,server' % port], RUNNING) as emulator:
        waiting = '-qmp tcp:localhost:%d,server: info: QEMU waiting for connection on: disconnected:tcp:' % port
        check(wait_until(lambda: waiting in emulator.errors(), 10), 'standard error says %r', emulator.errors())
        with emulator.connect_tcp(port) as client:
            client.negotiate()
            say(client, '{"execute": "query-status"}', '{"return": {"status": "running", "singlestep": false, "running": true}}')


IAC, WILL, DO = b'\xff', b'\xfb', b'\xfd'
BINARY, ECHO, SUPPRESS_GO_AHEAD = b'\0', b'\1', b'\3'


def telnet_protocol(binary):
    """A chardev with telnet=on offers ECHO, SGA and BINARY, asks for BINARY, and takes our answers out of the stream."""
    port = free_port()
    arguments = ['-chardev', 'socket,id=t,host=localhost,port=%d,server=on,wait=off,telnet=on' % port,
                 '-mon', 'chardev=t,mode=control']
    offer = IAC + WILL + ECHO + IAC + WILL + SUPPRESS_GO_AHEAD + IAC + WILL + BINARY + IAC + DO + BINARY
    answer = IAC + DO + ECHO + IAC + DO + SUPPRESS_GO_AHEAD + IAC + DO + BINARY + IAC + WILL + BINARY
    with Emulator(binary, [], arguments, STOPPED) as emulator:
        with emulator.connect_tcp(port) as client:
            line = client.line()
            check(line.startswith(offer), 'the stream begins with %r', line[:20])
            check(plain(line[len(offer):].decode()) == GREETING + '\r\n', 'then comes %r', line[len(offer):])
            client.send(answer)
            client.send('{ "execute": "qmp_')
            client.send(answer)                 # in the middle of a command, too
            say(client, 'capabilities" }', DONE, end='\r\n')
            say(client, '{ "execute": "query-version" }', VERSION, end='\r\n')


def echo_of(line):
    """What the human monitor's line editor shows as a line is typed: it draws the line anew for each character."""
    return ''.join('\x1b[D' * i + line[:i + 1] + '\x1b[K' for i in range(len(line))) + '\r\n'


def one_human_and_one_qmp_monitor(binary):
    """README, "Usage": a user monitor on stdio and a QMP monitor on a TCP port. What one does, the other sees."""
    port = free_port()
    arguments = ['-chardev', 'stdio,id=mon0', '-mon', 'chardev=mon0,mode=readline',
                 '-chardev', 'socket,id=mon1,host=localhost,port=%d,server' % port, '-mon', 'chardev=mon1,mode=control']
    with Emulator(binary, [], arguments, RUNNING, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as emulator:
        stdin, stdout = emulator.process.stdin, emulator.process.stdout

        def human(text):
            seen, end = '', time.monotonic() + 10
            while plain(seen) != text:
                check(time.monotonic() < end and text.startswith(plain(seen)), 'expected %r, got %r', text, plain(seen))
                if select.select([stdout], [], [], 0.1)[0]:
                    seen += os.read(stdout.fileno(), 4096).decode()

        def types(line):
            stdin.write(line.encode() + b'\n')
            stdin.flush()

        with emulator.connect_tcp(port) as client:
            expect(client, GREETING)
            say(client, '{ "execute": "qmp_capabilities" }', DONE)
            human("QEMU 7.2.N monitor - type 'help' for more information\r\n(qemu) ")
            types('info status')
            human(echo_of('info status') + 'VM status: running\r\n(qemu) ')
            types('stop')
            human(echo_of('stop') + '(qemu) ')
            expect(client, event('STOP'))
            say(client, '{"execute": "cont"}', event('RESUME'), DONE)
            types('quit')
            expect(client, event('SHUTDOWN', '{"guest": false, "reason": "host-qmp-quit"}'))
            check(client.line() == b'', 'the connection does not end')
        check(emulator.process.wait(10) == 0, 'exit status %s', emulator.process.returncode)
        check("warning: short-form boolean option 'server' deprecated\nPlease use server=on instead\n" in emulator.errors(),
              'standard error says %r', emulator.errors())


CONFIGURATION = '''\
[chardev "qmp"]
  backend = "socket"
  path = "qmp-sock"
  server = "on"
  wait = "off"
[mon "qmp"]
  mode = "control"
  chardev = "qmp"
'''


def monitor_from_a_configuration_file(binary):
    """Wiki, "By hand": -readconfig, then socat STDIO UNIX:PATH."""
    with Emulator(binary, [], ['-readconfig', '/dev/stdin'], STOPPED, stdin=subprocess.PIPE) as emulator:
        emulator.process.stdin.write(CONFIGURATION.encode())
        emulator.process.stdin.close()
        with socat(emulator, 'qmp-sock') as client:
            expect(client, GREETING)
            say(client, '{ "execute": "qmp_capabilities" }', DONE)
            client.send('{ "execute": "query-commands" }\n')
            names = {c['name'] for c in client.message()['return']}
            check({'query-commands', 'qmp_capabilities', 'quit', 'query-block'} <= names, '%d commands', len(names))
            say(client, '{ "execute": "query-chardev" }',
                '{"return": [{"frontend-open": true, "filename": "unix:qmp-sock,server=on", "label": "qmp"}]}')


def eject_a_medium(binary):
    """Wiki: eject of ide1-cd0, the CD-ROM drive that -cdrom makes. Today the tray tells that it moves."""
    arguments = ['-cdrom', '@DIR@/disc.iso', '-qmp', 'unix:qmp-sock,server=on,wait=off']
    with Emulator('/bin/sh', [], ['-c', 'truncate -s 1M disc.iso; exec "$0" "$@"', shutil.which(binary) or binary,
                                  *STOPPED, *arguments], []) as emulator:
        with socat(emulator, 'qmp-sock') as client:
            expect(client, GREETING)
            say(client, '{ "execute": "qmp_capabilities" }', DONE)
            moved = '{"device": "ide1-cd0", "tray-open": true, "id": "/machine/unattached/device[N]"}'
            client.send('{ "execute": "eject", "arguments": { "device": "ide1-cd0" } }\n')
            got = re.sub(r'device\[\d+\]', 'device[N]', plain(client.line().decode()))
            check(got == event('DEVICE_TRAY_MOVED', moved) + '\r\n', 'expected %r, got %r', event('DEVICE_TRAY_MOVED', moved), got)
            expect(client, DONE)
            say(client, '{ "execute": "eject", "arguments": { "device": "nobody" } }',
                '{"error": {"class": "DeviceNotFound", "desc": "Device \'nobody\' not found"}}')


def negotiation_comes_first(binary):
    """Specification, section 4: before qmp_capabilities nothing else works, afterwards it does not."""
    with Emulator(binary, [], ['-qmp', 'unix:qmp-sock,server=on,wait=off'], STOPPED) as emulator:
        with socat(emulator, 'qmp-sock') as client:
            expect(client, GREETING)
            say(client, '{ "execute": "query-status" }',
                '{"error": {"class": "CommandNotFound", "desc": "Expecting capabilities negotiation with \'qmp_capabilities\'"}}')
            say(client, '{ "execute": "qmp_capabilities" }', DONE)
            say(client, '{ "execute": "qmp_capabilities" }', '{"error": {"class": "CommandNotFound", "desc": '
                '"Capabilities negotiation is already complete, command ignored"}}')


def examples_of_the_specification(binary):
    """Specification, section 3; the wiki's query-status; the events that this build of the guest brings about."""
    with Emulator(binary, [], ['-qmp', 'unix:qmp-sock,server=on,wait=off'], RUNNING) as emulator:
        with socat(emulator, 'qmp-sock') as client:
            expect(client, GREETING)
            say(client, '{ "execute": "qmp_capabilities" }', DONE)
            say(client, '{ "execute": "query-status" }', '{"return": {"status": "running", "singlestep": false, "running": true}}')
            say(client, '{ "execute": "stop" }', event('STOP'), DONE)
            say(client, '{ "execute": "query-kvm", "id": "example" }',
                '{"return": {"enabled": false, "present": true}, "id": "example"}')
            say(client, '{ "execute": }', '{"error": {"class": "GenericError", "desc": "JSON parse error, expecting value"}}')
            say(client, '{ "execute": "system_powerdown" }', event('POWERDOWN'), DONE)
            say(client, '{ "execute": "system_reset" }',
                event('RESET', '{"guest": false, "reason": "host-qmp-system-reset"}'), DONE)
            say(client, '{ "execute": "cont" }', event('RESUME'), DONE)
            say(client, '{ "execute": "quit" }', event('SHUTDOWN', '{"guest": false, "reason": "host-qmp-quit"}'), DONE)
        check(emulator.process.wait(10) == 0, 'exit status %s', emulator.process.returncode)


def what_qmp_shell_sends(binary):
    """qmp-shell on -qmp unix:./qmp-sock,server: (QEMU) device_add driver=e1000 id=net1; and its -H mode."""
    with Emulator(binary, [], ['-qmp', 'unix:./qmp-sock,server'], STOPPED) as emulator:
        with socat(emulator, 'qmp-sock') as client:
            expect(client, GREETING)
            say(client, '{"execute": "qmp_capabilities"}', DONE)
            say(client, '{"execute": "device_add", "arguments": {"driver": "e1000", "id": "net1"}}', DONE)
            say(client, '{"execute": "device_add", "arguments": {"driver": "e1000", "id": "net1"}}',
                '{"error": {"class": "GenericError", "desc": "Duplicate device ID \'net1\'"}}')
            say(client, '{"execute": "human-monitor-command", "arguments": {"command-line": "info status", "cpu-index": 0}}',
                '{"return": "VM status: paused (prelaunch)\\r\\n"}')
            say(client, '{"execute": "human-monitor-command", "arguments": {"command-line": "info status", "cpu-index": 7}}',
                '{"error": {"class": "GenericError", "desc": "Parameter \'cpu-index\' expects a CPU number"}}')


def errors_since_1_2(binary):
    """The commit of 2012 that left class and desc of an error, and five classes."""
    arguments = ['-drive', 'if=none,id=virtio0,driver=null-co', '-device', 'ide-hd,drive=virtio0',
                 '-qmp', 'unix:qmp-sock,server=on,wait=off']
    with Emulator(binary, [], arguments, STOPPED) as emulator:
        with socat(emulator, 'qmp-sock') as client:
            expect(client, GREETING)
            say(client, '{"execute": "qmp_capabilities"}', DONE)
            say(client, '{"execute": "eject", "arguments": {"device": "virtio0"}}',
                '{"error": {"class": "GenericError", "desc": "Device \'virtio0\' is not removable"}}')
            say(client, '{"execute": "query-balloon"}',
                '{"error": {"class": "DeviceNotActive", "desc": "No balloon device has been activated"}}')
            say(client, '{"execute": "foo", "id": 1}',
                '{"id": 1, "error": {"class": "CommandNotFound", "desc": "The command foo has not been found"}}')


SESSIONS = [telnet_by_hand, server_waits_for_its_client, telnet_protocol, one_human_and_one_qmp_monitor,
            monitor_from_a_configuration_file, negotiation_comes_first, eject_a_medium, examples_of_the_specification,
            what_qmp_shell_sends, errors_since_1_2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--emulator', required=True, metavar='PATH')
    parser.add_argument('sessions', nargs='*', metavar='SESSION', help='of: ' + ', '.join(s.__name__ for s in SESSIONS))
    options = parser.parse_args()
    score = Score()
    for session in SESSIONS:
        if not options.sessions or session.__name__ in options.sessions:
            score.run(session.__name__.replace('_', ' '), session, options.emulator)
    return score.finish()


if __name__ == '__main__':
    sys.exit(main())
