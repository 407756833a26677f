#!/usr/bin/env python3
"""VNC servers as their clients see them: handshakes, passwords, pictures, input, events and what queries tell of all that. Where QEMU is installed
the same is expected of it."""
import argparse
import array
import contextlib
import json
import os
import re
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time

import rfb
from emulator import BASE, Client, Emulator, Score, Trouble, check, free_port, wait_until

NO_DISPLAY = BASE
RUNNING = [a for a in BASE if a != '-S']
HALTED = b'\x90' * (65536 - 16) + b'\xfa\xf4\xeb\xfd' + b'\x90' * 12        # a firmware that does nothing


class Server:
    """An emulator with one VNC server at a port of its own, and its monitor."""

    def __init__(self, binary, options='', arguments=(), base=NO_DISPLAY):
        self.port = free_port()
        self.emulator = Emulator(binary, arguments=['-vnc', '127.0.0.1:%d%s' % (self.port - 5900, options), *arguments], base=base)
        self.qmp = self.emulator.connect()
        self.events = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.emulator.close()

    def client(self):
        return rfb.Rfb(('127.0.0.1', self.port))

    def run(self, command, **arguments):
        """The value that it returns, or the text of its error."""
        self.qmp.send(json.dumps({'execute': command, 'arguments': {k.replace('_', '-'): v for k, v in arguments.items()}}) + '\n')
        while True:
            message = self.qmp.message()
            if 'event' not in message:
                return message['return'] if 'return' in message else message['error']['desc']
            self.note(message)

    def human(self, line):
        return self.run('human-monitor-command', **{'command-line': line})

    def note(self, message):
        if message['event'].startswith('VNC_'):
            self.events.append((message['event'], message['data']))

    def wait_events(self, *names):
        """Until these have come, in this order, and no other."""
        while len(self.events) < len(names):
            message = self.qmp.message()
            if 'event' in message:
                self.note(message)
        got, self.events = self.events, []
        check([name for name, _ in got] == list(names), 'events: %r', got)
        return [data for _, data in got]


def same(got, wanted, what):
    check(got == wanted, '%s: %r, not %r', what, got, wanted)


# --- Who comes in

def versions(binary):
    with Server(binary) as server:
        for mine, answer in ((b'RFB 003.003\n', b'\0\0\0\1'), (b'RFB 003.005\n', b'\0\0\0\1'), (b'RFB 003.007\n', b'\1\1'),
                             (b'RFB 003.008\n', b'\1\1'), (b'RFB 3.8\n    ', b'\1\1'), (b'RFB 003.009\n', b'\0\0\0\0'), (b'RFB 004.001\n', b'\0\0\0\0')):
            with server.client() as client:
                same(client.versions(mine), b'RFB 003.008\n', 'the version')
                same(client.read(len(answer)), answer, 'the answer to %r' % mine)
                if answer == b'\0\0\0\0':
                    check(client.ended(), 'it goes on after %r', mine)
        for mine in (b'RFB 00a.008\n', b'GET / HTTP/1'):
            with server.client() as client:
                client.versions(mine)
                check(client.ended(), 'it goes on after %r', mine)
        for version in (3, 7, 8):
            with server.client().open(version) as client:
                same((client.size, client.name), ((640, 480), 'QEMU'), 'the beginning of version 3.%d' % version)
                same(client.format, b'\x20\x18\0\1\0\xff\0\xff\0\xff\x10\x08\0\0\0\0', 'the format')


def another_security(binary):
    with Server(binary) as server, server.client() as client:
        client.versions()
        same(client.securities(), [1], 'what is offered')
        client.send(b'\2')
        same(client.read(30), b'\0\0\0\1\0\0\0\x16Authentication failed\0', 'the refusal')
        check(client.ended(), 'it goes on')


def enters(server, version, password):
    try:
        server.client().open(version, password=password).close()
        return True
    except PermissionError:
        return False


def passwords(binary):
    with Server(binary, ',password=on', ['-name', 'box']) as server:
        check(not any(enters(server, v, '') for v in (3, 7, 8)), 'a client came in before there was a password')
        same(server.run('set_password', protocol='vnc', password='abc'), {}, 'set_password')
        for version in (3, 7, 8):
            check(enters(server, version, 'abc'), 'the password is refused (3.%d)', version)
            check(not enters(server, version, 'abd'), 'another password is taken (3.%d)', version)
        for when, good in (('now', False), ('+60', True), ('0', False), ('zz', False), ('99999999999', True), ('now', False), ('never', True)):
            same(server.run('expire_password', protocol='vnc', time=when), {}, 'expire_password')
            same(enters(server, 8, 'abc'), good, 'whether it is good after expiring at %s' % when)
        server.run('expire_password', protocol='vnc', time='+1')
        check(enters(server, 8, 'abc'), 'it expires too soon')
        check(wait_until(lambda: not enters(server, 8, 'abc'), 5, 0.3), 'it does not expire')
        server.run('expire_password', protocol='vnc', time='never')
        same(server.run('change-vnc-password', password='longer than eight'), {}, 'change-vnc-password')
        check(enters(server, 8, 'longer t'), 'more than eight characters count')
        same(server.run('set_password', protocol='vnc', password='', connected='keep'), {}, 'set_password')
        check(enters(server, 8, ''), 'an empty password is none')
        same(server.human('change vnc password xyz'), '', 'change vnc')
        check(enters(server, 8, 'xyz'), 'change vnc has not changed it')
        same(server.human('set_password vnc uvw -d default'), '', 'set_password')
        check(enters(server, 8, 'uvw'), 'set_password has not changed it')
        same(server.run('set_password', protocol='vnc', password='x', display='other'), 'Could not set password', 'set_password elsewhere')
        same(server.run('expire_password', protocol='vnc', time='now', display='other'), 'Could not set password expire time', 'expire_password elsewhere')
        same(server.run('set_password', protocol='vnc', password='x', connected='disconnect'), "Invalid parameter 'connected'", 'connected')
        with server.client().open(8, password='uvw') as client:
            same(client.name, 'QEMU (box)', 'the name')
    with Server(binary) as server:
        same(server.run('set_password', protocol='vnc', password='x'), 'Could not set password', 'a password that nobody is asked for')
        same(server.run('expire_password', protocol='vnc', time='now'), {}, 'its time')
        check(enters(server, 8, None), 'a password was asked for')
        advice = "If you want use passwords please enable password auth using '-vnc ${dpy},password'.\r\nError: Could not set password\r\n"
        for line in ('change vnc password abc', 'set_password vnc abc', 'set_password vnc abc keep'):
            same(server.human(line), advice, line)
        same(server.human('set_password vnc abc -d other'), 'Error: Could not set password\r\n', 'another display')
    with Server(binary, ',password-secret=s', ['-object', 'secret,id=s,data=hidden']) as server:
        check(enters(server, 8, 'hidden'), 'the secret is not the password')


def sharing(binary):
    def outcome(server, flags):
        clients, states = [], []
        for flag in flags:
            client = server.client()
            try:
                clients.append(client.open(8, flag))
            except rfb.Gone:
                clients.append(None)
        for client in clients:
            states.append(bool(client) and client.quiet(0.2))
            if client:
                client.close()
        check(wait_until(lambda: not server.run('query-vnc')['clients'], 5), 'clients stay')
        return states

    wanted = {'allow-exclusive': {(1, 1): [1, 1], (0, 0): [0, 1], (1, 0): [0, 1], (0, 1): [1, 0], (1, 1, 0, 1): [0, 0, 1, 0]},
              'force-shared': {(1, 1): [1, 1], (1, 0): [1, 0], (0, 1): [0, 1]}, 'ignore': {(1, 1): [1, 1], (0, 0): [1, 1], (0, 1): [1, 1]}}
    for policy, cases in wanted.items():
        with Server(binary, ',share=' + policy) as server:
            for flags, states in cases.items():
                same(outcome(server, flags), [bool(s) for s in states], '%s %r' % (policy, flags))
    with Server(binary, ',connections=3') as server:
        waiting = []
        for _ in range(6):
            waiting.append(server.client())
            waiting[-1].read(12)
        check(wait_until(lambda: len(server.run('query-vnc')['clients']) == 3, 5), 'too many wait')
        same([client.quiet(0.05) for client in waiting], [False] * 3 + [True] * 3, 'who is still there')
        for client in waiting:
            client.close()


# --- What they see

class Guest:
    """Plays the guest at the ports of its adapter."""

    def __init__(self, server):
        self.stream = server.emulator._dial(server.emulator.path('qtest'), 10)
        self.lines = self.stream.makefile('rw')

    OPTIONS = ['-qtest', 'unix:@DIR@/qtest,server=on,wait=off', '-qtest-log', '/dev/null']

    def do(self, command):
        self.lines.write(command + '\n')
        self.lines.flush()
        return self.lines.readline().split()

    def read(self, port):
        return int(self.do('inb 0x%x' % port)[1], 16)

    def set_mode(self, width, height):
        for index, value in ((4, 0), (1, width), (2, height), (3, 32), (4, 0x41)):
            self.do('outw 0x1ce %d' % index)
            self.do('outw 0x1d0 %d' % value)
        self.do('outb 0x3c0 0x20')

    def map_memory(self, base=0xe0000000):
        for port, value in ((0xcf8, 0x80001010), (0xcfc, base), (0xcf8, 0x80001004), (0xcfc, 3)):
            self.do('outl 0x%x 0x%x' % (port, value))
        self.base = base

    def put(self, width, x, y, colour):
        self.do('writel 0x%x 0x%x' % (self.base + 4 * (y * width + x), colour))

    def drain(self):
        """What the keyboard and the mouse have sent."""
        out = []
        while self.read(0x64) & 1:
            out.append('%02x' % self.read(0x60))
        return ' '.join(out)

    def enable_keys(self):
        for command in ('outb 0x64 0xae', 'outb 0x64 0xa8', 'outb 0x64 0x60', 'outb 0x60 0x00', 'outb 0x60 0xf4', 'outb 0x64 0xd4', 'outb 0x60 0xf4'):
            self.do(command)
        self.drain()


ADAPTER = ['-device', 'VGA,id=v,addr=02.0']


def pictures(binary):
    with Server(binary, ',display=v', Guest.OPTIONS + ADAPTER) as server:
        guest = Guest(server)
        guest.map_memory()
        guest.set_mode(64, 48)
        guest.put(64, 0, 0, 0x102030)
        guest.put(64, 40, 20, 0xff8000)
        with server.client().open() as client:
            same(client.size, (64, 48), 'the size')
            client.set_encodings(rfb.RAW, rfb.DESKTOP_SIZE)
            client.request()
            client.update()
            same(bytes(client.screen[:3]), b'\x30\x20\x10', 'the first pixel')
            same(bytes(client.screen[4 * (20 * 64 + 40):][:3]), b'\x00\x80\xff', 'another pixel')
            client.request(True)
            check(client.quiet(0.5), 'an update of nothing')
            guest.put(64, 63, 47, 0xffffff)
            (encoding, x, y, width, height), = client.update()
            check(encoding == rfb.RAW and x <= 63 < x + width and y <= 47 < y + height, 'the change is elsewhere')
            same(bytes(client.screen[-4:-1]), b'\xff\xff\xff', 'the last pixel')
            for name, format, first in (('16 bits', (16, 16, (31, 63, 31), (11, 5, 0)), b'\x06\x11'), ('8 bits', (8, 8, (7, 7, 3), (5, 2, 0)), b'\x04'),
                                        ('BGR', (32, 24, (255, 255, 255), (0, 8, 16)), b'\x10\x20\x30')):
                client.set_format(*format)
                client.request()
                client.update()
                same(bytes(client.screen[:len(first)]), first, 'the first pixel of ' + name)
            client.set_format(32, 24, (255, 255, 255), (16, 8, 0))
            client.request()
            client.update()
            raw = bytes(client.screen)
            client.set_encodings(rfb.HEXTILE, rfb.RAW)
            client.request()
            same({r[0] for r in client.update()}, {rfb.HEXTILE}, 'the encoding that comes first')
            colours = lambda screen: [screen[i:i + 3] for i in range(0, len(screen), 4)]
            same(colours(bytes(client.screen)), colours(raw), 'the picture in hextile')
            client.request(False, (40, 10, 2, 2))
            check(all(x <= 41 and x + w > 40 and y <= 11 and y + h > 10 for _, x, y, w, h in client.update()), 'more than was asked for')


def sizes(binary):
    with Server(binary, '', Guest.OPTIONS + ADAPTER) as server:
        guest = Guest(server)
        with server.client().open() as client:
            same(client.size, (640, 480), 'the size before there is a mode')
            client.set_encodings(rfb.RAW, rfb.DESKTOP_SIZE)
            client.request()
            client.update()
            client.request(True)
            guest.set_mode(800, 600)
            same(client.update(), [(rfb.DESKTOP_SIZE, 0, 0, 800, 600)], 'the new size')
            client.request()
            same(sum(w * h for _, _, _, w, h in client.update()), 800 * 600, 'what comes of it')
            guest.set_mode(1024, 768)
            same(server.client().open().size, (1024, 768), 'the size that the next client finds')
            guest.set_mode(800, 600)
        with server.client().open() as client:
            client.set_encodings(rfb.RAW, rfb.EXTENDED_DESKTOP_SIZE)
            client.request()
            same(client.update(), [(rfb.EXTENDED_DESKTOP_SIZE, 0, 0, 800, 600)], 'the size with screens')
            same(client.pseudo[-1][5], b'\1\0\0\0' + b'\0' * 8 + struct.pack('>HH', 800, 600) + b'\0' * 4, 'the screens')
            client.update()
            client.send(struct.pack('>BxHHBxIHHHHI', 251, 1024, 768, 1, 0, 0, 0, 1024, 768, 0))
            same(client.update(), [(rfb.EXTENDED_DESKTOP_SIZE, 1, 3, 800, 600)], 'the answer to a size that it asks for')


def offers(binary):
    with Server(binary) as server, server.client().open() as client:
        for encoding, answer in ((rfb.EXTENDED_KEY, (0, 0, 640, 480)), (rfb.POINTER_TYPE, (0, 0, 640, 480)), (rfb.LED_STATE, (0, 0, 1, 1))):
            for _ in range(2):
                client.set_encodings(encoding)
                same(client.update(), [(encoding,) + answer], 'the answer to encoding %d' % encoding)
        for encoding in (rfb.DESKTOP_SIZE, rfb.EXTENDED_DESKTOP_SIZE, rfb.XVP, -239, -314):
            client.set_encodings(encoding)
        check(client.quiet(0.2), 'an answer to encodings without one')
        client.set_format(8, 8, (0, 0, 0), (0, 0, 0), True, False)
        client.bytes_per_pixel = 1
        client.request()
        same(client.update(), [], 'the colour map')
        first, colours = client.colours
        same((first, len(colours), colours[6 * 0x53:6 * 0x54]), (0, 1536, b'\x60\0\x40\0\x40\0'), 'its colours')
        same(client.update(), [(0, 0, 0, 640, 480)], 'the picture')
    for bad in (b'\1', b'\7', b'\x96', b'\xf8', struct.pack('>BxxxI', 6, (1 << 20) + 1), struct.pack('>BxxxBBBBHHHBBBxxx', 0, 24, 24, 0, 1, 255, 255, 255, 16, 8, 0),
                b'\xfa\0\1\2'):
        with Server(binary) as server, server.client().open() as client:
            client.send(bad)
            check(client.ended(), 'it goes on after %r', bad)


def power(binary):
    with Server(binary, ',power-control=on') as server, server.client().open() as client:
        client.set_encodings(rfb.XVP)
        same(client.read(4), b'\xfa\0\1\1', 'the offer')
        for code, answer in ((3, b'\xfa\0\1\0'), (9, b'\xfa\0\1\0')):
            client.send(bytes([250, 0, 1, code]))
            same(client.read(4), answer, 'the answer to %d' % code)
        seen = []
        client.send(b'\xfa\0\1\4')
        while 'RESET' not in seen:
            seen.append(server.qmp.message().get('event'))
        client.send(b'\xfa\0\1\2')
        while 'POWERDOWN' not in seen:
            seen.append(server.qmp.message().get('event'))


# --- What they do

SHIFT, CONTROL, ALT = 0xffe1, 0xffe3, 0xffe9
PLAYED = [
    ('a', [97], '1c f0 1c'), ('A', [65], '58 f0 58 1c f0 1c'), ('b', [98], '58 f0 58 32 f0 32'), ('!', [33], '16 f0 16'), ('F1', [0xffbe], '05 f0 05'),
    ('Left', [0xff51], 'e0 6b e0 f0 6b'), ('keypad 4', [0xffb4], '77 f0 77 6b f0 6b'), ('keypad Left', [0xff96], '77 f0 77 6b f0 6b'),
    ('keypad Enter', [0xff8d], 'e0 5a e0 f0 5a'), ('keypad -', [0xffad], '7b f0 7b'), ('e acute', [0xe9], ''), ('Print', [0xff61], 'e0 12 e0 7c e0 f0 7c e0 f0 12'),
    ('Pause', [0xff13], 'e1 14 77 e1 f0 14 f0 77'), ('AltGr', [0xfe03], 'e0 11 e0 f0 11'), ('Super', [0xffeb], 'e0 1f e0 f0 1f'),
]


def sends(guest, wanted, what):
    """Checks that keyboard and mouse send these codes, and no more."""
    out = []
    end = time.monotonic() + 10
    while len(out) < len(wanted.split()) and time.monotonic() < end:
        out += guest.drain().split()
    time.sleep(0.12)
    same(' '.join(out + guest.drain().split()), wanted, what)


@contextlib.contextmanager
def running(binary, *more):
    """A server whose machine runs, and its guest."""
    with tempfile.TemporaryDirectory() as folder:
        firmware = os.path.join(folder, 'firmware')
        with open(firmware, 'wb') as file:
            file.write(HALTED)
        with Server(binary, '', Guest.OPTIONS + ADAPTER + ['-bios', firmware, *more], RUNNING) as server:
            yield server, Guest(server)


def layout(binary):
    with Emulator(binary, arguments=['-k', 'zz', '-vnc', 'none']) as emulator:
        same(emulator.process.wait(10), 1, 'the exit status')
        check(emulator.errors().strip().endswith("-vnc none: could not read keymap file: 'zz'"), 'it says %r', emulator.errors())
    if not os.path.exists('/usr/share/qemu/keymaps/de'):
        return 'no files of layouts'
    with running(binary, '-k', 'de') as (server, guest):
        guest.enable_keys()
        with server.client().open() as client:
            for symbol, codes in ((ord('z'), '35'), (ord('y'), '1a'), (ord('@'), '15'), (0xfc, '54'), (0x20ac, '24'), (0x10020ac, '24'), (0xff0d, '5a')):
                client.extended_key(symbol, 0x1e, True)     # the code does not count
                client.key(symbol, False)
                sends(guest, '%s f0 %s' % (codes, codes), 'the key of %x' % symbol)
    return None


def keys(binary):
    with running(binary) as (server, guest):
        guest.enable_keys()
        with server.client().open() as client:
            for name, symbols, codes in PLAYED:
                for symbol in symbols:
                    client.key(symbol, True)
                    client.key(symbol, False)
                sends(guest, codes, name)
            client.extended_key(97, 0x1e, True)
            client.extended_key(97, 0x1e, False)
            client.extended_key(0, 0xc8, True)
            client.extended_key(0, 0xc8, False)
            client.extended_key(97, 0, True)
            sends(guest, '1c f0 1c e0 75 e0 f0 75', 'keys by their codes')
            for symbol, down in ((CONTROL, 1), (ALT, 1), (0x31, 1), (0x31, 0), (ALT, 0), (CONTROL, 0)):
                client.key(symbol, down)
            sends(guest, '14 11 f0 11 f0 14', 'Ctrl-Alt-1')
            client.key(0x7a, True)
            client.key(SHIFT, True)
            sends(guest, '1a 12', 'keys that are held')
        sends(guest, 'f0 12 f0 1a', 'keys of a client that is gone')
        with server.client().open() as client:
            client.set_encodings(rfb.LED_STATE)
            same(client.update()[0][0], rfb.LED_STATE, 'lights')
            for lights in (2, 6, 0):
                guest.do('outb 0x60 0xed')
                guest.do('outb 0x60 %d' % lights)
                client.update()
                same(client.pseudo[-1][5], bytes([lights]), 'the lights')
            guest.drain()
            moves = [((100, 100), ''), ((110, 105), '28 0a fb'), ((110, 105, 1), '09 00 00'), ((110, 105, 0), '08 00 00'), ((110, 105, 2), '0c 00 00'),
                     ((110, 105, 4), '0a 00 00'), ((110, 105, 0), '08 00 00'), ((100, 108), '38 f6 fd')]
            for move, codes in moves:
                client.pointer(*move)
                sends(guest, codes, 'the mouse at %r' % (move,))
            client.set_encodings(rfb.POINTER_TYPE)
            client.update()
            client.pointer(0x7fff + 5, 0x7fff - 3)
            sends(guest, '08 05 03', 'a way of the mouse')


# --- What is told of them

def place(port, **more):
    return {'family': 'ipv4', 'service': str(port), 'host': '127.0.0.1', 'websocket': False, **more}


def events(binary):
    with Server(binary) as server:
        with server.client() as client:
            me = place(client.stream.getsockname()[1])
            here = place(server.port, auth='none')
            same(server.wait_events('VNC_CONNECTED'), [{'server': here, 'client': me}], 'VNC_CONNECTED')
            client.open()
            same(server.wait_events('VNC_INITIALIZED'), [{'server': here, 'client': me}], 'VNC_INITIALIZED')
            same(server.run('query-vnc'), {'enabled': True, 'auth': 'none', 'family': 'ipv4', 'clients': [me], 'service': str(server.port), 'host': '127.0.0.1'},
                 'query-vnc')
            same(server.run('query-vnc-servers'), [{'auth': 'none', 'clients': [me], 'server': [here], 'id': 'default'}], 'query-vnc-servers')
            same(server.human('info vnc'), 'default:\r\n  Server: 127.0.0.1:%d (ipv4)\r\n    Auth: none (Sub: none)\r\n  Client: 127.0.0.1:%s (ipv4)\r\n'
                 '    x509_dname: none\r\n    sasl_username: none\r\n' % (server.port, me['service']), 'info vnc')
            second = server.client().open()
            server.wait_events('VNC_CONNECTED', 'VNC_INITIALIZED')
            other = place(second.stream.getsockname()[1])
            same(server.run('query-vnc')['clients'], [other, me], 'the clients')
            second.close()
            server.wait_events('VNC_DISCONNECTED')
        same(server.wait_events('VNC_DISCONNECTED'), [{'server': here, 'client': me}], 'VNC_DISCONNECTED')


def servers(binary):
    path = '@DIR@/second'
    websocket = free_port()
    with Server(binary, ',websocket=%d' % websocket, ['-vnc', 'unix:%s,password=on' % path, '-vnc', 'none,id=third']) as server:
        path = server.emulator.path('second')
        same(server.run('query-vnc-servers'), [
            {'auth': 'none', 'clients': [], 'server': [], 'id': 'third'},
            {'auth': 'vnc', 'clients': [], 'id': 'vnc2', 'server': [{'auth': 'vnc', 'family': 'unix', 'service': path, 'host': '', 'websocket': False}]},
            {'auth': 'none', 'clients': [], 'id': 'default', 'server': [dict(place(websocket, auth='none'), websocket=True), place(server.port, auth='none')]},
        ], 'the servers')
        same(server.run('set_password', protocol='vnc', password='x', display='vnc2'), {}, 'the password of the second')
        with rfb.Rfb(path).open(8, password='x'):
            nobody = {'family': 'unix', 'service': '', 'host': '', 'websocket': False}
            same(server.run('query-vnc-servers')[1]['clients'], [nobody], 'the client of the second')
        with socket.create_connection(('127.0.0.1', websocket)) as stream:
            stream.settimeout(10)
            stream.sendall(b'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
                           b'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: binary\r\n\r\n')
            answer = b''
            while not answer.endswith(b'RFB 003.008\n'):
                more = stream.recv(4096)
                check(more, 'the WebSocket ends after %r', answer)
                answer += more
            check(answer.startswith(b'HTTP/1.1 101 ') and answer[-14:-12] == b'\x82\x0c', 'the WebSocket says %r', answer)
            check(server.run('query-vnc')['clients'][0]['websocket'], 'it is no WebSocket')
        new = free_port()
        same(server.run('display-update', type='vnc', addresses=[{'type': 'inet', 'host': '127.0.0.1', 'port': str(new)}]), {}, 'display-update')
        same(server.run('query-vnc-servers')[2]['server'][1:], [place(new, auth='none')], 'the place after it')
        with rfb.Rfb(('127.0.0.1', new)).open():
            pass
        same(server.run('display-reload', type='vnc'), {}, 'display-reload')
        same(server.run('display-reload', type='vnc', **{'tls-certs': True}), 'vnc tls is not enabled', 'display-reload of certificates')


def handed_over(binary):
    with Server(binary, ',password=on') as server:
        for skip in (False, True):
            mine, its = socket.socketpair()
            server.qmp.stream.sendmsg([b'{"execute": "getfd", "arguments": {"fdname": "s"}}\n'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [its.fileno()]))])
            server.qmp.reply()
            its.close()
            same(server.run('add_client', protocol='vnc', fdname='s', skipauth=skip), {}, 'add_client')
            mine.settimeout(10)
            with rfb.Rfb(mine) as client:
                client.versions()
                same(client.securities(), [1 if skip else 2], 'what is offered')


def certificates(folder):
    """Of one authority, for the server and for a client."""
    def make(text, *arguments):
        with open(os.path.join(folder, 'template'), 'w') as file:
            file.write(text)
        subprocess.run(['certtool', '--no-text', *arguments, '--template', 'template'], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    for who in 'ca', 'server', 'client':
        make('', '--generate-privkey', '--key-type', 'ecdsa', '--outfile', who + '-key.pem')
    make('cn = authority\nca\ncert_signing_key\n', '--generate-self-signed', '--load-privkey', 'ca-key.pem', '--outfile', 'ca-cert.pem')
    for who, use in ('server', 'tls_www_server'), ('client', 'tls_www_client'):
        make('cn = %s\n%s\nsigning_key\nip_address = 127.0.0.1\n' % (who, use), '--generate-certificate', '--load-ca-certificate', 'ca-cert.pem',
             '--load-ca-privkey', 'ca-key.pem', '--load-privkey', who + '-key.pem', '--outfile', who + '-cert.pem')


def secure(server, kind, context, password=None):
    """A client that has entered by VeNCrypt."""
    client = server.client()
    client.versions()
    same(client.securities(), [19], 'what is offered')
    client.send(b'\x13')
    same(client.read(2), b'\0\2', 'the version of VeNCrypt')
    client.send(b'\0\2')
    same(client.read(6), b'\0\1' + struct.pack('>I', kind), 'its kinds')
    client.send(struct.pack('>I', kind))
    same(client.read(1), b'\1', 'the answer to the choice')
    client.stream = context.wrap_socket(client.stream)
    if password is not None:
        client.send(rfb.answer_challenge(client.read(16), password))
    if client.number('I'):
        raise PermissionError(client.text())
    return client.initialise()


def encryption(binary):
    if not shutil.which('certtool'):
        return 'no certtool'
    with tempfile.TemporaryDirectory() as folder:
        certificates(folder)
        context = ssl.create_default_context(cafile=os.path.join(folder, 'ca-cert.pem'))
        context.check_hostname = False
        anybody = ['-object', 'tls-creds-x509,id=t,endpoint=server,verify-peer=off,dir=' + folder]
        with Server(binary, ',tls-creds=t', anybody) as server:
            with secure(server, 260, context) as client:
                client.request()
                same(client.update(), [(0, 0, 0, 640, 480)], 'the picture through TLS')
                same(server.run('query-vnc')['auth'], 'vencrypt+x509+none', 'how one enters')
                same(server.run('query-vnc-servers')[0]['vencrypt'], 'x509-none', 'how one enters in detail')
                same(server.run('display-reload', type='vnc', **{'tls-certs': True}), {}, 'display-reload')
            secure(server, 260, context).close()
            server.client().close()
        with Server(binary, ',tls-creds=t,password=on', anybody) as server:
            server.run('set_password', protocol='vnc', password='abc')
            secure(server, 261, context, 'abc').close()
            try:
                secure(server, 261, context, 'abd')
                raise Trouble('another password is taken')
            except PermissionError:
                pass
        known = ['-object', 'tls-creds-x509,id=t,endpoint=server,dir=' + folder, '-object', 'authz-simple,id=a,identity=CN=client']
        with Server(binary, ',tls-creds=t,tls-authz=a', known) as server:
            try:
                secure(server, 260, context)
                raise Trouble('a client without a certificate is let in')
            except OSError:
                pass
            context.load_cert_chain(os.path.join(folder, 'client-cert.pem'), os.path.join(folder, 'client-key.pem'))
            with secure(server, 260, context):
                def names():
                    return [c.get('x509_dname') for c in server.run('query-vnc')['clients']]
                wait_until(lambda: names() == ['CN=client'], 5)      # the one before may still be leaving
                same(names(), ['CN=client'], 'the name of the client')
    with Server(binary, ',tls-creds=t', ['-object', 'tls-creds-anon,id=t,endpoint=server']) as server:
        same(server.run('display-reload', type='vnc', **{'tls-certs': True}), "tls-creds-anon doesn't support to reload TLS credential", 'display-reload')
        with server.client() as client:
            client.versions(b'RFB 003.003\n')
            same(client.read(4), b'\0\0\0\0', 'the answer to an old client')
        for says, answer in ((b'\0\1', b'\1'), (b'\0\2' + struct.pack('>I', 258), b'\0\1' + struct.pack('>I', 257) + b'\0')):
            with server.client() as client:
                client.versions()
                client.securities()
                client.send(b'\x13' + says)
                same(client.read(2 + len(answer)), b'\0\2' + answer, 'the answer to %r' % says)
                check(client.ended(), 'it goes on')
    return None


def reverse(binary):
    with socket.socket() as listening:
        listening.bind(('127.0.0.1', 0))
        listening.listen(1)
        with Emulator(binary, arguments=['-vnc', '127.0.0.1:%d,reverse=on' % listening.getsockname()[1]]) as emulator:
            listening.settimeout(10)
            stream, _ = listening.accept()
            with rfb.Rfb(stream) as client:
                stream.settimeout(10)
                same(client.open().name, 'QEMU', 'the name')
                with emulator.connect() as qmp:
                    same(qmp.command('query-vnc')['return'], {'enabled': False}, 'query-vnc')


def ranges(binary):
    with socket.socket() as busy:
        busy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        busy.bind(('127.0.0.1', 0))
        busy.listen(1)
        display = busy.getsockname()[1] - 5900
        with Emulator(binary, arguments=['-vnc', '127.0.0.1:%d,to=%d' % (display, display + 50)]) as emulator, emulator.connect() as qmp:
            port = int(qmp.command('query-vnc')['return']['service'])
            check(display < port - 5900 <= display + 50, 'port %d', port)
        with Emulator(binary, arguments=['-vnc', '127.0.0.1:%d' % display]) as emulator:
            same(emulator.process.wait(10), 1, 'the exit status')
            check(emulator.errors().strip().endswith('-vnc 127.0.0.1:%d: Failed to find an available port: Address already in use' % display),
                  'it says %r', emulator.errors())


def traces(binary):
    """Its trace points, as far as a line tells no address."""
    with Server(binary, ',password=on', ADAPTER + Guest.OPTIONS + ['-trace', 'vnc_client_*', '-trace', 'vnc_auth_*', '-trace', 'vnc_key_*',
                                                                  '-trace', 'vnc_msg_*']) as server:
        server.run('set_password', protocol='vnc', password='abc')
        check(not enters(server, 8, 'abd'), 'another password is taken')
        with server.client().open(8, password='abc') as client:
            client.set_encodings(rfb.RAW, rfb.DESKTOP_SIZE)
            for symbol in (97, 65, 0xffb4):
                client.key(symbol, True)
                client.key(symbol, False)
            client.extended_key(97, 0x1e, True)
            client.request()
            client.update()
            Guest(server).set_mode(800, 600)
            client.request(True)
            client.update()
        wanted = ['vnc_auth_init websock=0 auth=2 subauth=0', 'vnc_auth_init websock=1 auth=2 subauth=0', 'vnc_client_connect', 'vnc_auth_start method=2',
                  'vnc_auth_fail method=2 message=mis-matched challenge response reason=', 'vnc_client_disconnect_start', 'vnc_client_disconnect_finish',
                  'vnc_client_connect', 'vnc_auth_start method=2', 'vnc_auth_pass method=2', 'vnc_key_event_map down 1, sym 0x61 -> keycode 0x1e [a]',
                  'vnc_key_event_map down 0, sym 0x61 -> keycode 0x1e [a]', 'vnc_key_event_map down 1, sym 0x41 -> keycode 0x1e [a]', 'vnc_key_sync_capslock 1',
                  'vnc_key_event_map down 0, sym 0x41 -> keycode 0x1e [a]', 'vnc_key_event_map down 1, sym 0xffb4 -> keycode 0x4b [kp_4]',
                  'vnc_key_sync_numlock 1', 'vnc_key_event_map down 0, sym 0xffb4 -> keycode 0x4b [kp_4]',
                  'vnc_key_event_ext down 1, sym 0x61, keycode 0x1e [a]', 'vnc_key_sync_capslock 0', 'vnc_msg_server_desktop_resize size=800x600',
                  'vnc_client_eof', 'vnc_client_disconnect_start', 'vnc_client_disconnect_finish']

        def lines():
            plain = [re.sub(r' VNC [A-Za-z ]*(?= state)| (state|ioc)=0x[0-9a-f]+', '', line) for line in server.emulator.errors().splitlines()]
            return [line for line in plain if 'throttle' not in line]      # of queues that are QEMU's
        wait_until(lambda: len(lines()) >= len(wanted), 5)
        same(lines(), wanted, 'the lines')


TESTS = [versions, another_security, passwords, sharing, pictures, sizes, offers, power, keys, layout, events, servers, handed_over, encryption, reverse, ranges, traces]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('emulator')
    parser.add_argument('--reference', default='qemu-system-x86_64', help='is expected to do the same, where it is installed')
    parser.add_argument('--only', default='', help='names of tests, by commas')
    options = parser.parse_args()
    score = Score()
    for binary in [options.emulator] + ([options.reference] if options.reference and shutil.which(options.reference) else []):
        for test in TESTS:
            if not options.only or test.__name__ in options.only.split(','):
                score.run('%s: %s' % (os.path.basename(binary), test.__name__.replace('_', ' ')), test, binary)
    return score.finish()


if __name__ == '__main__':
    sys.exit(main())
