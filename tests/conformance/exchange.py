"""One corpus entry against one binary: starts it, says what the entry says, and brings back the lines of the wire."""
import base64
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from fixtures import make_file
from wire import Conn, Fail, connect, decode, free_port, mapper

BASE_ARGS = ['-M', 'pc', '-m', '64', '-S', '-nodefaults', '-no-user-config',
             '-display', 'none']
SYNC_ID = 'qmpdiff-sync'
SYNC = b'\n{"execute":"x-qmpdiff-sync","id":"' + SYNC_ID.encode() + b'"}\n'


LIVE = set()        # the emulators that run now, for whoever has to end in a hurry


class NeedFlush(Exception):
    pass


class Run:
    """One entry against one binary."""

    def __init__(self, binary, entry, opt, record=False):
        self.bin, self.e, self.opt, self.record = binary, entry, opt, record
        self.T = opt.timeout
        self.procs, self.conns, self.owner = {}, {}, {}
        self.listeners = {}
        self.qt = None
        self.tmp = tempfile.mkdtemp(prefix='qd', dir=opt.tmpdir)
        self.ports = {}
        for k in ('@PORT1@', '@PORT2@'):
            if k in json.dumps(entry):
                self.ports[k] = free_port()
        if '@DISP1@' in json.dumps(entry):       # VNC display of @PORT1@
            self.ports['@PORT1@'] = self.ports.get('@PORT1@') or free_port()
            self.ports['@DISP1@'] = self.ports['@PORT1@'] - 5900
        self.fwd, self.back = mapper(entry, self.tmp, self.ports)

    def start(self, name, args, base=True):
        sock = '%s/%s.sock' % (self.tmp, 'qmp' if name == 'a' else name)
        cmd = [self.bin] + (BASE_ARGS if base else []) + [self.fwd(x) for x in args]
        cmd += ['-qmp', 'unix:%s,server=on,wait=off' % sock]
        self.cmdline = cmd
        err = open('%s/%s.err' % (self.tmp, name), 'wb')
        p = subprocess.Popen(cmd, stdin=subprocess.DEVNULL, stdout=err, stderr=err,
                             cwd=self.tmp, start_new_session=True)
        err.close()
        LIVE.add(p)
        self.procs[name] = (p, sock)

    def stderr(self, name='a'):
        try:
            with open('%s/%s.err' % (self.tmp, name), errors='replace') as f:
                return f.read()[-400:]
        except OSError:
            return ''

    def greet(self, c):
        l = c.line(self.T)
        if not l or b'"QMP"' not in l:
            if l and l.strip() == b'{':          # pretty printed
                while l and l.rstrip() != b'}':
                    l = c.line(self.T)
                return
            raise Fail('no greeting, got %r; stderr: %s' % (l, self.stderr()))

    def caps(self, c, oob=False):
        c.send(b'{"execute":"qmp_capabilities"' +
               (b',"arguments":{"enable":["oob"]}' if oob else b'') + b'}\n')
        while True:
            l = c.line(self.T)
            if not l:
                raise Fail('no reply to qmp_capabilities')
            if b'"event"' in l:
                continue
            if l.strip() == b'{':
                while l and l.rstrip() != b'}':
                    l = c.line(self.T)
                return
            if b'"return"' not in l:
                raise Fail('qmp_capabilities failed: %s' % decode(l))
            return

    def hello(self, name, proc='a', oob=False, path=None):
        p, sock = self.procs[proc]
        c = connect(path or sock, p)
        self.conns[name], self.owner[name] = c, proc
        self.greet(c)
        self.caps(c, oob)
        return c

    def get(self, c, proc, expect, settle):
        """Read the lines of one step.  expect None = until quiet."""
        out = []
        if expect is None:
            while True:
                l = c.line(settle)
                if l is None:
                    break
                if l == b'':
                    out.append('<eof>')
                    p = self.procs[proc][0]
                    try:
                        p.wait(1.5)
                        out.append('<exit %s>' % p.returncode)
                    except subprocess.TimeoutExpired:
                        pass
                    break
                out.append(self.back(decode(l)))
            return out
        for want in expect:
            if want.startswith('<exit'):
                p = self.procs[proc][0]
                try:
                    p.wait(self.T)
                    out.append('<exit %s>' % p.returncode)
                except subprocess.TimeoutExpired:
                    out.append('<still running>')
                    break
                continue
            l = c.line(self.T)
            if l is None:
                out.append('<nothing within %gs>' % self.T)
                break
            if l == b'':
                out.append('<eof>')
                if want != '<eof>':
                    break
                continue
            out.append(self.back(decode(l)))
        return out

    # -- errors.jsonl
    def run_error(self):
        e = self.e
        self.start('a', e.get('args', []), e.get('base', True))
        p, sock = self.procs['a']
        c = connect(sock, p)
        self.conns['a'] = c
        ph = e['phase']
        self.greet(c)
        if ph != 'negotiation':
            self.caps(c, ph == 'command-oob')
        for s in e.get('setup', []):
            c.send(self.fwd(s).encode() + b'\n')
            while True:
                l = c.line(self.T)
                if not l:
                    raise Fail('setup: no reply to ' + s)
                if b'"event"' in l[:200]:
                    continue
                if b'"return"' not in l:
                    raise Fail('setup: %s -> %s' % (s, decode(l)))
                break
            time.sleep(0.02)
        exp = None if self.record else e['expect']
        mode = 'flush' if (e.get('sync') == 'flush') else 'plain'
        if exp is not None:
            mode = 'flush' if '<flush>' in exp else 'plain'
        if 'send' in e:
            c.send(self.fwd(e['send']).encode())
        elif 'send_b64' in e:
            c.send(base64.b64decode(e['send_b64']))
        elif 'send_chunks' in e:
            for ch in e['send_chunks']:
                c.send(self.fwd(ch).encode())
                time.sleep(0.015)
        elif 'send_repeat' in e:
            c.send(b''.join(t.encode() * n for t, n in e['send_repeat']))
        first = exp
        if exp is not None:
            first = []
            for x in exp:
                if x in ('<sync>', '<flush>'):
                    break
                first.append(x)
        settle = e.get('settle', 0.25)
        out = self.get(c, 'a', first, settle)
        if out and (out[-1].startswith('<')):
            return out
        if first is not None and not first:
            l = c.line(0.1)
            if l:
                out.append(self.back(decode(l)))
        if e.get('nosync'):
            return out
        c.send((b'\xff' if mode == 'flush' else b'') + SYNC)
        tail = []
        while True:
            l = c.line(0.6 if self.record and mode == 'plain' else self.T)
            if l is None:
                if self.record and mode == 'plain':
                    raise NeedFlush()
                tail.append('<no reply to the probe within %gs>' % self.T)
                break
            if l == b'':
                tail.append('<eof>')
                break
            if SYNC_ID.encode() in l and b'"event"' not in l:
                break
            tail.append(self.back(decode(l)))
        if mode == 'flush':
            out.append('<flush>')
        elif tail:
            out.append('<sync>')
        return out + tail

    # -- sessions.jsonl
    def run_session(self):
        """Yields (step index, step, got lines)."""
        e = self.e
        self.start('a', e.get('args', []), e.get('base', True))
        if e.get('hello', True):
            self.hello('a', oob=e.get('oob', False))
        for i, st in enumerate(e['steps']):
            yield i, st, self.step(st)
        if e.get('nosync'):
            return
        for name, c in list(self.conns.items()):
            p = self.procs.get(self.owner.get(name), (None,))[0]
            if c.eof or p is None or p.poll() is not None:
                continue
            c.send(SYNC)
            tail = []
            while True:
                l = c.line(self.T)
                if not l:
                    tail.append('<no reply to the probe within %gs>' % self.T
                                if l is None else '<eof>')
                    break
                if SYNC_ID.encode() in l and b'"event"' not in l:
                    break
                tail.append(self.back(decode(l)))
            if tail and self.record:
                print('NOTE %s: tail on %s: %s' % (e['name'], name, tail))
            yield len(e['steps']), {'send': '(final probe on %s)' % name,
                                    'expect': []}, tail

    def step(self, st):
        cn = st.get('conn', 'a')
        if 'connect' in st:
            proc = st.get('of', 'a')
            path = st.get('path')
            cn = st['connect']
            self.conns[cn] = connect(self.fwd(path) if path else self.procs[proc][1],
                                     self.procs[proc][0])
            self.owner[cn] = proc
        elif 'hello' in st:
            cn = st['hello']
            path = st.get('path')
            self.hello(cn, st.get('of', 'a'), st.get('oob', False),
                       self.fwd(path) if path else None)
        elif 'send' in st and 'fd' in st:
            fd = os.open(self.fwd(st['fd']), os.O_RDWR | os.O_CREAT, 0o600)
            self.conns[cn].s.sendmsg([self.fwd(st['send']).encode() + b'\n'],
                                     [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack('i', fd))])
            os.close(fd)
        elif 'send' in st:
            self.conns[cn].send(self.fwd(st['send']).encode() + b'\n')
        elif 'send_b64' in st:
            self.conns[cn].send(base64.b64decode(st['send_b64']))
        elif 'close' in st:
            self.conns.pop(st['close']).close()
            time.sleep(0.03)
            return []
        elif 'sleep' in st:
            time.sleep(st['sleep'])
            if 'expect' not in st:
                return []
        elif 'spawn' in st:
            self.start(st['spawn'], st.get('args', []), st.get('base', True))
            self.hello(st['spawn'], st['spawn'])
            return []
        elif 'kill' in st:
            p = self.procs[st['kill']][0]
            p.kill()
            p.wait()
        elif 'signal' in st:
            self.procs['a'][0].send_signal(getattr(signal, st['signal']))
        elif 'qtest' in st:
            if self.qt is None:
                self.qt = connect(self.tmp + '/qtest.sock', self.procs['a'][0])
            cmds = st['qtest'] if isinstance(st['qtest'], list) else [st['qtest']]
            reps = []
            for q in cmds:
                self.qt.send(q.encode() + b'\n')
                while True:
                    l = self.qt.line(self.T)
                    if l is not None and l.startswith(b'IRQ '):
                        continue
                    break
                reps.append('<timeout>' if l is None else decode(l).rstrip())
            if self.record:
                st['qtest_reply'] = reps
            elif reps != st.get('qtest_reply', reps):
                return ['<qtest replied %r, expected %r>' % (reps, st['qtest_reply'])]
        elif 'open' in st:
            path = self.fwd(st['path']) if 'path' in st else self.ports[st['port']]
            self.listeners[st['open']] = connect(path, self.procs['a'][0])
            if not self.record:     # else what is sent next may be seen before the connection is
                time.sleep(st.get('settle', 0))
        elif 'write' in st:
            self.listeners[st['on']].send(self.fwd(st['write']).encode())
        elif 'raw_read' in st:
            c, end, buf = self.listeners[st['raw_read']], time.monotonic() + self.T, b''
            want = None if self.record else st.get('raw')
            while time.monotonic() < end:
                r, _, _ = select.select([c.s], [], [], 0.4 if want is None else 0.05)
                if not r:
                    if want is None or self.back(decode(buf)) == want:
                        break
                    continue
                d = c.s.recv(65536)
                if not d:
                    break
                buf += d
            got = self.back(decode(buf))
            if self.record:
                st['raw'] = got
            elif got != want:
                return ['<raw text %r, expected %r>' % (got, want)]
            return []
        elif 'drain' in st:

            def drain(path):
                try:
                    with open(path, 'rb') as f:
                        while f.read(65536):
                            pass
                except OSError:
                    pass
            threading.Thread(target=drain, args=(self.fwd(st['drain']),), daemon=True).start()
        elif 'shut' in st:
            self.listeners.pop(st['shut']).close()
        elif 'listen' in st:
            s = socket.socket(socket.AF_UNIX)
            s.bind(self.fwd(st['path']))
            s.listen(4)
            self.listeners[st['listen']] = s
        elif 'accept' in st:
            s = self.listeners[st['accept']]
            s.settimeout(self.T)
            try:
                cs, _ = s.accept()
                self.listeners[st['accept'] + '.c'] = Conn(cs)
            except OSError:
                return ['<nobody connected to %s>' % st['accept']]
        elif 'vnc' in st:
            self.vnc(st)
        elif 'unlink' in st:
            try:
                os.unlink(self.fwd(st['unlink']))
            except OSError:
                pass
        elif 'wait_file' in st:
            end = time.monotonic() + self.T
            while not os.path.exists(self.fwd(st['wait_file'])):
                if time.monotonic() > end:
                    return ['<file %s did not appear>' % st['wait_file']]
                time.sleep(0.02)
            return []
        elif 'expect' not in st:
            raise ValueError('step without action: %r' % (st,))
        c = self.conns.get(cn)
        if c is None:
            return []
        if self.record:
            if st.get('noread'):
                return []
            return self.get(c, self.owner.get(cn, 'a'), None, st.get('settle', 0.3))
        return self.get(c, self.owner.get(cn, 'a'), st.get('expect', []), 0)

    def vnc(self, st):
        c = connect(self.ports[st.get('port', '@PORT1@')], self.procs['a'][0])
        self.listeners[st['vnc']] = c
        s = c.s
        s.settimeout(self.T)

        def need(n):
            b = b''
            while len(b) < n:
                d = s.recv(n - len(b))
                if not d:
                    raise Fail('vnc: closed during handshake')
                b += d
            return b
        try:
            if st.get('upto') == 'connect':
                need(12)
                return
            need(12)
            s.sendall(b'RFB 003.008\n')
            n = need(1)[0]
            need(n)
            s.sendall(b'\x01')
            need(4)
            s.sendall(b'\x01')
            h = need(24)
            need(struct.unpack('>I', h[20:24])[0])
        except OSError as e:
            raise Fail('vnc: %s' % e)

    def cleanup(self):
        for c in self.conns.values():
            c.close()
        for c in self.listeners.values():
            try:
                c.close()
            except OSError:
                pass
        if self.qt:
            self.qt.close()
        for p, _ in self.procs.values():
            LIVE.discard(p)
            if p.poll() is None:
                p.kill()
            try:
                p.wait(5)
            except subprocess.TimeoutExpired:
                pass
        if self.opt.keep:
            print('scratch kept: ' + self.tmp, file=sys.stderr)
        else:
            shutil.rmtree(self.tmp, ignore_errors=True)

    def prepare(self):
        for n, spec in (self.e.get('files') or {}).items():
            make_file(os.path.join(self.tmp, n), spec, self.tmp)
