#!/usr/bin/env python3
"""libvirt drives the emulator as it drives QEMU: probing, a domain's whole life, changes while it runs, failures, its own restart.

usage: libvirt.py --emulator PATH [NAME...]

Without root, libvirt or namespaces it says so and passes as skipped (status 77).
"""
import argparse
import errno
import json
import os
import re
import signal
import socket
import sys
import traceback

from emulator import Trouble, check, wait_until
import private_libvirt

MIB = 1 << 20

DOMAIN = '''<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>64</memory>
  <vcpu current='1'>4</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/></os>
  <features><acpi/></features>
  <on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>destroy</on_crash>
  <devices>
    <emulator>{emulator}</emulator>
    <controller type='usb' model='none'/>
    <disk type='file' device='disk'><driver name='qemu' type='raw' error_policy='stop'/><source file='{disk}'/><target dev='vda' bus='virtio'/></disk>
    <disk type='file' device='cdrom'><driver name='qemu' type='raw'/><target dev='hda' bus='ide'/><readonly/></disk>
    <serial type='pty'><target port='0'/></serial>
    <channel type='unix'><target type='virtio' name='org.example.agent'/></channel>
    <watchdog model='i6300esb' action='pause'/>
    <memballoon model='virtio'/>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <panic model='isa'/>
    <video><model type='none'/></video>
  </devices>
</domain>'''

FLOWS = []


def flow(function):
    FLOWS.append(function)
    return function


class Guest:
    """One domain of the private libvirt."""

    def __init__(self, libvirt, emulator, name='guest'):
        self.libvirt, self.emulator, self.name = libvirt, emulator, name
        self.image('disk.img', 2)

    def image(self, name, mebibytes):
        path = self.libvirt.path(name)
        with open(path, 'wb') as image:
            image.truncate(mebibytes * MIB)
        return path

    def xml(self, disk=None, name=None):
        path = self.libvirt.path((name or self.name) + '.xml')
        with open(path, 'w') as xml:
            xml.write(DOMAIN.format(name=name or self.name, emulator=self.emulator, disk=disk or self.libvirt.path('disk.img')))
        return path

    def virsh(self, command, *words):
        return self.libvirt.virsh(command, self.name, *words)

    def state(self):
        return self.virsh('domstate', '--reason')

    def expect(self, state):
        check(wait_until(lambda: self.state() == state, 10), 'domstate is "%s", not "%s"', self.state(), state)

    def watch(self):
        """What libvirt's events say from now on: they have begun to come when this returns."""
        said = self.libvirt.watch('event', '--all', '--loop')
        serial = 0

        def begun():
            nonlocal serial
            serial += 1
            self.virsh('metadata', '--uri', 'urn:rhea:test', '--key', 'test', '--live', '--set', '<mark n="%d"/>' % serial)
            return said() != ''
        check(wait_until(begun, 10, 0.1), 'no event comes')
        return said

    def running(self):
        if self.state().startswith('shut off'):
            self.virsh('start')
        elif self.state().startswith('paused'):
            self.virsh('resume')
        check(self.state().startswith('running'), 'it does not run: %s', self.state())

    def qmp(self, command, **arguments):
        reply = json.loads(self.virsh('qemu-monitor-command', json.dumps({'execute': command, 'arguments': arguments})))
        check('return' in reply, '%s: %s', command, reply)
        return reply['return']


@flow
def probing(guest):
    caps = guest.libvirt.virsh('domcapabilities', '--emulatorbin', guest.emulator, '--virttype', 'qemu', '--machine', 'pc')
    for wanted in ('<domain>qemu</domain>', '<value>virtio</value>', '<value>cdrom</value>', "<rng supported='yes'>"):
        check(wanted in caps, 'domcapabilities lacks %s', wanted)
    check(re.search("<model usable='yes'[^>]*>qemu64</model>", caps), 'no usable qemu64: %s', re.findall('<model.*qemu64.*', caps))


@flow
def define_and_start(guest):
    guest.libvirt.virsh('define', guest.xml())
    guest.expect('shut off (unknown)')
    guest.virsh('start')
    guest.expect('running (booted)')
    live = guest.virsh('dumpxml')
    check("<alias name='virtio-disk0'/>" in live and '/dev/pts/' in live, 'the live XML lacks an alias or a terminal')


@flow
def suspend_and_resume(guest):
    guest.running()
    said = guest.watch()
    guest.virsh('suspend')
    guest.expect('paused (user)')
    check(wait_until(lambda: 'Suspended' in said(), 5), 'no event of the pause: %s', said())
    check(guest.qmp('query-status')['status'] == 'paused', 'the emulator is not paused')
    guest.virsh('resume')
    guest.expect('running (unpaused)')
    check(wait_until(lambda: 'Resumed' in said(), 5), 'no event of the resumption: %s', said())


@flow
def reset(guest):
    guest.running()
    before, said = guest.state(), guest.watch()
    guest.virsh('reset')
    check(wait_until(lambda: "event 'reboot'" in said(), 5), 'no event of the reset: %s', said())
    guest.expect(before)


@flow
def statistics(guest):
    guest.running()
    check(guest.virsh('domblkinfo', 'vda').split('\n')[0].split()[-1] == str(2 * MIB), 'domblkinfo says otherwise')
    stats = guest.virsh('domstats')
    for wanted in ('state.state=1', 'vcpu.maximum=4', 'block.count=2', 'balloon.current=65536'):
        check(wanted in stats, 'domstats lacks %s', wanted)
    check(guest.virsh('domblkerror') == 'No errors found', 'domblkerror finds errors')
    check('CPU:' in guest.virsh('vcpuinfo'), 'vcpuinfo is empty')


@flow
def monitor_by_hand(guest):
    guest.running()
    check(guest.qmp('query-version')['qemu']['major'] == 7, 'query-version says otherwise')
    human = guest.virsh('qemu-monitor-command', '--hmp', 'info status')
    check(human.startswith('VM status: running'), 'info status: %s', human)
    status, out, _ = guest.libvirt.try_virsh('qemu-monitor-command', guest.name, '{"execute":"no-such-command"}')
    check('CommandNotFound' in out, 'a command that does not exist: %s', out)


@flow
def media(guest):
    guest.running()
    first, second = guest.image('first.iso', 1), guest.image('second.iso', 1)
    guest.virsh('change-media', 'hda', first, '--insert')
    check(first in guest.virsh('domblklist'), 'the medium is not in')
    guest.virsh('change-media', 'hda', second, '--update')
    check(second in guest.virsh('domblklist'), 'the medium was not changed')
    guest.virsh('change-media', 'hda', '--eject')
    check(second not in guest.virsh('domblklist'), 'the medium is still in')


@flow
def disks(guest):
    guest.running()
    extra = guest.image('extra.img', 1)
    guest.virsh('attach-disk', extra, 'vdb', '--live')
    check(extra in guest.virsh('domblklist'), 'the disk is not there')
    guest.virsh('blockresize', 'vda', '%dB' % (4 * MIB))
    check(os.path.getsize(guest.libvirt.path('disk.img')) == 4 * MIB, 'the image has not grown')
    guest.virsh('blkdeviotune', 'vda', '--total-bytes-sec', '1048576', '--live')
    check(re.search(r'total_bytes_sec\s*: 1048576', guest.virsh('blkdeviotune', 'vda')), 'the limit is not kept')


@flow
def a_guest_that_heeds_nothing(guest):
    """No guest code runs: what asks it for something succeeds, and changes nothing."""
    guest.running()
    guest.virsh('setmem', '32M', '--live')
    guest.virsh('inject-nmi')
    guest.virsh('shutdown')
    check('actual 65536' in guest.virsh('dommemstat'), 'the balloon has grown: %s', guest.virsh('dommemstat'))
    check(guest.state().startswith('running'), 'it is %s', guest.state())


@flow
def libvirt_comes_back(guest):
    guest.running()
    before, state = guest.libvirt.processes(os.path.basename(guest.emulator)), guest.state()
    guest.libvirt.restart()
    guest.expect(state)
    check(guest.libvirt.processes(os.path.basename(guest.emulator)) == before, 'another emulator than before')
    check(guest.qmp('query-status')['running'], 'the monitor does not answer')


@flow
def a_missing_disk(guest):
    guest.libvirt.virsh('define', guest.xml(guest.libvirt.path('nowhere.img'), 'broken'))
    status, _, error = guest.libvirt.try_virsh('start', 'broken')
    check(status != 0 and 'nowhere.img' in error and 'No such file or directory' in error, 'a missing disk: %s', error)
    check(guest.libvirt.virsh('domstate', 'broken') == 'shut off', 'it is not off')
    guest.libvirt.virsh('undefine', 'broken')


class GuestPorts:
    """Plays the guest: port accesses over the emulator's -qtest."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(path)
        self.file = self.socket.makefile('rw')

    def ask(self, line):
        self.file.write(line + '\n')
        self.file.flush()
        answer = self.file.readline().split()
        check(answer[:1] == ['OK'], '%s: %s', line, answer)
        return answer[1:]

    def write_sector(self, data):
        """The first of the first IDE channel's second drive."""
        for port, value in ((0x1f6, 0xf0), (0x1f2, 1), (0x1f3, 0), (0x1f4, 0), (0x1f5, 0), (0x1f7, 0x30)):
            self.ask('outb %#x %#x' % (port, value))
        check(wait_until(lambda: int(self.ask('inb 0x1f7')[0], 0) & 0x88 == 0x08, 10), 'the drive takes no data')
        for at in range(0, 512, 2):
            self.ask('outw 0x1f0 %#x' % int.from_bytes(data[at:at + 2], 'little'))

    def close(self):
        self.file.close()
        self.socket.close()


@flow
def a_full_disk(guest):
    """error_policy='stop': the domain stops when the host's disk is full, and goes on where it was when there is room."""
    libvirt = guest.libvirt
    image, ballast, ports = libvirt.path('small/full.img'), libvirt.path('small/ballast'), libvirt.path('ports')
    data = bytes(range(256)) * 2
    with open(libvirt.inside(image), 'wb') as file:
        file.truncate(2 * MIB)
    with open(libvirt.inside(ballast), 'wb', buffering=0) as file:
        try:
            while file.write(b'x' * 4096):
                pass
        except OSError as error:
            check(error.errno == errno.ENOSPC, 'the place is not full: %s', error)
    path = guest.xml(name='full')
    with open(path, encoding='utf-8') as file:
        xml = file.read()
    xml = xml.replace("<domain type='qemu'>", "<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>")
    xml = re.sub("<disk type='file' device='disk'>.*</disk>",
                 "<disk type='file' device='disk'><driver name='qemu' type='raw' error_policy='stop'/><source file='%s'/>"
                 "<target dev='hdb' bus='ide'/></disk>" % image, xml)
    xml = xml.replace('</domain>', "<qemu:commandline><qemu:arg value='-qtest'/><qemu:arg value='unix:%s,server=on,wait=off'/>"
                                   "</qemu:commandline></domain>" % ports)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(xml)
    libvirt.virsh('create', path)
    full = Guest(libvirt, guest.emulator, 'full')
    said = full.watch()
    guest_ports = GuestPorts(ports)
    try:
        guest_ports.write_sector(data)
        full.expect('paused (I/O error)')
        check(wait_until(lambda: 'No space left' in said() or 'enospc' in said(), 5), 'no event tells of it: %s', said())
        check(full.virsh('domblkerror') == 'hdb: no space', 'domblkerror: %s', full.virsh('domblkerror'))
        os.remove(libvirt.inside(ballast))
        full.virsh('resume')
        full.expect('running (unpaused)')

        def written():
            with open(libvirt.inside(image), 'rb') as file:
                return file.read(512) == data
        check(wait_until(written, 10), 'what was written is lost')
    finally:
        guest_ports.close()
        libvirt.virsh('destroy', 'full')


@flow
def a_killed_emulator(guest):
    guest.running()
    for number in guest.libvirt.processes(os.path.basename(guest.emulator)):
        os.kill(number, signal.SIGKILL)
    guest.expect('shut off (crashed)')


@flow
def destroy_and_undefine(guest):
    guest.running()
    guest.virsh('destroy')
    guest.expect('shut off (destroyed)')
    check(not guest.libvirt.processes(os.path.basename(guest.emulator)), 'an emulator is left')
    guest.virsh('undefine')
    check(guest.libvirt.virsh('list', '--all', '--name') == '', 'the domain is still there')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--emulator', required=True)
    parser.add_argument('names', nargs='*')
    options = parser.parse_args()
    reason = private_libvirt.why_not()
    if reason:
        print('skipped: no libvirt of our own can run here (%s)' % reason)
        return 77
    passed = failed = 0
    with private_libvirt.Libvirt() as libvirt:
        guest = Guest(libvirt, os.path.realpath(options.emulator))
        for function in FLOWS:
            if options.names and function.__name__ not in options.names:
                continue
            try:
                function(guest)
                passed += 1
                print('ok', function.__name__, flush=True)
            except Trouble as trouble:
                failed += 1
                print('not ok %s: %s' % (function.__name__, trouble), flush=True)
            except Exception:
                failed += 1
                print('not ok %s' % function.__name__, flush=True)
                traceback.print_exc()
        if failed:
            print(open(libvirt.path('libvirtd.log'), errors='replace').read()[-2000:])
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
