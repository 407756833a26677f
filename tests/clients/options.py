#!/usr/bin/env python3
"""What options do beyond their errors: -daemonize, -pidfile, -chroot, -runas, -sandbox, -overcommit, -preconfig, -object throttle-group; and how it ends.

usage: options.py EMULATOR [TEST]...

What needs to be root (-chroot, -runas) is left out for others. Ends with status 1 when something is wrong.
"""
import json
import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import time

COMMON = ['-M', 'pc', '-m', '16', '-nodefaults', '-no-user-config', '-display', 'none', '-S']


def check(condition, text, *values):
    if not condition:
        raise AssertionError(text % values if values else text)


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < end, 'waited %d seconds in vain', seconds)
        time.sleep(0.02)


def status_of(pid):
    with open('/proc/%d/status' % pid, encoding='ascii') as status:
        return dict(line.rstrip('\n').split(':\t', 1) for line in status if ':\t' in line)


def gone(pid):
    try:
        return status_of(pid)['State'].startswith('Z')
    except FileNotFoundError:
        return True


class Qmp:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(path)
        self.file = self.socket.makefile('rw')
        self.file.readline()
        self.events = []
        self.ask('qmp_capabilities')

    def answer(self, command, **arguments):
        self.file.write(json.dumps({'execute': command, 'arguments': arguments}) + '\n')
        self.file.flush()
        while True:
            line = self.file.readline()
            check(line, 'the emulator ended during %s', command)
            message = json.loads(line)
            if 'event' not in message:
                return message
            self.events.append(message['event'])

    def ask(self, command, **arguments):
        message = self.answer(command, **arguments)
        check('return' in message, '%s: %s', command, message)
        return message['return']

    def refused(self, command, **arguments):
        message = self.answer(command, **arguments)
        check('error' in message, '%s was not refused: %s', command, message)
        return message['error']['desc']


class Started:
    """An emulator that stays in the foreground, with a QMP monitor."""

    def __init__(self, emulator, folder, *arguments):
        self.path = os.path.join(folder, 'qmp')
        if os.path.exists(self.path):      # of one that could not remove it from its other root folder
            os.remove(self.path)
        self.process = subprocess.Popen([emulator] + COMMON + list(arguments) + ['-qmp', 'unix:%s,server=on,wait=off' % self.path],
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=folder, text=True)

    def __enter__(self):
        wait_until(lambda: os.path.exists(self.path) or self.process.poll() is not None)
        check(self.process.poll() is None, 'it ended: %s', self.process.stderr.read() if self.process.poll() is not None else '')
        self.qmp = Qmp(self.path)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(20)
        self.process.stderr.close()


def daemonize(emulator, folder, *arguments):
    """Starts a daemon; gives its number, which is in the file "pid"."""
    done = subprocess.run([emulator] + COMMON + ['-daemonize', '-pidfile', os.path.join(folder, 'pid'), '-qmp',
                                                 'unix:%s/qmp,server=on,wait=off' % folder] + list(arguments),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30, cwd=folder, text=True)
    check(done.returncode == 0, '-daemonize ended with %d: %s', done.returncode, done.stdout)
    check('warning' in done.stdout or not done.stdout, 'it said: %s', done.stdout)
    with open(os.path.join(folder, 'pid'), encoding='ascii') as file:
        text = file.read()
    check(text == '%d\n' % int(text), 'the pidfile holds %r', text)
    return int(text)


def test_daemon(emulator, folder):
    """The parent ends when the monitor is there; the daemon leads a session of its own, and its file goes with it."""
    pid = daemonize(emulator, folder)
    try:
        qmp = Qmp(folder + '/qmp')
        check(os.getsid(pid) != os.getsid(0), 'it is still in our session')
        check(os.readlink('/proc/%d/cwd' % pid) == '/', 'its folder is %s', os.readlink('/proc/%d/cwd' % pid))
        check(os.readlink('/proc/%d/fd/0' % pid) == '/dev/null', 'it still reads our input')
        check(qmp.ask('query-status')['status'] == 'prelaunch', 'it is not there')
        qmp.ask('quit')
        wait_until(lambda: gone(pid))
        check(not os.path.exists(folder + '/pid'), 'the pidfile is left')
    finally:
        if not gone(pid):
            os.kill(pid, signal.SIGKILL)


def test_killed_while_it_ends(emulator, folder):
    """A signal after "quit" changes nothing."""
    for _ in range(30):
        with Started(emulator, folder) as started:
            started.qmp.ask('quit')
            started.process.terminate()
            check(started.process.wait(20) == 0, 'it ended with %d', started.process.returncode)


def test_daemon_fails(emulator, folder):
    """What goes wrong is told by the parent, with its exit status."""
    done = subprocess.run([emulator] + COMMON + ['-daemonize', '-device', 'nosuch'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=30, cwd=folder, text=True)
    check(done.returncode == 1, 'status %d', done.returncode)
    check("-device nosuch: 'nosuch' is not a valid device model name" in done.stderr, 'it said: %s', done.stderr)


def test_pidfile_is_locked(emulator, folder):
    """A second emulator does not take the file of the first."""
    with Started(emulator, folder, '-pidfile', folder + '/pid') as first:
        with open(folder + '/pid', encoding='ascii') as file:
            check(int(file.read()) == first.process.pid, 'not its number')
        done = subprocess.run([emulator] + COMMON + ['-pidfile', folder + '/pid'], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              timeout=30, text=True)
        check(done.returncode == 1, 'the second started')
        check('cannot create PID file: ' in done.stderr, 'it said: %s', done.stderr)
        with open(folder + '/pid', encoding='ascii') as file:
            check(int(file.read()) == first.process.pid, 'the second wrote over it')
    check(not os.path.exists(folder + '/pid'), 'the pidfile is left')


def test_sandbox(emulator, folder):
    """The filter is there before anything else is done: with spawn=deny not even -daemonize may make a process."""
    with Started(emulator, folder, '-sandbox', 'on,spawn=deny,elevateprivileges=deny,resourcecontrol=deny') as started:
        check(status_of(started.process.pid)['Seccomp'] == '2', 'no filter: %s', status_of(started.process.pid)['Seccomp'])
        started.qmp.ask('query-status')
    done = subprocess.run([emulator] + COMMON + ['-sandbox', 'on,spawn=deny', '-daemonize'], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30, cwd=folder)
    check(done.returncode == -signal.SIGSYS, 'status %d', done.returncode)


def test_memory_lock(emulator, folder):
    """mem-lock=on: all of its memory stays in."""
    with Started(emulator, folder, '-overcommit', 'mem-lock=on') as started:
        with open('/proc/%d/maps' % started.process.pid) as maps:
            if 'libasan' in maps.read():
                return          # AddressSanitizer keeps memory from being locked
        locked = int(status_of(started.process.pid)['VmLck'].split()[0])
        check(locked >= 16 * 1024, 'only %d KiB are locked', locked)


def test_runas_and_chroot(emulator, folder):
    """It becomes somebody else in another root folder once everything is open, and goes on answering."""
    if os.geteuid() != 0:
        return
    nobody = pwd.getpwnam('nobody')
    root = os.path.join(folder, 'root')
    os.mkdir(root)
    for user in ('nobody', '%d:%d' % (nobody.pw_uid, nobody.pw_gid)):
        with Started(emulator, folder, '-chroot', root, '-runas', user) as started:
            pid = started.process.pid
            check(os.readlink('/proc/%d/root' % pid) == root, 'its root is %s', os.readlink('/proc/%d/root' % pid))
            status = status_of(pid)
            check(status['Uid'].split() == [str(nobody.pw_uid)] * 4, 'it is user %s', status['Uid'])
            check(status['Gid'].split() == [str(nobody.pw_gid)] * 4, 'it is in group %s', status['Gid'])
            check(started.qmp.ask('query-status')['status'] == 'prelaunch', 'it does not answer')


def test_preconfig(emulator, folder):
    """-preconfig: few commands, until x-exit-preconfig makes the machine."""
    with Started(emulator, folder, '-preconfig', '-smp', '1,maxcpus=2', '-device', 'ib700,id=dog') as started:
        qmp = started.qmp
        check(qmp.ask('query-status') == {'status': 'prelaunch', 'singlestep': False, 'running': False}, 'its state')
        check(qmp.refused('query-cpus-fast') ==
              "The command 'query-cpus-fast' is permitted only after machine initialization has completed", 'the text')
        places = qmp.ask('query-hotpluggable-cpus')
        check(len(places) == 2 and not any('qom-path' in place for place in places), 'places: %s', places)
        names = [entry['name'] for entry in qmp.ask('qom-list', path='/machine')]
        check('dog' not in names, 'a device is there already')
        qmp.ask('x-exit-preconfig')
        check(len(qmp.ask('query-cpus-fast')) == 1, 'its CPU')
        check(qmp.ask('qom-get', path='dog', property='type') == 'ib700', 'its device')
        check(qmp.refused('x-exit-preconfig') == 'The command is permitted only before machine initialization', 'the text')
        check(qmp.ask('query-status')['status'] == 'prelaunch', '-S')
        qmp.ask('cont')
    # A machine that cannot be built is the end: no answer, and none to what waits behind.
    for arguments, before, reason in ((('-device', 'nosuch'), '', "'nosuch' is not a valid device model name"),
                                      ((), '{"execute": "set-numa-node", "arguments": {"type": "node", "nodeid": 0}}\n',
                                       'total memory for NUMA nodes (0x0) should equal RAM size')):
        with Started(emulator, folder, '-preconfig', *arguments) as started:
            started.qmp.file.write(before + '{"execute": "x-exit-preconfig"}\n{"execute": "query-status"}\n')
            started.qmp.file.flush()
            check(started.process.wait(20) == 1, 'status %d', started.process.returncode)
            check(reason in started.process.stderr.read(), 'it does not say why')
            answers = started.qmp.file.readlines()
            check(answers == ['{"return": {}}\n'] * bool(before), 'answers: %s', answers)


def test_failed_start(emulator, folder):
    """Who waits at a socket learns what went wrong from the emulator's end, and not that there is no such file."""
    done = subprocess.run([emulator] + COMMON + ['-qmp', 'unix:qmp,server=on,wait=off', '-device', 'nosuch'], stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, timeout=30, cwd=folder, text=True)
    check(done.returncode == 1, 'status %d', done.returncode)
    check(os.path.exists(folder + '/qmp'), 'its socket is gone')
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(folder + '/handed')
        server.listen(1)
        process = subprocess.Popen([emulator] + COMMON + ['-chardev', 'socket,id=c,server=on,wait=off,fd=%d' % server.fileno(), '-mon', 'chardev=c,mode=control',
                                                          '-device', 'nosuch'], stderr=subprocess.PIPE, pass_fds=[server.fileno()], cwd=folder, text=True)
        server.close()
        check('nosuch' in process.stderr.readline(), 'it does not say what is wrong')
        client.settimeout(20)
        client.connect(folder + '/handed')     # which it waits for, after its last word
        try:
            check(client.recv(100) == b'', 'it greets')
        except ConnectionResetError:
            pass
        process.stderr.close()
        check(process.wait(20) == 1, 'status %d', process.returncode)


def test_cpu_features(emulator, folder):
    """Of the features that -cpu asks for, a CPU has those that there are."""
    with Started(emulator, folder, '-cpu', 'qemu64,vmx=on,+avx2,aes=on,full-width-write=on,-sse3') as started:
        cpu = started.qmp.ask('query-cpus-fast')[0]['qom-path']
        has = {name: started.qmp.ask('qom-get', path=cpu, property=name) for name in ('vmx', 'avx2', 'aes', 'full-width-write', 'pni', 'check')}
        check(has == {'vmx': False, 'avx2': True, 'aes': True, 'full-width-write': False, 'pni': False, 'check': True}, 'it has %s', has)


def test_no_board(emulator, folder):
    """-machine none has a bus and the memory that is asked for, and refuses what needs a board."""
    with Started(emulator, folder, '-M', 'none', '-m', '64') as started:
        qmp = started.qmp
        hmp = lambda line: qmp.ask('human-monitor-command', **{'command-line': line})  # noqa: E731
        check([(m['id'], m['size']) for m in qmp.ask('query-memdev')] == [('ram', 64 << 20)], 'query-memdev: %s', qmp.ask('query-memdev'))
        check(hmp('info qtree') == 'bus: main-system-bus\r\n  type System\r\n', 'info qtree: %r', hmp('info qtree'))
        check('(prio 0, ram): ram\r\n' in hmp('info mtree'), 'info mtree: %s', hmp('info mtree'))
        check(hmp('xp /1x 0') == '0000000000000000: 0x00000000\r\n', 'xp: %r', hmp('xp /1x 0'))
        for command, arguments, error in (
                ('query-acpi-ospm-status', {}, 'command is not supported, missing ACPI device'),
                ('query-sgx', {}, 'SGX is only supported on PC machines'),
                ('inject-nmi', {}, 'this feature or command is not currently supported'),
                ('device_add', {'driver': 'pc-dimm'}, "Device 'pc-dimm' can not be hotplugged on this machine"),
                ('device_add', {'driver': 'qemu64-x86_64-cpu'}, "Device 'qemu64-x86_64-cpu' can not be hotplugged on this machine")):
            said = qmp.refused(command, **arguments)
            check(said == error, '%s: %s', command, said)


def test_ambiguous_paths(emulator, folder):
    """qom-list says that several objects have a name; qom-get and qom-set say that none has."""
    with Started(emulator, folder, '-device', 'virtio-rng-pci', '-device', 'virtio-rng-pci') as started:
        for path in ('', 'bus master[0]'):
            check(started.qmp.refused('qom-list', path=path) == "Path '%s' is ambiguous" % path, 'qom-list %r', path)
            check(started.qmp.refused('qom-get', path=path, property='type') == "Device '%s' not found" % path, 'qom-get %r', path)
            check(started.qmp.refused('qom-set', path=path, property='type', value=1) == "Device '%s' not found" % path, 'qom-set %r', path)


def test_guest_forward(emulator, folder):
    """A network's guest forwarding takes a chardev that is there, if nobody else uses it."""
    with Started(emulator, folder, '-chardev', 'null,id=c', '-chardev', 'null,id=d', '-serial', 'chardev:d') as started:
        qmp = started.qmp

        def forward(chardev):
            return {'type': 'user', 'id': 'n', 'guestfwd': [{'str': 'tcp:10.0.2.100:80-chardev:' + chardev}]}
        check('Could not open guest forwarding device' in qmp.refused('netdev_add', **forward('e')), 'one that is not there')
        check(qmp.refused('netdev_add', **forward('d')) == "Device 'd' is in use", 'one in use')
        qmp.ask('netdev_add', **forward('c'))
        check([c['frontend-open'] for c in qmp.ask('query-chardev') if c['label'] == 'c'] == [True], 'it is not used')


def test_throttle_group(emulator, folder):
    """The limits of an object and of the drives that share them are one thing."""
    none = {name: 0 for name in ('bps', 'bps_rd', 'bps_wr', 'iops', 'iops_rd', 'iops_wr')}
    with Started(emulator, folder, '-object', 'throttle-group,id=t,x-bps-total=5', '-drive', 'if=none,driver=null-co,id=d',
                 '-device', 'ide-hd,id=h,drive=d') as started:
        qmp = started.qmp
        check(qmp.ask('qom-get', path='t', property='limits')['bps-total'] == 5, 'what the option said')
        qmp.ask('block_set_io_throttle', id='h', group='t', **dict(none, iops=9))
        limits = qmp.ask('qom-get', path='t', property='limits')
        check((limits['bps-total'], limits['iops-total']) == (0, 9), 'after a change of the drive: %s', limits)
        qmp.ask('qom-set', path='t', property='limits', value={'bps-read': 7})
        inserted = qmp.ask('query-block')[0]['inserted']
        check((inserted['group'], inserted['bps_rd'], inserted['iops']) == ('t', 7, 9), 'after a change of the object: %s', inserted)
        check(qmp.ask('qom-get', path='t', property='x-bps-read') == 7, 'the old property')
        check(qmp.refused('object-del', id='t') == "object 't' is in use, can not be deleted", 'the text')
        check(qmp.refused('object-add', **{'qom-type': 'throttle-group', 'id': 'd', 'limits': {'bps-total-max-length': 2}}) ==
              'burst length set without burst rate', 'the text')
        qmp.ask('block_set_io_throttle', id='h', **none)
        qmp.ask('object-del', id='t')


def main():
    emulator, *wanted = sys.argv[1:]
    tests = {name[5:]: test for name, test in globals().items() if name.startswith('test_')}
    failed = 0
    for name in wanted or tests:
        with tempfile.TemporaryDirectory(prefix='rhea-process-') as folder:
            os.chmod(folder, 0o755)
            try:
                tests[name](os.path.abspath(emulator) if os.path.exists(emulator) else emulator, folder)
                print('ok    ', name)
            except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
                failed += 1
                print('FAILED', name + ':', error)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
